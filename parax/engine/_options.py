"""How XLA is asked to compile: with the widest registers that a processor has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

_WIDE: dict[str, Any] = {"xla_cpu_prefer_vector_width": 512}
"""XLA takes 256 bits by itself; results are the same to the last bit."""


def compiled(function: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Give a function compiled twice over: for arrays alone, and for anywhere.

    JAX refuses options of the compiler in a trace, and says so while it binds the call. The first
    is quickest and raises that ValueError; the second is then compiled without.
    """
    if jax.default_backend() != "cpu":
        plain = jax.jit(function)
        return plain, plain
    quick, inlined = jax.jit(function, compiler_options=_WIDE), jax.jit(function)

    def anywhere(*arrays: Any) -> Any:
        try:
            return quick(*arrays)
        except ValueError:
            return inlined(*arrays)

    return quick, anywhere
