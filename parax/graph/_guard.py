"""Where to guard a choice, so that the branch not taken leaks no NaN into gradients (X21).

A mask says for which elements a node's value is wanted: everywhere for outputs; on the edges into
a branch, where that branch is taken and the choice itself is wanted. From a value to its operands
it goes as follows.

- Through an elementwise operator, a sum or a choice: as it is. Where the operand has fewer
  elements than the value, an element of it is wanted if any that it is broadcast to is.
- Into the items of a dict, list or tuple: each takes its part.
- Where a value is limited to some points, those: on the edge into `over`, and at the end of the
  elementwise part above it, where a reduction or an output takes the masked value (X22).
- Through an operator that knows which elements of its operands its own are made of (a reduction
  along axes, an index, a stack): those.
- Through any other operator, and into a leaf operator: all if any is wanted.

A node with several consumers has the union of their masks. On an edge that leaves the elementwise
part of the graph with its consumer's mask, and on what a leaf operator is called with, a value is
guarded: `where(keep, x, stop_gradient(x))`. Values are untouched, and cotangents of unwanted
elements, NaN or not, are cut: reverse and forward mode, any order, under `jit` and `vmap`.

What remains: an operator or function that mixes elements in its own way, given both wanted and
unwanted ones, passes on the NaN of an infinite derivative at an unwanted element. To be safe there
as well, choose inside it.
"""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu

from parax.graph._kinds import Kind
from parax.graph._masks import ALL, Masks, any_of, fitted, is_array, parts


@dataclass(frozen=True)
class GuardPlan:
    """What the evaluation of a graph with choices needs to know.

    Args:
        terms: the terms of all masks.
        edges: for each node, the mask of each of its operands' edges.
        shared: for each node, the mask that it shares with its consumers, so that no guard is
            needed between them; -1 if it is not elementwise.
        leaves: for leaf operators that are not wanted everywhere, the mask of their inputs.
        guarded: nodes that must be computed from guarded values.
        wanted: for each node, its mask; None where there is no gradient.
    """

    terms: tuple[tuple[Any, ...], ...]
    edges: tuple[tuple[int, ...], ...]
    shared: tuple[int, ...]
    leaves: dict[int, int]
    guarded: frozenset[int]
    wanted: tuple[int | None, ...]

    def is_chosen(self, mask: int) -> bool:
        """Tell whether a mask is due to a choice, and not to ranges alone."""
        pending, seen = [mask], set[int]()
        while pending:
            one = pending.pop()
            if self.terms[one][0] == "taken":
                return True
            if one not in seen:
                seen.add(one)
                pending += parts(self.terms[one])
        return False

    def is_whole(self, mask: int | None) -> bool:
        """Tell whether a mask holds everywhere or nowhere."""
        return mask is None or self.terms[mask][0] in ("all", "any")


def plan_guards(
    kinds: Sequence[Kind],
    operands: Sequence[tuple[int, ...]],
    payloads: Sequence[Any],
    outputs: Sequence[int],
) -> GuardPlan:
    """Find the masks of all nodes and edges in one pass from the outputs to the leaves."""
    masks = Masks()
    count = len(kinds)
    wanted: list[int | None] = [None] * count
    edges: list[tuple[int, ...]] = [()] * count
    shared = [-1] * count
    masked = _may_be_masked(kinds, operands, payloads)
    for output in outputs:
        wanted[output] = masks.counts(ALL, output) if masked[output] else ALL
    for node in range(count - 1, -1, -1):
        mask = wanted[node]
        if mask is None or not operands[node]:
            continue
        kind = kinds[node]
        if kind is not Kind.TREE and _is_elementwise(kind, payloads[node]):
            shared[node] = mask
        edges[node] = _edges(node, kind, operands[node], payloads[node], mask, masks)
        if shared[node] == -1:
            edges[node] = tuple(
                masks.counts(edge, operand) if masked[operand] and kind is not Kind.TREE else edge
                for operand, edge in zip(operands[node], edges[node], strict=True)
            )
        for position, operand in enumerate(operands[node]):
            if (kind is Kind.SELECT and position == 0) or (kind is Kind.OVER and position):
                continue  # a condition has no gradient
            before, edge = wanted[operand], edges[node][position]
            wanted[operand] = edge if before is None else masks.union(before, edge)
    leaves = {
        node: masks.any(mask)
        for node, mask in enumerate(wanted)
        if kinds[node] is Kind.CALL and mask is not None and mask != ALL
    }
    guarded = set(leaves)
    for node in range(count):
        if wanted[node] is not None and (
            any(edge != ALL for edge in edges[node])
            or any(operand in guarded for operand in operands[node])
        ):
            guarded.add(node)
    return GuardPlan(
        tuple(masks.terms),
        tuple(edges),
        tuple(shared),
        leaves,
        frozenset(guarded),
        tuple(wanted),
    )


