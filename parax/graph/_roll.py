"""Rolling: alike operands of a sum, a stack or several outputs are computed by one body (E5).

An expression of a thousand goals has a thousand sub-graphs that are the same but for numbers,
indices and which leaf they look at. Each class of alike nodes that stand side by side becomes one
roll, whose value is all of theirs, stacked; so that the size of the program grows with the number
of *different* terms. A roll's body may hold sums that are rolled in turn.

Likewise a long chain of steps that are alike becomes one loop (X16).
"""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import Span
from parax.graph._alike import alike, is_stackable
from parax.graph._chain import Chain, chains, may_have_chains
from parax.graph._kinds import Kind
from parax.graph._regions import by_number, find_regions
from parax.graph._rolled import Pack, Pick, Program, Roll, Row, RowSum, Scan
from parax.graph._structure import Structure
from parax.graph._sums import SumTerms
from parax.graph._template import Template, template

LEAST = 4
"""So many alike nodes are rolled; fewer are computed one by one."""


def unrolled(structure: Structure) -> Program:
    """Give the program of a table as it is."""
    return Program(
        structure,
        tuple(range(len(structure.slots))),
        tuple(range(len(structure.carriers))),
    )


def rolled(
    structure: Structure, values: Sequence[Any], which: Sequence[str] = ("roll", "scan", "branch")
) -> Program:
    """Give the program of a table with what is alike in it rolled.

    Args:
        structure: the table.
        values: the abstract value of each node, as `infer` gives it.
        which: `"roll"` what stands side by side, `"scan"` chains, `"branch"` choices by a number.
    """
    plan = _Plan(structure, values, which)
    plan.find()
    assembly = _Assembly(plan)
    program = assembly.program() if plan.groups or plan.loops else unrolled(structure)
    if "branch" not in which or not structure.has_select:
        return program
    types = by_number(structure, values)
    if plan.groups or plan.loops:
        rows = {node: assembly.row_of(node) for node in types}
        types = {row: types[node] for node, row in rows.items() if row is not None}
    return replace(program, regions=find_regions(program.structure, types))


@dataclass(frozen=True, eq=False)
class _Group:
    """Alike nodes that are rolled into one."""

    nodes: tuple[int, ...]
    template: Template


@dataclass(frozen=True, eq=False)
class _Loop:
    """The steps of a chain, as one."""

    chain: Chain
    template: Template


class _Plan:
    """Finds what to roll, in one pass from the outputs to the leaves."""

    def __init__(self, structure: Structure, values: Sequence[Any], which: Sequence[str]) -> None:
        self.structure = structure
        self.values = values
        self.which = which
        self.ordinals = {node: number for number, node in enumerate(structure.slots)}
        self.carriers = {node: number for number, node in enumerate(structure.carriers)}
        self.groups: list[_Group] = []
        self.member: dict[int, tuple[int, int]] = {}
        """For each node that is rolled: its group, and its position there."""
        self.loops: dict[int, _Loop] = {}
        """For each node that is the last of a chain."""
        self._classes: list[int] = []
        self._needed = bytearray(len(structure))

    def find(self) -> None:
        structure = self.structure
        rolls = "roll" in self.which and (
            len(structure.outputs) >= LEAST
            or any(len(operands) >= LEAST for operands in structure.operands)
        )
        scans = "scan" in self.which and may_have_chains(structure)
        if not rolls and not scans:
            return
        self._classes = alike(structure, self.values)
        found = chains(structure, self.values, self._classes) if scans else ()
        last = {chain.nodes[-1]: chain for chain in found}
        for output in structure.outputs:
            self._needed[output] = 1
        self._group(structure.outputs)
        for node in range(len(structure) - 1, -1, -1):
            if not self._needed[node] or node in self.member:
                continue
            operands = structure.operands[node]
            if node in last and self._loop(last[node]):
                continue
            if len(operands) >= LEAST:
                self._group([one for one in operands if self._is_free(node, one)])
            for operand in operands:
                self._needed[operand] = 1

    def _loop(self, chain: Chain) -> bool:
        """Make a chain one loop; tell whether that can be."""
        start, *steps = chain.nodes
        common = template(
            self.structure, self.values, self.ordinals, tuple(steps), (start, *steps[:-1])
        )
        if common is None:
            return False
        self.loops[steps[-1]] = _Loop(chain, common)
        for node in common.needs():
            self._needed[node] = 1
        for stack in common.stacks:
            self._group(stack)
        return True

    def _is_free(self, consumer: int, operand: int) -> bool:
        """Tell whether all of an operand is wanted there, or none: a roll has no finer guard."""
        if not self.structure.has_select:
            return True
        guards = self.structure.guards
        edges = guards.edges[consumer]
        return not edges or all(
            guards.terms[edge][0] in ("all", "any")
            for one, edge in zip(self.structure.operands[consumer], edges, strict=True)
            if one == operand
        )

    def _group(self, nodes: Sequence[int]) -> None:
        """Group what is alike among nodes that stand side by side, then what that is made of."""
        pending = [nodes] if "roll" in self.which else []
        while pending:
            classes: dict[int, list[int]] = {}
            for node in dict.fromkeys(pending.pop()):
                if self._may_roll(node):
                    classes.setdefault(self._classes[node], []).append(node)
            for own in classes.values():
                if len(own) < LEAST:
                    continue
                common = template(self.structure, self.values, self.ordinals, tuple(own))
                if common is None:
                    continue
                for position, node in enumerate(own):
                    self.member[node] = (len(self.groups), position)
                self.groups.append(_Group(tuple(own), common))
                for node in common.needs():
                    self._needed[node] = 1
                pending += common.stacks

    def _may_roll(self, node: int) -> bool:
        return (
            node not in self.member
            and bool(self.structure.operands[node])
            and is_stackable(self.values[node])
        )


