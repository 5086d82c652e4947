"""Steps of random graphs that make several nodes: choices, alike terms, products, long chains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from parax import functions as F  # noqa: N812
from parax import op
from tests.agreement import arrays, choosing, matrices
from tests.agreement import leaves as of
from tests.agreement.graphs import Growing, Rule, Unfit, gaps
from tests.agreement.leaves import binary, unary
from tests.agreement.modules import NUMBERS, POINTS
from tests.agreement.rules import step
from tests.agreement.values import collapsed, elementwise, number, whole

# --- What is not finite where it is not taken (X21, X23) ----------------------------------------

INVERSE = unary("/", lambda x: 1 / x, lambda x: 1 / x)
STEEP = unary("**", lambda x: x**-1.5, lambda x: x**-1.5)
ROOT = unary("F.sqrt", np.sqrt)
LOG = unary("F.log", np.log)
ACOSH = unary("F.acosh", lambda x: np.arccosh(x + 1), lambda x: F.acosh(x + 1))
LOG_ROOT = unary("F.log", lambda x: np.log(np.sqrt(x) * 3 + x), lambda x: F.log(F.sqrt(x) * 3 + x))
OF_STACK = unary(
    "op.Stack",
    lambda x: np.sqrt(x),
    lambda x: op.Stack([F.sqrt(x), x * 2], axis=0)[0],
)
MIXED = unary(
    "F.prod", lambda x: np.log(x) * x, lambda x: F.prod(op.Stack([F.log(x), x], 0), axis=0)
)
PARTIAL = (ROOT, LOG, INVERSE, STEEP, ACOSH, LOG_ROOT, OF_STACK, MIXED)
MARGIN = 0.15


def _kept(g: Growing, operand: int) -> tuple[int, int]:
    """Add what is finite only where the operand is above a margin, and where that is."""
    margin = of.written(g, MARGIN + g.literal(0.0, 0.2))
    where = g.must(g.add(of.COMPARISONS[1], operand, margin))
    partial = g.must(g.add(g.choice(PARTIAL), operand, hidden=True))
    return where, partial


@step("guard")
def _guard(g: Growing) -> Any:
    operand = of.real(g, masked=False)
    where, partial = _kept(g, operand)
    if g.chance(2):
        partial = g.must(g.add(of.MULTIPLY, partial, of.literal(g), hidden=True))
    other = of.literal(g) if g.chance(2) else operand
    return g.add(choosing.OP_WHERE, where, partial, other)


@step("guard on the other side")
def _guard_other(g: Growing) -> Any:
    operand = of.real(g, masked=False)
    where, partial = _kept(g, operand)
    outside = g.must(g.add(_NOT, where))
    return g.add(choosing.WHERE, outside, of.literal(g), partial)


_NOT = Rule("~", lambda x: ~x, lambda x: elementwise(np.invert, x))
ROWS = Rule(
    "F.mean",
    lambda x: F.mean(F.sqrt(x), axis=-1),
    lambda x: np.sqrt(x).mean(axis=-1),
)
LEAST = Rule("F.min", lambda x: F.min(x, axis=-1), lambda x: x.min(axis=-1), ties=lambda x: gaps(x))


@step("guard of rows")
def _guard_rows(g: Growing) -> Any:
    rows = of.leaf(g, shape=(3, 3))
    shifted = of.scaled(g, rows, g.choice([1.0, -0.5]), g.literal(0.2, 2.0))
    least = g.must(g.add(LEAST, shifted))
    margin = of.written(g, MARGIN)
    where = g.must(g.add(of.COMPARISONS[1], least, margin))
    return g.add(choosing.OP_WHERE, where, g.must(g.add(ROWS, shifted, hidden=True)), of.literal(g))


@step("guard of points")
def _guard_points(g: Growing) -> Any:
    """Points that are not finite are left out, and what is left is reduced."""
    operand = of.vector(g, complex=0)
    where, partial = _kept(g, operand)
    limited = g.must(g.add(of.OVER, partial, where))
    return g.add(g.choice(TOTALS), limited, ends=True)


@step("guard of finite")
def _guard_finite(g: Growing) -> Any:
    operand = of.vector(g, complex=0)
    where, partial = _kept(g, operand)
    finite = g.must(g.add(_FINITE, partial))
    return g.add(_BOTH, finite, where)


_FINITE = unary("F.isfinite", np.isfinite)
_BOTH = Rule("&", lambda a, b: a & b, lambda a, b: elementwise(np.bitwise_and, a, b))


def _total(
    name: str,
    fn: Callable[..., Any],
    compose: Callable[..., Any],
    ties: Callable[..., float] | None = None,
) -> Rule:
    return Rule(name, compose, lambda x: collapsed(fn, elementwise(number, x), None), ties)


TOTALS = [
    _total("F.sum", np.sum, lambda x: F.sum(x)),
    _total("F.mean", np.mean, lambda x: F.mean(x)),
    _total("F.rms", lambda x: np.sqrt(np.mean(x**2)), lambda x: F.rms(x)),
    _total("F.norm", lambda x: np.sqrt(np.sum(x**2)), lambda x: F.norm(x)),
    _total("F.max", np.max, lambda x: F.max(x), lambda x: gaps(x)),
    _total("F.min", np.min, lambda x: F.min(x), lambda x: gaps(x)),
]


# --- Limits that overlap (X22) ------------------------------------------------------------------


@step("limits joined")
def _limits_joined(g: Growing) -> Any:
    """Values that are limited to different points are joined."""
    below, above = (_limited(g, one) for one in of.COMPARISONS[:2])
    return _reduced(g, g.must(g.add(g.choice([of.ADD, of.MULTIPLY]), below, above)))


@step("limited again")
def _limited_again(g: Growing) -> Any:
    """Some are left out of the points that a value is limited to."""
    below, above = of.COMPARISONS[:2]
    limited = _limited(g, below)
    where = of.compared(g, above, of.vector(g, complex=0))
    return _reduced(g, g.must(g.add(of.OVER, limited, where)))


def _reduced(g: Growing, operand: int) -> int | None:
    """Reduce a value, or leave it."""
    return g.add(g.choice(TOTALS), operand, ends=True) if g.chance(2) else operand


def _limited(g: Growing, comparison: Rule) -> int:
    """Add `x[x < number]`, or `x[y < number]`."""
    operand = of.vector(g, complex=0)
    by = of.vector(g, complex=0) if g.chance(2) else operand
    return g.must(g.add(of.OVER, operand, of.compared(g, comparison, by)))


# --- Alike terms (E5) ---------------------------------------------------------------------------

ROLL_SIN = binary("F.sin", lambda x, c: np.sin(x * c), lambda x, c: F.sin(x * c))
ROLL_SQUARE = binary("** whole", lambda x, c: (x - c) ** 2, lambda x, c: (x - c) ** 2)
ROLL_KEPT = binary(
    "op.Where",
    lambda x, c: np.where(x > c, np.sqrt(np.abs(x - c)), c),
    lambda x, c: op.Where(x > c, F.sqrt(x - c), c),
    ties=of.apart,
)
ROLL_RMS = Rule(
    "F.rms",
    lambda x, c: F.rms(F.tanh(x) + c),
    lambda x, c: np.sqrt(np.mean(np.abs(np.tanh(x) + c) ** 2)),
)
ROLL_COUNT = Rule(
    "F.mean",
    lambda x, c: F.mean(x[x > c - 9]) * c,
    lambda x, c: np.mean(x) * c,
)
BODIES = (ROLL_SIN, ROLL_SQUARE, ROLL_KEPT, ROLL_RMS, ROLL_COUNT)


def _signed(*values: Any, signs: tuple[int, ...]) -> Any:
    return sum(sign * number(value) for sign, value in zip(signs, values, strict=True))


def _chained(*values: Any, signs: tuple[int, ...]) -> Any:
    total = values[0] if signs[0] > 0 else -values[0]
    for value, sign in zip(values[1:], signs[1:], strict=True):
        total = total + value if sign > 0 else total - value
    return total


def _size_of_terms(*values: Any, signs: Any = None) -> float:
    return float(np.max(sum(np.abs(number(value)) for value in values)))


CHAIN = Rule("+", _chained, _signed, size=_size_of_terms)
SUM = Rule(
    "op.Sum",
    lambda *x: op.Sum(x),
    lambda *x: sum(map(number, x)),
    size=lambda *x: _size_of_terms(*x),
)
ROLLED_STACK = Rule(
    "op.Stack", lambda *x: op.Stack(x, axis=0), lambda *x: np.stack(np.broadcast_arrays(*x), axis=0)
)
LARGEST = Rule(
    "F.max of several",
    lambda *x: F.max(*x),
    lambda *x: np.max(np.stack(np.broadcast_arrays(*x)), axis=0),
    ties=lambda *x: min(of.apart(a, b) for i, a in enumerate(x) for b in x[:i]),
)
ONE_ELEMENT = Rule("op.Index", lambda x, place: x[place], lambda x, place: number(x)[place])


@step("alike terms")
def _alike(g: Growing) -> Any:
    """Terms that differ in numbers, in indices, or in the leaf that they look at."""
    count, body = g.count(4, 6), g.choice(BODIES)
    operands = _sources(g, body, count)
    values = [g.must(g.add(body, one, of.literal(g), hidden=True)) for one in operands]
    joined = g.choice([CHAIN, CHAIN, SUM, ROLLED_STACK, LARGEST])
    if joined is ROLLED_STACK:
        values = values[:4]
    if joined is not CHAIN:
        return g.add(joined, *values)
    signs = tuple(g.choice([1, -1]) for _ in values)
    if g.chance(3):  # a term that occurs twice
        values, signs = [*values, values[0]], (*signs, signs[0])
    total = g.must(g.add(CHAIN, *values, signs=signs))
    if g.chance(3):  # what some of them make of all
        some = g.must(g.add(CHAIN, *values[1:4], signs=(1, -1, 1)))
        total = g.must(g.add(of.MULTIPLY, total, some))
    return total


def _sources(g: Growing, body: Rule, count: int) -> list[int]:
    of_rows = body in (ROLL_RMS, ROLL_COUNT)
    way = g.choice(["numbers", "leaves", "indices"]) if not of_rows else "numbers"
    if way == "leaves":
        many = g.choice([2, len(NUMBERS)])
        return [g.must(g.add(of.ATTRIBUTE, path=NUMBERS[i % many])) for i in range(count)]
    operand = of.vector(g, complex=0)
    if way == "indices":
        return [g.must(g.add(ONE_ELEMENT, operand, hidden=True, place=i)) for i in range(count)]
    return [operand] * count


@step("terms again")
def _again(g: Growing) -> Any:
    """A sum in which a term occurs more than once, as in `x - y + x`."""
    one, other = of.vector(g), of.vector(g)
    sign, more = g.choice([1, -1]), g.count(1, 2)
    values = (one, other, *(one,) * more)
    return g.add(CHAIN, *values, signs=(sign, g.choice([1, -1]), *(sign,) * more))


@step("alike sums")
def _alike_sums(g: Growing) -> Any:
    """Alike terms that are sums of alike terms."""
    operand = of.vector(g, complex=0)
    sums = []
    for _ in range(4):
        own = [g.must(g.add(ROLL_SIN, operand, of.literal(g), hidden=True)) for _ in range(4)]
        sums.append(g.must(g.add(CHAIN, *own, hidden=True, signs=(1, -1, 1, -1))))
    squares = [g.must(g.add(_SQUARED, one, hidden=True)) for one in sums]
    return g.add(CHAIN, *squares, signs=(1, 1, -1, 1))


_SQUARED = unary("** whole", np.square, lambda x: x**2)


# --- Small matrices, and chains -----------------------------------------------------------------

PUT_TOGETHER = Rule(
    "op.Stack",
    lambda a, b, c, d: op.Stack([op.Stack([a, b], -1), op.Stack([c, d], -1)], -2),
    lambda a, b, c, d: np.stack([np.stack([a, b], -1), np.stack([c, d], -1)], -2),
)


@step("cascade")
def _cascade(g: Growing) -> Any:
    """Products of many small matrices, put together of elements and taken apart again."""
    made = None
    for _ in range(g.count(2, 3)):
        parts = [of.vector(g, complex=2) for _ in range(4)]
        if not all(whole(g.value(one)).shape == (POINTS,) for one in parts):
            raise Unfit
        new = _turned(g, g.must(g.add(PUT_TOGETHER, *parts)))
        made = new if made is None else _turned(g, g.must(g.add(matrices.MATMUL, made, new)))
    assert made is not None
    last = g.choice([arrays.TAKE, matrices.TRACE, matrices.DET, matrices.OFFDIAG])
    static: dict[str, Any] = {"index": "element"} if last is arrays.TAKE else {}
    return g.add(last, made, **static)


def _turned(g: Growing, matrices: int) -> int:
    """Transpose many matrices, or leave them."""
    if g.chance(2):
        return matrices
    return g.must(g.add(arrays.TRANSPOSE, matrices, axes=(0, 2, 1)))


STEPS_OF_CHAIN = [
    unary("F.sin", np.sin),
    unary("F.tanh", np.tanh),
    unary("F.cos", np.cos),
    unary("F.atan", np.arctan),
    unary("unary -", np.negative, lambda x: -x),
]


@step("chain")
def _chain(g: Growing) -> Any:
    """A long chain, shallow often and as deep as 30 at times."""
    first = operand = of.real(g)
    for _ in range(g.choice([3, 4, 6, 16])):
        if g.chance(3):
            operand = of.scaled(g, operand, 0.9, g.literal(-0.5, 0.5))
        elif g.chance(3):
            operand = g.must(g.add(of.ADD, operand, first))
        operand = g.must(g.add(g.choice(STEPS_OF_CHAIN), operand))
    return operand


@step("numbers alone")
def _numbers_alone(g: Growing) -> Any:
    """What is made of numbers alone is computed beforehand."""
    found = g.must(g.add(of.CONSTANT, value=g.literal()))
    for _ in range(g.count(1, 3)):
        found = g.must(g.add(g.choice(OF_NUMBERS), found))
        if g.chance(2):
            found = g.must(g.add(g.choice([of.ADD, of.MULTIPLY]), found, of.literal(g)))
    return g.add(of.MULTIPLY, of.vector(g), found)


OF_NUMBERS = [STEPS_OF_CHAIN[-1], unary("op.Negate", np.negative, op.Negate), *STEPS_OF_CHAIN[:4]]


@step("complex")
def _complex(g: Growing) -> Any:
    """A complex value, which later steps may take up."""
    shape = g.choice([(POINTS,), (POINTS,), (2, 2)])
    return g.add(g.choice(TURNED), of.leaf(g, shape=shape, kind="c"))


TURNED = [
    unary("F.conj", np.conj),
    unary("unary -", np.negative, lambda x: -x),
    unary("F.sin", np.sin),
    unary("op.Negate", np.negative, op.Negate),
]
