"""CasADi: a scalar graph in its virtual machine, and as C, called through its buffers."""

# pyright: reportMissingImports=false, reportArgumentType=false

from __future__ import annotations

import shutil
from typing import Any

import casadi
import numpy as np

from benchmarks.by_hand import START
from benchmarks.peers.contestant import Contestant
from benchmarks.peers.pairs import OMEGA, goals

VERSION_OF = "casadi"
_COMPILED = {
    "jit": True,
    "compiler": "shell",
    "jit_options": {"flags": ["-O3", "-march=native"], "verbose": False},
}


class Buffered:
    """A function that is called through buffers: what CasADi offers against overhead.

    Args:
        function: of the eight parameters.
        options: how it is compiled.
    """

    def __init__(self, function: Any) -> None:
        self._buffer, self._run = function.buffer()
        self._x = np.array(START)
        self._results = [np.zeros(function.size_out(i)) for i in range(function.n_out())]
        self._buffer.set_arg(0, memoryview(self._x))
        for place, result in enumerate(self._results):
            self._buffer.set_res(place, memoryview(result))

    def __call__(self) -> list[np.ndarray]:
        """Compute once more."""
        self._run()
        return self._results


def contestants() -> list[Contestant]:
    """Give the functions; as C if there is a compiler."""
    x = casadi.SX.sym("x", START.size)
    objective = goals(x, casadi.SX(OMEGA), casadi.log10, casadi.fmax, _mean)
    both = [objective, casadi.gradient(objective, x)]
    made = [_contestant("SX, virtual machine", x, both, {})]
    if shutil.which("gcc"):
        made.append(_contestant("SX, as C by gcc -O3", x, both, _COMPILED))
    return made


def _contestant(name: str, x: Any, both: list[Any], options: dict[str, Any]) -> Contestant:
    value = Buffered(casadi.Function("value", [x], both[:1], options))
    whole = Buffered(casadi.Function("both", [x], both, options))

    def value_and_gradient() -> tuple[Any, Any]:
        found, gradient = whole()
        return found, gradient

    return Contestant(name, lambda: value()[0], value_and_gradient)


def _mean(vector: Any) -> Any:
    return casadi.sum1(vector) / vector.size1()
