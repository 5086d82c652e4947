"""Where text meets engine: `parax.compile` and `parax.problem`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from parax._diagnostic import did_you_mean, echo, kind_of
from parax.dsl import parse
from parax.engine import REWRITES, given
from parax.errors import OperatorTypeError
from parax.graph import Graph
from parax.limits import Limits
from parax.op import Operator, Sum
from parax.problems import Compiled, Problem, merged_inputs


def compile(
    outputs: Any,
    *example_args: Any,
    inputs: Mapping[str, Any] | None = None,
    vocabulary: Any = None,
    symbols: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    rewrites: Sequence[str] | None = None,
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
        rewrites: the rewrites that are made: all by default, none for `()`. There are `"roll"`,
            which computes alike terms by one body; `"scan"`, which makes long chains of alike
            steps loops; `"branch"`, which computes only the branch that a number chooses;
            `"matrices"`, which writes out products of many small matrices; `"context"`, by which
            what depends on fixed values only is computed once a bind; and `"sparsity"`, by which
            Jacobians take fewer passes.
        cache: whether executables are shared with equal expressions.
        example_inputs: example inputs by name.

    Returns:
        A callable, with gradient and `bind`.

    Raises:
        ParaxError: all that is wrong with the text, or with the expression on these examples.

    Example:
        >>> import parax
        >>> import numpy as np
        >>> f = parax.compile("sum(x**2) + a")
        >>> float(f(x=np.array([1.0, 2.0]), a=0.5))
        5.5
    """
    examples = merged_inputs(inputs, example_inputs)
    given(example_args, examples)  # a wrong model is the first thing to hear of
    read = _Reader(_model(example_args), vocabulary, symbols, limits)
    compiled = Compiled(
        Graph.of(read.outputs(outputs), read), cache=cache, rewrites=_rewrites(rewrites)
    )
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
    rewrites: Sequence[str] | None = None,
    cache: bool = True,
    **more_inputs: Any,
) -> Problem:
    """Make a problem of an objective and a model: parse, compile and bind in one step.

    Args:
        objective: text, an operator, or a list of these, whose values are added up.
        model: the model whose free parameters are the variables; None if there is none.
        context: what the model needs besides, such as a sweep.
        inputs: inputs by name; those that share a name with an option can only stand here.
        vocabulary: a vocabulary or several, for texts; by default that of the model's class.
        symbols: what names in texts mean.
        limits: limits for texts.
        rewrites: the rewrites that are made: all by default, none for `()`. There are `"roll"`,
            which computes alike terms by one body; `"scan"`, which makes long chains of alike
            steps loops; `"branch"`, which computes only the branch that a number chooses;
            `"matrices"`, which writes out products of many small matrices; `"context"`, by which
            what depends on fixed values only is computed once a bind; and `"sparsity"`, by which
            Jacobians take fewer passes.
        cache: whether executables are shared with equal expressions.
        more_inputs: inputs by name.

    Returns:
        A function of one flat latent vector, with gradient and batch.

    Raises:
        ParaxError: all that is wrong, together, each with its place in the text.
    """
    args = () if model is None and not context else (model, *context)
    merged = merged_inputs(inputs, more_inputs)
    given(args, merged)  # a wrong model is the first thing to hear of
    read = _Reader(model, vocabulary, symbols, limits)
    graph = Graph.of(read.objective(objective), read)
    return Compiled(graph, cache=cache, rewrites=_rewrites(rewrites)).bind(*args, inputs=merged)


def _rewrites(asked: Sequence[str] | None) -> tuple[str, ...]:
    """Give the names of the rewrites to make, in the order in which they are made."""
    if asked is None:
        return REWRITES
    names = (asked,) if isinstance(asked, str) else tuple(asked)
    for name in names:
        if name not in REWRITES:
            raise OperatorTypeError(
                f"there is no rewrite `{echo(str(name), 40)}`",
                hint=did_you_mean(str(name), REWRITES)
                or f"there {'is' if len(REWRITES) == 1 else 'are'} {', '.join(REWRITES)}",
            )
    return tuple(name for name in REWRITES if name in names)


def _model(args: tuple[Any, ...]) -> Any:
    return args[0] if args else None


class _Reader:
    """Gives operators for what was given: texts are parsed, wherever they stand.

    Args:
        model: the model, whose class may name a vocabulary.
        vocabulary: a vocabulary or several, which win over that.
        symbols: what names in texts mean.
        limits: limits for texts.
    """

    def __init__(
        self, model: Any, vocabulary: Any, symbols: Mapping[str, Any] | None, limits: Limits | None
    ) -> None:
        if vocabulary is None:
            vocabulary = getattr(type(model), "vocabulary", None)
        self._options = {"vocabulary": vocabulary, "symbols": symbols, "limits": limits}

    def parse(self, text: str) -> Operator:
        """Give the operator of a text."""
        return parse(text, **self._options)

    def sweep(self) -> Operator | None:
        """Give the operator of the first vocabulary that has a sweep, or None."""
        given = self._options["vocabulary"]
        for one in given if isinstance(given, list | tuple) else [given]:
            if getattr(one, "sweep", None) is not None:
                return self.parse(one.sweep)
        return None

    def one(self, output: Any) -> Operator:
        """Give the operator of a text or of an operator."""
        if isinstance(output, str):
            return self.parse(output)
        if isinstance(output, Operator):
            return output
        raise _no_expression(output)

    def outputs(self, outputs: Any) -> Any:
        """Give operators for one expression, or for a dict of them, which may hold dicts."""
        if not isinstance(outputs, dict):
            return self.one(outputs)
        if not outputs:
            raise OperatorTypeError("the dict of outputs is empty", hint="name at least one output")
        return {name: self.outputs(output) for name, output in outputs.items()}

    def objective(self, objective: Any) -> Operator:
        """Give the operator of one objective; those of a list are added up (U1)."""
        if isinstance(objective, list | tuple):
            if not objective:
                raise OperatorTypeError("the list of objectives is empty")
            terms = [self.one(term) for term in objective]
            return terms[0] if len(terms) == 1 else Sum(terms)
        if isinstance(objective, dict):
            raise OperatorTypeError(
                "a problem has one objective, got a dict",
                hint="terms of a list are added up; several outputs are for `parax.compile`",
            )
        return self.one(objective)


def _no_expression(value: Any) -> OperatorTypeError:
    if isinstance(value, bool | int | float | complex) or hasattr(value, "shape"):
        hint = "a value alone is no expression: `op.Constant(value)` makes one of it"
    elif isinstance(value, Compiled | Problem):
        hint = "it is compiled already: call it, or bind it"
    elif callable(value):
        hint = "`op.Lambda(fn)` makes an operator of a function of the model"
    elif isinstance(value, list | tuple):
        hint = "several outputs are a dict by name: `parax.compile({'a': x, 'b': y})`"
    else:
        hint = None
    return OperatorTypeError(
        f"an expression is a text or an operator, got `{echo(repr(value), 40)}`, {kind_of(value)}",
        hint=hint,
    )
