"""Limited: `over` with a range whose sweep, or whose text, is known only to `compile`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from parax.op._bands import Band
from parax.op._base import Operator, as_operand, located
from parax.op._over import Over

if TYPE_CHECKING:
    from parax.graph import Reader


class Limited(Operator):
    """A value limited to a band that has to be read first; an `Over` in the graph.

    Args:
        operator: the operand.
        band: the points.
    """

    graph_role: ClassVar[str] = "shorthand"

    operator: Any
    band: Band

    def __init__(self, operator: Any, band: Band) -> None:
        self.operator = as_operand(operator, "over")
        self.band = band

    def operands(self) -> tuple[Any, ...]:
        return (self.operator,)

    def written_out(self, read: Reader | None) -> Operator:
        """Give the operator that it stands for.

        Raises:
            OperatorError: there is nothing to read it with.
        """
        condition = self.band.of(self.operator, read)
        return located(Over(self.operator, condition, scope=True), self._origin)

    def symbol(self) -> str:
        return f"over(…, {self.band.written})"


def limited(operator: Any, band: Band) -> Operator:
    """Give the operator of a value limited to a band, read as far as is possible now."""
    if band.needs_reading(operator):
        return Limited(operator, band)
    return Over(operator, band.of(operator, None), scope=True)
