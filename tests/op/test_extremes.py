"""The larger and the largest: values, shared slopes, and slopes that no rounding takes away."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax.op import larger, largest, smaller, smallest
from parax.op._extremes import _at
from parax.parameters import Parameter

X = np.array([[1.0, 4.0, 4.0], [3.0, -2.0, 0.5]])


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (1, 0)])
def test_the_largest_is_that_of_numpy(axis: Any) -> None:
    np.testing.assert_array_equal(largest(jnp.asarray(X), axis), np.max(X, axis=axis))
    np.testing.assert_array_equal(smallest(jnp.asarray(X), axis), np.min(X, axis=axis))


def test_equal_elements_share_the_slope() -> None:
    slope = jax.grad(lambda x: jnp.sum(largest(x, 1)))(jnp.asarray(X))
    np.testing.assert_array_equal(slope, [[0, 0.5, 0.5], [1, 0, 0]])
    slope = jax.grad(lambda x: smallest(x, None))(jnp.asarray(X))
    np.testing.assert_array_equal(slope, [[0, 0, 0], [0, 1, 0]])
    both = jax.grad(lambda x, y: larger(x, y) + 2 * smaller(x, y), (0, 1))
    assert [float(one) for one in both(1.0, 1.0)] == [1.5, 1.5]
    assert [float(one) for one in both(2.0, 1.0)] == [1.0, 2.0]
    assert [float(one) for one in both(np.float32(-np.inf), 1.0)] == [2.0, 1.0]


def test_whole_numbers_and_mixed_types() -> None:
    assert larger(jnp.array([1, 5]), 3).tolist() == [3, 5]
    assert largest(jnp.array([1, 5]), None).dtype == jnp.array(1).dtype
    assert float(jax.grad(lambda x: jnp.sum(larger(x, jnp.array([1, 9]))))(4.0)) == 1.0
    assert larger(jnp.ones(2, jnp.float16), 0.5).dtype == jnp.float16
    assert np.isnan(larger(np.nan, 1.0))


def test_forward_and_second_derivatives() -> None:
    def smooth(x: jax.Array) -> jax.Array:
        return largest(x**2, 0) * larger(x[0], x[1])

    x = jnp.array([1.0, 3.0])
    np.testing.assert_allclose(jax.jacfwd(smooth)(x), jax.jacrev(smooth)(x))
    np.testing.assert_allclose(jax.hessian(smooth)(x), [[0, 0], [0, 18.0]])


class Line(parax.Module):
    """A scaled vector: a product and a sum, which a compiler may round once or twice."""

    a: Parameter = 2.0  # pyright: ignore[reportAssignmentType]
    v: Parameter = parax.field(default_factory=lambda: Parameter(np.linspace(-1, 1, 9)))


def test_a_maximum_that_equals_no_element_has_the_slope_of_the_largest() -> None:
    """XLA may round an element once more: in a batch the gradient of `ptp` was 0 then."""
    x, tangent = jnp.asarray(X), jnp.arange(6.0).reshape(2, 3)
    found = jnp.nextafter(jnp.max(x, axis=1), jnp.inf)
    assert _at(x, tangent, found, 1, jnp.argmax).tolist() == [1.0, 3.0]
    assert _at(x, tangent, found[0], None, jnp.argmax).tolist() == 1.0
    assert _at(x, tangent, found[:1], (0,), jnp.argmin).tolist() == [0.0, 4.0, 5.0]


def test_a_batch_has_the_slopes_of_its_rows() -> None:
    random = np.random.default_rng(0)
    inner = "ptp(a*v*w + u)"
    for _ in range(10):
        inner = f"sin({inner})"
    w, u = random.normal(size=9), random.normal(size=9)
    problem = parax.problem(
        f"({inner})**2 + max(a*v + u) + sum(max(v*w - u, 0)**2)", Line(), w=w, u=u
    )
    rows = random.normal(size=(3, 10))
    _, together = problem.batch(rows, gradient=True)
    apart = np.stack([problem.gradient(row) for row in rows])
    np.testing.assert_allclose(together, apart, rtol=1e-4, atol=1e-5)
    plain = jax.vmap(jax.grad(lambda x: problem.graph(problem.unflatten(x), w=w, u=u)))
    np.testing.assert_allclose(together, plain(jnp.asarray(rows)), rtol=1e-4, atol=1e-5)
