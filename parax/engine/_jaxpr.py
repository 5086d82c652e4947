"""A traced function made better before it is compiled: small matrices become arithmetic (E11).

XLA computes a batched product of 2 by 2 matrices with a library call for each batch, several times
slower than the same written out, which fuses with what stands around it. Here a matrix is followed
from where it is put together to where its elements are taken out again, as its elements: a value
is *split* along its short axes. What does not know of splitting sees the whole value.

This is the only file that looks into JAX's traces (X27). What it does not know it leaves as it is:
the rules of `custom_jvp` and `custom_vjp`, and the bodies of `while`, are not entered.
"""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

SHORT = 4
"""Matrices up to this many rows and columns are written out."""
BATCH = 8
"""A product of fewer matrices at once than this is left alone."""

_ELEMENTWISE = frozenset((
    "abs", "add", "add_any", "and", "atan2", "clamp", "complex", "conj", "convert_element_type",
    "copy", "cos", "cosh", "div", "eq", "exp", "exp2", "expm1", "ge", "gt", "imag", "integer_pow",
    "is_finite", "le", "log", "log1p", "logistic", "lt", "max", "min", "mul", "ne", "neg", "not",
    "or", "pow", "real", "rsqrt", "select_n", "sign", "sin", "sinh", "sqrt", "square", "sub", "tan",
    "tanh", "xor",
))  # fmt: skip


def improved(function: Callable[..., Any], note: Callable[[str], None]) -> Callable[..., Any]:
    """Give the same function, in which small batched matrix products are written out.

    Args:
        function: a function of trees of arrays that JAX can trace.
        note: is told what was done, if anything was.
    """

    def better(*args: Any) -> Any:
        leaves, tree = jax.tree_util.tree_flatten(args)
        closed, shape = jax.make_jaxpr(
            lambda *flat: function(*tree.unflatten(flat)), return_shape=True
        )(*leaves)
        out_tree = jax.tree_util.tree_structure(shape)
        if count := products(closed.jaxpr):
            note(f"{count} small matrix product{'s' * (count > 1)} written out")
        return out_tree.unflatten(_evaluate(closed.jaxpr, closed.consts, leaves))

    return better


def products(jaxpr: Jaxpr) -> int:
    """Count the matrix products that are written out."""
    found = 0
    for equation in jaxpr.eqns:
        found += equation.primitive.name == "dot_general" and _is_small(equation)
        found += sum(products(inner) for inner in _inner(equation))
    return found


def _inner(equation: Any) -> Iterator[Jaxpr]:
    """Give the traces inside of an equation that are entered."""
    params = equation.params
    if equation.primitive.name in ("jit", "pjit", "scan"):
        yield params["jaxpr"].jaxpr
    elif equation.primitive.name == "cond":
        yield from (branch.jaxpr for branch in params["branches"])


