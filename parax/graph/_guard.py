"""Where to guard a choice, so that the branch not taken leaks no NaN into gradients (X21).

A mask says for which elements a node's value is wanted. It is `ALL` for outputs; on the edges
into a branch it is where that branch is taken; below an operator that mixes elements it is a
scalar, whether any is wanted; a node with several consumers has the union of theirs. Where an
edge leaves the part of the graph that has its consumer's mask, the value is guarded:
`where(keep, x, stop_gradient(x))`. Values are untouched, cotangents of unwanted elements are cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu

from parax.graph._structure import Kind, Structure

ALL = 0
"""The mask of what is wanted everywhere."""


class Masks:
    """Masks as numbered terms, so that equal ones are one."""

    def __init__(self) -> None:
        self.terms: list[tuple[Any, ...]] = [("all",)]
        self._known: dict[tuple[Any, ...], int] = {("all",): ALL}

    def _make(self, *term: Any) -> int:
        number = self._known.get(term)
        if number is None:
            number = self._known[term] = len(self.terms)
            self.terms.append(term)
        return number

    def taken(self, outer: int, condition: int, branch: bool) -> int:
        """Where `outer` holds and the condition node chooses this branch."""
        return self._make("taken", outer, condition, branch)

    def any(self, mask: int) -> int:
        """Whether the mask holds anywhere."""
        return mask if mask == ALL or self.terms[mask][0] == "any" else self._make("any", mask)

    def union(self, left: int, right: int) -> int:
        """Where either holds; both branches of one choice are where that choice is wanted."""
        if left == right or right == ALL or left == ALL:
            return left if left == right else ALL
        one, other = self.terms[left], self.terms[right]
        if one[0] == other[0] == "taken" and one[1:3] == other[1:3]:
            return one[1]
        return self._make("union", min(left, right), max(left, right))


@dataclass(frozen=True)
class GuardPlan:
    """What the evaluation of a graph with choices needs to know.

    Args:
        masks: the terms of all masks, operands before consumers.
        edges: for each node, the mask of each of its operands' edges.
        wanted: for each node, its own mask; `ALL` for what is not elementwise to share.
        conditions: nodes that a condition is made of, which are evaluated first, unguarded.
        guarded: nodes in whose making some edge is guarded.
        reached: nodes that the outputs need, other than through conditions alone.
    """

    masks: Masks
    edges: tuple[tuple[int, ...], ...]
    wanted: tuple[int, ...]
    conditions: frozenset[int]
    guarded: frozenset[int]
    reached: frozenset[int]


def is_elementwise(structure: Structure, node: int) -> bool:
    """Tell whether a node passes each element on to the same element of its value."""
    kind = structure.kinds[node]
    if kind is Kind.NODE:
        return structure.payloads[node].is_elementwise()
    return kind in (Kind.SUM, Kind.SELECT, Kind.TREE)


def plan_guards(structure: Structure) -> GuardPlan:
    """Find the masks of all nodes and edges in one pass from the outputs to the leaves."""
    masks = Masks()
    count = len(structure)
    wanted: list[int | None] = [None] * count
    edges: list[tuple[int, ...]] = [()] * count
    for output in structure.outputs:
        wanted[output] = ALL
    for node in range(count - 1, -1, -1):
        mask = wanted[node]
        if mask is None:
            continue
        operands = structure.operands[node]
        edges[node] = _edge_masks(structure, node, mask, masks)
        start = 1 if structure.kinds[node] is Kind.SELECT else 0
        for operand, edge in zip(operands[start:], edges[node][start:], strict=True):
            before = wanted[operand]
            wanted[operand] = edge if before is None else masks.union(before, edge)
    reached = frozenset(node for node in range(count) if wanted[node] is not None)
    own = tuple(
        ALL if mask is None or not structure.operands[node] else mask
        for node, mask in enumerate(wanted)
    )
    conditions = _ancestors(
        structure,
        [structure.operands[n][0] for n in range(count) if structure.kinds[n] is Kind.SELECT],
    )
    guarded: set[int] = set()
    for node in reached:
        if any(edge != ALL for edge in edges[node]) or any(
            operand in guarded for operand in structure.operands[node]
        ):
            guarded.add(node)
    return GuardPlan(masks, tuple(edges), own, conditions, frozenset(guarded), reached)


def _edge_masks(structure: Structure, node: int, mask: int, masks: Masks) -> tuple[int, ...]:
    operands = structure.operands[node]
    if structure.kinds[node] is Kind.SELECT:
        condition = operands[0]
        return (
            ALL,
            masks.taken(mask, condition, True),
            masks.taken(mask, condition, False),
        )
    edge = mask if is_elementwise(structure, node) else masks.any(mask)
    return (edge,) * len(operands)


def _ancestors(structure: Structure, roots: list[int]) -> frozenset[int]:
    found: set[int] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(structure.operands[node])
    return frozenset(found)


class MaskValues:
    """Masks as boolean arrays, each computed once, from the values of the conditions."""

    def __init__(self, plan: GuardPlan, condition: Callable[[int], Any]) -> None:
        self._terms = plan.masks.terms
        self._condition = condition
        self._values: dict[int, Any] = {ALL: True}

    def value(self, mask: int) -> Any:
        """Give one mask's booleans; trees of conditions are joined leaf by leaf with *and*."""
        pending = [mask]
        while pending:  # terms may nest deeply
            current = pending[-1]
            needs = [one for one in _needs(self._terms[current]) if one not in self._values]
            if needs:
                pending.extend(needs)
                continue
            self._values.setdefault(current, self._compute(self._terms[current]))
            pending.pop()
        return self._values[mask]

    def _compute(self, term: tuple[Any, ...]) -> Any:
        if term[0] == "any":
            return jnp.any(self._values[term[1]])
        if term[0] == "union":
            left, right = _compatible(self._values[term[1]], self._values[term[2]])
            return jnp.logical_or(left, right)
        _, outer, condition, branch = term
        leaves = [jnp.asarray(leaf) != 0 for leaf in jtu.tree_leaves(self._condition(condition))]
        chosen = leaves[0]
        for leaf in leaves[1:]:
            chosen = jnp.logical_or(*_compatible(chosen, leaf))
        taken = chosen if branch else jnp.logical_not(chosen)
        if len(leaves) > 1 and not branch:  # not taken by some leaf: still wanted there
            taken = jnp.asarray(True)
        left, right = _compatible(self._values[outer], taken)
        return jnp.logical_and(left, right)


