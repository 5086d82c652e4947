"""The core functions of the language, as Python functions (O41).

`parax.functions.max(x)` computes if `x` is an array and composes an operator if it is one. The
names, signatures and help can be read without importing JAX.
"""

from __future__ import annotations

from typing import Any

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


_SYNTAX = ("mask", "over")  # not in the table: the language has a syntax of its own for them


def __getattr__(name: str) -> Any:
    if name in _SYNTAX:
        from parax.functions import _over

        return getattr(_over, name)
    if name in table():
        return table()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*__all__, *_SYNTAX, *table()})
