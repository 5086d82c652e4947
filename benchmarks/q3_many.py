"""Q3: how the time to compile grows with the number of goals: from text to the first gradient."""

from __future__ import annotations

import statistics
from typing import Any

import jax
import jax.numpy as jnp

import parax
from benchmarks.by_hand import FREQUENCY, START
from benchmarks.goals import by_hand, text
from benchmarks.ladder import ladder
from benchmarks.measure import Effort, time_once
from benchmarks.registry import Row

TARGETS = {1_000: 2.0, 10_000: 5.0}
FEW = 10


def run(effort: Effort) -> list[Row]:
    """Measure each number of goals against ten."""
    counts = [FEW, *TARGETS] if effort.seconds else [FEW, 20]
    seconds: dict[int, list[float]] = {count: [] for count in counts}
    values: dict[int, float] = {}
    for _ in range(max(1, min(effort.rounds, 3))):
        for count in counts:
            parax.clear_cache()
            jax.clear_caches()
            spent, values[count] = time_once(lambda count=count: _first(count))
            seconds[count].append(spent)
    few = seconds[FEW]
    return [
        Row(
            f"text of {count:,} goals to first value+gradient; other: {FEW}",
            statistics.median(seconds[count]),
            statistics.median(few),
            statistics.median(seconds[count]) / statistics.median(few),
            min(seconds[count]) / min(few),
            TARGETS.get(count),
            values[count],
            float(jax.jit(by_hand(count))(jnp.asarray(START))),
        )
        for count in counts[1:]
    ]


def _first(count: int) -> float:
    problem: Any = parax.problem(text(count), ladder(), FREQUENCY)
    return float(problem.value_and_gradient(problem.x0)[0])
