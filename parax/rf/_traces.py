"""Array code of what turns complex parameters into traces: dB, magnitude, phase in degrees.

Each acts elementwise, leaf by leaf on trees; a Python number gives a Python number.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax import functions
from parax.op import (
    Traits,
    counted,
    host_number,
    is_plain_number,
    larger,
    map_leaves,
    with_traits,
)

FLOOR = 1e-30
"""The smallest squared magnitude that dB tells apart: a floor of -300 dB (X30)."""


def _elementwise(
    symbol: str, host: Callable[[Any], Any]
) -> Callable[[Callable[[jax.Array], jax.Array]], Callable[[Any], Any]]:
    """Make an elementwise function of its code for one array and for NumPy's scalars."""

    def on_number(value: Any) -> Any:
        return host_number(host, value)

    def decorate(body: Callable[[jax.Array], jax.Array]) -> Callable[[Any], Any]:
        def leaf(value: Any) -> Any:
            return on_number(value) if is_plain_number(value) else body(counted(value))

        @with_traits(Traits(symbol, elementwise=True, host=on_number))
        @functools.wraps(body)
        def function(value: Any) -> Any:
            return map_leaves(leaf, value)

        return function

    return decorate


def _host_decibels(x: Any) -> Any:
    return 10 * np.log10(np.maximum((x * np.conj(x)).real, FLOOR))


def _host_degrees(x: Any) -> Any:
    return np.angle(x, deg=True)


@_elementwise("dB", _host_decibels)
def decibels(z: jax.Array) -> jax.Array:
    """Give `20 log10 |z|` [dB] as `10 log10(max(|z|^2, 1e-30))`.

    The floor is -300 dB, with gradient 0 below it.
    """
    return 10 * jnp.log10(larger(functions.abs2(z), FLOOR))


@_elementwise("mag", np.abs)
def magnitude(z: jax.Array) -> jax.Array:
    """Give `|z|`, with gradient 0 at 0."""
    return functions.abs(z)


@_elementwise("phase", _host_degrees)
def degrees(z: jax.Array) -> jax.Array:
    """Give the angle of z [deg], in (-180, 180], with gradient 0 at 0."""
    return functions.angle(z) * (180 / math.pi)
