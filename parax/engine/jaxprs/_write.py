"""What is written out, of split values: products, linear systems and determinants."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from parax.engine.jaxprs._eliminate import determinant, dot, solution
from parax.engine.jaxprs._find import DETERMINANT, PRODUCT, SYSTEM, row_axis
from parax.engine.jaxprs._split import Split, objects, shape_of, split_only


def product(equation: Any, given: Sequence[Any]) -> list[Any]:
    """Multiply matrices, or matrices and vectors."""
    contracted, batches = equation.params["dimension_numbers"]
    columns: list[np.ndarray] = []
    for value, (along,), batch in zip(given, contracted, batches, strict=True):
        axes = [axis for axis in range(len(shape_of(value))) if axis not in batch]
        own = split_only(value, axes)
        order = [axes.index(along), *(place for place, axis in enumerate(axes) if axis != along)]
        inner = [sorted(batch).index(axis) for axis in batch]
        kept = Split(own.shape, own.axes, own.parts.transpose(order))
        columns.append(kept.map(lambda part, inner=inner: jax.lax.transpose(part, inner)))
    left, right = columns
    shape = equation.outvars[0].aval.shape
    sizes = left.shape[1:] + right.shape[1:]
    parts = objects(
        sizes,
        (
            dot(
                left[(slice(None), *at[: left.ndim - 1])],
                right[(slice(None), *at[left.ndim - 1 :])],
            )
            for at in itertools.product(*map(range, sizes))
        ),
    )
    axes = tuple(range(len(shape) - len(sizes), len(shape)))
    return [Split(shape, axes, parts)]


def system(equation: Any, given: Sequence[Any]) -> list[Any]:
    """Solve linear systems."""
    matrix, right = given[0], given[-1]
    shape, batch = shape_of(right), len(shape_of(matrix)) - 2
    axes = tuple(range(batch, len(shape)))
    rows = split_only(matrix, (batch, batch + 1)).parts
    order = [*range(len(axes))]
    order.insert(0, order.pop((row_axis(equation) or 0) - batch))  # rows first
    columns = split_only(right, axes).parts.transpose(order)
    found = solution(rows.tolist(), columns.reshape(len(rows), -1).tolist())
    parts = objects(columns.shape, (one for row in found for one in row))
    return [Split(shape, axes, parts.transpose(np.argsort(order)))]


def determinants(equation: Any, given: Sequence[Any]) -> list[Any]:
    """Give determinants."""
    (matrix,) = given
    batch = len(shape_of(matrix)) - 2
    return [determinant(split_only(matrix, (batch, batch + 1)).parts.tolist())]


WRITERS: dict[str, Callable[[Any, Sequence[Any]], list[Any]]] = {
    DETERMINANT: determinants,
    PRODUCT: product,
    SYSTEM: system,
}
"""What writes out each kind."""
