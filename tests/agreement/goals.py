"""Steps of random graphs that are goals: one of any kind, and several alike (U13, E5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from parax import Goal
from tests.agreement import leaves as of
from tests.agreement.composites import CHAIN, ROLL_SIN, ROLL_SQUARE, SUM
from tests.agreement.graphs import Growing, Rule, Unfit
from tests.agreement.modules import POINTS
from tests.agreement.rules import step
from tests.agreement.values import Chosen, counting, elementwise, is_complex, limited, whole

D, SIGMA = 0.6, 1.3
LOSSES: dict[str, Callable[[np.ndarray, np.ndarray], Any]] = {
    "mean_square": lambda e, w: np.mean(w * np.abs(e) ** 2),
    "relative": lambda e, w: np.mean(w * np.abs(e) ** 2),  # of a relative miss
    "mean_abs": lambda e, w: np.mean(w * np.abs(e)),
    "sum_square": lambda e, w: np.sum(w * np.abs(e) ** 2),
    "rms": lambda e, w: np.sqrt(np.mean((w * np.abs(e)) ** 2)),
    "max": lambda e, w: np.max(w * np.abs(e)),
    "log": lambda e, w: np.mean(w * np.log1p(np.abs(e) ** 2)),
    f"huber({D})": lambda e, w: np.mean(
        w * np.where(np.abs(e) <= D, np.abs(e) ** 2 / 2, D * (np.abs(e) - D / 2))
    ),
    f"gaussian({SIGMA})": lambda e, w: np.sum(
        w
        * (
            np.abs(e / SIGMA) ** 2 / 2
            + (1 + np.iscomplexobj(e)) * (np.log(SIGMA) + np.log(2 * np.pi) / 2)
        )
    ),
}
ABOVE, BELOW = (lambda x, to: np.maximum(x - to, 0)), (lambda x, to: np.maximum(to - x, 0))
MISSES: dict[str, tuple[Callable[..., Any], ...]] = {
    "<": (ABOVE,),
    ">": (BELOW,),
    "==": (np.subtract,),
    "between": (BELOW, ABOVE),
}


def _compose(value: Any, weight: Any, *more: Any, sign: str, loss: str, over: bool) -> Goal:
    limits = more[:-1] if over else more
    relation = {
        "<": lambda limit: value < limit,
        ">": lambda limit: value > limit,
        "==": lambda limit: value == limit,
        "between": lambda low, high: (value > low) & (value < high),
    }[sign](*limits)
    return Goal(relation, over=more[-1] if over else None, weight=weight, loss=loss)


def _misses(
    value: Any, weight: Any, *more: Any, sign: str, loss: str, over: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Give the misses that count, and their weights."""

    def missed(x: Any, *limits: Any) -> Any:
        parts = [
            miss(x, to) / (np.abs(to) if loss == "relative" else 1)
            for miss, to in zip(MISSES[sign], limits, strict=True)
        ]
        return sum(parts)

    miss = elementwise(missed, value, *(more[:-1] if over else more))
    e = elementwise(lambda e, w: e, miss, weight)
    w = elementwise(lambda e, w: np.broadcast_to(w, np.shape(e)), miss, weight)
    if over:
        e, w = limited(e, more[-1]), limited(w, more[-1])
    return counting(e), counting(w)


def _cost(*values: Any, **static: Any) -> Any:
    e, w = _misses(*values, **static)
    return LOSSES[static["loss"]](e, w) if e.size else np.nan


def _ties(value: Any, weight: Any, *more: Any, sign: str, loss: str, over: bool) -> float:
    """Give how near a value is to its limit, and the two worst to each other."""
    near = min(of.apart(value, limit) for limit in (more[:-1] if over else more))
    if loss == "max":
        e, w = _misses(value, weight, *more, sign=sign, loss=loss, over=over)
        worst = np.sort(w * np.abs(e))
        if worst.size > 1 and worst[-1]:
            near = min(near, float(worst[-1] - worst[-2]))
    return near


