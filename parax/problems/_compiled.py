"""Compiled: an expression as one function over any model, and what binds it to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax

from parax.engine import (
    ALONG,
    REWRITES,
    Argument,
    Mode,
    Specialised,
    Specialiser,
    given,
    own_arrays,
    run_into,
)
from parax.graph import Graph, check_inputs
from parax.problems._inputs import merged_inputs
from parax.problems._problem import Problem
from parax.problems._views import CompiledViews


class Compiled(CompiledViews):
    """An expression as one compiled function: `compiled(model, *context, **inputs)`.

    It compiles when it is first called with inputs of some structure, shapes and dtypes, or at once
    if examples were given; values never make it compile again. It can be called under `jit`,
    `grad`, `vmap` and `scan`. Made by `parax.compile`.

    Example:
        >>> import parax
        >>> class Bowl(parax.Module):
        ...     a: parax.Parameter = 3.0
        ...     b: parax.Parameter = 1.0
        >>> compiled = parax.compile("(a - target)**2 + b**2")
        >>> float(compiled(Bowl(), target=1.0)), float(compiled(Bowl(a=0.0), target=1.0))
        (5.0, 2.0)
        >>> compiled.gradient(Bowl(), target=1.0).a.latent_value.tolist()
        4.0
    """

    def __init__(
        self, graph: Graph, *, cache: bool = True, rewrites: tuple[str, ...] = REWRITES
    ) -> None:
        self._graph = graph
        self._specialise = Specialiser(graph, cache=cache, rewrites=rewrites)
        self._own_by_precision: dict[bool, list[Any]] = {}

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
        """Validate for examples and compile the value now (X13).

        Args:
            args: positional inputs; arrays may be `jax.ShapeDtypeStruct`.
            inputs: inputs by name, likewise.

        Raises:
            ParaxError: all that is wrong with the expression on such inputs, together.
        """
        self._specialise(given(args, inputs)).executable("value").compile()

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
        call = given(args, merged_inputs(inputs, keywords))
        return Problem(self._graph, self._specialise, call, self._own)

    # --- Value and gradient ----------------------------------------------------------------------

    @property
    def _own(self) -> list[Any]:
        """The expression's own arrays, and its numbers in JAX's present precision (E10)."""
        double: bool = jax.config.jax_enable_x64  # pyright: ignore[reportAttributeAccessIssue]
        if double not in self._own_by_precision:
            self._own_by_precision[double] = own_arrays(self._graph)
        return self._own_by_precision[double]

    def __call__(
        self,
        *args: Any,
        out: Any = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Compute all outputs.

        Args:
            args: the model, then its context such as a sweep.
            out: what a call before gave, if it is needed no more: its arrays are deleted, and the
                outputs take their memory. It pays for large ones.
            inputs: inputs by name; those that share a name with an option can only stand here.
            keywords: inputs by name.

        Returns:
            The outputs as JAX arrays, arranged as they were given to `parax.compile`.

        Raises:
            ParameterValueError: `out` has another shape, dtype or arrangement than the outputs, was
                given up before, or is an input too.
            ParaxError: all that is wrong with the expression on such inputs, together.

        Example:
            >>> import jax.numpy as jnp, parax
            >>> compiled = parax.compile("2*x + 1")
            >>> first = compiled(x=jnp.zeros(3))
            >>> compiled(x=jnp.ones(3), out=first).tolist(), first.is_deleted()
            ([3.0, 3.0, 3.0], True)
        """
        merged = merged_inputs(inputs, keywords)
        return self._run("value", args, merged, out=out)[0]

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
        merged = merged_inputs(inputs, keywords)
        (value, gradient), made = self._run("value_and_gradient", args, merged, argument, of)
        return value, made.as_tree(gradient)

    def gradient(
        self,
        *args: Any,
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Compute the gradient of an output; as `value_and_gradient`, without the value."""
        merged = merged_inputs(inputs, keywords)
        gradient, made = self._run("gradient", args, merged, argument, of)
        return made.as_tree(gradient)

    def jacobian(
        self,
        *args: Any,
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Compute the derivatives of outputs of any shape, in latent space.

        Forward or in reverse, whichever takes fewer passes.

        Args:
            args: the model, then its context.
            argument: a position or an input's name, to differentiate with respect to it.
            of: the output to differentiate; all by default.
            inputs: inputs by name.
            keywords: inputs by name.

        Returns:
            Arranged like the outputs: for each a tree like that of `gradient`, whose arrays have
            the output's axes first, then the free array's.

        Raises:
            OperatorTypeError: an output is an integer or a truth value.
            NoTrainableParametersError: nothing is free.

        Example:
            >>> import jax.numpy as jnp, parax
            >>> class Bowl(parax.Module):
            ...     a: parax.Parameter = 3.0
            >>> compiled = parax.compile("x * a**2")
            >>> compiled.jacobian(Bowl(), x=jnp.array([1.0, 2.0])).a.latent_value.tolist()
            [6.0, 12.0]
        """
        merged = merged_inputs(inputs, keywords)
        jacobian, made = self._run("jacobian", args, merged, argument, of)
        return made.as_trees(jacobian, of)

    def hessian_vector_product(
        self,
        *args: Any,
        vector: Any,
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Compute the second derivatives of an output along a direction, in latent space.

        Args:
            args: the model, then its context.
            vector: the direction: a tree as `gradient` gives it.
            argument: a position or an input's name, to differentiate with respect to it.
            of: the output to differentiate; the only one by default.
            inputs: inputs by name.
            keywords: inputs by name.

        Returns:
            A tree as `gradient` gives it.

        Raises:
            ParameterValueError: the direction has another structure, or other shapes.
        """
        merged = merged_inputs(inputs, keywords)
        mode: Mode = "hessian_vector_product"
        product, made = self._run(mode, args, merged, argument, of, along=vector)
        return made.as_tree(product)

    def batch(
        self,
        *args: Any,
        argument: Argument = None,
        of: str | None = None,
        gradient: bool = False,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Compute the outputs for many models at once.

        Args:
            args: the stacked model, whose free arrays have one more axis, the first; then its
                context, which is common to all.
            argument: a position or an input's name, if that is stacked instead of the model.
            of: the output to compute; all by default.
            gradient: give the gradients too.
            inputs: inputs by name.
            keywords: inputs by name.

        Returns:
            What a call gives, with one more axis, the first; with `gradient` a pair, as
            `value_and_gradient`.

        Raises:
            ParameterValueError: the free arrays disagree on the length of their first axis.
        """
        mode: Mode = "value_and_gradient" if gradient else "value"
        merged = merged_inputs(inputs, keywords)
        result, made = self._run(mode, args, merged, argument, of, batched=True)
        return (result[0], made.as_tree(result[1])) if gradient else result

    def _run(
        self,
        mode: Mode,
        args: tuple[Any, ...],
        inputs: Mapping[str, Any],
        argument: Argument = None,
        of: str | None = None,
        *,
        batched: bool = False,
        along: Any = None,
        out: Any = None,
    ) -> tuple[Any, Specialised]:
        """Give the result of a mode, and what it was specialised for."""
        call = given(args, inputs)
        made = self._specialise(call, argument, batched=batched)
        if self._graph.structure.checkers:
            check_inputs(self._graph.structure, *call.with_arrays())
        if out is not None:
            return run_into(out, made, call.arrays + self._own), made
        directions = made.directions(along) if mode in ALONG else []
        return made.run(mode, of, call.arrays + self._own + directions), made
