"""A value in parts along its short axes."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True)
class Split:
    """A value in parts, along its short axes.

    Args:
        shape: of the whole.
        axes: those that are split, in order.
        parts: the parts, arrays without these axes; as objects, one axis for each that is split.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...]
    parts: np.ndarray

    @cached_property
    def whole(self) -> Any:
        """The parts put together."""
        return _stacked(self.parts, self.axes)

    def map(self, function: Callable[[Any], Any]) -> np.ndarray:
        """Apply a function to each part."""
        return objects(self.parts.shape, map(function, self.parts.ravel()))


def objects(shape: tuple[int, ...], values: Any) -> np.ndarray:
    """Give values, row by row, as an array of objects."""
    flat = np.empty(prod(shape), object)
    for place, value in enumerate(values):
        flat[place] = value
    return flat.reshape(shape)


def _stacked(parts: Any, axes: Sequence[int]) -> Any:
    if not axes:
        return parts.item() if isinstance(parts, np.ndarray) else parts
    first, *rest = axes
    inner = [axis - (axis > first) for axis in rest]  # without the first axis
    return jnp.stack([_stacked(part, inner) for part in parts], axis=first)


def shape_of(value: Any) -> tuple[int, ...]:
    """Give the shape of a value, or of the whole of one that is split."""
    return value.shape if isinstance(value, Split) else jnp.shape(value)


def whole(value: Any) -> Any:
    """Give a value as one array."""
    return value.whole if isinstance(value, Split) else value


def split(value: Any, axes: Sequence[int]) -> Split:
    """Split a value along these axes, and any along which it is split already."""
    if not isinstance(value, Split):
        value = Split(jnp.shape(value), (), objects((), [value]))
    for axis in axes:
        if axis not in value.axes:
            value = _split_further(value, axis)
    return value


def split_only(value: Any, axes: Sequence[int]) -> Split:
    """Split a value along these axes, and no others."""
    if isinstance(value, Split) and not set(value.axes) <= set(axes):
        value = value.whole
    return split(value, axes)


def _split_further(value: Split, axis: int) -> Split:
    inside = axis - sum(one < axis for one in value.axes)
    place = sum(one < axis for one in value.axes)
    rows = [
        value.map(lambda part, row=row: jax.lax.index_in_dim(part, row, inside, keepdims=False))
        for row in range(value.shape[axis])
    ]
    parts = np.stack(rows, axis=place)
    return Split(value.shape, tuple(sorted((*value.axes, axis))), parts)
