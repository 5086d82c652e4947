"""A parameter's value given anew."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters._array import ArrayProtocol
from parax.parameters._checks import as_float_array, warn_outside
from parax.parameters._described import label_of
from parax.parameters._quantities import checked_unit, in_unit, read_quantity
from parax.parameters._rebuild import changed
from parax.parameters._spaces import inverted


def with_physical(p: Any, value: Any, name: str | None = None) -> Any:
    """Give a copy with another physical value.

    Args:
        p: a Parameter.
        value: a number, an array, or a quantity as text, which is converted into the unit of `p`.
        name: what messages call the parameter.
    """
    latent, metadata = p.latent_value, p.metadata
    array = value
    if not _is_ready(value, latent):  # the words of a message are put together only if needed
        label = label_of(p, name)
        array = numbers_of(p, value, label)
        if array.shape != np.shape(latent):
            array = fitted(array, np.shape(latent), label)
    if metadata is None:
        return changed(p, latent_value=array)
    new = changed(p, latent_value=inverted(metadata.transform, array))
    if metadata.bounds is not None:
        warn_outside(array, metadata.bounds, label_of(p, name))
    return new


def numbers_of(p: Any, value: Any, label: str) -> jax.Array:
    """Give a new value of a parameter as an array in its unit."""
    if isinstance(value, str):
        value = in_unit(value, p.unit, label)
    return as_float_array(no_parameter(value), f"the value of {label}")


def _is_ready(value: Any, latent: Any) -> bool:
    return (
        isinstance(value, jax.Array)
        and isinstance(latent, jax.Array)
        and value.dtype == latent.dtype
        and not value.weak_type
        and value.shape == latent.shape
    )


def fitted(array: jax.Array, shape: tuple[int, ...], label: str) -> jax.Array:
    """Broadcast a value to the shape of a parameter."""
    try:
        fits = np.broadcast_shapes(array.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ParameterValueError(
            f"a value of shape {quoted(array.shape)} does not fit {label} of shape {quoted(shape)}",
            hint="give one number, or a value that broadcasts to the shape of the parameter",
        )
    return jnp.broadcast_to(array, shape)


def require_one(value: Any, latent_value: Any) -> None:
    """Refuse a parameter without a value, or with two."""
    if value is None and latent_value is None:
        raise ParameterValueError(
            "a parameter needs a value, and neither `value` nor `latent_value` was given",
            hint="write `Parameter(1.0)`, or `latent_value=` for the value before the transform",
        )
    if value is not None and latent_value is not None:
        raise ParameterValueError(
            "a parameter takes one value, and both `value` and `latent_value` were given",
            hint="leave one out; to change the value of a parameter use `with_value`",
        )


def no_parameter(value: Any) -> Any:
    """Refuse a Parameter as the value of another."""
    if isinstance(value, ArrayProtocol):
        raise ParameterTypeError(
            f"a value must be a number or an array, and got {label_of(value)} itself",
            hint="pass its `.value`, or use `as_param` to keep a Parameter as it is",
        )
    return value


def stated_quantity(text: str, keywords: dict[str, Any], metadata: Any) -> float:
    """Read the value of a new parameter from text, and set its unit unless that was stated."""
    known = keywords.get("unit")
    if known is None and metadata is not None:
        known = getattr(metadata, "unit", None)
    if (target := checked_unit(known)) is not None:
        return in_unit(text, target.name, "the parameter")
    number, unit = read_quantity(text, "`value`")
    keywords["unit"] = unit.name
    return float(number)
