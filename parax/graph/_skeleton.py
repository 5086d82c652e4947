"""A PyTree split in two: its arrays, and all the rest as one hashable skeleton."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

_HOLE = object()


def is_dynamic(leaf: object) -> bool:
    """Tell whether a leaf is an array, which an executable takes as an argument."""
    return isinstance(leaf, jax.Array | np.ndarray | np.generic | jax.ShapeDtypeStruct)


class Skeleton:
    """All of a PyTree but its arrays: structure, and the leaves that are no arrays.

    Two skeletons are equal if trees made of them from the same arrays are. Comparing and
    hashing never raise, whatever the tree holds: what cannot be compared is compared by
    identity.
    """

    __slots__ = ("_hash", "arrays", "statics", "treedef")

    def __init__(self, treedef: Any, statics: tuple[Any, ...]) -> None:
        self.treedef = treedef
        self.statics = statics
        self.arrays = sum(leaf is _HOLE for leaf in statics)
        try:
            self._hash = hash(treedef)
        except (TypeError, ValueError):
            self._hash = len(statics)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Skeleton) or len(self.statics) != len(other.statics):
            return False
        try:
            same = bool(self.treedef == other.treedef)
        except (TypeError, ValueError):
            return False
        return same and all(map(_same_static, self.statics, other.statics))

    def join(self, arrays: Sequence[Any]) -> Any:
        """Make the tree whole again, with these arrays."""
        fill = iter(arrays)
        leaves = [next(fill) if leaf is _HOLE else leaf for leaf in self.statics]
        return self.treedef.unflatten(leaves)


def _same_static(left: Any, right: Any) -> bool:
    if left is right:
        return True
    if left is _HOLE or right is _HOLE or type(left) is not type(right):
        return False
    try:
        return bool(left == right)
    except (TypeError, ValueError):
        return False


def split(tree: Any) -> tuple[list[Any], Skeleton]:
    """Split a tree into its arrays, in order, and its skeleton."""
    leaves, treedef = jtu.tree_flatten(tree)
    arrays = [leaf for leaf in leaves if is_dynamic(leaf)]
    return arrays, Skeleton(treedef, tuple(_HOLE if is_dynamic(x) else x for x in leaves))


def as_dynamic(value: Any) -> Any:
    """Give an input with its plain numbers as arrays: they are arguments, never structure (L31).

    Numbers inside a Module stay what they are: part of its structure, as everywhere in Equinox.
    """
    if isinstance(value, bool | int | float | complex):
        return jnp.asarray(value)
    if isinstance(value, dict):
        return {key: as_dynamic(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(as_dynamic, value))
    return value


def abstract(tree: Any) -> Any:
    """Give a tree with each array replaced by its shape, dtype and weakness."""

    def one(leaf: Any) -> Any:
        if not is_dynamic(leaf):
            return leaf
        if isinstance(leaf, jax.ShapeDtypeStruct):
            return leaf
        weak = bool(getattr(leaf, "weak_type", False))
        dtype = jax.dtypes.canonicalize_dtype(leaf.dtype, allow_extended_dtype=True)
        return jax.ShapeDtypeStruct(leaf.shape, dtype, weak_type=weak)

    return jtu.tree_map(one, tree)
