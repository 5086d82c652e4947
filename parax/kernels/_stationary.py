"""Kernels of the difference of two points."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import jax
import jax.numpy as jnp

from parax.kernels._kernel import Kernel
from parax.kernels._points import as_parameter, per_feature, points, require_above_zero
from parax.kernels._radial import exponential, once_smooth, twice_smooth
from parax.module import field

_FAR = 1e4
"""Length scales beyond which no kernel here is distinguishable from 0: `exp(−10⁴)` underflows."""


class _Radial(Kernel):
    """A function of the distance in length scales, `r² = Σᵢ ((x1ᵢ−x2ᵢ)/ℓᵢ)²`."""

    length_scale: Any = field(default=1.0, converter=as_parameter)  # a Parameter

    def check_values(self) -> None:
        require_above_zero(self, "length_scale")

    def __call__(self, x1: Any, x2: Any, key: Any = None) -> jax.Array:
        first, second = points(x1, x2)
        difference = first - second
        return self.of_square(_square(difference, per_feature(self, "length_scale", difference)))

    @abstractmethod
    def of_square(self, square: jax.Array) -> jax.Array:
        """Give the covariance at a squared distance, in squared length scales."""


class RBFKernel(_Radial):
    """The squared exponential: `k = exp(−½ Σᵢ ((x1ᵢ−x2ᵢ)/ℓᵢ)²)`, for smooth functions.

    Args:
        length_scale: ℓ, above zero, in the unit of the points: one number, or `(d,)` for one scale
            a feature.

    Raises:
        ParameterValueError: a length scale that is not above zero, or that does not fit the points.

    Example:
        >>> RBFKernel(2.0)([0.0, 0.0], [3.0, 4.0]).item()
        0.0439369

    References:
        C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
        equations 4.9 and 5.2.
    """

    def of_square(self, square: jax.Array) -> jax.Array:
        """Give `exp(−r²/2)`."""
        return jnp.exp(-square / 2)


class Matern12Kernel(_Radial):
    """The Matérn kernel of ν = 1/2: `k = exp(−r)`, `r² = Σᵢ ((x1ᵢ−x2ᵢ)/ℓᵢ)²`, for rough functions.

    At equal points it has a kink; its gradient there is given as 0.

    Args:
        length_scale: ℓ, above zero: one number, or `(d,)` for one scale a feature.

    Raises:
        ParameterValueError: a length scale that is not above zero, or that does not fit the points.

    Example:
        >>> Matern12Kernel()(0.0, 1.0).item()
        0.3678794

    References:
        C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
        equation 4.18 and below.
    """

    def of_square(self, square: jax.Array) -> jax.Array:
        """Give `exp(−r)`."""
        return exponential(square)


class Matern32Kernel(_Radial):
    """The Matérn kernel of ν = 3/2: `k = (1 + √3 r) exp(−√3 r)`, `r² = Σᵢ ((x1ᵢ−x2ᵢ)/ℓᵢ)²`.

    For functions with one derivative. First and second derivatives are right at equal points.

    Args:
        length_scale: ℓ, above zero: one number, or `(d,)` for one scale a feature.

    Raises:
        ParameterValueError: a length scale that is not above zero, or that does not fit the points.

    Example:
        >>> Matern32Kernel()(0.0, 1.0).item()
        0.4833577

    References:
        C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
        equation 4.17.
    """

    def of_square(self, square: jax.Array) -> jax.Array:
        """Give `(1 + √3 r) exp(−√3 r)`."""
        return once_smooth(3 * square)


class Matern52Kernel(_Radial):
    """The Matérn kernel of ν = 5/2: `k = (1 + √5 r + 5r²/3) exp(−√5 r)`, `r² = Σᵢ ((x1ᵢ−x2ᵢ)/ℓᵢ)²`.

    For functions with two derivatives.

    Args:
        length_scale: ℓ, above zero: one number, or `(d,)` for one scale a feature.

    Raises:
        ParameterValueError: a length scale that is not above zero, or that does not fit the points.

    Example:
        >>> Matern52Kernel()(0.0, 1.0).item()
        0.5239941

    References:
        C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
        equation 4.17.
    """

    def of_square(self, square: jax.Array) -> jax.Array:
        """Give `(1 + √5 r + 5r²/3) exp(−√5 r)`."""
        return twice_smooth(5 * square)


class PeriodicKernel(Kernel):
    """A periodic kernel: `k = exp(−2 Σᵢ (sin(π (x1ᵢ−x2ᵢ)/pᵢ)/ℓᵢ)²)`.

    With several features it is the product of one kernel for each: the distance of two points in
    place of the single differences would give no covariance.

    Args:
        length_scale: ℓ, above zero, a number without a unit: one, or `(d,)` for one a feature.
        period: p, above zero, in the unit of the points: one number, or `(d,)`.

    Raises:
        ParameterValueError: a length scale or a period that is not above zero, or that does not
            fit the points.

    Example:
        >>> k = PeriodicKernel(period=4.0)
        >>> k(0.0, 1.0).item(), k(0.0, 8.0).item()
        (0.3678794, 1.0)

    References:
        C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
        equation 4.31, where the period is 2π.
    """

    length_scale: Any = field(default=1.0, converter=as_parameter)  # a Parameter
    period: Any = field(default=1.0, converter=as_parameter)  # a Parameter

    def check_values(self) -> None:
        require_above_zero(self, "length_scale")
        require_above_zero(self, "period")

    def __call__(self, x1: Any, x2: Any, key: Any = None) -> jax.Array:
        first, second = points(x1, x2)
        difference = first - second
        period = per_feature(self, "period", difference)
        length = per_feature(self, "length_scale", difference)
        within = jax.lax.rem(*jnp.broadcast_arrays(difference, period))  # exact, however far
        return jnp.exp(-2 * _square(jnp.sin(jnp.pi * (within / period)), length))


def _square(difference: jax.Array, length: jax.Array) -> jax.Array:
    """Give the squared distance in length scales, with finite gradients however far."""
    far = jnp.abs(difference) > _FAR * jnp.abs(length)
    scaled = jnp.where(far, _FAR, jnp.where(far, 0, difference) / length)
    return jnp.sum(scaled**2)
