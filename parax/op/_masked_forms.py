"""Reductions of the elements that a mask selects: each fills before it computes (X23).

All are called as `form(x, mask, axis=…)`; the mask has the shape of `x` and selects at least one
element of each reduction. No `where=` of NumPy: its gradients at what is left out are NaN.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from parax.errors import OperatorTypeError
from parax.op._arithmetic import counted, safe_sqrt
from parax.op._extremes import largest, smallest
from parax.op._masked import Axis, MaskedForm


def _as_float(x: jax.Array) -> jax.Array:
    x = counted(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.result_type(float))


def lowest(x: jax.Array) -> Any:
    """Give what no element of this dtype is below."""
    return -jnp.inf if jnp.issubdtype(x.dtype, jnp.inexact) else jnp.iinfo(x.dtype).min


def highest(x: jax.Array) -> Any:
    """Give what no element of this dtype is above."""
    return jnp.inf if jnp.issubdtype(x.dtype, jnp.inexact) else jnp.iinfo(x.dtype).max


def fill(x: jax.Array, mask: jax.Array, value: Any) -> jax.Array:
    """Give a value in place of what is left out, in the same dtype."""
    return jnp.where(mask, x, jnp.asarray(value, x.dtype))


def of_max(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the largest."""
    x = counted(x)
    return largest(fill(x, mask, lowest(x)), axis)


