"""One mode of a problem as a function of the flat vector alone, with next to nothing in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from parax.engine import Executable, Mode, Specialised, Walk, free_arrays
from parax.graph import Graph
from parax.parameters import is_concrete
from parax.problems._vector import FlatVector


class Bound:
    """The arrays that a problem is bound to, and what its modes make of them.

    Args:
        made: the expression, specialised for these arrays.
        arrays: those of the inputs, then the expression's own.
    """

    def __init__(self, made: Specialised, arrays: Sequence[Any]) -> None:
        self._made = made
        self._arrays = arrays
        self._concrete = all(map(is_concrete, arrays))
        self.vector = FlatVector(made.signature, made.free.own)

    def function(self, mode: Mode) -> Callable[[Any], Any]:
        """Give a mode as a function of the flat vector.

        Arrays go straight to the executable, which refuses those of another shape or dtype while
        it looks at their type, at no cost for the others. Such a refusal is slow, so that after
        the first one arrays are looked at before.
        """
        executable, rest = self._packed(mode, None)
        quick, run, checked = executable.quick, executable.run, self.vector.checked
        concrete = self._concrete
        straight: set[type] = set()
        refused = False

        def call(x: Any) -> Any:
            nonlocal refused
            if type(x) in straight:
                try:
                    return quick(x, rest)
                except TypeError:
                    straight.clear()
                    refused = True
                except ValueError:  # in a trace of JAX
                    return run(x, rest)
            array = checked(x)
            if concrete and is_concrete(array):
                executable.compile()
                if not refused:
                    straight.update((type(array), np.ndarray))
            return run(array, rest)

        return call

    def batch(self, mode: Mode, count: int) -> Callable[[jax.Array], Any]:
        """Give a mode as a function of as many vectors, one a row."""
        executable, rest = self._packed(mode, count)

        def call(rows: jax.Array) -> Any:
            if self._concrete and is_concrete(rows):
                executable.compile()
            return executable.run(rows, rest)

        return call

    def directed(self, mode: Mode) -> Callable[[jax.Array], Any]:
        """Give a mode that takes a direction, as a function of two rows: point and direction."""
        executable, rest = self._packed(mode, None)

        def call(both: jax.Array) -> Any:
            if self._concrete and is_concrete(both):
                executable.compile()
            return executable.run(both, rest)

        return call

    def _packed(self, mode: Mode, batch: int | None) -> tuple[Any, Any]:
        executable = self._made.executable(mode, vector=True, batch=batch)
        order = self._made.order(executable, mode)
        return executable, executable.pack([self._arrays[place] for place in order])

    def x0(self) -> jax.Array:
        """Give the free arrays as they are, as one vector."""
        return self.vector.joined([self._arrays[place] for place in self._made.signature.free])

    def executable(self, mode: Mode) -> Executable:
        """Give what computes a mode of the flat vector."""
        return self._made.executable(mode, vector=True)

    def closed(self, mode: Mode) -> Callable[[Any], Any]:
        """Give a mode as a function of the flat vector that holds all the rest, unchecked."""
        executable, rest = self._packed(mode, None)
        return lambda x: executable.run(x, rest)

    def walk(self, graph: Graph, x: jax.Array) -> Walk:
        """Evaluate the expression node by node at a vector."""
        signature = self._made.signature
        arrays = list(self._arrays)
        for place, part in zip(signature.free, free_arrays(signature, x), strict=True):
            arrays[place] = part
        return Walk(graph, signature, arrays)
