"""What all array code shares: the decorators that give it its traits, and its checks.

A decorated function takes arrays, NumPy's too, numbers, Parameters and trees of them. Its body is
written for one JAX array, in which booleans have become 0 and 1 (L21).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from parax.errors import OperatorError, OperatorTypeError
from parax.op import (
    MaskedForm,
    Traits,
    counted,
    host_number,
    is_plain_number,
    map_leaves,
    with_traits,
)

Axis = int | tuple[int, ...] | None
Check = Callable[..., None]


def is_complex(x: Any) -> bool:
    """Tell whether a value is complex by dtype."""
    return bool(jnp.issubdtype(jnp.result_type(x), jnp.complexfloating))


def as_number(x: Any) -> jax.Array:
    """Give a JAX array, with booleans as integers 0 and 1."""
    return counted(jnp.asarray(x))


def as_float(x: Any) -> jax.Array:
    """Give a JAX array of floats or complex numbers; ints take the default float."""
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.result_type(float))


def flat_where(
    edge: jax.Array, fn: Callable[[jax.Array], jax.Array], x: jax.Array, elsewhere: float
) -> jax.Array:
    """Give `fn(x)` with gradient 0 where `edge` holds; `fn` is smooth at `elsewhere` (X30)."""
    there = jax.lax.stop_gradient(fn(x))
    return jnp.where(edge, there, fn(jnp.where(edge, jnp.full_like(x, elsewhere), x)))


def real_only(symbol: str) -> Check:
    """Make the check that no operand is complex, for what has no complex form here."""

    def check(*operands: Any) -> None:
        for leaf in jax.tree_util.tree_leaves(operands):
            if is_complex(leaf):
                raise OperatorTypeError(
                    f"`{symbol}` takes real values, got {jnp.result_type(leaf)}",
                    hint="take `abs(…)`, `real(…)`, `imag(…)` or `angle(…)` of the value first",
                )

    return check


def elementwise(
    symbol: str,
    host: Callable[..., Any],
    *,
    keeps_int: bool = False,
    check: Check | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make an elementwise function of the body for one array, leaf by leaf on trees (O5).

    Args:
        symbol: how it is written.
        host: the same on NumPy scalars: Python numbers stay Python numbers (O11), in 64 bit.
        keeps_int: ints give an int.
        check: raises on operands of the wrong kind.
    """

    def decorate(body: Callable[..., Any]) -> Callable[..., Any]:
        def on_numbers(*values: Any) -> Any:
            if check is not None:
                check(*values)
            return host_number(host, *values, keeps_int=keeps_int)

        def leaf(*values: Any) -> Any:
            if all(map(is_plain_number, values)):
                return on_numbers(*values)
            if check is not None:
                check(*values)
            return body(*map(as_number, values))

        @with_traits(Traits(symbol, elementwise=True, host=on_numbers, check=check))
        @functools.wraps(body)
        def function(*values: Any) -> Any:
            return map_leaves(leaf, *values)

        return function

    return decorate


def reduction(
    symbol: str,
    *,
    check: Check | None = None,
    of_empty: bool = False,
    masked: MaskedForm | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a reduction of the body for one array, which takes `axis=`; leaf by leaf (O38).

    Args:
        symbol: how it is written.
        check: raises on operands of the wrong kind.
        of_empty: the reduction of no elements is defined.
        masked: the same reduction of the elements that a mask selects.
    """

    def decorate(body: Callable[..., Any]) -> Callable[..., Any]:
        @with_traits(Traits(symbol, check=check, masked=masked))
        @functools.wraps(body)
        def function(x: Any, *operands: Any, axis: Axis = None, **static: Any) -> Any:
            def leaf(value: Any) -> Any:
                if check is not None:
                    check(value)
                value = as_number(value)
                require_axes(symbol, axis, value.shape)
                if not of_empty:
                    require_elements(symbol, axis, value.shape)
                return body(value, *operands, axis=axis, **static)

            return map_leaves(leaf, x)

        return function

    return decorate


def array_function(
    symbol: str, *, check: Check | None = None, masked: MaskedForm | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function of whole arrays of the body: operands become arrays, checked."""

    def decorate(body: Callable[..., Any]) -> Callable[..., Any]:
        @with_traits(Traits(symbol, check=check, masked=masked))
        @functools.wraps(body)
        def function(*operands: Any, **static: Any) -> Any:
            arrays = tuple(map(as_number, operands))
            if check is not None:
                check(*arrays)
            return body(*arrays, **static)

        return function

    return decorate


def _axes_of(axis: Axis) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else axis or ()


def require_axes(symbol: str, axis: Axis, shape: tuple[int, ...]) -> None:
    """Raise `OperatorError` unless a value of this shape has the axes, each named once."""
    for one in _axes_of(axis):
        if not -len(shape) <= one < len(shape):
            raise OperatorError(
                f"`{symbol}` over axis {one} of shape {shape}, which has {len(shape)} "
                f"{'axis' if len(shape) == 1 else 'axes'}"
            )
    if len({one % len(shape) for one in _axes_of(axis)}) != len(_axes_of(axis)):
        raise OperatorError(f"`{symbol}` over axes {axis}, which name one axis twice")


def require_elements(symbol: str, axis: Axis, shape: tuple[int, ...]) -> None:
    """Raise `OperatorError` if there is nothing to reduce."""
    over = range(len(shape)) if axis is None else _axes_of(axis)
    if any(shape[one] == 0 for one in over):
        raise OperatorError(
            f"`{symbol}` of no elements: the shape is {shape}",
            hint="widen the range or the condition that chose them",
        )


def require_square(symbol: str, shape: tuple[int, ...]) -> None:
    """Raise `OperatorError` unless the last two axes are those of square matrices."""
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise OperatorError(
            f"`{symbol}` takes square matrices on the last two axes, got shape {shape}"
        )
