"""Graph: an expression as a flat table, with its numbers and arrays beside it."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.tree_util as jtu
import numpy as np
from jax.core import Tracer

from parax._collector import no_collection
from parax._diagnostic import Span
from parax.errors import OperatorTypeError
from parax.graph._build import Builder
from parax.graph._drawing import Drawing
from parax.graph._evaluate import Feed, evaluate
from parax.graph._notes import rewriting_notes
from parax.graph._protocol import Reader, is_operator
from parax.graph._routing import accepted, check_inputs, check_names, route
from parax.graph._rows import Rows
from parax.graph._structure import Structure
from parax.graph._sums import merge_sums
from parax.graph._validate import Shapes, infer, to_digraph
from parax.graph._views import node_name, summary, to_dot, to_mermaid


class Graph:
    """An expression ready to be evaluated, validated, compiled or looked at.

    It is a PyTree whose leaves are its numbers and arrays, at any depth of the expression (X17).

    Args:
        outputs: one operator or value, or a dict, list or tuple of them.
        read: what reads texts inside operators, if there may be any.

    Raises:
        OperatorError: an operator is its own operand; names the cycle.
        OperatorTypeError: something in an operand's place is no operand.

    Example:
        >>> from parax import op
        >>> from parax.graph import Graph
        >>> x = op.Input("x")
        >>> graph = Graph(x * x + 1)
        >>> len(graph), graph.inputs(), graph(x=2.0)
        (4, ('x',), 5.0)
    """

    __slots__ = ("arrays", "numbers", "structure")

    @no_collection()
    def __init__(self, outputs: Any, read: Reader | None = None) -> None:
        leaves, out_tree = jtu.tree_flatten(
            outputs, is_leaf=lambda value: is_operator(value) or isinstance(value, Graph)
        )
        if any(isinstance(leaf, Graph) for leaf in leaves):
            raise OperatorTypeError(
                "a graph is made of operators, and got a graph",
                hint="it is one already: call it, or give the operators that it was made of",
            )
        builder = Builder(read)
        roots = [builder.row_of(leaf) for leaf in leaves]
        rows = builder.rows
        merge_sums(rows, roots)
        kept = _ordered(rows, roots)
        number = {row: index for index, row in enumerate(kept)}
        structure = Structure(
            kinds=tuple([rows.kinds[row] for row in kept]),
            operands=tuple([tuple([number[one] for one in rows.operands[row]]) for row in kept]),
            statics=tuple([rows.statics[row] for row in kept]),
            payloads=tuple([rows.payloads[row] for row in kept]),
            spans=tuple([rows.spans[row] for row in kept]),
            outputs=tuple([number[root] for root in roots]),
            out_tree=out_tree,
            names=tuple((name, *facts) for name, facts in rows.names.items()),
        )
        numbers = [rows.numbers[kept[node]] for node in structure.slots]
        arrays = [rows.arrays[kept[node]] for node in structure.carriers]
        self._set(structure, numbers, arrays)

    def _set(
        self, structure: Structure, numbers: Sequence[Any], arrays: Sequence[Sequence[Any]]
    ) -> None:
        self.structure = structure
        self.numbers = tuple(numbers)
        self.arrays = tuple(map(tuple, arrays))

    @classmethod
    def of(cls, outputs: Any, read: Reader | None = None) -> Graph:
        """Build the graph of an operator, or of a tree of them: the same as `Graph(outputs)`."""
        return cls(outputs, read)

    def __len__(self) -> int:
        return len(self.structure)

    def __repr__(self) -> str:
        return f"<Graph of {len(self)} nodes>"

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self.summary())}</pre>"

    def inputs(self) -> tuple[str, ...]:
        """Give the names of the free inputs, in order of first appearance (L31)."""
        own = (self.structure.payloads[node].free_inputs() for node in self.structure.calls)
        return tuple(dict.fromkeys(name for names in own for name in names))

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str] | None:
        """Give the names of the keywords that a call may have; None for all (X11)."""
        return accepted(self.structure, args)

    def data(self) -> list[Any]:
        """Give what the expression carries: its arrays, Parameters and leaf operators."""
        structure = self.structure
        return [
            structure.skeleton(node).join(arrays)
            for node, arrays in zip(structure.carriers, self.arrays, strict=True)
        ]

    def feed(self, args: tuple[Any, ...], inputs: dict[str, Any]) -> Feed:
        """Bring together what an evaluation needs.

        Raises:
            OperatorTypeError: a keyword that nobody accepts.
            ParaxNameError: a text used a vocabulary's name that the model has too.
        """
        check_names(self.structure, args)
        return Feed(self.numbers, self.arrays, args, route(self.structure, args, inputs))

    def __call__(self, *args: Any, **inputs: Any) -> Any:
        """Evaluate at once, node by node (A3)."""
        feed = self.feed(args, inputs)
        check_inputs(self.structure, args, inputs)
        return evaluate(self.structure, feed)

    def infer(self, args: tuple[Any, ...], inputs: dict[str, Any]) -> Shapes:
        """Find the shape and dtype of every node, for inputs given as arrays or as their types.

        Raises:
            ParaxError: all that is wrong with the expression on such inputs, together.
        """
        return infer(self.structure, self.feed(args, inputs))

    def _number_of(self) -> dict[int, Any]:
        return dict(zip(self.structure.slots, self.numbers, strict=True))

    def summary(self, *args: Any, **inputs: Any) -> str:
        """Give a table of the nodes; with example inputs, their shapes and dtypes too.

        With example inputs its last lines also say what is made of it when it is compiled, and
        how many nodes there are before and after: which are rolled, alike ones that are computed
        by one body (E5); which chains are loops (X16); how many choices compute one branch (X20).
        """
        if not args and not inputs:
            return summary(self.structure, self._number_of(), None)
        shapes = self.infer(args, inputs).values
        notes = rewriting_notes(self.structure, shapes)
        return summary(self.structure, self._number_of(), shapes, notes)

    def show(self, *args: Any, **inputs: Any) -> Drawing:
        """Give a drawing for notebooks, which is the table of `summary` where there is only text.

        Up to 300 nodes are drawn, in rows, each below what it is computed from.
        """
        numbers = self._number_of()
        names = [node_name(self.structure, node, numbers) for node in range(len(self))]
        table = self.summary(*args, **inputs)
        return Drawing(table, names, self.structure.operands, self.structure.outputs)

    def to_dot(self) -> str:
        """Give the graph in the DOT language of Graphviz."""
        return to_dot(self.structure, self._number_of())

    def to_mermaid(self) -> str:
        """Give the graph in the language of Mermaid, which many pages of text can draw."""
        return to_mermaid(self.structure, self._number_of())

    def to_networkx(self) -> Any:
        """Give a `networkx.MultiDiGraph`, edges from operand to consumer with their position."""
        import networkx as nx

        graph: Any = nx.MultiDiGraph(to_digraph(self.structure))
        graph.clear_edges()
        numbers = self._number_of()
        for node, operands in enumerate(self.structure.operands):
            graph.nodes[node].update(kind=self.structure.kinds[node].name, number=numbers.get(node))
            graph.add_edges_from(
                (operand, node, {"position": position}) for position, operand in enumerate(operands)
            )
        return graph

    def span(self, output: int = 0) -> Span | None:
        """Give where in a text an output was written."""
        return self.structure.spans[self.structure.outputs[output]]


def _ordered(rows: Rows, outputs: Sequence[int]) -> list[int]:
    """Give the rows that the outputs need, operands first, from left to right.

    What folding and merging left is dropped. The order does not depend on how the rows came
    about, so that `2 * x` has one structure whether the number was written in text or in Python.
    """
    order: list[int] = []
    entered = bytearray(len(rows.kinds))
    pending = list(reversed(outputs))
    while pending:
        row = pending.pop()
        if row < 0:  # its operands are done
            order.append(~row)
        elif not entered[row]:
            entered[row] = 1
            operands = rows.operands[row]
            if operands:
                pending.append(~row)
                pending.extend([one for one in reversed(operands) if not entered[one]])
            else:
                order.append(row)
    return order


def _flatten(graph: Graph) -> tuple[tuple[Any, Any], Structure]:
    return (graph.numbers, graph.arrays), graph.structure


def _unflatten(structure: Structure, children: tuple[Any, Any]) -> Graph:
    graph = object.__new__(Graph)
    graph._set(structure, *children)  # pyright: ignore[reportPrivateUsage]
    return graph


jtu.register_pytree_node(Graph, _flatten, _unflatten)


def same(left: Any, right: Any) -> bool:
    """Tell whether two expressions are equal: structure, numbers and arrays.

    Where they were written plays no part, nor the order in which they were built.

    Args:
        left: an operator, a graph, or a tree of operators.
        right: another.

    Example:
        >>> from parax import op
        >>> from parax.graph import same
        >>> same(op.Input("x") + 1, op.Input("x") + 1), same(op.Input("x") + 1, op.Input("x") + 2)
        (True, False)
    """
    one, other = (value if isinstance(value, Graph) else Graph.of(value) for value in (left, right))
    return (
        one.structure.key == other.structure.key
        and all(map(_same_number, one.numbers, other.numbers))
        and all(map(_same_arrays, one.arrays, other.arrays))
    )


def _same_number(left: Any, right: Any) -> bool:
    return left == right or (
        isinstance(left, float)
        and isinstance(right, float)
        and math.isnan(left)
        and math.isnan(right)
    )


def _same_arrays(left: Sequence[Any], right: Sequence[Any]) -> bool:
    return len(left) == len(right) and all(map(_same_array, left, right))


def _same_array(left: Any, right: Any) -> bool:
    if left is right:
        return True
    if isinstance(left, Tracer) or isinstance(right, Tracer):
        return False
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    equal_nan = np.issubdtype(left.dtype, np.inexact)
    return bool(np.array_equal(np.asarray(left), np.asarray(right), equal_nan=equal_nan))
