"""Naming a mistake in the user's words, from where the parse stopped and what stood before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parax._diagnostic import Span, quoted
from parax.dsl._characters import foreign_character, normal_name
from parax.dsl._elsewhere import CHARACTERS, JOINED_SIGNS, RESERVED, STATEMENTS, WORD_OPERATORS
from parax.errors import ParaxSyntaxError, ParaxTypeError
from parax.units import find_unit, is_prefix

if TYPE_CHECKING:
    from parax.dsl._driver import Tokens

_NUMBERS = {"INT", "REAL", "HEX", "IMAGINARY"}
_OPERANDS = {"NAME", *_NUMBERS}
ENDS = {*_OPERANDS, "RPAR", "RSQB"}
_OPENERS = {"LPAR": "(", "LSQB": "["}
_CLOSERS = {"RPAR": "(", "RSQB": "["}
_INFIX = {"OR", "AND", "COMPARE", "BIT_OR", "BIT_AND", "TIMES", "POWER", "SIGN"}
_PREFIX = {"NOT", "BIT_NOT"}
_GOES_ON = re.compile(r"\s*[(\[.\w]")
_OPENS = re.compile(r"\s*\(")


def unexpected_character(tokens: Tokens, position: int) -> ParaxSyntaxError:
    """Make the error for a character that begins no token."""
    text = tokens.source.text
    word = _word_at(text, position)
    if word in RESERVED:
        return ParaxSyntaxError(
            f"`{word}` is a reserved word, and no part of an expression",
            span=Span(tokens.source, position, position + len(word)),
            hint=RESERVED[word],
        )
    span = Span(tokens.source, position, position + 1)
    if text[position] not in CHARACTERS:
        return foreign_character(text[position], span)
    headline, hint = CHARACTERS[text[position]]
    return ParaxSyntaxError(headline, span=span, hint=hint)


def _word_at(text: str, position: int) -> str:
    end = position
    while end < len(text) and end < position + 8 and text[end].isalpha():
        end += 1
    return text[position:end]


def unexpected_token(tokens: Tokens) -> ParaxSyntaxError:
    """Make the error for the last token, which cannot follow those before it."""
    return _Mistake(tokens).name_it()


class _Mistake:
    """The last token, the one before it, and the brackets that are open."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.at = len(tokens.kinds) - 1
        self.found = tokens.name(self.at)
        self.text = tokens.text(self.at)
        self.before = tokens.name(self.at - 1)
        self.text_before = tokens.text(self.at - 1) if self.at else ""
        self.open = _open_brackets(tokens, self.at)

    def name_it(self) -> ParaxSyntaxError:
        if self.at == 0 and self.found == "$END":
            return self._error(
                "the text has no expression", "write one, such as `max(abs(x)) - target`"
            )
        self._judge_names()
        joined = self._joined_signs()
        if joined is not None:
            return joined
        if self.before == "DOT" and self.found != "DOT":
            return self._after_dot()
        if self.found in _CLOSERS and self._closes_wrongly():
            return self._wrong_bracket()
        if self.found in ("$END", "RPAR", "RSQB", "COMMA", "ELSE", "IF", "EQUAL", "COLON"):
            missing = self._missing_operand()
            if missing is not None:
                return missing
        special = getattr(self, f"_found_{self.found.strip('$').lower()}", None)
        if special is not None:
            return special()
        if self.found in _INFIX:
            return self._operator()
        if self.before in ENDS:
            return self._side_by_side()
        return self._error(f"{quoted(self.text)} cannot stand here", None)

    def _error(
        self, headline: str, hint: str | None, first: int | None = None, last: int | None = None
    ) -> ParaxSyntaxError:
        span = self.tokens.span(self.at if first is None else first, last)
        return ParaxSyntaxError(headline, span=span, hint=hint)

    def _judge_names(self) -> None:
        """Raise what is wrong with the characters of a name, which no sentence should repeat."""
        for token in (self.at - 1, self.at):
            if self.tokens.name(token) == "NAME" and not self.tokens.text(token).isascii():
                normal_name(self.tokens.text(token), self.tokens.span(token))

    # --- Brackets ---------------------------------------------------------------------------

    def _closes_wrongly(self) -> bool:
        opening = self.tokens.text(self.open[-1]) if self.open else ""
        return opening != _CLOSERS[self.found]

    def _wrong_bracket(self) -> ParaxSyntaxError:
        if not self.open:
            return self._error(f"`{self.text}` closes nothing", "remove it, or open it before")
        opening = self.tokens.text(self.open[-1])
        line, column = self.tokens.source.position(self.tokens.starts[self.open[-1]])
        right = {"(": ")", "[": "]"}[opening]
        return self._error(
            f"`{self.text}` cannot close the `{opening}` of line {line}, column {column}",
            f"write `{right}`",
        )

    # --- Something is missing ---------------------------------------------------------------

    def _missing_operand(self) -> ParaxSyntaxError | None:
        """Say that an operator, a comma or a bracket has nothing behind it."""
        before = self.at - 1
        if self.before in _INFIX or self.before in _PREFIX or self.before in ("IF", "ELSE"):
            hint = "an operator stands between two values"
            if self.before in _PREFIX or self.before in ("IF", "ELSE"):
                hint = "write a value behind it"
            if self.before == "BIT_OR":
                hint = "the magnitude is written `abs(x)`"
            return self._error(f"no value follows `{self.text_before}`", hint, before)
        if self.before in _OPENERS and self.found in _CLOSERS:
            hint = "an index is written `x[0]`, a list `[a, b]`"
            if self.before == "LPAR":
                hint = "write a value between the brackets"
            return self._error("nothing stands between the brackets", hint, before, self.at)
        if self.before in ("EQUAL", "COMMA", *_OPENERS) and self.found in ("COMMA", "RPAR", "RSQB"):
            return self._error(f"no value stands before `{self.text}`", "write one, or remove it")
        if self.before in ("EQUAL", "COMMA", "COLON") and self.found == "$END" and not self.open:
            return self._error(f"no value follows `{self.text_before}`", None, before)
        return self._open_if() if self.before in ENDS else None

    def _open_if(self) -> ParaxSyntaxError | None:
        """Say that an `if` of this bracket has no `else`."""
        if self.found in ("ELSE", "IF"):
            return None
        start = self.open[-1] + 1 if self.open else 0
        depth, waiting = 0, -1
        for token in range(start, self.at):
            name = self.tokens.name(token)
            depth += (name in _OPENERS) - (name in _CLOSERS)
            if depth == 0 and name in ("IF", "ELSE", "COMMA"):
                waiting = token if name == "IF" else -1
        if waiting < 0:
            return None
        return self._error(
            "this `if` has no `else`", "a choice is written `a if c else b`", waiting
        )

    def _found_end(self) -> ParaxSyntaxError:
        if self.open:
            opening = self.open[-1]
            bracket = self.tokens.text(opening)
            return self._error(
                f"this `{bracket}` is never closed",
                f"close it with `{'])'[bracket == '(']}`",
                opening,
            )
        return self._error("the expression breaks off here", None)

    # --- Signs that belong together ---------------------------------------------------------

    def _joined_signs(self) -> ParaxSyntaxError | None:
        """Say what two signs without a blank between them were meant to be."""
        text, start = self.tokens.source.text, self.tokens.starts[self.at]
        if self.found == "EQUAL" and text[start + 1 : start + 2] in ("<", ">"):
            span = Span(self.tokens.source, start, start + 2)
            hint = f"write `{text[start + 1]}=`"
            return ParaxSyntaxError(
                f"`{text[start : start + 2]}` is no operator", span=span, hint=hint
            )
        if self.at == 0 or self.tokens.ends[self.at - 1] != start:
            return None
        written = self.text_before + self.text
        hint = JOINED_SIGNS.get(written)
        if hint is None:
            return None
        return self._error(f"`{written}` is no operator", hint, self.at - 1, self.at)

    def _after_dot(self) -> ParaxSyntaxError:
        before = self.at - 1
        if self.found in _NUMBERS and self.text.startswith("."):
            return self._range(before)
        if self.found in _NUMBERS and self.tokens.name(self.at - 2) in _NUMBERS:
            written = quoted(self.tokens.span(self.at - 2, self.at).text, 40)
            return self._error(
                f"{written} has two points", "a number has one", self.at - 2, self.at
            )
        return self._error("no name follows `.`", "a path is written `filter.L1`", before)

    def _range(self, first: int) -> ParaxSyntaxError:
        hint = RESERVED["in"]
        return self._error("a range such as `a..b` is no value", hint, first, self.at)

    # --- Something is in the wrong place ----------------------------------------------------

    def _found_equal(self) -> ParaxSyntaxError:
        if self.open and self.tokens.text(self.open[-1]) == "(":
            return self._error(
                "before this `=` stands no name of an argument",
                "an argument is named like `axis=0`; to compare, write `==`",
            )
        return self._error(
            "an expression gives no name to a value", "to compare, write `==`, not `=`"
        )

    def _found_comma(self) -> ParaxSyntaxError:
        if self.before in _NUMBERS and not self.open:
            return self._error("a number has no comma", "write `1.5` or `1_000`; a list `[a, b]`")
        return self._error("a comma separates two values here", "a list is written `[a, b]`")

    def _found_colon(self) -> ParaxSyntaxError:
        if self.at == 1 and self.text_before in STATEMENTS:
            return self._error(*STATEMENTS[self.text_before], 0)
        if self.tokens.source.text.startswith(":=", self.tokens.starts[self.at]):
            return self._error("an expression gives no name to a value", "to compare, write `==`")
        if self.open and self.tokens.text(self.open[-1]) == "(":
            return self._error("a range such as `a:b` is no argument", RESERVED["over"])
        return self._error(
            "`:` has no meaning here",
            "a slice stands in an index, `x[1:3]`; a path is written `a.b`, a choice "
            "`a if c else b`",
        )  # fmt: skip

    def _found_if(self) -> ParaxSyntaxError:
        if self.before in ENDS:
            return self._error(
                "an `if` inside a condition needs brackets", "write `a if (b if c else d) else e`"
            )
        return self._error(
            "no value stands before `if`", "write `a if c else b`, or `where(c, a, b)`"
        )

    def _found_else(self) -> ParaxSyntaxError:
        return self._error("this `else` has no `if`", "a choice is written `a if c else b`")

    def _found_ellipsis(self) -> ParaxSyntaxError:
        return self._error("`...` stands in an index only", "write for instance `x[..., 0]`")

    def _found_dot(self) -> ParaxSyntaxError:
        if self.before == "DOT":
            return self._range(self.at - 1)
        if self.tokens.source.text.startswith("...", self.tokens.starts[self.at]):
            return self._found_ellipsis()
        return self._error("no name stands before `.`", "a path is written `filter.L1`")

    def _operator(self) -> ParaxSyntaxError:
        """An operator that has two operands, and no left one."""
        if self.found == "BIT_OR":
            return self._error("bars are no brackets", "the magnitude is written `abs(x)`")
        if self.before in _INFIX or self.before in _PREFIX:
            return self._error(
                f"`{self.text_before}` and `{self.text}` stand side by side",
                "write a value between them, or remove one",
                self.at - 1,
                self.at,
            )
        return self._error(
            f"no value stands before `{self.text}`", "an operator stands between two values"
        )

    def _side_by_side(self) -> ParaxSyntaxError:
        """Two values without an operator between them."""
        before = self.at - 1
        if self.text_before == "lambda" and self.before == "NAME":
            return self._error(*STATEMENTS["lambda"], before)
        if self.before == "NAME" and self.text_before in STATEMENTS and before == 0:
            return self._error(*STATEMENTS[self.text_before], before)
        for token in (self.at, before):
            word = self.tokens.text(token)
            if self.tokens.name(token) == "NAME" and word in WORD_OPERATORS:
                return self._error(f"`{word}` is no operator", WORD_OPERATORS[word], token)
        uncalled = self._uncalled()
        if uncalled is not None:
            return uncalled
        parts = [self.text_before, self.text]
        if self.before == "NAME" and self.tokens.name(before - 1) in _NUMBERS:
            before -= 1
            parts.insert(0, self.tokens.text(before))
            if is_prefix(self.text_before) and find_unit(self.text_before + self.text):
                meant = quoted(f"{parts[0]} {self.text_before}{self.text}")
                return self._error(
                    f"a blank splits the unit {quoted(f'{self.text_before} {self.text}')}",
                    f"write {meant}",
                    before + 1,
                    self.at,
                )
            if find_unit(self.text_before) is not None:
                parts[:2] = [self.tokens.span(before, self.at - 1).text]
        left, right = quoted(parts[0], 40), quoted(parts[1], 40)
        hint = f"to multiply, write {quoted(' * '.join(parts))}"
        if self.found in _PREFIX:
            hint = "an operator stands between two values"
        elif self.found == self.before == "INT" and len(self.text) == 3:
            hint = f"digits are grouped with `_`: {quoted('_'.join(parts))}"
        return self._error(f"no operator stands between {left} and {right}", hint, before, self.at)

    def _uncalled(self) -> ParaxSyntaxError | None:
        """Say that a function beside a value, `dB S21` or `S21 dB`, wants to be called."""
        text, end = self.tokens.source.text, self.tokens.ends[self.at]
        behind = self.tokens.name(self.at - 2)
        if self._is_function(self.at - 1) and self.found not in _PREFIX:
            name, given = self.text_before, "…" if _GOES_ON.match(text, end) else self.text
        elif self._is_function(self.at) and behind not in _NUMBERS and not _OPENS.match(text, end):
            alone = self.before == "NAME" and behind != "DOT"
            name, given = self.text, self.text_before if alone else "…"
        else:
            return None
        hint = f"call it: {quoted(f'{name}({given})')}"
        return self._error(f"{quoted(name)} is a function", hint, self.at - 1, self.at)

    def _is_function(self, token: int) -> bool:
        """Tell whether a token is the name of a function, and no part of a path and no unit."""
        text, before = self.tokens.text(token), self.tokens.name(token - 1)
        if self.tokens.name(token) != "NAME" or before == "DOT":
            return False
        if before in _NUMBERS and find_unit(text) is not None:
            return False
        return self.tokens.sort(text) == "function"


