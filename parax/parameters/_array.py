"""The array protocol: what makes a Parameter behave as its scaled value.

Every operator gives a plain JAX array. With anything but a number, an array or a Parameter on the
other side it declines, so that the other object's own operator decides.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.parameters._spaces import scaled

_Binary = Callable[[Any, Any], Any]


def _operand(other: Any) -> Any:
    """Give what takes part in arithmetic, or NotImplemented."""
    if isinstance(other, ArrayProtocol):
        return scaled(other)  # pyright: ignore[reportArgumentType]  # only Parameter inherits
    if isinstance(other, int | float | complex | np.ndarray | np.generic | jax.Array):
        return other
    return NotImplemented


def _forward(fn: Callable[[Any, Any], Any]) -> _Binary:
    def method(self: Any, other: Any) -> Any:
        other = _operand(other)
        return NotImplemented if other is NotImplemented else fn(scaled(self), other)

    return method


def _reflected(fn: Callable[[Any, Any], Any]) -> _Binary:
    def method(self: Any, other: Any) -> Any:
        other = _operand(other)
        # jnp.asarray: a NumPy operand on the left would otherwise decide on the result's type
        return NotImplemented if other is NotImplemented else fn(_as_jax(other), scaled(self))

    return method


def _as_jax(other: Any) -> Any:
    return jnp.asarray(other) if isinstance(other, np.ndarray | np.generic) else other


def _unary(fn: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def method(self: Any) -> Any:
        return fn(scaled(self))

    return method


def _single(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def method(self: Any) -> Any:
        value = scaled(self)
        # JAX refuses the shape (1,) too; of more than one element it says what is wrong
        return kind(value.reshape(()) if value.size == 1 else value)

    return method


def _attribute(name: str) -> property:
    return property(lambda self: getattr(scaled(self), name), doc=f"`{name}` of the scaled value.")


def _delegate(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(scaled(self), name)(*args, **kwargs)

    method.__name__ = name
    method.__doc__ = f"Apply `{name}` to the scaled value."
    return method


class ArrayProtocol:
    """Operators, conversions and attributes of an array, computed from the scaled value."""

    __slots__ = ()

    __array_priority__ = 200  # above arrays of NumPy (0) and JAX (100): these defer to us

    __add__, __radd__ = _forward(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _forward(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _forward(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _forward(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _forward(operator.floordiv), _reflected(operator.floordiv)
    __mod__, __rmod__ = _forward(operator.mod), _reflected(operator.mod)
    __pow__, __rpow__ = _forward(operator.pow), _reflected(operator.pow)
    __matmul__, __rmatmul__ = _forward(operator.matmul), _reflected(operator.matmul)
    __divmod__, __rdivmod__ = _forward(divmod), _reflected(divmod)

    __eq__ = _forward(operator.eq)
    __ne__ = _forward(operator.ne)
    __lt__ = _forward(operator.lt)
    __le__ = _forward(operator.le)
    __gt__ = _forward(operator.gt)
    __ge__ = _forward(operator.ge)
    __hash__ = object.__hash__  # by identity, since `==` compares elements

    __neg__ = _unary(operator.neg)
    __pos__ = _unary(operator.pos)
    __abs__ = _unary(operator.abs)
    __invert__ = _unary(operator.invert)

    __bool__ = _single(bool)
    __float__ = _single(float)
    __int__ = _single(int)
    __complex__ = _single(complex)

    T, mT = _attribute("T"), _attribute("mT")  # noqa: N815  # the name that arrays have
    real, imag = _attribute("real"), _attribute("imag")
    at = _attribute("at")
    reshape, ravel = _delegate("reshape"), _delegate("ravel")
    sum, mean = _delegate("sum"), _delegate("mean")
    min, max = _delegate("min"), _delegate("max")
    astype = _delegate("astype")
    item, tolist = _delegate("item"), _delegate("tolist")

    def __round__(self, ndigits: int | None = None) -> Any:
        return round(_value(self), ndigits)

    def __getitem__(self, index: Any) -> jax.Array:
        return _value(self)[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(_value(self))

    def __len__(self) -> int:
        value = _value(self)
        return 1 if value.ndim == 0 else len(value)

    def __jax_array__(self, dtype: Any = None) -> jax.Array:
        value = _value(self)
        return value if dtype is None else value.astype(dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(_value(self), dtype=dtype, copy=copy)


def _value(p: ArrayProtocol) -> jax.Array:
    return scaled(p)  # pyright: ignore[reportArgumentType]  # only Parameter inherits