def of_min(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the smallest."""
    x = counted(x)
    return smallest(fill(x, mask, highest(x)), axis)


def of_ptp(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give max − min."""
    return of_max(x, mask, axis) - of_min(x, mask, axis)


def _one_axis(symbol: str, axis: Axis) -> int | None:
    if isinstance(axis, tuple):
        raise OperatorTypeError(
            f"`{symbol}` takes one axis or None, got `{axis}`", hint="reshape the value first"
        )
    return axis


def of_argmax(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the position of the largest, on the whole axis."""
    x = counted(x)
    return _position(fill(x, mask, lowest(x)), mask, lowest(x), _one_axis("argmax", axis), jnp.max)


def of_argmin(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the position of the smallest, on the whole axis."""
    x = counted(x)
    worst = highest(x)
    return _position(fill(x, mask, worst), mask, worst, _one_axis("argmin", axis), jnp.min)


def _position(x: jax.Array, mask: jax.Array, worst: Any, axis: int | None, fn: Any) -> jax.Array:
    take = jnp.argmax if fn is jnp.max else jnp.argmin
    # If nothing is better than the fill, the first that counts is meant.
    return jnp.where(fn(x, axis=axis) == worst, jnp.argmax(mask, axis=axis), take(x, axis=axis))


def of_sum(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the sum."""
    return jnp.sum(fill(counted(x), mask, 0), axis=axis)


def of_prod(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the product."""
    return jnp.prod(fill(counted(x), mask, 1), axis=axis)


def many(x: jax.Array, mask: jax.Array, axis: Axis, *, keepdims: bool = False) -> jax.Array:
    """Give how many count, in the real dtype of the value."""
    return jnp.sum(mask, axis=axis, keepdims=keepdims).astype(jnp.real(x).dtype)


def of_mean(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the mean: the sum over the count."""
    x = _as_float(x)
    return of_sum(x, mask, axis) / many(x, mask, axis)


def centred(x: jax.Array, mask: jax.Array, axis: Axis) -> jax.Array:
    """Give the distance from the mean, 0 for what is left out."""
    total = jnp.sum(fill(x, mask, 0), axis=axis, keepdims=True)
    return fill(x - total / many(x, mask, axis, keepdims=True), mask, 0)


def squares(x: jax.Array) -> jax.Array:
    """Give squared magnitudes."""
    return jnp.real(x) ** 2 + jnp.imag(x) ** 2 if jnp.iscomplexobj(x) else x * x


def scale(x: jax.Array, axis: Axis) -> jax.Array:
    """Give the largest magnitude, as a constant: scaled by it, squares stay in range."""
    found = jax.lax.stop_gradient(jnp.max(jnp.abs(x), axis=axis, keepdims=True, initial=0))
    return jnp.where((found == 0) | ~jnp.isfinite(found), 1, found)


def of_var(x: jax.Array, mask: jax.Array, axis: Axis = None, ddof: int = 0) -> jax.Array:
    """Give the mean squared distance from the mean, over n − ddof."""
    x = _as_float(x)
    return jnp.sum(squares(centred(x, mask, axis)), axis=axis) / (many(x, mask, axis) - ddof)


def of_std(x: jax.Array, mask: jax.Array, axis: Axis = None, ddof: int = 0) -> jax.Array:
    """Give the root of the variance; gradient 0 where all values are equal."""
    x = _as_float(x)
    apart = centred(x, mask, axis)
    unit = scale(apart, axis)
    total = jnp.sum(squares(apart / unit), axis=axis)
    return jnp.squeeze(unit, axis=axis) * safe_sqrt(total / (many(x, mask, axis) - ddof))


def of_norm(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the 2-norm; gradient 0 at 0."""
    x = fill(_as_float(x), mask, 0)
    unit = scale(x, axis)
    return jnp.squeeze(unit, axis=axis) * safe_sqrt(jnp.sum(squares(x / unit), axis=axis))


def of_rms(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the root of the mean squared magnitude; gradient 0 at 0."""
    x = fill(_as_float(x), mask, 0)
    unit = scale(x, axis)
    mean = jnp.sum(squares(x / unit), axis=axis) / many(x, mask, axis)
    return jnp.squeeze(unit, axis=axis) * safe_sqrt(mean)


def of_median(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the middle value."""
    return of_percentile(x, mask, jnp.asarray(50.0), axis=axis)


def of_percentile(x: jax.Array, mask: jax.Array, q: Any, axis: Axis = None) -> jax.Array:
    """Give the value below which `q` percent lie, linear between neighbours."""
    x = _as_float(x)
    # A NaN that counts makes the result NaN, and is not passed over with the fill.
    odd = jnp.any(mask & jnp.isnan(x), axis=axis)
    q = jnp.asarray(q, x.dtype)
    found = jnp.nanpercentile(fill(x, mask, jnp.nan), jnp.clip(q, 0, 100), axis=axis)
    inside = ((q >= 0) & (q <= 100)).reshape(q.shape + (1,) * (found.ndim - q.ndim))
    return jnp.where(inside & ~odd, found, jnp.nan)


def of_any(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Tell whether any is not 0."""
    return jnp.any((x != 0) & mask, axis=axis)


def of_all(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Tell whether none is 0."""
    return jnp.all((x != 0) | ~mask, axis=axis)


def of_count(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give how many are not 0."""
    return jnp.sum((x != 0) & mask, axis=axis)


def of_logsumexp(x: jax.Array, mask: jax.Array, axis: Axis = None) -> jax.Array:
    """Give log(sum(exp(x)))."""
    return jax.scipy.special.logsumexp(fill(_as_float(x), mask, -jnp.inf), axis=axis)


MAX, MIN, PTP = MaskedForm(of_max), MaskedForm(of_min), MaskedForm(of_ptp)
ARGMAX, ARGMIN = MaskedForm(of_argmax, of_nothing=-1), MaskedForm(of_argmin, of_nothing=-1)
SUM, PROD, MEAN = MaskedForm(of_sum), MaskedForm(of_prod), MaskedForm(of_mean)
VAR, STD = MaskedForm(of_var), MaskedForm(of_std)
NORM, RMS, MEDIAN = MaskedForm(of_norm), MaskedForm(of_rms), MaskedForm(of_median)
PERCENTILE, LOGSUMEXP = MaskedForm(of_percentile), MaskedForm(of_logsumexp)
ANY, ALL = MaskedForm(of_any, of_nothing=False), MaskedForm(of_all, of_nothing=True)
COUNT = MaskedForm(of_count, of_nothing=0)

_OF_NUMPY = {
    jnp.max: MAX,
    jnp.amax: MAX,
    jnp.min: MIN,
    jnp.amin: MIN,
    jnp.ptp: PTP,
    jnp.argmax: ARGMAX,
    jnp.argmin: ARGMIN,
    jnp.sum: SUM,
    jnp.prod: PROD,
    jnp.mean: MEAN,
    jnp.var: VAR,
    jnp.std: STD,
    jnp.median: MEDIAN,
    jnp.percentile: PERCENTILE,
    jnp.any: ANY,
    jnp.all: ALL,
    jnp.linalg.norm: NORM,
    jax.scipy.special.logsumexp: LOGSUMEXP,
}
"""Reductions of JAX that an expression may hold as they are."""


def form_of(fn: Any) -> MaskedForm | None:
    """Give the masked form of a reduction of JAX, if it is one."""
    try:
        return _OF_NUMPY.get(fn)
    except TypeError:  # a callable that cannot be hashed
        return None
