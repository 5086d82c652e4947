"""`WhiteKernel`: noise that every observation has for itself."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from parax.kernels._kernel import Kernel
from parax.kernels._points import as_parameter, points, require_no_negative
from parax.module import field
from parax.parameters import value_in


class WhiteKernel(Kernel):
    """White noise: `variance` for an observation with itself, 0 for two different observations.

    Two observations have independent noise even where they are made at the same point. A function
    of two points cannot see whether they are one observation, so `k(x1, x2)` is always that of
    two, which is 0; `own_variance`, and with it the diagonal of `gram`, is that of one. The matrix
    of repeated measurements is therefore regular, and `cross_gram` has no noise in it.

    Args:
        variance: that of the noise, not negative. A shape `b` makes a batch of kernels.

    Raises:
        ParameterValueError: a negative variance; several points where one is meant.

    Example:
        >>> WhiteKernel(0.5).gram([1.0, 1.0]).tolist()
        [[0.5, 0.0], [0.0, 0.5]]
        >>> WhiteKernel(0.5).cross_gram([1.0], [1.0]).tolist()
        [[0.0]]

    References:
        C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
        equation 2.20: the Kronecker delta is one if and only if the *indices* are equal.
    """

    variance: Any = field(default=1.0, converter=as_parameter)  # a Parameter

    def check_values(self) -> None:
        require_no_negative(self, "variance")

    def __call__(self, x1: Any, x2: Any, key: Any = None) -> jax.Array:
        points(x1, x2)
        return jnp.zeros_like(self._variance())

    def own_variance(self, x: Any, key: Any = None) -> jax.Array:
        """Give the variance of the noise."""
        points(x, x)
        return self._variance()

    def _variance(self) -> jax.Array:
        require_no_negative(self, "variance")
        return value_in(self.variance, "scaled")
