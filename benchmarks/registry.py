"""The benchmarks, and the rows that they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from benchmarks.measure import Effort, Timing

MODULES = {
    "Q1": "benchmarks.q1_call",
    "Q2": "benchmarks.q2_goals",
    "Q3": "benchmarks.q3_many",
    "Q4": "benchmarks.q4_recompile",
    "Q5": "benchmarks.q5_parse",
    "Q6": "benchmarks.q6_elementwise",
    "Q7": "benchmarks.q7_module",
    "Q8": "benchmarks.q8_start",
    "Q9": "benchmarks.q9_batch",
    "Q10": "benchmarks.q10_cascade",
}
"""Each id of section 8 of the design that is measured, and the module whose `run` measures it."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        what: what was measured.
        ours: what parax took [s].
        theirs: what the same work took when written by hand, or the first time [s].
        ratio: ours to theirs; of medians.
        best: the same of the best rounds.
        target: what the ratio should be at most; None if it is only informative.
        value: what parax computed.
        wanted: what the other computed.
        note: a further fact, such as a number of traces.
    """

    what: str
    ours: float
    theirs: float
    ratio: float
    best: float
    target: float | None
    value: float
    wanted: float
    note: str = ""

    @classmethod
    def of(
        cls,
        what: str,
        ours: Timing,
        theirs: Timing,
        target: float | None,
        value: float = 0.0,
        wanted: float = 0.0,
        note: str = "",
    ) -> Row:
        """Give the line that compares two timings."""
        ratio, best = ours.median / theirs.median, ours.best / theirs.best
        return cls(what, ours.median, theirs.median, ratio, best, target, value, wanted, note)


def benchmark(name: str) -> Callable[[Effort], Sequence[Row]]:
    """Give the function that measures one benchmark."""
    return import_module(MODULES[name]).run
