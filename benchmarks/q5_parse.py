"""Q5: a long sum as text: to parse it, against CPython's own parser, and to build and validate it.

The terms are products of a number and one of a few inputs, so that no two of them are one node.
Times are of the processor: nothing here waits, nor runs in other threads.
"""

from __future__ import annotations

import ast
import gc
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.measure import Effort, Timing
from benchmarks.registry import Row
from parax.dsl import parse
from parax.graph import Graph

TARGET = 8.0
MOST_SECONDS = 1.0
"""What it may take to build and validate the smaller of the two sums."""
GROWTH = 12.0
"""What ten times the terms may cost at most."""
INPUTS = {f"x{number}": 1.0 for number in range(13)}


def text(terms: int) -> str:
    """Give a sum of so many terms."""
    return " + ".join(f"{number % 7 + 0.5}*x{number % 13}" for number in range(terms))


def build(operator: Any) -> Any:
    """Build the graph of an operator, and find the shape and dtype of each node."""
    graph = Graph(operator)
    graph.infer((), INPUTS)
    return graph


def run(effort: Effort) -> list[Row]:
    """Measure two sizes, the smaller against `ast.parse`."""
    small, large = (10_000, 100_000) if effort.seconds else (50, 500)
    short, long = text(small), text(large)
    names = {one.id for one in ast.walk(_by_python(short)) if isinstance(one, ast.Name)}
    rounds = min(effort.rounds, 9)
    parsed = _times(
        {"ast": lambda: _by_python(short), "short": lambda: parse(short)}, rounds
    ) | _times({"long": lambda: parse(long)}, min(rounds, 3))
    one, many = parse(short), parse(long)
    built = _times({"short": lambda: build(one)}, rounds) | _times(
        {"long": lambda: build(many)}, min(rounds, 3)
    )
    nodes = len(build(one)), len(build(many))
    return [
        Row.of(
            f"parse {small:,} terms; other: ast.parse",
            parsed["short"],
            parsed["ast"],
            TARGET,
            len(one.inputs()),
            len(names),
        ),
        Row.of(f"parse {large:,} terms; other: {small:,}", parsed["long"], parsed["short"], GROWTH),
        Row.of(
            f"build and validate {small:,} terms; other: a second",
            built["short"],
            Timing(MOST_SECONDS, MOST_SECONDS),
            1.0,
        ),
        Row.of(
            f"build and validate {large:,} terms; other: {small:,}",
            built["long"],
            built["short"],
            GROWTH,
            nodes[1] - nodes[0],
            2 * (large - small),  # a number and a product for each term
        ),
    ]


def _by_python(source: str) -> ast.AST:
    """Parse with CPython, whose trees recurse."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        return ast.parse(source)
    finally:
        sys.setrecursionlimit(limit)


def _times(works: dict[str, Callable[[], Any]], rounds: int) -> dict[str, Timing]:
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            start = time.thread_time()
            result = work()
            seconds[name].append(time.thread_time() - start)
            del result  # to drop it is not measured
    return {name: Timing.of(own) for name, own in seconds.items()}
