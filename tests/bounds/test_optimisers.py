"""What `tree_bounds` gives is what SciPy and Optimistix take (B4, B7, B13)."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optimistix
import pytest
from jax.flatten_util import ravel_pytree
from scipy.optimize import minimize

from parax.bounds import is_dynamic, is_leaf, tree_bounds
from parax.parameters import Fixed, Parameter
from parax.wrappers import NonTrainable, Parameterize, unwrap

TREE = {
    "a": Parameter(1.0, bounds=(0.0, 2.0)),
    "b": Parameter([1.0, 2.0], bounds=(-1.0, 3.0), scale=-1.0),
    "fixed": Fixed(5.0),
    "frozen": NonTrainable(jnp.ones(2)),
    "free": jnp.array(0.5),
    "wrapped": Parameterize(jnp.asarray, jnp.array(1.0)),
}


def halves() -> tuple[Any, Any, Any, Any]:
    """The values that may move, their limits, and the rest of the tree."""
    dynamic, static = eqx.partition(TREE, is_dynamic, is_leaf=is_leaf)
    lower, upper = tree_bounds(dynamic)
    return unwrap(dynamic), lower, upper, static


def distance(values: Any, goal: float) -> Any:
    """Squares that pull every number to one that lies outside of the limits."""
    return sum(jnp.sum((leaf - goal) ** 2) for leaf in jax.tree.leaves(values))


@pytest.mark.parametrize("goal", [-100.0, 100.0])
def test_scipy_stops_at_the_limits(goal: float) -> None:
    values, lower, upper, static = halves()
    start, back = ravel_pytree(values)
    limits = np.stack([ravel_pytree(lower)[0], ravel_pytree(upper)[0]], axis=1)
    objective = jax.jit(jax.value_and_grad(lambda x: distance(back(x), goal)))

    def numpy_objective(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = objective(jnp.asarray(x, start.dtype))
        return float(value), np.asarray(slope, float)

    found = minimize(
        numpy_objective, np.asarray(start, float), jac=True, bounds=limits, method="L-BFGS-B"
    )
    end = back(jnp.asarray(found.x, start.dtype))
    side = lower if goal < 0 else upper
    np.testing.assert_allclose(end["a"], side["a"])
    np.testing.assert_allclose(end["b"], side["b"])
    np.testing.assert_allclose(end["free"], goal, 1e-3)
    assert end["fixed"] is None
    assert end["frozen"] is None
    np.testing.assert_array_equal(unwrap(static["fixed"]), 5.0)
    np.testing.assert_array_equal(unwrap(static["frozen"]), jnp.ones(2))


def test_optimistix_takes_the_trees_as_limits() -> None:
    values, lower, upper, _ = halves()
    goal = {"a": 1.5, "b": jnp.array([-2.0, 0.5]), "free": -3.0, "wrapped": 2.0}

    def system(values: Any, args: Any) -> Any:
        del args
        return {name: values[name] ** 3 - jnp.asarray(end) ** 3 for name, end in goal.items()}

    start = {name: values[name] for name in goal}
    options = {
        "lower": {name: lower[name] for name in goal},
        "upper": {name: upper[name] for name in goal},
    }
    solver = optimistix.Newton(rtol=1e-5, atol=1e-5)
    found = optimistix.root_find(system, solver, start, options=options, max_steps=256).value
    for name, end in goal.items():
        np.testing.assert_allclose(found[name], end, 1e-3)
        assert np.all(found[name] >= lower[name])
        assert np.all(found[name] <= upper[name])
