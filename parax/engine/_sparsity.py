"""Which outputs depend on which free arrays, and Jacobians in fewer passes because of it (E4).

Goals often see a few parameters each. Columns of a Jacobian that no output has in common are
computed in one pass, and told apart afterwards by the rows that they can be in: Curtis, Powell and
Reid, "On the estimation of sparse Jacobian matrices", IMA J. Appl. Math. 13 (1974) 117-119.
"""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax.engine._lower import Signature, feed
from parax.engine._objective import chosen_output
from parax.engine._pack import cut
from parax.engine.jaxprs import joined, reached
from parax.graph import Graph, Kind, coloured, values_of

_SAVING = 2
"""By how much fewer passes there must be."""
_LONG = 20_000
"""Nodes beyond which nobody looks: each is traced once more."""


@dataclass(frozen=True)
class Compression:
    """How a Jacobian is computed in fewer passes.

    Args:
        groups: for each free array the first pass that is for it; None if nothing depends on it.
        passes: how many there are.
        rows: for each leaf of the outputs which free arrays it depends on: shape `(arrays,)`, or
            `(rows, arrays)` for one that is stacked on its first axis.
    """

    groups: tuple[int | None, ...]
    passes: int
    rows: tuple[np.ndarray, ...]


def compression(
    graph: Graph, signature: Signature, outputs: Any, of: str | None
) -> Compression | None:
    """Find out how a Jacobian can be computed in fewer passes; None if that does not pay.

    Args:
        graph: the expression.
        signature: what its inputs are.
        outputs: the outputs' types.
        of: the output, of several.
    """
    types = signature.free_types
    if len(types) < _SAVING or len({one.dtype for one in types}) > 1:
        return None
    if not jnp.issubdtype(types[0].dtype, jnp.floating):
        return None
    tree = graph.structure.out_tree
    nodes = jtu.tree_leaves(chosen_output(tree.unflatten(graph.structure.outputs), of))
    values = dict(zip(graph.structure.outputs, tree.flatten_up_to(outputs), strict=True))
    if len(graph) > _LONG or (len(nodes) == 1 and not _is_stack(graph, nodes[0], values)):
        return None
    rows = _rows(graph, signature, nodes, values)
    groups, passes = _coloured(np.vstack(rows), signature.sizes)
    widest = sum(row.reshape(-1, len(types)).shape[0] for row in rows)
    if not passes or _SAVING * passes > min(sum(signature.sizes), widest):
        return None
    return Compression(groups, passes, tuple(rows))


def compressed(run: Callable[..., Any], how: Compression, types: Sequence[Any]) -> Any:
    """Give the Jacobian of `run(free, rest)`, arranged as `jax.jacfwd` does.

    Args:
        run: a function of a list of free arrays.
        how: which columns go together.
        types: of the free arrays.
    """
    shapes = [one.shape for one in types]
    sizes = [int(np.prod(shape)) for shape in shapes]
    seeds = np.zeros((how.passes, sum(sizes)), types[0].dtype)
    ends = np.cumsum([0, *sizes])
    for group, start, stop in zip(how.groups, ends[:-1], ends[1:], strict=True):
        if group is not None:
            seeds[np.arange(group, group + stop - start), np.arange(start, stop)] = 1

    def jacobian(free: Any, rest: Any) -> Any:
        def along(seed: Any) -> Any:
            return jax.jvp(lambda free: run(free, rest), (list(free),), (cut(seed, shapes),))[1]

        columns = jax.vmap(along, out_axes=-1)(jnp.asarray(seeds))
        leaves, tree = jtu.tree_flatten(columns)
        return tree.unflatten(
            [
                [
                    _told_apart(leaf, rows[..., array], group, shape)
                    for array, (group, shape) in enumerate(zip(how.groups, shapes, strict=True))
                ]
                for leaf, rows in zip(leaves, how.rows, strict=True)
            ]
        )

    return jacobian


def _told_apart(columns: Any, rows: np.ndarray, group: int | None, shape: tuple[int, ...]) -> Any:
    """Give the part of one free array, 0 in rows that do not depend on it."""
    outer = columns.shape[:-1]
    if group is None:
        return jnp.zeros((*outer, *shape), columns.dtype)
    own = columns[..., group : group + int(np.prod(shape))]
    depends = rows.reshape(rows.shape + (1,) * (own.ndim - rows.ndim))
    return jnp.where(depends, own, 0).reshape(*outer, *shape)


def _is_stack(graph: Graph, node: int, values: dict[int, Any]) -> bool:
    """Tell whether an output stacks scalars, or rows, on its first axis."""
    if graph.structure.kinds[node] is not Kind.NODE:
        return False
    axis, rank = graph.structure.payloads[node].stacked_axis(), getattr(values[node], "ndim", 0)
    return axis is not None and rank > 0 and axis % rank == 0


def _rows(
    graph: Graph, signature: Signature, nodes: Sequence[int], values: dict[int, Any]
) -> list[np.ndarray]:
    """Give for each leaf of the outputs what it, or each row of it, depends on."""
    stacks = [_is_stack(graph, node, values) for node in nodes]
    parts = [
        graph.structure.operands[node] if stack else (node,)
        for node, stack in zip(nodes, stacks, strict=True)
    ]
    found = iter(_dependence(graph, signature, [one for own in parts for one in own]))
    rows: list[np.ndarray] = []
    for node, stack, own in zip(nodes, stacks, parts, strict=True):
        bits = np.array([next(found) for _ in own])
        rows += [bits] if stack else [bits[0]] * len(jtu.tree_leaves(values[node]))
    return rows


def _coloured(rows: np.ndarray, sizes: Sequence[int]) -> tuple[tuple[int | None, ...], int]:
    """Put free arrays that no row has in common into one group of passes.

    Args:
        rows: which row depends on which array.
        sizes: how many elements each array has: as many passes.

    Returns:
        The first pass of each array, and how many passes there are.
    """
    colours = coloured([np.flatnonzero(row).tolist() for row in np.unique(rows, axis=0)])
    wide = [0] * (1 + max(colours.values(), default=-1))
    for array, colour in colours.items():
        wide[colour] = max(wide[colour], sizes[array])
    first = [0, *itertools.accumulate(wide)]
    groups = tuple(first[colours[one]] if one in colours else None for one in range(len(sizes)))
    return groups, first[-1]


def _dependence(graph: Graph, signature: Signature, nodes: Sequence[int]) -> list[np.ndarray]:
    """Give for each of some nodes on which free arrays it may depend: shape `(arrays,)`."""
    counts: list[int] = []

    def leaves(free: Any, others: Any) -> list[Any]:
        fed = feed(signature, graph.structure, free, others, graph.numbers)
        values = [jtu.tree_leaves(value) for value in values_of(graph.structure, fed, nodes)]
        counts[:] = map(len, values)
        return [one for own in values for one in own]

    others = signature.fixed_types[: len(signature.fixed)]
    jaxpr = jax.make_jaxpr(leaves)(signature.free_types, others).jaxpr
    count = len(signature.free)
    found = iter(reached(jaxpr, [1 << place for place in range(count)] + [0] * len(others)))
    masks = [joined([next(found) for _ in range(own)]) for own in counts]
    return [np.array([mask >> bit & 1 for bit in range(count)], bool) for mask in masks]
