"""Functions of one, two and more operands: Map, Negate, Binary, Apply."""

from __future__ import annotations

import abc
from collections.abc import Callable, Hashable
from typing import Any

import equinox as eqx
import jax.tree_util as jtu

from parax._diagnostic import kind_of
from parax.errors import OperatorTypeError
from parax.graph import is_masked
from parax.op import _arithmetic as arithmetic
from parax.op._base import NOWHERE, Operator, as_operand, filled
from parax.op._functions import function_key, is_plain_function, stored_function
from parax.op._masked import (
    Axis,
    MaskedForm,
    reduce_masked,
    require_unmasked,
    takes_whole,
)
from parax.op._masked_forms import form_of
from parax.op._traits import is_regular, traits_of

_MAX_STRUCTURAL_EXPONENT = 64
_SUMS = {arithmetic.add: (1, 1), arithmetic.subtract: (1, -1)}


class FunctionOperator(Operator):
    """Base of operators that apply a function to the values of their operands.

    A plain function is part of the structure; a callable Module with arrays is one operand more,
    so that it can be trained (X32).
    """

    fn: eqx.AbstractVar[Any]

    @abc.abstractmethod
    def _values(self) -> tuple[Any, ...]:
        """Give the operands other than the function."""

    def operands(self) -> tuple[Any, ...]:
        values = self._values()
        return values if is_plain_function(self.fn) else (self.fn, *values)

    def static_key(self) -> Hashable:
        return function_key(self.fn) if is_plain_function(self.fn) else type(self.fn)

    def stripped(self) -> Operator:
        if is_plain_function(self.fn):
            return super().stripped()
        # The class still says what the function is called.
        fields = {**super().stripped().__dict__, "fn": type(self.fn)}
        fields.pop("_origin", None)
        return filled(type(self), NOWHERE, **fields)

    def compute(self, *values: Any) -> Any:
        if is_plain_function(self.fn):
            return self.fn(*values)
        fn, *rest = values
        return fn(*rest)

    def check(self, *operands: Any) -> None:
        traits = traits_of(plain_function(self.fn))
        if traits.check is not None:
            traits.check(*operands)
        if traits.elementwise and len(operands) > 1:
            arithmetic.check_broadcast(traits.symbol, *operands)

    def fold(self, *numbers: Any) -> Any:
        host = traits_of(plain_function(self.fn)).host
        return None if host is None else host(*numbers)

    def is_elementwise(self) -> bool:
        return traits_of(plain_function(self.fn)).elementwise

    def is_regular(self) -> bool:
        return is_regular(plain_function(self.fn))

    def symbol(self) -> str:
        return traits_of(plain_function(self.fn)).symbol

    def _keywords(self) -> dict[str, Any]:
        """Give the keywords that the function is called with."""
        return {}

    def masked_form(self) -> MaskedForm | None:
        """Give how the function reduces the elements that a mask selects, if it is known."""
        fn = plain_function(self.fn)
        return traits_of(fn).masked or form_of(fn)

    def reduced(self) -> tuple[int, Axis] | None:
        form = self.masked_form()
        return None if form is None else (0, self._keywords().get("axis", form.axis))

    def has_answer_for_nothing(self) -> bool:
        form = self.masked_form()
        return form is not None and form.of_nothing == form.of_nothing

    def compute_masked(self, *values: Any) -> Any:
        form = self.masked_form()
        if form is None:
            return super().compute_masked(*values)
        x, *rest = values
        require_unmasked(self.symbol(), rest)
        if not is_masked(x):
            raise takes_whole(self.symbol())
        static = {"axis": form.axis, **self._keywords()}
        return reduce_masked(form, self.symbol(), x, rest, **static)


def plain_function(fn: Any) -> Any:
    """Give the function that was stored."""
    return fn.func if isinstance(fn, jtu.Partial) else fn


