"""Goals whose range holds no point, found when they are bound (X24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from parax.goals._penalty import Penalty
from parax.graph import Graph, Kind, Structure, is_masked, raise_all, values_of
from parax.parameters import is_concrete


def require_points(graph: Graph, args: tuple[Any, ...], inputs: Mapping[str, Any]) -> None:
    """Check that each goal of an expression has a point in its range.

    Only the conditions are computed, not the model. Nothing is checked on tracers.

    Args:
        graph: the expression.
        args: positional inputs.
        inputs: inputs by name.

    Raises:
        OperatorError: a goal has none; names it and what the sweep covers. Several of them are
            raised together.
    """
    structure = graph.structure
    goals = [node for node, one in enumerate(structure.payloads) if isinstance(one, Penalty)]
    if not goals or Kind.OVER not in structure.kinds:
        return
    leaves = jax.tree_util.tree_leaves((args, dict(inputs), graph.numbers, graph.arrays))
    if not all(map(is_concrete, leaves)):
        return
    chosen = {node: _all_conditions(structure, structure.operands[node][0]) for node in goals}
    wanted = sorted({one for own in chosen.values() for part in own for one in part})
    if not wanted:
        return
    feed = graph.feed(args, dict(inputs))
    known = dict(zip(wanted, map(booleans, values_of(structure, feed, wanted)), strict=True))
    raise_all(
        [
            structure.payloads[node].has_no_points(_sweep_text(structure, feed, part))
            for node, own in chosen.items()
            if (part := next((one for one in own if not _holds_anywhere(one, known)), None))
        ]
    )


def _all_conditions(structure: Structure, top: int) -> list[tuple[int, ...]]:
    """Give sets of conditions, each of which must hold together somewhere."""
    others, together = conditions_of(structure, top)
    return [*others, together] if together else others


def conditions_of(structure: Structure, top: int) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """Give the conditions inside a value, each alone, and those that choose its points, together.

    Those on the elementwise part at the top choose points of one value; any other chooses what a
    reduction below is made of, and is left out below one that has an answer for no points, as
    `count` has.
    """
    together: list[int] = []
    others: list[tuple[int, ...]] = []
    pending = [(top, True, False)]
    seen = set(pending)
    while pending:
        node, at_top, answered = pending.pop()
        kind, operands = structure.kinds[node], structure.operands[node]
        payload = structure.payloads[node]
        if kind is Kind.OVER and at_top:
            together.append(operands[1])
        elif kind is Kind.OVER and not answered:
            others.append((operands[1],))
        inside = at_top and (
            kind in (Kind.OVER, Kind.SUM) or (kind is Kind.NODE and payload.is_elementwise())
        )
        if kind is Kind.NODE and payload.reduced() is not None:
            answered = payload.has_answer_for_nothing()
        for one in operands:
            step = (one, inside, answered)
            if step not in seen:
                seen.add(step)
                pending.append(step)
    return others, tuple(together)


def booleans(value: Any) -> np.ndarray:
    """Give a condition's value as an array, False where it does not count."""
    return np.asarray(value.filled(fill=False) if is_masked(value) else value)


def _holds_anywhere(conditions: Sequence[int], known: Mapping[int, np.ndarray]) -> bool:
    return bool(np.any(joined([known[one] for one in conditions])))


def joined(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Give where all of some conditions hold; their axes are the first ones."""
    most = max(one.ndim for one in arrays)
    whole: Any = True
    for one in arrays:
        whole = whole & one.reshape(one.shape + (1,) * (most - one.ndim))
    return whole


def _sweep_text(structure: Structure, feed: Any, conditions: Sequence[int]) -> str | None:
    """Say what the sweep covers, if the conditions are on one that can be told."""
    seen, pending = set(conditions), list(conditions)
    while pending:
        node = pending.pop()
        payload = structure.payloads[node]
        if structure.kinds[node] is Kind.NODE and payload.is_swept:
            values = np.asarray(values_of(structure, feed, [node])[0])
            if values.ndim == 1 and values.size and not np.iscomplexobj(values):
                low, high = float(values.min()), float(values.max())
                return f"`{payload.symbol()}` goes from {low:g} to {high:g} in {values.size} points"
        for one in structure.operands[node]:
            if one not in seen:
                seen.add(one)
                pending.append(one)
    return None
