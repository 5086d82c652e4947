"""Array code of the functions of matrices, which stand on the last two axes.

Shape: leading axes, such as that of a sweep, are kept. For a single matrix all agree with NumPy.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.errors import OperatorError
from parax.functions._define import array_function, as_float, require_square

_LARGEST_BY_MINORS = 8


def _require_matrix(symbol: str, x: jax.Array) -> None:
    if x.ndim < 2:
        raise OperatorError(f"`{symbol}` takes matrices on the last two axes, got shape {x.shape}")


@array_function("diag")
def diag(x: jax.Array) -> jax.Array:
    """Give the diagonals of matrices, `(…, p)`; of one axis, the matrix with that diagonal."""
    if x.ndim == 1:
        return jnp.diag(x)
    _require_matrix("diag", x)
    return jnp.diagonal(x, axis1=-2, axis2=-1)


@array_function("offdiag")
def offdiag(x: jax.Array) -> jax.Array:
    """Give the elements beside the diagonal, row by row: `(…, p, p)` to `(…, p·(p − 1))`."""
    _require_matrix("offdiag", x)
    rows, columns = np.nonzero(~np.eye(*x.shape[-2:], dtype=bool))
    return x[..., rows, columns]


@array_function("trace")
def trace(x: jax.Array) -> jax.Array:
    """Give the sum of the diagonal of each matrix."""
    _require_matrix("trace", x)
    return jnp.trace(x, axis1=-2, axis2=-1)


@array_function("det")
def det(x: jax.Array) -> jax.Array:
    """Give the determinant of each matrix.

    Gradient: the cofactors. Up to 8 rows it is right for singular matrices too.
    """
    require_square("det", x.shape)
    x = as_float(x)
    return _det(x) if 3 < x.shape[-1] <= _LARGEST_BY_MINORS else jnp.linalg.det(x)


@jax.custom_jvp
def _det(x: jax.Array) -> jax.Array:
    return jnp.linalg.det(x)


@_det.defjvp
def _det_jvp(primals: tuple[Any], tangents: tuple[Any]) -> tuple[jax.Array, jax.Array]:
    # JAX divides by pivots, which gives wrong cofactors of singular matrices.
    (x,), (dx,) = primals, tangents
    size = x.shape[-1]
    if size == 1:
        return _det(x), dx[..., 0, 0]
    others = np.array([[k for k in range(size) if k != i] for i in range(size)])
    minors = x[..., others[:, None, :, None], others[None, :, None, :]]
    signs = (-1.0) ** np.add.outer(np.arange(size), np.arange(size))
    cofactors = _det(minors) * jnp.asarray(signs, dtype=x.dtype)
    return _det(x), jnp.sum(cofactors * dx, axis=(-2, -1))


@array_function("inv")
def inv(x: jax.Array) -> jax.Array:
    """Give the inverse of each matrix; infinite or NaN of a singular one."""
    require_square("inv", x.shape)
    return jnp.linalg.inv(as_float(x))


@array_function("solve")
def solve(a: jax.Array, b: jax.Array) -> jax.Array:
    """Give x with a @ x = b, for `b` a vector, or matrices with as many rows as `a`."""
    require_square("solve", a.shape)
    if not b.ndim or b.shape[-2 if b.ndim > 1 else -1] != a.shape[-1]:
        raise OperatorError(
            f"`solve` of matrices of shape {a.shape} and right sides of shape {b.shape}",
            hint="give `b` as one vector, or as matrices with as many rows as `a`",
        )
    return jnp.linalg.solve(as_float(a), as_float(b))
