"""The core functions of the language, as Python functions (O41).

`parax.functions.max(x)` computes if `x` is an array and composes an operator if it is one. The
names, signatures and help can be read without importing JAX.
"""

from __future__ import annotations

from parax.functions._constants import NamedConstant, constants
from parax.functions._function import REQUIRED, Function, Parameter
from parax.functions._table import table

__all__ = [
    "REQUIRED",
    "Function",
    "NamedConstant",
    "Parameter",
    "constants",
    "table",
]


def __getattr__(name: str) -> Function:
    if name in table():
        return table()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*__all__, *table()})
