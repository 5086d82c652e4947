"""From a graph's table to one pure function of arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._device import to_device
from parax.engine._cache import executables
from parax.engine._pack import cut
from parax.engine.jaxprs import improved
from parax.graph import (
    Feed,
    Graph,
    Pool,
    Program,
    Skeleton,
    SlotKind,
    Structure,
    program_notes,
    route,
    run,
)
from parax.parameters import is_concrete

REWRITES = ("roll", "scan", "branch", "matrices", "context", "sparsity")
"""The rewrites that can be turned off."""
SETTINGS = (
    "jax_enable_x64",
    "jax_default_matmul_precision",
    "jax_numpy_dtype_promotion",
    "jax_numpy_rank_promotion",
    "jax_default_device",
)
_DTYPES = {SlotKind.INT: int, SlotKind.FLOAT: float, SlotKind.COMPLEX: complex}


def context_key() -> tuple[Any, ...]:
    """Give the settings of JAX that a trace depends on."""
    return tuple(getattr(jax.config, name) for name in SETTINGS)


@dataclass(frozen=True)
class Signature:
    """What one executable is made for.

    Args:
        structure: the graph's table.
        skeleton: of `(args, inputs)`, all but their arrays.
        types: shape, dtype and weakness of every array: inputs first, then the graph's own.
        free: positions of the free ones.
        rewrites: the names of the rewrites that are made (G3).
        settings: of JAX, those that a trace depends on.
    """

    structure: Structure
    skeleton: Skeleton
    types: tuple[jax.ShapeDtypeStruct, ...]
    free: tuple[int, ...]
    rewrites: tuple[str, ...] = REWRITES
    settings: tuple[Any, ...] = field(default_factory=context_key)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What decides whether an executable can be used again (X9)."""
        types = tuple((one.shape, one.dtype, one.weak_type) for one in self.types)
        return (
            self.structure.key, self.skeleton, types, self.free, self.rewrites, self.settings
        )  # fmt: skip

    @cached_property
    def fixed(self) -> tuple[int, ...]:
        """Positions of the arrays that are not free."""
        free = set(self.free)
        return tuple(i for i in range(len(self.types)) if i not in free)

    @cached_property
    def free_types(self) -> list[jax.ShapeDtypeStruct]:
        """Shape, dtype and weakness of the free arrays."""
        return [self.types[position] for position in self.free]

    @cached_property
    def fixed_types(self) -> list[jax.ShapeDtypeStruct]:
        """Shape, dtype and weakness of everything else: other arrays, then packed numbers (X7)."""
        return [*(self.types[i] for i in self.fixed), *number_types(self.structure)]

    @cached_property
    def flat_type(self) -> jax.ShapeDtypeStruct:
        """Shape and dtype of the flat vector of all free elements."""
        dtypes = [one.dtype for one in self.free_types]
        dtype = jnp.result_type(*dtypes) if dtypes else jnp.result_type(float)
        return jax.ShapeDtypeStruct((sum(self.sizes),), dtype)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many elements each free array has."""
        return tuple(prod(one.shape) for one in self.free_types)


def own_arrays(graph: Graph) -> list[Any]:
    """Give what an expression brings to every call: its arrays, then its numbers, packed."""
    arrays = [array for own in graph.arrays for array in own]
    arrays += _pack_numbers(graph.structure, graph.numbers)
    return [to_device(np.array(one)) if isinstance(one, np.ndarray) else one for one in arrays]


def _pack_numbers(structure: Structure, numbers: Sequence[Any]) -> list[Any]:
    """Give the slots' numbers as one vector a kind (X7); kinds that do not occur are left out."""
    packed: list[Any] = []
    for kind in _kinds(structure):
        own = [
            number
            for number, node in zip(numbers, structure.slots, strict=True)
            if structure.statics[node] is kind
        ]
        if all(map(is_concrete, own)):
            dtype = jax.dtypes.canonicalize_dtype(_DTYPES[kind])
            with np.errstate(over="ignore"):
                packed.append(np.array(own).astype(dtype))
        else:
            packed.append(jnp.stack([jnp.asarray(number, _DTYPES[kind]) for number in own]))
    return packed


