"""A tree as flat tables: heads, rows that name a head and earlier rows, and arrays.

Nothing here recurses: an expression may be nested a hundred thousand deep.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from parax._diagnostic import quoted
from parax.errors import SerializationError
from parax.serialization._codec import Data, Part, take
from parax.serialization._names import Refusal

MOST_ROWS, MOST_ARRAYS = 500_000, 200_000
"""Parts that a tree may have, and arrays among them: a short file must not fill the memory."""

_SHOWN_STEPS = 6


@dataclass
class Tables:
    """A tree in flat form; the last row is the tree itself.

    A row is the position of a head and those of the rows of its parts, all earlier ones: no cycle
    can be written.
    """

    heads: list[Data] = field(default_factory=list[Data])
    rows: list[list[int]] = field(default_factory=list[list[int]])
    arrays: list[np.ndarray[Any, Any]] = field(default_factory=list[np.ndarray[Any, Any]])

    def put(self, array: np.ndarray[Any, Any]) -> int:
        """Keep an array, and give its position."""
        if len(self.arrays) == MOST_ARRAYS:
            raise _too_many("arrays", MOST_ARRAYS)
        self.arrays.append(array)
        return len(self.arrays) - 1


@dataclass(slots=True)
class _Open:
    """A value that waits for the rows of its parts."""

    value: Any
    step: str
    head: int = -1
    same: bool = False
    parts: Sequence[Part] = ()
    rows: list[int] = field(default_factory=list[int])


def encode(tree: Any) -> Tables:
    """Take a tree apart.

    Raises:
        SerializationTypeError: something in it cannot be saved; says where.
        SerializationError: something contains itself, or there are too many parts.
    """
    tables = Tables()
    heads: dict[str, int] = {}
    equal: dict[tuple[int, ...], int] = {}
    done: dict[int, int] = {}
    kept: list[Any] = []  # what `done` knows by identity must live as long
    inside: set[int] = set()
    opened = [_Open(tree, "root")]
    _enter(opened, tables, heads, inside)
    while True:
        top = opened[-1]
        if len(top.rows) < len(top.parts):
            step, value = top.parts[len(top.rows)]
            if id(value) in done:
                top.rows.append(done[id(value)])
                continue
            opened.append(_Open(value, step))
            _enter(opened, tables, heads, inside)
            continue
        row = [top.head, *top.rows]
        position = len(tables.rows) if top.same else equal.setdefault((*row,), len(tables.rows))
        if position == len(tables.rows):
            if position == MOST_ROWS:
                raise _too_many("parts", MOST_ROWS)
            tables.rows.append(row)
        if top.same:
            done[id(top.value)] = position
            kept.append(top.value)
        opened.pop()
        inside.discard(id(top.value))
        if not opened:
            if position != len(tables.rows) - 1:  # the last row is the tree
                tables.rows.append(row)
            return tables
        opened[-1].rows.append(position)


def _enter(opened: list[_Open], tables: Tables, heads: dict[str, int], inside: set[int]) -> None:
    """Take the innermost open value apart."""
    top = opened[-1]
    if id(top.value) in inside:
        raise SerializationError(
            f"{quoted(_path(opened), 200)} contains itself",
            hint="a file holds trees: break the circle, with a name in the place of the object",
        )
    try:
        kind, head, top.parts = take(top.value, tables)
    except Refusal as refusal:
        raise refusal.at(_path(opened)) from refusal.__cause__
    top.same = kind.same
    text = json.dumps(head)
    top.head = heads.setdefault(text, len(heads))
    if top.head == len(tables.heads):
        tables.heads.append(head)
    if top.parts:
        inside.add(id(top.value))


def _too_many(what: str, most: int) -> SerializationError:
    return SerializationError(
        f"the tree has more than {most:,} {what}, which is more than a file holds",
        hint="join numbers to larger arrays, each of which is one part, or save several files",
    )


def _path(opened: list[_Open]) -> str:
    return join_steps([one.step for one in opened])


def join_steps(steps: list[str]) -> str:
    """Give a key path, its middle left out if it is very long."""
    if len(steps) > 2 * _SHOWN_STEPS + 1:
        steps = [*steps[: _SHOWN_STEPS + 1], "…", *steps[-_SHOWN_STEPS:]]
    return "".join(steps)
