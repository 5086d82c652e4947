"""From a graph's table to one pure function of arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.engine._cache import executables
from parax.graph import Feed, Skeleton, SlotKind, Structure, evaluate, route

_DTYPES = {SlotKind.INT: int, SlotKind.FLOAT: float, SlotKind.COMPLEX: complex}


@dataclass(frozen=True)
class Signature:
    """What one executable is made for.

    Args:
        structure: the graph's table.
        skeleton: of `(args, inputs)`, all but their arrays.
        types: shape, dtype and weakness of every array: inputs first, then the graph's own.
        free: positions of the free ones.
    """

    structure: Structure
    skeleton: Skeleton
    types: tuple[jax.ShapeDtypeStruct, ...]
    free: tuple[int, ...]

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What decides whether an executable can be used again (X9)."""
        types = tuple((one.shape, one.dtype, one.weak_type) for one in self.types)
        return (self.structure.key, self.skeleton, types, self.free, jax.config.jax_enable_x64)

    @cached_property
    def fixed(self) -> tuple[int, ...]:
        """Positions of the arrays that are not free."""
        free = set(self.free)
        return tuple(i for i in range(len(self.types)) if i not in free)

    @cached_property
    def flat_dtype(self) -> Any:
        """The dtype of the flat vector of all free elements."""
        dtypes = [self.types[position].dtype for position in self.free]
        return jnp.result_type(*dtypes) if dtypes else jnp.result_type(float)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many elements each free array has."""
        return tuple(prod(self.types[position].shape) for position in self.free)


def pack_numbers(structure: Structure, numbers: Sequence[Any]) -> tuple[Any, ...]:
    """Give the slots' numbers as one vector a kind (X7); kinds that do not occur are left out."""
    packed = []
    for kind in SlotKind:
        own = [n for n, node in zip(numbers, structure.slots, strict=True) if structure.statics[node] is kind]
        if own:
            if any(isinstance(number, jax.core.Tracer) for number in own):
                packed.append(jnp.stack([jnp.asarray(number, _DTYPES[kind]) for number in own]))
            else:
                dtype = jax.dtypes.canonicalize_dtype(_DTYPES[kind])
                with np.errstate(over="ignore"):
                    packed.append(jnp.asarray(np.array(own).astype(dtype)))
    return tuple(packed)


def number_types(structure: Structure) -> tuple[jax.ShapeDtypeStruct, ...]:
    """Give the types of the packed numbers: weak, so that they promote as Python's do (X7)."""
    kinds = [structure.statics[node] for node in structure.slots]
    return tuple(
        jax.ShapeDtypeStruct(
            (kinds.count(kind),), jax.dtypes.canonicalize_dtype(_DTYPES[kind]), weak_type=True
        )
        for kind in SlotKind
        if kind in kinds
    )


def _unpack(structure: Structure, packed: Sequence[Any]) -> list[Any]:
    kinds = [structure.statics[node] for node in structure.slots]
    present = [kind for kind in SlotKind if kind in kinds]
    elements = {
        kind: iter([vector[i] for i in range(vector.shape[0])])
        for kind, vector in zip(present, packed, strict=True)
    }
    return [next(elements[kind]) for kind in kinds]  # pyright: ignore[reportArgumentType]


def lower(signature: Signature, of: str | None = None) -> Callable[..., Any]:
    """Give the pure function `run(free, fixed, numbers)` of lists of arrays.

    Args:
        signature: what it is made for.
        of: the output to give alone, of a dict of outputs.
    """
    structure = signature.structure
    count = signature.skeleton.arrays

    def run(free: Sequence[Any], fixed: Sequence[Any], numbers: Sequence[Any]) -> Any:
        executables.count_trace()
        arrays: list[Any] = [None] * len(signature.types)
        for position, array in zip(signature.free, free, strict=True):
            arrays[position] = array
        for position, array in zip(signature.fixed, fixed, strict=True):
            arrays[position] = array
        args, inputs = signature.skeleton.join(arrays[:count])
        feed = Feed(
            _unpack(structure, numbers),
            _grouped(structure, arrays[count:]),
            args,
            route(structure, args, inputs),
        )
        outputs = evaluate(structure, feed, check=False)
        outputs = outputs if of is None else outputs[of]
        return jax.tree_util.tree_map(jnp.asarray, outputs)

    return run


def _grouped(structure: Structure, arrays: Sequence[Any]) -> list[Sequence[Any]]:
    groups, start = [], 0
    for node in structure.carriers:
        stop = start + structure.skeleton(node).arrays
        groups.append(arrays[start:stop])
        start = stop
    return groups


def flattened(signature: Signature, run: Callable[..., Any]) -> Callable[..., Any]:
    """Give the same function of one flat vector in place of the free arrays."""

    def flat(x: Any, fixed: Sequence[Any], numbers: Sequence[Any]) -> Any:
        free, start = [], 0
        for position, size in zip(signature.free, signature.sizes, strict=True):
            kind = signature.types[position]
            part = x[start : start + size].reshape(kind.shape)
            if jnp.iscomplexobj(part) and not jnp.issubdtype(kind.dtype, jnp.complexfloating):
                part = part.real
            free.append(part.astype(kind.dtype))
            start += size
        return run(free, fixed, numbers)

    return flat
