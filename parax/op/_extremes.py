"""The larger and the largest, with slopes that survive a compiler that rounds twice.

JAX finds the slope of a maximum by comparing the elements with it for equality. XLA may compute an
element anew for that, and round it otherwise than in the maximum, as it fuses a product and a sum
where it sees both: then nothing is equal, and the slope is lost or infinite. Here it is decided by
what is larger, and by the place of the largest where none is equal.
"""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingParameterType=false

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

Axis = int | tuple[int, ...] | None
Function = Callable[..., Any]


def larger(x: Any, y: Any) -> jax.Array:
    """Give the larger of two values, elementwise; equal ones share the gradient."""
    return _larger(x, y) if _has_slope(x, y) else jnp.maximum(x, y)


def smaller(x: Any, y: Any) -> jax.Array:
    """Give the smaller of two values, elementwise; equal ones share the gradient."""
    return _smaller(x, y) if _has_slope(x, y) else jnp.minimum(x, y)


def largest(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the largest element along axes; equal ones share the gradient."""
    return _largest(x, axis) if _has_slope(x) else jnp.max(x, axis=axis)


def smallest(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the smallest element along axes; equal ones share the gradient."""
    return _smallest(x, axis) if _has_slope(x) else jnp.min(x, axis=axis)


def _has_slope(*values: Any) -> bool:
    return jnp.issubdtype(jnp.result_type(*values), jnp.floating)


def _of_two(pick: Function, wins: Function) -> Function:
    """Give a function that picks one of two values, of which one wins or they are equal."""

    @jax.custom_jvp
    def run(x: Any, y: Any) -> jax.Array:
        return pick(x, y)

    @run.defjvp
    def slope(primals: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
        x, y = primals
        found = pick(x, y)
        return found, _either(wins(x, y), wins(y, x), tangents, found)

    return run


_larger = _of_two(jnp.maximum, jnp.greater)
_smaller = _of_two(jnp.minimum, jnp.less)


def _either(first: Any, second: Any, tangents: Any, found: jax.Array) -> jax.Array:
    """Give the tangent of the one that was taken, or the mean of both."""
    one, other = (
        jnp.zeros_like(found)
        if tangent.dtype == jax.dtypes.float0  # of a whole number
        else jnp.broadcast_to(tangent, found.shape).astype(found.dtype)
        for tangent in map(jnp.asarray, tangents)
    )
    # A weight is kept for the gradient in one array; two conditions cost a third more time.
    share = jnp.where(first, 1.0, jnp.where(second, 0.0, 0.5)).astype(found.dtype)
    return one * share + other * (1 - share)


def _along_axes(pick: Function, place: Function) -> Function:
    """Give a function that picks an element along axes, given what tells its place."""

    @partial(jax.custom_jvp, nondiff_argnums=(1,))
    def run(x: jax.Array, axis: Axis) -> jax.Array:
        return pick(x, axis=axis)

    @run.defjvp
    def slope(axis: Axis, primals: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
        (x,), (tangent,) = primals, tangents
        found = pick(x, axis=axis)
        return found, _at(x, tangent, found, axis, place)

    return run


_largest = _along_axes(jnp.max, jnp.argmax)
_smallest = _along_axes(jnp.min, jnp.argmin)


def _at(
    x: jax.Array, tangent: jax.Array, found: jax.Array, axis: Axis, place: Function
) -> jax.Array:
    """Give the mean of the tangents of the elements that were found."""
    if axis is None:
        axes = tuple(range(x.ndim))
    else:
        axes = tuple(one % x.ndim for one in (axis if isinstance(axis, tuple) else (axis,)))
    equal = x == jnp.expand_dims(found, axes)
    count = jnp.sum(equal, axes, dtype=x.dtype, keepdims=True)
    share = jnp.where(count > 0, equal / jnp.maximum(count, 1), _only(x, axes, place))
    return jnp.sum(jnp.where(share > 0, share * tangent, 0), axes)


def _only(x: jax.Array, axes: tuple[int, ...], place: Function) -> jax.Array:
    """Give 1 at the first of what is looked for along some axes, and 0 elsewhere."""
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    order = [*kept, *axes]
    count = math.prod(x.shape[axis] for axis in axes)
    flat = jnp.transpose(x, order).reshape(*(x.shape[axis] for axis in kept), count)
    hit = jnp.arange(count) == place(flat, axis=-1)[..., None]
    whole = hit.reshape([x.shape[axis] for axis in order])
    return jnp.transpose(whole, [order.index(axis) for axis in range(x.ndim)]).astype(x.dtype)
