"""The text of a frequency range: `a..b`, with `:points` or `:step` behind it, and `log`.

The one reading of such texts: of `Sweep`, of `--freq`, and of a text where a sweep is expected.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import numpy as np

from parax._diagnostic import Source, Span, quoted
from parax.errors import OperatorError, OperatorTypeError, ParaxSyntaxError, UnitError
from parax.units import quantity, split_quantity, unit

POINTS = 201
"""How many points a range has that does not say: what a network analyser takes."""

MOST_POINTS = 10_000_000

_LONGEST = 200  # characters of a text that can be a range

_RANGE = re.compile(
    r"\s*(?P<start>[^:\s][^:]*?)\s*\.\.\s*(?P<stop>[^:\s][^:]*?)\s*"
    r"(?::\s*(?P<grid>[^:\s][^:]*?)\s*)??(?P<log>(?<=[\s:])log)?\s*"
)
_COUNT = re.compile(r"[0-9]+(?:_[0-9]+)*")
_HINT = (
    'write a range such as `"1 GHz..3 GHz:201"`, `"1 GHz..3 GHz:10 MHz"` or '
    '`"1 GHz..3 GHz:201 log"`'
)


def frequency_range(
    text: str,
    *,
    points: Any = None,
    spacing: str | None = None,
    source: str = "<sweep>",
) -> np.ndarray:
    """Give the frequencies that a text means.

    Args:
        text: `a..b`, with `:points` or `:step` behind it, and `log` at the end.
        points: how many, if the text does not say.
        spacing: `"linear"` or `"log"`, if the text does not say `log`.
        source: what messages call the text.

    Returns:
        Frequencies [Hz] in 64 bit, shape `(F,)`, strictly increasing.

    Raises:
        OperatorError: a range that is impossible.
        ParaxSyntaxError: the text is no range.
        UnitError: a unit that is no frequency, or that only one end has.
    """
    return _Reader(text, source).read(points, spacing)


class _Reader:
    """One text while it is read; keeps it for the places in messages."""

    def __init__(self, text: str, source: str) -> None:
        self.source = Source(text, source)
        self.text = text
        match = _RANGE.fullmatch(text) if len(text) <= _LONGEST else None
        if match is None:
            raise ParaxSyntaxError(
                f"{quoted(text)} is no range of frequencies", span=self.span(), hint=_HINT
            )
        self.match = match

    def span(self, part: str | None = None) -> Span:
        start, end = self.match.span(part) if part else (0, len(self.text))
        return Span(self.source, start, end)

    def read(self, points: Any, spacing: str | None) -> np.ndarray:
        log = self._is_log(spacing)
        start, stop = self._ends()
        grid = self.match["grid"]
        if grid is not None and not _COUNT.fullmatch(grid):
            return self._steps(start, stop, points, log=log)
        count = self._count(points)
        self._check_order(start, stop, count)
        if log:
            if start <= 0:
                self._impossible(
                    f"{quoted(self.match['start'])} cannot begin a logarithmic sweep",
                    "begin above 0 Hz",
                    "start",
                )
            return np.geomspace(start, stop, count)
        return np.linspace(start, stop, count)

    def _is_log(self, spacing: str | None) -> bool:
        if spacing not in (None, "linear", "log"):
            raise OperatorTypeError(
                f'`spacing` is `"linear"` or `"log"`, got {quoted(repr(spacing))}'
            )
        if self.match["log"] is not None and spacing == "linear":
            self._impossible(
                f"{quoted(self.text)} says `log`, and `spacing` says `linear`", "leave one out"
            )
        return self.match["log"] is not None or spacing == "log"

    def _ends(self) -> tuple[float, float]:
        start, stop = self._frequency("start"), self._frequency("stop")
        has_unit = [split_quantity(self.match[part])[1] is not None for part in ("start", "stop")]
        if has_unit[0] != has_unit[1]:
            bare, other = ("start", "stop") if has_unit[1] else ("stop", "start")
            if self._frequency(bare) != 0:
                written = split_quantity(self.match[other])[1]
                name = written.name if written is not None else "Hz"
                raise UnitError(
                    f"{quoted(self.match[bare])} has no unit, and {quoted(self.match[other])} has",
                    span=self.span(bare),
                    hint=f"write `{self.match[bare]} {name}`, or `{self.match[bare]} Hz`",
                )
        return start, stop

    def _frequency(self, part: str) -> float:
        text = self.match[part]
        try:
            its_unit = split_quantity(text)[1]
            value = quantity(text)
        except UnitError as error:
            raise error.located(self.span(part)) from None
        if its_unit is not None and its_unit.dimension != unit("Hz").dimension:
            raise UnitError(
                f"{quoted(text)} is no frequency",
                span=self.span(part),
                hint="give it in `Hz`, `kHz`, `MHz` or `GHz`",
            )
        return value

    def _count(self, points: Any) -> int:
        written = self.match["grid"]
        if points is not None and (isinstance(points, bool) or not isinstance(points, int)):
            raise OperatorTypeError(f"`points` is a whole number, got {quoted(repr(points))}")
        if written is None:
            return POINTS if points is None else self._checked_count(points)
        count = int(written.replace("_", "")[:20])
        if points not in (None, count):
            self._impossible(
                f"{quoted(self.text)} says {count} points, and `points` says {points}",
                "leave one out",
            )
        return self._checked_count(count)

    def _checked_count(self, count: int) -> int:
        if count < 1:
            self._impossible(f"{count} points are no sweep", "give at least one")
        if count > MOST_POINTS:
            self._impossible(
                f"{quoted(self.text)} has {count} points, and {MOST_POINTS} are the most"
            )
        return count

    def _check_order(self, start: float, stop: float, count: int) -> None:
        if stop < start:
            self._impossible(
                f"{quoted(self._ends_text())} runs backwards",
                f"write `{self.match['stop']}..{self.match['start']}`",
            )
        if (start == stop) != (count == 1):
            self._impossible(
                f"{quoted(self._ends_text())} is a single frequency and cannot have {count} points"
                if start == stop
                else f"1 point cannot span {quoted(self._ends_text())}",
                "write `:1` behind it" if start == stop else "give at least 2 points",
            )

    def _steps(self, start: float, stop: float, points: Any, *, log: bool) -> np.ndarray:
        written = self.match["grid"]
        step = self._frequency("grid")
        if points is not None:
            self._impossible(
                f"{quoted(self.text)} says a step, and `points` says {points}", "leave one out"
            )
        if log:
            self._impossible(
                f"{quoted(written)} is a step, and a logarithmic sweep has none",
                "give a number of points, such as `:201 log`",
                "grid",
            )
        if not step > 0:
            self._impossible(f"{quoted(written)} is no step", "give one above 0 Hz", "grid")
        if stop < start:
            self._check_order(start, stop, 2)
        ratio = (stop - start) / step
        if ratio > MOST_POINTS:
            self._impossible(f"{quoted(self.text)} has more than {MOST_POINTS} points")
        steps = round(ratio)
        if abs(ratio - steps) > 1e-6:
            self._impossible(
                f"steps of {quoted(written)} from {quoted(self.match['start'])} do not meet "
                f"{quoted(self.match['stop'])}",
                "take a step that divides the range, or a number of points",
                "grid",
            )
        return np.linspace(start, stop, steps + 1)

    def _ends_text(self) -> str:
        return f"{self.match['start']}..{self.match['stop']}"

    def _impossible(
        self, headline: str, hint: str | None = None, part: str | None = None
    ) -> NoReturn:
        raise OperatorError(headline, hint=hint, span=self.span(part))
