"""From NumPy to JAX."""

from __future__ import annotations

from typing import Any

import jax


def to_device(array: Any) -> jax.Array:
    """Give a NumPy array that nobody else holds, or a number, as a JAX array outside of any trace.

    The two may share their memory. `jnp.asarray` compiles a program for each shape it has not met.
    """
    with jax.ensure_compile_time_eval():
        return jax.device_put(array)
