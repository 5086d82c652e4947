"""JAX, with the goals in pairs of reals: what the libraries without complex numbers compute."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from benchmarks.by_hand import START
from benchmarks.peers.contestant import Contestant
from benchmarks.peers.pairs import OMEGA, goals

VERSION_OF = "jax"


def contestants() -> list[Contestant]:
    """Give `jit` of the goals in pairs."""

    def objective(x: jax.Array) -> jax.Array:
        return goals(x, jnp.asarray(OMEGA), jnp.log10, jnp.maximum, jnp.mean)

    x, value, both = jnp.asarray(START), jax.jit(objective), jax.jit(jax.value_and_grad(objective))
    return [Contestant("jax.jit, pairs of reals", lambda: value(x), lambda: both(x))]
