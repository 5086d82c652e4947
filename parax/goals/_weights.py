"""Weights of goals that come from the inputs, looked at when they are bound (U13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from parax.goals._empty import booleans, conditions_of, joined
from parax.goals._penalty import Penalty, first_negative
from parax.graph import Graph, Kind, Structure, is_masked, raise_all, values_of
from parax.parameters import is_concrete


def require_weights(graph: Graph, args: tuple[Any, ...], inputs: Mapping[str, Any]) -> None:
    """Check that no weight of a goal is negative or NaN at a point inside its range.

    Only weights are looked at that come from inputs given by name, from the sweep and from what
    is written; those that the model takes part in are not. Nothing is checked on tracers.

    Args:
        graph: the expression.
        args: positional inputs.
        inputs: inputs by name.

    Raises:
        OperatorError: one is; says of which goal. Several of them are raised together.
    """
    structure = graph.structure
    goals = [node for node, one in enumerate(structure.payloads) if isinstance(one, Penalty)]
    if not goals:
        return
    fixed = _fixed(structure, inputs)
    goals = [node for node in goals if fixed[structure.operands[node][1]]]
    leaves = jax.tree_util.tree_leaves((args, dict(inputs), graph.numbers, graph.arrays))
    if not goals or not all(map(is_concrete, leaves)):
        return
    chosen = {node: conditions_of(structure, structure.operands[node][0])[1] for node in goals}
    weights = {node: structure.operands[node][1] for node in goals}
    wanted = sorted({*weights.values(), *(one for own in chosen.values() for one in own)})
    feed = graph.feed(args, dict(inputs))
    known = dict(zip(wanted, values_of(structure, feed, wanted), strict=True))
    found = {
        node: _first_wrong(known[weight], [booleans(known[one]) for one in chosen[node]])
        for node, weight in weights.items()
    }
    raise_all(
        [
            structure.payloads[node].negative_weight(wrong)
            for node, wrong in found.items()
            if wrong is not None
        ]
    )


def _fixed(structure: Structure, inputs: Mapping[str, Any]) -> list[bool]:
    """Tell of each node whether neither the model nor a Parameter takes part in its value."""
    found: list[bool] = []
    for node, kind in enumerate(structure.kinds):
        payload = structure.payloads[node]
        if kind is Kind.CALL:
            found.append(payload.claimed_keyword() in inputs)
        elif kind is Kind.NODE and payload.swept_over() is payload:
            found.append(True)  # the sweep itself
        else:
            below = all(found[one] for one in structure.operands[node])
            found.append(kind is not Kind.DATA and below)
    return found


def _first_wrong(weight: Any, conditions: Sequence[np.ndarray]) -> float | None:
    mask = np.asarray(True)
    if is_masked(weight):
        weight, mask = weight.value, np.asarray(weight.whole_mask)
    if conditions:
        inside = joined(conditions)
        shape = np.shape(weight)
        if shape[: inside.ndim] == inside.shape:
            mask = mask & inside.reshape(inside.shape + (1,) * (len(shape) - inside.ndim))
    return first_negative(weight, mask)
