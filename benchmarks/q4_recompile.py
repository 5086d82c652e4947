"""Q4: the second compile of the same expression, and of one with other constants.

From text to the first value and gradient: parse, build, validate, bind, trace and compile. The
second time nothing is traced, and what is left is parse, build and bind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

import parax
from benchmarks.by_hand import FREQUENCY, LIMITS, closed_over
from benchmarks.ladder import ladder, objective
from benchmarks.measure import Effort, Timing, time_once
from benchmarks.registry import Row

TARGET = 0.01


def run(effort: Effort) -> list[Row]:
    """Measure the first compile, and the second of the same and of a changed expression."""
    model = ladder()
    changed = tuple(limit - 1 for limit in LIMITS)

    def compile_(limits: tuple[float, ...] = LIMITS) -> Any:
        problem = parax.problem(objective(limits), model, FREQUENCY)
        return problem.value_and_gradient(problem.x0)

    def hand() -> Any:
        return jax.jit(jax.value_and_grad(closed_over()))(jnp.asarray(ladder_start))

    ladder_start = [float(one.value) for one in model.values]
    first: list[float] = []
    by_hand: list[float] = []
    value = wanted = 0.0
    for _ in range(max(1, min(effort.rounds, 5))):
        parax.clear_cache()
        jax.clear_caches()
        spent, (value, _) = time_once(compile_)
        first.append(spent)
        jax.clear_caches()
        spent, (wanted, _) = time_once(hand)
        by_hand.append(spent)
    rows = [
        Row.of(
            "first compile; other: jit by hand",
            Timing.of(first),
            Timing.of(by_hand),
            None,
            float(value),
            float(wanted),
        )
    ]
    compile_()  # what was cleared is there again
    rows += [
        _again("the same text; other: the first", compile_, first, effort, float(value)),
        _again(
            "other constants; other: the first",
            lambda: compile_(changed),
            first,
            effort,
            float(jax.jit(closed_over(changed))(jnp.asarray(ladder_start))),
        ),
    ]
    return rows


def _again(
    what: str, compile_: Callable[[], Any], first: list[float], effort: Effort, wanted: float
) -> Row:
    before = parax.cache_info().traces
    runs = [time_once(compile_) for _ in range(effort.rounds)]
    seconds = [spent for spent, _ in runs]
    return Row.of(
        what,
        Timing.of(seconds),
        Timing.of(first),
        TARGET,
        float(runs[0][1][0]),
        wanted,
        f"{parax.cache_info().traces - before} traces",
    )
