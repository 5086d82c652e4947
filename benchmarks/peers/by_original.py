"""parax 0.4.15, with its operators, compiled by `jit`: of a flat vector, and of the module."""

# It is another parax than the one that is checked here.
# pyright: basic, reportCallIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

import parax as prx
from benchmarks.by_hand import FREQUENCY, LIMITS, START, decibels, scattering
from benchmarks.peers.contestant import Contestant

VERSION_OF = "parax"


def contestants() -> list[Contestant]:
    """Give the operators under `jit`."""

    class Ladder(prx.Module):
        values: list[prx.Parameter]

        def s(self, frequency: Any) -> tuple[jax.Array, jax.Array]:
            return scattering([jnp.asarray(value) for value in self.values], frequency)

        def s11_db(self, frequency: Any) -> jax.Array:
            return decibels(self.s(frequency)[0])

        def s21_db(self, frequency: Any) -> jax.Array:
            return decibels(self.s(frequency)[1])

    s11, s21 = prx.op.Method("s11_db"), prx.op.Method("s21_db")

    def cost(operator: Any) -> Any:
        return prx.op.Reduce(prx.op.Map(lambda v: jnp.maximum(v, 0) ** 2, operator), jnp.mean)

    objective = (
        cost(prx.op.Index(s11, slice(0, 60)) - LIMITS[0])
        + cost(prx.op.Index(s11, slice(20, 40)) - LIMITS[1])
        + cost(LIMITS[2] - prx.op.Index(s21, slice(0, 60)))
        + cost(prx.op.Index(s21, slice(120, 201)) - LIMITS[3])
        + cost(prx.op.Index(s21, slice(150, 201)) - LIMITS[4])
    )
    frequency = jnp.asarray(FREQUENCY)
    model, x = Ladder([prx.Parameter(value) for value in START]), jnp.asarray(START)

    def of_vector(x: jax.Array) -> jax.Array:
        return objective(model.with_params(x), frequency)

    def of_module(model: Any) -> jax.Array:
        return objective(model, frequency)

    value, both = jax.jit(of_vector), jax.jit(jax.value_and_grad(of_vector))
    whole = eqx.filter_jit(of_module)
    whole_both = eqx.filter_jit(eqx.filter_value_and_grad(of_module))
    return [
        Contestant("operators under jit, of a vector", lambda: value(x), lambda: both(x)),
        Contestant(
            "operators under eqx.filter_jit, of the module",
            lambda: whole(model),
            lambda: whole_both(model),
        ),
    ]
