"""Steps of random graphs that collapse axes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import scipy.special

from parax import op
from tests.agreement import leaves as of
from tests.agreement.graphs import Growing, Rule, distance, gaps
from tests.agreement.rules import composing, step
from tests.agreement.values import Axis, collapsed, elementwise, is_complex, number, whole


def _norm(x: Any) -> Any:
    return np.sqrt(np.sum(np.abs(x) ** 2))


def _rms(x: Any) -> Any:
    return np.sqrt(np.mean(np.abs(x) ** 2))


def _var(x: Any, ddof: int = 0) -> Any:
    return np.sum(np.abs(x - np.mean(x)) ** 2) / np.float64(len(x) - ddof)


def _added(x: Any, axis: Axis = None, **_: Any) -> float:
    found = collapsed(lambda row: np.sum(np.abs(row)), x, axis, of_nothing=0.0)
    return float(np.max(whole(found), initial=0.0))


def _apart(x: Any, *_: Any, **__: Any) -> float:
    return gaps(x)


def _to_nought(x: Any, **_: Any) -> float:
    return distance(x)


def _reduction(
    name: str,
    fn: Callable[..., Any],
    *,
    complex: int = 0,
    ties: Callable[..., float] | None = None,
    size: Callable[..., float] | None = None,
    of_nothing: Any = np.nan,
    one_axis: bool = False,
    compose: Callable[..., Any] | None = None,
    domain: str = "",
    statics: tuple[dict[str, Any], ...] = ({},),
) -> None:
    """Register a reduction by a function of a list of elements."""

    def oracle(x: Any, axis: Axis = None, **static: Any) -> Any:
        own = functools.partial(fn, **static) if static else fn
        x = elementwise(number, x)
        return collapsed(own, x, axis, of_nothing=of_nothing, places=one_axis)

    rule = Rule(name, compose or composing(name[2:]), oracle, ties, size)

    @step(name)
    def add(g: Growing) -> Any:
        operand = of.numeric(g, complex=complex, least=1) if complex else of.real(g, least=1)
        if domain and not is_complex(g.value(operand)):
            operand = of.tamed(g, operand, domain)
        if g.chance(4):
            limited = g.must(of.over(g, operand))  # of another value, if this has no sweep
            if complex or not is_complex(g.value(limited)):
                operand = limited
        static = {"axis": axis_for(g, operand, several=not one_axis), **g.choice(statics)}
        return g.add(rule, operand, ends=True, **static)


def axis_for(g: Growing, operand: int, *, several: bool = True) -> Axis:
    """Draw an axis of an operand."""
    count = whole(g.value(operand)).ndim
    options: list[Axis] = [None, *range(count), -1]
    if several and count > 1:
        options += [(0, 1), (-1, 0)]
    return g.choice(options)


def _of_place(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda row, places: places[fn(row)]


_reduction("F.max", np.max, ties=_apart)
_reduction("F.min", np.min, ties=_apart)
_reduction("F.ptp", np.ptp, ties=_apart)
_reduction("F.flatness", np.ptp, ties=_apart)
_reduction("F.median", np.median, ties=_apart)
_reduction("F.argmax", _of_place(np.argmax), ties=_apart, of_nothing=-1, one_axis=True)
_reduction("F.argmin", _of_place(np.argmin), ties=_apart, of_nothing=-1, one_axis=True)
_reduction("F.sum", np.sum, complex=3, size=_added)
_reduction("F.prod", np.prod, complex=3, domain="small")
_reduction("F.mean", np.mean, complex=3)
_reduction("F.var", _var, complex=3, statics=({}, {"ddof": 1}))
_reduction("F.std", lambda x, ddof=0: np.sqrt(_var(x, ddof)), complex=3, statics=({}, {"ddof": 1}))
_reduction("F.norm", _norm, complex=3)
_reduction("F.rms", _rms, complex=3)
_reduction("F.logsumexp", scipy.special.logsumexp)
_reduction("F.any", lambda x: bool(np.any(x != 0)), of_nothing=False, complex=4, ties=_to_nought)
_reduction("F.all", lambda x: bool(np.all(x != 0)), of_nothing=True, complex=4, ties=_to_nought)
_reduction("F.count", np.count_nonzero, of_nothing=0, complex=4, ties=_to_nought)
_reduction(
    "op.Reduce", np.max, ties=_apart, compose=lambda x, axis: op.Reduce(x, jnp.max, axis=axis)
)
_reduction("op.Sum", np.sum, complex=3, size=_added, compose=lambda x, axis: op.Sum(x, axis=axis))


def _of_order(name: str, fn: Callable[..., Any], ties: Callable[..., float] | None) -> Rule:
    def oracle(x: Any, by: Any, axis: Axis = None) -> Any:
        return collapsed(lambda row: fn(row, float(by)), elementwise(number, x), axis)

    return Rule(name, composing(name[2:]), oracle, ties)


PERCENTILE = _of_order("F.percentile", np.percentile, lambda x, by, axis=None: gaps(x))
SMOOTHMAX = _of_order("F.smoothmax", lambda row, k: scipy.special.logsumexp(k * row) / k, None)
SMOOTHMIN = _of_order(
    "F.smoothmin", lambda row, k: -np.asarray(scipy.special.logsumexp(-k * row)) / k, None
)


def _ordering(rule: Rule, low: float, high: float) -> None:
    @step(rule.name)
    def add(g: Growing) -> Any:
        operand = of.real(g, least=1)
        by, axis = of.literal(g, low, high), axis_for(g, operand)
        return g.add(rule, operand, by, ends=True, axis=axis)


_ordering(PERCENTILE, 3.0, 97.0)
_ordering(SMOOTHMAX, 0.5, 5.0)
_ordering(SMOOTHMIN, 0.5, 5.0)
