"""Which arrays of a call are free, and what they are called (X12, T1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import did_you_mean, quoted
from parax.errors import DuplicateNameError, OperatorTypeError
from parax.graph import Graph, split
from parax.module import (
    named_params,
    partition,
    trainable_bounds,
    trainable_names,
    trainable_part,
)
from parax.parameters import is_param

Argument = int | str | None


def _is_none(value: object) -> bool:
    return value is None


def _is_array(leaf: object) -> bool:
    return isinstance(leaf, jax.Array | np.ndarray | np.generic)


def filled_in(tree: Any) -> Any:
    """Give a tree with every `jax.ShapeDtypeStruct` as an array of zeros that takes no memory."""

    def one(leaf: Any) -> Any:
        if isinstance(leaf, jax.ShapeDtypeStruct):
            return np.broadcast_to(np.zeros((), leaf.dtype), leaf.shape)
        return leaf

    return jtu.tree_map(one, tree)


def _chosen(tree: Any, dynamic: Any) -> list[bool]:
    """Tell for each array of a tree whether it is in the dynamic half of it."""
    leaves = jtu.tree_leaves(tree, is_leaf=_is_none)
    halves = jtu.tree_leaves(dynamic, is_leaf=_is_none)
    return [
        half is not None
        for leaf, half in zip(leaves, halves, strict=True)
        if _is_array(leaf)
    ]


@dataclass(frozen=True)
class Free:
    """The free arrays of a call.

    Args:
        positions: which of all its arrays they are: inputs first, then the expression's own.
        model: how many of them belong to the model (or to the argument asked for).
    """

    positions: tuple[int, ...]
    model: int


def find_free(
    graph: Graph, args: tuple[Any, ...], inputs: dict[str, Any], argument: Argument = None
) -> Free:
    """Find the free arrays.

    Args:
        graph: the expression.
        args: positional inputs; the first is the model.
        inputs: inputs by name.
        argument: a position or a name, to take that input's arrays instead of the free parameters.

    Raises:
        OperatorTypeError: there is no such argument.
    """
    args, inputs = filled_in((args, inputs))
    target = _target(args, inputs, argument)
    chosen: list[bool] = []
    for place, value in _input_leaves(args, inputs):
        arrays = sum(map(_is_array, jtu.tree_leaves(value)))
        dynamic = trainable_part(value)[0] if place == target else None
        chosen += _chosen(value, dynamic) if place == target else [False] * arrays
    model = sum(chosen)
    for payload in graph.data():
        own = _chosen(payload, partition(payload)[0])
        chosen += own if argument is None else [False] * len(own)
    return Free(tuple(i for i, one in enumerate(chosen) if one), model)


def _target(args: tuple[Any, ...], inputs: dict[str, Any], argument: Argument) -> int | str:
    if argument is None:
        return 0
    if isinstance(argument, str):
        if argument not in inputs:
            raise OperatorTypeError(
                f"there is no input {quoted(argument)} to differentiate",
                hint=did_you_mean(argument, inputs) or "give it a value by keyword",
            )
        return argument
    if not -len(args) <= argument < len(args):
        raise OperatorTypeError(
            f"there is no positional input {argument} to differentiate, {len(args)} are given"
        )
    return argument % len(args)


def _input_leaves(args: tuple[Any, ...], inputs: dict[str, Any]) -> list[tuple[int | str, Any]]:
    """Give the inputs in the order in which their arrays are taken: as JAX flattens them."""
    return [*enumerate(args), *((name, inputs[name]) for name in sorted(inputs))]


def expression_parameters(graph: Graph) -> list[tuple[str | None, Any]]:
    """Give the free Parameters inside an expression, with their names, in order."""
    found: list[tuple[str | None, Any]] = []
    for payload in graph.data():
        if is_param(payload):
            name = payload.name if isinstance(payload.name, str) else None
            if not payload.fixed:
                found.append((name, payload))
        else:
            found += [(name, parameter) for name, _, parameter in named_params(payload)]
    return found


def free_names(graph: Graph, args: tuple[Any, ...]) -> tuple[str, ...]:
    """Give one name for each element of the flat vector (X12).

    Raises:
        DuplicateNameError: two have the same.
    """
    names = list(trainable_names(args[0])) if args else []
    for number, (name, parameter) in enumerate(expression_parameters(graph)):
        own = name or f"objective_{number}"
        size = int(np.size(parameter.latent_value))
        names += [own] if np.ndim(parameter.latent_value) == 0 else [f"{own}_{i}" for i in range(size)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DuplicateNameError(
            f"two free parameters are called {quoted(twice[0])}",
            hint="give the parameter inside the expression another `name=`",
        )
    return tuple(names)


def free_bounds(graph: Graph, args: tuple[Any, ...]) -> np.ndarray[Any, Any]:
    """Give the latent bounds of each element of the flat vector, shape `(n, 2)`."""
    parts = [trainable_bounds(args[0])] if args else []
    parts += [trainable_bounds(parameter) for _, parameter in expression_parameters(graph)]
    return np.concatenate([np.zeros((0, 2)), *parts])


def all_arrays(graph: Graph, args: tuple[Any, ...], inputs: dict[str, Any]) -> list[Any]:
    """Give all arrays of a call, in the order that positions count: inputs, then data."""
    arrays, _ = split((args, inputs))
    return arrays + [array for own in graph.arrays for array in own]


def picked(arrays: Sequence[Any], positions: Sequence[int]) -> list[Any]:
    """Give the arrays at some positions."""
    return [arrays[position] for position in positions]
