"""Which arrays of a call are free, and what they are called (X12, T1)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import jax
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import did_you_mean, quoted
from parax.engine._given import Given, Number
from parax.errors import DuplicateNameError, NoTrainableParametersError, OperatorTypeError
from parax.graph import Graph
from parax.module import (
    named_params,
    partition,
    trainable_bounds,
    trainable_names,
    trainable_part,
)
from parax.parameters import is_param

Argument = int | str | None
"""What to differentiate: a position, an input's name, or None for the free parameters."""


@dataclass(frozen=True)
class Free:
    """The free arrays of a call.

    Args:
        positions: which of all its arrays they are: inputs first, then the expression's own.
        own: how many of them belong to the expression; they come last.
        tree: the structure of the trainable part of the model (or of the argument asked for).
        nothing: why nothing is free, and what to do, for the message in case nothing is.
    """

    positions: tuple[int, ...]
    own: int
    tree: Any
    nothing: tuple[str, str]


def find_free(graph: Graph, call: Given, argument: Argument = None) -> Free:
    """Find the free arrays.

    Args:
        graph: the expression.
        call: the inputs; arrays may be `jax.ShapeDtypeStruct`.
        argument: what to differentiate, if not the free parameters.

    Raises:
        OperatorTypeError: there is no such argument.
    """
    # Plain numbers are part of no model's trainable part, but may be asked for by `argument`.
    args, inputs = call.plain() if argument is None else call.with_arrays()
    target = _target(args, inputs, argument)
    places = [*enumerate(call.args), *((name, call.inputs[name]) for name in sorted(call.inputs))]
    chosen: list[bool] = []
    tree: Any = jtu.tree_structure(None)
    for place, marked in places:
        if place == target:
            whole = args[place] if isinstance(place, int) else inputs[place]
            dynamic, _ = trainable_part(filled_in(whole))
            tree = jtu.tree_structure(dynamic)
            chosen += _chosen(marked, dynamic)
        else:
            chosen += [False] * len(_chosen(marked, None))
    model = sum(chosen)
    for payload in graph.data():
        dynamic = partition(payload)[0] if argument is None else None
        chosen += _chosen(payload, dynamic)
    positions = tuple(position for position, one in enumerate(chosen) if one)
    return Free(positions, len(positions) - model, tree, _nothing(args, inputs, argument))


def filled_in(tree: Any) -> Any:
    """Give a tree with every `jax.ShapeDtypeStruct` as an array of zeros that takes no memory."""

    def one(leaf: Any) -> Any:
        if isinstance(leaf, jax.ShapeDtypeStruct):
            return np.broadcast_to(np.zeros((), leaf.dtype), leaf.shape)
        return leaf

    return jtu.tree_map(one, tree)


def _is_none(value: object) -> bool:
    return value is None


def _is_array(leaf: object) -> bool:
    return isinstance(leaf, jax.Array | np.ndarray | np.generic | jax.ShapeDtypeStruct | Number)


def _chosen(tree: Any, dynamic: Any) -> list[bool]:
    """Tell for each array of a tree whether it is in the dynamic half of it; None has nothing."""
    leaves = jtu.tree_leaves(tree, is_leaf=_is_none)
    if dynamic is None:
        return [False for leaf in leaves if _is_array(leaf)]
    halves = jtu.tree_leaves(dynamic, is_leaf=_is_none)
    return [half is not None for leaf, half in zip(leaves, halves, strict=True) if _is_array(leaf)]


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
    if isinstance(argument, bool) or not isinstance(argument, int):
        raise OperatorTypeError(
            f"`argument` is a position or an input's name, got {quoted(repr(argument))}"
        )
    if not -len(args) <= argument < len(args):
        many = "1 is given" if len(args) == 1 else f"{len(args) or 'none'} are given"
        raise OperatorTypeError(
            f"there is no positional input {argument} to differentiate, {many}",
            hint="positions count from 0, the model; name an input by its name",
        )
    return argument % len(args)


def _nothing(args: tuple[Any, ...], inputs: dict[str, Any], argument: Argument) -> tuple[str, str]:
    """Say why nothing of what was asked for is free, and what to do, in case it is not."""
    if isinstance(argument, str):
        what = f"the input {quoted(argument)} has no floating-point or complex array"
        return what, "give it as a float: integers have no gradient"
    if not args or args[argument or 0] is None:
        return "there is no model", "give a model first, or name an input with `argument=`"
    model = args[argument or 0]
    fixed = named_params(model, include_fixed=True)
    if fixed:
        many = f"{len(fixed)} parameters, all" if len(fixed) > 1 else "1 parameter, which is"
        return f"{many} fixed", "free some of them, for instance with `parameter.as_free()`"
    what = f"a `{type(model).__name__}` without Parameters or floating-point arrays"
    return what, "numbers of Python are no parameters: give arrays, or `parax.Parameter(…)`"


def require_free(free: Free) -> None:
    """Check that there is something to differentiate with respect to (U12).

    Raises:
        NoTrainableParametersError: there is not; says whether everything is fixed.
    """
    if not free.positions:
        what, hint = free.nothing
        raise NoTrainableParametersError(f"nothing to optimise: {what}", hint=hint)


def expression_parameters(graph: Graph) -> dict[str, Any]:
    """Give the free Parameters inside an expression by name, in order of first appearance.

    Those without a name are `objective_0`, `objective_1` and so on.

    Raises:
        DuplicateNameError: two have the same name.
    """
    found: dict[str, Any] = {}
    unnamed = 0
    for payload in graph.data():
        if is_param(payload):
            if payload.fixed:
                continue
            name = payload.name
            if not isinstance(name, str):
                name = f"objective_{unnamed}"
                unnamed += 1
            own = [(name, payload)]
        else:
            own = [(name, parameter) for name, _, parameter in named_params(payload)]
        for name, parameter in own:
            if name in found:
                raise _clash(name)
            found[name] = parameter
    return found


def free_names(graph: Graph, args: tuple[Any, ...]) -> tuple[str, ...]:
    """Give one name for each element of the flat vector (X12).

    Raises:
        DuplicateNameError: two have the same.
    """
    names = list(trainable_names(args[0])) if args else []
    for name, parameter in expression_parameters(graph).items():
        names += trainable_names({name: parameter.with_name(_elements(parameter))})
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise _clash(twice[0])
    return tuple(names)


def _elements(parameter: Any) -> list[str] | None:
    return parameter.name if isinstance(parameter.name, list) else None


def _clash(name: str) -> DuplicateNameError:
    return DuplicateNameError(
        f"two free parameters are called {quoted(name)}",
        hint="give the parameter inside the expression another `name=`",
    )


def free_bounds(graph: Graph, args: tuple[Any, ...]) -> np.ndarray:
    """Give the latent bounds of each element of the flat vector, shape `(n, 2)`."""
    parts = [trainable_bounds(args[0])] if args else []
    parts += [trainable_bounds(one) for one in expression_parameters(graph).values()]
    return np.concatenate([np.zeros((0, 2)), *parts])
