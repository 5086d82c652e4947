"""Steps of random graphs that arrange, multiply, difference and look up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from parax import functions as F  # noqa: N812
from parax import op
from tests.agreement import leaves as of
from tests.agreement.graphs import Growing, Rule, Unfit, distance, gaps
from tests.agreement.modules import POINTS
from tests.agreement.rules import axis_for, composing, step
from tests.agreement.values import (
    Axis,
    Chosen,
    collapsed,
    elementwise,
    is_complex,
    limited,
    number,
    whole,
)


def arranging(
    name: str,
    fn: Callable[..., Any],
    compose: Callable[..., Any] | None = None,
    *,
    ties: Callable[..., float] | None = None,
    size: Callable[..., float] | None = None,
) -> Rule:
    """Make the rule of a function of whole arrays."""
    return Rule(
        name,
        compose or composing(name[2:]),
        lambda *values, **static: fn(*map(number, values), **static),
        ties,
        size,
    )


def _whole(g: Growing, *, least: int = 1, complex: int = 3) -> int:
    return of.numeric(g, masked=False, least=least, complex=complex)


def _size_of_sum(x: Any, *_: Any, **__: Any) -> float:
    return float(np.sum(np.abs(number(x))))


# --- Making -------------------------------------------------------------------------------------


def _made(rule: Rule, **statics: list[Any]) -> None:
    """Register what makes an array of numbers alone: beside an operand, so that it has a place."""

    @step(rule.name)
    def add(g: Growing) -> Any:
        made = g.must(g.add(rule, **{key: g.choice(own) for key, own in statics.items()}))
        shape = whole(g.value(made)).shape
        other = of.leaf(g, shape=shape if shape in ((POINTS,), (3, 3)) else ())
        return g.add(of.MULTIPLY if g.chance(2) else of.ADD, made, other)


_made(of.ONES, shape=[(POINTS,), (3, 3), (3,)])
_made(of.ZEROS, shape=[(POINTS,), (3, 3), (3,)])
_made(of.EYE, n=[3, 2], m=[3, 2])
_made(of.ARANGE, start=[0, 1], stop=[3, 4], step=[1, 0.5])
_made(of.PARAMETER)
LINSPACE = arranging("F.linspace", lambda a, b, num: np.linspace(a, b, num))


@step("F.linspace")
def _linspace(g: Growing) -> Any:
    return g.add(
        LINSPACE,
        of.real(g, masked=False, fits=_is_scalar),
        of.literal(g),
        num=g.choice([3, POINTS]),
    )


def _is_scalar(value: Any) -> bool:
    return whole(value).ndim == 0


# --- Rearranging --------------------------------------------------------------------------------


RESHAPE = arranging("F.reshape", lambda x, shape: x.reshape(shape),
                    lambda x, shape: F.table()["reshape"].compose(x, *shape))  # fmt: skip
TRANSPOSE = arranging("F.transpose", lambda x, axes=None: x.transpose(axes or None),
                      lambda x, axes=(): F.table()["transpose"].compose(x, *axes))  # fmt: skip
SORT = arranging("F.sort", np.sort, ties=lambda x, axis=-1: gaps(x))
FLIP = arranging("F.flip", np.flip)
ROLL = arranging("F.roll", np.roll)
CUMSUM = arranging("F.cumsum", np.cumsum, size=_size_of_sum)
CUMPROD = arranging("F.cumprod", np.cumprod)
DIFF = arranging("F.diff", np.diff, size=lambda x, n=1, axis=-1: 2**n * float(np.abs(x).max()))
INDEX = {
    "first": (0,),
    "last": (-1,),
    "inner": (4,),
    "pick": (np.array([2, 0, 1]),),
    "column": (Ellipsis, 1),
    "part": (slice(1, None),),
    "every": (slice(None, None, -1),),
    "element": (Ellipsis, 0, 1),
    "matrix": (2, slice(None), 1),
}


@step("F.reshape")
def _reshape(g: Growing) -> Any:
    operand = _whole(g)
    shape = whole(g.value(operand)).shape
    known = {(POINTS,): [(3, 3), (3, -1), (-1,)], (3, 3): [(POINTS,), (-1,)],
             (POINTS, 2, 2): [(POINTS, 4), (POINTS, -1)], (2, 2): [(4,), (-1,)],
             (POINTS, 4): [(POINTS, 2, 2)]}.get(shape, [shape])  # fmt: skip
    return g.add(RESHAPE, operand, shape=g.choice(known))


@step("F.transpose")
def _transpose(g: Growing) -> Any:
    operand = _whole(g, least=2, complex=2)
    count = whole(g.value(operand)).ndim
    return g.add(TRANSPOSE, operand, axes=g.choice([(), (0, 2, 1) if count == 3 else (1, 0)]))


@step("F.sort")
def _sort(g: Growing) -> Any:
    operand = of.real(g, masked=False, least=1)
    return g.add(SORT, operand, axis=g.choice(_single(g, operand)))


def _single(g: Growing, operand: int) -> list[int]:
    return [-1, *range(whole(g.value(operand)).ndim)]


@step("F.flip")
def _flip(g: Growing) -> Any:
    operand = _whole(g)
    return g.add(FLIP, operand, axis=axis_for(g, operand))


@step("F.roll")
def _roll(g: Growing) -> Any:
    operand = _whole(g)
    axis = g.choice([None, *_single(g, operand)])
    return g.add(ROLL, operand, shift=g.count(-2, 3), axis=axis)


@step("F.cumsum")
def _cumsum(g: Growing) -> Any:
    operand = _whole(g)
    return g.add(CUMSUM, operand, axis=g.choice(_single(g, operand)))


@step("F.cumprod")
def _cumprod(g: Growing) -> Any:
    operand = _whole(g, complex=0)
    operand = of.tamed(g, operand, "unit") if not is_complex(g.value(operand)) else operand
    return g.add(CUMPROD, operand, axis=g.choice(_single(g, operand)))


@step("F.diff")
def _diff(g: Growing) -> Any:
    operand = _whole(g)
    return g.add(DIFF, operand, n=g.choice([1, 1, 2]), axis=g.choice(_single(g, operand)))


def _indexed(x: Any, index: str) -> Any:
    if isinstance(x, Chosen):
        array = x.array[INDEX[index]]
        mask = np.broadcast_to(x.mask, x.array.shape)[INDEX[index]]
        return Chosen(array, np.asarray(mask), frozenset(range(array.ndim)))
    return whole(x)[INDEX[index]]


TAKE = Rule("op.Index", lambda x, index: x[INDEX[index]], _indexed)


@step("op.Index")
def _index(g: Growing) -> Any:
    operand = of.numeric(g, least=1)
    value = g.value(operand)

    def fits(index: tuple[Any, ...]) -> bool:
        try:
            return whole(value)[index].size > 0
        except IndexError:
            return False

    index = g.choice([name for name, own in INDEX.items() if fits(own)])
    found = _indexed(value, index)
    if isinstance(found, Chosen) and not np.all(found.mask):
        raise Unfit  # a number that does not count
    return g.add(TAKE, operand, index=index)


STACK = arranging(
    "F.stack", lambda *values, axis=0: np.stack(np.broadcast_arrays(*values), axis=axis)
)
OP_STACK = arranging(
    "op.Stack",
    lambda *values, axis: np.stack(np.broadcast_arrays(*values), axis=axis),
    lambda *values, axis: op.Stack(values, axis),
)
CONCAT = arranging(
    "F.concat", lambda *values, axis=0: np.concatenate([np.atleast_1d(x) for x in values], axis)
)


def _beside(g: Growing, rule: Rule, axes: list[int]) -> Any:
    one = of.vector(g)
    other = of.literal(g) if g.chance(4) else of.vector(g)
    return g.add(rule, one, other, axis=g.choice(axes))


@step("F.stack")
def _stack(g: Growing) -> Any:
    return _beside(g, STACK, [0, 1, -1])


@step("op.Stack")
def _op_stack(g: Growing) -> Any:
    return _beside(g, OP_STACK, [0, -1])


@step("F.concat")
def _concat(g: Growing) -> Any:
    if g.chance(2):
        numbers = [of.real(g, masked=False, fits=_is_scalar) for _ in range(g.choice([3, 4]))]
        return g.add(CONCAT, *numbers)
    one = of.vector(g)
    front = g.must(g.add(TAKE, of.vector(g, complex=0), index="part"))
    return g.add(CONCAT, front, g.must(g.add(TAKE, one, index="first")))


# --- Choosing -----------------------------------------------------------------------------------

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


# --- Matrices -----------------------------------------------------------------------------------

DIAG = arranging("F.diag", lambda x: np.diag(x) if x.ndim == 1 else np.diagonal(x, 0, -2, -1))
OP_DIAGONAL = arranging("op.Diagonal", lambda x: np.diagonal(x, 0, -2, -1), op.Diagonal)


def _offdiag(x: Any) -> Any:
    n = x.shape[-1]
    return np.stack([x[..., i, j] for i in range(n) for j in range(n) if i != j], axis=-1)


OFFDIAG = arranging("F.offdiag", _offdiag)
OP_OFFDIAGONAL = arranging(
    "op.OffDiagonal", lambda x, n: _offdiag(x), lambda x, n: op.OffDiagonal(x, n)
)
UPPER = np.array([[False, True], [False, True]])
OP_MASK = arranging("op.Mask", lambda x: x[..., UPPER], lambda x: op.Mask(x, UPPER))
TRACE = arranging("F.trace", lambda x: np.trace(x, axis1=-2, axis2=-1), size=_size_of_sum)


def _permanent(x: Any) -> float:
    rows = np.abs(number(x)).sum(axis=-1).prod(axis=-1)
    return float(np.max(rows, initial=0.0))


DET = arranging("F.det", np.linalg.det, size=_permanent)
INV = arranging("F.inv", np.linalg.inv)
SOLVE = arranging("F.solve", np.linalg.solve)


def _size_of_product(a: Any, b: Any) -> float:
    return float(np.max(np.abs(number(a)) @ np.abs(number(b)), initial=0.0))


MATMUL = arranging("@", np.matmul, lambda a, b: a @ b, size=_size_of_product)


def _of_matrix(rule: Rule, only: tuple[int, ...] = (2, 3)) -> None:
    @step(rule.name)
    def add(g: Growing) -> Any:
        operand = of.matrix(g)
        size = whole(g.value(operand)).shape[-1]
        if size not in only:
            operand = of.leaf(g, shape=g.choice([(POINTS, 2, 2), (2, 2)]), kind="c")
        static: dict[str, Any] = (
            {"n": size if size in only else 2} if rule is OP_OFFDIAGONAL else {}
        )
        return g.add(rule, operand, **static)


for _rule in (OP_DIAGONAL, OFFDIAG, OP_OFFDIAGONAL, TRACE, DET, INV):
    _of_matrix(_rule)
_of_matrix(OP_MASK, (2,))


@step("F.diag")
def _diag(g: Growing) -> Any:
    return g.add(DIAG, of.leaf(g, shape=(3, 3)) if g.chance(3) else of.matrix(g))


@step("@")
def _matmul(g: Growing) -> Any:
    one = of.matrix(g)
    shape = whole(g.value(one)).shape
    if g.chance(3) and shape == (3, 3):
        return g.add(MATMUL, one, g.must(g.add(TAKE, one, index="first")))
    other = g.find(
        lambda value: (
            whole(value).shape in (shape, shape[-2:])
            and not isinstance(value, Chosen)
            and whole(value).dtype.kind != "b"
        )
    )
    return g.add(MATMUL, one, one if other is None else other)


@step("F.solve")
def _solve(g: Growing) -> Any:
    one = of.matrix(g)
    other = g.must(g.add(TAKE, one, index="column"))
    if whole(g.value(other)).ndim > 1:
        other = one
    return g.add(SOLVE, one, other)


# --- Of samples over a sweep --------------------------------------------------------------------


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


# --- Reductions with an operand more ------------------------------------------------------------


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

# --- Exact derivatives --------------------------------------------------------------------------


def _slope(u: Any, p: Any, factor: Any) -> Any:
    return np.sum(factor * u * np.cos(u * p)) + 2 * p


def _inner(u: Any, p: Any, factor: Any) -> Any:
    return F.sum(F.sin(u * p) * factor) + p**2


def _slope_size(u: Any, p: Any, factor: Any) -> float:
    return float(np.sum(np.abs(factor * u)) + 2 * abs(p))


GRAD = arranging("F.grad", _slope, lambda u, p, factor: F.grad(_inner(u, p, factor), op.Input("q")),
                 size=_slope_size)  # fmt: skip
OP_GRADIENT = arranging(
    "op.Gradient", _slope, lambda u, p, factor: op.Gradient(_inner(u, p, factor), "model.bias"),
    size=_slope_size,
)  # fmt: skip


@step("F.grad")
def _grad(g: Growing) -> Any:
    return g.add(
        GRAD, g.must(g.add(of.INPUT, name="u")), g.must(g.add(of.INPUT, name="q")), of.literal(g)
    )


@step("op.Gradient")
def _op_gradient(g: Growing) -> Any:
    p = g.must(g.add(of.ATTRIBUTE, path="bias"))
    return g.add(OP_GRADIENT, g.must(g.add(of.INPUT, name="u")), p, of.literal(g))
