"""Q3: how the time to compile grows with the number of goals.

From the expression to the first value and gradient; and the same with the reading of its text.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import jax
import jax.numpy as jnp

import parax
from benchmarks.by_hand import FREQUENCY, START
from benchmarks.goals import by_hand, text
from benchmarks.ladder import ladder
from benchmarks.measure import Effort, Timing, time_once
from benchmarks.registry import Row

TARGETS = {1_000: 2.0, 10_000: 5.0}
FEW = 10


def run(effort: Effort) -> list[Row]:
    """Measure each number of goals against ten."""
    counts = [FEW, *TARGETS] if effort.seconds else [FEW, 20]
    kinds = {"expression": lambda count: parax.parse(text(count)), "text": text}
    seconds: dict[tuple[str, int], list[float]] = {}
    values: dict[int, float] = {}
    for _ in range(max(1, min(effort.rounds, 5))):
        for what, count in itertools.product(kinds, counts):
            parax.clear_cache()
            jax.clear_caches()
            objective = kinds[what](count)
            spent, values[count] = time_once(functools.partial(_first, objective))
            seconds.setdefault((what, count), []).append(spent)
    wanted = {count: float(jax.jit(by_hand(count))(jnp.asarray(START))) for count in counts[1:]}
    return [
        Row.of(
            f"{what} of {count:,} goals to first value+gradient; other: {FEW}",
            Timing.of(seconds[what, count]),
            Timing.of(seconds[what, FEW]),
            TARGETS.get(count) if what == "expression" else None,
            values[count],
            wanted[count],
        )
        for count in counts[1:]
        for what in kinds
    ]


def _first(objective: Any) -> float:
    problem: Any = parax.problem(objective, ladder(), FREQUENCY)
    return float(problem.value_and_gradient(problem.x0)[0])