def _open_brackets(tokens: Tokens, end: int) -> list[int]:
    """Give the positions of the brackets that are open before a token."""
    open_: list[int] = []
    for token in range(end):
        name = tokens.name(token)
        if name in _OPENERS:
            open_.append(token)
        elif name in _CLOSERS and open_:
            open_.pop()
    return open_


def call_of_no_name(text: str, unit: str | None, inside: str, span: Span) -> ParaxSyntaxError:
    """Make the error for a bracket behind something that is no name.

    Args:
        text: what stands before the bracket.
        unit: the unit that it ends with, if it is a quantity.
        inside: the brackets with what they hold.
        span: all of it.
    """
    if unit is not None:
        number = text.removesuffix(unit).rstrip()
        return ParaxSyntaxError(
            f"no operator stands between {quoted(number, 30)} and {quoted(unit + inside, 40)}",
            span=span,
            hint=f"to multiply, write {quoted(f'{number} * {unit}{inside}')}",
        )
    return ParaxSyntaxError(
        f"only a name can be called, and {quoted(text, 40)} is none",
        span=span,
        hint=f"to multiply, write {quoted(f'{text} * {inside}')}",
    )


def attribute_of_no_name(text: str, span: Span, *, is_function: bool) -> ParaxSyntaxError:
    """Make the error for a path that does not begin with a name: `abs(x).max()`."""
    call = quoted(f"{span.text}({text})")
    return ParaxSyntaxError(
        f"a path begins with a name, and {quoted(text, 40)} is none",
        span=span,
        hint=f"write {call}" if is_function else "a path is written `filter.L1`",
    )


def index_of_function(name: str, inside: str, span: Span) -> ParaxTypeError:
    """Make the error for `max[x]`."""
    given = "…" if ":" in inside or "..." in inside else inside
    hint = f"write {quoted(f'{name}({given})')}"
    return ParaxTypeError(f"{quoted(name)} is a function", span=span, hint=hint)
