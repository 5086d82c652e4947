"""The relation of a goal: its two or three sides, and by how much they miss it."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from parax import op
from parax._diagnostic import quoted
from parax.errors import OperatorTypeError
from parax.graph import same
from parax.op import Traits, map_leaves, require_real, with_traits

WRITE = "Goal takes a comparison; write Goal(dB(S21) < -20)"
"""The message for anything else, as it is pinned."""
_TWO_LIMITS = "two limits of one value are `Goal((x > 1) & (x < 2))`, in a text `1 < x < 2`"


@dataclass(frozen=True)
class Sides:
    """What a goal compares.

    Args:
        value: what is looked at.
        low: what it should not be below; None if there is no such limit.
        high: what it should not be above; None if there is no such limit.
        equal: what it should be; None for a goal of limits.
    """

    value: Any
    low: Any = None
    high: Any = None
    equal: Any = None

    def residual(self, *, relative: bool = False) -> op.Operator:
        """Give the operator of the signed miss of each point: its magnitude is the violation.

        Args:
            relative: divide by the magnitude of the limit.
        """
        terms = [
            op.Binary(fn, self.value, limit)
            if not relative
            else op.Binary(of_limit, op.Binary(fn, self.value, limit), limit)
            for fn, limit in ((above, self.high), (below, self.low), (apart, self.equal))
            if limit is not None
        ]
        return terms[0] if len(terms) == 1 else op.Sum(terms)


_SIGNS = {"<": 1, "<=": 1, ">": -1, ">=": -1, "==": 0}


def sides_of(relation: Any) -> Sides:
    """Take a comparison, or a chain of two, apart.

    Raises:
        OperatorTypeError: it is neither.
    """
    parts = _comparisons(relation)
    if parts is None:
        raise OperatorTypeError(WRITE)
    if len(parts) == 1:
        if all(map(_is_truth, parts[0][1:])):
            raise _compares_truths(quoted(written(relation)))
        return _single(*parts[0])
    (sign, a, b), (other, *sides) = parts
    for are_one, value in itertools.product((operator.is_, same), (b, a)):
        place = next((i for i, side in enumerate(sides) if are_one(value, side)), None)
        if sign and other and place is not None and not is_limit(value):
            sides[place] = value
            limits = dict([_limit_on(value, sign, a, b), _limit_on(value, other, *sides)])
            if len(limits) == 2:
                return Sides(value, **limits)
    raise OperatorTypeError(WRITE, hint=_TWO_LIMITS)


def written(relation: op.Operator) -> str:
    """Give a relation as text, without the parentheses around the whole."""
    return op.show(relation).removeprefix("(").removesuffix(")")


def _comparisons(relation: Any) -> list[tuple[int, Any, Any]] | None:
    if not isinstance(relation, op.Binary):
        return None
    symbol, left, right = relation.symbol(), relation.left, relation.right
    if symbol in _SIGNS:
        return [(_SIGNS[symbol], left, right)]
    if symbol in ("and", "&"):
        one, other = _comparisons(left), _comparisons(right)
        if one is not None and other is not None and len(one) == len(other) == 1:
            return [*one, *other]
    return None


def _single(sign: int, left: Any, right: Any) -> Sides:
    value = right if is_limit(left) and not is_limit(right) else left
    if not sign:
        return Sides(value, equal=left if value is right else right)
    return Sides(value, **dict([_limit_on(value, sign, left, right)]))


def _limit_on(value: Any, sign: int, left: Any, right: Any) -> tuple[str, Any]:
    if value is left:
        return ("high" if sign > 0 else "low"), right
    return ("low" if sign > 0 else "high"), left


def is_limit(side: Any) -> bool:
    """Tell whether a side is a plain value, and so the limit."""
    return not isinstance(side, op.Operator) or isinstance(side, op.Constant)


def _is_truth(side: Any) -> bool:
    """Tell whether a side is seen to be true or false before it is computed."""
    return isinstance(side, bool) or _comparisons(side) is not None


def _compares_truths(relation: str) -> OperatorTypeError:
    return OperatorTypeError(
        f"a goal compares numbers, and both sides of {relation} are true or false",
        hint="for two limits of one value, join two comparisons: `Goal((x > 1) & (x < 2))`",
    )


def _require_numbers(symbol: str, *more: Callable[..., None]) -> Callable[..., None]:
    """Make the check that not both sides are booleans, and others."""

    def check(*sides: Any) -> None:
        if all(any(map(_is_boolean, jax.tree_util.tree_leaves(side))) for side in sides):
            raise _compares_truths(quoted(symbol))
        for one in more:
            one(*sides)

    return check


def _is_boolean(leaf: Any) -> bool:
    return jnp.result_type(leaf) == jnp.bool_


def _above(x: Any, limit: Any) -> Any:
    e = jnp.asarray(x) - limit
    return jnp.where(e <= 0, jnp.zeros_like(e), e)  # a NaN stays one, and the slope at 0 is 0


def _below(x: Any, limit: Any) -> Any:
    return _above(limit, x)


def _apart(x: Any, limit: Any) -> Any:
    return jnp.asarray(x) - limit


def _of_limit(e: Any, limit: Any) -> Any:
    e = jnp.asarray(e)
    tiny = jnp.finfo(e.dtype if jnp.issubdtype(e.dtype, jnp.inexact) else float).tiny
    return e / jnp.maximum(jnp.abs(jnp.asarray(limit)), tiny)


@with_traits(Traits("<", elementwise=True, check=_require_numbers("<", require_real("<"))))
def above(x: Any, limit: Any) -> Any:
    """Give by how much a value exceeds a limit: max(x − limit, 0)."""
    return map_leaves(_above, x, limit)


@with_traits(Traits(">", elementwise=True, check=_require_numbers(">", require_real(">"))))
def below(x: Any, limit: Any) -> Any:
    """Give by how much a value falls short of a limit: max(limit − x, 0)."""
    return map_leaves(_below, x, limit)


@with_traits(Traits("==", elementwise=True, check=_require_numbers("==")))
def apart(x: Any, limit: Any) -> Any:
    """Give the difference from what a value should be, complex if one of them is."""
    return map_leaves(_apart, x, limit)


@with_traits(Traits("relative", elementwise=True))
def of_limit(e: Any, limit: Any) -> Any:
    """Give a miss as a part of the limit's magnitude."""
    return map_leaves(_of_limit, e, limit)
