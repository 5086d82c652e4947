"""Array code of the reductions: each takes `axis=`, an int, a tuple of them, or None for all.

Shape: the operand's without `axis`. Complex values have no order (L52); booleans count as 0 and 1
(L21). Gradients are finite, also where all values are equal or 0 (X30).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from parax.errors import OperatorError, OperatorTypeError
from parax.functions._define import Axis, as_float, is_complex, real_only, reduction
from parax.op import MaskedForm, is_plain_number, largest, require_real, safe_sqrt, smallest
from parax.op import masked_forms as forms

# --- Extremes ---------------------------------------------------------------------------------


@reduction("max", check=require_real("max"), masked=forms.MAX)
def reduce_max(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the largest value; equal ones share the gradient. Unit: the operand's."""
    return largest(x, axis)


@reduction("min", check=require_real("min"), masked=forms.MIN)
def reduce_min(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the smallest value; equal ones share the gradient. Unit: the operand's."""
    return smallest(x, axis)


@reduction("ptp", check=require_real("ptp"), masked=forms.PTP)
def ptp(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give max − min, peak to peak. Unit: the operand's."""
    return largest(x, axis) - smallest(x, axis)


def _one_axis(symbol: str, axis: Axis) -> int | None:
    if isinstance(axis, tuple):
        raise OperatorTypeError(
            f"`{symbol}` takes one axis or None, got `{axis}`", hint="reshape the value first"
        )
    return axis


@reduction("argmax", check=require_real("argmax"), masked=forms.ARGMAX)
def argmax(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the position of the largest value, the first if several; of the flat value if None."""
    return jnp.argmax(x, axis=_one_axis("argmax", axis))


@reduction("argmin", check=require_real("argmin"), masked=forms.ARGMIN)
def argmin(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the position of the smallest value, the first if several; of the flat value if None."""
    return jnp.argmin(x, axis=_one_axis("argmin", axis))


# --- Sums and means ---------------------------------------------------------------------------


@reduction("sum", of_empty=True, masked=forms.SUM)
def reduce_sum(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the sum; of booleans, how many hold. Unit: the operand's."""
    return jnp.sum(x, axis=axis)


@reduction("prod", of_empty=True, masked=forms.PROD)
def prod(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the product; its gradient is right where factors are 0 too."""
    return jnp.prod(x, axis=axis)


@reduction("mean", masked=forms.MEAN)
def mean(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the arithmetic mean. Unit: the operand's."""
    return jnp.mean(x, axis=axis)


def _mean_square(x: jax.Array, axis: Axis) -> jax.Array:
    return jnp.mean(jnp.real(x) ** 2 + jnp.imag(x) ** 2 if is_complex(x) else x * x, axis=axis)


@reduction("var", masked=forms.VAR)
def var(x: jax.Array, axis: Axis = None, ddof: int = 0) -> jax.Array:
    """Give the mean squared distance from the mean, real; divided by n − `ddof`. Unit: squared."""
    return jnp.var(as_float(x), axis=axis, ddof=ddof)


@reduction("std", masked=forms.STD)
def std(x: jax.Array, axis: Axis = None, ddof: int = 0) -> jax.Array:
    """Give the standard deviation, the root of `var`; gradient 0 where all values are equal."""
    x = as_float(x)
    centred = x - jnp.mean(x, axis=axis, keepdims=True)
    scale = _scale(centred, axis)
    spread = safe_sqrt(jnp.var(centred / scale, axis=axis, ddof=ddof))
    return jnp.squeeze(scale, axis=axis) * spread


def _scale(x: jax.Array, axis: Axis) -> jax.Array:
    """Give the largest magnitude, as a constant: scaled by it, squares stay in range."""
    scale = jax.lax.stop_gradient(jnp.max(jnp.abs(x), axis=axis, keepdims=True, initial=0))
    return jnp.where((scale == 0) | ~jnp.isfinite(scale), 1, scale)


@reduction("norm", of_empty=True, masked=forms.NORM)
def norm(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the 2-norm, the root of the sum of squared magnitudes; gradient 0 at 0."""
    x = as_float(x)
    scale = _scale(x, axis)
    scaled = x / scale
    squares = jnp.real(scaled) ** 2 + jnp.imag(scaled) ** 2 if is_complex(x) else scaled**2
    return jnp.squeeze(scale, axis=axis) * safe_sqrt(jnp.sum(squares, axis=axis))


@reduction("rms", masked=forms.RMS)
def rms(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the root of the mean squared magnitude; gradient 0 at 0. Unit: the operand's."""
    x = as_float(x)
    scale = _scale(x, axis)
    return jnp.squeeze(scale, axis=axis) * safe_sqrt(_mean_square(x / scale, axis))


# --- Order statistics -------------------------------------------------------------------------


@reduction("median", check=require_real("median"), masked=forms.MEDIAN)
def median(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give the middle value, or the mean of the middle two. Unit: the operand's."""
    return jnp.median(as_float(x), axis=axis)


@reduction("percentile", check=require_real("percentile"), masked=forms.PERCENTILE)
def percentile(x: jax.Array, q: Any, axis: Axis = None) -> jax.Array:
    """Give the value below which `q` percent lie, linear between neighbours.

    A `q` outside 0 to 100 gives NaN, and raises if it is a plain number.
    """
    if is_plain_number(q) and not 0 <= q <= 100:
        raise OperatorError(f"`percentile` takes `q` from 0 to 100, got {q}")
    q = as_float(q)
    found = jnp.percentile(as_float(x), jnp.clip(q, 0, 100), axis=axis)
    inside = ((q >= 0) & (q <= 100)).reshape(q.shape + (1,) * (found.ndim - q.ndim))
    return jnp.where(inside, found, jnp.nan)


# --- Logic ------------------------------------------------------------------------------------


@reduction("any", of_empty=True, masked=forms.ANY)
def reduce_any(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Tell whether any value is not 0."""
    return jnp.any(x != 0, axis=axis)


@reduction("all", of_empty=True, masked=forms.ALL)
def reduce_all(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Tell whether no value is 0."""
    return jnp.all(x != 0, axis=axis)


@reduction("count", of_empty=True, masked=forms.COUNT)
def count(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give how many values are not 0: of booleans, how many hold."""
    return jnp.sum(x != 0, axis=axis)


# --- Smooth extremes --------------------------------------------------------------------------


@reduction("logsumexp", check=real_only("logsumexp"), masked=forms.LOGSUMEXP)
def logsumexp(x: jax.Array, axis: Axis = None) -> jax.Array:
    """Give log(sum(exp(x))), shifted by the largest value so that nothing overflows."""
    return jax.scipy.special.logsumexp(as_float(x), axis=axis)


def _smoothmax_of(
    x: jax.Array, mask: jax.Array, sharpness: Any = 1.0, axis: Axis = None
) -> jax.Array:
    # Filled after the product: infinity times a sharpness would have a gradient of NaN.
    return forms.of_logsumexp(as_float(x) * sharpness, mask, axis=axis) / sharpness


def _smoothmin_of(
    x: jax.Array, mask: jax.Array, sharpness: Any = 1.0, axis: Axis = None
) -> jax.Array:
    return -forms.of_logsumexp(as_float(x) * -sharpness, mask, axis=axis) / sharpness


@reduction("smoothmax", check=require_real("smoothmax"), masked=MaskedForm(_smoothmax_of))
def smoothmax(x: jax.Array, sharpness: Any = 1.0, axis: Axis = None) -> jax.Array:
    """Give logsumexp(k·x)/k with k = `sharpness`: a smooth maximum.

    It lies above the maximum by at most log(n)/k; k is in one over the unit of x.
    """
    return jax.scipy.special.logsumexp(as_float(x) * sharpness, axis=axis) / sharpness


@reduction("smoothmin", check=require_real("smoothmin"), masked=MaskedForm(_smoothmin_of))
def smoothmin(x: jax.Array, sharpness: Any = 1.0, axis: Axis = None) -> jax.Array:
    """Give −logsumexp(−k·x)/k with k = `sharpness`: a smooth minimum.

    It lies below the minimum by at most log(n)/k; k is in one over the unit of x.
    """
    return -jax.scipy.special.logsumexp(as_float(x) * -sharpness, axis=axis) / sharpness
