"""Q9: the ladder's value and gradient for many vectors at once, against one `vmap` by hand."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import parax
from benchmarks.by_hand import FREQUENCY, START, closed_over
from benchmarks.ladder import ladder, objective
from benchmarks.measure import Effort, Timing, time_calls, time_once
from benchmarks.registry import Row

Batch = Callable[[jax.Array], Any]
CHUNKS = (64, 128, 256, 512)
ONE, BEST = "one vmap", "the best of chunks"
TARGETS = {ONE: 0.5, BEST: 1.05}


def run(effort: Effort) -> list[Row]:
    """Measure batches against one `vmap`, and against the best of some sizes of chunks.

    A million vectors in one `vmap` would take some 100 GB: they are compared with what was best.
    """
    few, many = (4096, 1_000_000) if effort.seconds else (8, 12)
    problem = parax.problem(objective(), ladder(), FREQUENCY)
    rows = _vectors(few)
    works = {"parax": _batch(problem), ONE: jax.jit(jax.vmap(_slope()))}
    works |= {f"chunks of {size}": _chunked(size) for size in CHUNKS}
    values = {name: float(jnp.sum(work(rows)[0])) for name, work in works.items()}
    # Several calls a turn: one `vmap` leaves the memory in another state than the others do.
    turns = Effort(min(effort.rounds, 7), 10 * effort.seconds)
    timings = time_calls({name: functools.partial(f, rows) for name, f in works.items()}, turns)
    best = min((f"chunks of {size}" for size in CHUNKS), key=lambda name: timings[name].median)
    return [
        Row.of(
            f"{few:,} vectors, value+gradient; other: {label}",
            timings["parax"],
            timings[name],
            TARGETS[label],
            values["parax"],
            values[name],
            name if label == BEST else "",
        )
        for label, name in ((ONE, ONE), (BEST, best))
    ] + [_large(works["parax"], works[best], _vectors(many), best, min(effort.rounds, 3))]


def _large(ours: Batch, theirs: Batch, rows: jax.Array, best: str, rounds: int) -> Row:
    works = {"ours": ours, "theirs": theirs}
    values = {name: float(jnp.sum(work(rows)[0])) for name, work in works.items()}  # compiles
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            seconds[name].append(time_once(functools.partial(work, rows))[0])
    return Row.of(
        f"{len(rows):,} vectors, value+gradient; other: {BEST}",
        Timing.of(seconds["ours"]),
        Timing.of(seconds["theirs"]),
        TARGETS[BEST],
        values["ours"],
        values["theirs"],
        best,
    )


def _vectors(count: int) -> jax.Array:
    chance = np.random.default_rng(0)
    return jnp.asarray(START * (1 + 0.01 * chance.standard_normal((count, len(START)))))


def _batch(problem: Any) -> Batch:
    return lambda rows: problem.batch(rows, gradient=True)


def _chunked(size: int) -> Batch:
    return jax.jit(lambda rows: jax.lax.map(_slope(), rows, batch_size=size))


def _slope() -> Callable[..., Any]:
    return jax.value_and_grad(closed_over())
