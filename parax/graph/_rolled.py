"""What a rolled table computes: one body for all alike nodes, mapped over what differs (E5)."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax.graph._kinds import SlotKind
from parax.graph._regions import Regions
from parax.graph._structure import Structure


@dataclass(frozen=True)
class Program:
    """A table as it is lowered: rolled, where nodes are alike.

    Args:
        structure: the table; its kinds may be PORT, PACK, ROLL and SCAN.
        numbers: for each of its slots, which number of the expression it is.
        carriers: for each of its nodes that carry data, whose of the expression's it is.
        rolls: what was rolled: how many nodes, of which kind, into one.
        loops: which chains became loops: how many steps, of which kinds of nodes.
        regions: what is computed only where a choice by a number takes it.
    """

    structure: Structure
    numbers: tuple[int, ...]
    carriers: tuple[int, ...]
    rolls: tuple[tuple[int, str], ...] = ()
    loops: tuple[tuple[int, str], ...] = ()
    regions: Regions | None = None


class _Unguarded:
    """What the planning of guards asks of an operator (X21): it mixes elements in its own way."""

    is_swept = False

    def is_elementwise(self) -> bool:
        return False

    def reduced(self) -> None:
        return None

    def below(self, position: int) -> Callable[[Any, tuple[int, ...]], Any] | None:
        return None


class Pack(_Unguarded):
    """The values of several nodes, stacked along a new first axis, leaf by leaf."""

    def compute(self, *values: Any) -> Any:
        return jtu.tree_map(lambda *leaves: jnp.stack(leaves), *values)


@dataclass(frozen=True)
class Row(_Unguarded):
    """One node's value out of a stack."""

    position: int

    def compute(self, stack: Any) -> Any:
        return jtu.tree_map(lambda leaf: leaf[self.position], stack)


@dataclass(frozen=True)
class Pick(_Unguarded):
    """Several nodes' values out of a stack, in an order of their own."""

    positions: tuple[int, ...]

    def compute(self, stack: Any) -> Any:
        places = np.asarray(self.positions)

        def picked(leaf: Any) -> Any:
            return leaf.at[places].get(mode="promise_in_bounds", wrap_negative_indices=False)

        return jtu.tree_map(picked, stack)


@dataclass(frozen=True)
class RowSum(_Unguarded):
    """The signed sum of nodes' values out of a stack.

    Args:
        operator: how to add.
        positions: which they are; None for all.
        factors: how often each is counted, negative where it is subtracted.
    """

    operator: Any
    positions: tuple[int, ...] | None
    factors: tuple[int, ...]

    def compute(self, stack: Any) -> Any:
        rows = stack if self.positions is None else Pick(self.positions).compute(stack)
        return self.operator.accumulate_rows(rows, self.factors)


class Indexed:
    """An operator whose indices come as its last operands."""

    checks_inputs = False

    def __init__(self, operator: Any, count: int) -> None:
        self._operator = operator
        self._count = count

    def compute(self, *values: Any) -> Any:
        return self._operator.compute_at(values[-self._count :], *values[: -self._count])

    def is_elementwise(self) -> bool:
        return False

    def reduced(self) -> None:
        return None

    def below(self, position: int) -> None:
        return None

    def symbol(self) -> str:
        return self._operator.symbol()


@dataclass(frozen=True, eq=False)
class Roll(_Unguarded):
    """One body in place of many alike nodes.

    Its operands are what all of them share, then the stacks from which each takes its own.

    Args:
        body: what one of them computes. Its ports are what is shared, then its own part of each
            stack, then its own indices.
        count: how many they are.
        shared: how many operands are shared.
        columns: for each stack the positions of their parts, None for all in order, shape
            `(count,)`; then likewise their indices.
        numbers: their numbers, by ordinal, shape `(count, numbers)`.
        kinds: the kind of each column of these.
        size: how many elements the body's values have in all.
    """

    body: Program
    count: int
    shared: int
    columns: tuple[np.ndarray | None, ...]
    numbers: np.ndarray = field(repr=False)
    kinds: tuple[SlotKind, ...]
    size: int

    def mapped(self, operands: Sequence[Any], pool: Any) -> tuple[list[Any], Any]:
        """Give what each of them takes for itself: parts of stacks and indices; numbers."""
        stacks = operands[self.shared :]
        parts: list[Any] = [
            stack if column is None else Pick(tuple(column.tolist())).compute(stack)
            for stack, column in zip(stacks, self.columns, strict=False)
        ]
        parts += [jnp.asarray(column) for column in self.columns[len(stacks) :]]
        return parts, pool.rows(self.numbers) if self.numbers.size else {}


_WIDE = 2**26
"""So many elements may a body hold for all at once; beyond, they are computed in turns."""


def map_roll(roll: Roll, one: Callable[[Any], Any], own: Any) -> Any:
    """Compute the body for all: at once, or in turns where memory would grow too much."""
    together = max(1, _WIDE // max(1, roll.size))
    if together >= roll.count:
        return jax.vmap(one)(own)
    return jax.lax.map(one, own, batch_size=together)


@dataclass(frozen=True, eq=False)
class Scan(_Unguarded):
    """One body in place of the steps of a chain, each computed from the one before.

    Args:
        roll: the steps. The first of what they share is in truth what each is computed from; the
            first operand is where the first step starts from.
    """

    roll: Roll


def map_scan(scan: Scan, step: Callable[[Any, Any], Any], start: Any, own: Any) -> Any:
    """Compute all steps, and give what the last one gives.

    Where what a gradient needs of all steps is too much to be kept, it is computed again, a
    stretch of steps at a time.
    """
    count = scan.roll.count

    def steps(carry: Any, own: Any, length: int) -> Any:
        return jax.lax.scan(lambda carry, own: (step(carry, own), None), carry, own, length)[0]

    if count * scan.roll.size <= _WIDE:
        return steps(start, own, count)
    stretch = math.isqrt(count)
    whole = count - count % stretch
    stretches = jtu.tree_map(lambda one: one[:whole].reshape(-1, stretch, *one.shape[1:]), own)
    again = jax.checkpoint(partial(steps, length=stretch))
    carry = jax.lax.scan(
        lambda carry, own: (again(carry, own), None), start, stretches, whole // stretch
    )[0]
    rest = jtu.tree_map(lambda one: one[whole:], own)
    return steps(carry, rest, count - whole) if count > whole else carry