def number_types(structure: Structure) -> list[jax.ShapeDtypeStruct]:
    """Give the types of the packed numbers: weak, so that they promote as Python's do (X7)."""
    kinds = [structure.statics[node] for node in structure.slots]
    return [
        jax.ShapeDtypeStruct(
            (kinds.count(kind),), jax.dtypes.canonicalize_dtype(_DTYPES[kind]), weak_type=True
        )
        for kind in _kinds(structure)
    ]


def _kinds(structure: Structure) -> list[SlotKind]:
    present = {structure.statics[node] for node in structure.slots}
    return [kind for kind in SlotKind if kind in present]


def pool_of(structure: Structure, packed: Sequence[Any]) -> Pool:
    """Give the numbers of an expression from their packed vectors."""
    kinds: list[Any] = [structure.statics[node] for node in structure.slots]
    return Pool(kinds, dict(zip(_kinds(structure), packed, strict=True)))


def lower(
    signature: Signature,
    program: Program,
    of: str | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> Callable[..., Any]:
    """Give the pure function `compute(free, fixed)` of lists of arrays, typed as in the signature.

    Args:
        signature: what it is made for.
        program: what it computes.
        of: the output to give alone, of a dict of outputs.
        note: is told what was rewritten.
    """
    for text in program_notes(signature.structure, program):
        note(text)
    others = len(signature.fixed)

    def compute(free: Sequence[Any], fixed: Sequence[Any]) -> Any:
        executables.count_trace()
        pool = pool_of(signature.structure, fixed[others:])
        fed = feed(signature, program.structure, free, fixed[:others], ())
        outputs = run(program, fed, pool)
        outputs = outputs if of is None else outputs[of]
        return jax.tree_util.tree_map(jnp.asarray, outputs)

    return improved(compute, note) if "matrices" in signature.rewrites else compute


def feed(
    signature: Signature,
    table: Structure,
    free: Sequence[Any],
    others: Sequence[Any],
    numbers: Sequence[Any],
) -> Feed:
    """Give what flows into a graph.

    Args:
        signature: what it is made for.
        table: the graph's table, or what it was rolled into.
        free: the free arrays.
        others: the other arrays, of the inputs and of the expression.
        numbers: the numbers of the table's slots.
    """
    structure = signature.structure
    count = signature.skeleton.arrays
    arrays: list[Any] = [None] * len(signature.types)
    for position, array in zip(signature.free, free, strict=True):
        arrays[position] = array
    for position, array in zip(signature.fixed, others, strict=True):
        arrays[position] = array
    args, inputs = signature.skeleton.join(arrays[:count])
    data = _grouped(structure, arrays[count:])
    return Feed(numbers, data, args, route(table, args, inputs))


def _grouped(structure: Structure, arrays: Sequence[Any]) -> list[Sequence[Any]]:
    groups, start = [], 0
    for node in structure.carriers:
        stop = start + structure.skeleton(node).arrays
        groups.append(arrays[start:stop])
        start = stop
    return groups


def of_vector(signature: Signature, run: Callable[..., Any]) -> Callable[..., Any]:
    """Give the same function of one flat vector in place of the free arrays."""

    def flat(x: Any, fixed: Sequence[Any]) -> Any:
        return run(free_arrays(signature, x), fixed)

    return flat


def free_arrays(signature: Signature, x: Any) -> list[Any]:
    """Cut the flat vector into the free arrays, each of its own dtype."""
    types = signature.free_types
    parts = cut(x, [one.shape for one in types])
    return [_as_kind(part, one.dtype) for part, one in zip(parts, types, strict=True)]


def _as_kind(part: Any, dtype: Any) -> Any:
    complex_ = jnp.issubdtype(dtype, jnp.complexfloating)
    return (part.real if jnp.iscomplexobj(part) and not complex_ else part).astype(dtype)
