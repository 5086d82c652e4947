"""Timing of several contestants in interleaved rounds, results blocked on, compiled beforehand."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Args:
        rounds: how many rounds; each contestant has one turn in each.
        seconds: how long a turn lasts, about.
    """

    rounds: int = 31
    seconds: float = 0.02


TINY = Effort(rounds=1, seconds=0.0)
"""Only enough to compare results."""


@dataclass(frozen=True)
class Timing:
    """Seconds a call, over rounds: the middle one, and the best."""

    median: float
    best: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """Give that of some rounds."""
        return cls(statistics.median(seconds), min(seconds))


def time_calls(contestants: Mapping[str, Callable[[], Any]], effort: Effort) -> dict[str, Timing]:
    """Time functions side by side.

    Noise of the machine that lasts longer than a round hits all alike, so that ratios are steadier
    than times.

    Args:
        contestants: functions without arguments, by name; each result is blocked on.
        effort: how long to measure.
    """
    calls = {name: _calls(run, effort) for name, run in contestants.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    gc.collect()
    for number in range(effort.rounds):
        for name in names if number % 2 else reversed(names):
            seconds[name].append(_turn(contestants[name], calls[name]) / calls[name])
    return {name: Timing.of(own) for name, own in seconds.items()}


def _calls(run: Callable[[], Any], effort: Effort) -> int:
    """Warm up, and find how many calls make a turn."""
    jax.block_until_ready(run())
    return max(1, round(effort.seconds / max(_turn(run, 3) / 3, 1e-7)))


def _turn(run: Callable[[], Any], calls: int) -> float:
    block = jax.block_until_ready
    start = time.perf_counter()
    for _ in range(calls):
        block(run())
    return time.perf_counter() - start


def time_once(run: Callable[[], Any]) -> tuple[float, Any]:
    """Give the seconds of one call, and its result."""
    gc.collect()
    start = time.perf_counter()
    result = jax.block_until_ready(run())
    return time.perf_counter() - start, result
