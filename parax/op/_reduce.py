"""Operators that collapse axes or add operands up: Reduce, Sum."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from operator import index
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import echo
from parax.errors import OperatorError, OperatorTypeError
from parax.graph import elementwise_masked, is_masked
from parax.op import _arithmetic as arithmetic
from parax.op._base import Operator, as_operand
from parax.op._elementwise import FunctionOperator, plain_function
from parax.op._functions import is_plain_function, stored_function
from parax.op._masked import Axis, reduce_masked, takes_whole
from parax.op._masked_forms import SUM
from parax.op._traits import traits_of
from parax.op._trees import map_leaves


def _checked_axis(axis: Any, owner: str) -> Axis:
    if axis is None:
        return None
    if _is_index(axis):
        return index(axis)
    if isinstance(axis, tuple | list) and all(map(_is_index, axis)):
        return tuple(map(index, axis))
    raise OperatorTypeError(
        f"`{owner}` takes an integer axis, a tuple of them or None, got `{echo(repr(axis))}`"
    )


def _is_index(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _require_axes(axis: Axis, shape: tuple[int, ...], symbol: str) -> None:
    for one in (axis,) if isinstance(axis, int) else axis or ():
        if not -len(shape) <= one < len(shape):
            raise OperatorError(
                f"`{symbol}` over axis {one} of shape {shape}, which has {len(shape)} "
                f"{'axis' if len(shape) == 1 else 'axes'}"
            )


def _spread(keep: jax.Array, shape: tuple[int, ...], *, axis: int | tuple[int, ...]) -> jax.Array:
    """Spread the mask of a reduction's value along the axes that it collapsed."""
    axes = sorted(one % len(shape) for one in ((axis,) if isinstance(axis, int) else axis))
    left = tuple(size for one, size in enumerate(shape) if one not in axes)
    if keep.shape != left:  # a function that takes an axis and does not collapse it
        return jnp.any(keep)
    return jnp.broadcast_to(jnp.expand_dims(keep, axes), shape)


def _added(*values: Any) -> Any:
    total = arithmetic.positive(values[0])
    for value in values[1:]:
        total = arithmetic.add(total, value)
    return total


class Reduce(FunctionOperator):
    """Collapse axes of one operand with a reduction, leaf by leaf (O38).

    Shape: the operand's without `axis`; `()` when `axis` is None.

    Args:
        operator: the operand.
        fn: a reduction that takes `axis=`, such as `jnp.max`.
        axis: the axis, a tuple of axes, or None for all.

    Raises:
        OperatorTypeError: `fn` is not callable or `axis` is no axis.
        OperatorError: when evaluated: the operand has no such axis.
    """

    operator: Any
    fn: Any
    axis: Axis = eqx.field(static=True)

    def __init__(self, operator: Any, fn: Callable[..., Any], axis: Any = None) -> None:
        self.fn = stored_function(fn, "Reduce")
        self.operator = as_operand(operator, traits_of(fn).symbol)
        self.axis = _checked_axis(axis, traits_of(fn).symbol)

    def _values(self) -> tuple[Any, ...]:
        return (self.operator,)

    def static_key(self) -> Hashable:
        return (super().static_key(), self.axis)

    def check(self, *operands: Any) -> None:
        symbol = self.symbol()
        map_leaves(lambda leaf: _require_axes(self.axis, jnp.shape(leaf), symbol), operands[-1])
        own = traits_of(plain_function(self.fn)).check
        if own is not None:
            own(operands[-1])

    def compute(self, *values: Any) -> Any:
        fn = self.fn if is_plain_function(self.fn) else values[0]
        return map_leaves(lambda leaf: fn(leaf, axis=self.axis), values[-1])

    def fold(self, *numbers: Any) -> Any:
        return None

    def _keywords(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def reduced(self) -> tuple[int, Axis]:
        return (len(self.operands()) - 1, self.axis)

    def below(self, position: int) -> Callable[[jax.Array, tuple[int, ...]], jax.Array] | None:
        axis = self.axis
        if axis is None or position != len(self.operands()) - 1:
            return None
        return partial(_spread, axis=axis)


class Sum(Operator):
    """Add the outputs of several operands; or sum the output of one over an axis (O39).

    Args:
        operators: a list or tuple of operands, which are added leaf by leaf; or one operand,
            whose output is summed over `axis`. `operator=` is another name for it.
        axis: with a list, the sum is reduced over it if it is not None.

    Raises:
        OperatorError: the list is empty.

    Example:
        >>> from parax import op
        >>> import jax.numpy as jnp
        >>> x = op.Input("x")
        >>> op.Sum([x, x * 2])(x=jnp.arange(3.0)).tolist()
        [0.0, 3.0, 6.0]
        >>> float(op.Sum(x)(x=jnp.arange(3.0)))
        3.0
    """

    operators: Any
    axis: Axis = eqx.field(static=True)

    def __init__(self, operators: Any = None, axis: Any = None, *, operator: Any = None) -> None:
        if (operators is None) == (operator is None):
            raise OperatorTypeError("`Sum` takes either `operators` or `operator`")
        operators = operator if operators is None else operators
        if isinstance(operators, Sequence) and not isinstance(operators, str):
            if not operators:
                raise OperatorError("`Sum` of an empty list", hint="give at least one operand")
            operators = tuple(operators)
        self.operators = as_operand(operators, "Sum")
        self.axis = _checked_axis(axis, "Sum")

    def operands(self) -> tuple[Any, ...]:
        return self.operators if isinstance(self.operators, tuple) else (self.operators,)

    def static_key(self) -> Hashable:
        count = len(self.operators) if isinstance(self.operators, tuple) else None
        return (count, self.axis)

    def sum_signs(self) -> tuple[int, ...] | None:
        plain = len(self.operands()) > 1 and not self._reduces()
        return (1,) * len(self.operands()) if plain else None

    def below(self, position: int) -> Callable[[jax.Array, tuple[int, ...]], jax.Array] | None:
        # Operands that are added first may have fewer axes than what is summed over.
        if self.axis is None or len(self.operands()) > 1:
            return None
        return partial(_spread, axis=self.axis)

    def is_elementwise(self) -> bool:
        return not self._reduces()

    def _reduces(self) -> bool:
        return self.axis is not None or not isinstance(self.operators, tuple)

    def reduced(self) -> tuple[int, Axis] | None:
        return (0, self.axis) if self._reduces() and len(self.operands()) == 1 else None

    def compute_masked(self, *values: Any) -> Any:
        if not self._reduces():
            return super().compute_masked(*values)
        total = values[0] if len(values) == 1 else elementwise_masked(_added, values)
        if not is_masked(total):
            raise takes_whole("Sum")
        return reduce_masked(SUM, "Sum", total, (), self.axis)

    def check(self, *operands: Any) -> None:
        arithmetic.check_terms(operands, (1,) * len(operands))
        arithmetic.check_broadcast("+", *operands)
        map_leaves(self._check_leaves, *operands)

    def _check_leaves(self, *leaves: Any) -> None:
        _require_axes(self.axis, jnp.broadcast_shapes(*map(jnp.shape, leaves)), "Sum")

    def compute(self, *values: Any) -> Any:
        total = _added(*values)
        if not self._reduces():
            return total
        return map_leaves(lambda leaf: jnp.sum(arithmetic.counted(leaf), axis=self.axis), total)
