"""Parameters that are distributed evenly between two limits."""

# Factories read as classes: they are nouns that make a Parameter.
# ruff: noqa: N802

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from distreqx import distributions

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.parameters._arguments import (
    aligned,
    holds,
    pair,
    refuse_negative,
    relative_width,
    start,
)
from parax.parameters._checks import warn_outside
from parax.parameters._described import label_of
from parax.parameters._parameter import Parameter


def Uniform(
    low: Any, high: Any, value: Any = None, *, add_bounds: bool = True, **kwargs: Any
) -> Parameter:
    """Make a parameter that is distributed evenly between two limits.

    Args:
        low: lower limit; a number, or a sequence for a vector parameter.
        high: upper limit; broadcasts with `low`.
        value: the physical value; the midpoint if not given.
        add_bounds: whether the limits become the bounds, unless `bounds=` is given.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: a limit that is NaN, `low` above `high`, or limits of shapes that do
            not go together.

    Warns:
        ParameterBoundsWarning: the value lies outside the limits.

    Example:
        >>> p = Uniform(0, 10)
        >>> p.value.tolist(), p.bounds.tolist()
        (5.0, [0.0, 10.0])
    """
    lower, upper = pair(low, high, ("low", "high"))
    if holds(lower > upper):
        raise ParameterValueError(
            f"`low` of {quoted(lower.tolist())} is above `high` of {quoted(upper.tolist())}",
            hint="give the lower limit first",
        )
    middle = lower / 2 + upper / 2  # halves first: the sum of large limits may overflow
    blamed = "low" if holds(~jnp.isfinite(lower)) else "high"
    value = start(value, middle, kwargs, blamed)
    return _between(lower, upper, value, add_bounds=add_bounds, kwargs=kwargs)


def CenteredUniform(
    mean: Any,
    half_width: Any,
    value: Any = None,
    *,
    add_bounds: bool = True,
    **kwargs: Any,
) -> Parameter:
    """Make a parameter that is distributed evenly around a mean.

    Args:
        mean: the middle; a number, or a sequence for a vector parameter.
        half_width: the distance of the limits from it; broadcasts with `mean`.
        value: the physical value; the mean if not given.
        add_bounds: whether the limits become the bounds, unless `bounds=` is given.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: an argument that is NaN, or a negative half width.

    Warns:
        ParameterBoundsWarning: the value lies outside the limits.

    Example:
        >>> CenteredUniform([5.0, 6.0], 1.0).bounds.tolist()
        [[4.0, 6.0], [5.0, 7.0]]
    """
    middle, width = pair(mean, half_width, ("mean", "half_width"))
    refuse_negative(width, "half_width")
    value = start(value, middle, kwargs, "mean")
    return _between(middle - width, middle + width, value, add_bounds=add_bounds, kwargs=kwargs)


def RelativeUniform(
    mean: Any,
    deviation_fraction: Any,
    value: Any = None,
    *,
    add_bounds: bool = True,
    **kwargs: Any,
) -> Parameter:
    """Make a parameter that is distributed evenly within a fraction of its mean.

    Args:
        mean: the middle, other than zero; a number, or a sequence for a vector parameter.
        deviation_fraction: the largest deviation, as a fraction of the mean.
        value: the physical value; the mean if not given.
        add_bounds: whether the limits become the bounds, unless `bounds=` is given.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: an argument that is NaN, or a mean or fraction of zero.

    Warns:
        ParameterBoundsWarning: the value lies outside the limits.

    Example:
        >>> RelativeUniform(-100.0, 0.25).bounds.tolist()
        [-125.0, -75.0]
    """
    middle, fraction = pair(mean, deviation_fraction, ("mean", "deviation_fraction"))
    width = relative_width(middle, fraction, "deviation_fraction")
    value = start(value, middle, kwargs, "mean")
    return _between(middle - width, middle + width, value, add_bounds=add_bounds, kwargs=kwargs)


def _between(
    lower: jax.Array, upper: jax.Array, value: Any, *, add_bounds: bool, kwargs: dict[str, Any]
) -> Parameter:
    value, lower, upper = aligned(value, lower, upper)
    support = jnp.stack([lower, upper], axis=-1)
    bounded = add_bounds and kwargs.get("bounds") is None
    if bounded:
        kwargs["bounds"] = support
    p = Parameter(value, **{"distribution": distributions.Uniform(lower, upper), **kwargs})
    if not bounded:
        warn_outside(p.value, support, label_of(p))
    return p
