"""What the results of a trace depend on."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jax.extend.core import Jaxpr, Literal


def joined(masks: Sequence[int]) -> int:
    """Give the bits that are set in any of them."""
    whole = 0
    for mask in masks:
        whole |= mask
    return whole


def reached(jaxpr: Jaxpr, bits: Sequence[int]) -> list[int]:
    """Give what the results of a trace depend on, from what its arguments depend on.

    Args:
        jaxpr: the trace.
        bits: for each argument a number whose bits say what it depends on.
    """
    known: dict[Any, int] = dict(zip(jaxpr.invars, bits, strict=True))

    def read(variable: Any) -> int:
        return 0 if isinstance(variable, Literal) else known.get(variable, 0)

    for equation in jaxpr.eqns:
        given = [read(variable) for variable in equation.invars]
        if equation.primitive.name in ("jit", "pjit"):
            made = reached(equation.params["jaxpr"].jaxpr, given)
        else:
            made = [joined(given)] * len(equation.outvars)
        known.update(zip(equation.outvars, made, strict=True))
    return [read(variable) for variable in jaxpr.outvars]
