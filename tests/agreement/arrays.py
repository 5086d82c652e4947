"""Steps of random graphs that make arrays and rearrange them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from parax import functions as F  # noqa: N812
from parax import op
from tests.agreement import leaves as of
from tests.agreement.graphs import Growing, Rule, Unfit, gaps
from tests.agreement.modules import POINTS
from tests.agreement.reductions import axis_for
from tests.agreement.rules import composing, step
from tests.agreement.values import Chosen, is_complex, number, whole


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


def size_of_sum(x: Any, *_: Any, **__: Any) -> float:
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
CUMSUM = arranging("F.cumsum", np.cumsum, size=size_of_sum)
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
