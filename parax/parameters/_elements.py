"""Single elements of a parameter's value: read in C order, and changed by index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.parameters._array import ArrayProtocol
from parax.parameters._checks import warn_outside
from parax.parameters._described import label_of
from parax.parameters._rebuild import changed
from parax.parameters._spaces import check_reached, physical, require_elementwise
from parax.parameters._static import is_concrete
from parax.parameters._values import numbers_of

_MANY = 1000
"""From here on, iterating over the array is faster than making each element by itself."""


def elements(array: Any) -> list[jax.Array]:
    """Give the elements of an array in C order, each of shape `()`.

    Example:
        >>> import jax.numpy as jnp
        >>> [x.tolist() for x in elements(jnp.eye(2))]
        [1.0, 0.0, 0.0, 1.0]
    """
    if np.ndim(array) == 0:
        return [array]
    flat = jnp.ravel(array)
    if not is_concrete(flat):
        return [flat[i] for i in range(flat.size)]
    if flat.size >= _MANY:
        return list(flat)
    return [jnp.asarray(x) for x in np.asarray(flat)]


def with_elements(p: Any, values: Mapping[int, Any], name: str | None = None) -> Any:
    """Change single elements; the others keep their latent values exactly.

    Args:
        p: a parameter.
        values: physical values by flat index; a number, an array of one element, a quantity as
            text, or a Parameter, of which the physical value is taken.
        name: what messages call the parameter.

    Raises:
        ParameterValueError: a value of more than one element, or one that the transform does not
            reach.
        ParameterTypeError: no real number, or a transform that mixes the elements.

    Warns:
        ParameterBoundsWarning: a value lies outside the bounds.
    """
    metadata, shape = p.metadata, p.shape
    packed = None if metadata is None else metadata._transform
    if packed is not None:
        require_elementwise(packed, shape, f"elements of {label_of(p, name)} cannot be changed")
    order = sorted(values)
    where = np.asarray(order)
    numbers = jnp.stack(
        [_single(p, values[i], f"element {i} of {label_of(p, name)}") for i in order]
    )
    target = physical(p).reshape(-1).at[where].set(numbers).reshape(shape)
    latent = target
    if metadata is not None and packed is not None:
        transform = metadata.transform
        # Elements that are not given may sit on the edge of the range: only the given ones count.
        latent = transform.inverse(target)
        check_reached(transform, numbers, latent.reshape(-1)[where])
    chosen = latent.reshape(-1)[where]
    new = p.latent_value.reshape(-1).at[where].set(chosen).reshape(shape)
    if metadata is not None:
        warn_outside(target, metadata.bounds, label_of(p, name))
    return changed(p, latent_value=new)


def _single(p: Any, value: Any, label: str) -> jax.Array:
    if isinstance(value, ArrayProtocol):
        value = physical(value)  # pyright: ignore[reportArgumentType]  # a Parameter
    array = numbers_of(p, value, label)
    if array.size != 1:
        raise ParameterValueError(
            f"{label} takes one number, and got a value of shape {quoted(array.shape)}",
            hint="give one number",
        )
    return array.reshape(())
