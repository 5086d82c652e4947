"""What stands for the branch of a choice that is not taken: its shapes and dtypes (O33, X20)."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
from jax.core import Tracer

from parax.graph._skeleton import split

UNTRACEABLE = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)
"""What JAX raises where a function looks at a value that is not known yet."""
_NUMBERS: Any = (jax.Array, jax.ShapeDtypeStruct, np.ndarray, np.generic, bool, int, float, complex)


class TracedError(Exception):
    """A leaf operator brought a tracer of its own."""


def has_tracer(tree: Any) -> bool:
    """Tell whether JAX looks on: without tracers there is no gradient to guard."""
    return any(isinstance(leaf, Tracer) for leaf in jtu.tree_leaves(tree))


def decides(condition: Any) -> bool | None:
    """Tell which branch a predicate chooses; None if it is no scalar, or not known."""
    if not isinstance(condition, _NUMBERS) or isinstance(condition, Tracer):
        return None
    if jnp.ndim(condition):
        return None
    return bool(np.asarray(condition) != 0)


def stand_in(compute: Callable[[], Any]) -> Any:
    """Give zeros of the type of a value, without computing it; None where that cannot be told.

    That is so where it is computed by code that looks at numbers, or is no array nor a tree of
    arrays.

    Raises:
        ParaxError: computing it would raise.
    """
    kept: list[Any] = []

    def trace() -> list[Any]:
        arrays, skeleton = split(compute())
        kept.append(skeleton)
        return arrays

    try:
        types = jax.eval_shape(trace)
    except Exception as error:
        if isinstance(error, UNTRACEABLE) or isinstance(error.__cause__, UNTRACEABLE):
            return None
        raise
    value = kept[-1].join([_zeros(one) for one in types])
    return value if _is_plain(value) else None


def zeros_of(value: Any) -> Any:
    """Give zeros of the type of an abstract value; what is no array stays."""

    def one(leaf: Any) -> Any:
        return _zeros(leaf) if isinstance(leaf, jax.ShapeDtypeStruct) else leaf

    return jtu.tree_map(one, value)


def _zeros(kind: jax.ShapeDtypeStruct) -> Any:
    zeros = jnp.zeros(kind.shape, kind.dtype)
    if not kind.weak_type:
        return zeros
    return jnp.broadcast_to(jnp.asarray(np.zeros((), kind.dtype).item()), kind.shape)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return isinstance(value, _NUMBERS) and jtu.all_leaves((value,))
