"""Models that the tests of engine and problems share."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportAssignmentType=false

import equinox as eqx
import jax.numpy as jnp
from distreqx.bijectors import Sigmoid

import parax
from parax.parameters import Fixed, Parameter


class Bowl(parax.Module):
    a: parax.Parameter = 3.0
    b: parax.Parameter = 1.0


class Mixed(parax.Module):
    """A transform, a scale, bounds, a vector, a fixed parameter, an array and a static field."""

    r: parax.Parameter = eqx.field(default_factory=lambda: Parameter(0.25, transform=Sigmoid()))
    length: parax.Parameter = eqx.field(
        default_factory=lambda: Parameter(2.0, scale=1e-3, bounds=(0.0, 5.0))
    )
    v: parax.Parameter = eqx.field(default_factory=lambda: [1.0, 2.0, 3.0])
    k: parax.Parameter = eqx.field(default_factory=lambda: Fixed(4.0))
    table: jnp.ndarray = eqx.field(default_factory=lambda: jnp.arange(3.0))
    order: int = eqx.field(default=2, static=True)


class Plain(eqx.Module):
    """No Parameter anywhere: its floating-point arrays are trained (T1)."""

    w: jnp.ndarray
    n: jnp.ndarray
    name: str = eqx.field(static=True, default="plain")


class Line(parax.Module):
    """A response over a sweep, as a feature that expressions read."""

    slope: parax.Parameter = 2.0
    offset: parax.Parameter = 0.5

    @parax.feature
    def y(self, sweep):
        return self.slope * sweep + self.offset


def all_fixed() -> Bowl:
    return Bowl(a=Fixed(3.0), b=Fixed(1.0))


def traces() -> int:
    return parax.cache_info().traces
