"""Matérn covariances as functions of a squared distance, with their derivatives at zero.

In the distance `r` they are written with `√t`, whose slope at zero is infinite; automatic
differentiation would give NaN at equal points, and, if that were masked, wrong second derivatives.
Each function here gives its derivative by `t` as another one of them:

    exponential(t)  = exp(−√t)                       its derivative = −exponential(t) / 2√t
    once_smooth(t)  = (1 + √t) exp(−√t)              its derivative = −exponential(t) / 2
    twice_smooth(t) = (1 + √t + t/3) exp(−√t)        its derivative = −once_smooth(t) / 6

The first has no derivative at zero; 0 is given, which lies between the slopes of both sides of `r`.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


@jax.custom_jvp
def exponential(t: Any) -> Any:
    """Give `exp(−√t)`."""
    return jnp.exp(-jnp.sqrt(t))


@jax.custom_jvp
def once_smooth(t: Any) -> Any:
    """Give `(1 + √t) exp(−√t)`."""
    root = jnp.sqrt(t)
    return (1 + root) * jnp.exp(-root)


@jax.custom_jvp
def twice_smooth(t: Any) -> Any:
    """Give `(1 + √t + t/3) exp(−√t)`."""
    root = jnp.sqrt(t)
    return (1 + root + t / 3) * jnp.exp(-root)


@exponential.defjvp
def _(primals: Any, tangents: Any) -> Any:
    (t,), (slope,) = primals, tangents
    value = exponential(t)
    apart = t > 0
    root = jnp.sqrt(jnp.where(apart, t, 1))
    return value, -jnp.where(apart, value / (2 * root), 0) * slope


@once_smooth.defjvp
def _(primals: Any, tangents: Any) -> Any:
    (t,), (slope,) = primals, tangents
    return once_smooth(t), -exponential(t) / 2 * slope


@twice_smooth.defjvp
def _(primals: Any, tangents: Any) -> Any:
    (t,), (slope,) = primals, tangents
    return twice_smooth(t), -once_smooth(t) / 6 * slope
