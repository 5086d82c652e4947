"""Elementwise functions over PyTrees of arrays: the broadcasting rule O5."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import kind_of
from parax.errors import OperatorTypeError

_ARRAYS = (jax.Array, jax.ShapeDtypeStruct, np.ndarray, np.generic, Number)


def is_leaf(value: object) -> bool:
    """Tell whether a value is one array, number or Parameter rather than a tree of them."""
    return isinstance(value, _ARRAYS) or hasattr(value, "__jax_array__")


def as_array(value: Any) -> Any:
    """Give a Parameter's or NumPy array's JAX array; Python numbers stay as they are."""
    if isinstance(value, jax.Array):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return jnp.asarray(value)
    convert = getattr(value, "__jax_array__", None)
    return value if convert is None else convert()


def map_leaves(fn: Callable[..., Any], *values: Any) -> Any:
    """Apply an elementwise function leaf by leaf; a single leaf meets every leaf of a tree.

    Raises:
        OperatorTypeError: two trees differ in structure; names the first key path that does.
    """
    if all(isinstance(value, _ARRAYS) for value in values):  # by far the most common
        return fn(*map(as_array, values))
    if any(value is None for value in values):
        raise OperatorTypeError(
            "an operand is `None`", hint="what gives it returns nothing: end it with `return`"
        )
    trees = [value for value in values if not is_leaf(value)]
    if not trees:
        return fn(*map(as_array, values))
    structure = jtu.tree_structure(trees[0], is_leaf=is_leaf)
    columns = []
    for value in values:
        if is_leaf(value):
            columns.append([as_array(value)] * structure.num_leaves)
            continue
        leaves, own = jtu.tree_flatten(value, is_leaf=is_leaf)
        if own != structure:
            raise _structures_differ(trees[0], value)
        columns.append([as_array(leaf) for leaf in leaves])
    return structure.unflatten([fn(*row) for row in zip(*columns, strict=True)])


def _structures_differ(left: Any, right: Any) -> OperatorTypeError:
    left_paths, right_paths = (
        [jtu.keystr(path) for path, _ in jtu.tree_flatten_with_path(tree, is_leaf=is_leaf)[0]]
        for tree in (left, right)
    )
    pairs = zip(left_paths, right_paths, strict=False)
    first = next((a for a, b in pairs if a != b), None)
    if first is None and left_paths == right_paths:
        return _kinds_differ(left, right)
    if first is None:
        longer = max(left_paths, right_paths, key=len)
        shorter = min(len(left_paths), len(right_paths))
        first = longer[shorter] if len(longer) > shorter else "the root"
    return OperatorTypeError(
        f"the operands are trees of different structure, first at {first}",
        hint=f"left has {', '.join(left_paths)}; right has {', '.join(right_paths)}",
    )


def _kinds_differ(left: Any, right: Any) -> OperatorTypeError:
    """Make the error for trees with the same key paths, of which a part differs in kind."""
    path, left, right = _first_apart((), left, right)
    ours, theirs = kind_of(left), kind_of(right)
    return OperatorTypeError(
        "the operands are trees of different structure, first at "
        + (jtu.keystr(path) or "the root"),
        hint=f"left is {ours}; right is {theirs}"
        if ours != theirs
        else f"both are {ours}, and differ in what is no array, such as a static field",
    )


def _first_apart(path: tuple[Any, ...], left: Any, right: Any) -> tuple[tuple[Any, ...], Any, Any]:
    """Give the first part, from the root, at which two trees of the same key paths differ."""
    ours, theirs = (
        jtu.tree_flatten_with_path(tree, is_leaf=lambda one, tree=tree: one is not tree)
        for tree in (left, right)
    )
    if ours[1] != theirs[1]:
        return path, left, right
    for (step, a), (_, b) in zip(ours[0], theirs[0], strict=True):
        same = jtu.tree_structure(a, is_leaf=is_leaf) == jtu.tree_structure(b, is_leaf=is_leaf)
        if not same:
            return _first_apart((*path, *step), a, b)
    return path, left, right
