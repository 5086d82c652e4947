"""Expressions as flat data for `pickle`, at any depth, with what is shared shared (X8, X17)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import jax.tree_util as jtu

from parax.op._base import NOWHERE, Operator, filled
from parax.op._functions import function_key, stored_function


class _Ref:
    """Stands for an operator that comes earlier in the list."""

    def __init__(self, position: int) -> None:
        self.position = position


class _Named:
    """Stands for a public function: JAX's own do not pickle."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    def found(self) -> Any:
        value: Any = importlib.import_module(self.module)
        for part in self.name.split("."):
            value = getattr(value, part)
        return value


Row = tuple[type, dict[str, Any]]


def packed(root: Operator) -> tuple[list[Row]]:
    """Give the operators of an expression as a list, operands before their consumers."""
    rows: list[Row] = []
    done: dict[int, int] = {}
    pending = [root]
    while pending:
        operator = pending[-1]
        fields = {name: held for name, held in vars(operator).items() if name != "_origin"}
        missing = [one for one in _operators(fields) if id(one) not in done]
        if id(operator) not in done and missing:
            pending.extend(missing)
            continue
        pending.pop()
        if id(operator) not in done:
            done[id(operator)] = len(rows)
            mapped = _mapped(fields, lambda one: _Ref(done[id(one)]), _as_named)
            rows.append((type(operator), mapped))
    return (rows,)


def unpacked(rows: list[Row]) -> Operator:
    """Give the expression of such a list."""
    made: list[Operator] = []
    for cls, fields in rows:
        found = _mapped(fields, lambda ref: made[ref.position], _as_function)
        made.append(filled(cls, NOWHERE, **found))
    return made[-1]


def _operators(value: Any) -> list[Operator]:
    """Give the operators that a field holds, directly or in containers."""
    if isinstance(value, Operator):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [one for item in value for one in _operators(item)]
    return []


def _mapped(value: Any, refer: Callable[[Any], Any], function: Callable[[Any], Any]) -> Any:
    """Replace operators or references, and functions, in a field's containers."""
    if isinstance(value, Operator | _Ref):
        return refer(value)
    if isinstance(value, dict):
        return {key: _mapped(item, refer, function) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)([_mapped(item, refer, function) for item in value])
    return function(value)


def _as_named(value: Any) -> Any:
    if isinstance(value, jtu.Partial) and not value.args and not value.keywords:
        key = function_key(value)
        if isinstance(key, tuple):
            return _Named(*key)
    return value


def _as_function(value: Any) -> Any:
    return stored_function(value.found(), "pickle") if isinstance(value, _Named) else value
