"""What alike nodes have in common, as a table with ports for what differs (E5)."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import Span
from parax.graph._alike import indices_apart, is_stackable
from parax.graph._kinds import Kind
from parax.graph._masks import ALL
from parax.graph._rolled import Indexed
from parax.graph._structure import Structure

_INDEX = jax.ShapeDtypeStruct((), np.int32)


@dataclass(frozen=True, eq=False)
class Template:
    """What alike nodes compute, each from its own parts of what differs.

    Args:
        table: the common computation. Its ports are numbered: what is shared, then one part of
            each stack, then indices.
        values: the abstract value of each of its nodes.
        shared: the nodes that all of them share.
        stacks: nodes whose values are stacked, each one's part being at a position of its own.
        columns: those positions, None where they are all in order; then the indices.
        numbers: their numbers, by ordinal of the table they come from: one row each.
    """

    table: Structure
    values: list[Any]
    shared: tuple[int, ...]
    stacks: tuple[tuple[int, ...], ...]
    columns: tuple[np.ndarray | None, ...]
    numbers: np.ndarray

    def needs(self) -> list[int]:
        """Give the nodes outside that it is computed from."""
        return [*self.shared, *(node for stack in self.stacks for node in stack)]


def template(
    structure: Structure,
    values: Sequence[Any],
    ordinals: dict[int, int],
    nodes: tuple[int, ...],
    before: tuple[int, ...] | None = None,
) -> Template | None:
    """Find what nodes of one class have in common.

    Args:
        structure: the table they stand in.
        values: the abstract value of each of its nodes.
        ordinals: the ordinal of each slot.
        nodes: the nodes; at least two, all different.
        before: for the steps of a chain, the node that each is computed from. The first of what
            is shared is then that of the first step.

    Returns:
        What they have in common; None if they call a leaf operator only where a choice takes it,
        for its inputs must be guarded there (X21).
    """
    maker = _Maker(structure, values, ordinals, len(nodes))
    if before is not None:
        maker.carry(before)
    row = maker.row_of(nodes)
    return maker.finish(row) if maker.is_free else None


@dataclass
class _Rows:
    kinds: list[Kind] = field(default_factory=list)
    operands: list[tuple[int, ...]] = field(default_factory=list)
    statics: list[Hashable] = field(default_factory=list)
    payloads: list[Any] = field(default_factory=list)
    spans: list[Span | None] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(
        self,
        kind: Kind,
        operands: tuple[int, ...],
        static: Hashable,
        payload: Any,
        span: Span | None,
        value: Any,
    ) -> int:
        self.kinds.append(kind)
        self.operands.append(operands)
        self.statics.append(static)
        self.payloads.append(payload)
        self.spans.append(span)
        self.values.append(value)
        return len(self.kinds) - 1


_Together = tuple[int, ...]
"""The nodes that stand in one place, one for each of those that are alike."""


class _Maker:
    """Walks alike nodes side by side, without recursion."""

    def __init__(
        self, structure: Structure, values: Sequence[Any], ordinals: dict[int, int], count: int
    ) -> None:
        self._structure = structure
        self._values = values
        self._ordinals = ordinals
        self._count = count
        self._wanted = structure.guards.wanted if structure.has_select else None
        self.is_free = True
        """Whether leaf operators are wanted wherever the nodes are."""
        self._rows = _Rows()
        self._done: dict[_Together, int] = {}
        self._shared: list[int] = []
        self._stacks: list[tuple[int, ...]] = []
        self._positions: list[np.ndarray | None] = []
        self._indices: list[np.ndarray] = []
        self._numbers: list[list[int]] = []
        # Ports are numbered at the end, when it is known how many of each sort there are.
        self._ports: list[tuple[str, int, int]] = []
        self._group: _Together = ()

    def carry(self, nodes: _Together) -> None:
        self._shared.append(nodes[0])
        self._done[nodes] = self._add_port("shared", 0, self._values[nodes[0]])

    def row_of(self, nodes: _Together) -> int:
        self._group = nodes
        done = self._done
        pending: list[tuple[_Together, bool]] = [(nodes, False)]
        while pending:
            place, entered = pending.pop()
            if place in done:
                continue
            if not entered:
                port = None if place is nodes else self._port(place)
                if port is not None:
                    done[place] = port
                    continue
                pending.append((place, True))
                pending += [(part, False) for part in reversed(self._parts(place))]
            else:
                done[place] = self._node(place)
        return done[nodes]

    def _parts(self, place: _Together) -> list[_Together]:
        operands = self._structure.operands
        return list(zip(*(operands[node] for node in place), strict=True))

    def _port(self, place: _Together) -> int | None:
        """Give the row of what comes from outside: the same for all, a number, or a stack."""
        structure, first = self._structure, place[0]
        distinct = tuple(dict.fromkeys(place))
        if not self._may_stand_outside(distinct) and structure.operands[first]:
            return None
        if len(distinct) == 1:
            self._shared.append(first)
            return self._add_port("shared", len(self._shared) - 1, self._values[first])
        kind = structure.kinds[first]
        if kind is Kind.SLOT:
            self._numbers.append([self._ordinals[node] for node in place])
            static = structure.statics[first]
            return self._rows.add(Kind.SLOT, (), static, None, None, self._values[first])
        few = 2 * len(distinct) <= self._count and is_stackable(self._values[first])
        if not few and structure.operands[first]:
            return None
        position = {node: number for number, node in enumerate(distinct)}
        in_order = len(distinct) == self._count
        column = np.asarray([position[node] for node in place], np.int32)
        self._stacks.append(distinct)
        self._positions.append(None if in_order else column)
        return self._add_port("stack", len(self._stacks) - 1, self._values[first])

    def _may_stand_outside(self, nodes: _Together) -> bool:
        """Tell whether no guard is lost (X21): nodes are wanted where the group is, or need none.

        A choice may leave out a node altogether, a range never: an empty one is an error (X24).
        """
        if self._wanted is None:
            return True
        structure, outside = self._structure, True
        for node in nodes:
            mask = self._wanted[node]
            if mask is None or mask in (ALL, self._wanted[self._group[0]]):
                continue
            if not structure.guards.is_chosen(mask):
                outside = outside and structure.regular[node]
                continue
            outside = False
            kind, payload = structure.kinds[node], structure.payloads[node]
            if kind is Kind.CALL:
                self.is_free &= payload.claimed_keyword() is not None
            elif kind is Kind.NODE and structure.opaque[node]:
                self.is_free &= not payload.is_regular()
        return outside

    def _add_port(self, sort: str, number: int, value: Any) -> int:
        row = self._rows.add(Kind.PORT, (), None, None, None, value)
        self._ports.append((sort, number, row))
        return row

    def _node(self, place: _Together) -> int:
        structure, first = self._structure, place[0]
        operands = [self._done[part] for part in self._parts(place)]
        static, payload = structure.statics[first], structure.payloads[first]
        own = [indices_apart(structure, node, self._values) for node in place]
        if own[0] is not None:
            given = [one[1] for one in own if one is not None]
            if len(set(given)) > 1:
                payload = Indexed(payload, len(given[0]))
                static = ("indexed", *own[0])
                operands += [self._index(column) for column in zip(*given, strict=True)]
        kind, span = structure.kinds[first], structure.spans[first]
        return self._rows.add(kind, tuple(operands), static, payload, span, self._values[first])

    def _index(self, column: Sequence[int]) -> int:
        self._indices.append(np.asarray(column, np.int32))
        return self._add_port("index", len(self._indices) - 1, _INDEX)

    def finish(self, output: int) -> Template:
        rows = self._rows
        before = {
            "shared": 0,
            "stack": len(self._shared),
            "index": len(self._shared) + len(self._stacks),
        }
        for sort, number, row in self._ports:
            rows.payloads[row] = before[sort] + number
            rows.statics[row] = ("port", before[sort] + number)
        table = Structure(
            kinds=tuple(rows.kinds),
            operands=tuple(rows.operands),
            statics=tuple(rows.statics),
            payloads=tuple(rows.payloads),
            spans=tuple(rows.spans),
            outputs=(output,),
            out_tree=jtu.tree_structure(0),
        )
        numbers = np.asarray(self._numbers, np.int64).reshape(-1, self._count).T
        return Template(
            table,
            rows.values,
            tuple(self._shared),
            tuple(self._stacks),
            (*self._positions, *self._indices),
            numbers,
        )
