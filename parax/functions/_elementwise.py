"""Array code of the elementwise functions: parts of a number, exponentials, roots.

Shape: the operands', broadcast. Each accepts Python numbers and gives a Python number then.
Gradients are finite wherever the value is; where the derivative is infinite they are 0 (X30).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.functions._define import as_float, elementwise, flat_where, is_complex, real_only
from parax.functions._trigonometry import atan2_safe
from parax.op import safe_sqrt

# --- Parts of a number ------------------------------------------------------------------------


def _host_abs2(x: Any) -> Any:
    return (x * np.conj(x)).real


@elementwise("abs2", _host_abs2, keeps_int=True)
def abs2(x: jax.Array) -> jax.Array:
    """Give the squared magnitude, real; without the square root of `abs`. Unit: squared."""
    return jnp.real(x) ** 2 + jnp.imag(x) ** 2 if is_complex(x) else x * x


@elementwise("real", np.real, keeps_int=True)
def real(x: jax.Array) -> jax.Array:
    """Give the real part. Unit: the operand's."""
    return jnp.real(x)


@elementwise("imag", np.imag, keeps_int=True)
def imag(x: jax.Array) -> jax.Array:
    """Give the imaginary part, 0 of a real value. Unit: the operand's."""
    return jnp.imag(x)


@elementwise("conj", np.conj, keeps_int=True)
def conj(x: jax.Array) -> jax.Array:
    """Give the complex conjugate. Unit: the operand's."""
    return jnp.conj(x)


@elementwise("angle", np.angle)
def angle(x: jax.Array) -> jax.Array:
    """Give the angle of a complex value [rad], in (−π, π]; gradient 0 at 0."""
    x = as_float(x)
    imaginary = jnp.imag(x) if is_complex(x) else jnp.zeros_like(x)
    return atan2_safe(imaginary, jnp.real(x))


@elementwise("sign", np.sign, keeps_int=True)
def sign(x: jax.Array) -> jax.Array:
    """Give −1, 0 or 1; of a complex value `x / abs(x)`, and 0 at 0."""
    if not is_complex(x):
        return jnp.sign(x)
    size = jnp.abs(x)
    return jnp.where(size == 0, jnp.zeros_like(x), x / jnp.where(size == 0, 1, size))


# --- Exponentials, logarithms, roots ----------------------------------------------------------


@elementwise("exp", np.exp)
def exp(x: jax.Array) -> jax.Array:
    """Give e to the power x."""
    return jnp.exp(x)


@elementwise("expm1", np.expm1)
def expm1(x: jax.Array) -> jax.Array:
    """Give exp(x) − 1, accurate for small x."""
    return jnp.expm1(x)


@elementwise("log", np.log)
def log(x: jax.Array) -> jax.Array:
    """Give the natural logarithm; NaN of a negative real value."""
    return jnp.log(x)


@elementwise("log2", np.log2)
def log2(x: jax.Array) -> jax.Array:
    """Give the logarithm to base 2."""
    return jnp.log2(x)


@elementwise("log10", np.log10)
def log10(x: jax.Array) -> jax.Array:
    """Give the logarithm to base 10."""
    return jnp.log10(x)


@elementwise("log1p", np.log1p)
def log1p(x: jax.Array) -> jax.Array:
    """Give log(1 + x), accurate for small x."""
    return jnp.log1p(x)


@elementwise("sqrt", np.sqrt)
def sqrt(x: jax.Array) -> jax.Array:
    """Give the square root; gradient 0 at 0. NaN of a negative real value."""
    return safe_sqrt(x)


@elementwise("cbrt", np.cbrt, check=real_only("cbrt"))
def cbrt(x: jax.Array) -> jax.Array:
    """Give the real cube root; gradient 0 at 0."""
    return flat_where(x == 0, jnp.cbrt, as_float(x), 1.0)


def _hypot(x: jax.Array, y: jax.Array) -> jax.Array:
    x, y = jnp.broadcast_arrays(as_float(x), as_float(y))
    scale = jax.lax.stop_gradient(jnp.maximum(jnp.abs(x), jnp.abs(y)))
    odd = (scale == 0) | ~jnp.isfinite(scale)
    safe = jnp.where(odd, 1, scale)
    squares = jnp.where(odd, 0, (x / safe) ** 2 + (y / safe) ** 2)
    return jnp.where(odd, jax.lax.stop_gradient(jnp.hypot(x, y)), safe * safe_sqrt(squares))


@elementwise("hypot", np.hypot, check=real_only("hypot"))
def hypot(x: jax.Array, y: jax.Array) -> jax.Array:
    """Give the length of the hypotenuse, without overflow; gradient 0 at the origin."""
    return _hypot(x, y)
