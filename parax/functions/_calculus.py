"""Array code of the functions of samples over a sweep: derivative, integral, places, flatness."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from parax.errors import OperatorError, OperatorTypeError
from parax.functions._define import (
    Axis,
    array_function,
    as_float,
    real_only,
    reduction,
    require_axes,
)
from parax.op import (
    MaskedForm,
    Traits,
    largest,
    masked_forms,
    require_real,
    smallest,
    with_traits,
)


def _steps(symbol: str, x: jax.Array, f: jax.Array, axis: int) -> jax.Array:
    """Give the steps of the sweep, shaped to divide differences along the first axis."""
    real_only(symbol)(f)
    require_axes(symbol, axis, x.shape)
    points = x.shape[axis]
    if f.ndim == 0:  # even spacing
        steps = jnp.full((max(points - 1, 0),), as_float(f))
    elif f.shape == (points,):
        steps = jnp.diff(as_float(f))
    else:
        raise OperatorError(
            f"`{symbol}` of samples of shape {x.shape} along axis {axis} at points of shape "
            f"{f.shape}",
            hint=f"give {points} points on one axis, or the spacing as one number",
        )
    return steps.reshape(-1, *(1,) * (x.ndim - 1))


@array_function("derivative")
def derivative(x: jax.Array, f: jax.Array, order: int = 1, axis: int = 0) -> jax.Array:
    """Give the derivative of samples `x` at the points `f`, `order` times.

    Each time the slope of the parabola through three neighbours, at the ends of the first and
    last three: exact for parabolas, evenly spaced or not. Of two samples, their slope.

    Shape: that of `x`, whose `axis` is the sweep. Unit: that of `x` over that of `f`, `order`
    times.

    Args:
        x: samples, may be complex.
        f: where they were taken, `(points,)`; or one number, the spacing.
        order: how often; 0 gives `x`.
        axis: the axis of the sweep.

    Raises:
        OperatorError: fewer than two samples, a negative order, or points that do not fit.

    References:
        B. Fornberg, *Generation of finite difference formulas on arbitrarily spaced grids*,
        Mathematics of Computation 51 (1988) 699, for three points.
    """
    steps = _steps("derivative", x, f, axis)
    if order < 0:
        raise OperatorError(f"`derivative` of order {order}", hint="an order is 0 or more")
    if x.shape[axis] < 2:
        raise OperatorError(f"`derivative` takes two samples or more, got shape {x.shape}")
    values = jnp.moveaxis(as_float(x), axis, 0)
    for _ in range(order):
        values = _slopes(values, steps)
    return jnp.moveaxis(values, 0, axis)


def _slopes(x: jax.Array, h: jax.Array) -> jax.Array:
    slope = jnp.diff(x, axis=0) / h
    if len(slope) == 1:
        return jnp.concatenate([slope, slope])
    left, right, both = h[:-1], h[1:], h[:-1] + h[1:]
    inside = (right * slope[:-1] + left * slope[1:]) / both
    bend = (slope[1:] - slope[:-1]) / both
    first = slope[:1] - h[:1] * bend[:1]
    last = slope[-1:] + h[-1:] * bend[-1:]
    return jnp.concatenate([first, inside, last])


def _integrate_chosen(x: jax.Array, mask: jax.Array, f: jax.Array, axis: int = 0) -> jax.Array:
    """Integrate over the intervals of which both ends are chosen (X23)."""
    steps = _steps("integrate", x, jnp.asarray(f), axis)
    values, mask = jnp.moveaxis(as_float(x), axis, 0), jnp.moveaxis(mask, axis, 0)
    areas = (values[1:] + values[:-1]) / 2 * steps
    return jnp.sum(jnp.where(mask[1:] & mask[:-1], areas, 0), axis=0)


@array_function("integrate", masked=MaskedForm(_integrate_chosen, axis=0))
def integrate(x: jax.Array, f: jax.Array, axis: int = 0) -> jax.Array:
    """Give the integral of samples `x` over the points `f`, by trapezoids.

    Shape: that of `x` without `axis`. Unit: that of `x` times that of `f`.
    """
    steps = _steps("integrate", x, f, axis)
    values = jnp.moveaxis(as_float(x), axis, 0)
    return jnp.sum((values[1:] + values[:-1]) / 2 * steps, axis=0)


def _trace(symbol: str, x: jax.Array, f: jax.Array, axis: int) -> tuple[jax.Array, jax.Array]:
    """Give samples with their sweep first, and points of the same number of axes."""
    real_only(symbol)(f)
    require_axes(symbol, axis, x.shape)
    points = x.shape[axis]
    if f.shape != (points,):
        raise OperatorError(
            f"`{symbol}` of samples of shape {x.shape} along axis {axis} at points of shape "
            f"{f.shape}",
            hint=f"give {points} points on one axis, those at which the samples were taken",
        )
    if points < 2:
        raise OperatorError(f"`{symbol}` takes two samples or more, got shape {x.shape}")
    return jnp.moveaxis(as_float(x), axis, 0), as_float(f).reshape(-1, *(1,) * (x.ndim - 1))


@with_traits(Traits("grad"))
def grad(x: Any, wrt: Any) -> Any:
    """Refuse arrays: an expression is differentiated, in one of its inputs or parameters.

    Raises:
        OperatorTypeError: always.
    """
    raise OperatorTypeError(
        "`grad` differentiates an expression, and an array does not tell what it depends on",
        hint="give it `op.Input(name)` or what is made of it; `jax.grad` differentiates functions, "
        "and `derivative(x, f)` samples",
    )


def _at_chosen(
    x: jax.Array, mask: Any, point: Any, f: Any, nearest: bool = False, axis: int = 0
) -> jax.Array:
    """Read samples at points that lie between chosen ones."""
    if not isinstance(nearest, bool):
        raise OperatorTypeError(f"`nearest` of `at` is True or False, got `{nearest!r}`")
    real_only("at")(point)
    samples, places = _trace("at", x, jnp.asarray(f), axis)
    chosen = jnp.moveaxis(jnp.broadcast_to(mask, x.shape), axis, 0)
    one = partial(_nearest_sample if nearest else _between, samples, places, chosen)
    wanted = as_float(point)
    values = jax.vmap(one)(wanted.reshape(-1))
    return values.reshape(*wanted.shape, *samples.shape[1:])


def _between(x: jax.Array, f: jax.Array, chosen: jax.Array, point: jax.Array) -> jax.Array:
    left, right = f[:-1], f[1:]
    inside = (jnp.minimum(left, right) <= point) & (point <= jnp.maximum(left, right))
    inside = inside & chosen[:-1] & chosen[1:]
    first = jnp.argmax(inside, axis=0, keepdims=True)

    def there(row: jax.Array) -> jax.Array:
        return jnp.take_along_axis(jnp.broadcast_to(row, inside.shape), first, axis=0)[0]

    width = there(right) - there(left)
    share = (point - there(left)) / jnp.where(width == 0, 1, width)
    value = there(x[:-1]) + share * (there(x[1:]) - there(x[:-1]))
    return jnp.where(jnp.any(inside, axis=0), value, jnp.nan)


def _nearest_sample(x: jax.Array, f: jax.Array, chosen: jax.Array, point: jax.Array) -> jax.Array:
    above = jnp.any(chosen & (f >= point), axis=0)
    below = jnp.any(chosen & (f <= point), axis=0)
    nearest = jnp.argmin(jnp.where(chosen, jnp.abs(f - point), jnp.inf), axis=0, keepdims=True)
    return jnp.where(above & below, jnp.take_along_axis(x, nearest, axis=0)[0], jnp.nan)


@array_function("at", masked=MaskedForm(_at_chosen, axis=0))
def at(
    x: jax.Array, point: jax.Array, f: jax.Array, nearest: bool = False, axis: int = 0
) -> jax.Array:
    """Give the value of samples `x`, taken at `f`, at one point: linear between neighbours.

    Interpolation is of `x` as it is given: of a level in dB, it is in dB. Outside the points the
    value is NaN: nothing is extrapolated.

    Shape: that of `x` without `axis`; of several points, theirs in front. Unit: that of `x`.
    Gradient: in `x`, `point` and `f`; 0 where the value is NaN, and in `point` where it is the
    nearest that is taken.

    Args:
        x: samples, may be complex.
        point: where to read them, in the unit of `f`.
        f: where they were taken, `(points,)`, rising or falling.
        nearest: take the nearest sample instead, the first of two; False to interpolate.
        axis: the axis of the sweep.

    Raises:
        OperatorError: fewer than two samples, or points that do not fit.
    """
    return _at_chosen(x, True, point, f, nearest, axis)


def _crossing_chosen(
    x: jax.Array,
    mask: Any,
    level: Any,
    f: Any,
    direction: int = 0,
    n: int = 1,
    axis: int = 0,
) -> jax.Array:
    """Find a crossing between chosen samples."""
    real_only("crossing")(x, level)
    if direction not in (-1, 0, 1):
        raise OperatorError(
            f"`crossing` in the direction {direction}",
            hint="1 is rising, -1 falling, 0 either",
        )
    if n == 0:
        raise OperatorError("`crossing` number 0", hint="1 is the first, -1 the last")
    try:
        fits = jnp.broadcast_shapes(x.shape, jnp.shape(level)) == x.shape
    except ValueError:
        fits = False
    if not fits:
        raise OperatorError(
            f"`crossing` of samples of shape {x.shape} with a level of shape {jnp.shape(level)}",
            hint="give one number, or a level for each sample",
        )
    above, places = _trace("crossing", as_float(x) - as_float(level), jnp.asarray(f), axis)
    chosen = jnp.moveaxis(jnp.broadcast_to(mask, x.shape), axis, 0)
    left, right = above[:-1], above[1:]
    turns = (left >= 0) != (right >= 0)
    if direction:
        turns = turns & ((right > left) if direction > 0 else (right < left))
    turns = turns & jnp.isfinite(left) & jnp.isfinite(right) & chosen[1:] & chosen[:-1]
    order = jnp.cumsum(turns if n > 0 else jnp.flip(turns, 0), axis=0)
    order = order if n > 0 else jnp.flip(order, 0)
    wanted = turns & (order == abs(n))
    # One step is chosen at most: where none is, nothing is divided and no gradient flows.
    rise = jnp.where(wanted, right - left, 1)
    start, width = places[:-1], places[1:] - places[:-1]
    found = start - jnp.where(wanted, left, 0) / rise * width
    total = jnp.sum(jnp.where(wanted, found, 0), axis=0)
    return jnp.where(jnp.any(wanted, axis=0), total, jnp.nan)


@array_function("crossing", masked=MaskedForm(_crossing_chosen, axis=0))
def crossing(
    x: jax.Array,
    level: jax.Array,
    f: jax.Array,
    direction: int = 0,
    n: int = 1,
    axis: int = 0,
) -> jax.Array:
    """Give the point of `f` at which samples `x` cross a level, linear between neighbours.

    A sample that equals the level counts as above it. NaN if there are fewer crossings than that,
    never 0; a step next to a sample that is not finite is none.

    Shape: that of `x` without `axis`. Unit: that of `f`. Gradient: that of the straight line
    through both neighbours; 0 where the value is NaN.

    Args:
        x: real samples.
        level: what they cross: a number, or a value for each sample.
        f: where they were taken, `(points,)`.
        direction: 1 counts rising crossings alone, −1 falling ones, 0 both.
        n: which one, from 1; −1 is the last.
        axis: the axis of the sweep.

    Raises:
        OperatorError: fewer than two samples, points or a level that do not fit, no such
            direction, or `n` is 0.
    """
    return _crossing_chosen(x, True, level, f, direction, n, axis)


@reduction("flatness", check=require_real("flatness"), masked=masked_forms.PTP)
def flatness(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give max − min, the ripple. Unit: the operand's."""
    return largest(x, axis) - smallest(x, axis)
