"""An expression on concrete arrays, node by node, with what a person calls its nodes (E7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import number_text
from parax.engine._history import paths
from parax.engine._lower import Signature, feed
from parax.engine._objective import chosen_output
from parax.errors import OperatorTypeError
from parax.graph import Feed, Graph, Kind, Steps, settled
from parax.parameters import is_concrete

LEAVES = (Kind.CALL, Kind.DATA)


class Walk:
    """An expression evaluated node by node.

    Args:
        graph: the expression.
        signature: what its inputs are.
        arrays: those of a call, then the expression's own.
        of: the output that is looked at, of several.

    Raises:
        OperatorTypeError: an array is a tracer, whose value nobody knows.
        OperatorError: there is no such output.
    """

    def __init__(
        self, graph: Graph, signature: Signature, arrays: Sequence[Any], of: str | None = None
    ) -> None:
        if not all(map(is_concrete, [*arrays, *graph.numbers])):
            raise OperatorTypeError(
                "values are looked at node by node, and some are tracers of JAX",
                hint="call it outside of `jit`, `grad` and `vmap`",
            )
        self.graph, self.signature, self.structure = graph, signature, graph.structure
        arrays = [jnp.asarray(array) for array in arrays]
        self.arrays = arrays[: len(signature.types)]
        self.free = [arrays[position] for position in signature.free]
        self._others = [arrays[position] for position in signature.fixed]
        self._numbers = [jnp.asarray(number) for number in graph.numbers]  # weak, as compiled
        self.steps = Steps(self.structure, self.fed(self.free))
        self.values = [settled(value) for value in self.steps.values]
        """Every node's value; 0 at points that a scope leaves out: they cannot be at fault."""
        outputs = self.structure.out_tree.unflatten(self.structure.outputs)
        self.outputs: list[int] = jtu.tree_leaves(chosen_output(outputs, of))

    def fed(self, free: Sequence[Any]) -> Feed:
        """Give what flows into the graph, with these free arrays."""
        return feed(self.signature, self.structure, free, self._others, self._numbers)

    def operands(self, node: int) -> list[Any]:
        """Give the values that a node takes, masked ones as they are."""
        return [self.steps.values[one] for one in self.structure.operands[node]]

    def is_finite(self, node: int) -> bool:
        """Tell whether a node's value has neither NaN nor infinity."""
        return is_finite(self.values[node])

    def text(self, node: int, depth: int = 3) -> str:
        """Give a node as it was written, or else as it could have been, to some depth."""
        structure = self.structure
        span, kind, payload = structure.spans[node], structure.kinds[node], structure.payloads[node]
        if span is not None:
            return " ".join(span.text.split())
        if kind is Kind.SLOT:
            return number_text(self.graph.numbers[structure.slots.index(node)])
        if kind is Kind.DATA:
            whole = structure.skeleton(node).join(self.graph.arrays[structure.carriers.index(node)])
            name = getattr(whole, "name", None)
            return name if isinstance(name, str) else "an array of the expression"
        own = structure.operands[node]
        if depth == 0 and own:
            return "…"
        parts = [self._part(one, depth - 1) for one in own]
        if kind is Kind.SUM:
            terms = zip(payload.signs, parts, strict=True)
            text = " ".join(f"{'-' if sign < 0 else '+'} {part}" for sign, part in terms)
            return text.removeprefix("+ ")
        if not hasattr(payload, "symbol"):
            return "a tree" if kind is Kind.TREE else repr(payload)
        symbol = payload.symbol()
        if not own:
            return symbol
        if symbol.startswith("["):
            return parts[0] + symbol
        if any(map(str.isalpha, symbol)) or len(own) > 2:  # a name, as `<lambda>` is one
            return f"{symbol}({', '.join(self.text(one, depth - 1) for one in own)})"
        return f" {symbol} ".join(parts) if len(own) == 2 else symbol + parts[0]

    def _part(self, node: int, depth: int) -> str:
        text = self.text(node, depth)
        return f"({text})" if _is_infix(text) else text

    def given(self) -> Iterator[tuple[str, Any]]:
        """Give each array of the inputs, with the name that a person knows it by."""
        return zip(paths(self.signature), self.arrays, strict=True)

    def operands_at(
        self, node: int, point: tuple[int, ...], shape: tuple[int, ...]
    ) -> tuple[tuple[str, str], ...]:
        """Give the first operands of a node and their values at a point, where they have one."""
        return tuple(
            (self.text(one), number_at(self.values[one], point, shape))
            for one in self.structure.operands[node][:3]
            if np.ndim(self.values[one]) == 0 or np.shape(self.values[one]) == shape
        )

    def sweep_at(self, point: tuple[int, ...], shape: tuple[int, ...]) -> float | None:
        """Give the sweep at a point: the one real input of the context of that length."""
        if not point:
            return None
        count, args = self.signature.skeleton.arrays, self.signature.skeleton
        places, _ = args.join(range(count))
        context = jtu.tree_leaves(list(places[1:]))
        found = [
            array
            for array in (self.arrays[place] for place in context if type(place) is int)
            if array.shape == shape[:1] and jnp.issubdtype(array.dtype, jnp.floating)
        ]
        return float(found[0][point[0]]) if len(found) == 1 else None


def _is_infix(text: str) -> bool:
    """Tell whether a text has a space outside all brackets."""
    depth = 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == " " and depth == 0:
            return True
    return False


def is_finite(tree: Any) -> bool:
    """Tell whether a tree has neither NaN nor infinity."""
    return all(first_wrong(leaf) is None for leaf in jtu.tree_leaves(tree))


def first_wrong(leaf: Any) -> tuple[int, ...] | None:
    """Give the index of the first element that is not finite; None if all are."""
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.extended):
        return None
    array = np.asarray(leaf)
    if not jnp.issubdtype(array.dtype, np.inexact):
        return None
    wrong = ~np.isfinite(array.astype(np.complex128))
    return tuple(map(int, np.argwhere(wrong)[0])) if wrong.any() else None


def number_at(value: Any, point: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Give the text of a value's element at a point; of the only one, if it has one."""
    array = np.asarray(value)
    number = array[point] if array.shape == shape else array
    return f"{number.item():.6g}" if array.dtype.kind in "fc" else str(number)
