"""parax, of this checkout: a problem, and a compiled expression that is called with the model."""

from __future__ import annotations

import parax
from benchmarks.by_hand import FREQUENCY
from benchmarks.ladder import ladder, objective
from benchmarks.peers.contestant import Contestant

VERSION_OF = "parax"


def contestants() -> list[Contestant]:
    """Give the problem at its start."""
    problem = parax.problem(objective(), ladder(), FREQUENCY)
    x = problem.x0
    return [Contestant("parax.problem", lambda: problem(x), lambda: problem.value_and_gradient(x))]