def _size(value: Any, weight: Any, *more: Any, over: bool, **static: Any) -> float:
    miss, own = (of.terms(value, *(more[:-1] if over else more)), of.terms(weight))
    return miss**2 * own


GOAL = Rule("Goal", _compose, _cost, ties=_ties, size=_size)


def _limits(g: Growing, value: Any, sign: str, loss: str) -> list[int]:
    """Add limits in the midst of the values; one may vary along the sweep."""
    if is_complex(value):
        return [of.literal(g, 0.4, 2.0)]
    middle = round(float(np.median(whole(value))), 2)
    if loss == "relative" and abs(middle) < 1.5:
        middle = 2.0
    first = of.written(g, middle - g.literal(0.05, 0.6))
    if sign == "between":
        return [first, of.written(g, middle + g.literal(0.05, 0.6))]
    if whole(value).shape == (POINTS,) and loss != "relative" and g.chance(3):
        return [of.leaf(g, shape=(POINTS,))]
    return [first]


def _weight(g: Growing, value: Any) -> int:
    if whole(value).shape == (POINTS,) and g.chance(3):
        return g.must(g.add(of.SOFTPLUS, of.leaf(g, shape=(POINTS,))))
    return of.literal(g, 0.2, 1.5)


def _has_points(g: Growing, operand: int) -> bool:
    """Tell whether each range inside holds a point: a goal of none is refused (X24)."""
    pending, seen = [operand], {operand}
    while pending:
        one = pending.pop()
        value = g.value(one)
        if (isinstance(value, Chosen) and not value.mask.any()) or (
            whole(value).dtype.kind == "b" and not whole(value).any()
        ):
            return False
        below = set(g.nodes[one].operands) - seen
        seen |= below
        pending += below
    return True


def _goal(g: Growing, operand: int, sign: str, loss: str, condition: int | None = None) -> int:
    if not _has_points(g, operand):
        raise Unfit
    value = g.value(operand)
    more = [] if condition is None else [condition]
    limits, over = _limits(g, value, sign, loss), condition is not None
    weight = _weight(g, value)
    return g.must(g.add(GOAL, operand, weight, *limits, *more, sign=sign, loss=loss, over=over))


@step("goal")
def _one(g: Growing) -> Any:
    """A goal on whatever there is."""
    loss = g.choice(list(LOSSES))
    operand = of.numeric(g, complex=4)
    wide = is_complex(g.value(operand))
    return _goal(g, operand, "==" if wide else g.choice(list(MISSES)), loss)


@step("goal over a range")
def _over(g: Growing) -> Any:
    """A goal over some of the points; a range reaches what is inside, so that is elementwise."""
    wide = g.chance(4)
    operand = of.leaf(g, shape=(POINTS,), kind="c" if wide else "f")
    operand = g.must(g.add(g.choice([ROLL_SIN, ROLL_SQUARE]), operand, of.literal(g)))
    condition = of.condition(g, (POINTS,))
    if isinstance(g.value(condition), Chosen):
        return None
    sign = "==" if wide else g.choice(list(MISSES))
    return _goal(g, operand, sign, g.choice(list(LOSSES)), condition)


@step("alike goals")
def _alike(g: Growing) -> Any:
    """Goals that differ in limits, weights, ranges and what they look at."""
    loss, sign, over = g.choice(list(LOSSES)), g.choice(["<", ">", "between"]), g.chance(2)
    body = g.choice([ROLL_SIN, ROLL_SQUARE])
    operand = of.vector(g, complex=0)
    goals = []
    for _ in range(g.count(4, 6)):
        source = operand if not over else of.leaf(g, shape=(POINTS,))
        value = g.must(g.add(body, source, of.literal(g)))
        condition = of.compared(g, of.COMPARISONS[0], source) if over else None
        goals.append(_goal(g, value, sign, loss, condition))
    if g.chance(2):
        return g.add(SUM, *goals)
    return g.add(CHAIN, *goals, signs=(1,) * len(goals))
