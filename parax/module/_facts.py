"""What a model is beside its parameters, and whether two values are the same."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import equinox as eqx
import jax
import jax.tree_util as jtu
import numpy as np

from parax.module._walk import GROUPS_FIELD, key_text
from parax.parameters import Parameter, is_concrete

Key = tuple[str, Literal["class", "field"]]
"""A dotted path, and what is said of what is there."""


def facts(tree: Any) -> dict[Key, Any]:
    """Give classes, static fields, groups and leaves outside Parameters by path."""
    found: dict[Key, Any] = {}
    waiting: list[tuple[str, Any]] = [("", tree)]
    while waiting:
        path, node = waiting.pop()
        prefix = f"{path}." if path else ""
        if node is None or isinstance(node, Parameter):
            continue
        if isinstance(node, eqx.Module):
            found[path, "class"] = type(node)
            below: list[tuple[str, Any]] = []
            for spec in dataclasses.fields(node):
                value = vars(node).get(spec.name)
                if spec.metadata.get("static", False) or spec.name == GROUPS_FIELD:
                    found[prefix + spec.name, "field"] = value
                else:
                    below.append((prefix + spec.name, value))
        else:
            children = jtu.default_registry.flatten_one_level_with_keys(node)
            if children is None:
                found[path, "field"] = node
                continue
            below = [(prefix + key_text(key), child) for key, child in children[0]]
        waiting.extend(reversed(below))
    return found


def equal(a: Any, b: Any) -> bool:
    """Tell whether two values are the same, arrays by their elements; never raises."""
    if a is b:
        return True
    old, structure = jtu.tree_flatten(a)
    new, other = jtu.tree_flatten(b)
    try:
        return bool(structure == other) and all(map(_leaf_equal, old, new))
    except (TypeError, ValueError):  # static values that do not compare
        return False


def _leaf_equal(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if isinstance(a, jax.Array | np.ndarray) or isinstance(b, jax.Array | np.ndarray):
        if np.shape(a) != np.shape(b) or not (eqx.is_array_like(a) and eqx.is_array_like(b)):
            return False
        if not (is_concrete(a) and is_concrete(b)):
            return jax.numpy.result_type(a) == jax.numpy.result_type(b)
        first, second = np.asarray(a), np.asarray(b)
        return np.array_equal(first, second, equal_nan=first.dtype.kind in "fc")
    return type(a) is type(b) and (bool(a == b) or bool(a != a and b != b))  # else NaN
