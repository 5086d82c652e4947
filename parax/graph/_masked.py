"""Masked: a value with the points that count, as the lowering alone sees it (X22).

A jitted shape cannot depend on data, so that choosing points cannot shorten an array: it is kept
whole, and a mask beside it says which points were chosen.
"""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np


class Masked:
    """An array, and for which of its elements it counts.

    Args:
        value: the whole array; what it holds elsewhere has no meaning, and may be NaN.
        mask: booleans with as many axes as the value, of length 1 along those that it does not
            vary with.
        axes: the axes that it varies with.
    """

    __slots__ = ("axes", "mask", "value")

    def __init__(self, value: Any, mask: Any, axes: frozenset[int]) -> None:
        self.value = value
        self.mask = mask
        self.axes = axes

    @property
    def whole_mask(self) -> jax.Array:
        """The mask in the shape of the value."""
        return jnp.broadcast_to(self.mask, jnp.shape(self.value))

    def dense(self) -> Any:
        """Give a plain array with NaN where the value does not count; integers become floats."""
        return jnp.where(self.whole_mask, floating(self.value), jnp.nan)

    def filled(self, fill: Any = 0) -> Any:
        """Give a plain array with a number where the value does not count, of the same dtype."""
        return jnp.where(
            self.whole_mask, self.value, jnp.asarray(fill, jnp.result_type(self.value))
        )

    def __repr__(self) -> str:
        return f"Masked({self.value!r}, {self.mask!r})"


def _flatten(masked: Masked) -> tuple[tuple[Any, Any], frozenset[int]]:
    return (masked.value, masked.mask), masked.axes


def _unflatten(axes: frozenset[int], parts: tuple[Any, Any]) -> Masked:
    value, mask = parts
    return Masked(value, mask, axes)


jtu.register_pytree_node(Masked, _flatten, _unflatten)


def is_masked(value: object) -> bool:
    """Tell whether a value is masked."""
    return isinstance(value, Masked)


def floating(value: Any) -> Any:
    """Give a value that can hold a NaN: integers and booleans as floats."""
    value = jnp.asarray(value)
    return value if jnp.issubdtype(value.dtype, jnp.inexact) else value.astype(float)


def holds_mask(tree: Any) -> bool:
    """Tell whether a tree is a masked value, or has one in it."""
    if not isinstance(tree, dict | list | tuple):
        return is_masked(tree)
    return any(map(is_masked, jtu.tree_leaves(tree, is_leaf=is_masked)))


def bared(tree: Any) -> Any:
    """Give a tree with whole arrays in place of masked ones."""
    return jtu.tree_map(lambda one: one.value if is_masked(one) else one, tree, is_leaf=is_masked)


def dense(tree: Any) -> Any:
    """Give a tree with plain arrays in place of masked ones, NaN where they do not count."""
    return jtu.tree_map(lambda one: one.dense() if is_masked(one) else one, tree, is_leaf=is_masked)


def settled(tree: Any) -> Any:
    """Give a tree with plain arrays in place of masked ones, 0 where they do not count."""
    return jtu.tree_map(
        lambda one: one.filled() if is_masked(one) else one, tree, is_leaf=is_masked
    )


def selected(value: Any, *conditions: Any) -> Masked | None:
    """Give a value with the points where all conditions hold; None if they do not fit it.

    Args:
        value: an array, or a masked one, whose mask counts too.
        conditions: booleans, whose axes are the first ones of the value.
    """
    whole = value.value if is_masked(value) else value
    shape = np.shape(whole)
    masks = [(value.mask, value.axes)] if is_masked(value) else []
    for condition in conditions:
        own = np.shape(condition)
        if len(own) > len(shape) or any(
            size not in (1, length) for size, length in zip(own, shape, strict=False)
        ):
            return None
        mask = jnp.reshape(condition, own + (1,) * (len(shape) - len(own)))
        masks.append((mask, frozenset(range(len(own)))))
    mask, axes = masks[0]
    for other, more in masks[1:]:
        mask, axes = jnp.logical_and(mask, other), axes | more
    return Masked(whole, mask, axes)


def elementwise(compute: Callable[..., Any], operands: Sequence[Any]) -> Masked:
    """Compute an elementwise function on values, some masked: the masks are joined by *and*."""
    value = compute(*map(bared, operands))
    count = np.ndim(value)
    mask: Any = None
    axes: frozenset[int] = frozenset()
    for one in operands:
        if not is_masked(one):
            continue
        missing = count - np.ndim(one.value)
        own = jnp.reshape(one.mask, (1,) * missing + np.shape(one.mask))
        mask = own if mask is None else jnp.logical_and(mask, own)
        axes |= {axis + missing for axis in one.axes}
    return Masked(value, mask, frozenset(axes))
