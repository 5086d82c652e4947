"""Array code of the functions that arrange, accumulate and make arrays.

What decides a shape is static: shapes, counts, shifts, axes. As in NumPy, an `axis` of None means
the flat value where it is the default.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from parax.errors import OperatorError, OperatorTypeError
from parax.functions._define import (
    array_function,
    as_float,
    as_number,
    real_only,
    require_axes,
)
from parax.op import Traits, map_leaves, require_real, with_traits

Whole = int | tuple[int, ...]
Number = int | float


# --- Choosing and joining ---------------------------------------------------------------------


def _choose(condition: Any, a: Any, b: Any) -> jax.Array:
    return jnp.where(jnp.asarray(condition) != 0, a, b)


@with_traits(Traits("where", elementwise=True))
def where(condition: Any, a: Any, b: Any) -> Any:
    """Give `a` where the condition holds and `b` elsewhere.

    In an expression no NaN leaks from the branch not taken (L51). On arrays the branches are
    computed before this is called, and their gradients cannot be cut any more.
    """
    return map_leaves(_choose, condition, a, b)


@array_function("stack")
def stack(*values: jax.Array, axis: int = 0) -> jax.Array:
    """Give the values side by side on a new axis; scalars are broadcast to the others' shape."""
    shapes = [value.shape for value in values]
    common = next((shape for shape in shapes if shape), ())
    for position, shape in enumerate(shapes):
        if shape not in ((), common):
            raise OperatorError(
                f"`stack` of shapes that do not agree: {common} and, at position {position}, "
                f"{shape}",
                hint="reduce or index the operands to one shape",
            )
    require_axes("stack", axis, (*common, len(values)))
    return jnp.stack([jnp.broadcast_to(value, common) for value in values], axis=axis)


@array_function("concat")
def concat(*values: jax.Array, axis: int = 0) -> jax.Array:
    """Give the values one after the other along an axis; a scalar counts as one element."""
    if len(values) == 1 and values[0].ndim:  # as in NumPy, one array is the list of its rows
        values = tuple(values[0])
    values = tuple(map(jnp.atleast_1d, values))
    first = values[0].shape
    require_axes("concat", axis, first)
    axis = axis % len(first)
    for position, value in enumerate(values):
        shape = value.shape
        if len(shape) != len(first) or shape[:axis] + shape[axis + 1 :] != (
            first[:axis] + first[axis + 1 :]
        ):
            raise OperatorError(
                f"`concat` along axis {axis} of shapes that do not agree: {first} and, at "
                f"position {position}, {shape}"
            )
    return jnp.concatenate(values, axis=axis)


# --- Rearranging ------------------------------------------------------------------------------


def _as_tuple(value: Whole) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)


@array_function("reshape")
def reshape(x: jax.Array, shape: Whole = ()) -> jax.Array:
    """Give the elements in C order in another shape; one length may be −1."""
    wanted = _as_tuple(shape)
    known = math.prod(one for one in wanted if one != -1)
    free = wanted.count(-1)
    fits = known == x.size if not free else free == 1 and known > 0 and x.size % known == 0
    if not fits or any(one < -1 for one in wanted):
        raise OperatorError(f"`reshape` of shape {x.shape} to {wanted}, which does not hold it")
    return jnp.reshape(x, wanted)


@array_function("transpose")
def transpose(x: jax.Array, axes: Whole | None = None) -> jax.Array:
    """Give the value with its axes in the given order, reversed by default."""
    order = tuple(range(x.ndim))[::-1] if axes is None or axes == () else _as_tuple(axes)
    require_axes("transpose", order, x.shape)
    if len(order) != x.ndim:
        raise OperatorError(
            f"`transpose` to axes {order} of shape {x.shape}", hint="name each axis once"
        )
    return jnp.transpose(x, order)


def _one_axis(symbol: str, axis: int | None, x: jax.Array) -> int | None:
    if axis is not None and not isinstance(axis, int):
        raise OperatorTypeError(f"`{symbol}` takes one axis, got `{axis}`")
    require_axes(symbol, axis, x.shape)
    return axis


@array_function("sort", check=require_real("sort"))
def sort(x: jax.Array, axis: int | None = -1) -> jax.Array:
    """Give the values in rising order along an axis; NaN last."""
    return jnp.sort(x, axis=_one_axis("sort", axis, x))


@array_function("flip")
def flip(x: jax.Array, axis: Whole | None = None) -> jax.Array:
    """Give the values in reversed order, along all axes by default."""
    require_axes("flip", axis, x.shape)
    return jnp.flip(x, axis=axis)


