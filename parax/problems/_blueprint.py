"""What a compiled expression or a problem is, for those who take it elsewhere (E8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu

from parax._diagnostic import kind_of
from parax.engine import Mode, given, paths
from parax.errors import (
    NoTrainableParametersError,
    OperatorError,
    OperatorTypeError,
)
from parax.parameters import is_concrete
from parax.problems._compiled import Compiled
from parax.problems._problem import Problem


@dataclass(frozen=True)
class Blueprint:
    """Pure functions of arrays, and what they take.

    Args:
        functions: by name, each from the arrays to the list of its results.
        names: what each array is called.
        types: the arrays' shapes and dtypes.
        outputs: the results' types, arranged as they are given.
        problem: the problem that it is of; None for an expression.
    """

    functions: dict[str, Callable[..., list[Any]]]
    names: tuple[str, ...]
    types: list[jax.ShapeDtypeStruct]
    outputs: Any
    problem: Problem | None


def blueprint(source: Any, args: tuple[Any, ...], inputs: Mapping[str, Any]) -> Blueprint:
    """Give the functions of a compiled expression, for inputs like the examples, or of a problem.

    Raises:
        OperatorTypeError: it is neither; examples were given for a problem; it holds tracers.
        ParaxError: all that is wrong with the expression on such inputs, together.
    """
    if isinstance(source, Compiled):
        return _of_compiled(source, args, inputs)
    if not isinstance(source, Problem):
        raise OperatorTypeError(
            f"what is exported is compiled or a problem, got {kind_of(source)}",
            hint="compile it first, with `parax.compile(…)` or `parax.problem(…)`",
        )
    if args or inputs:
        raise OperatorTypeError(
            "a problem takes no examples: everything but the flat vector is bound already",
            hint="export the compiled expression to leave its inputs open",
        )
    return _of_problem(source)


def _of_compiled(source: Compiled, args: tuple[Any, ...], inputs: Mapping[str, Any]) -> Blueprint:
    call = given(args, inputs)
    made = source._specialise(call)
    executable = made.executable("value")
    order = made.order(executable, "value")
    count = len(call.arrays)
    open_ = [place for place in order if place < count]
    kept = {place: source._own[place - count] for place in order if place >= count}
    _require_concrete(list(kept.values()))

    def value(*arrays: Any) -> list[Any]:
        known = kept | dict(zip(open_, arrays, strict=True))
        return jtu.tree_leaves(executable.run(*[known[place] for place in order]))

    names = paths(made.signature)
    return Blueprint(
        {"value": value},
        tuple(names[place] for place in open_),
        [made.signature.types[place] for place in open_],
        made.outputs,
        None,
    )


def _of_problem(source: Problem) -> Blueprint:
    bound, made = source._bound, source._made
    _require_concrete([*source._call.arrays, *source._own])
    modes: list[Mode] = ["value"]
    try:
        made.executable("value_and_gradient", vector=True)
        modes.append("value_and_gradient")
    except (OperatorError, OperatorTypeError, NoTrainableParametersError):
        modes = ["value"]  # it has no gradient; those who ask for it are told
    functions = {mode: _leaves(bound.closed(mode)) for mode in modes}
    vector = jax.ShapeDtypeStruct(bound.vector.shape, jnp.dtype(bound.vector.dtype))
    return Blueprint(functions, ("x",), [vector], made.outputs, source)


def _leaves(function: Callable[..., Any]) -> Callable[..., list[Any]]:
    return lambda *arrays: jtu.tree_leaves(function(*arrays))


def _require_concrete(arrays: list[Any]) -> None:
    if not all(map(is_concrete, arrays)):
        raise OperatorTypeError(
            "values are written to a file, and some are tracers of JAX",
            hint="export outside of `jit`, `grad` and `vmap`",
        )
