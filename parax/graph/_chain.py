"""Chains: steps that are alike, each computed from the one before, become one loop (X16)."""

# JAX and NumPy leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import jax
import jax.tree_util as jtu
import numpy as np

from parax.graph._alike import indices_apart
from parax.graph._kinds import Kind
from parax.graph._masked import holds_mask
from parax.graph._spines import depth, spines
from parax.graph._structure import Structure

LONG = 64
"""So many nodes in a row are made a loop, if they repeat a pattern."""
PERIOD = 8
"""The longest pattern, in nodes of the row."""


@dataclass(frozen=True)
class Chain:
    """Steps that are alike: each of these nodes is computed from the one before, in one way.

    Args:
        nodes: where the first step starts from, then what each step gives.
        period: how many nodes of the row a step has.
    """

    nodes: tuple[int, ...]
    period: int


def may_have_chains(structure: Structure) -> bool:
    """Tell whether a table is deep enough for a chain."""
    return depth(structure) >= LONG


def chains(structure: Structure, values: Sequence[Any], classes: Sequence[int]) -> Iterator[Chain]:
    """Find the chains of a table, in linear time.

    What a step gives must be of one type throughout, and be wanted whole or not at all (X21). A
    choice inside of a step wants less of what it is computed from, so that it ends a chain.

    Args:
        structure: the table.
        values: the abstract value of each node.
        classes: which nodes are alike.
    """
    for spine in spines(structure, LONG):
        labels = _labels(structure, values, spine)
        for first, period, length in _runs(labels):
            ends = _ends(values, labels, spine, first, period, length)
            yield from _verified(structure, values, classes, ends, period)


def _labels(structure: Structure, values: Sequence[Any], spine: Sequence[int]) -> list[int]:
    """Number what the nodes of a spine are in themselves, whatever their operands are."""
    known: dict[Hashable, int] = {}
    types = {id(values[node]): values[node] for node in spine}  # few, and shared
    kinds = {name: _type_of(value) for name, value in types.items()}
    labels: list[int] = []
    for node in spine:
        kind = kinds[id(values[node])]
        own = ("other", node) if kind is None else (_configuration(structure, node, values), kind)
        labels.append(known.setdefault(own, len(known)))
    return labels


def _configuration(structure: Structure, node: int, values: Sequence[Any]) -> Hashable:
    count = len(structure.operands[node])
    apart = indices_apart(structure, node, values) if count else None
    static = structure.statics[node] if apart is None else ("apart", apart[0])
    return structure.kinds[node], static, count


def _type_of(value: Any) -> Hashable:
    """Give what a loop must find unchanged after each step; None for what it cannot carry."""
    leaves, tree = jtu.tree_flatten(value)
    if holds_mask(value) or not all(isinstance(one, jax.ShapeDtypeStruct) for one in leaves):
        return None
    return tree, tuple((one.shape, one.dtype, one.weak_type) for one in leaves)


def _runs(labels: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Give the long stretches that repeat a pattern: where, its period, and their length."""
    row = np.asarray(labels)
    covered = np.stack([_covered(row, period) for period in range(1, PERIOD + 1)])
    best = covered.max(axis=0)
    starts, at = np.flatnonzero(best >= LONG), 0
    while (place := int(np.searchsorted(starts, at))) < len(starts):
        first = int(starts[place])
        yield first, 1 + int(covered[:, first].argmax()), int(best[first])
        at = first + int(best[first])


def _covered(row: np.ndarray, period: int) -> np.ndarray:
    """Give how far from each place on a row repeats itself with a period."""
    size = len(row)
    if size <= period:
        return np.zeros(size, int)
    differs = np.flatnonzero(row[period:] != row[:-period])
    ends = np.append(differs, size - period)
    places = np.arange(size - period)
    found = ends[np.searchsorted(ends, places)] - places
    return np.append(np.where(found > 0, found + period, 0), np.zeros(period, int))


def _ends(
    values: Sequence[Any],
    labels: Sequence[int],
    spine: Sequence[int],
    first: int,
    period: int,
    length: int,
) -> list[int]:
    """Cut a stretch into steps where the least is carried; give their ends, and the start."""
    stop = first + length
    begins = list(range(first, first + period))
    if first and _type_of(values[spine[first - 1]]) == _type_of(values[spine[first + period - 1]]):
        begins.insert(0, first - 1)
    begin = min(begins, key=lambda one: _elements(values[spine[one]]))
    return [spine[place] for place in range(begin, stop, period)]


def _elements(value: Any) -> int:
    return sum(prod(leaf.shape) for leaf in jtu.tree_leaves(value))


def _verified(
    structure: Structure,
    values: Sequence[Any],
    classes: Sequence[int],
    ends: Sequence[int],
    period: int,
) -> Iterator[Chain]:
    """Give the chains among steps, comparing each with the one before it."""
    steps = _Steps(structure, values, classes, ends[0], ends[-1])
    begin = 0
    for place in range(1, len(ends)):
        whole = place + 1 < len(ends) and steps.alike(*ends[place - 1 : place + 2])
        if not whole:
            chain = tuple(ends[begin : place + 1])
            if (len(chain) - 1) * period >= LONG and _wanted_alike(structure, chain):
                yield Chain(chain, period)
            begin = place


def _wanted_alike(structure: Structure, nodes: Sequence[int]) -> bool:
    """Tell whether all of some values is wanted, or none of it, and the same for each of them."""
    if not structure.has_select:
        return True
    guards = structure.guards
    wanted = {guards.wanted[node] for node in nodes}
    return len(wanted) == 1 and guards.is_whole(wanted.pop())


class _Steps:
    """Compares steps between two nodes of a spine."""

    def __init__(
        self,
        structure: Structure,
        values: Sequence[Any],
        classes: Sequence[int],
        first: int,
        last: int,
    ) -> None:
        self._structure = structure
        self._values = values
        self._classes = classes
        self._first = first
        self._depends = bytearray(last - first + 1)
        """For each node from the first to the last, whether it is computed from the first."""
        self._depends[0] = 1
        for node in range(first + 1, last + 1):
            self._depends[node - first] = any(map(self._is_inside, structure.operands[node]))

    def _is_inside(self, node: int) -> bool:
        return node >= self._first and bool(self._depends[node - self._first])

    def alike(self, low: int, middle: int, high: int) -> bool:
        """Tell whether the step from `low` to `middle` is like that from there to `high`."""
        structure = self._structure
        pending, seen = [(middle, high)], {(low, middle)}
        while pending:
            pair = one, other = pending.pop()
            if pair in seen:
                continue
            seen.add(pair)
            inside = self._is_inside(one)
            if one == low or other == middle or inside != self._is_inside(other):
                return False
            if not inside:
                if self._classes[one] != self._classes[other]:
                    return False
                continue
            if structure.kinds[one] in (Kind.SELECT, Kind.OVER):
                return False
            if _configuration(structure, one, self._values) != _configuration(
                structure, other, self._values
            ):
                return False
            pending += zip(structure.operands[one], structure.operands[other], strict=True)
        return True
