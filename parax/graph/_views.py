"""A graph to look at: a table, and the DOT language."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.tree_util as jtu

from parax._diagnostic import echo
from parax.graph._kinds import Kind
from parax.graph._masked import is_masked
from parax.graph._structure import Structure
from parax.graph._trouble import describe

_SHOWN = 60


def node_name(structure: Structure, node: int, numbers: dict[int, Any]) -> str:
    """Give the short name of a node for displays."""
    kind, payload = structure.kinds[node], structure.payloads[node]
    if kind is Kind.SLOT:
        return f"{numbers[node]:.6g}" if node in numbers else "number"
    if kind is Kind.LITERAL:
        return repr(payload)
    if kind is Kind.DATA:
        return (
            type(
                structure.skeleton(node).treedef.unflatten(structure.skeleton(node).statics)
            ).__name__
            if structure.skeleton(node).treedef.num_nodes > 1
            else "array"
        )
    if kind is Kind.TREE:
        return "tree"
    if kind is Kind.SUM:
        return "sum of " + str(sum(payload.counts))
    return payload.symbol()


def summary(
    structure: Structure,
    numbers: dict[int, Any],
    shapes: tuple[Any, ...] | None,
    notes: Sequence[str] = (),
) -> str:
    """Give a table of the nodes: number, operator, value, operands, source text; and notes."""
    rows = [("node", "operator", "value", "operands", "text")]
    shown = range(len(structure)) if len(structure) <= _SHOWN else _ends(len(structure))
    previous = -1
    for node in shown:
        if node != previous + 1:
            rows.append(("…", f"{node - previous - 1} more", "", "", ""))
        previous = node
        span = structure.spans[node]
        operands = structure.operands[node]
        listed = " ".join(map(str, operands[:6])) + (" …" if len(operands) > 6 else "")
        value = "" if shapes is None else _value_text(shapes[node])
        text = "" if span is None else echo(" ".join(span.text.split()), 40)
        rows.append((str(node), echo(node_name(structure, node, numbers), 30), value, listed, text))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    outputs = ", ".join(map(str, structure.outputs[:8]))
    count = f"{len(structure)} node{'s' * (len(structure) > 1)}"
    lines.append(f"{count}; output{'s' * (len(structure.outputs) > 1)} {outputs}")
    return "\n".join([*lines, *notes])


def _ends(count: int) -> list[int]:
    half = _SHOWN // 2
    return [*range(half), *range(count - half, count)]


def _value_text(value: Any) -> str:
    if is_masked(value):
        return f"{describe(value.value)} masked"
    leaves = jtu.tree_leaves(value)
    if len(leaves) == 1 and not isinstance(value, dict | list | tuple):
        return describe(leaves[0])
    return f"{type(value).__name__} of {len(leaves)}"


def to_dot(structure: Structure, numbers: dict[int, Any]) -> str:
    """Give the graph in the DOT language of Graphviz, operands pointing to consumers."""
    lines = ["digraph parax {", "  rankdir=BT;", '  node [shape=box, fontname="sans-serif"];']
    outputs = set(structure.outputs)
    for node, kind in enumerate(structure.kinds):
        label = node_name(structure, node, numbers).replace("\\", "\\\\").replace('"', '\\"')
        style = ', style="rounded"' if kind in (Kind.CALL, Kind.DATA) else ""
        style += ", peripheries=2" if node in outputs else ""
        lines.append(f'  n{node} [label="{label}"{style}];')
    lines.extend(
        f"  n{operand} -> n{node};"
        for node, operands in enumerate(structure.operands)
        for operand in operands
    )
    lines.append("}")
    return "\n".join(lines)


def to_mermaid(structure: Structure, numbers: dict[int, Any]) -> str:
    """Give the graph in the language of Mermaid, operands pointing to consumers."""
    lines = ["flowchart BT"]
    outputs = set(structure.outputs)
    for node, kind in enumerate(structure.kinds):
        label = _quoted(node_name(structure, node, numbers))
        left, right = ("([", "])") if kind in (Kind.CALL, Kind.DATA) else ("[", "]")
        if node in outputs:
            left, right = "[[", "]]"
        lines.append(f"  n{node}{left}{label}{right}")
    lines.extend(
        f"  n{operand} --> n{node}"
        for node, operands in enumerate(structure.operands)
        for operand in operands
    )
    return "\n".join(lines)


def _quoted(label: str) -> str:
    """Quote a label, in which Mermaid reads no markup."""
    marks = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;"}
    return '"' + "".join(marks.get(one, one) for one in label) + '"'
