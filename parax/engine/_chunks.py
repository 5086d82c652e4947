"""Batches in pieces that the processor's cache holds (E12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import jax
import numpy as np

_BYTES = 2**20
"""What the widest value of a piece should take, as measured: a loop over less has to be started too
often, and what is held for more is taken from the system, and cleared, at each call."""


def widest(values: Sequence[Any]) -> int:
    """Give the bytes of the widest abstract value of a graph."""
    different = list({id(value): value for value in values}.values())
    leaves = jax.tree_util.tree_leaves(different)
    sizes = [
        prod(leaf.shape) * np.dtype(leaf.dtype).itemsize
        for leaf in leaves
        if isinstance(leaf, jax.ShapeDtypeStruct) and isinstance(leaf.dtype, np.dtype)
    ]
    return max(sizes, default=1)


def piece(count: int, width: int) -> int:
    """Give how many of a batch are computed at once.

    Args:
        count: how many there are.
        width: the bytes of the widest value of one.

    Returns:
        `count` if all fit, or on a device that is no CPU; otherwise, if there is one that is not
        much smaller, a number that divides the count, so that no rest is compiled separately.
    """
    most = max(1, _BYTES // width)
    if most >= count or jax.default_backend() != "cpu":
        return count
    for size in range(most, most // 2, -1):
        if count % size == 0:
            return size
    return most


def mapped(run: Callable[..., Any], count: int, at_once: int) -> Callable[..., Any]:
    """Give a function of a batch as its first argument, from one of one of them."""
    if at_once >= count:
        return jax.vmap(run, in_axes=(0, None))

    def in_pieces(rows: Any, rest: Any) -> Any:
        return jax.lax.map(lambda row: run(row, rest), rows, batch_size=at_once)

    return in_pieces
