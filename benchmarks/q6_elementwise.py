"""Q6: elementwise expressions on ten million numbers, against numexpr on the same cores.

With `out=` both write into memory that is there already; without it most of the time of plain
arithmetic is that of new memory. numexpr is no dependency: where it is not installed the other side
is `jax.jit` of the same expression, which takes new memory at each call.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import parax
from benchmarks.measure import Effort, time_calls
from benchmarks.registry import Row

TARGET = 1.0


@dataclass(frozen=True)
class Work:
    """One expression: as a text for parax and for numexpr, and as a function for JAX."""

    text: str
    numexpr: str
    jax: Callable[[Any, Any], Any]


WORKS = {
    "arithmetic": Work("2*a + 3*b - a*b", "2*a + 3*b - a*b", lambda a, b: 2 * a + 3 * b - a * b),
    "quotient": Work(
        "a**2 + b/(1 + a**2)", "a**2 + b/(1 + a**2)", lambda a, b: a**2 + b / (1 + a**2)
    ),
    "sin": Work("sin(a)*b + 1", "sin(a)*b + 1", lambda a, b: jnp.sin(a) * b + 1),
    "where": Work(
        "a - b if a > b else a*b",
        "where(a > b, a - b, a*b)",
        lambda a, b: jnp.where(a > b, a - b, a * b),
    ),
    "sin, where": Work(
        "sin(a) if a > b else a*b",
        "where(a > b, sin(a), a*b)",
        lambda a, b: jnp.where(a > b, jnp.sin(a), a * b),
    ),
}


class Reusing:
    """Calls a compiled expression again and again, giving up what the last call gave."""

    def __init__(self, compiled: Any, inputs: dict[str, Any]) -> None:
        self._compiled, self._inputs = compiled, inputs
        self._held = compiled(inputs=inputs)

    def __call__(self) -> jax.Array:
        """Compute once more."""
        self._held = self._compiled(inputs=self._inputs, out=self._held)
        return self._held


def run(effort: Effort) -> list[Row]:
    """Measure each expression with `out=` on both sides, and without."""
    count = 10_000_000 if effort.seconds else 1_000
    random = np.random.default_rng(0)
    a, b = (jnp.asarray(random.normal(size=count), jnp.result_type(float)) for _ in "ab")
    effort = replace(effort, rounds=min(effort.rounds, 15))
    return [row for name, work in WORKS.items() for row in _compared(name, work, a, b, effort)]


def _compared(name: str, work: Work, a: jax.Array, b: jax.Array, effort: Effort) -> list[Row]:
    compiled, inputs = parax.compile(work.text), {"a": a, "b": b}
    contestants = {"out=": Reusing(compiled, inputs), "new": lambda: compiled(inputs=inputs)}
    other, theirs = _others(work, a, b)
    values = {key: float(jnp.sum(jnp.abs(call()))) for key, call in (contestants | theirs).items()}
    timings = time_calls(contestants | theirs, effort)
    rows = []
    for way, against in (("out=", "their out="), ("new", "their new")):
        ours, own = timings[way], timings.get(against, timings["their new"])
        rows.append(
            Row.of(
                f"{name}, {a.dtype}, {'with out=' if way == 'out=' else 'without'}; other: {other}",
                ours,
                own,
                TARGET if way == "out=" and against in theirs else None,
                values[way],
                values.get(against, values["their new"]),
                f"to jit: {ours.median / timings['jit'].median:.2f}" if "jit" in timings else "",
            )
        )
    return rows


def _others(work: Work, a: jax.Array, b: jax.Array) -> tuple[str, dict[str, Callable[[], Any]]]:
    """Give what parax is compared with, and its name."""
    by_jax = jax.jit(work.jax)
    if find_spec("numexpr") is None:
        return "jit, as numexpr is not installed", {"their new": lambda: by_jax(a, b)}
    numexpr: Any = import_module("numexpr")
    threads = len(os.sched_getaffinity(0))
    numexpr.set_num_threads(threads)
    names, out = {"a": np.asarray(a), "b": np.asarray(b)}, np.empty(a.shape, a.dtype)
    return f"numexpr {numexpr.__version__}, {threads} threads", {
        "their out=": lambda: numexpr.evaluate(work.numexpr, names, out=out),
        "their new": lambda: numexpr.evaluate(work.numexpr, names),
        "jit": lambda: by_jax(a, b),
    }
