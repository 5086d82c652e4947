"""Where the first NaN or infinity of an expression comes from, found node by node (U12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import Span, quoted
from parax.engine._lower import Signature, feed
from parax.graph import Graph, Kind, Structure, evaluate, settled


@dataclass(frozen=True)
class Trouble:
    """The operator that made the first value that is not finite from finite ones.

    Args:
        operator: the operator as it was written, or its symbol.
        value: what it gives there: `nan`, `inf` or `-inf`.
        point: the index of the first such element; empty if it gives one number.
        shape: the shape of what it gives.
        operands: its operands and their values there.
        span: its place in the text.
    """

    operator: str
    value: str
    point: tuple[int, ...]
    shape: tuple[int, ...]
    operands: tuple[tuple[str, str], ...]
    span: Span | None

    def __str__(self) -> str:
        where = ""
        if len(self.point) == 1:
            where = f" at point {self.point[0]} of {self.shape[0]}"
        elif self.point:
            where = f" at index {self.point} of shape {self.shape}"
        return f"{quoted(self.operator, 40)} is {self.value}{where}"


def find_trouble(
    graph: Graph, signature: Signature, free: Sequence[Any], others: Sequence[Any]
) -> Trouble | None:
    """Evaluate an expression node by node and find where it stops being finite.

    Args:
        graph: the expression.
        signature: what its inputs are.
        free: the free arrays.
        others: the other arrays, of the inputs and of the expression.

    Returns:
        The first operator whose value is not finite while its operands are, among those that the
        output's own NaN or infinity comes from; None if the output is finite.
    """
    structure = graph.structure
    every = tuple(range(len(structure)))
    whole = replace(structure, outputs=every, out_tree=jtu.tree_structure(list(every)))
    found = evaluate(
        whole, feed(signature, structure, free, others, graph.numbers), check=False, keep_masks=True
    )
    values = [settled(value) for value in found]  # only points that count can be at fault
    reached = {node for node in structure.outputs if not _is_finite(values[node])}
    for node in reversed(every):  # consumers stand after their operands
        if node in reached:
            reached.update(one for one in structure.operands[node] if not _is_finite(values[one]))
    return _trouble(structure, graph, min(reached), values) if reached else None


def _is_finite(value: Any) -> bool:
    return all(_first(leaf) is None for leaf in jtu.tree_leaves(value))


def _first(leaf: Any) -> tuple[int, ...] | None:
    """Give the index of the first element that is not finite; None if all are."""
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.extended):
        return None
    array = np.asarray(leaf)
    if not jnp.issubdtype(array.dtype, np.inexact):
        return None
    wrong = ~np.isfinite(array.astype(np.complex128))
    return tuple(map(int, np.argwhere(wrong)[0])) if wrong.any() else None


def _trouble(structure: Structure, graph: Graph, node: int, values: Sequence[Any]) -> Trouble:
    leaf = next(one for one in jtu.tree_leaves(values[node]) if _first(one) is not None)
    point = _first(leaf) or ()
    shape = np.shape(leaf)
    operands = tuple(
        (_text(structure, graph, one), _at(values[one], point, shape))
        for one in structure.operands[node][:3]
        if np.ndim(values[one]) == 0 or np.shape(values[one]) == shape
    )
    span = structure.spans[node]
    return Trouble(
        _text(structure, graph, node), _at(leaf, point, shape), point, shape, operands, span
    )


def _at(value: Any, point: tuple[int, ...], shape: tuple[int, ...]) -> str:
    array = np.asarray(value)
    number = array[point] if array.shape == shape else array
    return f"{number.item():.6g}" if array.dtype.kind in "fc" else str(number)


def _text(structure: Structure, graph: Graph, node: int) -> str:
    """Give a node as it was written, or else its symbol."""
    span, kind = structure.spans[node], structure.kinds[node]
    if span is not None:
        return " ".join(span.text.split())
    if kind is Kind.SLOT:
        return str(graph.numbers[structure.slots.index(node)])
    payload = structure.payloads[node]
    return payload.symbol() if hasattr(payload, "symbol") else kind.name.lower()
