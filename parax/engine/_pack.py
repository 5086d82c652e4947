"""Small arrays that never change between calls, packed into one vector a dtype.

Each array that crosses into an executable costs a fraction of a microsecond at every call. What a
problem holds fixed - numbers of the expression, inputs, a sweep - is packed once, when it is bound,
and taken apart inside the executable, where slices cost nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.parameters import is_concrete

_SMALL = 4096
"""The largest array that is packed, in elements."""


class Layout:
    """How arrays of given types are packed.

    Args:
        types: shape and dtype of each array.
    """

    def __init__(self, types: Sequence[jax.ShapeDtypeStruct]) -> None:
        self._shapes = [one.shape for one in types]
        groups: dict[Any, list[int]] = {}
        for position, one in enumerate(types):
            groups.setdefault(_group(one, position), []).append(position)
        self._groups = list(groups.values())
        self._dtypes = [types[group[0]].dtype for group in self._groups]

    def pack(self, arrays: Sequence[Any]) -> tuple[Any, ...]:
        """Pack arrays, or tracers, of these types."""
        return tuple(
            _whole(arrays[group[0]], kind)
            if len(group) == 1
            else _joined([arrays[i] for i in group], kind)
            for group, kind in zip(self._groups, self._dtypes, strict=True)
        )

    def unpack(self, packed: Sequence[Any]) -> list[Any]:
        """Give the arrays back, inside the executable."""
        arrays: list[Any] = [None] * len(self._shapes)
        for group, whole in zip(self._groups, packed, strict=True):
            shapes = [self._shapes[position] for position in group]
            parts = [whole] if len(group) == 1 else cut(whole, shapes)
            for position, part in zip(group, parts, strict=True):
                arrays[position] = part
        return arrays


def cut(vector: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """Cut a vector into arrays of these shapes.

    One operation cuts all: its transpose is one concatenation, where that of slices is a sum of
    padded vectors.
    """
    if not shapes:
        return []
    parts = jax.lax.split(vector, [prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _group(kind: jax.ShapeDtypeStruct, position: int) -> Any:
    """Give the name of the group that an array of some type belongs to."""
    packed = isinstance(kind.dtype, np.dtype) and prod(kind.shape) <= _SMALL
    return kind.dtype if packed else position


def _whole(array: Any, dtype: Any) -> Any:
    if isinstance(array, jax.Array):
        return array
    with jax.ensure_compile_time_eval():
        return jnp.array(array, dtype)  # a copy: the caller may change his own


def _joined(arrays: Sequence[Any], dtype: Any) -> jax.Array:
    if not all(map(is_concrete, arrays)):
        return jnp.concatenate([jnp.ravel(array).astype(dtype) for array in arrays])
    with jax.ensure_compile_time_eval():  # what is kept must not belong to an outer trace
        return jnp.asarray(np.concatenate([np.asarray(a, dtype).reshape(-1) for a in arrays]))
