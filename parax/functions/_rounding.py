"""Array code of the elementwise functions that round, limit, compare and clean.

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

from parax.functions._define import as_float, as_number, elementwise, real_only
from parax.op import (
    Traits,
    counted,
    is_plain_number,
    larger,
    map_leaves,
    require_real,
    smaller,
    with_traits,
)

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
    return smaller(larger(x, low), high)


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
    return functools.reduce(larger, values)


@elementwise("min", _host_minimum, keeps_int=True, check=require_real("min"))
def minimum(*values: jax.Array) -> jax.Array:
    """Give the smallest of several values, elementwise; equal ones share the gradient."""
    return functools.reduce(smaller, values)


# --- Cleaning ---------------------------------------------------------------------------------


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
