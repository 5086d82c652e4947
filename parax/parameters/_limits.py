"""A parameter as a bounded and unwrappable node: what computations see, and its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.errors import BoundsError
from parax.parameters._spaces import scale_of, scaled

if TYPE_CHECKING:
    from parax.parameters._described import Described


def unwrapped(p: Any) -> Any:
    """Give the scaled value, without a gradient if fixed; one half of a partition stays."""
    if p.latent_value is None:
        return p
    value = scaled(p)
    if not isinstance(value, jax.Array):  # such as an array of NumPy that a tree map put there
        value = jnp.asarray(value)
    return jax.lax.stop_gradient(value) if p.fixed else value


def scaled_bounds(p: Described) -> tuple[jax.Array, jax.Array]:
    """Give the bounds of the scaled value, each of its shape and dtype."""
    if p.latent_value is None:
        raise BoundsError(
            "the parameter has no value, and so no bounds: it is one half of a partition",
            hint="join the halves with `equinox.combine`",
        )
    value = jax.eval_shape(scaled, p)
    bounds, scale = p.bounds, scale_of(p)
    if bounds is None:
        lower, upper = jnp.asarray(-np.inf), jnp.asarray(np.inf)
    else:
        # of the value's own type first, so that rounding treats a value and its bound alike
        limits = jnp.asarray(bounds, dtype=value.dtype) * scale
        ends = (limits[..., 0], limits[..., 1])
        lower, upper = ends if scale > 0 else ends[::-1]
    return tuple(jnp.broadcast_to(x, value.shape).astype(value.dtype) for x in (lower, upper))  # pyright: ignore[reportReturnType]  # two of them
