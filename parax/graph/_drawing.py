"""A graph as a drawing: its nodes in rows, each below what it is computed from."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

_LARGEST = 300
"""So many nodes are drawn; of more, a drawing shows nothing."""
_HEIGHT, _GAP, _LETTER = 26, 34, 8


@dataclass(frozen=True)
class Drawing:
    """What `Graph.show()` gives: a drawing in a notebook, a table where there is only text.

    Args:
        table: the table of the nodes.
        names: the name of each node.
        operands: the nodes that each is computed from, which stand before it.
        outputs: the nodes whose values are the result.
    """

    table: str
    names: Sequence[str]
    operands: Sequence[Sequence[int]]
    outputs: Sequence[int]

    def __repr__(self) -> str:
        return self.table

    def _repr_html_(self) -> str:
        return self.svg() or f"<pre>{html.escape(self.table)}</pre>"

    def svg(self) -> str | None:
        """Give the drawing as SVG; None for a graph of more than 300 nodes."""
        if len(self.names) > _LARGEST:
            return None
        rows = self._rows()
        widths = [_LETTER * len(name) + 16 for name in self.names]
        whole = max(sum(widths[one] + 16 for one in row) for row in rows) + 16
        centres: dict[int, tuple[float, float]] = {}
        for level, row in enumerate(rows):
            left = (whole - sum(widths[one] + 16 for one in row)) / 2 + 8
            for one in row:
                centres[one] = (left + widths[one] / 2, 20 + level * (_HEIGHT + _GAP) + 13)
                left += widths[one] + 16
        high = len(rows) * (_HEIGHT + _GAP)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{high}" '
            f'viewBox="0 0 {whole} {high}" font-family="sans-serif" font-size="13" '
            'text-anchor="middle" fill="none" stroke="currentColor">'
        ]
        for node, operands in enumerate(self.operands):
            x, y = centres[node]
            for operand in operands:
                u, v = centres[operand]
                lines.append(f'<path d="M{u:g} {v + 13:g}L{x:g} {y - 13:g}"/>')
        for node, name in enumerate(self.names):
            x, y = centres[node]
            heavy = ' stroke-width="3"' if node in self.outputs else ""
            lines.append(
                f'<rect x="{x - widths[node] / 2:g}" y="{y - 13:g}" width="{widths[node]}" '
                f'height="{_HEIGHT}" rx="4"{heavy}/><text x="{x:g}" y="{y + 5:g}" '
                f'fill="currentColor" stroke="none">{html.escape(name)}</text>'
            )
        return "\n".join([*lines, "</svg>"])

    def _rows(self) -> list[list[int]]:
        """Put each node below what it is computed from, in the order of these."""
        levels: list[int] = []
        for operands in self.operands:
            levels.append(1 + max([levels[one] for one in operands], default=-1))
        rows: list[list[int]] = [[] for _ in range(max(levels, default=-1) + 1)]
        for node, level in enumerate(levels):
            rows[level].append(node)
        places: dict[int, float] = {}
        for row in rows:
            row.sort(key=lambda node: _middle([places[one] for one in self.operands[node]]))
            places.update((node, place / len(row)) for place, node in enumerate(row))
        return rows


def _middle(places: Sequence[float]) -> float:
    return sum(places) / len(places) if places else 0.0
