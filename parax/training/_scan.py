"""A loop over arrays that is compiled once, for carries that hold more than arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ScanError
from parax.training._carry import Carry
from parax.training._words import kind


def scan(
    func: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    unroll: int | bool = 1,
    time_major: bool = True,
) -> tuple[Any, Any]:
    """Loop over the first axis of arrays, carrying a value from step to step.

    As `jax.lax.scan`, but the carry may be a model that holds functions, texts and numbers of
    Python, and arrays may have the axis of a batch before that of time.

    Args:
        func: `func(carry, x)` gives `(carry, y)`.
        init: the carry before the first step, any PyTree. What is no array stays as it is.
        xs: any PyTree of arrays, each of shape `(steps, ...)`, or `(batch, steps, ...)` if not
            `time_major`; or None. `func` is given one slice without the axis of steps.
        length: the number of steps; needed if there is no array in `xs`.
        unroll: how many steps are compiled as one.
        time_major: whether the axis of steps is the first. If not, it is the second one in `xs`,
            and in `ys` too where there is one.

    Returns:
        `(carry, ys)`: the carry after the last step, and what the steps gave, stacked along the
        axis of steps. What is no array in `y` is given once.

    Raises:
        ScanError: an array without an axis of steps, arrays of different lengths, no length at
            all, or a carry that changes its structure, shape or dtype; the leaf is named. It is a
            `ValueError` and a `TypeError`.

    Example:
        >>> import jax.numpy as jnp
        >>> total, sums = scan(lambda c, x: (c + x, c + x), 0.0, jnp.array([1.0, 2.0, 3.0]))
        >>> float(total), sums.tolist()
        (6.0, [1.0, 3.0, 6.0])
    """
    steps = _length(xs, length, axis=0 if time_major else 1)
    if not time_major:
        xs = jtu.tree_map(lambda leaf: jnp.swapaxes(leaf, 0, 1), xs)
    carry = Carry(func, init, jtu.tree_map(_slice_of, xs))
    rest: list[Any] = []

    def body(arrays: list[Any], x: Any) -> tuple[list[Any], Any]:
        arrays, y = carry.step(arrays, x)
        collected, rest[:] = _cut(y)
        return arrays, collected

    arrays, ys = jax.lax.scan(body, carry.arrays, xs, length=steps, unroll=unroll)
    if not time_major:
        ys = jtu.tree_map(lambda leaf: jnp.swapaxes(leaf, 0, 1) if leaf.ndim > 1 else leaf, ys)
    return carry.joined(arrays), eqx.combine(ys, *rest)


def _cut(y: Any) -> tuple[Any, list[Any]]:
    collected, kept = eqx.partition(y, eqx.is_array_like)
    return collected, [kept]


def _slice_of(leaf: Any) -> jax.ShapeDtypeStruct:
    typed = jax.typeof(leaf)
    return jax.ShapeDtypeStruct(typed.shape[1:], typed.dtype)


def _length(xs: Any, length: int | None, axis: int) -> int:
    """Give the number of steps; all arrays must agree on it."""
    steps, said = length, "`length`"
    for keys, leaf in jtu.tree_flatten_with_path(xs)[0]:
        where = quoted(f"xs{jtu.keystr(keys)}")
        if np.ndim(leaf) <= axis:
            raise _no_axis(where, leaf, axis)
        own = np.shape(leaf)[axis]
        if steps is None:
            steps, said = own, where
        elif own != steps:
            raise ScanError(
                f"the lengths do not agree: {said} says {steps} steps, and {where} has {own} along"
                f" axis {axis}",
                hint="give arrays of one length, and no `length`",
            )
    if steps is None:
        raise ScanError(
            "there is no array to scan over, and no `length`",
            hint="give the number of steps: `length=100`",
        )
    return steps


def _no_axis(where: str, leaf: Any, axis: int) -> ScanError:
    if not eqx.is_array(leaf):
        return ScanError(
            f"{where} must be an array to scan over, and is {kind(leaf)}",
            hint="make one array of it with `jax.numpy.array`, or let the function close over it",
        )
    shape = quoted(np.shape(leaf))
    if axis == 0:
        return ScanError(
            f"{where} has the shape {shape}, and no axis to scan over",
            hint="let the function close over what is the same in each step",
        )
    return ScanError(
        f"{where} has the shape {shape}, and with `time_major=False` needs the two axes of batch"
        " and time",
        hint="add an axis with `jax.numpy.expand_dims`, or leave `time_major` on",
    )