@array_function("roll")
def roll(x: jax.Array, shift: Whole = 0, axis: Whole | None = None) -> jax.Array:
    """Give the values moved on by `shift` places; what leaves at the end enters at the start."""
    require_axes("roll", axis, x.shape)
    several = [one for one in (shift, axis) if isinstance(one, tuple)]
    if (axis is None and several) or len({len(one) for one in several}) > 1:
        raise OperatorError(f"`roll` by {shift} over axis {axis}: give one shift an axis")
    return jnp.roll(x, shift, axis=axis)


# --- Accumulating -----------------------------------------------------------------------------


@array_function("cumsum")
def cumsum(x: jax.Array, axis: int | None = None) -> jax.Array:
    """Give the running sum. Unit: the operand's."""
    return jnp.cumsum(x, axis=_one_axis("cumsum", axis, x))


@array_function("cumprod")
def cumprod(x: jax.Array, axis: int | None = None) -> jax.Array:
    """Give the running product; its gradient is right where factors are 0 too."""
    return jnp.cumprod(x, axis=_one_axis("cumprod", axis, x))


@array_function("diff")
def diff(x: jax.Array, n: int = 1, axis: int = -1) -> jax.Array:
    """Give the differences of neighbours, `n` times; each time one element fewer."""
    if n < 0:
        raise OperatorError(f"`diff` takes differences 0 or more times, got {n}")
    return jnp.diff(x, n=n, axis=_one_axis("diff", axis, x) or 0)


@array_function("unwrap", check=real_only("unwrap"))
def unwrap(p: jax.Array, period: Any = 2 * math.pi, axis: int = -1) -> jax.Array:
    """Give a phase without its jumps: whole periods are added until steps are at most half of one.

    Works on radians by default, and on degrees with `period=360`. Gradient: 1, since the number
    of periods that is added is constant.
    """
    p = as_float(p)
    axis = _one_axis("unwrap", axis, p) or 0
    if p.shape[axis] < 2:
        return p
    step = jax.lax.stop_gradient(jnp.diff(p, axis=axis) / period)
    turns = jnp.sign(step) * jnp.ceil(jnp.abs(step) - 0.5)
    start = jnp.zeros_like(jax.lax.slice_in_dim(turns, 0, 1, axis=axis))
    return p - period * jnp.cumsum(jnp.concatenate([start, turns], axis=axis), axis=axis)


@array_function("interp")
def interp(x: jax.Array, xp: jax.Array, fp: jax.Array) -> jax.Array:
    """Give the values at `x` of the line through the points (xp, fp), constant beyond its ends.

    `xp` rises, `fp` may be complex. Shape: that of `x`. Unit: that of `fp`.
    """
    real_only("interp")(x, xp)
    if xp.ndim != 1 or xp.shape != fp.shape or not xp.size:
        raise OperatorError(
            f"`interp` through points of shapes {xp.shape} and {fp.shape}",
            hint="give `xp` and `fp` one axis of the same length",
        )
    return jnp.interp(as_float(x), as_float(xp), as_float(fp))


# --- Making -----------------------------------------------------------------------------------


def _lengths(symbol: str, shape: Whole) -> tuple[int, ...]:
    lengths = _as_tuple(shape)
    if any(one < 0 for one in lengths):
        raise OperatorError(f"`{symbol}` of shape {lengths}, which has a negative length")
    return lengths


@with_traits(Traits("linspace"))
def linspace(start: Any, stop: Any, num: int = 50) -> jax.Array:
    """Give `num` values from `start` to `stop`, both included, evenly spaced."""
    (num,) = _lengths("linspace", num)
    return jnp.linspace(as_number(start), as_number(stop), num)


@with_traits(Traits("arange"))
def arange(start: Number, stop: Number | None = None, step: Number = 1) -> jax.Array:
    """Give the numbers from `start`, or from 0, up to and without `stop`, by `step`."""
    if step == 0:
        raise OperatorError("`arange` by a step of 0")
    return jnp.arange(start, stop, step)


@with_traits(Traits("ones"))
def ones(shape: Whole = ()) -> jax.Array:
    """Give ones in the default float."""
    return jnp.ones(_lengths("ones", shape))


@with_traits(Traits("zeros"))
def zeros(shape: Whole = ()) -> jax.Array:
    """Give zeros in the default float."""
    return jnp.zeros(_lengths("zeros", shape))


@with_traits(Traits("eye"))
def eye(n: int, m: int | None = None) -> jax.Array:
    """Give ones on the diagonal of `n` rows and `m` columns, zeros elsewhere."""
    rows, columns = _lengths("eye", (n, n if m is None else m))
    return jnp.eye(rows, columns)
