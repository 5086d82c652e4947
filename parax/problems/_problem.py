"""Problem: everything fixed but the free parameters; a function of one flat latent vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.engine import (
    Given,
    Mode,
    Specialiser,
    find_slope,
    find_trouble,
    free_bounds,
    free_names,
    given,
)
from parax.goals import require_points, require_weights
from parax.graph import Graph, check_inputs
from parax.problems._function import Bound
from parax.problems._problem_views import ProblemViews
from parax.problems._start import gradient_not_finite, is_finite, value_not_finite

_KEEP = object()


class Problem(ProblemViews):
    """An objective with its model, context and inputs: `problem(x)` for a flat latent vector.

    It can be called under `jit`, `grad`, `vmap` and `scan`; on tracers it is part of the outer
    function. Made by `parax.problem` or `Compiled.bind`.

    Example:
        >>> import parax
        >>> class Bowl(parax.Module):
        ...     a: parax.Parameter = 3.0
        ...     b: parax.Parameter = 1.0
        >>> problem = parax.problem("(a - target)**2 + b**2", Bowl(), target=1.0)
        >>> problem.names, float(problem(problem.x0))
        (('a', 'b'), 5.0)
        >>> problem.gradient([2.0, 3.0]).tolist()
        [2.0, 6.0]
    """

    def __init__(self, graph: Graph, specialise: Specialiser, call: Given, own: list[Any]) -> None:
        self._graph, self._specialise, self._call, self._own = graph, specialise, call, own
        self._made = specialise(call)
        if graph.structure.checkers:
            check_inputs(graph.structure, *call.with_arrays())
        require_points(graph, *call.plain())
        require_weights(graph, *call.plain())
        self._bound = Bound(self._made, call.arrays + own)
        self._vector = self._bound.vector
        self._batches: dict[tuple[Mode, int], Callable[[jax.Array], Any]] = {}

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        (size,) = self._vector.shape
        shown = ", ".join(self.names[:6]) + (", …" if size > 6 else "")
        many = "parameter" if size == 1 else "parameters"
        return f"<Problem of {size or 'no'} free {many}{': ' * bool(size)}{shown}>"

    # --- The flat vector ------------------------------------------------------------------------

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each element of the flat vector: the model's, then the expression's own."""
        return free_names(self._graph, self._args)

    @cached_property
    def x0(self) -> jax.Array:
        """The model's own latent values, shape `(n,)`."""
        return self._bound.x0()

    @cached_property
    def bounds(self) -> np.ndarray:
        """Latent bounds, shape `(n, 2)`: columns lower and upper, infinite where there are none."""
        return free_bounds(self._graph, self._args)

    @property
    def model(self) -> Any:
        """The model that the problem was made with."""
        return self._args[0] if self._args else None

    @property
    def graph(self) -> Graph:
        """The objective's graph."""
        return self._graph

    @cached_property
    def _args(self) -> tuple[Any, ...]:
        return self._call.plain()[0]

    def unflatten(self, x: Any) -> Any:
        """Give the model with the latent values of a flat vector.

        Raises:
            ParameterValueError: the vector has another length.
        """
        return self._vector.model(self.model, self._vector.checked(x))

    def flatten(self, model: Any) -> jax.Array:
        """Give the latent values of a model of the same structure as one flat vector.

        Free Parameters inside the objective keep their own values.

        Raises:
            ParameterValueError: the model has other free values.
        """
        return self._vector.of_model(model, self.x0)

    def rebind(
        self,
        model: Any = _KEEP,
        *context: Any,
        inputs: Mapping[str, Any] | None = None,
    ) -> Problem:
        """Give another problem on the same executable, with another model, context or inputs.

        Args:
            model: another model; the present one if it is left out.
            context: the context after the model; the present one if it is left out.
            inputs: inputs to change, by name; the others stay.
        """
        args, kept = self._call.plain()
        if model is not _KEEP:
            args = (model, *(context or args[1:]))
        call = given(args, {**kept, **(inputs or {})})
        return Problem(self._graph, self._specialise, call, self._own)

    # --- Value and gradient ----------------------------------------------------------------------

    def __call__(self, x: Any) -> Any:
        """Compute the objective at a latent vector, shape `(n,)`."""
        return self._value(x)

    def value_and_gradient(self, x: Any) -> tuple[jax.Array, jax.Array]:
        """Compute the objective and its gradient, shape `(n,)`, in latent space.

        Raises:
            OperatorError: the objective is not one real number.
            NoTrainableParametersError: nothing is free.
        """
        return self._value_and_gradient(x)

    def gradient(self, x: Any) -> jax.Array:
        """Compute the gradient of the objective, shape `(n,)`, in latent space."""
        return self._gradient(x)

    def hessian(self, x: Any) -> jax.Array:
        """Compute the second derivatives of the objective, shape `(n, n)`, in latent space."""
        return self._hessian(x)

    def hessian_vector_product(self, x: Any, vector: Any) -> jax.Array:
        """Compute the Hessian times a vector, at the cost of about two gradients.

        Args:
            x: where, shape `(n,)`.
            vector: the direction, shape `(n,)`.

        Returns:
            Shape `(n,)`, in latent space.

        Example:
            >>> import parax
            >>> from parax import op
            >>> a, b = op.Input("a"), op.Input("b")
            >>> model = {"a": jnp.array(1.0), "b": jnp.array(2.0)}
            >>> parax.problem(a**2 * b, model).hessian_vector_product([1, 2], [1, 0]).tolist()
            [4.0, 2.0]
        """
        both = jnp.stack([self._vector.checked(x), self._vector.checked(vector)])
        return self._along(both)

    def batch(self, X: Any, *, gradient: bool = False) -> Any:
        """Compute the objective at many latent vectors at once.

        Args:
            X: one vector a row, shape `(batch, n)`.
            gradient: give the gradients too.

        Returns:
            The values, shape `(batch,)`; with `gradient` a pair with the gradients, `(batch, n)`.

        Raises:
            ParameterValueError: `X` has another shape.
        """
        mode: Mode = "value_and_gradient" if gradient else "value"
        array = self._vector.checked(X, rows=2)
        key = mode, array.shape[0]
        if key not in self._batches:
            self._batches[key] = self._bound.batch(*key)
        return self._batches[key](array)

    def check_start(self, x: Any = None) -> None:
        """Check that value and gradient are finite, and say where they stop being so.

        Costs one call if they are; otherwise the objective is evaluated node by node.

        Args:
            x: a latent vector; `x0` by default.

        Raises:
            NonFiniteError: they are not; names the operator that made the first NaN or infinity,
                its place in the text, and the point.

        Example:
            >>> import parax
            >>> from parax import op
            >>> class One(parax.Module):
            ...     a: parax.Parameter = 0.0
            >>> parax.problem(1 / op.Input("a"), One()).check_start()
            Traceback (most recent call last):
            parax.errors.NonFiniteError: the objective is inf at `x0`: `1 / a` is inf
              help: `a` is 0 there
        """
        at = self.x0 if x is None else self._vector.checked(x)
        where = "`x0`" if x is None else "this point"
        value = self(at)
        if not is_finite(value):
            trouble = find_trouble(self._bound.walk(self._graph, at))
            raise value_not_finite(value, trouble, where)
        if self.names and not is_finite(gradient := self.gradient(at)):
            wrong = np.flatnonzero(~np.isfinite(np.asarray(gradient)))
            slope = find_slope(self._bound.walk(self._graph, at))
            raise gradient_not_finite([self.names[i] for i in wrong], slope, where)

    @cached_property
    def _value(self) -> Callable[[Any], Any]:
        return self._bound.function("value")

    @cached_property
    def _value_and_gradient(self) -> Callable[[Any], Any]:
        return self._bound.function("value_and_gradient")

    @cached_property
    def _gradient(self) -> Callable[[Any], Any]:
        return self._bound.function("gradient")

    @cached_property
    def _hessian(self) -> Callable[[Any], Any]:
        return self._bound.function("hessian")

    @cached_property
    def _along(self) -> Callable[[jax.Array], Any]:
        return self._bound.directed("hessian_vector_product")
