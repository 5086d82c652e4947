"""Q9: the ladder's value and gradient for many vectors at once, against one `vmap` by hand."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import parax
from benchmarks.by_hand import FREQUENCY, START, closed_over
from benchmarks.ladder import ladder, objective
from benchmarks.measure import Effort, time_calls
from benchmarks.registry import Row

COUNT = 4096
CHUNKS = (64, 128, 256, 512)
TARGETS = {"one vmap": 0.5, "the best of chunks": 1.05}


def run(effort: Effort) -> list[Row]:
    """Measure a batch against one `vmap`, and against the best of some sizes of chunks."""
    count = COUNT if effort.seconds else 8
    chance = np.random.default_rng(0)
    rows = jnp.asarray(START * (1 + 0.01 * chance.standard_normal((count, len(START)))))
    problem = parax.problem(objective(), ladder(), FREQUENCY)
    one = jax.value_and_grad(closed_over())
    whole = jax.jit(jax.vmap(one))
    contestants: dict[str, Any] = {
        "parax": lambda: problem.batch(rows, gradient=True),
        "one vmap": lambda: whole(rows),
    }
    for size in CHUNKS:
        chunked = jax.jit(lambda rows, size=size: jax.lax.map(one, rows, batch_size=size))
        contestants[f"chunks of {size}"] = lambda chunked=chunked: chunked(rows)
    values = {name: float(jnp.sum(work()[0])) for name, work in contestants.items()}
    timings = time_calls(contestants, Effort(min(effort.rounds, 7), effort.seconds))
    best = min((f"chunks of {size}" for size in CHUNKS), key=lambda name: timings[name].median)
    ours = timings["parax"]
    return [
        Row.of(
            f"{count:,} vectors, value+gradient; other: {label}",
            ours,
            timings[name],
            TARGETS[label],
            values["parax"],
            values[name],
            note,
        )
        for label, name, note in (
            ("one vmap", "one vmap", ""),
            ("the best of chunks", best, best),
        )
    ]
