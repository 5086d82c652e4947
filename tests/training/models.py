"""Small models that the tests of the room share."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from parax.module import Module
from parax.parameters import Fixed, Parameter
from parax.training import parameters_method


class Quadratic(Module):
    a: Parameter = 3.0
    b: Parameter = Fixed(1.0)


class Linear(Module):
    """A weight that is trained, and an average that is only kept."""

    weight: jax.Array
    average: jax.Array
    label: str = "linear"
    activation: Callable = jnp.tanh
    parameters = parameters_method("weight")


class Plain(eqx.Module):
    """A model of Equinox alone, with what is no array."""

    weight: jax.Array
    frozen: Any
    count: jax.Array
    order: int = 2
    label: str = "plain"
    activation: Callable = jnp.tanh

    def __call__(self, x):
        total = jnp.zeros(())
        for power in range(1, self.order + 1):
            total = total + jnp.sum(self.activation(self.weight * x) ** power)
        return total


def squared(model, x):
    """Give loss, value and model as a step wants it."""
    value = jnp.sum((model.a * x) ** 2) + model.b
    return value, (value, model)