def _needs(term: tuple[Any, ...]) -> tuple[int, ...]:
    if term[0] == "taken":
        return (term[1],)
    return term[1:] if term[0] in ("any", "union") else ()


def _compatible(left: Any, right: Any) -> tuple[Any, Any]:
    """Give two masks that broadcast; axes on which they cannot are reduced by *any*."""
    try:
        jnp.broadcast_shapes(jnp.shape(left), jnp.shape(right))
    except ValueError:
        return jnp.any(left), jnp.any(right)
    return left, right


def _fitted(keep: Any, shape: tuple[int, ...]) -> Any:
    """Give a mask on the axes of a value of this shape; on other axes it counts if any holds."""
    own = jnp.shape(keep)
    if len(own) > len(shape):
        keep = jnp.any(keep, axis=tuple(range(len(own) - len(shape))))
        own = own[len(own) - len(shape) :]
    offset = len(shape) - len(own)
    wide = tuple(
        axis for axis, size in enumerate(own) if size != 1 and shape[offset + axis] != size
    )
    return jnp.any(keep, axis=wide, keepdims=True) if wide else keep


def guard(value: Any, keep: Any, shape: tuple[int, ...]) -> Any:
    """Cut the cotangents of a value where it is not wanted; `shape` is its consumer's.

    An array leaf becomes `where(keep, x, stop_gradient(x))`, broadcast so that the cut comes
    before cotangents are summed; anything without a gradient is left alone.
    """

    def one(leaf: Any) -> Any:
        if not isinstance(leaf, jax.Array) or not jnp.issubdtype(leaf.dtype, jnp.inexact):
            return leaf
        return jnp.where(_fitted(keep, shape), leaf, jax.lax.stop_gradient(leaf))

    return jtu.tree_map(one, value)