class _Assembly:
    """Puts the rolled table together, operands before consumers."""

    def __init__(self, plan: _Plan) -> None:
        self._plan = plan
        self._rows: dict[Hashable, int] = {}
        self._table: list[tuple[Kind, tuple[int, ...], Hashable, Any, Span | None]] = []
        self._numbers: list[int] = []
        self._carriers: list[int] = []
        self._parts: dict[int, tuple[dict[int, list[int]], list[Any]]] = {}

    def row_of(self, node: int) -> int | None:
        """Give the row of a node that stands there as it is; None if it does not."""
        row = self._rows.get(("node", node))
        return None if row is None or self._table[row][0] is Kind.PACK else row

    def program(self) -> Program:
        structure = self._plan.structure
        outputs = [("node", node) for node in structure.outputs]
        for output in outputs:
            self._build(output)
        kinds, operands, statics, payloads, spans = map(tuple, zip(*self._table, strict=True))
        table = replace(
            structure,
            kinds=kinds,
            operands=operands,
            statics=statics,
            payloads=payloads,
            spans=spans,
            outputs=tuple(self._rows[output] for output in outputs),
        )
        return Program(
            table, tuple(self._numbers), tuple(self._carriers), self._rolls(), self._loops()
        )

    def _rolls(self) -> tuple[tuple[int, str], ...]:
        structure = self._plan.structure
        found: list[tuple[int, str]] = []
        for group in self._plan.groups:
            payload = structure.payloads[group.nodes[0]]
            found.append((len(group.nodes), getattr(payload, "symbol", lambda: "sum")()))
        return tuple(found)

    def _loops(self) -> tuple[tuple[int, str], ...]:
        return tuple(
            (len(loop.chain.nodes) - 1, self._step_text(loop)) for loop in self._plan.loops.values()
        )

    def _step_text(self, loop: _Loop) -> str:
        """Name what a step does, first to last."""
        table = loop.template.table
        names = [
            getattr(payload, "symbol", lambda: "sum")()
            for kind, payload in zip(table.kinds, table.payloads, strict=True)
            if kind in (Kind.NODE, Kind.SUM)
        ]
        return " ".join(names)

    def _build(self, wanted: Hashable) -> None:
        pending: list[Any] = [wanted]
        while pending:
            key = pending[-1]
            missing = [one for one in self._needs(key) if one not in self._rows]
            if key in self._rows or not missing:
                pending.pop()
                if key not in self._rows:
                    self._rows[key] = self._add(key)
            else:
                pending.extend(missing)

    # A key is ("node", node): its value; ("group", number): all values of a group; or
    # ("stack", nodes): the values of nodes, stacked; ("sum", node, number): part of a sum.

    def _needs(self, key: Any) -> list[Any]:
        plan, sort = self._plan, key[0]
        if sort == "group":
            return _needs_of(plan.groups[key[1]].template)
        if sort == "stack":
            group = self._group_of(key[1])
            return [("node", one) for one in key[1]] if group is None else [("group", group)]
        if sort == "sum":
            return [("group", key[2])]
        if key[1] in plan.member:
            return [("group", plan.member[key[1]][0])]
        if key[1] in plan.loops:
            return _needs_of(plan.loops[key[1]].template)
        if plan.structure.kinds[key[1]] is Kind.SUM:
            parts, others = self._parts_of(key[1])
            return [("sum", key[1], group) for group in parts] + [
                ("node", operand) for operand, _, _, _ in others
            ]
        return [("node", one) for one in plan.structure.operands[key[1]]]

    def _group_of(self, nodes: tuple[int, ...]) -> int | None:
        """Give the group that all of some nodes are in, if there is one."""
        groups = {self._plan.member.get(node, (-1, 0))[0] for node in nodes}
        group = groups.pop()
        return None if groups or group < 0 else group

    def _add(self, key: Any) -> int:
        plan, sort = self._plan, key[0]
        operands = tuple(self._rows[one] for one in self._needs(key))
        if sort == "group":
            group = plan.groups[key[1]]
            payload = _roll(group.template, len(group.nodes), plan.which)
            return self._append(Kind.ROLL, operands, None, payload, None)
        if sort == "stack":
            group = self._group_of(key[1])
            if group is None:
                return self._append(Kind.PACK, operands, None, Pack(), None)
            positions = tuple(plan.member[node][1] for node in key[1])
            if positions == tuple(range(len(plan.groups[group].nodes))):
                return operands[0]
            return self._append(Kind.PACK, operands, None, Pick(positions), None)
        if sort == "sum":
            return self._append(Kind.PACK, operands, None, self._row_sum(key[1], key[2]), None)
        node = key[1]
        if node in plan.member:
            payload = Row(plan.member[node][1])
            return self._append(Kind.PACK, operands, None, payload, plan.structure.spans[node])
        if node in plan.loops:
            loop = plan.loops[node]
            payload = Scan(_roll(loop.template, len(loop.chain.nodes) - 1, plan.which))
            return self._append(Kind.SCAN, operands, None, payload, plan.structure.spans[node])
        return self._copy(node, operands)

    def _copy(self, node: int, operands: tuple[int, ...]) -> int:
        structure = self._plan.structure
        kind, static, payload = (
            structure.kinds[node], structure.statics[node], structure.payloads[node]
        )  # fmt: skip
        if kind is Kind.SLOT:
            self._numbers.append(self._plan.ordinals[node])
        elif node in self._plan.carriers:
            self._carriers.append(self._plan.carriers[node])
        elif kind is Kind.SUM:
            parts, others = self._parts_of(node)
            if len(operands) == 1 and parts:
                return operands[0]
            signs = (1,) * len(parts) + tuple(sign for _, sign, _, _ in others)
            counts = (1,) * len(parts) + tuple(count for _, _, count, _ in others)
            spans = (None,) * len(parts) + tuple(span for _, _, _, span in others)
            payload = SumTerms(payload.operator, signs, counts, spans)
            static = ("sum", signs, counts)
        return self._append(kind, operands, static, payload, structure.spans[node])

    def _append(
        self,
        kind: Kind,
        operands: tuple[int, ...],
        static: Hashable,
        payload: Any,
        span: Span | None,
    ) -> int:
        self._table.append((kind, operands, static, payload, span))
        return len(self._table) - 1

    def _parts_of(self, node: int) -> tuple[dict[int, list[int]], list[Any]]:
        """Split a sum: the places of its terms that are in each group, and the other terms."""
        known = self._parts.get(node)
        if known is not None:
            return known
        member = self._plan.member
        terms = _terms(self._plan.structure, node)
        parts: dict[int, list[int]] = {}
        for place, (operand, *_) in enumerate(terms):
            if operand in member:
                parts.setdefault(member[operand][0], []).append(place)
        self._parts[node] = parts, [term for term in terms if term[0] not in member]
        return self._parts[node]

    def _row_sum(self, node: int, group: int) -> RowSum:
        terms = _terms(self._plan.structure, node)
        own = [terms[place] for place in self._parts_of(node)[0][group]]
        positions = tuple(self._plan.member[operand][1] for operand, _, _, _ in own)
        factors = tuple(sign * count for _, sign, count, _ in own)
        whole = positions == tuple(range(len(self._plan.groups[group].nodes)))
        operator = self._plan.structure.payloads[node].operator
        return RowSum(operator, None if whole else positions, factors)


def _terms(structure: Structure, node: int) -> list[tuple[int, int, int, Span | None]]:
    payload = structure.payloads[node]
    return list(
        zip(structure.operands[node], payload.signs, payload.counts, payload.spans, strict=True)
    )


def _needs_of(common: Template) -> list[Any]:
    return [("node", one) for one in common.shared] + [("stack", one) for one in common.stacks]


def _roll(common: Template, count: int, which: Sequence[str]) -> Roll:
    body = rolled(common.table, common.values, which)
    size = sum(_elements(value) for value in common.values)
    return Roll(
        body,
        count,
        len(common.shared),
        common.columns,
        common.numbers,
        tuple(common.table.statics[node] for node in common.table.slots),  # pyright: ignore[reportArgumentType]
        size,
    )


def _elements(value: Any) -> int:
    return sum(prod(np.shape(leaf)) for leaf in jtu.tree_leaves(value))
