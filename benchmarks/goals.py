"""Many goals on the ladder: as a text for parax, and vectorised by hand in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.by_hand import FREQUENCY, scattering

_GOAL = "{weight!r} * mean(max(10*log10(max(abs2(s[{port}]), 1e-30)) - {limit!r}, 0)**2)"


def limits(count: int) -> np.ndarray:
    """Give the limit of each goal [dB]: no two are the same."""
    return np.linspace(-40.0, -1.0, count)


def weights(count: int) -> np.ndarray:
    """Give the weight of each goal."""
    return np.linspace(0.5, 1.5, count)


def text(count: int) -> str:
    """Give the sum of so many goals, on S11 and S21 in turn."""
    return "\n+ ".join(
        _GOAL.format(weight=float(weight), port=place % 2, limit=float(limit))
        for place, (weight, limit) in enumerate(zip(weights(count), limits(count), strict=True))
    )


def by_hand(count: int) -> Callable[[jax.Array], jax.Array]:
    """Give the same as an expert writes it: the model called once, all goals in one array."""
    limit, weight = jnp.asarray(limits(count)), jnp.asarray(weights(count))
    port = np.arange(count) % 2

    def objective(x: Any) -> jax.Array:
        s = jnp.stack(scattering(x, jnp.asarray(FREQUENCY)))
        db = 10 * jnp.log10(jnp.maximum(s.real**2 + s.imag**2, 1e-30))
        excess = jnp.maximum(db[port] - limit[:, None], 0)
        return jnp.sum(weight * jnp.mean(excess**2, axis=1))

    return objective
