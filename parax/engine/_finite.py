"""Where the first NaN or infinity of an expression comes from, found node by node (U12, E7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import Span, quoted
from parax.engine._walk import Walk, first_wrong, number_at
from parax.graph import Kind


@dataclass(frozen=True)
class Trouble:
    """The operator that made the first value that is not finite from finite ones.

    Args:
        operator: the operator as it was written, or its symbol.
        value: what it gives there: `nan`, `inf` or `-inf`.
        point: the index of the first such element; empty if it gives one number.
        shape: the shape of what it gives.
        operands: its operands and their values there; of a leaf, what it was given that is not
            finite.
        span: its place in the text.
        sweep: the sweep there, if there is one.
        is_made: whether a leaf made it from finite inputs; None for what is no leaf.
    """

    operator: str
    value: str
    point: tuple[int, ...]
    shape: tuple[int, ...]
    operands: tuple[tuple[str, str], ...]
    span: Span | None
    sweep: float | None = None
    is_made: bool | None = None

    def __str__(self) -> str:
        return f"{quoted(self.operator, 40)} is {self.value}{where(self.point, self.shape)}"

    @property
    def circumstance(self) -> str:
        """What its operands and the sweep are there, in words."""
        sweep = "" if self.sweep is None else f", where the sweep is {self.sweep:.6g}"
        if self.operands:
            return f"{listed(self.operands)} there{sweep}"
        return "it makes it of finite values" if self.is_made else "the model or an input gives it"

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "operator": self.operator,
            "value": self.value,
            "point": list(self.point),
            "operands": dict(self.operands),
            "sweep": self.sweep,
        } | place(self.span)


def where(point: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Say which element it is, with a space before; nothing for one number."""
    if len(point) == 1:
        return f" at point {point[0]} of {shape[0]}"
    return f" at index {point} of shape {shape}" if point else ""


def listed(operands: Iterable[tuple[str, str]]) -> str:
    """Say what operands are, but for numbers whose text says it."""
    known = list(operands)
    told = [(name, value) for name, value in known if name != value] or known
    return " and ".join(f"{quoted(name, 30)} is {value}" for name, value in told)


def place(span: Span | None) -> dict[str, Any]:
    """Give a place in a text as plain data."""
    if span is None:
        return {}
    return {"source": span.source.name, "line": span.line, "column": span.column}


def find_trouble(walk: Walk) -> Trouble | None:
    """Find where an expression stops being finite.

    Returns:
        The first operator whose value is not finite while its operands are, among those that an
        output's own NaN or infinity comes from; None if the outputs are finite.
    """
    return origin(walk, walk.outputs)


def origin(walk: Walk, nodes: Iterable[int]) -> Trouble | None:
    """Find the first operator that the NaN or infinity of some nodes comes from."""
    reached = {node for node in nodes if not walk.is_finite(node)}
    for node in range(len(walk.structure) - 1, -1, -1):  # consumers stand after their operands
        if node in reached:
            operands = walk.structure.operands[node]
            reached.update(one for one in operands if not walk.is_finite(one))
    return _trouble(walk, min(reached)) if reached else None


def _trouble(walk: Walk, node: int) -> Trouble:
    leaf = next(one for one in jtu.tree_leaves(walk.values[node]) if first_wrong(one) is not None)
    point = first_wrong(leaf) or ()
    shape = np.shape(leaf)
    operands = walk.operands_at(node, point, shape)
    is_made = None
    if walk.structure.kinds[node] is Kind.CALL:
        operands = _wrongly_given(walk, node)
        is_made = all(first_wrong(array) is None for array in walk.arrays)
    return Trouble(
        walk.text(node),
        number_at(leaf, point, shape),
        point,
        shape,
        operands,
        walk.structure.spans[node],
        walk.sweep_at(point, shape),
        is_made,
    )


def _wrongly_given(walk: Walk, node: int) -> tuple[tuple[str, str], ...]:
    """Give the inputs that are not finite: one of them is what a leaf was given."""
    own = walk.structure.payloads[node].claimed_keyword()
    wrong = [
        (name, number_at(array, point, array.shape))
        for name, array in walk.given()
        if name not in (own, f"model.{own}") and (point := first_wrong(array)) is not None
    ]
    return tuple(wrong[:3])
