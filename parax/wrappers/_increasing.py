"""Increasing numbers on an interval, made of unconstrained ones."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from parax._abstract import AbstractUnwrappable
from parax.wrappers._knots import (
    Ends,
    checked_interval,
    checked_width,
    floating,
    has_ends,
    require_ends,
    require_pieces,
    require_reached,
)
from parax.wrappers._unwrap import unwrap


class RealToIncreasingOnInterval(AbstractUnwrappable[jax.Array]):
    """Strictly increasing numbers on an interval, stored as any real ones.

    `n` real numbers `x` give `n` widths `min_width + free * softmax(x)`, which fill the interval:
    `free` is its length less `n * min_width`. The points are the ends of these pieces.

    Args:
        x: array of shape `(..., n)`, or a wrapper of one; or the number `n` of pieces, for an
            evenly divided interval to start from.
        interval: `(lower, upper)`.
        min_width: the least distance of neighbours; a thousandth of the mean distance if not given.
        include_endpoints: which ends of the interval are among the points: `"lower"` and
            `"upper"` give `n` points, `"both"` `n + 1`, `"neither"` `n - 1`.

    Raises:
        ParameterValueError: an interval, a width or an array that allows no such points, or a
            width that rounding would make zero.
        ParameterTypeError: `x` is no array of real numbers.

    Example:
        >>> knots = RealToIncreasingOnInterval(4, (0.0, 2.0), include_endpoints="both")
        >>> unwrap(knots).tolist()
        [0.0, 0.5, 1.0, 1.5, 2.0]
    """

    x: Any
    interval: tuple[float, float] = eqx.field(static=True)
    min_width: float = eqx.field(static=True)
    include_endpoints: Ends = eqx.field(static=True)

    def __init__(
        self,
        x: Any,
        interval: Any,
        *,
        min_width: Any = None,
        include_endpoints: Any = "upper",
    ) -> None:
        if isinstance(x, int) and not isinstance(x, bool):
            x = jnp.zeros(max(x, 0))
        elif not isinstance(x, AbstractUnwrappable):
            x = floating(x, "`x`")
        require_ends(include_endpoints)
        n, dtype = require_pieces(unwrap(x), include_endpoints)
        self.x, self.interval = x, checked_interval(interval)
        self.min_width = checked_width(min_width, self.interval, n, dtype)
        self.include_endpoints = include_endpoints

    @classmethod
    def from_points(
        cls,
        points: Any,
        interval: Any,
        *,
        min_width: Any = None,
        include_endpoints: Any = "upper",
    ) -> RealToIncreasingOnInterval:
        """Make the wrapper that unwraps to given points: the inverse.

        Args:
            points: increasing numbers, shape as `unwrap` gives it.
            interval: as for the class.
            min_width: as for the class.
            include_endpoints: as for the class.

        Raises:
            ParameterValueError: points that are nearer than `min_width`, out of order, outside the
                interval, or that lack an end which they should have.

        Example:
            >>> knots = RealToIncreasingOnInterval.from_points([0.5, 2.0], (0.0, 2.0))
            >>> unwrap(knots).tolist()
            [0.5, 2.0]
        """
        points = floating(points, "`points`")
        require_ends(include_endpoints)
        lower, upper = checked_interval(interval)
        ends = [jnp.full((*points.shape[:-1], 1), end, points.dtype) for end in (lower, upper)]
        has_lower, has_upper = has_ends(include_endpoints)
        inner = points[..., int(has_lower) : points.shape[-1] - int(has_upper)]
        widths = jnp.diff(jnp.concatenate([ends[0], inner, ends[1]], axis=-1))
        new = cls(
            jnp.zeros_like(widths),
            interval,
            min_width=min_width,
            include_endpoints=include_endpoints,
        )
        excess = widths - new.min_width
        require_reached(points, excess, new.interval, new.min_width, include_endpoints)
        return eqx.tree_at(lambda wrapper: wrapper.x, new, jnp.log(excess))

    def unwrap(self) -> jax.Array:
        """Give the points, strictly increasing along the last axis."""
        lower, upper = self.interval
        free = upper - lower - self.x.shape[-1] * self.min_width
        widths = self.min_width + free * jax.nn.softmax(self.x)
        inner = lower + jnp.cumsum(widths, axis=-1)[..., :-1]
        first, last = (jnp.full((*inner.shape[:-1], 1), end, inner.dtype) for end in self.interval)
        has_lower, has_upper = has_ends(self.include_endpoints)
        parts = [first] * has_lower + [inner] + [last] * has_upper
        return jnp.concatenate(parts, axis=-1)
