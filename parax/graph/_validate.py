"""Validation before anything is traced: structure, then shapes and dtypes, all problems at once."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu

from parax.errors import GraphError, OperatorError, ParaxError
from parax.graph._compute import as_value, bare, call_leaf, compute_operator, sum_up
from parax.graph._evaluate import Feed
from parax.graph._kinds import Kind, SlotKind
from parax.graph._masked import bared, dense, holds_mask
from parax.graph._skeleton import Skeleton, abstract, is_dynamic, split
from parax.graph._structure import Structure
from parax.graph._trouble import check_sum, locate, not_an_array, refused

_SLOT_TYPES = {SlotKind.INT: int, SlotKind.FLOAT: float, SlotKind.COMPLEX: complex}


def to_digraph(structure: Structure) -> Any:
    """Give the transient NetworkX graph that validation looks at: operands point to consumers."""
    import networkx as nx

    graph: Any = nx.DiGraph()
    graph.add_nodes_from(range(len(structure)))
    graph.add_edges_from(
        (operand, node) for node, operands in enumerate(structure.operands) for operand in operands
    )
    return graph


def validate_structure(structure: Structure) -> None:
    """Check that the table is acyclic and that the outputs reach every node (G2, X18).

    A table whose operands stand before their consumers is acyclic, which is seen at a glance;
    only if one does not is NetworkX asked whether there is a cycle, and where.

    Raises:
        OperatorError: it is not; only a bug or a table made by hand can do that.
    """
    in_order = all(
        operand < node for node, operands in enumerate(structure.operands) for operand in operands
    )
    if not in_order:
        _find_cycle(structure)
    lost = _lost(structure) if in_order else _lost_anywhere(structure)
    if lost:
        raise OperatorError(f"no output depends on the nodes {lost[:8]}")


def _lost(structure: Structure) -> list[int]:
    """Give the nodes that no output depends on, in a table that is in order."""
    reached = bytearray(len(structure))
    for output in structure.outputs:
        reached[output] = 1
    for node in range(len(structure) - 1, -1, -1):
        if reached[node]:
            for operand in structure.operands[node]:
                reached[operand] = 1
    return [node for node, is_reached in enumerate(reached) if not is_reached]


def _find_cycle(structure: Structure) -> None:
    import networkx as nx

    graph = to_digraph(structure)
    if not nx.is_directed_acyclic_graph(graph):
        cycle = " → ".join(str(edge[0]) for edge in nx.find_cycle(graph))
        raise OperatorError(f"the graph has a cycle through the nodes {cycle}")


def _lost_anywhere(structure: Structure) -> list[int]:
    import networkx as nx

    graph, sink = to_digraph(structure), len(structure)
    graph.add_edges_from((output, sink) for output in structure.outputs)
    return sorted(set(graph) - nx.ancestors(graph, sink) - {sink})


@dataclass(frozen=True)
class Shapes:
    """The abstract value of each node; None where a problem hid it."""

    values: tuple[Any, ...]
    outputs: Any


class _Memo:
    """Abstract evaluation, once for each configuration and operand types (X19).

    Types are numbered, so that looking one up costs the same whatever the operands are.
    """

    def __init__(self) -> None:
        self._types: dict[Hashable, int] = {}
        self._known: dict[Hashable, tuple[Any, int]] = {}

    def type_of(self, value: Any) -> int:
        """Give the number of a value's type."""
        arrays, skeleton = split((value,))
        types = tuple((one.shape, one.dtype, getattr(one, "weak_type", False)) for one in arrays)
        return self._types.setdefault((skeleton, types), len(self._types))

    def known(self, key: Hashable) -> tuple[Any, int] | None:
        """Give an abstract value and the number of its type, if they are known."""
        return self._known.get(key)

    def add(self, key: Hashable, value: Any) -> tuple[Any, int]:
        """Keep an abstract value."""
        known = self._known[key] = value, self.type_of(value)
        return known


def abstract_call(compute: Any, arrays: Sequence[Any], skeleton: Skeleton) -> Any:
    """Evaluate a function of operands abstractly, keeping what is no array as it is."""
    kept: list[Skeleton] = []

    def run(*arrays: Any) -> list[Any]:
        result, rest = split(compute(*skeleton.join(arrays)))
        kept.append(rest)
        return result

    shapes = jax.eval_shape(run, *arrays)
    return kept[-1].join(shapes)


def infer(structure: Structure, feed: Feed) -> Shapes:
    """Find the shape and dtype of every node by abstract evaluation.

    Args:
        structure: the graph's table.
        feed: its data and inputs; arrays may be `jax.ShapeDtypeStruct`. Numbers are not looked at.

    Raises:
        GraphError: several problems; `.problems` has them all.
        ParaxError: one problem, as itself; several of one class are raised as that class, with
            `.problems`.
    """
    problems: list[ParaxError] = []
    values: list[Any] = [None] * len(structure)
    types = [-1] * len(structure)
    memo = _Memo()
    leaves = _Leaves(structure, feed)
    for node, kind in enumerate(structure.kinds):
        operands = structure.operands[node]
        own = tuple([types[operand] for operand in operands])
        if -1 in own:  # hidden by a problem
            continue
        try:
            inner = bool(operands) or kind in (Kind.TREE, Kind.NODE, Kind.SUM)
            if inner:
                key = (kind, structure.statics[node], own)
            else:
                numbered = kind is Kind.SLOT or kind is Kind.LITERAL
                key = (kind, structure.statics[node] if numbered else node)
            found = memo.known(key)
            if found is None:
                value = _inner(structure, node, values, own) if inner else leaves.value(node)
                found = memo.add(key, value)
            values[node], types[node] = found
        except ParaxError as error:
            problems.append(error)
    raise_all(problems)
    results = [_given(structure, output, values[output]) for output in structure.outputs]
    outputs = structure.out_tree.unflatten(results)
    return Shapes(tuple(values), outputs)


