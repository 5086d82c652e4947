"""What arithmetic and what only moves elements give of split values; None to see whole ones."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import jax
import numpy as np

from parax.engine.jaxprs._equation import bind
from parax.engine.jaxprs._find import BATCH, SHORT
from parax.engine.jaxprs._split import Split, objects, shape_of, split

Rule = Callable[[Any, Sequence[Any]], "list[Any] | None"]

_ELEMENTWISE = frozenset((
    "abs", "add", "add_any", "and", "atan2", "clamp", "complex", "conj", "convert_element_type",
    "copy", "cos", "cosh", "div", "eq", "exp", "exp2", "expm1", "ge", "gt", "imag", "integer_pow",
    "is_finite", "le", "log", "log1p", "logistic", "lt", "max", "min", "mul", "ne", "neg", "not",
    "or", "pow", "real", "rsqrt", "select_n", "sign", "sin", "sinh", "sqrt", "square", "sub", "tan",
    "tanh", "xor",
))  # fmt: skip


def _elementwise(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    axes = sorted({axis for one in given if isinstance(one, Split) for axis in one.axes})
    if not axes:
        return None
    shape = equation.outvars[0].aval.shape
    if not all(shape_of(one) == () or _fits(shape_of(one), shape) for one in given):
        return None
    sizes = tuple(shape[axis] for axis in axes)
    columns = [  # an operand of length one along an axis is the same for all parts
        np.broadcast_to(split(one, axes if shape_of(one) else ()).parts, sizes) for one in given
    ]
    parts = objects(
        sizes,
        (
            bind(equation, [one[at] for one in columns])[0]
            for at in itertools.product(*map(range, sizes))
        ),
    )
    return [Split(shape, tuple(axes), parts)]


def _fits(own: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Tell whether an array broadcasts to a shape of as many axes."""
    return len(own) == len(shape) and all(
        one in (1, size) for one, size in zip(own, shape, strict=True)
    )


def _stack(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    axis, shape = equation.params["axis"], equation.outvars[0].aval.shape
    if len(given) > SHORT or prod(shape) // len(given) < BATCH:
        return None
    axes = sorted({one for value in given if isinstance(value, Split) for one in value.axes})
    columns = [split(value, axes) for value in given]
    after = [one + (one >= axis) for one in axes]
    place = sum(one < axis for one in after)
    parts = np.stack([value.parts for value in columns], axis=place)
    return [Split(shape, tuple(sorted((*after, axis))), parts)]


def _concatenate(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    axis, shape = equation.params["dimension"], equation.outvars[0].aval.shape
    if shape[axis] > SHORT or prod(shape) // shape[axis] < BATCH:
        return None
    axes = {axis}.union(*(value.axes for value in given if isinstance(value, Split)))
    columns = [split(value, sorted(axes)) for value in given]
    place = sorted(axes).index(axis)
    parts = np.concatenate([value.parts for value in columns], axis=place)
    return [Split(shape, tuple(sorted(axes)), parts)]


def _broadcast(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    (value, *_), params = given, equation.params
    shape, dimensions = params["shape"], tuple(map(int, params["broadcast_dimensions"]))
    if not isinstance(value, Split):
        return None
    if any(value.shape[axis] != shape[dimensions[axis]] for axis in value.axes):
        return None
    axes = tuple(dimensions[axis] for axis in value.axes)
    left = [axis for axis in range(len(shape)) if axis not in axes]
    inner = [left.index(dimensions[i]) for i in range(len(value.shape)) if i not in value.axes]
    kept = tuple(shape[axis] for axis in left)
    parts = value.map(lambda part: jax.lax.broadcast_in_dim(part, kept, inner))
    return [Split(shape, axes, parts)]


def _transpose(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    (value,), order = given, equation.params["permutation"]
    if not isinstance(value, Split):
        return None
    axes = [place for place, axis in enumerate(order) if axis in value.axes]
    outer = [value.axes.index(order[place]) for place in axes]
    left = [axis for axis in range(len(value.shape)) if axis not in value.axes]
    inner = [left.index(axis) for axis in order if axis in left]
    parts = Split(value.shape, value.axes, value.parts).map(
        lambda part: jax.lax.transpose(part, inner)
    )
    shape = tuple(value.shape[axis] for axis in order)
    return [Split(shape, tuple(axes), parts.transpose(outer))]


def _slice(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    (value,), params = given, equation.params
    if not isinstance(value, Split):
        return None
    starts, limits = params["start_indices"], params["limit_indices"]
    strides = params["strides"] or (1,) * len(starts)
    cuts = [slice(*one) for one in zip(starts, limits, strides, strict=True)]
    parts = value.parts[tuple(cuts[axis] for axis in value.axes)]
    left = [axis for axis in range(len(value.shape)) if axis not in value.axes]
    inner = [tuple(one[axis] for axis in left) for one in (starts, limits, strides)]
    shape = equation.outvars[0].aval.shape
    kept = Split(shape, value.axes, parts)
    return [Split(shape, value.axes, kept.map(lambda part: jax.lax.slice(part, *inner)))]


def _squeeze(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    (value,), gone = given, equation.params["dimensions"]
    if not isinstance(value, Split):
        return None
    kept = [axis for axis in range(len(value.shape)) if axis not in gone]
    axes = tuple(kept.index(axis) for axis in value.axes if axis in kept)
    left = [axis for axis in range(len(value.shape)) if axis not in value.axes]
    inner = [left.index(axis) for axis in gone if axis in left]
    parts = value.map(lambda part: jax.lax.squeeze(part, inner))
    parts = parts[tuple(0 if axis in gone else slice(None) for axis in value.axes)]
    if not isinstance(parts, np.ndarray):
        return [parts]
    return [Split(equation.outvars[0].aval.shape, axes, parts)]


def _reshape(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    """Keep what is split apart where only the last, split axes are arranged anew."""
    value, shape = given[0], equation.outvars[0].aval.shape
    if not isinstance(value, Split):
        return None
    before = len(value.shape) - len(value.axes)
    if (
        value.axes != tuple(range(before, len(value.shape)))
        or shape[:before] != value.shape[:before]
    ):
        return None
    return [Split(shape, tuple(range(before, len(shape))), value.parts.reshape(shape[before:]))]


def _sum(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    (value,), axes = given, equation.params["axes"]
    if not isinstance(value, Split) or any(axis not in value.axes for axis in axes):
        return None
    places = tuple(value.axes.index(axis) for axis in axes)
    parts = value.parts.sum(axis=places)
    if not isinstance(parts, np.ndarray):
        return [parts]
    kept = [axis for axis in range(len(value.shape)) if axis not in axes]
    left = tuple(kept.index(axis) for axis in value.axes if axis not in axes)
    return [Split(equation.outvars[0].aval.shape, left, parts)]


MOVES: dict[str, Rule] = {
    "broadcast_in_dim": _broadcast,
    "concatenate": _concatenate,
    "reduce_sum": _sum,
    "reshape": _reshape,
    "slice": _slice,
    "squeeze": _squeeze,
    "stack": _stack,
    "transpose": _transpose,
    **dict.fromkeys(_ELEMENTWISE, _elementwise),
}
"""The rules by the name of the primitive."""
