"""What a parameter is made of, checked and brought into its stored form."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
from distreqx.bijectors import AbstractBijector
from distreqx.distributions import AbstractDistribution

from parax._diagnostic import quoted
from parax.errors import ParameterBoundsWarning, ParameterTypeError, ParameterValueError
from parax.parameters._static import is_concrete

_REAL_KINDS = "biuf"


def as_float_array(value: Any, what: str) -> jax.Array:
    """Give a real value as a strongly typed array of the default float type.

    Args:
        value: number, array, or nested list or tuple of numbers.
        what: what the value is, for messages: "`value`", "`bounds`".

    Raises:
        ParameterTypeError: it is no real number, array, or sequence of these.
    """
    dtype = jnp.result_type(float)
    if isinstance(value, int | float | np.number | np.bool_):
        return _from_numpy(np.asarray(_as_float(value, what)), dtype, value, what)
    if isinstance(value, jax.Array):
        return _from_jax(value, dtype, what)
    if isinstance(value, np.ndarray):
        return _from_numpy(value, dtype, value, what)
    if isinstance(value, list | tuple):
        return _from_sequence(value, dtype, what)
    if hasattr(value, "__jax_array__"):
        return _from_jax(value.__jax_array__(), dtype, what)
    if hasattr(value, "__array__"):
        return _from_numpy(np.asarray(value), dtype, value, what)
    raise _not_numeric(value, type(value).__name__, what)


def _as_float(value: Any, what: str) -> Any:
    if not isinstance(value, int):
        return value
    try:
        return float(value)  # NumPy would make an object array of an integer beyond 64 bit
    except OverflowError:
        raise ParameterValueError(
            f"{what} of {quoted(value)} is too large for a float",
            hint="use a smaller number and a `scale=`",
        ) from None


def _from_jax(value: jax.Array, dtype: Any, what: str) -> jax.Array:
    if not (jnp.issubdtype(value.dtype, jnp.floating) or value.dtype.kind in _REAL_KINDS):
        raise _not_numeric(value, str(value.dtype), what)
    if value.dtype == dtype and not value.weak_type:
        return value
    return jax.lax.convert_element_type(value, dtype)


def _from_numpy(array: np.ndarray, dtype: Any, value: Any, what: str) -> jax.Array:
    if array.dtype.kind not in _REAL_KINDS and not jnp.issubdtype(array.dtype, jnp.floating):
        raise _not_numeric(value, str(array.dtype), what)
    with np.errstate(over="ignore"):  # too large for 32 bit is infinite, as everywhere in JAX
        array = array.astype(dtype)
    return jnp.asarray(array)  # quicker than with `dtype=`, and thousands are made at once


def _from_sequence(value: Sequence[Any], dtype: Any, what: str) -> jax.Array:
    leaves = jtu.tree_leaves(value, is_leaf=lambda x: not isinstance(x, list | tuple))
    if any(not is_concrete(x) or hasattr(x, "__jax_array__") for x in leaves):
        return _from_jax(jnp.asarray(value), dtype, what)
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise ParameterValueError(
            f"{what} {quoted(value)} has rows of different lengths",
            hint="give every row the same number of elements",
        ) from None
    if not array.size:
        array = array.astype(float)
    return _from_numpy(array, dtype, value, what)


def _not_numeric(value: Any, kind: str, what: str) -> ParameterTypeError:
    return ParameterTypeError(
        f"{what} must be a real number or an array of real numbers, and got {quoted(repr(value))}"
        f" of type {quoted(kind)}",
        hint="give a number, an array, or a list of numbers",
    )


def checked_name(name: Any) -> str | list[str] | None:
    """Give a name as it is stored: a string, a list of strings, or None."""
    if name is None or isinstance(name, str):
        return name
    if isinstance(name, list | tuple) and all(isinstance(x, str) for x in name):
        return list(name)
    raise ParameterTypeError(
        f"`name` must be a string or a list of strings, and got {quoted(repr(name))}",
        hint='write `name="a"`, or `name=["a", "b"]` with one name for each element',
    )


def checked_scale(scale: Any) -> float:
    """Give a scale as a Python float."""
    error = ParameterValueError(
        f"`scale` must be one finite number other than zero, and got {quoted(repr(scale))}",
        hint="one scale serves the whole parameter; for several, use several parameters",
    )
    if isinstance(scale, bool | str | bytes) or not is_concrete(scale) or np.ndim(scale) != 0:
        raise error
    try:
        number = float(scale)
    except (TypeError, ValueError, OverflowError):
        raise error from None
    if number == 0 or not math.isfinite(number):
        raise error
    return number


def checked_info(info: Any) -> dict[str, Any]:
    """Give the remarks as a dict of their own."""
    if info is None:
        return {}
    if not isinstance(info, Mapping):
        raise ParameterTypeError(
            f"`info` must be a dict, and got {quoted(repr(info))}",
            hint='write `info={"key": value}`',
        )
    return dict(info)


def checked_distribution(distribution: Any) -> Any:
    """Refuse what is no distribution of distreqx."""
    if distribution is None or isinstance(distribution, AbstractDistribution):
        return distribution
    raise ParameterTypeError(
        "`distribution` must be a distribution of distreqx, and got"
        f" {quoted(repr(distribution))} of type {quoted(type(distribution).__name__)}",
        hint="see `distreqx.distributions`, for instance `Normal(0.0, 1.0)`",
    )


def checked_transform(transform: Any, distribution: Any, bounds: Any) -> Any:
    """Refuse what is no transform, and what cannot go with a plain function."""
    if transform is None or is_bijector(transform):
        return transform
    if isinstance(transform, type) or not callable(transform):
        raise ParameterTypeError(
            "`transform` must be a bijector of distreqx or a function, and got"
            f" {quoted(repr(transform))} of type {quoted(type(transform).__name__)}",
            hint="see `distreqx.bijectors`, for instance `Sigmoid()`",
        )
    for word, given in (("distribution", distribution), ("bounds", bounds)):
        if given is not None:
            raise ParameterValueError(
                f"`{word}` cannot go with the transform {quoted(repr(transform))}, a function"
                " without an inverse",
                hint="use a bijector of distreqx, which can be inverted",
            )
    return transform


def is_bijector(transform: Any) -> bool:
    """Tell whether a transform can be inverted."""
    return isinstance(transform, AbstractBijector)


def require_bijector(transform: Any, what: str) -> Any:
    """Refuse a transform without an inverse; `what` says what is wrong then."""
    if is_bijector(transform):
        return transform
    raise ParameterTypeError(
        f"{what}: {quoted(repr(transform))} is no bijector of distreqx",
        hint="see `distreqx.bijectors`, for instance `Sigmoid()`",
    )


def checked_bounds(bounds: Any) -> jax.Array | None:
    """Give bounds as an array `(..., 2)` of (lower, upper)."""
    if bounds is None:
        return None
    array = as_float_array(bounds, "`bounds`")
    if array.ndim == 0 or array.shape[-1] != 2:
        raise ParameterValueError(
            f"`bounds` must end with an axis of length 2, and have shape {quoted(array.shape)}",
            hint="write `bounds=(lower, upper)`, or one such pair for each element",
        )
    if is_concrete(array):
        numbers = np.asarray(array)
        if np.isnan(numbers).any():
            raise ParameterValueError(
                f"`bounds` {quoted(numbers.tolist())} hold NaN",
                hint="use `-inf` or `inf` for a side without a bound",
            )
        if (numbers[..., 0] > numbers[..., 1]).any():
            raise ParameterValueError(
                f"the lower of `bounds` {quoted(numbers.tolist())} is above the upper",
                hint="write `bounds=(lower, upper)`",
            )
    return array


def check_fit(shape: tuple[int, ...], name: str | list[str] | None, bounds: Any) -> None:
    """Check names and bounds against the shape of the value."""
    size = math.prod(shape)
    if isinstance(name, list) and len(name) != size:
        raise ParameterValueError(
            f"`name` has {len(name)} entries, and the value of shape {quoted(shape)} has"
            f" {size} elements",
            hint="give one name for each element in C order, or a single string",
        )
    if bounds is not None and bounds.shape not in ((2,), (*shape, 2)):
        raise ParameterValueError(
            f"`bounds` of shape {quoted(bounds.shape)} do not fit the value of shape"
            f" {quoted(shape)}",
            hint=f"use the shape `(2,)` or {quoted((*shape, 2))}",
        )


def warn_outside(value: Any, bounds: Any, label: str) -> None:
    """Warn if concrete numbers lie outside their bounds."""
    if bounds is None or value is None or not (is_concrete(value) and is_concrete(bounds)):
        return
    numbers, limits = np.asarray(value), np.asarray(bounds)
    if ((numbers < limits[..., 0]) | (numbers > limits[..., 1])).any():
        warnings.warn(
            f"{label} has the value {numbers.tolist()}, outside its bounds {limits.tolist()}",
            ParameterBoundsWarning,
            stacklevel=4,
        )
