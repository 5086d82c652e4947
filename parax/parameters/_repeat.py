"""Parameters of many equal elements: `n=` and `shape=`."""

from __future__ import annotations

import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.parameters._checks import is_bijector
from parax.parameters._metadata import ParameterMetadata
from parax.parameters._rebuild import changed
from parax.parameters._spaces import require_elementwise

Shape = tuple[int, ...]


def target_shape(shape: Shape, n: Any, wanted: Any) -> Shape:
    """Give the shape of a value after `n=` or `shape=`.

    Raises:
        ParameterValueError: both were given, `n` is no positive integer, `shape` is no shape, or
            the value does not broadcast to it.
    """
    if n is not None and wanted is not None:
        raise ParameterValueError(
            "a parameter takes one of `n` and `shape`, and both were given",
            hint="`n` repeats the value along a new first axis, `shape` broadcasts it",
        )
    if n is not None:
        count = _integer(n)
        if count is None or count < 1:
            raise ParameterValueError(
                f"`n` must be a positive integer, and got {quoted(repr(n))}",
                hint="leave it out for a single one",
            )
        return (count, *shape)
    if wanted is None:
        return shape
    sizes = [_integer(x) for x in (wanted if isinstance(wanted, tuple | list) else (wanted,))]
    target = tuple(x for x in sizes if x is not None and x >= 0)
    if len(target) != len(sizes):
        raise ParameterValueError(
            f"`shape` must be an integer or a tuple of integers, none negative, and got"
            f" {quoted(repr(wanted))}",
            hint="write for instance `shape=(3, 2)`",
        )
    try:
        fits = np.broadcast_shapes(shape, target) == target
    except ValueError:
        fits = False
    if not fits:
        raise ParameterValueError(
            f"a value of shape {quoted(shape)} does not broadcast to `shape` of {quoted(target)}",
            hint="give one number, or a value whose last axes are those of `shape`",
        )
    return target


def _integer(x: Any) -> int | None:
    try:
        return None if isinstance(x, bool | np.bool_) else operator.index(x)
    except TypeError:
        return None


def repeated(array: jax.Array, shape: Shape) -> jax.Array:
    """Broadcast a value, unless it has that shape."""
    return array if array.shape == shape else jnp.broadcast_to(array, shape)


def repeat_metadata(
    metadata: ParameterMetadata, old: Shape, new: Shape, n: Any
) -> ParameterMetadata:
    """Give metadata for a value of the shape `old` that was broadcast to `new`.

    Bounds follow the value; with `n` also a pair that all elements share, and a name is numbered.
    """
    fields: dict[str, Any] = {}
    bounds, name = metadata.bounds, metadata._notes.name
    # a shape that fits neither the old value nor any is left to the check of all bounds
    if bounds is not None and (
        bounds.shape == (*old, 2) if bounds.ndim > 1 else n is not None and bounds.shape == (2,)
    ):
        fields["bounds"] = repeated(bounds, (*new, 2))
    if n is not None:
        transform = metadata._transform
        if transform is not None and is_bijector(metadata.transform):
            require_elementwise(transform, new, "`n` cannot repeat the value")
        if isinstance(name, str) and n != 1:
            names = [f"{name}_{i}" for i in range(int(np.prod(new)))]
            fields["_notes"] = metadata._notes.renamed(names)
    return changed(metadata, **fields) if fields else metadata
