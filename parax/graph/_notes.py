"""What was made of a graph, in words, with the number of its nodes before and after (G4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from parax._diagnostic import echo
from parax.graph._kinds import Kind
from parax.graph._roll import rolled
from parax.graph._rolled import Program
from parax.graph._structure import Structure


def size(program: Program) -> int:
    """Count the nodes of a program, with those of its bodies."""
    count, structure = len(program.structure), program.structure
    for kind, payload in zip(structure.kinds, structure.payloads, strict=True):
        if kind is Kind.ROLL:
            count += size(payload.body)
        elif kind is Kind.SCAN:
            count += size(payload.roll.body)
    return count


def rewriting_notes(structure: Structure, values: Sequence[Any]) -> list[str]:
    """Say what each rewrite makes of a table: one line for each that changes something.

    Args:
        structure: the table.
        values: the abstract value of each node.
    """
    sideways, whole = (
        rolled(structure, values, w) for w in (("roll",), ("roll", "scan", "branch"))
    )
    sizes = (len(structure), size(sideways), size(whole))
    texts = (_rolls(sideways), _loops(whole))
    lines = [
        f"{text}; {before} nodes became {after}"
        for text, before, after in zip(texts, sizes[:-1], sizes[1:], strict=True)
        if text
    ]
    return lines + _choices(whole)


def program_notes(structure: Structure, program: Program) -> list[str]:
    """Say what a table was made into, all rewrites together."""
    texts = [text for text in (_rolls(program), _loops(program)) if text]
    if texts:
        texts.append(f"{len(structure)} nodes became {size(program)}")
    return texts + _choices(program)


def _rolls(program: Program) -> str:
    bodies: dict[str, list[int]] = {}
    for count, symbol in program.rolls:
        bodies.setdefault(echo(symbol, 30), []).append(count)
    texts = [
        f"{sum(own)} × {symbol} into {len(own)} {'body' if len(own) == 1 else 'bodies'}"
        for symbol, own in bodies.items()
    ]
    return f"rolled: {', '.join(texts)}" if texts else ""


def _loops(program: Program) -> str:
    texts = [f"{count} × {echo(step, 30)}" for count, step in program.loops]
    return f"in loops: {', '.join(texts)}" if texts else ""


def _choices(program: Program) -> list[str]:
    if program.regions is None:
        return []
    count = len(program.regions.choices)
    return [f"by branch: {count} choice{'s' * (count > 1)}"]
