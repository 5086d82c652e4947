"""Modules as text: one field a line, what holds parameters first."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from textwrap import indent
from typing import Any

import equinox as eqx
import jax
import numpy as np

from parax.parameters import Parameter

_LISTED = 20


def module_repr(module: Any) -> str:
    """Give the class name and one field a line: Parameters and Modules, others, `name` last.

    Of a long list or dict of modules the first ones are shown.
    """
    held = vars(module)
    shown = [spec.name for spec in dataclasses.fields(module) if spec.repr and spec.name in held]
    order = sorted(shown, key=lambda word: (word == "name", not _holds_params(held[word])))
    lines = [f"{word}={_text(held[word])}" for word in order]
    return _block(f"{type(module).__name__}(", lines, ")")


def _holds_params(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_params, value))
    if isinstance(value, dict):
        return any(map(_holds_params, value.values()))
    return isinstance(value, Parameter | eqx.Module)


def _text(value: Any) -> str:
    if type(value) in (list, tuple) and _holds_params(value):
        items = _shortened([_text(item) for item in value[:_LISTED]], value)
        return _block("[", items, "]") if isinstance(value, list) else _block("(", items, ")")
    if type(value) is dict and _holds_params(value):
        pairs = list(value.items())[:_LISTED]
        return _block("{", _shortened([f"{key!r}: {_text(x)}" for key, x in pairs], value), "}")
    if isinstance(value, jax.Array | np.ndarray):
        return eqx.tree_pformat(value)
    return repr(value)


def _shortened(lines: list[str], whole: Any) -> list[str]:
    more = len(whole) - len(lines)
    return [*lines, f"… {more} more"] if more else lines


def _block(opening: str, lines: Sequence[str], closing: str) -> str:
    if not lines:
        return f"{opening}{closing}"
    body = indent(",\n".join(lines), "  ")
    return f"{opening}\n{body}\n{closing}"
