"""Penalty: the node that makes one cost of a goal's violations (U14)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from math import log, pi
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import kind_of, quoted
from parax.errors import OperatorError, OperatorTypeError
from parax.graph import Masked, elementwise_masked
from parax.op import Operator, is_leaf, largest, map_leaves, safe_sqrt
from parax.parameters import is_concrete


class Penalty(Operator):
    """The cost of a goal, from the miss of each point and its weight; shape `()`.

    A `Goal` is written out as one in the graph. Points outside the goal's range take no part;
    with none inside the value is NaN, or an error where that can be told at once.

    Args:
        miss: the signed violations, which may be complex.
        weight: one number, or one a point.
        argument: that of the loss, or None.
        loss: the name of the loss.
        name: what the goal is called.
        band: how its range was written, for messages.
    """

    keeps_own: ClassVar[bool] = True

    miss: Any
    weight: Any
    argument: Any
    loss: str = eqx.field(static=True)
    name: str = eqx.field(static=True)
    band: str | None = eqx.field(static=True)

    def __init__(
        self, miss: Any, weight: Any, argument: Any, *, loss: str, name: str, band: str | None
    ) -> None:
        self.miss = miss
        self.weight = weight
        self.argument = argument
        self.loss = loss
        self.name = name
        self.band = band

    def operands(self) -> tuple[Any, ...]:
        given = (self.miss, self.weight)
        return given if self.argument is None else (*given, self.argument)

    def static_key(self) -> Hashable:
        return self.loss

    def reduced(self) -> tuple[int, None]:
        return (0, None)

    def check(self, *operands: Any) -> None:
        if not is_leaf(operands[0]):
            raise OperatorTypeError(
                f"the goal {quoted(self.name)} is on {kind_of(operands[0])}, a tree of values",
                hint="make one goal of each of its parts, and add them up",
            )
        shape = jnp.shape(operands[0])
        if 0 in shape:
            raise self.has_no_points(None if self.band else _EMPTY.format(shape))
        for what, value in zip(("weight", "loss"), operands[1:], strict=False):
            self._require_reals(what, value)
            own = jnp.shape(value)
            try:
                fits = jnp.broadcast_shapes(own, shape) == shape
            except ValueError:
                fits = False
            if not fits:
                raise OperatorError(
                    f"the {what} of the goal {quoted(self.name)} has shape {own}, "
                    f"and its points have shape {shape}",
                    hint="give one number, or one a point",
                )

    def _require_reals(self, what: str, value: Any) -> None:
        if not is_leaf(value):
            raise OperatorTypeError(
                f"the {what} of the goal {quoted(self.name)} is {kind_of(value)}, a tree of values",
                hint="give one number, or an array of one a point",
            )
        if jnp.issubdtype(jnp.result_type(value), jnp.complexfloating):
            raise OperatorTypeError(
                f"the {what} of the goal {quoted(self.name)} is complex",
                hint="take `abs(…)` or `real(…)` of it",
            )

    def compute(self, *values: Any) -> jax.Array:
        self._check_weight(values[1])
        return self._cost(None, *values)

    def compute_masked(self, *values: Any) -> jax.Array:
        # What counts is where the miss and its weight are both known.
        joined = elementwise_masked(_first, [_as_array(one) for one in values])
        mask = joined.whole_mask
        if is_concrete(mask) and is_concrete(joined.value) and not np.any(mask):
            raise self.has_no_points()
        self._check_weight(values[1], mask)
        bare = [one.value if isinstance(one, Masked) else one for one in values]
        return self._cost(mask, *bare)

    def _cost(self, mask: Any, *values: Any) -> jax.Array:
        miss, weight, *rest = (jnp.asarray(_as_array(one)) for one in values)
        if not jnp.issubdtype(miss.dtype, jnp.inexact):
            miss = miss.astype(float)
        weight, *rest = (jnp.broadcast_to(one, miss.shape) for one in (weight, *rest))
        if mask is None:
            return _LOSSES[self.loss](miss, weight, jnp.asarray(True), miss.size, *rest)
        # Filled before any arithmetic (X23): what is outside leaks nothing.
        miss, weight = jnp.where(mask, miss, 0), jnp.where(mask, weight, 0)
        rest = [jnp.where(mask, one, 1) for one in rest]
        count = jnp.sum(mask)
        found = _LOSSES[self.loss](miss, weight, mask, jnp.maximum(count, 1), *rest)
        return jnp.where(count > 0, found, jnp.nan)

    def has_no_points(self, sweep: str | None = None) -> OperatorError:
        """Make the error for a goal whose range holds no point (X24)."""
        over = f" {quoted(self.band)}" if self.band else ""
        return OperatorError(
            f"the goal {quoted(self.name)} has no point in its range{over}",
            hint=sweep or "widen the range, or give a sweep with points in it",
        )

    def negative_weight(self, weight: Any) -> OperatorError:
        """Make the error for a weight that is negative or NaN at a point (U13)."""
        return OperatorError(
            f"a weight is not negative, got {weight:g} in the goal {quoted(self.name)}",
            hint="turn the comparison round instead",
        )

    def _check_weight(self, weight: Any, mask: Any = True) -> None:
        weight = weight.value if isinstance(weight, Masked) else weight
        if is_concrete(weight) and is_concrete(mask):
            wrong = first_negative(weight, mask)
            if wrong is not None:
                raise self.negative_weight(wrong)

    def symbol(self) -> str:
        return "goal"


_EMPTY = "its values have shape {}: give a sweep or data with points in it"


def first_negative(weight: Any, mask: Any = True) -> float | None:
    """Give the first weight that is negative or NaN at a point that counts, if any is."""
    weight = np.asarray(weight)
    if (weight >= 0).all():
        return None
    weight, mask = np.broadcast_arrays(weight, np.asarray(mask))
    wrong = weight[mask & ~(weight >= 0)]
    return float(wrong[0]) if wrong.size else None


def _as_array(value: Any) -> Any:
    return value if isinstance(value, Masked) else map_leaves(_itself, value)


def _itself(value: Any) -> Any:
    return value


def _first(*values: Any) -> Any:
    return values[0]


def _magnitude(miss: jax.Array) -> jax.Array:
    """Give |r|, with slope 0 at 0."""
    if not jnp.iscomplexobj(miss):
        return jnp.abs(miss)
    return safe_sqrt(_squared(miss))


def _squared(miss: jax.Array) -> jax.Array:
    return miss.real**2 + miss.imag**2 if jnp.iscomplexobj(miss) else miss * miss


def _mean_square(miss: Any, weight: Any, mask: Any, count: Any) -> jax.Array:
    return jnp.sum(weight * _squared(miss)) / count


def _mean_abs(miss: Any, weight: Any, mask: Any, count: Any) -> jax.Array:
    return jnp.sum(weight * _magnitude(miss)) / count


def _sum_square(miss: Any, weight: Any, mask: Any, count: Any) -> jax.Array:
    return jnp.sum(weight * _squared(miss))


def _rms(miss: Any, weight: Any, mask: Any, count: Any) -> jax.Array:
    scaled = weight * _magnitude(miss)
    unit = jax.lax.stop_gradient(jnp.max(scaled, initial=0))
    unit = jnp.where((unit == 0) | ~jnp.isfinite(unit), 1, unit)
    return unit * safe_sqrt(jnp.sum((scaled / unit) ** 2) / count)


def _max(miss: Any, weight: Any, mask: Any, count: Any) -> jax.Array:
    worst = weight * _magnitude(miss)
    return largest(worst) if worst.size else jnp.zeros((), worst.dtype)


def _log(miss: Any, weight: Any, mask: Any, count: Any) -> jax.Array:
    return jnp.sum(weight * jnp.log1p(_squared(miss))) / count


def _huber(miss: Any, weight: Any, mask: Any, count: Any, d: Any) -> jax.Array:
    size = _magnitude(miss)
    return jnp.sum(weight * jnp.where(size <= d, _squared(miss) / 2, d * (size - d / 2))) / count


def _gaussian(miss: Any, weight: Any, mask: Any, count: Any, sigma: Any) -> jax.Array:
    reals = 2 if jnp.iscomplexobj(miss) else 1
    constant = reals * (jnp.log(sigma) + log(2 * pi) / 2)
    return jnp.sum(weight * jnp.where(mask, _squared(miss / sigma) / 2 + constant, 0))


_LOSSES: dict[str, Callable[..., jax.Array]] = {
    "mean_square": _mean_square,
    "mean_abs": _mean_abs,
    "sum_square": _sum_square,
    "rms": _rms,
    "max": _max,
    "log": _log,
    "relative": _mean_square,  # of misses that are relative already
    "huber": _huber,
    "gaussian": _gaussian,
}