class Map(FunctionOperator):
    """Apply a function once to the whole value of one operand (O19).

    Args:
        fn: a function of one value; elementwise functions of parax and of `jax.numpy` are known
            to be such.
        operator: the operand.

    Raises:
        OperatorTypeError: `fn` is not callable, or the operand is none.

    Example:
        >>> from parax import op
        >>> import jax.numpy as jnp
        >>> op.Map(jnp.square, op.Input("x"))(x=jnp.array([1.0, 2.0])).tolist()
        [1.0, 4.0]
    """

    fn: Any
    operator: Any

    def __init__(self, fn: Callable[[Any], Any], operator: Any) -> None:
        self.fn = stored_function(fn, type(self).__name__)
        self.operator = as_operand(operator, type(self).__name__)

    def _values(self) -> tuple[Any, ...]:
        return (self.operator,)


class Negate(Operator):
    """The negative of one operand, leaf by leaf: what unary minus builds (O20)."""

    other: Any

    def __init__(self, other: Any) -> None:
        self.other = as_operand(other, "-")

    def operands(self) -> tuple[Any, ...]:
        return (self.other,)

    def compute(self, value: Any) -> Any:
        return arithmetic.negative(value)

    def fold(self, number: Any) -> Any:
        return arithmetic.negative(number)

    def is_elementwise(self) -> bool:
        return True

    def is_regular(self) -> bool:
        return True

    def symbol(self) -> str:
        return "-"


class Binary(FunctionOperator):
    """Apply a function once to the whole values of two operands (O18).

    The overloaded operators of Python build it with functions that act leaf by leaf (O5).

    Args:
        fn: a function of two values.
        left: the first operand.
        right: the second operand.

    Raises:
        OperatorTypeError: `fn` is not callable, or an operand is none.
    """

    fn: Any
    left: Any
    right: Any

    def __init__(self, fn: Callable[[Any, Any], Any], left: Any, right: Any) -> None:
        self.fn = stored_function(fn, type(self).__name__)
        symbol = traits_of(fn).symbol
        self.left = as_operand(left, symbol)
        self.right = as_operand(right, symbol)

    def _values(self) -> tuple[Any, ...]:
        return (self.left, self.right)

    def sum_signs(self) -> tuple[int, ...] | None:
        return _SUMS.get(plain_function(self.fn))

    def is_structure(self, position: int, number: Any) -> bool:
        # X2: a traced exponent costs four times as much and has a worse gradient.
        if position == 1 and plain_function(self.fn) is arithmetic.power:
            if isinstance(number, int):
                return abs(number) <= _MAX_STRUCTURAL_EXPONENT
            return isinstance(number, float) and abs(number) == 0.5
        return super().is_structure(position, number)


class Apply(FunctionOperator):
    """Apply a function to the values of any number of operands, with fixed keywords.

    Args:
        fn: a function; called as `fn(*values, **static)`.
        operands: the operands.
        static: keyword arguments that are part of the structure; they must be hashable.

    Raises:
        OperatorTypeError: `fn` is not callable, an operand is none, a keyword is not hashable.

    Example:
        >>> from parax import op
        >>> import jax.numpy as jnp
        >>> op.Apply(jnp.clip, op.Input("x"), 0.0, 1.0)(x=jnp.array([-1.0, 0.5, 2.0])).tolist()
        [0.0, 0.5, 1.0]
    """

    fn: Any
    values: tuple[Any, ...]
    static: tuple[tuple[str, Any], ...] = eqx.field(static=True)

    def __init__(self, fn: Callable[..., Any], *operands: Any, **static: Any) -> None:
        symbol = traits_of(fn).symbol
        self.fn = stored_function(fn, type(self).__name__)
        self.values = tuple(as_operand(operand, symbol) for operand in operands)
        for name, value in static.items():
            try:
                hash(value)
            except TypeError:
                raise OperatorTypeError(
                    f"`{symbol}({name}=…)` is part of the structure and must be hashable, "
                    f"got {kind_of(value)}",
                    hint="give a number, a string, or a tuple of them",
                ) from None
        self.static = tuple(sorted(static.items()))

    def _values(self) -> tuple[Any, ...]:
        return self.values

    def static_key(self) -> Hashable:
        return (super().static_key(), self.static)

    def compute(self, *values: Any) -> Any:
        if is_plain_function(self.fn):
            return self.fn(*values, **dict(self.static))
        fn, *rest = values
        return fn(*rest, **dict(self.static))

    def _keywords(self) -> dict[str, Any]:
        return dict(self.static)

    def fold(self, *numbers: Any) -> Any:
        return None if self.static else super().fold(*numbers)
