"""The flat table that a parse fills, one row a node, operands before what uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from parax._diagnostic import Span
from parax.dsl._characters import normal_name
from parax.dsl._driver import Tokens
from parax.dsl._indices import NO_BOUND, Slice, is_condition, static_index
from parax.dsl._literals import Number, read_number, read_quantity
from parax.dsl._mistakes import ENDS, attribute_of_no_name, call_of_no_name, index_of_function
from parax.limits import Limits

_PREFIX = ("SIGN", "NOT", "BIT_NOT")

WORDS = ("True", "False", "None")
"""Names that are no inputs, and mean something as an argument or in an index."""


@dataclass(slots=True)
class Argument:
    """One argument of a call: its node, and the keyword that was written before it."""

    node: int
    keyword: str | None = None
    token: int = -1


class Nodes:
    """The table: columns by position, and the callbacks of the grammar that fill it.

    A callback gets token positions and what other callbacks gave, node positions for the most
    part, and gives the position of a new node. A kind is the name of the method of `Build` that
    makes the operator; `""` marks a node that became part of another one.
    """

    def __init__(self, tokens: Tokens, limits: Limits) -> None:
        self.tokens = tokens
        self.limits = limits
        self.kinds: list[str] = []
        self.firsts: list[int] = []
        self.lasts: list[int] = []
        self.data: list[Any] = []
        self._prefixes: dict[int, int] = {}  # of a node: how many operators stand before it
        self._chained: dict[int, int] = {}  # of a chain: its last operand
        self._bracketed: set[int] = set()

    def span(self, node: int) -> Span:
        """Give the place of a node, with its brackets."""
        return self.tokens.span(self.firsts[node], self.lasts[node])

    def text(self, node: int) -> str:
        """Give the text of a node."""
        return self.span(node).text

    def _add(self, kind: str, first: int, last: int, data: Any) -> int:
        self.kinds.append(kind)
        self.firsts.append(first)
        self.lasts.append(last)
        self.data.append(data)
        return len(self.kinds) - 1

    # --- Leaves -----------------------------------------------------------------------------

    def name(self, token: int) -> int:
        """`x`."""
        return self._add("name", token, token, self._name(token))

    def _name(self, token: int) -> str:
        text = self.tokens.text(token)
        if text.isascii() and text[0] != "_":
            return text
        return normal_name(text, self.tokens.span(token))

    def literal(self, number: int, unit: int | None = None) -> int:
        """`2.4`, `2.4 GHz`."""
        tokens = self.tokens
        text, kind = tokens.text(number), tokens.name(number)
        if unit is None:
            value = read_number(text, kind, tokens.span(number))
            return self._add("literal", number, number, (value, None))
        name = tokens.text(unit)
        if tokens.name(len(tokens.kinds) - 1) == "LPAR" and name.isascii() and name[0] != "_":
            return self._add("literal", number, unit, (0, name))  # `call` will refuse it
        place, at = tokens.span(number, unit), tokens.span(unit)
        value = read_quantity(text, kind, name, place, at, tokens.sort)
        return self._add("literal", number, unit, (value, name))

    def list(self, opening: int, items: list[int], closing: int) -> int:
        """`[a, b]`."""
        return self._add("list", opening, closing, items)

    def parenthesised(self, opening: int, node: int, closing: int) -> int:
        """`(a)`: the same node, over a longer place."""
        self.firsts[node], self.lasts[node] = opening, closing
        self._bracketed.add(node)
        return node

    # --- Operators --------------------------------------------------------------------------

    def binary(self, left: int, sign: int, right: int) -> int:
        """`a + b`, `a and b`, `a | b`."""
        data = (self.tokens.text(sign), left, right)
        return self._add("binary", self.firsts[left], self.lasts[right], data)

    def prefix(self, sign: int, node: int) -> int:
        """`-a`, `not a`; before a number the minus is part of it."""
        text = self.tokens.text(sign)
        if text == "-" and self.kinds[node] == "literal" and self._is_unsigned(node):
            value, unit = self.data[node]
            self.data[node] = (_negative(value), unit)
            self.firsts[node] = sign
            return node
        made = self._add("prefix", sign, self.lasts[node], (text, node))
        row = 1 if node in self._bracketed else self._prefixes.get(node, 0) + 1
        self._prefixes[made] = row
        if row > self.limits.nesting:
            what = f"{row} operators stand before one operand"
            raise self.limits.refuse(
                "nesting", row, what, self.tokens.span(self._first_of_row(sign))
            )
        return made

    def _first_of_row(self, sign: int) -> int:
        """Give the first of the operators that stand in a row before an operand."""
        tokens = self.tokens
        while tokens.name(sign - 1) in _PREFIX:
            sign -= 1
        return sign + (tokens.name(sign - 1) in ENDS)  # behind a value it joins two of them

    def _is_unsigned(self, literal: int) -> bool:
        return literal not in self._bracketed and self.tokens.name(self.firsts[literal]) != "SIGN"

    def compare(self, left: int, sign: int, right: int) -> int:
        """`a < b`."""
        made = self.binary(left, sign, right)
        self._chained[made] = right
        return made

    def chain(self, left: int, sign: int, right: int) -> int:
        """`a < b < c`: both comparisons, with `b` in each."""
        middle = self._chained[left]
        second = self.binary(middle, sign, right)
        made = self._add("binary", self.firsts[left], self.lasts[right], ("and", left, second))
        self._chained[made] = right
        return made

    def conditional(self, yes: int, _if: int, condition: int, _else: int, no: int) -> int:
        """`a if c else b`."""
        return self._add("where", self.firsts[yes], self.lasts[no], (condition, yes, no))

    # --- Postfixes --------------------------------------------------------------------------

    def attribute(self, owner: int, _dot: int, token: int) -> int:
        """`a.b`: one node, the path."""
        if self.kinds[owner] != "name" or owner in self._bracketed:
            span = self.tokens.span(token)
            is_function = self.tokens.sort(span.text) == "function"
            raise attribute_of_no_name(self.text(owner), span, is_function=is_function)
        self.data[owner] = f"{self.data[owner]}.{self._name(token)}"
        self.lasts[owner] = token
        return owner

    def call(self, callee: int, opening: int, *rest: Any) -> int:
        """`f(a, b=c)`."""
        closing: int = rest[-1]
        arguments: list[Argument] = rest[0] if len(rest) == 2 else []
        if self.kinds[callee] != "name" or callee in self._bracketed:
            self._refuse_call(callee, opening, closing)
        self.kinds[callee] = ""
        data = (self.data[callee], self.lasts[callee], arguments)
        return self._add("call", self.firsts[callee], closing, data)

    def _refuse_call(self, callee: int, opening: int, closing: int) -> NoReturn:
        last = self.tokens.text(self.lasts[callee])
        number = self.kinds[callee] == "literal" and callee not in self._bracketed
        unit = last if number and self.data[callee][1] else None
        inside = self.tokens.span(opening, closing)
        span = self.tokens.span(self.firsts[callee], closing)
        raise call_of_no_name(self.text(callee), unit, inside.text, span)

    def index(self, base: int, opening: int, items: Sequence[Any], closing: int) -> int:
        """`x[1, :]`."""
        if self.kinds[base] == "name" and self.tokens.sort(self.data[base]) == "function":
            inside = self.tokens.span(opening + 1, closing - 1).text
            span = self.tokens.span(self.firsts[base], closing)
            raise index_of_function(self.data[base], inside, span)
        if len(items) == 1 and isinstance(items, list) and is_condition(self, items[0]):
            return self._add("over", self.firsts[base], closing, (base, items[0]))
        found = [static_index(self, item) for item in items]
        indices = found[0] if len(found) == 1 and not isinstance(items, tuple) else tuple(found)
        return self._add("index", self.firsts[base], closing, (base, indices))

    def slice(self, start: int, _first: int, stop: int, *rest: int) -> Slice:
        """`a:b:c` inside an index."""
        return Slice((start, stop, rest[1] if rest else NO_BOUND))

    def ellipsis(self, token: int) -> Any:
        """`...` inside an index."""
        return Ellipsis

    def nothing(self) -> int:
        """A bound of a slice that is left out."""
        return NO_BOUND

    # --- Lists of parts ---------------------------------------------------------------------

    def first(self, item: Any) -> list[Any]:
        """Begin a list."""
        return [item]

    def more(self, items: list[Any], _comma: int, item: Any) -> list[Any]:
        """Lengthen a list."""
        items.append(item)
        return items

    def without_comma(self, items: list[Any], _comma: int) -> list[Any]:
        """Let a comma at the end be."""
        return items

    def as_tuple(self, items: list[Any], _comma: int) -> tuple[Any, ...]:
        """In an index a comma at the end makes a tuple."""
        return tuple(items)

    def positional(self, node: int) -> Argument:
        """An argument without a keyword."""
        return Argument(self._argument(node))

    def keyword(self, token: int, _equal: int, node: int) -> Argument:
        """`name=value`."""
        return Argument(self._argument(node), self._name(token), token)

    def _argument(self, node: int) -> int:
        """Keep a word such as `None` from being taken for a name: an argument may be one."""
        if self.kinds[node] == "name" and self.data[node] in WORDS:
            self.kinds[node] = ""
        return node


def _negative(value: Number) -> Number:
    return complex(0.0, -value.imag) if isinstance(value, complex) else -value
