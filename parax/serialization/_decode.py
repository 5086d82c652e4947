"""A tree made again from its flat tables, each row from earlier ones."""

# Rows of a file may be anything.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from parax._diagnostic import quoted
from parax.errors import CorruptFileError, PrecisionWarning
from parax.serialization._codec import Items, Loading, corrupt, make
from parax.serialization._encode import Tables, join_steps
from parax.serialization._names import Finder, Refusal

_ENDLESS = 2**62  # sizes beyond this are all the same
_NAMED_PATHS = 5


class _Arrays:
    """The arrays of a file, each to be taken once."""

    def __init__(self, arrays: Sequence[np.ndarray[Any, Any]]) -> None:
        self.arrays = arrays
        self.taken: set[int] = set()

    def take(self, position: Any) -> np.ndarray[Any, Any]:
        if type(position) is not int or not 0 <= position < len(self.arrays):
            raise corrupt(f"asks for the array {quoted(position)}, which the file does not have")
        if position in self.taken:
            raise corrupt(f"takes the array {position} a second time")
        self.taken.add(position)
        return self.arrays[position]


def decode(tables: Tables, finder: Finder) -> Any:
    """Make a tree again.

    Raises:
        SerializationTypeError: a class or function is missing or of the wrong kind, or has changed.
        CorruptFileError: the tables are not such as `encode` gives.

    Warns:
        PrecisionWarning: arrays of 64 bit were loaded as 32 bit, since JAX holds no others here.
    """
    arrays = _Arrays(tables.arrays)
    loading = Loading(finder, arrays.take)
    values: list[Any] = []
    sizes: list[int] = []
    depths: list[int] = []
    narrowed: list[int] = []
    used = bytearray(len(tables.rows))
    for position, row in enumerate(tables.rows):
        try:
            head, *parts = _checked(row, position, len(tables.heads))
            for one in parts:
                used[one] = 1
            items = Items(
                [values[one] for one in parts],
                [sizes[one] for one in parts],
                [depths[one] for one in parts],
            )
            values.append(make(tables.heads[head], items, loading))
        except Refusal as refusal:
            raise refusal.at(_path(tables.rows, tables.heads, position)) from refusal.__cause__
        sizes.append(min(1 + sum(items.sizes), _ENDLESS))
        depths.append(1 + max(items.depths, default=0))
        if loading.narrowed:
            narrowed.append(position)
            loading.narrowed.clear()
    _check_whole(tables, arrays, used)
    if narrowed:
        _warn_narrowed(
            [_path(tables.rows, tables.heads, one) for one in narrowed[:_NAMED_PATHS]],
            len(narrowed),
        )
    return values[-1]


def _checked(row: Any, position: int, heads: int) -> list[int]:
    """Give a row whose head exists and whose parts come before it."""
    if (
        not isinstance(row, list)
        or not row
        or any(type(one) is not int for one in row)
        or not 0 <= row[0] < heads
        or any(not 0 <= one < position for one in row[1:])
    ):
        raise corrupt("is a row that does not name a head and earlier rows")
    return row


def _check_whole(tables: Tables, arrays: _Arrays, used: bytearray) -> None:
    if not tables.rows:
        raise CorruptFileError("the structure of the file has no rows")
    if not all(used[:-1]):
        raise CorruptFileError("the structure of the file has rows that nothing refers to")
    if len(arrays.taken) != len(arrays.arrays):
        raise CorruptFileError("the file has arrays that nothing refers to")


def _warn_narrowed(paths: list[str], count: int) -> None:
    more = f" and {count - len(paths)} more" if count > len(paths) else ""
    warnings.warn(
        f"loaded as 32 bit, and saved as 64 bit: {', '.join(map(quoted, paths))}{more};"
        " to keep all digits, set `JAX_ENABLE_X64=1`",
        PrecisionWarning,
        stacklevel=4,
    )


def _path(rows: list[Any], heads: list[Any], position: int) -> str:
    """Give the key path of a row, through the first row that refers to each.

    The way up passes rows that were not made yet, and may be nonsense.
    """
    above: dict[int, int] = {}
    for parent, row in enumerate(rows):
        for one in row[1:] if isinstance(row, list) else ():
            if type(one) is int and one < parent:
                above.setdefault(one, parent)
    steps: list[str] = []
    while position in above:
        parent = above[position]
        steps.append(_step(rows, heads, parent, rows[parent].index(position, 1) - 1))
        position = parent
    return join_steps(["root", *reversed(steps)])


def _step(rows: list[Any], heads: list[Any], parent: int, at: int) -> str:
    """Say how a path goes on from a row to one of its parts."""
    row = rows[parent]
    try:
        tag, *data = heads[row[0]]
        if tag in ("module", "namedtuple"):
            return f".{data[1 + at]}"
        if tag == "slice":
            return f".{('start', 'stop', 'step')[at]}"
        if tag == "notes":
            return f".{data[at]}"
        if tag in ("partial", "Partial"):
            return _argument(data, at)
        if tag == "dict":
            count = (len(row) - 1) // 2
            key = heads[rows[row[1 + at % count]][0]]
            shown = repr(key[1]) if len(key) == 2 else key[0]
            return f"[{shown}]" if at >= count else f"[key {shown}]"
    except (TypeError, ValueError, IndexError):  # a row that was tampered with has no good name
        return f"[part {at}]"
    return "" if tag == "packed" else f"[{at}]"


def _argument(data: list[Any], at: int) -> str:
    if at == 0:
        return ".func" if len(data) > 1 or data[0] else ""
    count: int = data[0]
    return f".args[{at - 1}]" if at <= count else f".keywords[{data[at - count]!r}]"
