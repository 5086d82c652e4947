"""Steps of random graphs that look at samples over a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np

from parax import op
from tests.agreement import leaves as of
from tests.agreement.arrays import arranging
from tests.agreement.graphs import Growing, Rule, distance
from tests.agreement.rules import composing, step
from tests.agreement.values import Chosen, number, whole


def _unwrapped(p: Any, period: Any, axis: int = -1) -> Any:
    return np.unwrap(p, period=float(period), axis=axis)


def _near_jump(p: Any, period: Any, axis: int = -1) -> float:
    steps = np.diff(number(p), axis=axis) / period
    return distance(np.abs(steps - np.floor(steps)), 0.5) * float(period)


UNWRAP = arranging("F.unwrap", _unwrapped, ties=_near_jump)


@step("F.unwrap")
def _unwrap(g: Growing) -> Any:
    operand = of.scaled(g, of.vector(g, complex=0), g.choice([1.0, 2.5]))
    return g.add(UNWRAP, operand, of.literal(g, 0.8, 3.0))


INTERP = arranging("F.interp", np.interp, ties=lambda x, xp, fp: min(distance(x, p) for p in xp))


@step("F.interp")
def _interp(g: Growing) -> Any:
    sweep = g.must(g.add(of.INPUT, name=of.SWEEP))
    return g.add(INTERP, of.real(g, masked=False), sweep, of.vector(g))


def _three_points(x: Any, f: Any, order: int = 1, axis: int = 0) -> Any:
    for _ in range(order):
        x = np.gradient(x, f if np.ndim(f) else float(f), axis=axis, edge_order=2)
    return x


def _size_of_slope(x: Any, f: Any, order: int = 1, axis: int = 0) -> float:
    least = float(np.diff(f).min()) if np.ndim(f) else abs(float(f))
    return float(np.abs(x).max()) * (2 / least) ** order


DERIVATIVE = arranging("F.derivative", _three_points, size=_size_of_slope)


def _sweep(g: Growing) -> int:
    return g.must(g.add(of.INPUT, name=of.SWEEP))


@step("F.derivative")
def _derivative(g: Growing) -> Any:
    f = of.literal(g, 0.5, 1.5) if g.chance(3) else _sweep(g)
    return g.add(DERIVATIVE, of.vector(g), f, order=g.choice([1, 1, 2, 0]))


OP_DERIVATIVE = arranging(
    "op.Derivative",
    lambda x, f: np.gradient(x, f),
    lambda x, f: op.Derivative(x, "grid", arg_index=0),
    size=lambda x, f: _size_of_slope(x, f),
)
OP_FLATNESS = arranging(
    "op.Flatness",
    lambda x, f: np.gradient(x, f),
    lambda x, f: op.Flatness(x, "grid", arg_index=0),
    size=lambda x, f: _size_of_slope(x, f),
)


def _grid(g: Growing) -> int:
    return g.must(g.add(of.ATTRIBUTE, path="grid"))


@step("op.Derivative")
def _op_derivative(g: Growing) -> Any:
    return g.add(OP_DERIVATIVE, of.vector(g), _grid(g))


@step("op.Flatness")
def _op_flatness(g: Growing) -> Any:
    return g.add(OP_FLATNESS, of.vector(g), _grid(g))


def _area(x: Any, f: Any) -> Any:
    array, steps = number(whole(x)), np.diff(f)
    areas = (array[1:] + array[:-1]) / 2 * steps.reshape(-1, *(1,) * (array.ndim - 1))
    if isinstance(x, Chosen):
        areas = np.where(x.mask[1:] & x.mask[:-1], areas, 0)
        total, some = areas.sum(axis=0), x.mask.any(axis=0)
        return np.where(some, total, np.nan)
    return areas.sum(axis=0)


INTEGRATE = Rule(
    "F.integrate",
    composing("integrate"),
    _area,
    size=lambda x, f: float(np.abs(np.nan_to_num(_finite(x))).max() * np.ptp(f)),
)


def _finite(x: Any) -> Any:
    return np.where(x.mask, x.array, 0) if isinstance(x, Chosen) else number(x)


@step("F.integrate")
def _integrate(g: Growing) -> Any:
    return g.add(INTEGRATE, of.vector(g, masked=2), _sweep(g), ends=True)


def _read(x: Any, point: Any, f: Any, nearest: bool = False) -> Any:
    array, keep = number(whole(x)), x.mask if isinstance(x, Chosen) else np.ones(np.shape(x), bool)
    point = float(point)
    if isinstance(x, Chosen) and not keep.any():
        return np.nan
    if nearest:
        inside = np.any(keep & (f >= point)) and np.any(keep & (f <= point))
        return array[np.argmin(np.where(keep, np.abs(f - point), np.inf))] if inside else np.nan
    for i in range(len(f) - 1):
        if f[i] <= point <= f[i + 1] and keep[i] and keep[i + 1]:
            share = (point - f[i]) / (f[i + 1] - f[i])
            return array[i] + share * (array[i + 1] - array[i])
    return np.nan


def _near_point(x: Any, point: Any, f: Any, nearest: bool = False) -> float:
    middles = (f[:, None] + f[None, :]) / 2
    return distance(middles if nearest else f, point)


AT = Rule("F.at", composing("at"), _read, ties=_near_point)


@step("F.at")
def _at(g: Growing) -> Any:
    point = of.literal(g, 0.5, 9.0)
    static = {"nearest": True} if g.chance(3) else {}
    return g.add(AT, of.vector(g, masked=2), point, _sweep(g), ends=True, **static)


def _crossed(x: Any, level: Any, f: Any, direction: int = 0, n: int = 1) -> Any:
    array = whole(x).astype(float) - float(level)
    keep = x.mask if isinstance(x, Chosen) else np.ones(array.shape, bool)
    found = []
    for i in range(len(f) - 1):
        rises = int(array[i + 1] >= 0) - int(array[i] >= 0)
        if rises and direction in (0, rises) and keep[i] and keep[i + 1]:
            found.append(f[i] - array[i] * (f[i + 1] - f[i]) / (array[i + 1] - array[i]))
    place = n - 1 if n > 0 else n
    return found[place] if -len(found) <= place < len(found) else np.nan


CROSSING = Rule(
    "F.crossing",
    composing("crossing"),
    _crossed,
    ties=lambda x, level, f, **_: distance(x, level),
)


@step("F.crossing")
def _crossing(g: Growing) -> Any:
    operand = of.vector(g, complex=0, masked=3)
    middle = of.written(g, float(np.median(whole(g.value(operand)))) + g.literal(-0.3, 0.3))
    static = {"direction": g.choice([0, 1, -1]), "n": g.choice([1, 2, -1])}
    return g.add(CROSSING, operand, middle, _sweep(g), ends=True, **static)
