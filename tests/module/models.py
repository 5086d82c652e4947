"""Small models that the tests of the room share."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false, reportGeneralTypeIssues=false

import equinox as eqx
import jax
import jax.numpy as jnp

from parax.module import Module, field
from parax.parameters import Fixed, Parameter


class Aff(Module):
    loc: Parameter = 50.0
    gain: Parameter = 0.0


class Quad(Module):
    a: Parameter = 1.2
    b: Parameter = 0.8
    c: Parameter = Fixed(0.0)


class Mod(Module):
    aff: Aff
    quad: Quad
    vec: Parameter = jnp.array([10.0, 0.0, -10.0])


class Containers(Module):
    inner: Aff = field(transparent=True)
    lst: list
    dct: dict


class Plain(eqx.Module):
    """A model of Equinox alone."""

    weight: jax.Array
    bias: jax.Array
    steps: int = 3


def mod() -> Mod:
    return Mod(Aff(), Quad())


def containers() -> Containers:
    return Containers(Aff(), [Aff(), Aff(name="second")], {"k": Parameter(1.0, name="ignored")})
