"""The benchmarks compute the same on both sides; their times belong to `make bench`."""

import os
import subprocess
import sys

import pytest

from benchmarks.measure import TINY, time_calls
from benchmarks.registry import MODULES, benchmark
from benchmarks.table import lines, seconds, table


@pytest.mark.parametrize("name", MODULES)
def test_both_sides_compute_the_same(name):
    rows = benchmark(name)(TINY)
    assert rows
    for row in rows:
        assert row.value == pytest.approx(row.wanted, rel=1e-4), row.what
    assert "0 traces" in [row.note for row in rows] or name != "Q4"
    assert not [row.note for row in rows if "traces" in row.note and row.note != "0 traces"]
    assert name in table(lines(name, rows))


def test_each_contestant_has_a_turn_in_each_round():
    turns = []
    time_calls({name: lambda name=name: turns.append(name) or 1.0 for name in "ab"}, TINY)
    assert turns.count("a") == turns.count("b") > 1


def test_times_carry_a_unit():
    assert [seconds(time) for time in (2.5, 0.0125, 1.25e-5)] == ["2.5 s", "12.5 ms", "12.5 µs"]


def test_an_unknown_name_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "Q99"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert done.returncode == 2
    assert "no benchmark Q99; there are Q1, Q2" in done.stderr
