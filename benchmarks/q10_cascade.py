"""Q10: a model written as a cascade of 2 x 2 matrices with `@`, against `jit` of that code."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

import parax
from benchmarks.by_hand import FREQUENCY, START
from benchmarks.measure import Effort, time_calls
from benchmarks.registry import Row

TARGET = 0.3


def response(x: Any, frequency: Any) -> jax.Array:
    """Give the transmission of the ladder from chain matrices, as a person writes them."""
    omega = 2 * jnp.pi * frequency
    one, zero = jnp.ones_like(omega) + 0j, jnp.zeros_like(omega) + 0j
    chain = None
    for inductance, capacitance in zip(x[0::2], x[1::2], strict=True):
        series = jnp.array([[one, 1j * omega * inductance], [zero, one]]).transpose(2, 0, 1)
        shunt = jnp.array([[one, zero], [1e-3j * omega * capacitance, one]]).transpose(2, 0, 1)
        section = series @ shunt
        chain = section if chain is None else chain @ section
    assert chain is not None
    a, b, c, d = chain[:, 0, 0], chain[:, 0, 1], chain[:, 1, 0], chain[:, 1, 1]
    return 2 / (a + b / 50 + c * 50 + d)


class Cascade(parax.Module):
    """The ladder as a cascade."""

    values: list[parax.Parameter]

    @parax.feature
    def s21(self, frequency: Any) -> jax.Array:
        """The transmission."""
        return response([jnp.asarray(value) for value in self.values], frequency)


def by_hand(x: jax.Array, frequency: jax.Array) -> jax.Array:
    """Give the objective of the naive model."""
    return jnp.mean(jnp.abs(response(list(x), frequency)) ** 2)


def run(effort: Effort) -> list[Row]:
    """Measure value and gradient."""
    model = Cascade([parax.Parameter(float(value)) for value in START])
    problem = parax.problem("mean(abs(s21)**2)", model, FREQUENCY)
    x, frequency = problem.x0, jnp.asarray(FREQUENCY)
    theirs = jax.jit(jax.value_and_grad(by_hand))
    contestants: dict[str, Any] = {
        "parax": lambda: problem.value_and_gradient(x),
        "by hand": lambda: theirs(x, frequency),
    }
    values = {name: float(work()[0]) for name, work in contestants.items()}
    timings = time_calls(contestants, effort)
    ours, hand = timings["parax"], timings["by hand"]
    return [
        Row.of(
            "cascade of 2 x 2 matrices, value+gradient; other: jit of the same code",
            ours,
            hand,
            TARGET,
            values["parax"],
            values["by hand"],
        )
    ]
