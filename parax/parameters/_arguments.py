"""What the factories of distributed parameters are given, checked and brought to one shape."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.parameters._checks import as_float_array
from parax.parameters._static import is_concrete
from parax.parameters._values import no_parameter, stated_quantity


def pair(first: Any, second: Any, words: tuple[str, str]) -> tuple[jax.Array, jax.Array]:
    """Give two arguments as arrays of one shape, neither with NaN; `words` name them."""
    one = as_float_array(first, f"`{words[0]}`")
    two = as_float_array(second, f"`{words[1]}`")
    try:
        one, two = jnp.broadcast_arrays(one, two)
    except ValueError:
        raise ParameterValueError(
            f"`{words[0]}` of shape {quoted(one.shape)} and `{words[1]}` of shape"
            f" {quoted(two.shape)} do not go together",
            hint="give numbers, or sequences of the same length",
        ) from None
    for word, given in zip(words, (one, two), strict=True):
        if holds(jnp.isnan(given)):
            raise ParameterValueError(
                f"`{word}` is NaN: {quoted(given.tolist())}", hint="give a number"
            )
    return one, two


def holds(condition: jax.Array) -> bool:
    """Tell whether a condition is known to hold for some element; false of a tracer."""
    return is_concrete(condition) and bool(np.asarray(condition).any())


def refuse_negative(given: jax.Array, word: str) -> None:
    """Refuse a width that is negative."""
    if holds(given < 0):
        raise ParameterValueError(
            f"`{word}` of {quoted(given.tolist())} is negative", hint="give a width of 0 or more"
        )


def relative_width(mean: jax.Array, fraction: jax.Array, word: str) -> jax.Array:
    """Give the width that is a fraction of the mean, and refuse one of zero."""
    width = jnp.abs(mean * fraction)
    if holds(width == 0):
        blamed, given = ("mean", mean) if holds(mean == 0) else (word, fraction)
        raise ParameterValueError(
            f"`{blamed}` of {quoted(given.tolist())} leaves no width",
            hint="a fraction of zero is zero: give the width itself, with `CenteredUniform` or"
            " `Normal`",
        )
    return width


def start(value: Any, default: jax.Array, kwargs: dict[str, Any], word: str) -> Any:
    """Give the value to start from: the default if there is neither a value nor a latent one.

    Text is read as a quantity, whose unit goes to the keywords.
    """
    if isinstance(value, str):
        return stated_quantity(value, kwargs, kwargs.get("metadata"))
    if value is not None or kwargs.get("latent_value") is not None:
        return value
    if holds(~jnp.isfinite(default)):
        raise ParameterValueError(
            f"`{word}` of {quoted(default.tolist())} is no value to start from",
            hint="give `value=`, or finite numbers",
        )
    return default


def aligned(value: Any, *arguments: jax.Array) -> tuple[Any, ...]:
    """Broadcast a start value and arguments of several elements; single arguments stay single."""
    if value is None:
        return value, *arguments
    array = as_float_array(no_parameter(value), "`value`")
    shape = arguments[0].shape
    try:
        together = np.broadcast_shapes(array.shape, shape)
    except ValueError:
        raise ParameterValueError(
            f"`value` of shape {quoted(array.shape)} and limits of shape {quoted(shape)} do not go"
            " together",
            hint="give numbers, or sequences of the same length",
        ) from None
    if shape != ():
        arguments = tuple(jnp.broadcast_to(x, together) for x in arguments)
    return jnp.broadcast_to(array, together), *arguments
