"""Compiled: an expression as one function over any model, and what binds it to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import jax.tree_util as jtu

from parax.engine import (
    Argument,
    Mode,
    Specialised,
    all_arrays,
    executable,
    pack_numbers,
    picked,
    require_objective,
    specialise,
)
from parax.errors import OperatorTypeError
from parax.graph import Graph, as_dynamic, check_inputs
from parax.module import trainable_part
from parax.problems._problem import Problem, require_free


def merged_inputs(inputs: Mapping[str, Any] | None, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the mapping `inputs=` and keywords together (U3).

    Raises:
        OperatorTypeError: a name is in both, or `inputs` is no mapping.
    """
    if inputs is None:
        return dict(keywords)
    if not isinstance(inputs, Mapping):
        raise OperatorTypeError(
            f"`inputs` is a mapping from names to values, got a {type(inputs).__name__}",
            hint="write `inputs={'target': 0.1}`",
        )
    both = sorted(set(inputs) & set(keywords))
    if both:
        raise OperatorTypeError(
            f"the input `{both[0]}` is given twice: in `inputs=` and by keyword"
        )
    return {**inputs, **keywords}


class Compiled:
    """An expression as one jitted function: `compiled(model, *context, **inputs)`.

    It compiles when it is first called with inputs of some shapes and dtypes, or at once if
    examples were given; values never make it compile again. Made by `parax.compile`.
    """

    def __init__(self, graph: Graph, *, cache: bool = True) -> None:
        self._graph = graph
        self._cache = cache
        self._numbers = pack_numbers(graph.structure, graph.numbers)

    @property
    def graph(self) -> Graph:
        """The expression's graph."""
        return self._graph

    def inputs(self) -> tuple[str, ...]:
        """Give the names of the free inputs, in order of first appearance."""
        return self._graph.inputs()

    def __repr__(self) -> str:
        names = ", ".join(self.inputs())
        return f"<Compiled of {len(self._graph)} nodes; inputs: {names or 'none'}>"

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def prepare(self, args: tuple[Any, ...], inputs: Mapping[str, Any]) -> None:
        """Validate for examples and compile the value now (X13)."""
        specialised = specialise(self._graph, as_dynamic(args), as_dynamic(dict(inputs)))
        executable(specialised.signature, "value", cache=self._cache)

    def __call__(self, *args: Any, inputs: Mapping[str, Any] | None = None, **keywords: Any) -> Any:
        """Compute all outputs.

        Args:
            args: the model, then its context such as a sweep.
            inputs: inputs by name; those that share a name with an option can only stand here.
            keywords: inputs by name.

        Returns:
            The outputs as JAX arrays, arranged as they were given to `parax.compile`.

        Raises:
            ParaxError: all that is wrong with the expression on such inputs, together.
        """
        return self._run("value", args, merged_inputs(inputs, keywords))

    def value_and_gradient(
        self,
        *args: Any,
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> tuple[Any, Any]:
        """Compute an output and its gradient in latent space.

        Args:
            args: the model, then its context.
            argument: a position or an input's name, to differentiate with respect to it.
            of: the output to differentiate; the only one by default.
            inputs: inputs by name.
            keywords: inputs by name.

        Returns:
            The value, and a tree like the model with the gradient in place of each free latent
            value and None elsewhere. If the expression has free Parameters of its own, a pair of
            that tree and the tuple of their gradients, in order of appearance.

        Raises:
            OperatorError: the output is not one real number; says its shape.
            OperatorTypeError: it is complex or an integer; there is no such argument.
            NoTrainableParametersError: nothing is free.
        """
        given = merged_inputs(inputs, keywords)
        return self._run("value_and_gradient", args, given, argument=argument, of=of)

    def gradient(
        self,
        *args: Any,
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Compute the gradient of an output; as `value_and_gradient`, without the value."""
        given = merged_inputs(inputs, keywords)
        return self._run("gradient", args, given, argument=argument, of=of)

    def _run(
        self,
        mode: Mode,
        args: tuple[Any, ...],
        inputs: dict[str, Any],
        *,
        argument: Argument = None,
        of: str | None = None,
    ) -> Any:
        args, inputs = as_dynamic(args), as_dynamic(inputs)
        specialised = specialise(self._graph, args, inputs, argument)
        if mode != "value":
            require_objective(self._graph, specialised, of)
            require_free(specialised.signature.free, args)
        check_inputs(self._graph.structure, args, inputs)
        arrays = [jnp.asarray(array) for array in all_arrays(self._graph, args, inputs)]
        free = picked(arrays, specialised.signature.free)
        fixed = picked(arrays, specialised.signature.fixed)
        run = executable(specialised.signature, mode, of=of, cache=self._cache)
        result = run(free, fixed, self._numbers)
        if mode == "value":
            return result
        target = _target(args, inputs, argument)
        if mode == "gradient":
            return _as_tree(specialised, target, result)
        value, gradient = result
        return value, _as_tree(specialised, target, gradient)

    def bind(
        self,
        *args: Any,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Problem:
        """Fix everything but the free parameters.

        Args:
            args: the model, then its context.
            inputs: inputs by name.
            keywords: inputs by name.

        Returns:
            A function of one flat latent vector.

        Raises:
            ParaxError: all that is wrong with the expression on such inputs, together.
        """
        given = merged_inputs(inputs, keywords)
        return Problem(self._graph, self._numbers, args, given, cache=self._cache)


def _target(args: tuple[Any, ...], inputs: dict[str, Any], argument: Argument) -> Any:
    if isinstance(argument, str):
        return inputs[argument]
    position = argument or 0
    return args[position] if args else None


def _as_tree(specialised: Specialised, target: Any, gradient: list[Any]) -> Any:
    """Arrange the gradient like the model's trainable part, None elsewhere (T1)."""
    own = specialised.free.model
    dynamic = trainable_part(target)[0] if target is not None else None
    tree = jtu.tree_structure(dynamic).unflatten(gradient[:own])
    return tree if own == len(gradient) else (tree, tuple(gradient[own:]))

