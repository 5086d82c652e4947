"""Array code of the elementwise functions of angles, circular and hyperbolic.

Shape: the operands', broadcast. Each accepts Python numbers and gives a Python number then.
Gradients are finite wherever the value is; where the derivative is infinite they are 0 (X30).
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.errors import OperatorTypeError
from parax.functions._define import as_float, elementwise, flat_where, is_complex, real_only


@elementwise("sin", np.sin)
def sin(x: jax.Array) -> jax.Array:
    """Give the sine of an angle [rad]."""
    return jnp.sin(x)


@elementwise("cos", np.cos)
def cos(x: jax.Array) -> jax.Array:
    """Give the cosine of an angle [rad]."""
    return jnp.cos(x)


@elementwise("tan", np.tan)
def tan(x: jax.Array) -> jax.Array:
    """Give the tangent of an angle [rad]."""
    return jnp.tan(x)


@elementwise("asin", np.arcsin)
def asin(x: jax.Array) -> jax.Array:
    """Give the angle [rad] of a sine; gradient 0 at −1 and 1."""
    return flat_where((x == 1) | (x == -1), jnp.arcsin, as_float(x), 0.0)


@elementwise("acos", np.arccos)
def acos(x: jax.Array) -> jax.Array:
    """Give the angle [rad] of a cosine; gradient 0 at −1 and 1."""
    return flat_where((x == 1) | (x == -1), jnp.arccos, as_float(x), 0.0)


@elementwise("atan", np.arctan)
def atan(x: jax.Array) -> jax.Array:
    """Give the angle [rad] of a tangent, in (−π/2, π/2)."""
    return jnp.arctan(x)


def atan2_safe(y: jax.Array, x: jax.Array) -> jax.Array:
    """Give the angle of arrays, with a gradient that is finite and right at any scale."""
    # The angle does not change with a common factor: scaled, the squares in its derivative
    # neither underflow nor overflow.
    y, x = jnp.broadcast_arrays(as_float(y), as_float(x))
    scale = jax.lax.stop_gradient(jnp.maximum(jnp.abs(x), jnp.abs(y)))
    odd = (scale == 0) | ~jnp.isfinite(scale)
    safe = jnp.where(odd, 1, scale)
    there = jnp.arctan2(jnp.where(odd, 0, y / safe), jnp.where(odd, 1, x / safe))
    return jnp.where(odd, jax.lax.stop_gradient(jnp.arctan2(y, x)), there)


@elementwise("atan2", np.arctan2, check=real_only("atan2"))
def atan2(y: jax.Array, x: jax.Array) -> jax.Array:
    """Give the angle [rad] of the point (x, y), in (−π, π]; gradient 0 at the origin."""
    return atan2_safe(y, x)


@elementwise("sinh", np.sinh)
def sinh(x: jax.Array) -> jax.Array:
    """Give the hyperbolic sine."""
    return jnp.sinh(x)


@elementwise("cosh", np.cosh)
def cosh(x: jax.Array) -> jax.Array:
    """Give the hyperbolic cosine."""
    return jnp.cosh(x)


@elementwise("tanh", np.tanh)
def tanh(x: jax.Array) -> jax.Array:
    """Give the hyperbolic tangent."""
    return jnp.tanh(x)


@elementwise("asinh", np.arcsinh)
def asinh(x: jax.Array) -> jax.Array:
    """Give the inverse of `sinh`."""
    return jnp.arcsinh(x)


@elementwise("acosh", np.arccosh)
def acosh(x: jax.Array) -> jax.Array:
    """Give the inverse of `cosh`; gradient 0 at 1."""
    return flat_where((x == 1) | (x == -1), jnp.arccosh, as_float(x), 2.0)


@elementwise("atanh", np.arctanh)
def atanh(x: jax.Array) -> jax.Array:
    """Give the inverse of `tanh`."""
    return jnp.arctanh(x)


def _require_angle(symbol: str) -> Any:
    def check(*operands: Any) -> None:
        for leaf in jax.tree_util.tree_leaves(operands):
            if is_complex(leaf):
                raise OperatorTypeError(
                    f"`{symbol}` converts an angle, and a complex value is none",
                    hint="`phase(x)` gives the angle of a complex value in degrees, `angle(x)` "
                    "in radians",
                )

    return check


@elementwise("deg", np.rad2deg, check=_require_angle("deg"))
def deg(x: jax.Array) -> jax.Array:
    """Give an angle in degrees from radians."""
    return x * (180 / math.pi)


@elementwise("rad", np.deg2rad, check=_require_angle("rad"))
def rad(x: jax.Array) -> jax.Array:
    """Give an angle in radians from degrees."""
    return x * (math.pi / 180)
