"""Every node's value, unit and shape at a point (E7)."""

from __future__ import annotations

from parax._diagnostic import echo
from parax.engine._table import SHOWN, shape_text, table, value_text
from parax.engine._walk import Walk
from parax.graph import Kind


def nodes_text(walk: Walk) -> str:
    """Give a table of the nodes that something is computed of, operands before consumers."""
    structure = walk.structure
    rows = [("node", "operator", "value", "unit", "shape")]
    shown = [
        node
        for node, kind in enumerate(structure.kinds)
        if kind is not Kind.LITERAL and (kind is not Kind.SLOT or structure.spans[node] is None)
    ]
    for node in shown[:SHOWN] if len(shown) <= SHOWN else [*shown[:20], *shown[20 - SHOWN :]]:
        value = walk.steps.values[node]
        unit = getattr(structure.payloads[node], "unit", None)
        rows.append(
            (
                str(node),
                echo(walk.text(node), 50),
                value_text(value),
                unit if isinstance(unit, str) else "",
                shape_text(value),
            )
        )
    lines = table(rows, right=(0,))
    if len(shown) > SHOWN:
        lines.insert(21, f"… {len(shown) - SHOWN} more")
    return "\n".join(lines)
