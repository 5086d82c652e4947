"""Models that expressions are evaluated on."""

import equinox as eqx
import jax
import jax.numpy as jnp

import parax


class Stage(parax.Module):
    L: parax.Parameter = eqx.field(default=1.5)
    vec: parax.Parameter = eqx.field(default_factory=lambda: parax.Parameter([1.0, 2.0, 3.0]))
    arr: jax.Array = eqx.field(default_factory=lambda: jnp.arange(3.0))
    tag: str = "t"
    _hidden: float = 3.0

    @parax.feature(unit="")
    def gain(self, sweep):
        """Feature of the inductance and a sweep."""
        return self.L * sweep

    @parax.feature(unit="")
    def loss(self):
        return self.L * 2

    def scaled(self, by, extra=1.0):
        return self.L * by * extra


class Filter(parax.Module):
    stage: Stage = eqx.field(default_factory=Stage)
    items: list = eqx.field(default_factory=lambda: [Stage(), Stage(L=parax.Parameter(2.5))])
    named: dict = eqx.field(default_factory=lambda: {"a": Stage(L=parax.Parameter(3.5))})
    C: parax.Parameter = eqx.field(default=4.0)
