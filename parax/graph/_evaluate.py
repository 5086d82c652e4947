"""Evaluation of a graph's table, node by node, on arrays, numbers or tracers."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from parax.graph._compute import as_value, bare, call_leaf, compute_node
from parax.graph._guarded import Guarded, chosen
from parax.graph._kinds import Kind
from parax.graph._masked import dense, is_masked
from parax.graph._pool import Pool
from parax.graph._regions import Regions
from parax.graph._rolled import Program, Roll, Scan, map_roll, map_scan
from parax.graph._stand_in import TracedError, decides, has_tracer, stand_in, zeros_of
from parax.graph._structure import Structure


@dataclass(frozen=True)
class Feed:
    """What flows into a graph: its own numbers and data, and the inputs of a call.

    Args:
        numbers: the slots' values, in order.
        data: for each node that carries data, its arrays.
        args: positional inputs.
        keywords: for each leaf operator, the keywords that it is called with.
        pool: all numbers of the expression, for rolls.
        ports: what a roll hands to its body.
    """

    numbers: Sequence[Any]
    data: Sequence[Sequence[Any]] = ()
    args: tuple[Any, ...] = ()
    keywords: Sequence[dict[str, Any]] = ()
    pool: Pool | None = None
    ports: Sequence[Any] = ()


def evaluate(
    structure: Structure,
    feed: Feed,
    *,
    check: bool = True,
    keep_masks: bool = False,
    regions: Regions | None = None,
) -> Any:
    """Compute the outputs of a graph.

    Args:
        structure: the graph's table.
        feed: its numbers, data and inputs.
        check: check operands first; not needed if the graph was validated on their shapes.
        keep_masks: give masked outputs as they are, and not with NaN where they do not count.
        regions: what is computed only where a choice takes it, when JAX looks on.

    Returns:
        The outputs' values, arranged as they were given.

    Raises:
        OperatorError: operands that do not fit; says which operator, and where in the text.
    """
    chooses, outputs = structure.has_select or any(map(is_masked, feed.ports)), None
    if not chooses:
        outputs = Run(structure, feed, check=check).in_order()
    elif not has_tracer(vars(feed)):
        outputs = _Choosing(structure, feed, check=check).outputs()
    if outputs is None:
        outputs = Guarded(Run(structure, feed, check=check, regions=regions)).outputs()
    if not keep_masks:
        outputs = [as_value(dense(output) if chooses else output) for output in outputs]
    return structure.out_tree.unflatten(outputs)


def values_of(structure: Structure, feed: Feed, nodes: Sequence[int]) -> list[Any]:
    """Compute some nodes of a graph, and nothing that they do not need; masks are kept."""
    run = Run(structure, feed, check=False)
    return [run.value(node) for node in nodes]


class Run:
    """One evaluation: the values found so far, unguarded."""

    def __init__(
        self, structure: Structure, feed: Feed, *, check: bool, regions: Regions | None = None
    ) -> None:
        self.structure = structure
        self.feed = feed
        self.regions = regions
        self._check = check
        self.values: list[Any] = [None] * len(structure)
        self._known = bytearray(len(structure))
        self._order: list[int] = []  # what is known, in the order in which it was found
        for slot, number in zip(structure.slots, feed.numbers, strict=True):
            self.set(slot, number)
        for node in structure.literals:
            self.set(node, structure.payloads[node])
        for node, port in structure.ports:
            self.set(node, feed.ports[port])

    @cached_property
    def data(self) -> dict[int, Sequence[Any]]:
        """The arrays that each node carries."""
        return dict(zip(self.structure.carriers, self.feed.data, strict=True))

    @cached_property
    def keywords(self) -> dict[int, dict[str, Any]]:
        """The keywords of each leaf operator."""
        return dict(zip(self.structure.calls, map(bare, self.feed.keywords), strict=True))

    @cached_property
    def args(self) -> tuple[Any, ...]:
        """The positional inputs, unwrapped once for all that is called with them."""
        return bare(self.feed.args)

    def unwrap(self) -> None:
        """Unwrap the inputs now, so that no branch does it for itself."""
        assert self.data is not None
        assert self.keywords is not None
        assert self.args is not None

    def set(self, node: int, value: Any) -> Any:
        self.values[node] = value
        self._known[node] = 1
        self._order.append(node)
        return value

    @contextmanager
    def branch(self) -> Generator[None, None, None]:
        """Forget at the end of a block what was found in it: values of one branch alone."""
        known = len(self._order)
        yield
        for node in self._order[known:]:
            self.values[node] = None
            self._known[node] = 0
        del self._order[known:]

    def leaf(self, node: int) -> Any:
        """Give the value of a node that carries data."""
        if self._known[node]:
            return self.values[node]
        if self.structure.kinds[node] is Kind.DATA:
            value = self.structure.skeleton(node).join(self.data[node])
        else:
            value = self.call(node, self.args, self.keywords[node], self.data[node])
        return self.set(node, as_value(value))

    def call(self, node: int, args: Any, keywords: Any, arrays: Any) -> Any:
        return call_leaf(self.structure, node, arrays, args, keywords)

    def compute(self, node: int, operands: Sequence[Any]) -> Any:
        if self.structure.kinds[node] is Kind.ROLL:
            return _run_roll(self.structure.payloads[node], operands, self.feed.pool)
        if self.structure.kinds[node] is Kind.SCAN:
            return _run_scan(self.structure.payloads[node], operands, self.feed.pool)
        return compute_node(self.structure, node, operands, check=self._check)

    def choose(self, node: int, position: int, value: Any) -> Any:
        """Give what a choice is if it takes a branch: its value, of the choice's own type."""
        return self.compute(node, self.sides(node, position, value))

    def sides(self, node: int, position: int, value: Any) -> list[Any]:
        """Give the operands of a choice that takes a branch, with zeros for the other one."""
        assert self.regions is not None
        both = [zeros_of(one) for one in self.regions.choices[node].types]
        both[position] = value
        return [np.asarray(position == 0), *both]

    def in_order(self) -> list[Any]:
        """Compute every node, and give the outputs."""
        values, known, all_operands = self.values, self._known, self.structure.operands
        for node in self.structure.carriers:
            self.leaf(node)
        for node, done in enumerate(known):
            if not done:
                operands = [values[operand] for operand in all_operands[node]]
                values[node] = self.compute(node, operands)
        return [values[output] for output in self.structure.outputs]

    def value(self, wanted: int) -> Any:
        """Give one node's value, computing what it needs."""
        pending = [wanted]
        while pending:  # graphs may be deep
            node = pending[-1]
            missing = [one for one in self.needs(node) if not self._known[one]]
            if self._known[node] or not missing:
                pending.pop()
                self.finish(node)
            else:
                pending.extend(missing)
        return self.values[wanted]

    def needs(self, node: int) -> Sequence[int]:
        """Give what a node's value is computed from, as far as is known."""
        operands, regions = self.structure.operands[node], self.regions
        if regions is None or node not in regions.choices:
            return operands
        return (operands[0], *regions.choices[node].captured)

    def finish(self, node: int) -> None:
        """Compute a node whose operands are there."""
        if self._known[node]:
            return
        if self.regions is not None and node in self.regions.choices:
            condition, *branches = self.structure.operands[node]

            def branch(position: int) -> Any:
                with self.branch():
                    return self.choose(node, position, self.value(branches[position]))

            self.set(node, chosen(self.value(condition), branch))
        elif self.structure.kinds[node] in (Kind.DATA, Kind.CALL):
            self.leaf(node)
        else:
            operands = [self.values[one] for one in self.structure.operands[node]]
            self.set(node, self.compute(node, operands))


