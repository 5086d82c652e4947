"""Values of the oracle: NumPy's arrays in 64 bit, and arrays of which some points count."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Axis = int | tuple[int, ...] | None


@dataclass(frozen=True)
class Chosen:
    """An array, which of its elements count, and the axes along which that varies."""

    array: np.ndarray
    mask: np.ndarray
    axes: frozenset[int]


def whole(value: Any) -> np.ndarray:
    """Give the array of a value, all of it."""
    return value.array if isinstance(value, Chosen) else np.asarray(value)


def counting(value: Any) -> np.ndarray:
    """Give the elements that count, as one axis."""
    return value.array[value.mask] if isinstance(value, Chosen) else np.ravel(value)


def shown(value: Any) -> np.ndarray:
    """Give a value as the end of an expression has it: NaN where it does not count."""
    if not isinstance(value, Chosen):
        return np.asarray(value)
    array = value.array if value.array.dtype.kind in "fc" else value.array.astype(float)
    return np.where(value.mask, array, np.nan)


def is_complex(value: Any) -> bool:
    return whole(value).dtype.kind == "c"


def number(x: Any) -> np.ndarray:
    """Give an array with booleans as 0 and 1."""
    x = np.asarray(x)
    return x.astype(int) if x.dtype == bool else x


def elementwise(fn: Callable[..., Any], *values: Any, **static: Any) -> Any:
    """Compute elementwise; an element counts if it does in all operands."""
    found = np.asarray(fn(*map(whole, values), **static))
    masked = [one for one in values if isinstance(one, Chosen)]
    if not masked:
        return found
    axes = {axis + found.ndim - one.array.ndim for one in masked for axis in one.axes}
    mask = np.ones(found.shape, bool)
    for one in masked:
        mask = mask & one.mask
    return Chosen(found, mask, frozenset(axes))


def axes_of(axis: Axis, count: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(count))
    return tuple(sorted(one % count for one in ((axis,) if isinstance(axis, int) else axis)))


def collapsed(
    fn: Callable[..., Any],
    value: Any,
    axis: Axis,
    *,
    of_nothing: Any = np.nan,
    places: bool = False,
) -> Any:
    """Reduce by a function of the list of elements that count, one list an element of the result.

    Args:
        fn: from one axis of elements to a number; with `places`, given their positions too.
        value: what is reduced.
        axis: the axes to collapse.
        of_nothing: the result where nothing counts.
        places: whether positions, in the whole array, are wanted.
    """
    array = whole(value)
    mask = value.mask if isinstance(value, Chosen) else np.ones(array.shape, bool)
    over = axes_of(axis, array.ndim)
    left = [one for one in range(array.ndim) if one not in over]
    rows = array.transpose([*left, *over]).reshape(*(array.shape[one] for one in left), -1)
    keep = mask.transpose([*left, *over]).reshape(rows.shape)
    found = []
    for at in itertools.product(*map(range, rows.shape[:-1])):
        own, here = rows[at], keep[at]
        if not here.any():
            found.append(of_nothing)
        else:
            found.append(fn(own[here], np.flatnonzero(here)) if places else fn(own[here]))
    result = np.array(found).reshape(rows.shape[:-1])
    varies = [one for one in left if isinstance(value, Chosen) and one in value.axes]
    if not varies:
        return result
    axes = frozenset(left.index(one) for one in varies)
    return Chosen(result, np.asarray(keep.any(axis=-1)), axes)


def limited(value: Any, condition: Any) -> Chosen:
    """Let count the points at which a condition along the first axes holds."""
    holds = condition.mask & condition.array if isinstance(condition, Chosen) else condition
    array = whole(value)
    keep = np.reshape(holds, np.shape(holds) + (1,) * (array.ndim - np.ndim(holds)))
    axes = frozenset(range(np.ndim(holds)))
    mask = np.broadcast_to(keep, array.shape)
    if isinstance(value, Chosen):
        mask, axes = mask & value.mask, axes | value.axes
    return Chosen(array, np.asarray(mask), axes)
