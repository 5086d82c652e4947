"""`over` and `mask`: the points of a sweep that count, from Python (O45, L29, L42a)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from parax import op
from parax._diagnostic import kind_of, quoted
from parax.errors import OperatorError, OperatorTypeError


def over(x: Any, band: Any) -> Any:
    """Limit a value to the points of a band.

    Every reduction along the sweep inside `x` leaves out the points outside; what is no
    reduction, such as a derivative, is computed on the whole sweep. Where the limited value is
    the end of an expression, points outside are NaN.

    Args:
        x: an operator; or an array, with a condition that is one.
        band: `"1 GHz..2 GHz"`, with both ends, or open: `"2 GHz.."`; a pair of ends in base SI,
            None for an open one; a list of ranges, which are joined; a condition: booleans along
            the first axes of `x`, or a text of one, which `parax.compile` reads.

    Returns:
        An operator; of arrays, an array.

    Raises:
        OperatorTypeError: the band is none of these.
        OperatorError: a range that runs backwards; when evaluated: the value has no sweep, or the
            condition does not fit.
        UnitError: a unit that is not known.

    Example:
        >>> from parax import functions, rf
        >>> level = rf.dB(rf.S21)
        >>> worst = functions.max(functions.over(level, "1 GHz..2 GHz"))
        >>> sweep = rf.Sweep("0.5 GHz..3 GHz:6")
        >>> round(float(worst(rf.example_model("ladder"), sweep)), 2)
        -0.14
    """
    known = op.as_band(band)
    if isinstance(x, op.Operator) or isinstance(known.condition, op.Operator) or known.ranges:
        return op.limited(x, known)
    if known.text is not None:
        return op.limited(x, known)
    return op.Over(x, known.condition)()


def mask(x: Any, points: Any) -> Any:
    """Give a limit made of breakpoints: linear between them, and not applying outside.

    Args:
        x: where the limit is read, such as `rf.freq`; an operator.
        points: a dict from place to value, or a list of pairs, in rising order of place.

    Returns:
        An operator, limited to the places between the first and the last breakpoint.

    Raises:
        OperatorError: fewer than two breakpoints, or not in order.
        OperatorTypeError: `points` is nothing of the kind.

    Example:
        >>> from parax import functions, op
        >>> import jax.numpy as jnp
        >>> f = op.Input("f")
        >>> functions.mask(f, {1.0: -40.0, 2.0: -20.0})(f=jnp.array([0.5, 1.5, 2.0])).tolist()
        [nan, -30.0, -20.0]
    """
    from parax.functions._table import table

    pairs = _pairs(points)
    places, values = op.Stack([one for one, _ in pairs], 0), op.Stack([one for _, one in pairs], 0)
    line = table()["interp"].compose(x, places, values)
    between = (x >= pairs[0][0]) & (x <= pairs[-1][0])
    return op.Over(line, between)


def _pairs(points: Any) -> list[tuple[Any, Any]]:
    found = list(points.items()) if isinstance(points, Mapping) else points
    if not isinstance(found, list | tuple) or not all(
        isinstance(one, list | tuple) and len(one) == 2 for one in found
    ):
        raise OperatorTypeError(
            f"`mask` takes breakpoints, got {quoted(repr(points))}, {kind_of(points)}",
            hint="write `mask(rf.freq, {1e9: -40, 1.6e9: -20})`",
        )
    pairs = [(one, other) for one, other in found]
    if len(pairs) < 2:
        raise OperatorError(
            f"`mask` of {len(pairs)} breakpoint{'s' * (len(pairs) != 1)}",
            hint="give at least two; a limit that is one number needs no mask",
        )
    for (one, _), (other, _) in itertools.pairwise(pairs):
        if op.is_plain_number(one) and op.is_plain_number(other) and not one < other:
            raise OperatorError(
                f"the breakpoints of `mask` are in no rising order: {one:g}, then {other:g}"
            )
    return pairs
