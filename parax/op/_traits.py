"""What is known of a function inside an operator, beyond how to call it.

A function of our own carries its traits as an attribute; a few well-known functions of
`jax.numpy` and `jax.nn` are recognised as elementwise by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import jax
import jax.numpy as jnp

from parax.op._masked import MaskedForm

F = TypeVar("F", bound=Callable[..., Any])

_ATTRIBUTE = "__parax_traits__"

_KNOWN_ELEMENTWISE = {
    jnp: """abs absolute fabs add subtract multiply divide true_divide floor_divide mod remainder
        power float_power negative positive sign exp exp2 expm1 log log2 log10 log1p sqrt
        cbrt square reciprocal sin cos tan arcsin arccos arctan arctan2 asin acos atan
        atan2 sinh cosh tanh arcsinh arccosh arctanh asinh acosh atanh hypot deg2rad
        rad2deg degrees radians real imag conj conjugate angle maximum minimum fmax fmin
        clip floor ceil round rint trunc nan_to_num isfinite isnan isinf greater
        greater_equal less less_equal equal not_equal logical_and logical_or logical_not
        logical_xor sinc heaviside logaddexp""",
    jax.nn: "relu softplus sigmoid silu gelu elu leaky_relu soft_sign log_sigmoid",
    jax.lax: "add sub mul div neg exp log sqrt rsqrt abs sin cos tan tanh max min square",
}


_REGULAR = frozenset(
    "+ - * < > == abs abs2 angle atan ceil clip conj cos dB deg floor imag mag max min phase rad "  # noqa: SIM905
    "real relative relu sigmoid sign sin softplus tanh".split()
)
"""What of our own has a finite value and a finite slope wherever its operands are finite."""


@dataclass(frozen=True)
class Traits:
    """What an operator may know of its function.

    Args:
        symbol: how the function is written, `"+"` or `"abs"`.
        elementwise: each element of the result depends on that element of the operands alone.
        infix: written between its operands.
        host: the same function on Python numbers, in NumPy's 64 bit; None if there is none.
        check: called with the abstract operands; raises what JAX would say badly.
        masked: the same reduction of the elements that a mask selects; None if it is none.
    """

    symbol: str
    elementwise: bool = False
    infix: bool = False
    host: Callable[..., Any] | None = None
    check: Callable[..., None] | None = None
    masked: MaskedForm | None = None


def with_traits(traits: Traits) -> Callable[[F], F]:
    """Attach traits to a module-level function of our own."""

    def attach(fn: F) -> F:
        setattr(fn, _ATTRIBUTE, traits)
        return fn

    return attach


def is_regular(fn: Any) -> bool:
    """Tell whether a function is known to be finite, and its slope, wherever its operands are."""
    known = getattr(fn, _ATTRIBUTE, None)
    return known is not None and known.symbol in _REGULAR


@cache
def _known_elementwise() -> frozenset[int]:
    return frozenset(
        id(getattr(module, name))
        for module, names in _KNOWN_ELEMENTWISE.items()
        for name in names.split()
        if hasattr(module, name)
    )


def traits_of(fn: Any) -> Traits:
    """Give the traits of a function; of one that has none, its name and what its kind tells."""
    known = getattr(fn, _ATTRIBUTE, None)
    if known is not None:
        return known
    name = getattr(fn, "__name__", None) or type(fn).__name__
    return Traits(name, elementwise=id(fn) in _known_elementwise())
