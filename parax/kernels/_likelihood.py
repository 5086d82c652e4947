"""How likely data are under a Gaussian process: what kernels are fitted by."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import solve_triangular

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.kernels._matrices import gram
from parax.kernels._points import nonnegative
from parax.parameters import as_float_array, is_concrete


def log_marginal_likelihood(
    kernel: Any, x: Any, y: Any, *, noise: Any = 0.0, jitter: Any = 0.0
) -> jax.Array:
    """Give the log density of data under a Gaussian process with mean zero.

    With `K = gram(kernel, x) + diag(noise) + jitter` it is
    `−½ yᵀ K⁻¹ y − ½ log det K − N/2 log 2π`, computed by a Cholesky factor of K, in a time that
    grows with N³. Fit a kernel by making it large; take the mean out of the data before.

    Args:
        kernel: a Kernel, or any function of two points. A value of shape `b` makes a batch.
        x: points, `(N,)` or `(N, d)`.
        y: data at the points, `(N,)`, or `(..., N)` for several sets of data.
        noise: variance of the noise of the data, in the squared unit of `y`, not negative: a
            number, or `(N,)` for one a point; a Parameter may stand here.
        jitter: added to the diagonal for the sake of the factor, not negative.

    Returns:
        Log density, shape `()`; that of the leading axes of `y` and `b`, broadcast. Under `jit`,
        `grad` and `vmap`, where nothing can be raised, it is NaN if K has no Cholesky factor.

    Raises:
        ParameterValueError: shapes that do not fit, a negative `noise` or `jitter`, or a matrix
            that is not positive definite to rounding.
        ParameterTypeError: `kernel` cannot be called, or the data are no real numbers.

    Example:
        >>> from parax.kernels import RBFKernel, log_marginal_likelihood
        >>> log_marginal_likelihood(RBFKernel(), [0.0, 1.0], [1.0, 2.0], noise=0.1).item()
        -3.5770426

    References:
        C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
        equation 2.30 and algorithm 2.1.
    """
    covariance = gram(kernel, x, jitter=jitter)
    count = covariance.shape[-1]
    data = as_float_array(y, "the data `y`")
    if data.shape[-1:] != (count,):
        raise ParameterValueError(
            f"the data `y` have shape {quoted(data.shape)}, and there are {count} points",
            hint=f"the last axis of `y` is that of the points: `({count},)` or `(..., {count})`",
        )
    own = nonnegative(noise, "`noise`", ((), (count,)))
    covariance = covariance + own * jnp.eye(count)
    factor = jnp.linalg.cholesky(covariance)
    _require_factor(covariance, factor)
    return _log_density(factor, data)


def _log_density_of_one(factor: jax.Array, data: jax.Array) -> jax.Array:
    white = solve_triangular(factor, data, lower=True)
    half_log_determinant = jnp.sum(jnp.log(jnp.diagonal(factor)))
    return -jnp.sum(white**2) / 2 - half_log_determinant - data.size / 2 * np.log(2 * np.pi)


_log_density = jnp.vectorize(_log_density_of_one, signature="(n,n),(n)->()")


def _require_factor(covariance: jax.Array, factor: jax.Array) -> None:
    if not is_concrete(factor) or np.isfinite(factor).all():
        return
    if not np.isfinite(covariance).all():
        raise ParameterValueError(
            "the covariance matrix has elements that are NaN or infinite",
            hint="look at the points, the parameters of the kernel and the noise",
        )
    lowest = float(np.linalg.eigvalsh(np.asarray(covariance)).min())
    raise ParameterValueError(
        f"the covariance matrix of shape {quoted(covariance.shape)} is not positive definite: its"
        f" lowest eigenvalue is {lowest:.2g}",
        hint="give the data some `noise=`, or add a small `jitter=`; equal or close points and long"
        " length scales make a matrix singular, the more so in 32 bit",
    )
