"""What is asked of increasing points on an interval."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import kind_of, quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters import as_float_array, is_concrete

Ends = Literal["lower", "upper", "both", "neither"]


def floating(x: Any, what: str) -> jax.Array:
    """Give a floating-point array as it is, and other real numbers as one of the default type."""
    if isinstance(x, jax.Array | np.ndarray) and jnp.issubdtype(x.dtype, jnp.floating):
        return jnp.asarray(x)
    return as_float_array(x, what)


def has_ends(ends: Ends) -> tuple[bool, bool]:
    """Tell whether the lower and the upper end are among the points."""
    return ends in ("lower", "both"), ends in ("upper", "both")


def require_ends(ends: Any) -> None:
    """Refuse an unknown word for the ends."""
    words = get_args(Ends)
    if ends in words:
        return
    close = get_close_matches(str(ends), words, n=1)
    raise ParameterValueError(
        f"`include_endpoints` must be one of {', '.join(map(quoted, words))}, and is"
        f" {quoted(repr(ends))}",
        hint=f'did you mean "{close[0]}"?' if close else 'write "both" for both ends',
    )


def require_pieces(x: Any, ends: Ends) -> tuple[int, Any]:
    """Give the number of pieces and the type of the numbers that make them."""
    dtype = getattr(x, "dtype", None)
    if dtype is None or not jnp.issubdtype(dtype, jnp.floating):
        got = kind_of(x) if dtype is None else f"an array of dtype {quoted(dtype)}"
        raise ParameterTypeError(
            f"`x` must be an array of real floating-point numbers, and is {got}",
            hint="give an array, or a wrapper that unwraps to one",
        )
    least = 2 if ends == "neither" else 1
    if np.ndim(x) == 0 or np.shape(x)[-1] < least:
        raise ParameterValueError(
            f"`x` must have at least {least} elements along its last axis, and has shape"
            f" {quoted(np.shape(x))}",
            hint="each element makes one piece of the interval",
        )
    if is_concrete(x) and not np.isfinite(np.asarray(x)).all():
        raise ParameterValueError(
            "`x` must be finite, and is not", hint="start from zeros, for pieces of one width"
        )
    return np.shape(x)[-1], dtype


def checked_interval(interval: Any) -> tuple[float, float]:
    """Give an interval as two floats, the lower first."""
    try:
        lower, upper = (float(end) for end in interval)
    except (TypeError, ValueError):
        raise ParameterTypeError(
            f"`interval` must be a pair of numbers, and got {quoted(repr(interval))}",
            hint="write `(lower, upper)`",
        ) from None
    if not (math.isfinite(lower) and math.isfinite(upper) and lower < upper):
        raise ParameterValueError(
            f"`interval` must go from a finite number up to a larger one, and is"
            f" {quoted((lower, upper))}",
            hint="write `(lower, upper)`",
        )
    return lower, upper


def checked_width(width: Any, interval: tuple[float, float], n: int, dtype: Any) -> float:
    """Give the least distance of neighbours: one that fits, and that rounding leaves."""
    lower, upper = interval
    # A running sum of n widths is wrong by up to about log2(n) roundings of the largest point.
    eps = float(jnp.finfo(dtype).eps)
    least = 4 * (math.log2(n) + 2) * eps * max(abs(lower), abs(upper))
    width = max((upper - lower) / n / 1000, least) if width is None else float(width)
    if not width >= least:
        raise ParameterValueError(
            f"`min_width` of {quoted(width)} is lost in the rounding of {jnp.dtype(dtype).name}:"
            f" points between {quoted(lower)} and {quoted(upper)} would be equal",
            hint=f"give at least {least:.2g}",
        )
    if n * width > upper - lower:
        raise ParameterValueError(
            f"{n} pieces of `min_width` {quoted(width)} do not fit between {quoted(lower)} and"
            f" {quoted(upper)}",
            hint=f"give at most {(upper - lower) / n:.4g}, or fewer pieces",
        )
    return width


def require_reached(
    points: jax.Array,
    excess: jax.Array,
    interval: tuple[float, float],
    min_width: float,
    ends: Ends,
) -> None:
    """Refuse points that no real numbers give; `excess` is what widths have above the least."""
    if not is_concrete(points):
        return
    numbers = np.asarray(points)
    for has, place, end in zip(has_ends(ends), (0, -1), interval, strict=True):
        if has and not (numbers[..., place] == numbers.dtype.type(end)).all():
            raise ParameterValueError(
                f"`points` must have {quoted(end)} at its {'end' if place else 'start'}, and have"
                f" {quoted(numbers[..., place].tolist())}",
                hint="or choose other `include_endpoints`",
            )
    if not (np.asarray(excess) > 0).all():
        raise ParameterValueError(
            f"`points` must increase by more than {quoted(min_width)} each, inside the interval,"
            f" and are {quoted(numbers.tolist())}",
            hint="sort them, or give a smaller `min_width`",
        )
