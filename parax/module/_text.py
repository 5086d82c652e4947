"""Values as one short line, for tables and messages."""

from __future__ import annotations

import dataclasses
from typing import Any

import equinox as eqx
import jax
import numpy as np

from parax._diagnostic import echo
from parax.parameters import Parameter, is_concrete

_SHOWN = 4
_WIDTH = 60


def short(value: Any) -> str:
    """Give any value as one line: numbers to six digits, long arrays by their ends.

    Example:
        >>> short(np.arange(10.0)), short(0.1), short("L")
        ('[0, 1, …, 8, 9]', '0.1', "'L'")
    """
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, jax.Array | np.ndarray | np.generic):
        return _array(value)
    if isinstance(value, Parameter):
        return short(value.value)
    if isinstance(value, type):
        return value.__qualname__
    if isinstance(value, eqx.Module):
        return echo(_call(value), _WIDTH)
    if isinstance(value, list | tuple):
        if isinstance(value, list):
            return f"[{_items(value)}]"
        return f"({_items(value)}{',' if len(value) == 1 else ''})"
    if callable(value) and hasattr(value, "__qualname__"):
        return value.__qualname__
    return echo(" ".join(repr(value).split()), _WIDTH)


def _array(array: Any) -> str:
    if not is_concrete(array):
        return f"{array.dtype}{list(array.shape)}"
    numbers = np.asarray(array)
    if numbers.ndim == 0:
        return _number(numbers[()])
    if numbers.ndim > 1 or numbers.dtype == object:
        return f"array of shape {numbers.shape}"
    return f"[{_items(list(numbers))}]"


def _number(number: Any) -> str:
    return str(number) if isinstance(number, np.bool_) else f"{number:.6g}"


def _items(items: Any) -> str:
    words = [short(item) for item in _ends(items)]
    if len(items) > _SHOWN + 1:
        words.insert(_SHOWN // 2, "…")
    return ", ".join(words)


def _ends(items: Any) -> list[Any]:
    if len(items) <= _SHOWN + 1:
        return list(items)
    return [*items[: _SHOWN // 2], *items[-_SHOWN // 2 :]]


def _call(module: eqx.Module) -> str:
    """Give a small module, as a distribution, as the call that would make it."""
    held = vars(module)
    specs = [spec for spec in dataclasses.fields(module) if spec.repr and spec.name in held]
    shown = [(spec.name.lstrip("_"), held[spec.name]) for spec in specs]
    words = [f"{name}={short(value)}" for name, value in shown if value is not None]
    return f"{type(module).__name__}({', '.join(words)})"
