"""Chains of `+` and `-` become one signed sum (X15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from parax._diagnostic import Span
from parax.graph._kinds import Kind
from parax.graph._rows import Rows


@dataclass(frozen=True)
class SumTerms:
    """What computes a sum: how to add, and where in the text each term was added."""

    operator: Any
    signs: tuple[int, ...]
    counts: tuple[int, ...]
    spans: tuple[Span | None, ...]


def merge_sums(rows: Rows, outputs: list[int]) -> None:
    """Merge, in place, each chain of additions along left operands into one sum.

    A node is merged into its consumer only if that is its sole one, so that `e = e + e` does
    not explode; equal terms become one with a count.
    """
    consumers = _consumers(rows, outputs)
    signs: dict[int, tuple[int, ...]] = {}
    for row, kind in enumerate(rows.kinds):
        if kind is Kind.NODE and consumers[row]:
            own = rows.payloads[row].sum_signs()
            if own is not None:
                signs[row] = own
    absorbed = {
        rows.operands[row][0]
        for row in signs
        if rows.operands[row][0] in signs and consumers[rows.operands[row][0]] == 1
    }
    for row in signs:
        own = rows.operands[row]
        if row not in absorbed and (own[0] in absorbed or len(own) > 2):
            _merge(rows, row, signs, absorbed)


def _merge(rows: Rows, row: int, signs: dict[int, tuple[int, ...]], absorbed: set[int]) -> None:
    terms: list[tuple[int, int, Span | None]] = []  # last to first
    current = row
    while True:
        operands, own = rows.operands[current], signs[current]
        span = rows.spans[current]
        terms.extend(
            (operand, sign, span) for operand, sign in zip(operands[:0:-1], own[:0:-1], strict=True)
        )
        if operands[0] not in absorbed:
            terms.append((operands[0], own[0], span))
            break
        current = operands[0]
    counts: dict[tuple[int, int], int] = {}
    spans: dict[tuple[int, int], Span | None] = {}
    for operand, sign, span in reversed(terms):
        counts[operand, sign] = counts.get((operand, sign), 0) + 1
        spans.setdefault((operand, sign), span)
    payload = SumTerms(
        rows.payloads[row],
        tuple(sign for _, sign in counts),
        tuple(counts.values()),
        tuple(spans.values()),
    )
    rows.kinds[row] = Kind.SUM
    rows.operands[row] = tuple(operand for operand, _ in counts)
    rows.statics[row] = ("sum", payload.signs, payload.counts)
    rows.payloads[row] = payload


def _consumers(rows: Rows, outputs: list[int]) -> list[int]:
    """Count the consumers of each row that is reached from the outputs."""
    counts = [0] * len(rows.kinds)
    for output in outputs:
        counts[output] += 1
    for row in range(len(rows.kinds) - 1, -1, -1):  # consumers stand after their operands
        if counts[row]:
            for operand in rows.operands[row]:
                counts[operand] += 1
    return counts
