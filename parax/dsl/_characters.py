"""Names as people write them: normalised, and refused where a character deceives (L10)."""

from __future__ import annotations

import unicodedata

from parax._diagnostic import Span, quoted
from parax.errors import ParaxSyntaxError

_MEANT = {
    "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "×": "*",
    "·": "*", "⋅": "*", "\u2217": "*", "÷": "/", "\u2044": "/", "\u2215": "/", "≤": "<=",
    "≥": ">=", "≠": "!=", "≈": "==", "√": "sqrt(…)", "∞": "inf", "\u2227": "and",
    "\u2228": "or", "¬": "not", "…": "...", "°": "deg", "²": "**2", "³": "**3", "∑": "sum(…)",
    "‖": "norm(…)",
}  # fmt: skip
_QUOTES = "\u2018\u2019\u201a\u201c\u201d\u201e«»"


def normal_name(text: str, span: Span) -> str:
    """Give a name in its normal form (NFKC).

    Raises:
        ParaxSyntaxError: it starts with `_`, has a character that no name has, or one that only
            looks like a letter or digit and would become another.
    """
    if not text.isascii():
        text = _normalised(text, span)
    if text[0] == "_":
        raise ParaxSyntaxError(
            f"{quoted(text)} cannot be used in an expression",
            span=span,
            hint="names that begin with `_` are private",
        )
    return text


def _normalised(text: str, span: Span) -> str:
    for position, character in enumerate(text):
        if ord(character) < 0x80:
            continue
        at = Span(span.source, span.start + position, span.start + position + 1)
        if not ("a" + unicodedata.normalize("NFKC", character)).isidentifier():
            raise foreign_character(character, at)
        plain = unicodedata.normalize("NFKC", character)
        if plain.isascii():
            raise ParaxSyntaxError(
                f"{quoted(character)} (U+{ord(character):04X}, {_title(character)}) is not the "
                f"{_sort(plain)} `{plain}`",
                span=at,
                hint=f"write `{plain}`",
            )
    name = unicodedata.normalize("NFKC", text)
    if not name.isidentifier():
        raise ParaxSyntaxError(
            f"{quoted(text)} is no name", span=span, hint="a name begins with a letter"
        )
    return name


def _sort(plain: str) -> str:
    if len(plain) > 1:
        return "text"
    return "digit" if plain.isdigit() else "letter"


def _title(character: str) -> str:
    return unicodedata.name(character, "no name").lower()


def foreign_character(character: str, span: Span) -> ParaxSyntaxError:
    """Make the error for a character that has no place in the language."""
    code = f"U+{ord(character):04X}"
    category = unicodedata.category(character)
    meant = _MEANT.get(character)
    if meant is not None:
        hint = f"write `{meant}`"
    elif character in _QUOTES:
        hint = "the language has no quoted texts"
    elif category == "Zs":
        return ParaxSyntaxError(
            f"{code} looks like a blank and is none", span=span, hint="write an ordinary blank"
        )
    elif category[0] == "C":
        return ParaxSyntaxError(
            f"the invisible character {quoted(character)} ({code}) cannot stand in an expression",
            span=span,
            hint="remove it",
        )
    else:
        hint = "letters, digits, `_` and the signs of Python's expressions are known"
    return ParaxSyntaxError(
        f"{quoted(character)} ({code}) is no part of the language", span=span, hint=hint
    )
