"""The array code behind Python's operators, one module-level function each (A4, O9).

Each acts leaf by leaf on PyTrees (O5). Plain numbers stay plain numbers (O11); a boolean counts
as 0 or 1 in arithmetic (L21), where NumPy would say *or*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.errors import OperatorError, OperatorTypeError
from parax.op._host import host_number, is_plain_number
from parax.op._traits import Traits, with_traits
from parax.op._trees import is_leaf, map_leaves

Function = Callable[..., Any]


def counted(value: Any) -> Any:
    """Give a boolean array as integers 0 and 1, anything else as it is."""
    if isinstance(value, bool):
        return int(value)
    if getattr(value, "dtype", None) == jnp.bool_:
        return jnp.asarray(value, dtype=jnp.result_type(int))
    return value


def safe_sqrt(x: Any) -> Any:
    """Give the square root, with gradient 0 at 0 (X30)."""
    x = jnp.asarray(x)
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype(jnp.result_type(float))
    zero = x == 0
    return jnp.where(zero, jnp.zeros_like(x), jnp.sqrt(jnp.where(zero, jnp.ones_like(x), x)))


def _power(x: Any, y: Any) -> Any:
    if isinstance(y, float) and y in (0.5, -0.5):
        root = safe_sqrt(x)
        return root if y > 0 else 1 / root
    whole = all(jnp.issubdtype(jnp.result_type(one), jnp.integer) for one in (x, y))
    if whole and not (isinstance(y, int) and y >= 0):  # as Python: 2 ** -1 is 0.5
        x = jnp.asarray(x, dtype=jnp.result_type(float))
    return jnp.power(x, y)


def require_real(symbol: str) -> Callable[..., None]:
    """Make the check that no operand is complex, for what orders its operands (L52)."""

    def check(*operands: Any) -> None:
        for leaf in jax.tree_util.tree_leaves(operands):
            if _is_complex(leaf):
                raise OperatorTypeError(
                    f"`{symbol}` orders its operands, and complex values have no order",
                    hint="take `abs(…)`, `real(…)` or `dB(…)` of the complex side first",
                )

    return check


def _refuse_complex(symbol: str) -> Callable[..., None]:
    """Make the check that no operand is complex, for a division with remainder."""

    def check(*operands: Any) -> None:
        if any(map(_is_complex, jax.tree_util.tree_leaves(operands))):
            raise OperatorTypeError(
                f"`{symbol}` divides with a remainder, and complex values have none",
                hint="take `abs(…)` or `real(…)` of the complex side first",
            )

    return check


def _is_complex(value: Any) -> bool:
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return isinstance(value, complex)
    return jnp.issubdtype(dtype, jnp.complexfloating)


def _arithmetic(
    name: str, symbol: str, array: Function, host: Function, *, whole: bool = True
) -> Function:
    check = _refuse_complex(symbol) if symbol in ("//", "%") else None

    def on_numbers(*values: Any) -> Any:
        if check is not None:
            check(*values)
        return host_number(host, *values, keeps_int=whole)

    def leaf(left: Any, right: Any) -> Any:
        if is_plain_number(left) and is_plain_number(right):
            return on_numbers(left, right)
        return array(counted(left), counted(right))

    @with_traits(Traits(symbol, elementwise=True, infix=True, host=on_numbers, check=check))
    def function(left: Any, right: Any) -> Any:
        if check is not None:
            check(left, right)
        return map_leaves(leaf, left, right)

    return _named(function, name, f"Give `left {symbol} right`, elementwise.")


def _comparison(
    name: str, symbol: str, array: Function, host: Function, *, ordering: bool
) -> Function:
    def on_numbers(*values: Any) -> Any:
        return host_number(host, *values)

    def leaf(left: Any, right: Any) -> Any:
        if is_plain_number(left) and is_plain_number(right):
            return on_numbers(left, right)
        return array(left, right)

    check = require_real(symbol) if ordering else None

    @with_traits(Traits(symbol, elementwise=True, infix=True, host=on_numbers, check=check))
    def function(left: Any, right: Any) -> Any:
        if check is not None:
            check(left, right)
        return map_leaves(leaf, left, right)

    return _named(function, name, f"Give `left {symbol} right`, elementwise, as booleans.")


def _require_whole(symbol: str) -> Callable[..., None]:
    """Make the check that operands are conditions or integers."""

    def check(*operands: Any) -> None:
        for leaf in jax.tree_util.tree_leaves(operands):
            if jnp.issubdtype(jnp.result_type(leaf), jnp.inexact):
                raise OperatorTypeError(
                    f"`{symbol}` takes conditions or integers, got {jnp.result_type(leaf)}",
                    hint="compare first, for instance `(a > 0) & (b > 0)`",
                )

    return check


def _bitwise(name: str, symbol: str, array: Function) -> Function:
    check = _require_whole(symbol)

    @with_traits(Traits(symbol, elementwise=True, infix=True, check=check))
    def function(left: Any, right: Any) -> Any:
        check(left, right)
        return map_leaves(array, left, right)

    return _named(function, name, f"Give `left {symbol} right`: logical on booleans, else bitwise.")


def _named(function: Function, name: str, doc: str) -> Function:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


add = _arithmetic("add", "+", jnp.add, np.add)
subtract = _arithmetic("subtract", "-", jnp.subtract, np.subtract)
multiply = _arithmetic("multiply", "*", jnp.multiply, np.multiply)
divide = _arithmetic("divide", "/", jnp.divide, np.divide, whole=False)
floor_divide = _arithmetic("floor_divide", "//", jnp.floor_divide, np.floor_divide)
remainder = _arithmetic("remainder", "%", jnp.remainder, np.remainder)
power = _arithmetic("power", "**", _power, np.power)

less = _comparison("less", "<", jnp.less, np.less, ordering=True)
less_equal = _comparison("less_equal", "<=", jnp.less_equal, np.less_equal, ordering=True)
greater = _comparison("greater", ">", jnp.greater, np.greater, ordering=True)
greater_equal = _comparison(
    "greater_equal", ">=", jnp.greater_equal, np.greater_equal, ordering=True
)
equal = _comparison("equal", "==", jnp.equal, np.equal, ordering=False)
not_equal = _comparison("not_equal", "!=", jnp.not_equal, np.not_equal, ordering=False)

bitwise_and = _bitwise("bitwise_and", "&", jnp.bitwise_and)
bitwise_or = _bitwise("bitwise_or", "|", jnp.bitwise_or)
bitwise_xor = _bitwise("bitwise_xor", "^", jnp.bitwise_xor)


@with_traits(Traits("and", elementwise=True, infix=True))
def logical_and(left: Any, right: Any) -> Any:
    """Give `left and right`, elementwise, as booleans."""
    return map_leaves(jnp.logical_and, left, right)


@with_traits(Traits("or", elementwise=True, infix=True))
def logical_or(left: Any, right: Any) -> Any:
    """Give `left or right`, elementwise, as booleans."""
    return map_leaves(jnp.logical_or, left, right)


@with_traits(Traits("not", elementwise=True))
def logical_not(value: Any) -> Any:
    """Give `not value`, elementwise, as booleans."""
    return map_leaves(jnp.logical_not, value)


_check_invert = _require_whole("~")


@with_traits(Traits("~", elementwise=True, check=_check_invert))
def invert(value: Any) -> Any:
    """Give `~value`: logical on booleans, bitwise on integers."""
    _check_invert(value)
    return map_leaves(jnp.invert, value)


def _check_matmul(*operands: Any) -> None:
    map_leaves(_check_matrices, *operands)


def _check_matrices(left: Any, right: Any) -> None:
    one, other = jnp.shape(left), jnp.shape(right)
    if not one or not other:
        raise OperatorError(
            f"`@` multiplies matrices and vectors, got shapes {one} and {other}",
            hint="write `*` for the product with a number",
        )
    inner = other[max(len(other) - 2, 0)]
    if one[-1] != inner:
        raise OperatorError(
            f"`@` cannot multiply shapes {one} and {other}: {one[-1]} columns meet {inner} rows"
        )
    common_shape("@", one[:-2], other[:-2])


@with_traits(Traits("@", infix=True, check=_check_matmul))
def matmul(left: Any, right: Any) -> Any:
    """Give the matrix product of the last two axes."""
    return map_leaves(jnp.matmul, left, right)


def _host_negative(value: Any) -> Any:
    return host_number(np.negative, value)


def _negative_leaf(value: Any) -> Any:
    return _host_negative(value) if is_plain_number(value) else jnp.negative(counted(value))


@with_traits(Traits("-", elementwise=True, host=_host_negative))
def negative(value: Any) -> Any:
    """Give `-value`, elementwise."""
    return map_leaves(_negative_leaf, value)


def _host_positive(value: Any) -> Any:
    return host_number(np.positive, value, keeps_int=True)


def _positive_leaf(value: Any) -> Any:
    return _host_positive(value) if is_plain_number(value) else jnp.positive(counted(value))


@with_traits(Traits("+", elementwise=True, host=_host_positive))
def positive(value: Any) -> Any:
    """Give `+value`, elementwise; a boolean becomes a number."""
    return map_leaves(_positive_leaf, value)


def _host_absolute(value: Any) -> Any:
    return host_number(np.abs, value, keeps_int=True)


def _absolute_leaf(value: Any) -> Any:
    if is_plain_number(value):
        return _host_absolute(value)
    value = jnp.asarray(counted(value))
    if jnp.issubdtype(value.dtype, jnp.complexfloating):
        return jnp.abs(value)
    return value * jnp.sign(value)  # the gradient of `jnp.abs` at 0 is 1


@with_traits(Traits("abs", elementwise=True, host=_host_absolute))
def absolute(value: Any) -> Any:
    """Give the magnitude, elementwise; its gradient at 0 is 0 (X30)."""
    return map_leaves(_absolute_leaf, value)


def signed_sum(values: Sequence[Any], signs: Sequence[int], counts: Sequence[int]) -> Any:
    """Add and subtract terms, each as often as its count says."""
    total: Any = None
    for value, sign, count in zip(values, signs, counts, strict=True):
        term = value if count == 1 else multiply(value, count)
        if total is None:
            total = term if sign > 0 else negative(term)
        else:
            total = add(total, term) if sign > 0 else subtract(total, term)
    return total if len(values) > 1 or counts[0] > 1 else positive(total)


def signed_row_sum(rows: Any, factors: Sequence[int]) -> Any:
    """Add the rows of stacked terms, each multiplied by a whole factor."""
    return map_leaves(lambda leaf: _row_sum(counted(leaf), factors), rows)


def _row_sum(leaf: Any, factors: Sequence[int]) -> Any:
    if len(set(factors)) > 1:
        column = np.asarray(factors).astype(leaf.dtype)
        leaf = leaf * column.reshape(-1, *(1,) * (leaf.ndim - 1))
    total = jnp.sum(leaf, axis=0, dtype=leaf.dtype)
    return total if len(set(factors)) > 1 or factors[0] == 1 else multiply(total, factors[0])


def check_terms(values: Sequence[Any], signs: Sequence[int]) -> None:
    """Check that the terms of a sum broadcast, and say which is the first that does not."""
    if any(not is_leaf(value) for value in values):
        return  # trees are compared leaf by leaf when they are added
    shape: tuple[int, ...] = ()
    for position, value in enumerate(values):
        own = jnp.shape(value)
        symbol = "+" if signs[position] > 0 else "-"
        shape = common_shape(symbol, shape, own, position=position)


def common_shape(symbol: str, *shapes: tuple[int, ...], **details: Any) -> tuple[int, ...]:
    """Give the shape to which operands broadcast.

    Raises:
        OperatorError: they do not.
    """
    try:
        return jnp.broadcast_shapes(*shapes)
    except ValueError:
        listed = ", ".join(map(str, shapes[:-1])) + f" and {shapes[-1]}"
        raise OperatorError(
            f"`{symbol}` cannot broadcast shapes {listed}",
            hint="reduce one side, for instance with `mean(…)`, or index it",
            left=shapes[0],
            right=shapes[-1],
            **details,
        ) from None


def check_broadcast(symbol: str, *operands: Any) -> None:
    """Check that operands broadcast, leaf by leaf."""
    map_leaves(lambda *leaves: common_shape(symbol, *map(jnp.shape, leaves)), *operands)
