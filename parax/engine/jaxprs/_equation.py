"""One equation of a trace, done again on other values."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def bind(equation: Any, given: Sequence[Any]) -> list[Any]:
    """Give what an equation of a trace makes of these values."""
    bound = equation.primitive.get_bind_params(equation.params)
    functions, params = bound if isinstance(bound, tuple) else ((), bound)  # as JAX 0.10.0 has it
    with equation.ctx.manager:  # settings that held where the equation was traced
        found = equation.primitive.bind(*functions, *given, **params)
    return list(found) if equation.primitive.multiple_results else [found]
