"""What a scope reaches: `x over band` limits every reduction along the sweep inside `x` (L29)."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from typing import Any

from parax.graph._kinds import Kind
from parax.graph._rows import Rows

_WITH_PAYLOAD = (Kind.NODE, Kind.CALL)


class Scopes:
    """Limits reductions in a growing table.

    Along the sweep reduces what collapses the first axis of a value that depends on the sweep:
    on a leaf that the condition depends on as well, or on an operator that says so of itself. A
    condition that depends on nothing is taken to fit whatever has its length.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._reduces: list[bool] = []  # of each row: it, or something below it, is a reduction

    def limited(self, row: int, condition: int, scope: Any) -> tuple[int, bool, bool]:
        """Limit the reductions below a row.

        Args:
            row: the value.
            condition: the row of the condition.
            scope: the operator that opens the scope.

        Returns:
            The row of the value with its reductions limited, whether there was any, and whether
            the value itself still may have the axis of the sweep.
        """
        self._catch_up()
        if not self._reduces[row]:
            return row, False, True
        rows = self._rows
        below = self._below(row)
        leaves = {one for one in self._below(condition) if rows.kinds[one] is Kind.CALL}
        swept: dict[int, bool] = {}
        changed: dict[int, int] = {}
        reached = False
        for one in below:  # operands first
            operands = rows.operands[one]
            swept[one] = self._is_swept(one, leaves, swept)
            new = [changed.get(operand, operand) for operand in operands]
            reduction = self._reduction(one)
            if reduction is not None and swept[operands[reduction[0]]]:
                position, axis = reduction
                inside = scope.inside(axis)
                static = (type(inside), inside.static_key())
                new[position] = rows.add(
                    Kind.OVER, (new[position], condition), static, inside, rows.spans[one]
                )
                reached = True
            if tuple(new) != operands:
                changed[one] = rows.add(
                    rows.kinds[one],
                    tuple(new),
                    rows.statics[one],
                    rows.payloads[one],
                    rows.spans[one],
                )
        return changed.get(row, row), reached, swept[row]

    def _catch_up(self) -> None:
        rows, known = self._rows, self._reduces
        for row in range(len(known), len(rows.kinds)):
            own = self._reduction(row) is not None
            known.append(own or any(known[one] for one in rows.operands[row]))

    def _reduction(self, row: int) -> Any:
        """Give which operand a row collapses along which axes, if it may be the first one."""
        if self._rows.kinds[row] is not Kind.NODE:
            return None
        found = self._rows.payloads[row].reduced()
        return found if found is not None and _may_be_first(found[1]) else None

    def _is_swept(self, row: int, leaves: set[int], swept: dict[int, bool]) -> bool:
        rows = self._rows
        if not leaves or row in leaves:
            return True
        if rows.kinds[row] in _WITH_PAYLOAD and rows.payloads[row].is_swept:
            return True
        reduction = self._reduction(row)
        if reduction is not None and _is_first(reduction[1]):
            return False
        return any(swept[one] for one in rows.operands[row])

    def _below(self, row: int) -> list[int]:
        """Give a row and all that it is made of, operands first."""
        operands = self._rows.operands
        found, pending = {row}, [row]
        while pending:
            for one in operands[pending.pop()]:
                if one not in found:
                    found.add(one)
                    pending.append(one)
        return sorted(found)


def _may_be_first(axis: Any) -> bool:
    """Tell whether an axis may be the first one: a negative one may."""
    axes = (axis,) if isinstance(axis, int) else axis
    return axes is None or any(one <= 0 for one in axes)


def _is_first(axis: Any) -> bool:
    return axis is None or 0 in ((axis,) if isinstance(axis, int) else axis)