def _given(structure: Structure, node: int, value: Any) -> Any:
    """Give the type of what an output is: arrays, Parameters as theirs (O6)."""
    if isinstance(value, jax.ShapeDtypeStruct):
        return value
    if holds_mask(value):
        value = abstract_call(dense, *split((value,)))
    value = abstract_call(as_value, *split((value,)))
    for path, leaf in jtu.tree_leaves_with_path(value):
        if not is_dynamic(leaf) and not isinstance(leaf, bool | int | float | complex):
            raise not_an_array(structure, node, path, leaf)
    return abstract_call(partial(jtu.tree_map, jnp.asarray), *split((value,)))


def raise_all(problems: Sequence[ParaxError]) -> None:
    """Raise what was found: nothing, the one problem, or all together."""
    unique = list({(type(one), str(one)): one for one in problems}.values())
    if not unique:
        return
    if len(unique) == 1:
        raise unique[0]
    classes = {type(one) for one in unique}
    if len(classes) == 1:
        raise joined(unique)
    raise GraphError(unique)


def joined(problems: Sequence[ParaxError]) -> ParaxError:
    """Make one error of several of one class, which has them all as `.problems`."""
    kind = type(problems[0])
    combined: Any = type(kind.__name__, (_JoinedError, kind), {"__module__": kind.__module__})
    return combined(problems)


class _JoinedError(GraphError):
    """Several problems of one class: raised as that class."""


class _Leaves:
    """Abstract values of what has no operands."""

    def __init__(self, structure: Structure, feed: Feed) -> None:
        self._structure = structure
        self._data = dict(zip(structure.carriers, feed.data, strict=True))
        self._keywords = dict(zip(structure.calls, feed.keywords, strict=True))
        self._args = feed.args

    def value(self, node: int) -> Any:
        structure = self._structure
        kind = structure.kinds[node]
        if kind is Kind.SLOT:
            slot = structure.statics[node]
            assert isinstance(slot, SlotKind)
            dtype = jax.dtypes.canonicalize_dtype(_SLOT_TYPES[slot])
            return jax.ShapeDtypeStruct((), dtype, weak_type=True)
        if kind is Kind.LITERAL:
            return structure.payloads[node]
        arrays = abstract(list(self._data[node]))
        if kind is Kind.DATA:
            skeleton = structure.skeleton(node)
            dynamic, whole = split((skeleton.join(arrays),))
            return abstract_call(as_value, dynamic, whole)
        inputs = abstract((arrays, self._args, self._keywords[node]))
        dynamic, skeleton = split(inputs)

        def call(arrays: Any, args: Any, keywords: Any) -> Any:
            return as_value(call_leaf(structure, node, arrays, bare(args), bare(keywords)))

        return abstract_call(call, dynamic, skeleton)


def _inner(structure: Structure, node: int, values: Sequence[Any], types: tuple[int, ...]) -> Any:
    operands = [values[operand] for operand in structure.operands[node]]
    payload = structure.payloads[node]
    kind = structure.kinds[node]
    if kind is Kind.TREE:
        return payload.unflatten(operands)
    if kind is Kind.SUM:
        check_sum(structure, node, list(map(bared, operands)))
        terms, payload = _unlike_terms(payload, operands, types)
        return abstract_call(partial(sum_up, payload), *split(terms))
    arrays, skeleton = split(operands)
    try:
        payload.check(*(operands if kind is Kind.OVER else map(bared, operands)))
        return abstract_call(partial(compute_operator, payload), arrays, skeleton)
    except ParaxError as error:
        raise locate(error, structure, node, operands) from None
    except (TypeError, ValueError, IndexError, ZeroDivisionError, AttributeError) as error:
        raise locate(refused(payload, operands, error), structure, node, operands) from error


def _unlike_terms(
    payload: Any, operands: Sequence[Any], types: tuple[int, ...]
) -> tuple[list[Any], Any]:
    """Leave of the arrays in a sum two of each type: more of them change nothing of its type."""
    seen: dict[Hashable, int] = {}
    kept: list[int] = []
    for place, key in enumerate(zip(types, payload.signs, payload.counts, strict=True)):
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= 2 or not isinstance(operands[place], jax.ShapeDtypeStruct):
            kept.append(place)
    few = replace(
        payload,
        signs=tuple([payload.signs[place] for place in kept]),
        counts=tuple([payload.counts[place] for place in kept]),
    )
    return [operands[place] for place in kept], few
