"""Which points `over` means: a range, several, a condition, or a text of one (L29)."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING, Any

import equinox as eqx
import numpy as np

from parax._diagnostic import kind_of, quoted
from parax.errors import OperatorError, OperatorTypeError, UnitError
from parax.op import _arithmetic as arithmetic
from parax.op._base import Operator
from parax.op._host import is_plain_number
from parax.op._overloads import compose_binary
from parax.units import quantity, split_quantity

if TYPE_CHECKING:
    from parax.graph import Reader

_HINT = (
    'write a range such as `"1 GHz..2 GHz"`, `"2 GHz.."` or `(1e9, 2e9)`, a list of them, or a '
    "condition such as `rf.freq > 2e9`"
)


class Band(eqx.Module):
    """The points of a sweep that are meant.

    Args:
        condition: booleans, if they were given as such.
        ranges: pairs of ends in base SI, both inclusive; infinite where a range is open.
        text: a condition in the language, which is not read yet.
        written: how the ranges were written, for messages.
    """

    condition: Any = None
    ranges: tuple[tuple[Any, Any], ...] = ()
    text: str | None = eqx.field(default=None, static=True)
    written: str | None = eqx.field(default=None, static=True)

    def of(self, value: Any, read: Reader | None) -> Any:
        """Give the condition, an operator or an array of booleans.

        Args:
            value: what is limited: ranges are of the sweep that it depends on.
            read: what reads texts, and knows a sweep for values that tell of none.

        Raises:
            OperatorError: there is no sweep, or a text that cannot be read yet.
        """
        if self.text is not None:
            if read is None:
                raise OperatorError(
                    f"the range {quoted(self.text)} is a text that is not read yet",
                    hint="`parax.compile` and `parax.problem` read it, with their vocabulary",
                )
            return read.parse(self.text)
        if not self.ranges:
            return self.condition
        sweep = sweep_of(value)
        if sweep is None and read is not None:
            sweep = read.sweep()
        if sweep is None:
            raise OperatorError(
                f"the range `{self.written}` is of a sweep, and the value tells of none",
                hint="give a condition such as `over(x, f > 2e9)`, or a vocabulary with a sweep "
                "to `parax.compile` or `parax.problem`",
            )
        parts = [_between(sweep, *ends) for ends in self.ranges]
        whole = parts[0]
        for part in parts[1:]:
            whole = compose_binary(arithmetic.bitwise_or, whole, part)
        return whole

    def needs_reading(self, value: Any) -> bool:
        """Tell whether a text has to be read, or a sweep to be found, before it is known."""
        return self.text is not None or (bool(self.ranges) and sweep_of(value) is None)


def _between(sweep: Any, low: Any, high: Any) -> Any:
    # An open end is a number too, so that all ranges have one structure.
    above = compose_binary(arithmetic.greater_equal, sweep, low)
    return compose_binary(
        arithmetic.bitwise_and, above, compose_binary(arithmetic.less_equal, sweep, high)
    )


def sweep_of(value: Any) -> Operator | None:
    """Give the operator of the sweep that a value depends on, if one of its parts tells."""
    seen: set[int] = set()
    pending = [value]
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, Operator):
            found = one.swept_over()
            if found is not None:
                return found
            pending.extend(reversed(one.operands()))
        elif isinstance(one, dict):
            pending.extend(one.values())
        elif isinstance(one, list | tuple):
            pending.extend(one)
    return None


def as_band(given: Any) -> Band:
    """Read what `over` was given.

    Raises:
        OperatorTypeError: it is nothing of the kind.
        OperatorError: a range that runs backwards.
        UnitError: an end with a unit that is not known.
    """
    if isinstance(given, Band):
        return given
    if isinstance(given, str) and ".." not in given:
        return Band(text=given, written=given)
    if isinstance(given, list):
        if not given:
            raise OperatorTypeError("the list of ranges is empty", hint=_HINT)
        ranges = tuple(_range(one) for one in given)
        return Band(ranges=ranges, written=", ".join(map(_text, given, ranges)))
    if isinstance(given, str | tuple):
        ends = _range(given)
        return Band(ranges=(ends,), written=_text(given, ends))
    if isinstance(given, Operator) or str(getattr(given, "dtype", "")) == "bool":
        return Band(condition=given)
    raise _no_range(given)


def _range(given: Any) -> tuple[Any, Any]:
    if isinstance(given, str):
        start, dots, stop = given.partition("..")
        if not dots:
            raise OperatorTypeError(f"{quoted(given)} is no range", hint=_HINT)
        _require_units(start.strip(), stop.strip())
        ends: Iterable[Any] = (start.strip() or None, stop.strip() or None)
    elif isinstance(given, tuple) and len(given) == 2:
        ends = given
    else:
        raise _no_range(given)
    low, high = (_end(one, side) for one, side in zip(ends, (-inf, inf), strict=True))
    if is_plain_number(low) and is_plain_number(high) and not low <= high:
        raise OperatorError(
            f"the range `{_text(given, (low, high))}` runs backwards",
            hint="the lower end stands first",
        )
    return low, high


def _end(end: Any, otherwise: float) -> Any:
    if end is None:
        return otherwise
    if isinstance(end, str):
        return float(quantity(end))
    if isinstance(end, Operator) or hasattr(end, "__jax_array__"):
        return end
    number: Any = end
    if is_plain_number(number) and not isinstance(number, bool) and not np.iscomplexobj(number):
        return float(number)
    raise OperatorTypeError(f"{quoted(repr(end))} is no end of a range", hint=_HINT)


def _require_units(start: str, stop: str) -> None:
    if not start or not stop:
        return
    units = [split_quantity(one)[1] for one in (start, stop)]
    if (units[0] is None) != (units[1] is None):
        bare, other = (start, stop) if units[0] is None else (stop, start)
        if float(quantity(bare)) != 0:
            raise UnitError(
                f"{quoted(bare)} has no unit, and {quoted(other)} has",
                hint="give both ends a unit",
            )


def _text(given: Any, ends: tuple[Any, Any]) -> str:
    if isinstance(given, str):
        return " ".join(given.split())
    low, high = ends
    texts = [
        "" if one in (-inf, inf) else f"{one:g}" if is_plain_number(one) else "…"
        for one in (low if is_plain_number(low) else "…", high if is_plain_number(high) else "…")
    ]
    return "..".join(texts)


def _no_range(given: Any) -> OperatorTypeError:
    return OperatorTypeError(
        f"`over` takes a range or a condition, got {quoted(repr(given))}, {kind_of(given)}",
        hint=_HINT,
    )
