"""Transforms whose values stay inside a range, however far an optimiser goes.

`sigmoid` is exactly 0 or 1, and `exp` and the usual `softplus` exactly 0, for latent values that an
optimiser reaches, in 32 bit soonest. These never are.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from distreqx.bijectors import AbstractBijector

from parax._diagnostic import quoted
from parax.errors import ParameterValueError
from parax.parameters._arguments import holds
from parax.parameters._checks import as_float_array
from parax.parameters._softplus import softplus


class _AbstractElementwise(AbstractBijector):
    """A bijector of single numbers, whose classes give value, inverse and slope."""

    _is_constant_jacobian: bool
    _is_constant_log_det: bool

    def inverse_log_det_jacobian(self, y: Any) -> Any:
        """Give the logarithm of the slope of the inverse."""
        return -self.forward_log_det_jacobian(self.inverse(y))

    def forward_and_log_det(self, x: Any) -> tuple[Any, Any]:
        """Give the value and the logarithm of the slope."""
        return self.forward(x), self.forward_log_det_jacobian(x)

    def inverse_and_log_det(self, y: Any) -> tuple[Any, Any]:
        """Invert, with the logarithm of the slope."""
        x = self.inverse(y)
        return x, -self.forward_log_det_jacobian(x)


class Positive(_AbstractElementwise):
    """A transform to positive numbers: `log(1 + exp(x))`, and never 0.

    Example:
        >>> from parax.parameters import Parameter
        >>> p = Parameter(2.0, transform=Positive())
        >>> p.value.tolist(), bool(Parameter(latent_value=-1e6, transform=Positive()).value > 0)
        (2.0, True)
    """

    def __init__(self) -> None:
        self._is_constant_jacobian = self._is_constant_log_det = False

    def forward(self, x: Any) -> Any:
        """Give the positive number."""
        return softplus(x)

    def inverse(self, y: Any) -> Any:
        """Give the number of which `y` is made; NaN where `y` is negative."""
        return jnp.asarray(y) + jnp.log(-jnp.expm1(-jnp.asarray(y)))

    def forward_log_det_jacobian(self, x: Any) -> Any:
        """Give the logarithm of the slope, `log(sigmoid(x))`."""
        return jax.nn.log_sigmoid(x)

    def same_as(self, other: AbstractBijector) -> bool:
        """Tell whether another is surely the same."""
        return type(other) is Positive


class Between(_AbstractElementwise):
    """A transform to numbers between two limits: `lower + (upper - lower) * sigmoid(x)`.

    No value is a limit itself, nor beyond one by rounding. Where neighbouring numbers of the type
    are too coarse for that, the nearest to the limit is given, and its gradient is zero.

    Args:
        lower: a number, or an array that broadcasts with the value.
        upper: likewise; above `lower`.

    Raises:
        ParameterValueError: a limit that is not finite, or `lower` not below `upper`.

    Example:
        >>> from parax.parameters import Parameter
        >>> p = Parameter(2.0, transform=Between(1.0, 3.0))
        >>> p.value.tolist(), p.latent_value.tolist()
        (2.0, 0.0)
    """

    lower: jax.Array
    upper: jax.Array

    def __init__(self, lower: Any, upper: Any) -> None:
        self.lower, self.upper = as_float_array(lower, "`lower`"), as_float_array(upper, "`upper`")
        is_proper = jnp.isfinite(self.upper - self.lower) & (self.lower < self.upper)
        if holds(~is_proper):
            raise ParameterValueError(
                f"`lower` of {quoted(self.lower.tolist())} and `upper` of"
                f" {quoted(self.upper.tolist())} must be finite, the lower below the upper",
                hint="with one limit only use `Positive()` and a shift",
            )
        self._is_constant_jacobian = self._is_constant_log_det = False

    def forward(self, x: Any) -> Any:
        """Give the number between the limits."""
        width = self.upper - self.lower
        # Measured from the nearer limit, which may be 0 and needs all digits of the sigmoid then.
        is_low = x < 0
        value = jnp.where(
            is_low,
            self.lower + width * jax.nn.sigmoid(jnp.where(is_low, x, 0)),
            self.upper - width * jax.nn.sigmoid(jnp.where(is_low, 0, -x)),
        )
        return jnp.clip(value, _beside(self.lower, self.upper), _beside(self.upper, self.lower))

    def inverse(self, y: Any) -> Any:
        """Give the number of which `y` is made; NaN where it lies outside the limits."""
        return jnp.log(y - self.lower) - jnp.log(self.upper - y)

    def forward_log_det_jacobian(self, x: Any) -> Any:
        """Give the logarithm of the slope."""
        slope = jax.nn.log_sigmoid(x) + jax.nn.log_sigmoid(-x)
        return slope + jnp.log(self.upper - self.lower)

    def same_as(self, other: AbstractBijector) -> bool:
        """Tell whether another is surely the same."""
        return type(other) is Between and self.lower is other.lower and self.upper is other.upper


def _beside(limit: jax.Array, other: jax.Array) -> jax.Array:
    """Give the number next to a limit, towards another; next to 0 the smallest normal one."""
    limit, other = jax.lax.stop_gradient((limit, other))  # `nextafter` has no derivative
    tiny = jnp.where(other > limit, 1.0, -1.0) * jnp.finfo(limit.dtype).tiny
    is_small = jnp.abs(limit) < jnp.finfo(limit.dtype).tiny  # computers may take these for 0
    return jnp.where(is_small, tiny, jnp.nextafter(limit, other))
