"""Q2: a hundred goals on one model and sweep, value and gradient: the call, and the compile."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

import parax
from benchmarks.by_hand import FREQUENCY, START
from benchmarks.goals import by_hand, text
from benchmarks.ladder import ladder
from benchmarks.measure import Effort, Timing, time_calls, time_once
from benchmarks.registry import Row

GOALS = 100
RUN, COMPILE = 1.05, 1.5


def run(effort: Effort) -> list[Row]:
    """Measure parax against goals that were vectorised by hand."""
    model, x = ladder(), jnp.asarray(START)
    written = text(GOALS)

    def ours() -> Any:
        problem = parax.problem(written, model, FREQUENCY)
        return problem.value_and_gradient(problem.x0)

    def theirs() -> Any:
        return jax.jit(jax.value_and_grad(by_hand(GOALS)))(x)

    compiles: dict[str, list[float]] = {"ours": [], "theirs": []}
    values: dict[str, float] = {}
    for _ in range(max(1, min(effort.rounds, 5))):
        for name, work in (("ours", ours), ("theirs", theirs)):
            parax.clear_cache()
            jax.clear_caches()
            seconds, (value, _) = time_once(work)
            compiles[name].append(seconds)
            values[name] = float(value)
    problem = parax.problem(written, model, FREQUENCY)
    function, start = problem.value_and_gradient, problem.x0
    hand = jax.jit(jax.value_and_grad(by_hand(GOALS)))
    calls = time_calls({"ours": lambda: function(start), "theirs": lambda: hand(x)}, effort)
    return [
        Row.of(
            f"{GOALS} goals, value+gradient; other: vectorised by hand",
            calls["ours"],
            calls["theirs"],
            RUN,
            values["ours"],
            values["theirs"],
        ),
        Row.of(
            f"{GOALS} goals, text to first value+gradient; other: by hand",
            Timing.of(compiles["ours"]),
            Timing.of(compiles["theirs"]),
            COMPILE,
            values["ours"],
            values["theirs"],
        ),
    ]
