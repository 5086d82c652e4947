"""Rows as a plain table."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.registry import Row

HEAD = ("", "what", "parax", "other", "ratio", "best", "target", "value", "other's", "")


def lines(name: str, rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Give the cells of the rows of one benchmark."""
    return [
        (
            name,
            row.what,
            seconds(row.ours),
            seconds(row.theirs),
            f"{row.ratio:.3f}",
            f"{row.best:.3f}",
            "" if row.target is None else f"≤ {row.target:g}",
            f"{row.value:.6g}",
            f"{row.wanted:.6g}",
            row.note,
        )
        for row in rows
    ]


def seconds(time: float) -> str:
    """Give a time with its unit."""
    for scale, unit in ((1.0, "s"), (1e-3, "ms")):
        if time >= scale:
            return f"{time / scale:.3g} {unit}"
    return f"{time * 1e6:.3g} µs"


def table(cells: Sequence[tuple[str, ...]]) -> str:
    """Lay cells out in columns, below their heads."""
    widths = [max(map(len, column)) for column in zip(HEAD, *cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (HEAD, *cells)
    )
