"""The ladder of eight parameters and its five goals, written by hand in JAX.

It knows nothing of parax, so that it is the floor in the processes of other libraries too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

POINTS = 201
FREQUENCY = np.linspace(0.1, 3.0, POINTS)  # [GHz]
START = np.array([6.0, 3.0, 9.0, 4.0, 10.0, 4.0, 8.0, 2.0])  # [nH] and [pF] in turn
LIMITS = (-15.0, -12.0, -1.0, -30.0, -20.0)  # [dB]


def scattering(x: Any, frequency: Any) -> tuple[jax.Array, jax.Array]:
    """Give S11 and S21 of series inductors and shunt capacitors in turn, in 50 Ω.

    A cascade of chain matrices, written elementwise.
    """
    omega = 2 * jnp.pi * frequency
    a, b = jnp.ones_like(omega) + 0j, 0j * omega
    c, d = b, a
    for inductance, capacitance in zip(x[0::2], x[1::2], strict=True):
        z, y = 1j * omega * inductance, 1j * omega * capacitance * 1e-3
        b, d = a * z + b, c * z + d
        a, c = a + b * y, c + d * y
    total = a + b / 50 + c * 50 + d
    return (a + b / 50 - c * 50 - d) / total, 2 / total


def decibels(z: jax.Array) -> jax.Array:
    """Give a magnitude in dB, with a floor."""
    return 10 * jnp.log10(jnp.maximum(z.real**2 + z.imag**2, 1e-30))


def by_hand(x: jax.Array, frequency: Any, limits: Any) -> jax.Array:
    """Compute the five goals as one would write them in JAX: the model called once."""
    s11, s21 = map(decibels, scattering(x, frequency))

    def cost(violation: jax.Array) -> jax.Array:
        return jnp.mean(jnp.maximum(violation, 0) ** 2)

    return (
        cost(s11[:60] - limits[0])
        + cost(s11[20:40] - limits[1])
        + cost(limits[2] - s21[:60])
        + cost(s21[120:] - limits[3])
        + cost(s21[150:] - limits[4])
    )


def closed_over(limits: tuple[float, ...] = LIMITS) -> Callable[[jax.Array], jax.Array]:
    """Give the goals by hand as a function of the vector, with all else as constants."""
    return lambda x: by_hand(x, jnp.asarray(FREQUENCY), limits)
