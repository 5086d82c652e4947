"""Derivatives of kernels, above all at equal points and far away (K11, K20-K24)."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parax.kernels import (
    Kernel,
    Matern12Kernel,
    Matern32Kernel,
    Matern52Kernel,
    PeriodicKernel,
    RBFKernel,
)
from tests.kernels import oracles
from tests.kernels.oracles import RADIAL, STATIONARY

# The second derivative by one point where both are equal, in units of 1/ℓ².
CURVATURE = {
    RBFKernel: -1.0,
    Matern12Kernel: 0.0,  # it has none: finite is all that can be asked
    Matern32Kernel: -3.0,
    Matern52Kernel: -5 / 3,
    PeriodicKernel: -4 * np.pi**2,
}


@pytest.mark.parametrize("kind", STATIONARY)
def test_derivatives_at_equal_points(kind: Any):
    """K11, K21-K24."""
    length = np.array([0.5, 2.0])

    def value(x1: Any, length: Any) -> Any:
        return kind(length)(x1, np.ones(2))

    here = np.ones(2)
    np.testing.assert_array_equal(jax.grad(value, (0, 1))(here, length), np.zeros((2, 2)))
    for hessian in (jax.hessian(value), jax.jacfwd(jax.jacfwd(value)), jax.jacrev(jax.grad(value))):
        wanted = np.diag(CURVATURE[kind] / length**2)
        np.testing.assert_allclose(jax.jit(hessian)(here, length), wanted, rtol=1e-5, atol=1e-5)
    for mixed in jax.tree.leaves(jax.jit(jax.hessian(value, (0, 1)))(here, length)):
        assert np.isfinite(mixed).all()
    between = jax.jit(jax.jacfwd(jax.grad(lambda a, b: kind(length)(a, b)), 1))(here, here)
    wanted = -np.diag(CURVATURE[kind] / length**2)
    np.testing.assert_allclose(between, wanted, rtol=1e-5, atol=1e-5)


def formula(kind: Any, x: Any, length: Any) -> Any:
    """The formula as a book has it, good where the points differ."""
    if kind is PeriodicKernel:
        return jnp.exp(-2 * jnp.sum((jnp.sin(np.pi * x) / length) ** 2))
    r = jnp.sqrt(jnp.sum((x / length) ** 2))
    three, five = np.sqrt(3) * r, np.sqrt(5) * r
    return {
        RBFKernel: jnp.exp(-(r**2) / 2),
        Matern12Kernel: jnp.exp(-r),
        Matern32Kernel: (1 + three) * jnp.exp(-three),
        Matern52Kernel: (1 + five + five**2 / 3) * jnp.exp(-five),
    }[kind]


def ours(kind: Any, x: Any, length: Any) -> Any:
    return kind(length)(x, 0.0)


@cache
def derivatives(value: Callable[..., Any], kind: Any) -> Callable[[Any, Any], Any]:
    """First and second derivatives by the point and the length scale, compiled once."""
    of_kind = partial(value, kind)
    both = jax.grad(of_kind, (0, 1)), jax.hessian(of_kind, (0, 1))
    return jax.jit(lambda *at: [derivative(*at) for derivative in both])


@pytest.mark.parametrize("kind", STATIONARY)
@given(st.lists(st.floats(0.1, 3.0), min_size=4, max_size=4).map(np.array))
def test_derivatives_elsewhere_are_those_of_the_formula(kind: Any, numbers: np.ndarray):
    """K11, K21-K24."""
    with jax.enable_x64(True):
        at = jnp.asarray(numbers[:2]), jnp.asarray(numbers[2:])
        got, wanted = derivatives(ours, kind)(*at), derivatives(formula, kind)(*at)
        for one, other in zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", RADIAL)
@pytest.mark.parametrize("far", [1e3, 1e5, 1e19, 1e38, [1e38, 0.0], [0.0, 1e10]])
def test_derivatives_by_far_points_are_zero(kind: Any, far: Any):
    """K11."""

    def value(x1: Any, length: Any) -> Any:
        return kind(length)(x1, -jnp.asarray(far))

    point = jnp.asarray(far)
    for length in (1.0, 1e-9):
        assert value(point, length).tolist() == 0.0
        for derivative in (jax.grad(value, (0, 1)), jax.hessian(value, (0, 1))):
            for one in jax.tree.leaves(jax.jit(derivative)(point, length)):
                np.testing.assert_array_equal(one, np.zeros_like(one))


@pytest.mark.parametrize("kind", STATIONARY)
def test_a_gradient_of_integer_points_and_of_a_matrix(kind: Any):
    """K11, K20."""
    x = np.array([0, 1, 1, 100_000])

    def total(length: Any) -> Any:
        return jnp.sum(kind(length).gram(x))

    slope, bend = jax.grad(total)(2.0), jax.grad(jax.grad(total))(2.0)
    assert np.isfinite(slope)
    assert np.isfinite(bend)
    by_points = jax.grad(lambda x: jnp.sum(kind(2.0).gram(x) ** 2))(x.astype(float))
    assert np.isfinite(by_points).all()


def test_a_period_is_exact_however_far():
    """K24."""
    kernel = PeriodicKernel(0.7, 0.25)
    assert kernel(0.0, 1e6).tolist() == kernel(0.0, -3.25).tolist() == 1.0
    np.testing.assert_allclose(kernel(0.0, 4096.125), np.exp(-2 / 0.7**2), rtol=1e-6)
    assert kernel(0.0, 0.1) == kernel(0.1, 0.0)
    slope = jax.grad(lambda period: PeriodicKernel(0.7, period)(0.0, 3.2))(1.0)
    wanted = jax.grad(lambda p: jnp.exp(-2 * (jnp.sin(np.pi * 3.2 / p) / 0.7) ** 2))(1.0)
    np.testing.assert_allclose(slope, wanted, rtol=1e-4)


@settings(max_examples=10)
@given(oracles.kernels(2), st.lists(st.floats(-3, 3), min_size=2, max_size=2).map(np.array))
def test_composites_have_finite_derivatives_at_equal_points(kernel: Kernel, x: np.ndarray):
    """K11."""
    for derivative in (jax.grad(kernel), jax.hessian(kernel)):
        assert np.isfinite(jax.jit(derivative)(x, x)).all()
