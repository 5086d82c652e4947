"""Array code of the functions of samples over a sweep: derivative, integral, flatness."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from parax.errors import OperatorError
from parax.functions._define import (
    Axis,
    array_function,
    as_float,
    real_only,
    reduction,
    require_axes,
)
from parax.op import require_real


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


@array_function("integrate")
def integrate(x: jax.Array, f: jax.Array, axis: int = 0) -> jax.Array:
    """Give the integral of samples `x` over the points `f`, by trapezoids.

    Shape: that of `x` without `axis`. Unit: that of `x` times that of `f`.
    """
    steps = _steps("integrate", x, f, axis)
    values = jnp.moveaxis(as_float(x), axis, 0)
    return jnp.sum((values[1:] + values[:-1]) / 2 * steps, axis=0)


@reduction("flatness", check=require_real("flatness"))
def flatness(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give max − min, the ripple. Unit: the operand's."""
    return jnp.max(x, axis=axis) - jnp.min(x, axis=axis)
