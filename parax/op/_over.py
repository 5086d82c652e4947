"""Over: the points of a value at which a condition holds."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from parax.errors import OperatorError, OperatorTypeError
from parax.graph import Masked, selected
from parax.op._base import Operator, as_operand
from parax.op._masked import Axis, axes_of


class Over(Operator):
    """Limit a value to the points at which a condition holds (L25, L29).

    The axes of the condition are the first ones of the value. As a `scope` it reaches every
    reduction along the sweep inside the operand too: each leaves out the points outside, while
    what is no reduction, such as a derivative, is computed on the whole sweep. Without it the
    value alone is limited: what `x[condition]` builds.

    At the end of an expression points outside are NaN.

    Args:
        operator: the operand.
        condition: booleans.
        scope: whether it reaches into the operand.

    Raises:
        OperatorError: when evaluated: the condition does not fit the value.
        OperatorTypeError: when evaluated: the condition is not boolean.

    Example:
        >>> from parax import functions, op
        >>> import jax.numpy as jnp
        >>> x = op.Input("x")
        >>> op.Over(x, x > 1)(x=jnp.array([1.0, 2.0, 3.0])).tolist()
        [nan, 2.0, 3.0]
        >>> float(functions.mean(op.Over(x, x > 1))(x=jnp.array([1.0, 2.0, 3.0])))
        2.5
    """

    graph_role: ClassVar[str] = "over"

    operator: Any
    condition: Any
    scope: bool = eqx.field(static=True)
    reaches: bool = eqx.field(static=True)  # a reduction inside, as the graph found

    def __init__(self, operator: Any, condition: Any, *, scope: bool = False) -> None:
        self.operator = as_operand(operator, "over")
        self.condition = as_operand(condition, "over")
        self.scope = bool(scope)
        self.reaches = False

    def operands(self) -> tuple[Any, ...]:
        return (self.operator, self.condition)

    def static_key(self) -> Hashable:
        return (self.scope, self.reaches)

    def check(self, value: Any, condition: Any) -> None:
        if not hasattr(condition, "dtype") and not isinstance(
            condition, bool | int | float | complex | Masked
        ):
            raise OperatorTypeError("a condition is one array of booleans, not a tree")
        kind = jnp.result_type(condition.value if isinstance(condition, Masked) else condition)
        if kind != jnp.bool_:
            raise OperatorTypeError(
                f"a condition is made of booleans, got {kind}",
                hint="compare, for instance `x[f > 2e9]`; an index is an integer that is written",
            )
        whole = value.value if isinstance(value, Masked) else value
        if not hasattr(whole, "shape") and not isinstance(whole, bool | int | float | complex):
            raise OperatorTypeError(
                "a tree of values cannot be limited to some points", hint="limit each of its parts"
            )

    def compute(self, value: Any, condition: Any) -> Any:
        if isinstance(condition, Masked):
            condition = condition.filled(fill=False)
        found = selected(value, condition)
        if found is not None:
            return found
        shape, own = _shape(value), np.shape(condition)
        if self.reaches:
            return value
        if shape:
            raise OperatorError(
                f"a condition of shape {own} cannot choose points of a value of shape {shape}",
                hint="its axes are the first ones of the value",
            )
        raise OperatorError(
            "`over` limits a value that does not depend on the sweep"
            if self.scope
            else f"a condition of shape {own} chooses among elements, and the value is one number",
            hint="limit what is reduced: `max(over(x, band))`",
        )

    def compute_masked(self, value: Any, condition: Any) -> Any:
        return self.compute(value, condition)

    def reaching(self) -> Over:
        """Give the same with the mark that reductions inside are limited."""
        from parax.op._base import NOWHERE, filled

        return filled(Over, NOWHERE, **{**vars(self.stripped()), "reaches": True})

    def inside(self, axis: Axis) -> Inside:
        """Give what limits the operand of a reduction along axes inside this scope."""
        return Inside(axis)

    def symbol(self) -> str:
        return "over"


class Inside(Operator):
    """Limit the operand of a reduction inside a scope, if it collapses the sweep.

    The graph puts it there.

    Args:
        axis: what the reduction collapses.
    """

    graph_role: ClassVar[str] = "over"

    axis: Axis = eqx.field(static=True)

    def __init__(self, axis: Axis) -> None:
        self.axis = axis

    def static_key(self) -> Hashable:
        return self.axis

    def compute(self, value: Any, condition: Any) -> Any:
        shape = _shape(value)
        if not shape or 0 not in axes_of(self.axis, len(shape)):
            return value
        if isinstance(condition, Masked):
            condition = condition.filled(fill=False)
        found = selected(value, condition)
        return value if found is None else found

    def compute_masked(self, value: Any, condition: Any) -> Any:
        return self.compute(value, condition)

    def symbol(self) -> str:
        return "over"


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(np.shape(value.value if isinstance(value, Masked) else value))
