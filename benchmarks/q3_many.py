"""Q3: how the time to compile grows with the number of goals.

From the expression to the first value and gradient; and the same with the reading of its text.
"""

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
    compiling: dict[int, list[float]] = {count: [] for count in counts}
    reading: dict[int, list[float]] = {count: [] for count in counts}
    values: dict[int, float] = {}
    for _ in range(max(1, min(effort.rounds, 5))):
        for count in counts:
            parax.clear_cache()
            jax.clear_caches()
            read, expression = time_once(lambda count=count: parax.parse(text(count)))
            spent, values[count] = time_once(lambda e=expression: _first(e))
            compiling[count].append(spent)
            reading[count].append(read + spent)
    wanted = {count: float(jax.jit(by_hand(count))(jnp.asarray(START))) for count in counts[1:]}
    return [
        Row(
            f"{what} of {count:,} goals to first value+gradient; other: {FEW}",
            statistics.median(seconds[count]),
            statistics.median(seconds[FEW]),
            statistics.median(seconds[count]) / statistics.median(seconds[FEW]),
            min(seconds[count]) / min(seconds[FEW]),
            target,
            values[count],
            wanted[count],
        )
        for count in counts[1:]
        for what, seconds, target in (
            ("expression", compiling, TARGETS.get(count)),
            ("text", reading, None),
        )
    ]


def _first(expression: Any) -> float:
    problem: Any = parax.problem(expression, ladder(), FREQUENCY)
    return float(problem.value_and_gradient(problem.x0)[0])
