"""A function that was traced once: compiled for arrays, inlined under a transformation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Literal, jaxpr_as_fun

from parax.engine._cache import executables
from parax.engine._chunks import mapped, piece
from parax.engine._history import Variant, history
from parax.engine._lower import Signature, lower, of_vector
from parax.engine._modes import ALONG, Mode, differentiated
from parax.engine._pack import Layout
from parax.errors import CompileError
from parax.graph import Program

Types = Sequence[jax.ShapeDtypeStruct]


class MismatchError(TypeError):
    """The flat vector has another shape or dtype than the executable is for."""


class Executable:
    """A function of flat arrays that is traced now and compiled when it is first needed.

    The trace sees numbers as weakly typed, so that they promote as Python's do (X7); what it
    recorded is then compiled for ordinary arrays. Arguments that play no part in the result, such
    as the bounds of parameters, do not cross into it.

    Args:
        function: a pure function of arrays.
        types: their types.
        vector: whether the first array is a flat vector that is checked, and the others are
            packed.
    """

    def __init__(self, function: Callable[..., Any], types: Types, *, vector: bool) -> None:
        traced = jax.jit(function).trace(*types)
        alive = _alive(traced.jaxpr)
        self._evaluate = jaxpr_as_fun(traced.jaxpr)
        self._out_tree = traced.out_tree
        self._all = types
        self.taken = tuple(i for i in range(vector, len(types)) if alive[i])
        """Which of the arrays it takes; of a flat vector not the first, which it always takes."""
        self._types = [_strong(types[i]) for i in self.taken]
        self._layout = Layout(self._types) if vector else None
        self.takes_vector = vector
        self._lock = threading.Lock()
        self._is_compiled = False
        self.why = ""
        """Why it was made, rather than found in the cache."""
        self.notes: tuple[str, ...] = ()
        """What was rewritten in its trace."""
        self.trace_seconds = 0.0
        self.compile_seconds = 0.0
        self.run: Callable[..., Any] = jax.jit(self._of_vector if vector else self._of_arrays)
        """The function of the arrays it takes, or of the vector and the packed others."""

    def pack(self, arrays: Sequence[Any]) -> Any:
        """Pack the arrays that it takes, all but the vector, for `run`."""
        assert self._layout is not None
        return self._layout.pack(arrays)

    def compile(self) -> None:
        """Compile it ahead of its first run, once, also if several threads ask.

        Raises:
            CompileError: XLA refuses it.
        """
        with self._lock:
            if self._is_compiled:
                return
            with executables.timed():
                start = time.perf_counter()
                try:
                    self.lowered().compile()
                except jax.errors.JaxRuntimeError as error:
                    first = str(error).strip().splitlines()[0][:200]
                    raise CompileError(f"XLA refused the expression: {first}") from None
            self.compile_seconds = time.perf_counter() - start
            self._is_compiled = True

    def lowered(self) -> Any:
        """Lower it for its own types: a `jax.stages.Lowered`."""
        types: list[Any] = list(self._types)
        if self._layout is not None:
            packed = jax.eval_shape(lambda *arrays: self.pack(arrays), *types)
            types = [_strong(self._all[0]), packed]
        return self.run.lower(*types)

    def _of_arrays(self, *arrays: Any) -> Any:
        whole: list[Any] = [None] * len(self._all)
        for position, array in zip(self.taken, arrays, strict=True):
            whole[position] = array
        return self._finish(whole)

    def _of_vector(self, x: Any, packed: Any) -> Any:
        assert self._layout is not None
        wanted = self._all[0]
        if (
            getattr(x, "shape", None) != wanted.shape
            or x.dtype != wanted.dtype
            or getattr(x, "weak_type", False)
        ):
            raise MismatchError
        whole: list[Any] = [None] * len(self._all)
        whole[0] = x
        for position, array in zip(self.taken, self._layout.unpack(packed), strict=True):
            whole[position] = array
        return self._finish(whole)

    def _finish(self, whole: list[Any]) -> Any:
        filled = [
            jnp.zeros(one.shape, one.dtype) if array is None else array
            for array, one in zip(whole, self._all, strict=True)
        ]
        return self._out_tree.unflatten(self._evaluate(*filled))


def _strong(one: jax.ShapeDtypeStruct) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(one.shape, one.dtype)


def _alive(closed: Any) -> list[bool]:
    """Tell for each argument whether a result, or an effect, depends on it."""
    jaxpr = closed.jaxpr
    needed = {id(one) for one in jaxpr.outvars if not isinstance(one, Literal)}
    for equation in reversed(jaxpr.eqns):
        if equation.effects or any(id(one) in needed for one in equation.outvars):
            needed.update(id(one) for one in equation.invars if not isinstance(one, Literal))
    return [id(one) in needed for one in jaxpr.invars]


def executable(
    signature: Signature,
    program: Program,
    mode: Mode,
    *,
    of: str | None = None,
    vector: bool = False,
    batch: int | None = None,
    forward: bool = True,
    width: int = 1,
    cache: bool = True,
) -> Executable:
    """Give the executable for a signature, traced now if there is none in the cache.

    Args:
        signature: what the inputs are.
        program: what is computed of them.
        mode: what it computes.
        of: the output, of several.
        vector: whether the free arrays come as one flat vector.
        batch: how many of them come at once, stacked on a new first axis; None for one.
        forward: whether a Jacobian is computed forward.
        width: the bytes of the widest value of one of a batch.
        cache: whether to look in the cache, and to keep it there.
    """

    def make() -> Executable:
        why = history.add(signature, Variant(mode, of, vector, batch))
        start = time.perf_counter()
        notes: list[str] = []
        run = lower(signature, program, of, notes.append)
        run = of_vector(signature, run) if vector else run
        run = differentiated(run, mode, forward=forward)
        free = [signature.flat_type] if vector else signature.free_types
        if mode in ALONG:
            run, free = _beside(run, vector=vector), _doubled(free, vector=vector)
        if batch is not None:
            run = mapped(run, batch, piece(batch, width))
            free = [_stacked(one, batch) for one in free]
        own = len(free)

        def function(*arrays: Any) -> Any:
            return run(arrays[0] if vector else list(arrays[:own]), arrays[own:])

        made = Executable(function, [*free, *signature.fixed_types], vector=vector)
        made.why, made.trace_seconds = why, time.perf_counter() - start
        made.notes = tuple(dict.fromkeys(notes))
        return made

    if not cache:
        with executables.timed():
            return make()
    return executables.get((signature.key, mode, of, vector, batch, forward), make)


def _beside(run: Callable[..., Any], *, vector: bool) -> Callable[..., Any]:
    """Take a point and a direction together: as two rows, or as one list after the other."""

    def together(both: Any, rest: Any) -> Any:
        half = len(both) // 2
        point, direction = (both[0], both[1]) if vector else (both[:half], both[half:])
        return run(point, direction, rest)

    return together


def _doubled(free: Sequence[jax.ShapeDtypeStruct], *, vector: bool) -> list[jax.ShapeDtypeStruct]:
    return [_stacked(free[0], 2)] if vector else [*free, *free]


def _stacked(one: jax.ShapeDtypeStruct, batch: int) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct((batch, *one.shape), one.dtype, weak_type=one.weak_type)
