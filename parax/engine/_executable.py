"""A function that was traced once: compiled for arrays, inlined under a transformation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp

from parax.engine._cache import executables
from parax.engine._chunks import mapped, piece
from parax.engine._history import Variant, history
from parax.engine._lower import Signature, lower, number_types, of_vector
from parax.engine._modes import ALONG, Mode, differentiated
from parax.engine._options import compiled
from parax.engine._pack import Layout
from parax.engine._sparsity import Compression, compressed
from parax.engine.jaxprs import Folded
from parax.errors import CompileError
from parax.graph import Program
from parax.parameters import is_concrete

Types = Sequence[jax.ShapeDtypeStruct]
_GIVEN_UP: Any = {"donate_argnums": 0, "keep_unused": True}


class MismatchError(TypeError):
    """The flat vector has another shape or dtype than the executable is for."""


class Executable:
    """A function of flat arrays that is traced now and compiled when it is first needed.

    The trace sees numbers as weakly typed, so that they promote as Python's do (X7); what it
    recorded is then compiled for ordinary arrays. Arguments that play no part in the result, such
    as the bounds of parameters, do not cross into it.

    Args:
        function: a pure function of arrays, given as two lists: the free ones, and the others.
        free: the types of the free ones.
        fixed: the types of the others.
        vector: whether there is one free array, a flat vector that is checked, and the others are
            packed.
        packed: how many of the others, the last ones, are vectors of numbers: weakly typed in the
            trace, and ordinary arrays in a call.
        numbers: how many numbers of an expression it takes one by one.
        batch: how many free arrays come at once, stacked on a new first axis, and how many of
            these are computed at once; None for one.
        fold: whether what depends on the others only is computed when they are packed (X26).
    """

    def __init__(
        self,
        function: Callable[..., Any],
        free: Types,
        fixed: Types,
        *,
        vector: bool,
        packed: int = 0,
        numbers: int = 0,
        batch: tuple[int, int] | None = None,
        fold: bool = False,
    ) -> None:
        traced = jax.jit(function).trace(list(free), list(fixed))
        self._folded = Folded(traced.jaxpr, len(free), fold=fold and vector)
        self._out_tree = traced.out_tree
        given = free if batch is None else [_stacked(one, batch[0]) for one in free]
        self._all = [*given, *fixed]
        self._count = len(free)
        self._body = self._folded.body if batch is None else mapped(self._folded.body, *batch)
        self.taken = tuple(place for place in self._folded.taken if place >= vector)
        """Which of the arrays it takes; of a flat vector not the first, which it always takes."""
        stacked, end = 0 if batch is None else self._count, len(self._all) - packed
        self._types = [
            one if stacked <= place < end else _strong(one)
            for place in self.taken
            for one in (self._all[place],)
        ]
        self._layout = Layout(self._folded.kept_types) if vector else None
        self._prologue = jax.jit(self._folded.prologue)
        self.takes_vector = vector
        self._lock = threading.Lock()
        self._is_compiled = False
        self.why = ""
        """Why it was made, rather than found in the cache."""
        self.notes: tuple[str, ...] = self._folded.notes
        """What was rewritten in its trace."""
        self.trace_seconds = 0.0
        self.compile_seconds = 0.0
        inner: Callable[..., Any] = self._of_vector if vector else self._of_arrays
        self.quick, self.run = compiled(inner, numbers=numbers)
        """The function of the arrays it takes, or of the vector and the packed others: for arrays,
        and, a fraction of a microsecond slower, for tracers too."""

    def pack(self, arrays: Sequence[Any]) -> Any:
        """Pack the arrays that it takes, all but the vector, for `run`."""
        assert self._layout is not None
        if not self._folded.operations:
            return self._layout.pack(arrays)
        if not all(map(is_concrete, arrays)):
            return self._layout.pack(self._prologue(*arrays))
        with jax.ensure_compile_time_eval():  # it is kept: it must not belong to an outer trace
            return self._layout.pack(self._prologue(*arrays))

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

    @cached_property
    def run_into(self) -> Callable[..., Any]:
        """The function of the arrays it takes, behind a list of arrays that it writes into (X28).

        The list has an array for each result, of its type; they are given up. It is compiled now.
        """
        run = jax.jit(lambda _, *arrays: self._of_arrays(*arrays), **_GIVEN_UP)
        targets = jax.tree_util.tree_leaves(jax.eval_shape(self._of_arrays, *self._types))
        start = time.perf_counter()
        with executables.timed():
            run.lower(list(map(_strong, targets)), *self._types).compile()
        self.compile_seconds += time.perf_counter() - start
        return run

    def lowered(self) -> Any:
        """Lower it for its own types: a `jax.stages.Lowered`."""
        types: list[Any] = list(self._types)
        if self._layout is not None:
            packed = jax.eval_shape(lambda *arrays: self.pack(arrays), *types)
            types = [_strong(self._all[0]), packed]
        return self.quick.lower(*types)

    def _of_arrays(self, *arrays: Any) -> Any:
        given = dict(zip(self.taken, arrays, strict=True))
        free = [
            given[place] if place in given else jnp.zeros(one.shape, one.dtype)
            for place, one in enumerate(self._all[: self._count])
        ]
        fixed = [array for place, array in given.items() if place >= self._count]
        return self._out_tree.unflatten(self._body(free, fixed))

    def _of_vector(self, x: Any, packed: Any) -> Any:
        assert self._layout is not None
        wanted = self._all[0]
        if (
            getattr(x, "shape", None) != wanted.shape
            or x.dtype != wanted.dtype
            or getattr(x, "weak_type", False)
        ):
            raise MismatchError
        return self._out_tree.unflatten(self._body([x], self._layout.unpack(packed)))


def _strong(one: jax.ShapeDtypeStruct) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(one.shape, one.dtype)


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
    compression: Compression | None = None,
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
        compression: how a Jacobian is computed in fewer passes.
        cache: whether to look in the cache, and to keep it there.
    """

    def make() -> Executable:
        why = history.add(signature, Variant(mode, of, vector, batch))
        start = time.perf_counter()
        notes: list[str] = []
        run = lower(signature, program, of, notes.append)
        run = of_vector(signature, run) if vector else run
        if compression is None:
            run = differentiated(run, mode, forward=forward)
        else:
            run = compressed(run, compression, signature.free_types)
            notes.append(f"{compression.passes} of {sum(signature.sizes)} passes for the Jacobian")
        free = [signature.flat_type] if vector else signature.free_types
        if mode in ALONG:
            run, free = _beside(run, vector=vector), _doubled(free, vector=vector)
        made = Executable(
            lambda free, fixed: run(free[0] if vector else free, fixed),
            free,
            signature.fixed_types,
            vector=vector,
            packed=len(number_types(signature.structure)),
            numbers=len(program.numbers),
            batch=None if batch is None else (batch, piece(batch, width)),
            fold="context" in signature.rewrites,
        )
        made.why, made.trace_seconds = why, time.perf_counter() - start
        made.notes = (*dict.fromkeys(notes), *made.notes)
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
