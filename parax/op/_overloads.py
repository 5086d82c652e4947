"""Python's operators on expressions, and what says why an expression has no value yet (A6, O3).

The class is the half of Operator that every user meets; it has no fields.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import jax
import jax.numpy as jnp

from parax._diagnostic import echo, kind_of
from parax.errors import OperatorTypeError
from parax.kernels import Kernel
from parax.module import Module
from parax.op import _arithmetic as arithmetic
from parax.op._functions import stored_function
from parax.op._traits import traits_of

if TYPE_CHECKING:
    from parax.op._base import Operator


def compose_unary(fn: Callable[..., Any], operand: Any) -> Operator:
    """Build the operator of a function of parax of one operand, in constant time (X15)."""
    from parax.op._base import NOWHERE, filled
    from parax.op._elementwise import Map

    return filled(Map, NOWHERE, fn=stored_function(fn, "Map"), operator=operand)


def compose_binary(fn: Callable[..., Any], left: Any, right: Any) -> Operator:
    """Build the operator of a function of parax of two operands, in constant time (X15)."""
    from parax.op._base import NOWHERE, as_operand, filled
    from parax.op._elementwise import Binary

    symbol = traits_of(fn).symbol
    for operand in (left, right):
        if isinstance(operand, Kernel):  # it would be taken for a Module that is a value (K17)
            raise OperatorTypeError(
                f"`{symbol}` cannot join an operator and {kind_of(operand)}: a kernel is"
                " a function of two points",
                hint="`op.Lambda(kernel)` makes an operator of a kernel",
            )
    return filled(
        Binary,
        NOWHERE,
        fn=stored_function(fn, "Binary"),
        left=as_operand(left, symbol),
        right=as_operand(right, symbol),
    )


class Overloads:
    """Overloads that compose, and refusals of what has no meaning before a call."""

    # --- What composes ------------------------------------------------------------------------

    def __add__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.add, self, other)

    def __radd__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.add, other, self)

    def __sub__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.subtract, self, other)

    def __rsub__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.subtract, other, self)

    def __mul__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.multiply, self, other)

    def __rmul__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.multiply, other, self)

    def __truediv__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.divide, self, other)

    def __rtruediv__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.divide, other, self)

    def __floordiv__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.floor_divide, other, self)

    def __mod__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.remainder, self, other)

    def __rmod__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.remainder, other, self)

    def __pow__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.power, self, other)

    def __rpow__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.power, other, self)

    def __matmul__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.matmul, other, self)

    def __and__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.bitwise_and, self, other)

    def __rand__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.bitwise_and, other, self)

    def __or__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.bitwise_or, self, other)

    def __ror__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.bitwise_or, other, self)

    def __xor__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.bitwise_xor, self, other)

    def __rxor__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.bitwise_xor, other, self)

    def __lt__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.less, self, other)

    def __le__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.less_equal, self, other)

    def __gt__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.greater, self, other)

    def __ge__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.greater_equal, self, other)

    def __eq__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.equal, self, other)

    def __ne__(self, other: Any) -> Operator:
        return compose_binary(arithmetic.not_equal, self, other)

    def __getitem__(self, index: Any) -> Any:
        from parax.op._select import Index

        names = index if isinstance(index, list) and index else [index]
        if isinstance(self, Module) and all(isinstance(name, str) for name in names):
            return Module.__getitem__(self, index)  # M26: of a model that is an operator too
        if hasattr(type(index), "graph_role"):  # a condition
            from parax.op._over import Over

            return Over(self, index)
        return Index(self, index)

    def __abs__(self) -> Operator:
        return compose_unary(arithmetic.absolute, self)

    def __neg__(self) -> Operator:
        from parax.op._elementwise import Negate

        return Negate(self)

    def __pos__(self) -> Operator:
        return compose_unary(arithmetic.positive, self)

    def __invert__(self) -> Operator:
        return compose_unary(arithmetic.invert, self)

    def __divmod__(self, other: object) -> Any:
        raise TypeError("divmod gives two values; write `a // b` and `a % b`")

    __rdivmod__ = __divmod__

    # --- What has no meaning before a call ------------------------------------------------------

    def _no_value(self, wanted: str, hint: str) -> NoReturn:
        raise OperatorTypeError(
            f"an expression has no {wanted} until it is called, got `{echo(repr(self))}`", hint=hint
        )

    def __bool__(self) -> NoReturn:
        self._no_value(
            "truth value",
            "choose between two expressions with `op.Where(condition, a, b)`; join comparisons "
            "with `&` and `|`; compare structures with `parax.graph.same(a, b)`",
        )

    def __len__(self) -> NoReturn:
        self._no_value("length", "call it first, or use `op.Map(len, …)`")

    def __iter__(self) -> NoReturn:
        self._no_value("elements", "call it first, or take elements with `[...]`")

    def __contains__(self, item: object) -> NoReturn:
        self._no_value("elements", "call it first, then look in the value")

    def __float__(self) -> NoReturn:
        self._no_value(
            "number",
            "`math` works on numbers: use the function of that name in `parax.functions`, "
            "or `op.Map(fn, …)`",
        )

    __int__ = __complex__ = __float__

    def __round__(self, digits: Any = None) -> Any:
        raise not_a_value(self, "round")

    def __jax_array__(self) -> Any:
        # JAX's own operators ask for this first and defer to ours if it is no array;
        # its functions ask the answer once more, and get the error.
        return _NoArray(self)

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._no_value("array", "call it first")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        compose = _UFUNCS.get(ufunc.__name__) if method == "__call__" and not kwargs else None
        if compose is None or len(inputs) != 2:
            name = ufunc.__name__
            raise not_a_value(
                self, name if method == "__call__" else _REDUCTIONS.get(name, str(name))
            )
        return compose_binary(compose, *inputs)


class _NoArray:
    """What an expression gives JAX in place of an array: something that explains itself.

    JAX's functions either ask it for an array once more, or put it into the text of an error.
    """

    def __init__(self, operator: Overloads) -> None:
        self._operator = operator

    def __jax_array__(self) -> NoReturn:
        raise not_a_value(self._operator, _calling_jax_function())

    def __format__(self, spec: str) -> NoReturn:
        raise not_a_value(self._operator, _calling_jax_function())


_HOMES = {
    "jnp": jnp,
    "jnp.linalg": jnp.linalg,
    "jnp.fft": jnp.fft,
    "jax.nn": jax.nn,
    "jax.scipy.special": jax.scipy.special,
    "jax.lax": jax.lax,
}
"""Where JAX's functions of arrays are found, as a user writes it."""

_REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}
"""What NumPy calls a ufunc's reduction."""

_OURS = {"absolute": "abs", "fabs": "abs"}
"""Functions that `parax.functions` has under a shorter name."""


def _calling_jax_function() -> str:
    """Give the name of the function of JAX that was called, the outermost, for the message."""
    name, frame = "fn", inspect.currentframe()
    frame = frame.f_back.f_back if frame is not None and frame.f_back is not None else None
    while frame is not None and frame.f_globals.get("__name__", "").startswith("jax."):
        called = frame.f_code.co_name
        if any(hasattr(home, called) for home in _HOMES.values()):
            name = called
        frame = frame.f_back
    return name


def not_a_value(operator: Overloads, function: str) -> OperatorTypeError:
    """Make the error for an expression that was given to a function of arrays (O44)."""
    headline = f"`{function}` works on arrays, and `{echo(repr(operator))}` is an expression"
    own = _UFUNCS.get(function)
    if own is not None:
        return OperatorTypeError(headline, hint=f"write it with `{traits_of(own).symbol}`")
    ours = _OURS.get(function, function)
    home = next((name for name, one in _HOMES.items() if hasattr(one, ours)), "jnp")
    return OperatorTypeError(
        headline,
        hint=f"use `parax.functions.{ours}` if there is one, or `op.Map({home}.{ours}, …)`",
    )


_BINARY = (
    *(arithmetic.add, arithmetic.subtract, arithmetic.multiply, arithmetic.divide),
    *(arithmetic.floor_divide, arithmetic.remainder, arithmetic.power, arithmetic.matmul),
    *(arithmetic.bitwise_and, arithmetic.bitwise_or, arithmetic.bitwise_xor),
    *(arithmetic.less, arithmetic.less_equal, arithmetic.greater, arithmetic.greater_equal),
    *(arithmetic.equal, arithmetic.not_equal),
)
_UFUNCS = {fn.__name__: fn for fn in _BINARY}
"""What NumPy asks for by ufunc when its array stands on the left."""
