"""eqxpress: expressions under `jit`."""

# pyright: reportMissingImports=false

from __future__ import annotations

from typing import Any

import eqxpress as eqp
import jax
import jax.numpy as jnp

from benchmarks.by_hand import FREQUENCY, LIMITS, START, decibels, scattering
from benchmarks.peers.contestant import Contestant

VERSION_OF = "eqxpress"


def contestants() -> list[Contestant]:
    """Give the expressions under `jit`."""
    frequency = jnp.asarray(FREQUENCY)
    s11 = eqp.Lambda(lambda x: decibels(scattering(x, frequency)[0]))
    s21 = eqp.Lambda(lambda x: decibels(scattering(x, frequency)[1]))

    def cost(expression: Any) -> Any:
        return eqp.Reduce(eqp.Map(lambda v: jnp.maximum(v, 0) ** 2, expression), jnp.mean)

    objective = (
        cost(eqp.Index(s11, slice(0, 60)) - LIMITS[0])
        + cost(eqp.Index(s11, slice(20, 40)) - LIMITS[1])
        + cost(LIMITS[2] - eqp.Index(s21, slice(0, 60)))
        + cost(eqp.Index(s21, slice(120, 201)) - LIMITS[3])
        + cost(eqp.Index(s21, slice(150, 201)) - LIMITS[4])
    )

    def of_vector(x: jax.Array) -> Any:
        return objective(x)

    x, value, both = jnp.asarray(START), jax.jit(of_vector), jax.jit(jax.value_and_grad(of_vector))
    return [Contestant("expressions under jit", lambda: value(x), lambda: both(x))]
