"""The loop that reads a text: tokens from the scanners, reductions by the tables.

No recursion, no tree, no object for a token: three lists of numbers hold them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parax._diagnostic import Source, Span
from parax.dsl._grammar import CLOSING, OPENING, Tables
from parax.dsl._mistakes import unexpected_character, unexpected_token
from parax.limits import Limits


class Tokens:
    """The tokens of a text: kinds, first characters, and the characters after the last.

    Args:
        source: the text.
        names: of the terminals, by kind.
        sort: tells for messages whether a name is a "function", a "value", or "" if unknown.
    """

    __slots__ = ("ends", "kinds", "names", "sort", "source", "starts")

    def __init__(self, source: Source, names: list[str], sort: Callable[[str], str]) -> None:
        self.source = source
        self.names = names
        self.sort = sort
        self.kinds: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def text(self, token: int) -> str:
        """Give the characters of a token."""
        return self.source.text[self.starts[token] : self.ends[token]]

    def name(self, token: int) -> str:
        """Give the name of a token's terminal; empty before the first token."""
        return self.names[self.kinds[token]] if token >= 0 else ""

    def span(self, first: int, last: int | None = None) -> Span:
        """Give the place from one token to another."""
        return Span(self.source, self.starts[first], self.ends[first if last is None else last])


def run(tables: Tables, tokens: Tokens, callbacks: list[Callable[..., Any] | None], limits: Limits):
    """Parse a text, calling back at each reduction.

    Args:
        tables: the automaton.
        tokens: those of the text, still empty; filled on the way.
        callbacks: by position of the reduction; None where a value is only handed on. They get
            the position of each token and what was given for each part.
        limits: how much is allowed.

    Returns:
        What the callback of the whole text gave.

    Raises:
        ParaxSyntaxError: the text is no expression.
        LimitError: it has too many tokens or brackets inside each other.
    """
    text = tokens.source.text
    kinds, starts, ends = tokens.kinds, tokens.starts, tokens.ends
    actions, gotos, scanners = tables.actions, tables.gotos, tables.scanners
    rules = [(rule.origin, rule.size) for rule in tables.reductions]
    shortcuts, height, width = tables.shortcuts, len(actions), len(tables.terminals)
    states: list[int] = [tables.start]
    values: list[Any] = []
    state, position, depth = tables.start, 0, 0
    most_tokens, deepest = limits.tokens, limits.nesting

    while True:
        scanner = scanners[state] or tables.scanner(state)
        match = scanner.match(text, position)
        if match is None:
            raise _misplaced(tables, tokens, position)
        place: int = match.lastindex  # pyright: ignore[reportAssignmentType]
        kind = scanner.kinds[place - 1]
        token = len(kinds)
        kinds.append(kind)
        starts.append(match.start(place))
        position = match.end()
        ends.append(position)
        if kind < CLOSING:
            depth += 1 if kind < OPENING else -1
            if depth > deepest:
                what = f"brackets are nested {depth} deep"
                raise limits.refuse("nesting", depth, what, tokens.span(token))
        if token >= most_tokens:
            what = f"the text has more than {most_tokens} names, numbers and signs"
            raise limits.refuse("tokens", token + 1, what, tokens.span(token))

        while True:
            action = actions[state].get(kind)
            if action is None:
                raise unexpected_token(tokens)
            if action >= 0:
                state = action
                states.append(action)
                values.append(token)
                break
            callback = callbacks[~action]
            if callback is None:
                key = (states[-2] * height + state) * width + kind
                state = shortcuts.get(key, -1)
                if state < 0:
                    state = shortcuts[key] = _handed_on(tables, states[-2], states[-1], kind)
                states[-1] = state
            else:
                origin, size = rules[~action]
                if size == 1:
                    values[-1] = callback(values[-1])
                    state = states[-1] = gotos[states[-2]][origin]
                elif size:
                    value = callback(*values[-size:])
                    del states[-size:], values[-size:]
                    values.append(value)
                    state = gotos[states[-1]][origin]
                    states.append(state)
                else:
                    values.append(callback())
                    state = gotos[state][origin]
                    states.append(state)
            if state == tables.accept:
                return values[0]


def _handed_on(tables: Tables, below: int, state: int, kind: int) -> int:
    """Give the state after all reductions in a row that only hand a value on."""
    while state != tables.accept:
        action = tables.actions[state].get(kind)
        if action is None or action >= 0 or tables.reductions[~action].callback is not None:
            break
        state = tables.gotos[below][tables.reductions[~action].origin]
    return state


def _misplaced(tables: Tables, tokens: Tokens, position: int) -> Exception:
    """Make the error for what no token of this place matches."""
    match = tables.any_token.match(tokens.source.text, position)
    if match is None:
        return unexpected_character(tokens, tables.blank_end(tokens.source.text, position))
    place: int = match.lastindex  # pyright: ignore[reportAssignmentType]
    tokens.kinds.append(tables.any_token.kinds[place - 1])
    tokens.starts.append(match.start(place))
    tokens.ends.append(match.end())
    return unexpected_token(tokens)
