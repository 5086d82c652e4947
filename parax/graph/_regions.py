"""Regions: what only one branch of a choice by a number needs, which is computed there alone (X20).

The branches of such a choice open a region each, and a node belongs to the smallest region that
all of its consumers are in; so what both branches share, or anything else needs, stands outside
and is computed before. Regions without a leaf operator, a reduction or linear algebra are given up:
a branch that is only elementwise costs less where it can be fused with what stands around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parax.graph._ancestry import Ancestry
from parax.graph._kinds import Kind
from parax.graph._masked import holds_mask
from parax.graph._structure import Structure

DEEPEST = 16
"""So deep may choices stand inside of each other; those further inside compute both branches."""


@dataclass(frozen=True)
class Choice:
    """A choice by a number.

    Args:
        regions: those of its branches.
        types: the abstract values of its branches.
        captured: the nodes outside of both that they are computed from.
    """

    regions: tuple[int, int]
    types: tuple[Any, Any]
    captured: tuple[int, ...]


@dataclass(frozen=True)
class Regions:
    """The regions of a table.

    Args:
        of: the region of each node; 0 for what belongs to no branch alone.
        choices: by node, the choices of which only the branch that is taken is computed.
    """

    of: tuple[int, ...]
    choices: Mapping[int, Choice]


def by_number(structure: Structure, values: Sequence[Any]) -> dict[int, tuple[Any, Any]]:
    """Give the choices of whole arrays by a number, with the abstract values of their branches.

    Args:
        structure: the table.
        values: the abstract value of each node.
    """
    found: dict[int, tuple[Any, Any]] = {}
    for node, kind in enumerate(structure.kinds):
        if kind is Kind.SELECT:
            condition, *sides = (values[one] for one in structure.operands[node])
            if getattr(condition, "shape", None) == () and not any(map(holds_mask, sides)):
                found[node] = (sides[0], sides[1])
    return found


def find_regions(structure: Structure, types: Mapping[int, tuple[Any, Any]]) -> Regions | None:
    """Find the regions of a table in one pass from the outputs to the leaves.

    Args:
        structure: the table.
        types: the choices by a number, with the abstract values of their branches.

    Returns:
        The regions; None if no branch is worth one.
    """
    if not types:
        return None
    tree = Ancestry()
    opened: dict[int, tuple[int, int]] = {}
    region = [-1] * len(structure)
    for output in structure.outputs:
        region[output] = 0
    for node in range(len(structure) - 1, -1, -1):
        own = region[node]
        if own < 0:
            continue
        if node in types and tree.depths[own] < DEEPEST:
            opened[node] = (tree.add(own), tree.add(own))
        for operand, place in _places(structure, node, own, opened):
            known = region[operand]
            region[operand] = place if known < 0 else tree.common(known, place)
    image = _worth(structure, tree, region, opened)
    kept = {node: own for node, own in opened.items() if image[own[0]] == own[0]}
    if not kept:
        return None
    of = tuple([0 if own < 0 else image[own] for own in region])
    captured = _captured(structure, of, kept)
    choices = {
        node: Choice(own, types[node], tuple(sorted(captured[node]))) for node, own in kept.items()
    }
    return Regions(of, choices)


def _places(
    structure: Structure, node: int, own: int, opened: Mapping[int, tuple[int, int]]
) -> list[tuple[int, int]]:
    """Give a node's operands, each with the region in which it is needed."""
    operands = structure.operands[node]
    if node not in opened:
        return [(operand, own) for operand in operands]
    return list(zip(operands, (own, *opened[node]), strict=True))


def _worth(
    structure: Structure,
    tree: Ancestry,
    region: list[int],
    opened: Mapping[int, tuple[int, int]],
) -> list[int]:
    """Give for each region itself, or the one around it that is worth being kept."""
    parents = tree.parents
    heavy = bytearray(len(parents))
    for node, own in enumerate(region):
        if own > 0 and not heavy[own] and _is_heavy(structure, node):
            heavy[own] = 1
    for own in range(len(parents) - 1, 0, -1):  # what is inside stands after what is around it
        if heavy[own]:
            heavy[parents[own]] = 1
    image = list(range(len(parents)))
    for true, false in sorted(opened.values()):
        if not (heavy[true] or heavy[false]):
            image[true] = image[false] = image[parents[true]]
    return image


def _is_heavy(structure: Structure, node: int) -> bool:
    kind, payload = structure.kinds[node], structure.payloads[node]
    if kind is Kind.CALL:
        return payload.claimed_keyword() is None  # an input computes nothing
    if kind is not Kind.NODE:
        return kind in (Kind.ROLL, Kind.SCAN)
    return payload.reduced() is not None or not (
        payload.is_elementwise() or (structure.operands[node] and payload.below(0) is not None)
    )


def _captured(
    structure: Structure, of: tuple[int, ...], kept: Mapping[int, tuple[int, int]]
) -> dict[int, set[int]]:
    owner = {own: node for node, regions in kept.items() for own in regions}
    captured: dict[int, set[int]] = {node: set() for node in kept}
    for node in range(len(structure)):
        for operand, place in _places(structure, node, of[node], kept):
            around = place
            while around not in (of[operand], 0):
                captured[owner[around]].add(operand)
                around = of[owner[around]]
    return captured
