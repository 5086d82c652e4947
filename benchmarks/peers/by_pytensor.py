"""PyTensor with its Numba back end, inputs trusted as they are."""

# pyright: reportMissingImports=false

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt

from benchmarks.by_hand import START
from benchmarks.peers.contestant import Contestant
from benchmarks.peers.pairs import OMEGA, goals

VERSION_OF = "pytensor"


def contestants() -> list[Contestant]:
    """Give the functions that Numba compiled: as is the default, and as the others compute."""
    with pytensor.config.change_flags(numba__fastmath=False):
        exact = _contestant("Numba, without fast-math")
    return [_contestant("Numba, with fast-math (default)"), exact]


def _contestant(name: str) -> Contestant:
    x = pt.dvector("x")
    objective: Any = goals(x, pt.constant(OMEGA), pt.log10, pt.maximum, pt.mean)
    outputs = [objective, pytensor.grad(objective, x)]
    value = pytensor.function([x], objective, mode="NUMBA", trust_input=True)
    both = pytensor.function([x], outputs, mode="NUMBA", trust_input=True)
    start = np.array(START)
    for function in (value, both):
        function(start)  # Numba compiles now, as its flags are
    return Contestant(name, lambda: value(start), lambda: both(start))
