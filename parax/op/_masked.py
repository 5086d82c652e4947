"""How operators work on masked values: reductions of the points that count, and refusals."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import jax.numpy as jnp
import numpy as np

from parax.errors import EmptyRangeWarning, OperatorTypeError
from parax.graph import Masked, floating
from parax.parameters import is_concrete

Axis = int | tuple[int, ...] | None

_INSIDE = frozenset(("parax", "jax", "equinox", "jaxtyping", "beartype", "contextlib"))


@dataclass(frozen=True)
class MaskedForm:
    """A reduction of the elements that a mask selects (X23).

    Args:
        fn: called as `fn(x, mask, *operands, axis=…, **static)` with a mask of the shape of `x`
            that selects at least one element of each reduction. It fills before it computes, so
            that no gradient is NaN.
        of_nothing: what it gives where nothing is selected.
        axis: the axis that it collapses if none is given.
    """

    fn: Callable[..., Any]
    of_nothing: float | bool = nan
    axis: Axis = None


def axes_of(axis: Axis, count: int) -> frozenset[int]:
    """Give the axes that are meant, of so many, as positions from the start."""
    if axis is None:
        return frozenset(range(count))
    return frozenset(one % count for one in ((axis,) if isinstance(axis, int) else axis))


def reduce_masked(
    form: MaskedForm, symbol: str, x: Masked, operands: Sequence[Any], axis: Axis, **static: Any
) -> Any:
    """Reduce a masked value over the points that count.

    Args:
        form: how.
        symbol: what is reduced with, for the warning.
        x: the value.
        operands: what the reduction takes besides.
        axis: the axes to collapse.
        static: further keywords.

    Returns:
        A plain value if the mask varied along collapsed axes only, with NaN where nothing counts;
        otherwise a masked one, for what is left.
    """
    count = np.ndim(x.value)
    over = axes_of(axis, count)
    mask = x.whole_mask
    some = jnp.any(mask, axis=tuple(over), keepdims=True)
    # Where nothing counts everything does, with a constant value: no gradient sees the difference.
    value = jnp.where(mask, x.value, jnp.ones((), jnp.result_type(x.value)))
    found = form.fn(value, mask | ~some, *operands, axis=axis, **static)
    left = sorted(x.axes - over)
    some = jnp.squeeze(some, tuple(over))
    if form.of_nothing != form.of_nothing:
        found = floating(found)
    if left:
        more = jnp.ndim(found) - jnp.ndim(some)  # such as several percentiles
        axes = frozenset(_place(one, over) + more for one in left)
        return Masked(found, jnp.reshape(some, (1,) * more + jnp.shape(some)), axes)
    seen = is_concrete(some) and is_concrete(x.value)  # no warning while something is traced
    if form.of_nothing != form.of_nothing and seen and not np.all(some):
        warnings.warn(
            f"`{symbol}` of a range without points is nan",
            EmptyRangeWarning,
            stacklevel=_level_of_caller(),
        )
    return jnp.where(some, found, jnp.asarray(form.of_nothing, jnp.result_type(found)))


def _level_of_caller() -> int:
    """Give the `stacklevel`, for whoever asks, of the first frame outside the library."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_inside(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


def _is_inside(module: str) -> bool:
    return module.partition(".")[0] in _INSIDE


def _place(axis: int, collapsed: frozenset[int]) -> int:
    return axis - sum(one < axis for one in collapsed)


def require_unmasked(symbol: str, values: Sequence[Any]) -> None:
    """Raise if one of the values is masked."""
    if any(isinstance(value, Masked) for value in values):
        raise takes_whole(symbol)


def takes_whole(symbol: str) -> OperatorTypeError:
    """Make the error for an operator that cannot work on chosen points alone (X25)."""
    return OperatorTypeError(
        f"`{symbol}` takes whole values, and its operand is limited to some points",
        hint=f"take `over` last: `over({symbol}(…), band)`",
    )


def stacked(values: Sequence[Masked], compute: Callable[..., Any], axis: int) -> Masked:
    """Stack masked values, with their masks."""
    value = compute(*[one.value for one in values])
    count = jnp.ndim(value)
    place = axis % count
    shape = jnp.shape(value)[:place] + jnp.shape(value)[place + 1 :]
    masks = [jnp.broadcast_to(one.mask, shape) for one in values]
    axes: set[int] = {place}
    for one in values:
        shift = len(shape) - jnp.ndim(one.value)
        axes |= {own + shift + (own + shift >= place) for own in one.axes}
    return Masked(value, jnp.stack(masks, axis=place), frozenset(axes))
