"""Short ways to the usual parameters."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from distreqx import distributions

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.parameters._checks import as_float_array, warn_outside
from parax.parameters._described import label_of
from parax.parameters._parameter import Parameter
from parax.parameters._static import is_concrete


def Free(value: Any = None, **kwargs: Any) -> Parameter:  # noqa: N802  # reads as a class
    """Make a parameter that optimisers may change.

    Args:
        value: the physical value.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: neither a value nor `latent_value=`.

    Example:
        >>> Free(1.0).fixed
        False
    """
    return Parameter(value, **{"fixed": False, **kwargs})


def Fixed(value: Any = None, **kwargs: Any) -> Parameter:  # noqa: N802  # reads as a class
    """Make a parameter that optimisers leave alone.

    Args:
        value: the physical value.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: neither a value nor `latent_value=`.

    Example:
        >>> Fixed(1.0).fixed
        True
    """
    return Parameter(value, **{"fixed": True, **kwargs})


def Uniform(  # noqa: N802  # reads as a class
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
    lower, upper = _limits(low, high)
    if value is not None:
        value, lower, upper = _aligned(value, lower, upper)
    elif kwargs.get("latent_value") is None:
        value = lower / 2 + upper / 2  # halves first: the sum of large limits may overflow
    support = jnp.stack([lower, upper], axis=-1)
    bounded = add_bounds and kwargs.get("bounds") is None
    if bounded:
        kwargs["bounds"] = support
    p = Parameter(value, **{"distribution": distributions.Uniform(lower, upper), **kwargs})
    if not bounded:
        warn_outside(p.value, support, label_of(p))
    return p


def _aligned(value: Any, lower: Any, upper: Any) -> tuple[Any, Any, Any]:
    """Broadcast a start value and limits of several elements; a single pair stays one."""
    start = as_float_array(value, "`value`")
    try:
        shape = np.broadcast_shapes(start.shape, lower.shape)
    except ValueError:
        raise ParameterValueError(
            f"`value` of shape {quoted(start.shape)} and limits of shape {quoted(lower.shape)} do"
            " not go together",
            hint="give numbers, or sequences of the same length",
        ) from None
    if lower.shape != ():
        lower, upper = jnp.broadcast_to(lower, shape), jnp.broadcast_to(upper, shape)
    return jnp.broadcast_to(start, shape), lower, upper


def _limits(low: Any, high: Any) -> tuple[Any, Any]:
    lower, upper = as_float_array(low, "`low`"), as_float_array(high, "`high`")
    try:
        lower, upper = jnp.broadcast_arrays(lower, upper)
    except ValueError:
        raise ParameterValueError(
            f"`low` of shape {quoted(lower.shape)} and `high` of shape {quoted(upper.shape)} do"
            " not go together",
            hint="give numbers, or sequences of the same length",
        ) from None
    if is_concrete(lower) and is_concrete(upper):
        for word, given in (("low", lower), ("high", upper)):
            if np.isnan(np.asarray(given)).any():
                raise ParameterValueError(
                    f"`{word}` is NaN: {quoted(given.tolist())}", hint="give a number"
                )
        if (np.asarray(lower) > np.asarray(upper)).any():
            raise ParameterValueError(
                f"`low` of {quoted(lower.tolist())} is above `high` of {quoted(upper.tolist())}",
                hint="give the lower limit first",
            )
    return lower, upper
