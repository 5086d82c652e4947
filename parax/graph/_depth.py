"""How deep a program is: XLA follows operands by recursion, which has an end (X16)."""

from __future__ import annotations

from parax.errors import CompileError
from parax.graph._chain import PERIOD
from parax.graph._kinds import Kind
from parax.graph._rolled import Program

DEEPEST = 20_000
"""So many nodes in a row, each computed from the one before, can be compiled."""


def check_depth(program: Program) -> None:
    """Check that a program is not too deep to be compiled.

    Raises:
        CompileError: it is; says how deep, and where in the text.
    """
    _depth(program)


def _depth(program: Program) -> int:
    """Give how many nodes the longest path has, with those of bodies that are written out."""
    structure = program.structure
    depths: list[int] = []
    for node, kind in enumerate(structure.kinds):
        own = 1
        if kind is Kind.ROLL:
            own = _depth(structure.payloads[node].body)
        elif kind is Kind.SCAN:
            _depth(structure.payloads[node].roll.body)
        depths.append(own + max([depths[one] for one in structure.operands[node]], default=0))
    deepest = max(depths, default=0)
    if deepest > DEEPEST:
        raise CompileError(
            f"{deepest} operators in a row, each on the one before, are too deep to be compiled",
            hint=f"up to {DEEPEST} can be compiled, and any number of steps that repeat a pattern "
            f"of at most {PERIOD} operators; call the expression itself to evaluate it at once",
            span=structure.spans[depths.index(deepest)],
        )
    return deepest
