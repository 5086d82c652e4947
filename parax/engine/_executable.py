"""One ahead-of-time compiled executable, and what it computes: value, gradient, batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import jax

from parax.engine._cache import executables
from parax.engine._lower import Signature, flattened, lower, number_types
from parax.errors import CompileError

Mode = Literal["value", "gradient", "value_and_gradient"]

_DERIVATIVES: dict[Mode, Callable[..., Any]] = {
    "value": lambda run: run,
    "gradient": jax.grad,
    "value_and_gradient": jax.value_and_grad,
}


class Executable:
    """A function `(free, fixed, numbers)` that is compiled once for its signature.

    On arrays it runs what was compiled ahead of time; on tracers it is part of the outer function.
    """

    def __init__(self, run: Callable[..., Any], types: tuple[Any, ...]) -> None:
        self._jitted = jax.jit(run)
        try:
            self.run = self._jitted.lower(*types).compile()
        except jax.errors.JaxRuntimeError as error:
            raise CompileError(
                f"XLA refused the expression: {str(error).splitlines()[0][:200]}"
            ) from None

    def __call__(self, free: Any, fixed: Any, numbers: Any) -> Any:
        leaves = jax.tree_util.tree_leaves((free, fixed, numbers))
        if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
            return self._jitted(free, fixed, numbers)
        return self.run(free, fixed, numbers)

    def inlined(self, free: Any, fixed: Any, numbers: Any) -> Any:
        """Call it on tracers."""
        return self._jitted(free, fixed, numbers)


def executable(
    signature: Signature,
    mode: Mode,
    *,
    of: str | None = None,
    flat: bool = False,
    batch: int | None = None,
    cache: bool = True,
) -> Executable:
    """Give the executable for a signature, compiled now if there is none in the cache.

    Args:
        signature: what the inputs are.
        mode: what it computes.
        of: the output, of several.
        flat: whether the free arrays come as one flat vector.
        batch: how many of them come at once, stacked on a new first axis; None for one.
        cache: whether to look in the cache, and to keep it there.
    """

    def make() -> Executable:
        run = lower(signature, of)
        run = flattened(signature, run) if flat else run
        run = _DERIVATIVES[mode](run)
        if batch is not None:
            run = jax.vmap(run, in_axes=(0, None, None))
        return Executable(run, _types(signature, flat=flat, batch=batch))

    if not cache:
        return make()
    return executables.get((signature.key, mode, of, flat, batch), make)


def _types(signature: Signature, *, flat: bool, batch: int | None) -> tuple[Any, ...]:
    front = () if batch is None else (batch,)
    if flat:
        free: Any = jax.ShapeDtypeStruct((*front, sum(signature.sizes)), signature.flat_dtype)
    else:
        free = [signature.types[position] for position in signature.free]
        free = [
            jax.ShapeDtypeStruct((*front, *one.shape), one.dtype, weak_type=one.weak_type)
            for one in free
        ]
    fixed = [signature.types[position] for position in signature.fixed]
    return free, fixed, number_types(signature.structure)
