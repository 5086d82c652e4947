"""Q1: one call, value and value+gradient, of an 8-parameter ladder, 201 points, 5 goals.

Written by hand there are two floors: with the sweep closed over it is a constant of the program,
which saves an argument but which XLA does not always use well; as an argument it costs a fraction
of a microsecond more at each call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

import parax
from benchmarks.by_hand import FREQUENCY, LIMITS, by_hand, closed_over
from benchmarks.ladder import ladder, objective
from benchmarks.measure import Effort, time_calls
from benchmarks.registry import Row

TARGET = 1.05


def run(effort: Effort) -> list[Row]:
    """Measure a problem against both floors, and a tiny function, which is all overhead."""
    problem = parax.problem(objective(), ladder(), FREQUENCY)
    x, frequency, limits = problem.x0, jnp.asarray(FREQUENCY), jnp.asarray(LIMITS)
    return [
        *_rows(
            "value", problem, jax.jit(closed_over()), jax.jit(by_hand), x, frequency, limits, effort
        ),
        *_rows(
            "value+gradient",
            problem.value_and_gradient,
            jax.jit(jax.value_and_grad(closed_over())),
            jax.jit(jax.value_and_grad(by_hand)),
            x,
            frequency,
            limits,
            effort,
        ),
        *_overhead(effort),
        *_unbound(effort),
    ]


def _rows(
    what: str,
    ours: Callable[..., Any],
    constant: Callable[..., Any],
    argument: Callable[..., Any],
    x: jax.Array,
    frequency: jax.Array,
    limits: jax.Array,
    effort: Effort,
) -> list[Row]:
    contestants = {
        "parax": lambda: ours(x),
        "sweep closed over": lambda: constant(x),
        "sweep an argument": lambda: argument(x, frequency, limits),
    }
    return _compared(what, contestants, effort, TARGET)


def _overhead(effort: Effort) -> list[Row]:
    problem = parax.problem("(a - 1.5)**2 + b**2", {"a": jnp.array(3.0), "b": jnp.array(1.0)})
    x = problem.x0

    def hand(x: jax.Array) -> jax.Array:
        return (x[0] - 1.5) ** 2 + x[1] ** 2

    rows = []
    for what, ours, theirs in [
        ("tiny, value", problem, jax.jit(hand)),
        ("tiny, value+gradient", problem.value_and_gradient, jax.jit(jax.value_and_grad(hand))),
    ]:
        contestants = {"parax": lambda f=ours: f(x), "by hand": lambda f=theirs: f(x)}
        rows += _compared(what, contestants, effort, None)
    return rows


def _unbound(effort: Effort) -> list[Row]:
    """Measure a call with the model itself, whose leaves are gathered at every call."""
    model = ladder()
    frequency = jnp.asarray(FREQUENCY)
    compiled = parax.compile(objective(), model, frequency)

    @jax.jit
    def theirs(model: Any, frequency: jax.Array) -> jax.Array:
        return by_hand(jnp.stack([jnp.asarray(one) for one in model.values]), frequency, LIMITS)

    contestants = {
        "parax": lambda: compiled(model, frequency),
        "jit of the model": lambda: theirs(model, frequency),
    }
    return _compared("compiled(model), value", contestants, effort, None)


def _compared(
    what: str, contestants: dict[str, Callable[[], Any]], effort: Effort, target: float | None
) -> list[Row]:
    values = {name: _first(run()) for name, run in contestants.items()}
    timings = time_calls(contestants, effort)
    ours = timings["parax"]
    return [
        Row.of(f"{what}; other: {name}", ours, theirs, target, values["parax"], values[name])
        for name, theirs in timings.items()
        if name != "parax"
    ]


def _first(result: Any) -> float:
    return float(jax.tree_util.tree_leaves(result)[0])