class _Choosing(Run):
    """An evaluation on which JAX does not look: there is no gradient to guard.

    Of a choice by a scalar, only the branch that is taken is computed; the other gives its shape
    and dtype (O33, X20).
    """

    def outputs(self) -> list[Any] | None:
        """Compute the outputs; None if JAX looks on after all."""
        try:
            return [self.value(output) for output in self.structure.outputs]
        except TracedError:
            return None

    def leaf(self, node: int) -> Any:
        value = super().leaf(node)
        if has_tracer(value):
            raise TracedError
        return value

    def needs(self, node: int) -> Sequence[int]:
        operands = self.structure.operands[node]
        if self.structure.kinds[node] is not Kind.SELECT:
            return operands
        condition, if_true, if_false = operands
        if not self._known[condition]:
            return (condition,)
        taken = decides(self.values[condition])
        if taken is None:
            return operands
        return (condition, if_true if taken else if_false)

    def finish(self, node: int) -> None:
        if not self._known[node]:
            for other in self.structure.operands[node]:
                if not self._known[other]:
                    self._stand_in(node, other)
                    return
        super().finish(node)

    def _stand_in(self, node: int, other: int) -> None:
        """Compute a choice of which one branch, which is not taken, is known by its type alone."""

        def compute() -> Any:
            run = Run(self.structure, self.feed, check=self._check)
            run.values, run._known = list(self.values), bytearray(self._known)
            return run.value(other)

        value = stand_in(compute)
        operands = [
            value if one == other and value is not None else self.value(one)
            for one in self.structure.operands[node]
        ]
        self.set(node, self.compute(node, operands))


def run(program: Program, feed: Feed, pool: Pool) -> Any:
    """Compute the outputs of a program, from all numbers and data of its expression."""
    own = replace(
        feed,
        numbers=pool.take(program.numbers),
        data=[feed.data[carrier] for carrier in program.carriers],
        pool=pool,
    )
    return evaluate(program.structure, own, check=False, regions=program.regions)


def _run_roll(roll: Roll, operands: Sequence[Any], pool: Pool | None) -> Any:
    """Compute the body of a roll for all that it stands for, stacked."""
    shared = operands[: roll.shared]
    return map_roll(roll, lambda own: _run_body(roll, shared, own), roll.mapped(operands, pool))


def _run_scan(scan: Scan, operands: Sequence[Any], pool: Pool | None) -> Any:
    """Compute the body of a chain's steps, again and again."""
    roll = scan.roll
    start, *shared = operands[: roll.shared]

    def step(carry: Any, own: Any) -> Any:
        return _run_body(roll, [carry, *shared], own)

    return map_scan(scan, step, start, roll.mapped(operands, pool))


def _run_body(roll: Roll, shared: Sequence[Any], own: Any) -> Any:
    parts, numbers = own
    return run(roll.body, Feed((), ports=[*shared, *parts]), Pool(roll.kinds, numbers))
