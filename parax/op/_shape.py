"""Operators that arrange arrays: Stack."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from parax._diagnostic import echo, kind_of
from parax.errors import OperatorError, OperatorTypeError
from parax.graph import is_masked
from parax.op._base import Operator, as_operand
from parax.op._masked import stacked
from parax.op._trees import map_leaves


class Stack(Operator):
    """Stack the outputs of the operands on a new axis, leaf by leaf (O34).

    Scalars are broadcast to the common shape of the others.

    Args:
        operators: a list or tuple of operands.
        axis: position of the new axis in the result; negative counts from its end.

    Raises:
        OperatorError: the list is empty; when evaluated: the shapes do not agree, names the
            position.

    Example:
        >>> from parax import op
        >>> import jax.numpy as jnp
        >>> x = op.Input("x")
        >>> op.Stack((x, x * 2))(x=jnp.array([1.0, 2.0])).tolist()
        [[1.0, 2.0], [2.0, 4.0]]
    """

    operators: tuple[Any, ...]
    axis: int = eqx.field(static=True)

    def __init__(self, operators: Sequence[Any], axis: int = -1) -> None:
        if not isinstance(operators, list | tuple):
            raise OperatorTypeError(
                f"`Stack` takes a list or tuple of operands, got {kind_of(operators)}"
            )
        if not operators:
            raise OperatorError("`Stack` of an empty list", hint="give at least one operand")
        if not isinstance(axis, int) or isinstance(axis, bool):
            raise OperatorTypeError(f"`Stack` takes an integer axis, got `{echo(repr(axis))}`")
        self.operators = tuple(as_operand(operand, "Stack") for operand in operators)
        self.axis = axis

    def operands(self) -> tuple[Any, ...]:
        return self.operators

    def static_key(self) -> Hashable:
        return self.axis

    def stacked_axis(self) -> int:
        return self.axis

    def is_regular(self) -> bool:
        return True

    def below(self, position: int) -> Callable[[jax.Array, tuple[int, ...]], jax.Array]:
        return lambda keep, shape: jnp.take(keep, position, axis=self.axis)

    def check(self, *operands: Any) -> None:
        map_leaves(self._check_leaves, *operands)

    def _check_leaves(self, *leaves: Any) -> None:
        shapes = [jnp.shape(leaf) for leaf in leaves]
        common = next((shape for shape in shapes if shape), ())
        for position, shape in enumerate(shapes):
            if shape not in ((), common):
                raise OperatorError(
                    f"`Stack` of shapes that do not agree: {common} and, at position {position}, "
                    f"{shape}",
                    hint="reduce or index the operands to one shape",
                )
        if not -len(common) - 1 <= self.axis <= len(common):
            raise OperatorError(
                f"`Stack` on axis {self.axis} of a result with {len(common) + 1} axes"
            )

    def compute(self, *values: Any) -> Any:
        return map_leaves(self._stack, *values)

    def compute_masked(self, *values: Any) -> Any:
        if not all(map(is_masked, values)):
            raise OperatorTypeError(
                "`Stack` of whole values beside some that are limited to some points",
                hint="take `over` last: `over([a, b], band)`",
            )
        return stacked(values, self.compute, self.axis)

    def _stack(self, *leaves: Any) -> jax.Array:
        self._check_leaves(*leaves)
        shape = next((jnp.shape(leaf) for leaf in leaves if jnp.shape(leaf)), ())
        return jnp.stack([jnp.broadcast_to(leaf, shape) for leaf in leaves], axis=self.axis)
