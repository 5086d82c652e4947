"""Q7: what is done to the parameters of a module, at growing sizes: linear, not quadratic.

The other column is the same work on a tenth of the parameters: linear growth is a ratio of 10.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

import parax
from benchmarks.measure import Effort, time_once
from benchmarks.registry import Row

SIZES = (100, 1_000, 10_000)
GROWTH = 12.0
"""What ten times the parameters may cost at most."""


class Leaf(parax.Module):
    """Ten parameters."""

    values: list[parax.Parameter]


class Flat(parax.Module):
    """All parameters in one list."""

    values: list[parax.Parameter]


class Nested(parax.Module):
    """Ten parameters a submodule."""

    parts: list[Leaf]


def flat(count: int) -> Any:
    """Give a module with its parameters in one list."""
    return Flat([parax.Parameter(float(i)) for i in range(count)])


def nested(count: int) -> Any:
    """Give a module with its parameters in submodules."""
    return Nested(
        [Leaf([parax.Parameter(float(i)) for i in range(10)]) for _ in range(count // 10)]
    )


def _saved(model: Any) -> bytes:
    file = io.BytesIO()
    parax.save(file, model)
    return file.getvalue()


def _works(model: Any) -> dict[str, Callable[[], Any]]:
    file = _saved(model)
    vector = model.flat_param_values() + 1.0
    return {
        "names": lambda: len(model.param_names()),
        "flat values": lambda: float(jnp.sum(model.flat_param_values())),
        "with_params": lambda: type(model.with_params(vector)) is type(model),
        "partition": lambda: len(parax.partition(model)),
        "save": lambda: len(_saved(model)) // 10_000_000,
        "load": lambda: parax.load(io.BytesIO(file)).num_params,
    }


def run(effort: Effort) -> list[Row]:
    """Measure each work at each size, against a tenth of the size."""
    sizes = SIZES if effort.seconds else (10, 100)
    rows = []
    for shape in (flat, nested):
        best: dict[tuple[str, int], float] = {}
        for size in sizes:
            for name, work in _works(shape(size)).items():
                work()
                best[name, size] = min(time_once(work)[0] for _ in range(min(effort.rounds, 5)))
        for small, large in itertools.pairwise(sizes):
            for name in _works(shape(small)):
                ours, theirs = best[name, large], best[name, small]
                ratio = ours / theirs
                what = f"{shape.__name__}: {name}, {large:,} parameters; other: {small:,}"
                rows.append(Row(what, ours, theirs, ratio, ratio, GROWTH, large, large))
    return rows
