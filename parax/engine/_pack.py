"""Small arrays that never change between calls, packed into one vector.

Each array that crosses into an executable costs a fraction of a microsecond at every call. What a
problem holds fixed - numbers of the expression, inputs, a sweep - is packed once, when it is bound,
and taken apart inside the executable, where slices cost nothing. Numbers of one width, whole or
floating, share a vector of words: as words, because a copy of a word keeps all its bits. A complex
number is two words, its real and its imaginary part; a truth value is a byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._device import to_device
from parax.parameters import is_concrete

_SMALL = 4096
"""The largest array that is packed, in elements."""


class Layout:
    """How arrays of given types are packed.

    Args:
        types: shape and dtype of each array.
    """

    def __init__(self, types: Sequence[jax.ShapeDtypeStruct]) -> None:
        self._types = types
        groups: dict[Any, list[int]] = {}
        for position, one in enumerate(types):
            groups.setdefault(_word(one) or position, []).append(position)
        self._groups = [
            (_word(types[group[0]]) if len(group) > 1 else None, group) for group in groups.values()
        ]

    def pack(self, arrays: Sequence[Any]) -> Any:
        """Pack arrays, or tracers, of these types: mostly one vector, otherwise a tuple."""
        packed: list[Any] = []
        for word, group in self._groups:
            own = [(arrays[position], self._types[position].dtype) for position in group]
            packed.append(_whole(*own[0]) if word is None else _joined(own, word))
        return packed[0] if len(packed) == 1 else tuple(packed)

    def unpack(self, packed: Any) -> list[Any]:
        """Give the arrays back, inside the executable."""
        packed = packed if isinstance(packed, tuple) else (packed,)
        arrays: list[Any] = [None] * len(self._types)
        for (word, group), whole in zip(self._groups, packed, strict=True):
            types = [self._types[position] for position in group]
            parts = [whole] if word is None else cut(whole, [_words(one) for one in types])
            for position, part, one in zip(group, parts, types, strict=True):
                arrays[position] = part if word is None else _read(part, one.dtype)
        return arrays


def _word(kind: jax.ShapeDtypeStruct) -> str | None:
    """Give the name of the words that an array is packed as; None if it stays by itself."""
    if not isinstance(kind.dtype, np.dtype) or prod(kind.shape) > _SMALL:
        return None
    if not (jnp.issubdtype(kind.dtype, jnp.number) or kind.dtype.kind == "b"):
        return None
    return f"uint{8 * kind.dtype.itemsize // (1 + (kind.dtype.kind == 'c'))}"


def _words(kind: jax.ShapeDtypeStruct) -> tuple[int, ...]:
    """Give the shape of an array's words."""
    return (*kind.shape, 2) if kind.dtype.kind == "c" else kind.shape


def _read(words: Any, dtype: Any) -> Any:
    """Give the array that was packed as these words."""
    if dtype.kind == "b":
        return words != 0
    if dtype.kind != "c":
        return jax.lax.bitcast_convert_type(words, dtype)
    parts = jax.lax.bitcast_convert_type(words, dtype.type(0).real.dtype)
    return jax.lax.complex(parts[..., 0], parts[..., 1])


def _write(array: Any, dtype: Any, word: str) -> Any:
    """Give the words of an array or tracer, on one axis."""
    flat = jnp.ravel(array).astype(dtype)
    if dtype.kind == "b":
        return flat.astype(word)
    if dtype.kind == "c":
        flat = jnp.stack([flat.real, flat.imag], axis=-1).ravel()
    return jax.lax.bitcast_convert_type(flat, word)


def cut(vector: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """Cut a vector into arrays of these shapes.

    One operation cuts all: its transpose is one concatenation, where that of slices is a sum of
    padded vectors.
    """
    if not shapes:
        return []
    parts = jax.lax.split(vector, [prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _whole(array: Any, dtype: Any) -> Any:
    if isinstance(array, jax.Array):
        return array
    return to_device(np.array(array, dtype))  # a copy: the caller may change his own


def _joined(arrays: Sequence[tuple[Any, Any]], word: str) -> jax.Array:
    if not all(is_concrete(array) for array, _ in arrays):
        return jnp.concatenate([_write(array, dtype, word) for array, dtype in arrays])
    words = [np.asarray(array, dtype).reshape(-1).view(word) for array, dtype in arrays]
    return to_device(np.concatenate(words))
