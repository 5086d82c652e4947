"""Matrices of a covariance function: of points with themselves, and with other points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.kernels._points import nonnegative, not_callable
from parax.parameters import as_float_array

_OfPoints = Callable[..., Any]


def gram(kernel: Any, x: Any, *, jitter: Any = 0.0) -> jax.Array:
    """Give the covariances of points with each other.

    The matrix is symmetric bit for bit: each pair is computed once more than needed, and the
    value below the diagonal taken for both. On the diagonal stands `kernel.own_variance(point)`,
    or `kernel(point, point)` for a function without that method.

    Args:
        kernel: a Kernel, or any function of two points. A value of shape `b` makes a batch.
        x: points of one feature `(N,)`, or of d features `(N, d)`.
        jitter: added to the diagonal, not negative; a little of it helps a Cholesky factor.

    Returns:
        Covariances `b + (N, N)`.

    Raises:
        ParameterValueError: `x` is no list of points; `jitter` is negative or no single number.
        ParameterTypeError: `kernel` cannot be called, or the points are no real numbers.

    Example:
        >>> import jax.numpy as jnp
        >>> from parax.kernels import gram
        >>> gram(lambda a, b: jnp.minimum(a, b), [1.0, 2.0], jitter=0.5).tolist()
        [[1.5, 1.0], [1.0, 2.5]]
    """
    extra = nonnegative(jitter, "`jitter`", ((),))
    rows = _rows(x, "x")
    pairs = _pairs(_called(kernel), rows, rows)
    mirrored = jnp.where(_lower(rows), pairs, jnp.swapaxes(pairs, -1, -2))
    alone = diagonal(kernel, rows) + extra
    return jnp.where(jnp.eye(len(rows), dtype=bool), alone[..., None], mirrored)


def cross_gram(kernel: Any, x: Any, y: Any) -> jax.Array:
    """Give the covariances of points with other points.

    Two observations are two, even at the same point: white noise adds nothing here.

    Args:
        kernel: a Kernel, or any function of two points. A value of shape `b` makes a batch.
        x: points of one feature `(N,)`, or of d features `(N, d)`.
        y: points of as many features, `(M,)` or `(M, d)`.

    Returns:
        Covariances `b + (N, M)`.

    Raises:
        ParameterValueError: `x` or `y` is no list of points, or their features differ in number.
        ParameterTypeError: `kernel` cannot be called, or the points are no real numbers.

    Example:
        >>> from parax.kernels import RBFKernel, cross_gram
        >>> cross_gram(RBFKernel(), [0.0, 1.0], [0.0]).tolist()
        [[1.0], [0.60653]]
    """
    rows, columns = _rows(x, "x"), _rows(y, "y")
    if rows.ndim != columns.ndim:
        rows, columns = _with_features(rows), _with_features(columns)
    if rows.shape[1:] != columns.shape[1:]:
        raise ParameterValueError(
            f"the points `x` of shape {quoted(np.shape(x))} and `y` of shape"
            f" {quoted(np.shape(y))} have different numbers of features",
            hint="give both one row for a point and one column for a feature",
        )
    return _pairs(_called(kernel), rows, columns)


def diagonal(kernel: Any, x: Any) -> jax.Array:
    """Give the diagonal of `gram` alone, shape `b + (N,)`; arguments as there."""
    rows = _rows(x, "x")
    pair = _called(kernel)
    alone = getattr(kernel, "own_variance", None) or (lambda point: pair(point, point))
    return jax.vmap(lambda point: jnp.asarray(alone(point)), out_axes=-1)(rows)


def _pairs(kernel: _OfPoints, rows: jax.Array, columns: jax.Array) -> jax.Array:
    def row(point: jax.Array) -> jax.Array:
        one = jax.vmap(lambda other: jnp.asarray(kernel(point, other)), out_axes=-1)
        return one(columns)

    return jax.vmap(row, out_axes=-2)(rows)


def _with_features(rows: jax.Array) -> jax.Array:
    return rows if rows.ndim == 2 else rows[:, None]


def _lower(rows: jax.Array) -> jax.Array:
    return jnp.tri(len(rows), dtype=bool)


def _called(kernel: Any) -> _OfPoints:
    if isinstance(kernel, type) or not callable(kernel):
        raise not_callable(kernel)
    return kernel


def _rows(x: Any, name: str) -> jax.Array:
    rows = as_float_array(x, f"the points `{name}`")
    if rows.ndim not in (1, 2):
        raise ParameterValueError(
            f"the points `{name}` have shape {quoted(rows.shape)}",
            hint="give `(N,)` for N points of one feature, or `(N, d)` for N points of d features;"
            " a batch goes through `jax.vmap`",
        )
    return rows
