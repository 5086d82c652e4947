"""Random graphs over random modules agree on every road, and bugs that are planted are found (E6).

`make properties` looks at 5 000 graphs and at all planted bugs, an ordinary run at 200 and at a
few. Two operators are not drawn by themselves: `Limited`, which stands for an `Over` until a
vocabulary is known, and `Step`, which stands inside a `Derivative`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import jax
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

import parax
from parax import op
from parax.functions import table
from parax.op import Operator
from tests.agreement.bugs import BUGS, Bug, planted
from tests.agreement.roads import Census, check
from tests.agreement.strategy import STEPS, TOGETHER, cases

NAMES = list(STEPS)
PARTS = 9
FOCI = [NAMES[place::PARTS] for place in range(PARTS)]
"""Steps that are tried in each case of one test: all of them in all tests."""
FEW, MANY = 3, 80
"""Cases a focus, of as many graphs as are compiled together: 216 and 5 760 graphs."""
AT_ONCE = 25
"""So many cases are compiled before all that was compiled is let go: each executable takes a few of
the memory maps that a system grants one process."""
LEAST = 50
"""So often each function and operator occurs among the many."""

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

every_focus = pytest.mark.parametrize("focus", FOCI, ids=map(str, range(PARTS)))


def agreed(focus: Sequence[str], examples: int, more: int) -> Census:
    """Evaluate random cases on every road, and give what was met."""
    census = Census()
    cases_seen = itertools.count(1)

    @settings(max_examples=examples, suppress_health_check=SLOW)
    @given(case=cases(focus, more))
    def every_road_agrees(case):
        check(case, census)
        if next(cases_seen) % AT_ONCE == 0:
            parax.clear_cache()
            jax.clear_caches()

    every_road_agrees()
    return census


def counted(focus: Sequence[str]) -> list[str]:
    """Give the steps that are one function or operator; the others are made of several."""
    return [name for name in focus if name[:2] in ("F.", "op") or not name[:1].isalpha()]


def test_every_function_and_operator_is_drawn():
    functions = {f"F.{function.name}" for function in table().values()} | {"F.over", "F.mask"}
    operators = {
        f"op.{name}"
        for name in op.__all__
        if isinstance(one := getattr(op, name), type) and issubclass(one, Operator)
    } - {"op.Operator", "op.Limited", "op.Step"}
    leaves = {"op.Input", "op.Attribute", "op.Method", "op.Lambda", "op.Constant"}
    assert functions | operators <= set(STEPS) | leaves


@every_focus
def test_every_road_agrees(focus):
    census = agreed(focus, FEW, more=0)
    assert census.discarded <= 0.05 * FEW * TOGETHER
    missing = [name for name in counted(focus) if not census.names[name]]
    assert len(missing) <= 1, missing
    assert census.complex >= 0.2 * census.graphs
    assert census.masked >= 0.2 * census.graphs
    assert census.gradients >= 0.5 * census.graphs
    assert census.depth >= 4


@pytest.mark.long
@every_focus
def test_every_road_agrees_at_length(focus, record_property):
    census = agreed(focus, MANY, more=3)
    record_property("census", repr(census))
    assert census.graphs >= 0.95 * MANY * TOGETHER
    assert census.discarded < 0.05 * census.graphs
    assert {name: census.names[name] for name in counted(focus) if census.names[name] < LEAST} == {}
    assert census.complex >= 0.2 * census.graphs
    assert census.masked >= 0.2 * census.graphs
    assert census.gradients >= 0.7 * census.graphs
    assert census.depth >= 30


def found_after(bug: Bug, rounds: int) -> int | None:
    """Give after how many cases a planted bug is found; None if it is not."""
    cases_seen = 0
    wrong: list[Exception] = []

    def look(focus: Sequence[str], number: int) -> None:
        @seed(number)
        @settings(
            max_examples=2 + bool(number),
            database=None,
            derandomize=False,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=SLOW,
        )
        @given(case=cases(focus))
        def every_road_agrees(case):
            nonlocal cases_seen
            if number and not case.seed:
                return  # the simplest, which Hypothesis begins each round with
            cases_seen += not wrong
            try:
                check(case, Census())
            except Exception as error:  # a refusal or a crash shows the bug too
                wrong.append(error)

        every_road_agrees()

    with planted(bug):
        for number in range(rounds):
            for focus in FOCI:
                look(focus, number)
                if wrong:
                    return cases_seen
    return None


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_a_bug_can_be_planted(bug):
    with planted(bug):
        pass


@pytest.mark.parametrize("bug", BUGS[:3], ids=str)
def test_a_planted_bug_is_found(bug):
    assert found_after(bug, rounds=2) is not None


@pytest.mark.long
@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_every_planted_bug_is_found(bug, record_property):
    found = found_after(bug, rounds=6)
    record_property("cases", found)
    assert found is not None


def test_a_bug_is_gone_when_it_is_taken_out():
    with planted(BUGS[1]):
        pass
    agreed(FOCI[0], 1, more=0)
