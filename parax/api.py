"""Where text meets engine: `parax.compile` and `parax.problem`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.tree_util as jtu

from parax.dsl import parse
from parax.errors import OperatorTypeError
from parax.graph import Graph
from parax.limits import Limits
from parax.op import Operator
from parax.problems import Compiled, Problem, merged_inputs


def compile(  # noqa: A001 - the name that users look for
    outputs: Any,
    *example_args: Any,
    inputs: Mapping[str, Any] | None = None,
    vocabulary: Any = None,
    symbols: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    cache: bool = True,
    **example_inputs: Any,
) -> Compiled:
    """Compile an expression to one function over any model.

    Args:
        outputs: text, an operator, or a dict of either, computed together.
        example_args: the model and its context, as values or as `jax.ShapeDtypeStruct`. With
            examples everything is validated and compiled now, without them at the first call.
        inputs: example inputs by name; those that share a name with an option can only stand here.
        vocabulary: a vocabulary or several, for texts; by default that of the model's class.
        symbols: what names in texts mean: operators, arrays, numbers, Parameters, callables.
        limits: limits for texts.
        cache: whether executables are shared with equal expressions.
        example_inputs: example inputs by name.

    Returns:
        A callable, with gradient and `bind`.

    Raises:
        ParaxError: all that is wrong with the text, or with the expression on these examples.

    Example:
        >>> import parax
        >>> f = parax.compile("sum(x**2) + a")
        >>> float(f(x=[1.0, 2.0], a=0.5))
        5.5
    """
    model = example_args[0] if example_args else None
    graph = Graph.of(_operators(outputs, model, vocabulary, symbols, limits))
    compiled = Compiled(graph, cache=cache)
    examples = merged_inputs(inputs, example_inputs)
    if example_args or examples:
        compiled.prepare(example_args, examples)
    return compiled


def problem(
    objective: Any,
    model: Any = None,
    *context: Any,
    inputs: Mapping[str, Any] | None = None,
    vocabulary: Any = None,
    symbols: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    cache: bool = True,
    **more_inputs: Any,
) -> Problem:
    """Make a problem of an objective and a model: parse, compile and bind in one step.

    Args:
        objective: text, or an operator.
        model: the model whose free parameters are the variables; None if there is none.
        context: what the model needs besides, such as a sweep.
        inputs: inputs by name; those that share a name with an option can only stand here.
        vocabulary: a vocabulary or several, for texts; by default that of the model's class.
        symbols: what names in texts mean.
        limits: limits for texts.
        cache: whether executables are shared with equal expressions.
        more_inputs: inputs by name.

    Returns:
        A function of one flat latent vector, with gradient and batch.

    Raises:
        ParaxError: all that is wrong, together, each with its place in the text.
    """
    graph = Graph.of(_operators(objective, model, vocabulary, symbols, limits))
    args = () if model is None and not context else (model, *context)
    return Compiled(graph, cache=cache).bind(*args, inputs=merged_inputs(inputs, more_inputs))


def _operators(
    outputs: Any,
    model: Any,
    vocabulary: Any,
    symbols: Mapping[str, Any] | None,
    limits: Limits | None,
) -> Any:
    """Give operators for what was given: texts are parsed, in a dict too."""
    if vocabulary is None:
        vocabulary = getattr(type(model), "vocabulary", None)

    def one(output: Any) -> Any:
        if isinstance(output, str):
            return parse(output, vocabulary=vocabulary, symbols=symbols, limits=limits)
        if isinstance(output, Operator):
            return output
        raise OperatorTypeError(
            f"an objective is a text or an operator, got a {type(output).__name__}",
            hint="wrap a function with `op.Lambda(fn)`, a value with `op.Constant(value)`",
        )

    if isinstance(outputs, str | Operator) or not isinstance(outputs, dict):
        return one(outputs)
    return jtu.tree_map(one, dict(outputs), is_leaf=lambda x: isinstance(x, str | Operator))
