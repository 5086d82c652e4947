"""Steps of random graphs that choose: branches, and the points that count."""

from __future__ import annotations

from typing import Any

import numpy as np

from parax import functions as F  # noqa: N812
from parax import op
from tests.agreement import leaves as of
from tests.agreement.graphs import Growing, Rule, distance
from tests.agreement.modules import POINTS
from tests.agreement.rules import composing, step
from tests.agreement.values import Chosen, elementwise, limited, number, whole

WHERE = Rule(
    "F.where", composing("where"), lambda c, a, b: elementwise(np.where, *_counted(c, a, b))
)
OP_WHERE = Rule("op.Where", op.Where, lambda c, a, b: elementwise(np.where, *_counted(c, a, b)))


def _counted(condition: Any, *values: Any) -> list[Any]:
    return [elementwise(lambda x: x != 0, condition), *(elementwise(number, x) for x in values)]


def _choosing(rule: Rule) -> None:
    @step(rule.name)
    def add(g: Growing) -> Any:
        one = of.numeric(g, complex=4)
        if isinstance(g.value(one), Chosen) or whole(g.value(one)).shape in ((), (POINTS,)):
            shape = (POINTS,) if whole(g.value(one)).shape == (POINTS,) else ()
            if not isinstance(g.value(one), Chosen) and g.chance(3):
                shape = ()
            condition = of.condition(g, shape)
        else:
            condition = of.condition(g, ())
        other = of.partner(g, one, complex=4)
        return g.add(rule, condition, *((one, other) if g.chance(2) else (other, one)))


_choosing(WHERE)
_choosing(OP_WHERE)


@step("op.Over")
def _over(g: Growing) -> Any:
    return of.over(g, of.numeric(g, least=1, complex=4))


def _scoped(x: Any, factor: Any, condition: Any) -> Any:
    value = number(x) * factor - np.mean(np.sin(x)[condition]) if np.any(condition) else (
        np.full(np.shape(x), np.nan)
    )  # fmt: skip
    return limited(value, condition)


SCOPE = Rule(
    "F.over",
    lambda x, factor, condition: F.over(x * factor - F.mean(F.sin(x)), condition),
    _scoped,
)


@step("F.over")
def _scope(g: Growing) -> Any:
    """A scope reaches reductions over the sweep that its condition depends on."""
    operand = of.leaf(g, shape=(POINTS,))
    bound = of.written(g, float(np.median(whole(g.value(operand)))) + g.literal(-0.4, 0.4))
    where = g.must(g.add(g.choice(of.COMPARISONS[:4]), operand, bound))
    return g.add(SCOPE, operand, of.literal(g), where)


def _breakpoints(x: Any, points: tuple[tuple[float, float], ...]) -> Any:
    places, values = zip(*points, strict=True)
    return limited(np.interp(x, places, values), (x >= places[0]) & (x <= places[-1]))


LIMIT = Rule(
    "F.mask",
    lambda x, points: F.mask(x, list(points)),
    _breakpoints,
    ties=lambda x, points: min(distance(x, place) for place, _ in points),
)


@step("F.mask")
def _limit(g: Growing) -> Any:
    first = g.literal(0.0, 3.0)
    places = [first, first + g.literal(0.5, 2.0), first + 2.0 + g.literal(0.5, 2.0)]
    points = tuple((place, g.literal()) for place in places)
    return g.add(LIMIT, g.must(g.add(of.INPUT, name=of.SWEEP)), points=points)
