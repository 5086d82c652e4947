"""Array code of the elementwise functions: parts, powers, exponentials, rounding.

Shape: the operands', broadcast. Each accepts Python numbers and gives a Python number then.
Gradients are finite wherever the value is; where the derivative is infinite they are 0 (X30).
"""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.errors import OperatorTypeError
from parax.functions._define import (
    as_float,
    as_number,
    elementwise,
    flat_where,
    is_complex,
    real_only,
)
from parax.op import (
    Traits,
    counted,
    is_plain_number,
    map_leaves,
    require_real,
    safe_sqrt,
    with_traits,
)

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
    return _atan2(imaginary, jnp.real(x))


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


# --- Trigonometry -----------------------------------------------------------------------------


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


def _atan2(y: jax.Array, x: jax.Array) -> jax.Array:
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
    return _atan2(y, x)


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


# --- Rounding and limits ----------------------------------------------------------------------


@elementwise("floor", np.floor, keeps_int=True, check=require_real("floor"))
def floor(x: jax.Array) -> jax.Array:
    """Give the largest whole number not above x; gradient 0."""
    return jnp.floor(x)


@elementwise("ceil", np.ceil, keeps_int=True, check=require_real("ceil"))
def ceil(x: jax.Array) -> jax.Array:
    """Give the smallest whole number not below x; gradient 0."""
    return jnp.ceil(x)


def _round_whole(x: jax.Array, unit: int) -> jax.Array:
    quotient, rest = jnp.divmod(x, unit)
    up = (2 * rest > unit) | ((2 * rest == unit) & (quotient % 2 == 1))
    return (quotient + up) * unit


def _round(x: jax.Array, digits: int) -> jax.Array:
    if jnp.issubdtype(x.dtype, jnp.integer):
        if digits >= 0:
            return x
        return _round_whole(x, 10**-digits) if -digits <= 9 else jnp.zeros_like(x)
    if digits > jnp.finfo(x.dtype).maxexp * math.log10(2) - 1:  # the factor would be infinite
        return x
    return jnp.round(x, digits)


def _host_round(x: Any, digits: int = 0) -> Any:
    with np.errstate(all="ignore"):
        rounded = np.round(np.asarray(x)[()], digits).item()
    return rounded if np.isfinite(rounded) else x


@with_traits(Traits("round", elementwise=True, host=_host_round))
def round_(x: Any, digits: int = 0) -> Any:
    """Give the nearest number of so many decimal digits, half to even; gradient 0."""

    def leaf(value: Any) -> Any:
        if is_plain_number(value):
            return _host_round(counted(value), digits)
        return _round(as_number(value), digits)

    return map_leaves(leaf, x)


@elementwise("clip", np.clip, keeps_int=True, check=require_real("clip"))
def clip(x: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    """Give x held between `low` and `high`. Unit: the operand's."""
    return jnp.minimum(jnp.maximum(x, low), high)


def _host_relu(x: Any) -> Any:
    return np.maximum(x, 0.0)


@elementwise("relu", _host_relu, keeps_int=True, check=require_real("relu"))
def relu(x: jax.Array) -> jax.Array:
    """Give x where it is positive and 0 elsewhere; gradient 0 at 0."""
    return jax.nn.relu(x)


def _host_softplus(x: Any) -> Any:
    return np.logaddexp(x, 0.0)


@elementwise("softplus", _host_softplus, check=real_only("softplus"))
def softplus(x: jax.Array) -> jax.Array:
    """Give log(1 + exp(x)), a smooth `relu`, without overflow."""
    return jax.nn.softplus(as_float(x))


def _host_sigmoid(x: Any) -> Any:
    return np.exp(-np.logaddexp(0.0, -x))


@elementwise("sigmoid", _host_sigmoid, check=real_only("sigmoid"))
def sigmoid(x: jax.Array) -> jax.Array:
    """Give 1 / (1 + exp(−x)), from 0 to 1."""
    return jax.nn.sigmoid(as_float(x))


def _host_erf(x: Any) -> Any:
    return np.float64(math.erf(x))


@elementwise("erf", _host_erf, check=real_only("erf"))
def erf(x: jax.Array) -> jax.Array:
    """Give the error function."""
    return jax.scipy.special.erf(as_float(x))


# --- Comparisons of several values ------------------------------------------------------------


def _host_maximum(*values: Any) -> Any:
    return functools.reduce(np.maximum, values)


def _host_minimum(*values: Any) -> Any:
    return functools.reduce(np.minimum, values)


@elementwise("max", _host_maximum, keeps_int=True, check=require_real("max"))
def maximum(*values: jax.Array) -> jax.Array:
    """Give the largest of several values, elementwise; equal ones share the gradient."""
    return functools.reduce(jnp.maximum, values)


@elementwise("min", _host_minimum, keeps_int=True, check=require_real("min"))
def minimum(*values: jax.Array) -> jax.Array:
    """Give the smallest of several values, elementwise; equal ones share the gradient."""
    return functools.reduce(jnp.minimum, values)


# --- Cleaning and tables ----------------------------------------------------------------------


@elementwise("isfinite", np.isfinite)
def isfinite(x: jax.Array) -> jax.Array:
    """Tell where a value is neither infinite nor NaN. Gives booleans."""
    return jnp.isfinite(x)


def _host_nan_to_num(x: Any, nan: Any = 0.0) -> Any:
    return np.nan_to_num(np.asarray(x), nan=nan)[()]


@elementwise("nan_to_num", _host_nan_to_num, keeps_int=True)
def nan_to_num(x: jax.Array, nan: Any = 0.0) -> jax.Array:
    """Give `nan` in place of NaN, and the largest finite numbers in place of infinities."""
    return jnp.nan_to_num(x, nan=nan)
