"""An LC ladder of eight parameters with five goals, for parax."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

import parax
from benchmarks.by_hand import LIMITS, START, scattering

OBJECTIVE = """
mean(max(10*log10(max(abs2(s[0])[0:60], 1e-30)) - {}, 0)**2)
+ mean(max(10*log10(max(abs2(s[0])[20:40], 1e-30)) - {}, 0)**2)
+ mean(max({} - 10*log10(max(abs2(s[1])[0:60], 1e-30)), 0)**2)
+ mean(max(10*log10(max(abs2(s[1])[120:201], 1e-30)) - {}, 0)**2)
+ mean(max(10*log10(max(abs2(s[1])[150:201], 1e-30)) - {}, 0)**2)
"""


def objective(limits: tuple[float, ...] = LIMITS) -> str:
    """Give the text of the five goals with these limits."""
    return OBJECTIVE.format(*limits)


class Ladder(parax.Module):
    """The ladder as a model."""

    values: list[parax.Parameter]

    @parax.feature
    def s(self, frequency: Any) -> tuple[jax.Array, jax.Array]:
        """S11 and S21."""
        return scattering([jnp.asarray(value) for value in self.values], frequency)


def ladder() -> Ladder:
    """Give the ladder at its start."""
    return Ladder([parax.Parameter(value, bounds=(0.1, 30.0)) for value in START])
