"""Parameters that are distributed normally."""

# Factories read as classes: they are nouns that make a Parameter.
# ruff: noqa: N802

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import jax
import jax.numpy as jnp
from distreqx import distributions

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.parameters._arguments import aligned, pair, refuse_negative, relative_width, start
from parax.parameters._parameter import Parameter


def Normal(
    mean: Any, std: Any, value: Any = None, *, icdf_bounds: Any = None, **kwargs: Any
) -> Parameter:
    """Make a parameter that is distributed normally.

    Args:
        mean: the mean; a number, or a sequence for a vector parameter.
        std: the standard deviation; broadcasts with `mean`.
        value: the physical value; the mean if not given.
        icdf_bounds: a probability `q` between 0 and 0.5: the bounds become the quantiles `q` and
            `1 - q`, unless `bounds=` is given. Without it there are none.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: an argument that is NaN, a negative deviation, or a probability that
            is not between 0 and 0.5.

    Example:
        >>> p = Normal(50, 5, icdf_bounds=0.001)
        >>> float(p.value), [round(float(x), 3) for x in p.bounds]
        (50.0, [34.549, 65.451])
    """
    center, width = pair(mean, std, ("mean", "std"))
    refuse_negative(width, "std")
    return _around(center, width, value, icdf_bounds, kwargs)


def RelativeNormal(
    mean: Any,
    std_fraction: Any,
    value: Any = None,
    *,
    icdf_bounds: Any = None,
    **kwargs: Any,
) -> Parameter:
    """Make a parameter whose standard deviation is a fraction of its mean.

    Args:
        mean: the mean, other than zero; a number, or a sequence for a vector parameter.
        std_fraction: the standard deviation, as a fraction of the mean.
        value: the physical value; the mean if not given.
        icdf_bounds: as for `Normal`.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: as for `Normal`, or a mean or fraction of zero.

    Example:
        >>> float(RelativeNormal(-100.0, 0.25).distribution.scale)
        25.0
    """
    center, fraction = pair(mean, std_fraction, ("mean", "std_fraction"))
    width = relative_width(center, fraction, "std_fraction")
    return _around(center, width, value, icdf_bounds, kwargs)


def _around(
    mean: jax.Array, std: jax.Array, value: Any, icdf_bounds: Any, kwargs: dict[str, Any]
) -> Parameter:
    reach = None if icdf_bounds is None else _quantile(icdf_bounds)
    value, mean, std = aligned(start(value, mean, kwargs, "mean"), mean, std)
    if reach is not None and kwargs.get("bounds") is None:
        kwargs["bounds"] = jnp.stack([mean - reach * std, mean + reach * std], axis=-1)
    return Parameter(value, **{"distribution": distributions.Normal(mean, std), **kwargs})


def _quantile(q: Any) -> float:
    """Give how many standard deviations the quantiles `q` and `1 - q` lie from the mean."""
    if isinstance(q, bool) or not isinstance(q, int | float) or not 0 < q < 0.5:
        raise ParameterValueError(
            f"`icdf_bounds` must be a number between 0 and 0.5, and got {quoted(repr(q))}",
            hint="write for instance `icdf_bounds=0.001`, which leaves out 0.1 % on either side",
        )
    return -NormalDist().inv_cdf(q)
