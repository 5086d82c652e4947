"""The table of a graph while it grows: rows, interned by structure (G1)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from parax._diagnostic import Span
from parax.graph._kinds import Kind, SlotKind


class Rows:
    """The growing table: one list a column, and what interns a new row."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.operands: list[tuple[int, ...]] = []
        self.statics: list[Hashable] = []
        self.payloads: list[Any] = []
        self.spans: list[Span | None] = []
        self.numbers: dict[int, int | float | complex] = {}
        self.arrays: dict[int, list[Any]] = {}
        self.names: dict[str, tuple[Span | None, Any]] = {}
        self._known: dict[Hashable, int] = {}

    def add(
        self,
        kind: Kind,
        operands: tuple[int, ...],
        static: Hashable,
        payload: Any,
        span: Span | None,
        *,
        identity: Hashable = None,
    ) -> int:
        """Give the row of this structure, a new one if there is none yet."""
        key = (kind, operands, static, identity)
        row = self._known.get(key)
        if row is None:
            row = self._known[key] = len(self.kinds)
            self.kinds.append(kind)
            self.operands.append(operands)
            self.statics.append(static)
            self.payloads.append(payload)
            self.spans.append(span)
        return row

    def add_number(self, number: int | float | complex, span: Span | None) -> int:
        """Add a slot: numbers are never one by value (X5)."""
        row = len(self.kinds)
        self.kinds.append(Kind.SLOT)
        self.operands.append(())
        self.statics.append(_slot_kind(number))
        self.payloads.append(None)
        self.spans.append(span)
        self.numbers[row] = number
        return row


def _slot_kind(number: object) -> SlotKind:
    if isinstance(number, int):
        return SlotKind.INT
    return SlotKind.COMPLEX if isinstance(number, complex) else SlotKind.FLOAT
