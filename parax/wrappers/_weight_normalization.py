"""Weights as a direction and a length."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._abstract import AbstractUnwrappable
from parax._diagnostic import kind_of, quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters import inv_softplus, is_concrete, softplus
from parax.wrappers._parameterize import Parameterize
from parax.wrappers._unwrap import unwrap


class WeightNormalization(AbstractUnwrappable[jax.Array]):
    """Weights of which direction and length are trained apart.

    Unwraps to `scale * weight / norm(weight)`, with norms over the last axis. The scale starts as
    the norm, so that wrapping changes no weight, and stays positive.

    Args:
        weight: a floating-point array of shape `(..., n)`, or a wrapper of one.

    Raises:
        ParameterTypeError: no array of real floating-point numbers.
        ParameterValueError: a single number, or a row that is zero and so has no direction. A row
            that is zero under tracing unwraps to zeros.

    Example:
        >>> w = WeightNormalization(jnp.array([[3.0, 4.0]]))
        >>> unwrap(w).tolist(), unwrap(w.scale).tolist()
        ([[3.0, 4.0]], [[5.0]])

    References:
        T. Salimans, D. P. Kingma, "Weight normalization: a simple reparameterization to
        accelerate training of deep neural networks", 2016, equation 2.
    """

    weight: Any
    scale: Any

    def __init__(self, weight: Any) -> None:
        values = unwrap(weight)
        _require_floating(values)
        lengths = _norm(jnp.asarray(values))
        _require_directions(lengths)
        self.weight = jnp.asarray(weight) if isinstance(weight, np.ndarray) else weight
        least = jnp.finfo(lengths.dtype).tiny  # of a row that is zero, under tracing
        self.scale = Parameterize(softplus, inv_softplus(jnp.maximum(lengths, least)))

    def unwrap(self) -> jax.Array:
        """Give `scale * weight / norm(weight)`, shape `(..., n)`; a row of zeros stays."""
        # Divided by its largest element first: squares of small numbers are zero in 32 bit.
        weight = self.weight / _largest(self.weight)
        return self.scale * (weight / _safe(_norm(weight)))


def _norm(x: jax.Array) -> jax.Array:
    """Give the norm over the last axis, kept as size 1; zero and its gradient for a zero row."""
    largest = _largest(x)
    squares = jnp.sum((x / largest) ** 2, axis=-1, keepdims=True)
    is_zero = squares == 0
    return largest * jnp.where(is_zero, 0.0, jnp.sqrt(jnp.where(is_zero, 1.0, squares)))


def _largest(x: jax.Array) -> jax.Array:
    """Give the largest magnitude in each row, 1 for a row of zeros, as a constant."""
    return jax.lax.stop_gradient(_safe(jnp.max(jnp.abs(x), axis=-1, keepdims=True, initial=0.0)))


def _safe(x: jax.Array) -> jax.Array:
    return jnp.where(x == 0, 1.0, x)


def _require_floating(values: Any) -> None:
    dtype = getattr(values, "dtype", None)
    if dtype is None or not jnp.issubdtype(dtype, jnp.floating):
        got = kind_of(values) if dtype is None else f"an array of dtype {quoted(dtype)}"
        raise ParameterTypeError(
            f"`weight` must be an array of real floating-point numbers, and is {got}",
            hint="convert it, as in `jax.numpy.asarray(weight, dtype=float)`",
        )
    if np.ndim(values) == 0:
        raise ParameterValueError(
            "`weight` must have an axis, over which its norm is taken, and has shape `()`",
            hint="a single number has no direction to normalise",
        )


def _require_directions(lengths: jax.Array) -> None:
    if not is_concrete(lengths):
        return
    empty = np.argwhere(np.asarray(lengths)[..., 0] == 0)
    if len(empty):
        row = ", ".join(str(i) for i in empty[0]) or "0"
        raise ParameterValueError(
            f"row {quoted(row)} of `weight` is zero, and has no direction",
            hint="start from random weights, or wrap the other rows only",
        )
