"""Source spans, echoes of foreign text, suggestions, and the one renderer of errors.

Nothing of parax enters here, and no other file formats a caret or an echo.
"""

from __future__ import annotations

import bisect
import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

ECHO_LIMIT = 80
"""Longest piece of foreign text that a message repeats, in characters."""

_WINDOW = 100  # columns of a source line that are shown around a caret range
_RED, _BLUE, _CYAN, _BOLD, _OFF = "\x1b[31m", "\x1b[34m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


class Source:
    """A text that was parsed, with the name it is shown under."""

    def __init__(self, text: str, name: str = "<expression>") -> None:
        self.text = text
        self.name = name

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Give the 1-based line and column of a character offset."""
        line = bisect.bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Give one line, counted from 1, without its newline."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end].rstrip("\r")


@dataclass(frozen=True, slots=True)
class Span:
    """The half-open range of characters `start:end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.position(self.start)[1]

    @property
    def end_line(self) -> int:
        """Line of the end, from 1."""
        return self.source.position(self.end)[0]

    @property
    def end_column(self) -> int:
        """Column just after the last character, from 1."""
        return self.source.position(self.end)[1]

    def __deepcopy__(self, memo: object) -> Span:
        return self


def _escaped(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "C":  # control, format (bidirectional marks), surrogate, unassigned
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"
    return character


def echo(text: object, limit: int = ECHO_LIMIT) -> str:
    """Give foreign text as a message may repeat it: short, without control characters."""
    raw = str(text)
    cut = raw[:limit]
    shown = "".join(map(_escaped, cut))
    return shown + "…" if len(raw) > limit else shown


def quoted(text: object, limit: int = ECHO_LIMIT) -> str:
    """Give an echo in backticks."""
    return f"`{echo(text, limit)}`"


def number_text(value: object) -> str:
    """Give a number as a person writes it: `2.4e9` for 2400000000.0, others as Python does."""
    text = str(value)
    if not isinstance(value, float) or abs(value) < 1e6 or not text.endswith("000.0"):
        return text
    digits = text.removeprefix("-").removesuffix(".0")
    first, rest = digits[0], digits[1:].rstrip("0")
    return f"{'-' * (value < 0)}{first}{'.' * bool(rest)}{rest}e{len(digits) - 1}"


def with_article(noun: str) -> str:
    """Give a noun with its article: "an int", "a float"."""
    return f"{'an' if noun[:1] in 'aeiouAEIO' else 'a'} {noun}"


def kind_of(value: object) -> str:
    """Give the class of a value with its article: "an int", "a Parameter"."""
    return with_article(type(value).__name__)


def close_matches(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Give at most `count` known names that resemble `name`: the nearest, and those equally near.

    Nearest is what differs in case only, then what a single slip makes of it, then what has most
    in common with it.
    """
    pool = [one for one in dict.fromkeys(known) if one != name]
    distances = [_distance(name, one) for one in pool]
    nearest = min(distances, default=_FAR)
    if nearest < _FAR:
        pairs = zip(pool, distances, strict=True)
        return [one for one, distance in pairs if distance == nearest][:count]
    alike = difflib.get_close_matches(name, pool, n=count, cutoff=0.6)
    ratios = [difflib.SequenceMatcher(None, one, name).ratio() for one in alike]
    return [one for one, ratio in zip(alike, ratios, strict=True) if ratio == ratios[0]]


_FAR = (3, 0, True)


def _distance(name: str, known: str) -> tuple[int, int, bool]:
    """Order what is near: by kind, then those that lost no character and begin alike first."""
    lowered, other = name.lower(), known.lower()
    if lowered == other:  # what has a capital was written with thought for the case
        parted = 0 if name == lowered else sum(a != b for a, b in zip(name, known, strict=False))
        return 0, parted, False
    kind = 1 if _slip(name, known) else 2
    if kind == 2 and not _slip(lowered, other):
        return _FAR
    return kind, int(len(known) < len(name)), lowered[:1] != other[:1]


def _slip(name: str, known: str) -> bool:
    """Tell whether one character wrong, missing or too many, or two swapped, part two names."""
    shorter = min(len(name), len(known))
    if abs(len(name) - len(known)) > 1 or shorter < 2 or (shorter == 2 and name[0] != known[0]):
        return False
    left, right = _parted(name, known)
    left, right = _parted(left[::-1], right[::-1])
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


def _parted(left: str, right: str) -> tuple[str, str]:
    """Give what is left of two names without their common beginning."""
    pairs = enumerate(zip(left, right, strict=False))
    same = next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))
    return left[same:], right[same:]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Give the sentence "did you mean …?", or None if nothing is near."""
    matches = [quoted(match) for match in close_matches(name, known)]
    if not matches:
        return None
    if len(matches) == 1:
        return f"did you mean {matches[0]}?"
    return f"did you mean {', '.join(matches[:-1])} or {matches[-1]}?"


def _excerpt(span: Span) -> tuple[str, int, int]:
    """Give the shown part of the span's first line, and where the carets start and how many."""
    text = span.source.line(span.line)
    start = min(span.column - 1, len(text))
    end = span.end_column - 1 if span.end_line == span.line else len(text)
    end = max(min(end, len(text)), start)
    left, prefix = 0, ""
    if len(text) > _WINDOW:
        left = max(0, start - _WINDOW // 3)
        prefix = "…" if left else ""
    window = text[left : left + _WINDOW]
    suffix = "…" if left + _WINDOW < len(text) else ""
    before = "".join(map(_escaped, window[: start - left].replace("\t", " ")))
    under = "".join(map(_escaped, window[start - left : end - left].replace("\t", " ")))
    after = "".join(map(_escaped, window[end - left :].replace("\t", " ")))
    return prefix + before + under + after + suffix, len(prefix + before), max(len(under), 1)


def render(
    headline: str,
    *,
    span: Span | None = None,
    label: str | None = None,
    hint: str | None = None,
    title: str | None = None,
    colour: bool = False,
) -> str:
    """Lay out one diagnostic: headline, place, source line with carets, help.

    Args:
        headline: what is wrong, with the user's own words in backticks.
        span: where, if it was found in a text.
        label: a remark set beside the carets.
        hint: what to do.
        title: a word put before the headline, usually the name of the error's class.
        colour: use ANSI colours.

    Returns:
        One or more lines without a newline at the end.
    """

    def paint(text: str, code: str) -> str:
        return f"{code}{text}{_OFF}" if colour else text

    first = paint(headline, _BOLD)
    lines = [f"{paint(title + ':', _RED + _BOLD)} {first}" if title else first]
    if span is not None:
        shown, offset, width = _excerpt(span)
        number = str(span.line)
        gutter = " " * len(number)
        lines.append(f"  {paint(f'{span.source.name}:{span.line}:{span.column}', _BLUE)}")
        lines.append(f"  {paint(number + ' |', _BLUE)} {shown}".rstrip())
        carets = paint("^" * width, _RED) + (f" {label}" if label else "")
        lines.append(f"  {paint(gutter + ' |', _BLUE)} {' ' * offset}{carets}")
    if hint is not None:
        lines.append(f"  {paint('help:', _CYAN)} {hint}")
    return "\n".join(lines)