def _may_be_masked(
    kinds: Sequence[Kind], operands: Sequence[tuple[int, ...]], payloads: Sequence[Any]
) -> list[bool]:
    """Tell for each node whether its value may be masked."""
    found: list[bool] = []
    for node, kind in enumerate(kinds):
        if kind is Kind.OVER or kind is Kind.PORT:
            found.append(True)
        elif kind in (Kind.ROLL, Kind.PACK, Kind.SCAN):
            found.append(False)
        else:
            reduction = payloads[node].reduced() if kind is Kind.NODE else None
            whole = reduction is not None and reduction[1] is None
            found.append(not whole and any(found[one] for one in operands[node]))
    return found


def _is_elementwise(kind: Kind, payload: Any) -> bool:
    """Tell whether a node passes each element on to the same element of its value."""
    if kind is Kind.NODE:
        return payload.is_elementwise()
    return kind in (Kind.SUM, Kind.SELECT, Kind.OVER)


def _edges(
    node: int, kind: Kind, operands: tuple[int, ...], payload: Any, mask: int, masks: Masks
) -> tuple[int, ...]:
    if kind is Kind.SELECT:
        taken = (masks.taken(mask, operands[0], branch=branch) for branch in (True, False))
        return (ALL, *taken)
    positions = range(len(operands))
    if kind is Kind.OVER:
        return (masks.counts(mask, node), *(ALL for _ in operands[1:]))
    if kind is Kind.TREE:
        return tuple(masks.item(mask, node, position) for position in positions)
    if _is_elementwise(kind, payload):
        return (mask,) * len(operands)
    return tuple(
        masks.any(mask) if payload.below(position) is None else masks.below(mask, node, position)
        for position in positions
    )


def guard(value: Any, keep: Any) -> Any:
    """Cut the cotangents of a value where it is not wanted.

    An array with a gradient becomes `where(keep, x, stop_gradient(x))`, anything else is left
    alone. In a tree each leaf meets its own mask, or the only one.
    """
    if is_array(value):
        return _guard_leaf(value, keep if is_array(keep) else any_of(keep), jnp.shape(value))
    leaves, treedef = jtu.tree_flatten(value, is_leaf=_is_convertible)
    keeps = _leaves_of(keep, treedef)
    return treedef.unflatten(
        [
            _guard_leaf(leaf, own, jnp.shape(leaf)) if isinstance(leaf, jax.Array) else leaf
            for leaf, own in zip(leaves, keeps, strict=True)
        ]
    )


def guard_elementwise(
    values: Sequence[Any], keeps: Sequence[Any], shares: Sequence[bool]
) -> list[Any]:
    """Guard the operands of an elementwise operator, each on the elements of the result.

    So the cut comes before the cotangents of what is broadcast are summed.

    Args:
        values: the operands.
        keeps: the mask of each; None for one that is wanted everywhere.
        shares: which of them have the same mask already, and need a guard only if broadcast.
    """
    trees = [value for value in (*values, *keeps) if value is not None and not is_array(value)]
    if not trees:
        return _guard_row(values, keeps, shares)
    treedef = jtu.tree_structure(trees[0], is_leaf=_is_convertible)
    try:
        columns = [_column(value, treedef) for value in values]
        masks = [
            [None] * treedef.num_leaves if k is None else _leaves_of(k, treedef) for k in keeps
        ]
    except ValueError:
        return list(values)  # of different structure: the operator itself says so
    rows = [
        _guard_row(row, own, shares)
        for row, own in zip(zip(*columns, strict=True), zip(*masks, strict=True), strict=True)
    ]
    return [
        value if keep is None else treedef.unflatten([row[position] for row in rows])
        for position, (value, keep) in enumerate(zip(values, keeps, strict=True))
    ]


def _column(value: Any, treedef: Any) -> list[Any]:
    """Give an operand's leaf for each leaf of a tree."""
    if is_array(value):
        return [value] * treedef.num_leaves
    leaves, own = jtu.tree_flatten(value, is_leaf=_is_convertible)
    if own != treedef:
        raise ValueError("another structure")
    return leaves


def _leaves_of(keep: Any, treedef: Any) -> list[Any]:
    """Give a mask for each leaf of a tree: its own, or the only one, or whether any holds."""
    if not is_array(keep):
        leaves, own = jtu.tree_flatten(keep)
        if own == treedef:
            return leaves
        keep = any_of(keep)
    return [keep] * treedef.num_leaves


def _is_convertible(value: object) -> bool:
    return hasattr(value, "__jax_array__")


def _guard_row(values: Sequence[Any], keeps: Sequence[Any], shares: Sequence[bool]) -> list[Any]:
    try:
        shape = jnp.broadcast_shapes(*{jnp.shape(value) for value in values})
    except ValueError:
        return list(values)  # the operator itself says that they do not fit
    return [
        value
        if keep is None or (share and jnp.shape(value) == shape)
        else _guard_leaf(value, keep, shape)
        for value, keep, share in zip(values, keeps, shares, strict=True)
    ]


def _guard_leaf(leaf: Any, keep: Any, shape: tuple[int, ...]) -> Any:
    if not isinstance(leaf, jax.Array) or not jnp.issubdtype(leaf.dtype, jnp.inexact):
        return leaf
    return jnp.where(fitted(keep, shape), leaf, jax.lax.stop_gradient(leaf))
