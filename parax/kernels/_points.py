"""What a kernel is given: two single points, and parameters that are above zero."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters import Parameter, as_float_array, is_concrete, value_in


def as_parameter(value: Any) -> Parameter:
    """Convert what a field is given. Type checkers know no converters: such fields are `Any`."""
    return value if isinstance(value, Parameter) else Parameter(value)


def points(x1: Any, x2: Any) -> tuple[jax.Array, jax.Array]:
    """Give two single points as arrays of shape `()` or `(d,)`.

    Raises:
        ParameterValueError: arrays of several points, or points of different shapes.
        ParameterTypeError: no real numbers.
    """
    first, second = as_float_array(x1, "the point `x1`"), as_float_array(x2, "the point `x2`")
    for name, point in (("x1", first), ("x2", second)):
        if point.ndim > 1:
            raise ParameterValueError(
                f"a kernel takes two single points, and `{name}` has shape {quoted(point.shape)}",
                hint="for many points at once use `kernel.gram(x)` or `kernel.cross_gram(x, y)`",
            )
    if first.ndim == second.ndim and first.shape != second.shape:
        raise ParameterValueError(
            f"the points have different numbers of features: {quoted(first.shape)} and"
            f" {quoted(second.shape)}",
            hint="give points of one shape, or a number that stands for all features of one",
        )
    return first, second


def per_feature(kernel: Any, field: str, difference: jax.Array) -> jax.Array:
    """Give the scaled value of a positive parameter, one number or one for each feature.

    Raises:
        ParameterValueError: it has another shape, or is not above zero.
    """
    require_above_zero(kernel, field)
    value = value_in(getattr(kernel, field), "scaled")
    if value.ndim == 0 or value.shape == (difference.shape or (1,)):
        return value
    count = difference.size
    raise ParameterValueError(
        f"the {quoted(field)} of {quoted(type(kernel).__name__)} has shape {quoted(value.shape)},"
        f" and the points have shape {quoted(difference.shape)}",
        hint=f"give one number, or one for each of the {count} features: shape `({count},)`",
    )


def require_above_zero(kernel: Any, field: str) -> None:
    """Refuse a parameter that is known not to be above zero."""
    value = _known(getattr(kernel, field))
    if value is not None and not (value > 0).all():
        raise _wrong(kernel, field, value, "be above zero")


def require_no_negative(kernel: Any, field: str) -> None:
    """Refuse a parameter that is known to be negative."""
    value = _known(getattr(kernel, field))
    if value is not None and not (value >= 0).all():
        raise _wrong(kernel, field, value, "not be negative")


def nonnegative(value: Any, what: str, shapes: tuple[tuple[int, ...], ...]) -> jax.Array:
    """Give what is added to the diagonal of a matrix, of one of the shapes.

    Raises:
        ParameterValueError: another shape, or a number that is known to be negative or NaN.
        ParameterTypeError: no real numbers.
    """
    array = as_float_array(value, what)
    if array.shape not in shapes:
        raise ParameterValueError(
            f"{what} has shape {quoted(array.shape)}",
            hint=f"it may have the shape {' or '.join(quoted(shape) for shape in shapes)}",
        )
    if is_concrete(array) and not (np.asarray(array) >= 0).all():
        raise ParameterValueError(
            f"{what} must not be negative, and got {quoted(np.asarray(array).tolist())}",
            hint="it is a variance, added to the diagonal of the covariance matrix",
        )
    return array


def _known(param: Parameter) -> np.ndarray | None:
    """Give the scaled value of a parameter if its numbers can be looked at."""
    if not isinstance(param.latent_value, jax.Array):  # half of a partition, or only a shape
        return None
    value = value_in(param, "scaled")
    return np.asarray(value) if is_concrete(value) else None


def _wrong(kernel: Any, field: str, value: np.ndarray, rule: str) -> ParameterValueError:
    return ParameterValueError(
        f"the {quoted(field)} of {quoted(type(kernel).__name__)} must {rule}, and is"
        f" {quoted(value.tolist())}",
        hint="bounds or a transform of the Parameter keep it there while it is fitted",
    )


def not_callable(kernel: Any) -> ParameterTypeError:
    """Give the error for what is no kernel and no function of two points."""
    return ParameterTypeError(
        f"a kernel is a function of two points, and got {quoted(repr(kernel))}",
        hint="give an instance such as `RBFKernel()`, or any function `k(x1, x2)`",
    )
