"""Problem: everything fixed but the free parameters; a function of one flat latent vector."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import echo
from parax.engine import (
    Executable,
    Mode,
    all_arrays,
    executable,
    free_bounds,
    free_names,
    picked,
    require_objective,
    specialise,
)
from parax.errors import NoTrainableParametersError, OperatorTypeError, ParameterValueError
from parax.graph import Graph, as_dynamic, check_inputs
from parax.module import named_params, trainable_part

_KEEP = object()


class Problem:
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

    def __init__(
        self,
        graph: Graph,
        numbers: tuple[Any, ...],
        args: tuple[Any, ...],
        inputs: Mapping[str, Any],
        *,
        cache: bool = True,
    ) -> None:
        self._graph, self._numbers, self._cache = graph, numbers, cache
        self._args, self._inputs = args, dict(inputs)
        dynamic = as_dynamic(args), as_dynamic(self._inputs)
        self._specialised = specialise(graph, *dynamic)
        check_inputs(graph.structure, *dynamic)
        signature = self._specialised.signature
        arrays = [jnp.asarray(array) for array in all_arrays(graph, *dynamic)]
        free = picked(arrays, signature.free)
        self._fixed = picked(arrays, signature.fixed)
        self._dtype = np.dtype(signature.flat_dtype)
        self._size = sum(signature.sizes)
        parts = [jnp.ravel(array).astype(self._dtype) for array in free]
        self._x0 = jnp.concatenate(parts) if parts else jnp.zeros((0,), self._dtype)
        self._inlined = any(
            isinstance(one, jax.core.Tracer) for one in (*arrays, *numbers)
        )
        self._ready: dict[Any, Executable] = {}

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        shown = ", ".join(self.names[:6]) + (", …" if len(self.names) > 6 else "")
        return f"<Problem of {self._size} free parameters: {shown}>"

    # --- The flat vector ------------------------------------------------------------------------

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each element of the flat vector: the model's, then the expression's own."""
        return free_names(self._graph, self._args)

    @property
    def x0(self) -> jax.Array:
        """The model's own latent values, shape `(n,)`."""
        return self._x0

    @cached_property
    def bounds(self) -> np.ndarray[Any, Any]:
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

    def unflatten(self, x: Any) -> Any:
        """Give the model with the latent values of a flat vector.

        Raises:
            ParameterValueError: the vector has another length.
        """
        x = self._vector(x)
        dynamic, static = trainable_part(self.model)
        leaves, treedef = jax.tree_util.tree_flatten(dynamic)
        fresh, start = [], 0
        for leaf in leaves:
            part = x[start : start + leaf.size].reshape(leaf.shape)
            fresh.append(part.astype(leaf.dtype))
            start += leaf.size
        return eqx.combine(treedef.unflatten(fresh), static)

    def flatten(self, model: Any) -> jax.Array:
        """Give the latent values of a model of the same structure as one flat vector.

        Free Parameters inside the objective keep their own values.

        Raises:
            ParameterValueError: the model has another number of free values.
        """
        leaves = jax.tree_util.tree_leaves(trainable_part(model)[0])
        parts = [jnp.ravel(leaf).astype(self._dtype) for leaf in leaves]
        flat = jnp.concatenate([jnp.zeros((0,), self._dtype), *parts])
        own = sum(self._specialised.signature.sizes[: self._specialised.free.model])
        if flat.shape != (own,):
            raise ParameterValueError(
                f"array size mismatch: the model has {flat.size} free values, this problem's has {own}"
            )
        return jnp.concatenate([flat, self._x0[own:]])

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
        args = self._args
        if model is not _KEEP:
            args = (model, *(context or args[1:]))
        merged = {**self._inputs, **(inputs or {})}
        return Problem(self._graph, self._numbers, args, merged, cache=self._cache)

    # --- Value and gradient ----------------------------------------------------------------------

    def __call__(self, x: Any) -> Any:
        """Compute the objective at a latent vector, shape `(n,)`."""
        return self._run("value", x)

    def value_and_gradient(self, x: Any) -> tuple[jax.Array, jax.Array]:
        """Compute the objective and its gradient, shape `(n,)`, in latent space.

        Raises:
            OperatorError: the objective is not one real number.
            NoTrainableParametersError: nothing is free.
        """
        return self._run("value_and_gradient", x)

    def gradient(self, x: Any) -> jax.Array:
        """Compute the gradient of the objective, shape `(n,)`, in latent space."""
        return self._run("gradient", x)

    def batch(self, X: Any, *, gradient: bool = False) -> Any:  # noqa: N803 - as in the literature
        """Compute the objective at many latent vectors at once.

        Args:
            X: one vector a row, shape `(batch, n)`.
            gradient: give the gradients too.

        Returns:
            The values, shape `(batch,)`; with `gradient` a pair with the gradients, `(batch, n)`.

        Raises:
            ParameterValueError: `X` has another shape.
        """
        array = self._vector(X, rows=2)
        mode: Mode = "value_and_gradient" if gradient else "value"
        run = self._executable(mode, batch=array.shape[0])
        return run(array, self._fixed, self._numbers)

    def _run(self, mode: Mode, x: Any) -> Any:
        if not (isinstance(x, jax.Array) and x.shape == (self._size,) and x.dtype == self._dtype):
            x = self._vector(x)
        run = self._ready.get(mode)
        if run is None:
            run = self._ready[mode] = self._executable(mode)
        if self._inlined or isinstance(x, jax.core.Tracer):
            return run.inlined(x, self._fixed, self._numbers)
        return run.run(x, self._fixed, self._numbers)

    def _executable(self, mode: Mode, batch: int | None = None) -> Executable:
        if mode != "value":
            require_free(self._specialised.signature.free, self._args)
            require_objective(self._graph, self._specialised, None)
        return executable(
            self._specialised.signature, mode, flat=True, batch=batch, cache=self._cache
        )

    def _vector(self, x: Any, rows: int = 1) -> jax.Array:
        try:
            array = jnp.asarray(x, dtype=self._dtype)
        except (TypeError, ValueError):
            raise OperatorTypeError(
                f"the flat vector is an array of {self._size} numbers, got `{echo(repr(x))}`"
            ) from None
        if array.ndim != rows or array.shape[-1] != self._size:
            wanted = f"({self._size},)" if rows == 1 else f"(batch, {self._size})"
            raise ParameterValueError(
                f"array size mismatch: the flat vector has shape {wanted}, got {array.shape}"
            )
        return array


def require_free(free: tuple[int, ...], args: tuple[Any, ...]) -> None:
    """Check that there is something to differentiate with respect to (U12).

    Raises:
        NoTrainableParametersError: there is not; says whether everything is fixed.
    """
    if free:
        return
    fixed = len(named_params(args[0], include_fixed=True)) if args else 0
    if fixed:
        many = f"{fixed} parameters, all fixed" if fixed > 1 else "1 parameter, which is fixed"
        raise NoTrainableParametersError(
            f"nothing to optimise: {many}",
            hint="free some of them, for instance with `parameter.as_free()`",
        )
    what = f"the model, a `{type(args[0]).__name__}`, has no parameters" if args else "no model"
    raise NoTrainableParametersError(
        f"nothing to optimise: {what}",
        hint="give the model first, or name an input with `argument=`",
    )
