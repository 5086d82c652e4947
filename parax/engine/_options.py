"""How XLA is asked to compile: mostly with the widest registers that a processor has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

MANY = 256
"""With more numbers than this one by one, in a loop over few elements, XLA needs memory without end
for registers of more than 128 bits."""


def compiled(
    function: Callable[..., Any], *, numbers: int = 0
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Give a function compiled twice over: for arrays alone, and for anywhere.

    JAX refuses options of the compiler in a trace, and says so while it binds the call. The first
    is quickest and raises that ValueError; the second is then compiled without.

    Args:
        function: what to compile.
        numbers: how many numbers of an expression it takes one by one.
    """
    if jax.default_backend() != "cpu":
        plain = jax.jit(function)
        return plain, plain
    bits = 128 if numbers > MANY else 512  # XLA takes 256; results are the same to the last bit
    options: Any = {"xla_cpu_prefer_vector_width": bits}
    quick, inlined = jax.jit(function, compiler_options=options), jax.jit(function)

    def anywhere(*arrays: Any) -> Any:
        try:
            return quick(*arrays)
        except ValueError:
            return inlined(*arrays)

    return quick, anywhere
