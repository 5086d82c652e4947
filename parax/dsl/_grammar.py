"""The grammar, found at one of its two addresses and made into tables, once a process.

Lark reads the grammar and works out its LALR(1) automaton. What is kept are plain numbers, which
`_driver` runs: a parse shares nothing with another one, and costs a third of Lark's own loop.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

_WHEEL = Path(__file__).resolve().parents[1] / "_grammar" / "parax.lark"
_CHECKOUT = Path(__file__).resolve().parents[2] / "grammar" / "parax.lark"

END = "$END"
_BRACKETS = ("LPAR", "LSQB", "RPAR", "RSQB")

OPENING = 2
"""Kinds below this are opening brackets."""

CLOSING = 4
"""Kinds below this and from `OPENING` on are closing brackets."""


@dataclass(frozen=True)
class Reduction:
    """One alternative of a rule: what it makes, from how many values, by which callback."""

    origin: int
    size: int
    callback: str | None


@dataclass
class Tables:
    """The automaton: terminals are numbered by `kind`, states and rules by position.

    Args:
        terminals: their names, brackets first.
        patterns: their regular expressions, in the order in which they are tried.
        ignored: the regular expression of what stands between tokens.
        actions: for each state and kind the next state, or `~rule` for a reduction.
        gotos: for each state and rule's origin the next state.
        reductions: the alternatives of all rules.
        start: the first state.
        accept: the state after the whole text.
    """

    terminals: list[str]
    patterns: dict[int, str]
    ignored: str
    actions: list[dict[int, int]]
    gotos: list[dict[int, int]]
    reductions: list[Reduction]
    start: int
    accept: int
    shortcuts: dict[int, int] = field(default_factory=dict[int, int])
    """Where a chain of reductions that only hand a value on ends; filled as texts are parsed."""
    _scanners: dict[frozenset[int], Scanner] = field(
        default_factory=dict[frozenset[int], "Scanner"]
    )

    @cached_property
    def scanners(self) -> list[Scanner | None]:
        """The scanner of each state, as far as they were needed yet."""
        return [None] * len(self.actions)

    def scanner(self, state: int) -> Scanner:
        """Give the scanner of the terminals that a state accepts."""
        found = self.scanners[state]
        if found is None:
            kinds = frozenset(self.actions[state])
            found = self._scanners.get(kinds) or Scanner(self, kinds)
            self._scanners[kinds] = found
            self.scanners[state] = found
        return found

    def blank_end(self, text: str, position: int) -> int:
        """Give where what is ignored at a position ends."""
        match = re.compile(f"(?:{self.ignored})*+").match(text, position)
        return position if match is None else match.end()

    @cached_property
    def any_token(self) -> Scanner:
        """The scanner of all terminals, to name what is in the wrong place."""
        return Scanner(self, frozenset(range(len(self.terminals))))


class Scanner:
    """Finds the next token, of a few kinds, behind what is ignored."""

    def __init__(self, tables: Tables, kinds: frozenset[int]) -> None:
        self.kinds = [kind for kind in tables.patterns if kind in kinds]
        tokens = "|".join(f"({tables.patterns[kind]})" for kind in self.kinds)
        # an atomic group: a long blank is never tried again in pieces
        self.match = re.compile(f"(?>(?:{tables.ignored})*)(?:{tokens})").match


def grammar_text() -> str:
    """Give the text of the grammar: the installed wheel's, or that of the checkout."""
    path = _WHEEL if _WHEEL.exists() else _CHECKOUT
    return path.read_text(encoding="utf-8")


def _build() -> Tables:
    lark = Lark(grammar_text(), parser="lalr", lexer="contextual", maybe_placeholders=False)
    data: Any
    memo: Any
    data, memo = lark.memo_serialize([TerminalDef, Rule])  # pyright: ignore[reportUnknownMemberType]
    parser = data["parser"]["parser"]

    defined = [one for one in lark.terminals if one.name not in lark.ignore_tokens]
    others = sorted(one.name for one in defined if one.name not in _BRACKETS)
    terminals = [*_BRACKETS, *others, END]
    kinds = {name: kind for kind, name in enumerate(terminals)}
    defined.sort(key=lambda one: (-one.priority, -one.pattern.max_width, -len(one.pattern.value)))
    patterns = {kinds[one.name]: one.pattern.to_regexp() for one in defined}
    patterns[kinds[END]] = r"\Z"
    ignored = "|".join(
        one.pattern.to_regexp() for one in lark.terminals if one.name in lark.ignore_tokens
    )

    names: dict[int, str] = parser["tokens"]
    origins = {name: number for number, name in enumerate(sorted(set(names.values()) - set(kinds)))}
    reductions: list[Reduction] = []
    numbers: dict[int, int] = {}
    for key, one in memo.items():
        if one["__type__"] == "Rule":
            numbers[key] = len(reductions)
            size = len(one["expansion"])
            assert one["alias"] or size == 1, f"{one['origin']['name']} needs a callback"
            reductions.append(Reduction(origins[one["origin"]["name"]], size, one["alias"]))

    actions: list[dict[int, int]] = [{} for _ in range(max(parser["states"]) + 1)]
    gotos: list[dict[int, int]] = [{} for _ in actions]
    for state, row in parser["states"].items():
        for token, (is_reduction, target) in row.items():
            name = names[token]
            if name in origins:
                gotos[state][origins[name]] = target
            else:
                actions[state][kinds[name]] = ~numbers[target["@"]] if is_reduction else target
    return Tables(
        terminals=terminals,
        patterns=patterns,
        ignored=ignored,
        actions=actions,
        gotos=gotos,
        reductions=reductions,
        start=parser["start_states"]["start"],
        accept=parser["end_states"]["start"],
    )


_lock = threading.Lock()
_built: list[Tables] = []


def tables() -> Tables:
    """Give the tables, built at the first call."""
    if not _built:
        with _lock:
            if not _built:
                _built.append(_build())
    return _built[0]