@dataclass(frozen=True)
class Split:
    """A value in parts, along its short axes.

    Args:
        shape: of the whole.
        axes: those that are split, in order.
        parts: the parts, arrays without these axes; as objects, one axis for each that is split.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...]
    parts: np.ndarray

    def whole(self) -> Any:
        """Put the parts together."""
        return _stacked(self.parts, self.axes)

    def map(self, function: Callable[[Any], Any]) -> np.ndarray:
        """Apply a function to each part."""
        return _objects(self.parts.shape, map(function, self.parts.ravel()))


def _objects(shape: tuple[int, ...], values: Any) -> np.ndarray:
    flat = np.empty(prod(shape), object)
    for place, value in enumerate(values):
        flat[place] = value
    return flat.reshape(shape)


def _stacked(parts: Any, axes: Sequence[int]) -> Any:
    if not axes:
        return parts.item() if isinstance(parts, np.ndarray) else parts
    first, *rest = axes
    inner = [axis - (axis > first) for axis in rest]  # without the first axis
    return jnp.stack([_stacked(part, inner) for part in parts], axis=first)


def _shape(value: Any) -> tuple[int, ...]:
    return value.shape if isinstance(value, Split) else jnp.shape(value)


def _whole(value: Any) -> Any:
    return value.whole() if isinstance(value, Split) else value


def _split(value: Any, axes: Sequence[int]) -> Split:
    """Split a value along these axes, and any along which it is split already."""
    if not isinstance(value, Split):
        value = Split(jnp.shape(value), (), _objects((), [value]))
    for axis in axes:
        if axis not in value.axes:
            value = _split_further(value, axis)
    return value


def _split_further(value: Split, axis: int) -> Split:
    inside = axis - sum(one < axis for one in value.axes)
    place = sum(one < axis for one in value.axes)
    rows = [
        value.map(lambda part, row=row: jax.lax.index_in_dim(part, row, inside, keepdims=False))
        for row in range(value.shape[axis])
    ]
    parts = np.stack(rows, axis=place)
    return Split(value.shape, tuple(sorted((*value.axes, axis))), parts)


def _evaluate(jaxpr: Jaxpr, consts: Sequence[Any], args: Sequence[Any]) -> list[Any]:
    """Evaluate a trace, with values split where that helps; give whole values."""
    values: dict[Any, Any] = {}

    def read(variable: Any) -> Any:
        return variable.val if isinstance(variable, Literal) else values[variable]

    values.update(zip(jaxpr.constvars, consts, strict=True))
    values.update(zip(jaxpr.invars, args, strict=True))
    for equation in jaxpr.eqns:
        given = [read(variable) for variable in equation.invars]
        rule = _RULES.get(equation.primitive.name)
        if rule is None and equation.primitive.name in _ELEMENTWISE:
            rule = _elementwise
        found = None if rule is None else rule(equation, given)
        if found is None:
            found = _bind(equation, [_whole(value) for value in given])
        values.update(zip(equation.outvars, found, strict=True))
    return [_whole(read(variable)) for variable in jaxpr.outvars]


def _bind(equation: Any, given: Sequence[Any]) -> list[Any]:
    bound = equation.primitive.get_bind_params(equation.params)
    functions, params = bound if isinstance(bound, tuple) else ((), bound)  # as JAX 0.10.0 has it
    with equation.ctx.manager:  # settings that held where the equation was traced
        found = equation.primitive.bind(*functions, *given, **params)
    return list(found) if equation.primitive.multiple_results else [found]


# --- Rules: what an equation gives for split values; None where it must see whole ones ----------


def _elementwise(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    axes = sorted({axis for one in given if isinstance(one, Split) for axis in one.axes})
    if not axes:
        return None
    shape = next(one.shape for one in given if isinstance(one, Split))
    columns = [_split(one, axes) if _shape(one) == shape else one for one in given]
    if any(not isinstance(one, Split) and _shape(one) != () for one in columns):
        return None
    sizes = tuple(shape[axis] for axis in axes)
    parts = _objects(
        sizes,
        (
            _bind(equation, [one.parts[at] if isinstance(one, Split) else one for one in columns])[
                0
            ]
            for at in itertools.product(*map(range, sizes))
        ),
    )
    return [Split(shape, tuple(axes), parts)]


def _is_small(equation: Any) -> bool:
    """Tell whether a product is one of many small matrices, or of matrices and vectors."""
    (left, right), batches = equation.params["dimension_numbers"]
    shapes = [variable.aval.shape for variable in equation.invars]
    dtypes = {variable.aval.dtype for variable in (*equation.invars, *equation.outvars)}
    if len(dtypes) > 1 or not jnp.issubdtype(dtypes.pop(), jnp.inexact):
        return False  # the library adds up in another type
    if len(left) != 1 or shapes[0][left[0]] > SHORT:
        return False
    for shape, contracted, batch in zip(shapes, (left, right), batches, strict=True):
        free = [size for axis, size in enumerate(shape) if axis not in (*contracted, *batch)]
        if len(free) > 1 or any(size > SHORT for size in free):
            return False
    return prod(shapes[0][axis] for axis in batches[0]) >= BATCH


def _product(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    if not _is_small(equation):
        return None
    contracted, batches = equation.params["dimension_numbers"]
    columns: list[np.ndarray] = []
    for value, (along,), batch in zip(given, contracted, batches, strict=True):
        axes = [axis for axis in range(len(_shape(value))) if axis not in batch]
        whole = _split(_whole(value) if _is_split_at(value, batch) else value, axes)
        order = [axes.index(along), *(place for place, axis in enumerate(axes) if axis != along)]
        inner = [sorted(batch).index(axis) for axis in batch]
        kept = Split(whole.shape, whole.axes, whole.parts.transpose(order))
        columns.append(kept.map(lambda part, inner=inner: jax.lax.transpose(part, inner)))
    left, right = columns
    shape = equation.outvars[0].aval.shape
    sizes = left.shape[1:] + right.shape[1:]
    parts = _objects(
        sizes,
        (
            _dot(
                left[(slice(None), *at[: left.ndim - 1])],
                right[(slice(None), *at[left.ndim - 1 :])],
            )
            for at in itertools.product(*map(range, sizes))
        ),
    )
    axes = tuple(range(len(shape) - len(sizes), len(shape)))
    return [Split(shape, axes, parts)]


def _is_split_at(value: Any, axes: Sequence[int]) -> bool:
    return isinstance(value, Split) and any(axis in value.axes for axis in axes)


def _dot(left: np.ndarray, right: np.ndarray) -> Any:
    total = left[0] * right[0]
    for one, other in zip(left[1:], right[1:], strict=True):
        total = total + one * other
    return total


def _stack(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    axis, shape = equation.params["axis"], equation.outvars[0].aval.shape
    if len(given) > SHORT or prod(shape) // len(given) < BATCH:
        return None
    axes = sorted({one for value in given if isinstance(value, Split) for one in value.axes})
    columns = [_split(value, axes) for value in given]
    after = [one + (one >= axis) for one in axes]
    place = sum(one < axis for one in after)
    parts = np.stack([value.parts for value in columns], axis=place)
    return [Split(shape, tuple(sorted((*after, axis))), parts)]


def _concatenate(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    axis, shape = equation.params["dimension"], equation.outvars[0].aval.shape
    if shape[axis] > SHORT or prod(shape) // shape[axis] < BATCH:
        return None
    axes = {axis}.union(*(value.axes for value in given if isinstance(value, Split)))
    columns = [_split(value, sorted(axes)) for value in given]
    place = sorted(axes).index(axis)
    parts = np.concatenate([value.parts for value in columns], axis=place)
    return [Split(shape, tuple(sorted(axes)), parts)]


def _broadcast(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    (value, *_), params = given, equation.params
    shape, dimensions = params["shape"], params["broadcast_dimensions"]
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


def _inlined(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    closed: ClosedJaxpr = equation.params["jaxpr"]
    if not products(closed.jaxpr):
        return None
    return _evaluate(closed.jaxpr, closed.consts, [_whole(value) for value in given])


def _scan(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    closed = equation.params["jaxpr"]
    if not products(closed.jaxpr):
        return None
    params = {**equation.params, "jaxpr": _rewritten(closed)}
    return list(equation.primitive.bind(*map(_whole, given), **params))


def _cond(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    branches = equation.params["branches"]
    if not any(products(branch.jaxpr) for branch in branches):
        return None
    params = {**equation.params, "branches": tuple(map(_rewritten, branches))}
    return list(equation.primitive.bind(*map(_whole, given), **params))


def _rewritten(closed: ClosedJaxpr) -> ClosedJaxpr:
    return jax.make_jaxpr(lambda *args: _evaluate(closed.jaxpr, closed.consts, args))(
        *(
            jax.ShapeDtypeStruct(one.shape, one.dtype, weak_type=one.weak_type)
            for one in closed.in_avals
        )
    )


_RULES: dict[str, Callable[[Any, Sequence[Any]], list[Any] | None]] = {
    "broadcast_in_dim": _broadcast,
    "concatenate": _concatenate,
    "cond": _cond,
    "dot_general": _product,
    "jit": _inlined,
    "pjit": _inlined,
    "reduce_sum": _sum,
    "reshape": _reshape,
    "scan": _scan,
    "slice": _slice,
    "squeeze": _squeeze,
    "stack": _stack,
    "transpose": _transpose,
}
