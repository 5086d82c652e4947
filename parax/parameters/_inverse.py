"""Distributions seen through a transform: forward, and back into latent space.

In distreqx a transform's log-determinant is one number for each element or one for all, and so is
a density. Adding the two is right only where both are of one kind, which is seen to here.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from distreqx.bijectors import AbstractBijector, Block, Chain, DiagLinear, ScalarAffine
from distreqx.distributions import AbstractDistribution, Independent, Transformed

from parax.parameters._checks import require_bijector
from parax.parameters._metadata import ParameterMetadata
from parax.parameters._spaces import gives_one_number_each, splits
from parax.parameters._static import Packed, repack, unpack

Shape = tuple[int, ...]


class Inverse(AbstractBijector):
    """A bijector run backwards.

    Args:
        bijector: what to invert.

    Example:
        >>> from distreqx.bijectors import Shift
        >>> float(Inverse(Shift(1.0)).forward(3.0))
        2.0
    """

    bijector: AbstractBijector
    _is_constant_jacobian: bool
    _is_constant_log_det: bool

    def __init__(self, bijector: AbstractBijector) -> None:
        self.bijector = bijector
        self._is_constant_jacobian = bijector.is_constant_jacobian
        self._is_constant_log_det = bijector.is_constant_log_det

    def forward(self, x: Any) -> Any:
        """Give what the bijector maps to `x`."""
        return self.bijector.inverse(x)

    def inverse(self, y: Any) -> Any:
        """Apply the bijector."""
        return self.bijector.forward(y)

    def forward_log_det_jacobian(self, x: Any) -> Any:
        """Give the log-determinant of the bijector's inverse."""
        return self.bijector.inverse_log_det_jacobian(x)

    def inverse_log_det_jacobian(self, y: Any) -> Any:
        """Give the log-determinant of the bijector."""
        return self.bijector.forward_log_det_jacobian(y)

    def forward_and_log_det(self, x: Any) -> tuple[Any, Any]:
        """Invert, with log-determinant."""
        return self.bijector.inverse_and_log_det(x)

    def inverse_and_log_det(self, y: Any) -> tuple[Any, Any]:
        """Apply the bijector, with log-determinant."""
        return self.bijector.forward_and_log_det(y)

    def same_as(self, other: AbstractBijector) -> bool:
        """Tell whether another is surely the same."""
        return type(other) is Inverse and self.bijector.same_as(other.bijector)


def pulled_back(metadata: ParameterMetadata, shape: Shape) -> Any:
    """Give the distribution over latent values of the shape, or None without a distribution."""
    if metadata._transform is None:
        return metadata.distribution
    transform = require_bijector(metadata.transform, "`latent_distribution` does not exist")
    if metadata._distribution is None:
        return None
    distribution, transform = _matched(metadata._distribution, Packed(transform), shape)
    return Transformed(distribution, Inverse(transform))


def pushed_forward(distribution: Packed, transform: Packed, shape: Shape) -> Any:
    """Give the distribution of what the transform makes of values of the shape."""
    return Transformed(*_matched(distribution, transform, shape))


def _matched(
    distribution: Packed, transform: Packed, shape: Shape
) -> tuple[AbstractDistribution, AbstractBijector]:
    """Let density and log-determinant be of one kind: for each element, or for all together."""
    density, bijector = unpack(distribution), unpack(transform)
    single = gives_one_number_each(distribution, shape)
    if not splits(transform, shape):
        return (Independent(density) if single and shape else density), bijector
    bijector = elementwise_form(bijector)
    if single:
        return density, bijector
    packed = Packed(bijector)  # a number that all elements share counts once for each
    arrays = [jnp.broadcast_to(array, shape) for array in packed.arrays]
    return density, Block(unpack(repack(packed.skeleton, arrays)), len(shape))


def elementwise_form(bijector: Any) -> Any:
    """Write an elementwise bijector so that its log-determinant is one for each element."""
    if type(bijector) is DiagLinear:
        return ScalarAffine(jnp.zeros_like(bijector.diag), bijector.diag)
    if type(bijector) is Block:
        return elementwise_form(bijector.bijector)
    if type(bijector) is Chain:
        return Chain([elementwise_form(part) for part in bijector.bijectors])
    return bijector
