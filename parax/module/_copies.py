"""Copies of a model, whole or without what is not saved."""

from __future__ import annotations

import dataclasses
from typing import Any

import equinox as eqx
import jax.tree_util as jtu

from parax.module._fields import default_of
from parax.parameters import Parameter, rebuild, restore


def copied(tree: Any) -> Any:
    """Give a copy: modules and containers anew, arrays and functions as they are."""
    return rebuild(tree)


def saveable(tree: Any) -> Any:
    """Give a copy in which fields marked `save=False`, at any depth, have their defaults.

    A field without default becomes None. The tree itself is not touched.
    """
    return _reset(rebuild(tree))


def _reset(node: Any) -> Any:
    if isinstance(node, Parameter) or jtu.all_leaves([node]):
        return node
    if not isinstance(node, eqx.Module):
        return jtu.tree_map(_reset, node, is_leaf=lambda child: child is not node)
    fields = dict(vars(node))
    for spec in dataclasses.fields(node):
        if not spec.metadata.get("save", True):
            fields[spec.name] = default_of(spec)
        elif spec.name in fields and not spec.metadata.get("static", False):
            fields[spec.name] = _reset(fields[spec.name])
    return restore(type(node), fields)
