"""Arithmetic on plain numbers, without JAX: in NumPy's 64-bit floating point (X4, L63).

Python's own integers would let `9**9**9` run for ever; here it is `inf` at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

INT_LIMIT = 2**31
"""Integers of this magnitude or more are floats to the compiler (X3)."""

PlainNumber = bool | int | float | complex


def is_plain_number(value: object) -> bool:
    """Tell whether a value is a number of Python's or NumPy's, not an array with axes or of JAX."""
    return isinstance(value, bool | int | float | complex | np.number | np.bool_) or (
        isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "biufc"
    )


def plain(value: Any) -> PlainNumber:
    """Give a number as Python's, with integers beyond 32 bit as floats."""
    number = value.item() if isinstance(value, np.generic | np.ndarray) else value
    if isinstance(number, int) and not isinstance(number, bool) and abs(number) >= INT_LIMIT:
        try:
            return float(number)
        except OverflowError:
            return math.inf if number > 0 else -math.inf
    return number


def _wide(value: PlainNumber) -> np.float64 | np.complex128:
    return np.complex128(value) if isinstance(value, complex) else np.float64(value)


def host_number(fn: Callable[..., Any], *values: PlainNumber, keeps_int: bool = False) -> Any:
    """Apply a NumPy function to plain numbers in 64-bit floating point.

    Args:
        fn: a function of NumPy scalars.
        values: Python numbers; integers go in as floats.
        keeps_int: give an int back if all operands are ints and the result is a whole number.

    Returns:
        A Python number: float, complex, bool, or int.
    """
    with np.errstate(all="ignore"):
        result = fn(*(_wide(plain(value)) for value in values)).item()
    whole = keeps_int and all(isinstance(value, int) for value in values)
    if whole and result.is_integer() and abs(result) < INT_LIMIT:
        return int(result)
    return result
