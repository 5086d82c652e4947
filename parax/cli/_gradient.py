"""The gradient by physical values, which is what a person means by a parameter (X14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import jax as typed_jax
import jax.tree_util as jtu
import numpy as np

from parax.module import trainable_part
from parax.parameters import Parameter, changed, is_param, value_in

jax = cast(Any, typed_jax)  # whose own types are looser than this room's
jnp = jax.numpy


@dataclass(frozen=True)
class Row:
    """One number of the flat vector: its name, its physical value, the derivative by that."""

    name: str
    value: float
    gradient: float


def physical_gradient(problem: Any) -> tuple[Any, list[Row]]:
    """Give a problem's value at its model, and the gradient by the physical values.

    A problem's own gradient is by latent values; `g_latent = J^T g_physical` with the Jacobian
    `J` of the transform.

    Raises:
        ParaxError: the objective is not one real number, or nothing is free.
    """
    value, latent = problem.value_and_gradient(problem.x0)
    numbers: list[tuple[float, float]] = []
    start = 0
    for own, array in _trainable(problem.model):
        size = int(np.size(array))
        part = latent[start : start + size].reshape(np.shape(array))
        numbers += _pairs(own, array, part)
        start += size
    rows = [Row(name, *pair) for name, pair in zip(problem.names, numbers, strict=True)]
    return value, rows


def _trainable(model: Any) -> list[tuple[Parameter | None, Any]]:
    """Give each trainable array, with the Parameter whose latent value it is, in flat order."""
    dynamic = trainable_part(model)[0]
    found: list[tuple[Parameter | None, Any]] = []
    wholes = jtu.tree_leaves(model, is_leaf=_ends)
    for whole, half in zip(wholes, jtu.tree_leaves(dynamic, is_leaf=_ends), strict=True):
        own = whole if isinstance(whole, Parameter) else None
        array = half.latent_value if isinstance(half, Parameter) else half
        if array is not None:
            found.append((own, array))
    return found


def _ends(node: Any) -> bool:
    return node is None or is_param(node)


def _pairs(own: Parameter | None, array: Any, latent: Any) -> list[tuple[float, float]]:
    if own is None or own.transform is None:
        return _listed(array, latent)
    return _listed(value_in(own, "physical"), _by_physical(own, latent))


def _by_physical(own: Parameter, latent: Any) -> Any:
    def physical(point: Any) -> Any:
        return value_in(changed(own, latent_value=point), "physical")

    point = own.latent_value
    ones, probe = jnp.ones_like(point), jnp.linspace(1.0, 2.0, point.size, dtype=point.dtype)
    probe = probe.reshape(point.shape)
    slope = jax.jvp(physical, (point,), (ones,))[1]
    # A Jacobian that takes distinct numbers to themselves times its row sums is diagonal.
    if bool(jnp.allclose(jax.jvp(physical, (point,), (probe,))[1], slope * probe)):
        return latent / slope
    jacobian = jax.jacobian(physical)(point).reshape(point.size, point.size)
    return jnp.linalg.solve(jacobian.T, latent.ravel()).reshape(point.shape)


def _listed(values: Any, gradients: Any) -> list[tuple[float, float]]:
    return list(zip(np.ravel(values).tolist(), np.ravel(gradients).tolist(), strict=True))
