"""Matrices of kernels and of any function of two points (K18-K20, K25, K26)."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parax import Parameter
from parax.errors import ParameterTypeError, ParameterValueError
from parax.kernels import (
    ConstantKernel,
    PeriodicKernel,
    RBFKernel,
    WhiteKernel,
    cross_gram,
    gram,
)
from tests.kernels import oracles
from tests.kernels.oracles import RADIAL, STATIONARY

EPSILON = float(jnp.finfo(jnp.result_type(float)).eps)
k = RBFKernel()


@settings(max_examples=12)
@given(st.sampled_from([None, 2]), st.sampled_from([0.0, 0.25]), st.data())
def test_the_laws_of_matrices(features: int | None, jitter: float, data: st.DataObject):
    """K18, K19, K26: each element is the value of its points; symmetric, positive semi-definite."""
    kernel = data.draw(oracles.kernels(features))
    x = data.draw(oracles.points(features))
    y = data.draw(oracles.points(features, 3))
    matrix = np.asarray(kernel.gram(x, jitter=jitter))
    assert matrix.shape == (len(x), len(x))
    np.testing.assert_array_equal(matrix, matrix.T)
    own = np.asarray(kernel.diagonal(x))
    np.testing.assert_array_equal(np.diagonal(matrix), own + np.asarray(jitter, own.dtype))
    assert np.linalg.eigvalsh(matrix).min() >= -20 * EPSILON * matrix.max() * len(x)
    np.testing.assert_array_equal(matrix, gram(kernel, x, jitter=jitter))

    cross = np.asarray(kernel.cross_gram(x, y))
    assert cross.shape == (len(x), len(y))
    np.testing.assert_array_equal(cross, cross_gram(kernel, x, y))
    close: dict[str, Any] = {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(cross[1, 2], kernel(x[1], y[2]), **close)
    np.testing.assert_allclose(matrix[2, 1], kernel(x[2], x[1]), **close)
    np.testing.assert_allclose(own[1], kernel.own_variance(x[1]), **close)
    np.testing.assert_allclose(cross.T, kernel.cross_gram(y, x), **close)


@pytest.mark.parametrize("kind", STATIONARY)
def test_many_points_are_symmetric_bit_for_bit_and_one_on_the_diagonal(kind: Any):
    """K19: loops of vectors leave a rest, whose exponentials may be rounded otherwise."""
    x = np.random.default_rng(1).normal(size=(53, 3)) * 3
    for kernel in (kind(), kind([0.5, 1.0, 3.0])):
        for matrix in (kernel.gram(x), jax.jit(kernel.gram)(x)):
            np.testing.assert_array_equal(matrix, matrix.T)
            assert (np.diagonal(matrix) == 1).all()
        jittered = np.diagonal(kernel.gram(x, jitter=1e-3))
        np.testing.assert_array_equal(jittered, np.ones(53, matrix.dtype) + matrix.dtype.type(1e-3))


def test_a_matrix_in_full():
    """K18."""
    wanted = [[1, 0.60653066, 0.01110900], [0.60653066, 1, 0.13533528], [0.01110900, 0.13533528, 1]]
    np.testing.assert_allclose(k.gram([0.0, 1.0, 3.0]), wanted, rtol=1e-5)
    np.testing.assert_allclose(k.cross_gram([0.0, 1.0], [3]), [[0.01110900], [0.13533528]], 1e-5)


def test_any_function_of_two_points():
    """K18."""
    x = np.array([1.0, 2.0, 4.0])
    brownian = gram(jnp.minimum, x, jitter=1)
    np.testing.assert_array_equal(brownian, np.minimum.outer(x, x) + np.eye(3))
    dot = cross_gram(lambda a, b: a @ b, np.eye(2), np.ones((3, 2)))
    np.testing.assert_array_equal(dot, np.ones((2, 3)))
    np.testing.assert_array_equal(gram(lambda a, b: 2.0, x), np.full((3, 3), 2.0))
    np.testing.assert_array_equal(gram(lambda a, b: a - b, x)[0], x - 1)  # that below the diagonal


def test_a_value_with_axes_makes_a_batch():
    """K18."""
    batch = ConstantKernel([1.0, 2.0, 3.0])
    for kernel in (batch, batch + k, batch * k, batch + WhiteKernel([0.5, 0.25, 0.125])):
        matrices, cross = kernel.gram([0.0, 1.0]), kernel.cross_gram([0.0, 1.0], np.ones(4))
        assert matrices.shape == (3, 2, 2)
        assert cross.shape == (3, 2, 4)
        for i in range(3):
            each = kernel.with_params(
                {name: Parameter(p.value[i] if p.ndim else p.value) for name, p in
                 kernel.named_params().items()}
            )  # fmt: skip
            np.testing.assert_array_equal(matrices[i], each.gram([0.0, 1.0]))
            np.testing.assert_array_equal(cross[i], each.cross_gram([0.0, 1.0], np.ones(4)))
    square = gram(lambda a, b: jnp.arange(6.0).reshape(2, 3) * a * b, [1.0, 2.0])
    np.testing.assert_array_equal(square[1, 2], [[5.0, 10.0], [10.0, 20.0]])


def test_no_points_make_an_empty_matrix():
    """K20."""
    for kernel in (k, k + WhiteKernel(), PeriodicKernel([1.0, 2.0])):
        assert kernel.gram(np.zeros((0, 2))).shape == (0, 0)
        assert kernel.cross_gram(np.zeros((0, 2)), np.ones((3, 2))).shape == (0, 3)
        assert kernel.cross_gram(np.ones((3, 2)), np.zeros((0, 2))).shape == (3, 0)
        assert kernel.diagonal(np.zeros((0, 2))).shape == (0,)
    assert k.gram([]).shape == (0, 0)
    assert k.cross_gram([], [1.0]).shape == (0, 1)
    assert k.cross_gram([], [[1.0]]).shape == (0, 1)


def test_points_are_one_row_each():
    """K18."""
    for wrong in (1.0, np.ones((2, 1, 1))):
        for build in (
            lambda x: k.gram(x),
            lambda x: k.diagonal(x),
            lambda x: k.cross_gram(x, [1.0]),
        ):
            with pytest.raises(ParameterValueError, match=r"points `x` have shape .*\n.*\(N, d\)"):
                build(wrong)
        with pytest.raises(ParameterValueError, match="points `y` have shape"):
            k.cross_gram([1.0], wrong)
    words = r"`x` of shape `\(3, 2\)` and `y` of shape `\((4,|4, 3)\)` have different numbers"
    for other in (np.ones(4), np.ones((4, 3))):
        with pytest.raises(ParameterValueError, match=words):
            k.cross_gram(np.ones((3, 2)), other)
    np.testing.assert_array_equal(k.cross_gram([[1.0]], [2.0]), k.cross_gram([1.0], [2.0]))
    np.testing.assert_array_equal(k.cross_gram([1.0], [[2.0]]), k.cross_gram([1.0], [2.0]))
    with pytest.raises(ParameterTypeError, match="the points `x` must be"):
        k.gram([1j])
    for wrong in (RBFKernel, 3.0, "rbf"):
        with pytest.raises(ParameterTypeError, match=r"a kernel is a function.*\n.*RBFKernel\(\)"):
            gram(wrong, [1.0])
        with pytest.raises(ParameterTypeError, match="a kernel is a function of two points"):
            cross_gram(wrong, [1.0], [1.0])


@pytest.mark.parametrize("wrong", [-1e-9, np.nan])
def test_jitter_is_one_number_that_is_not_negative(wrong: float):
    """K19."""
    with pytest.raises(ParameterValueError, match="`jitter` must not be negative, and got"):
        k.gram([1.0], jitter=wrong)
    with pytest.raises(ParameterValueError, match=r"`jitter` has shape `\(1,\)`.*\n.*shape `\(\)`"):
        k.gram([1.0], jitter=[1.0])
    assert jax.jit(lambda j: k.gram([1.0], jitter=j))(-0.5).tolist() == [[0.5]]


def test_matrices_under_jit_and_vmap():
    """K20."""
    x = np.random.default_rng(0).normal(size=(4, 5, 2))
    kernel = 2.0 * RBFKernel([1.0, 2.0]) + WhiteKernel(0.1)
    each = np.stack([kernel.gram(one) for one in x])
    np.testing.assert_allclose(jax.vmap(kernel.gram)(x), each, rtol=1e-5)
    np.testing.assert_allclose(jax.jit(jax.vmap(kernel.gram))(x), each, rtol=1e-5)

    def scaled(length: Any) -> Any:
        return kernel.with_params(k1_k2_length_scale=length).cross_gram(x[0], x[1])

    lengths = np.array([[1.0, 2.0], [0.5, 0.5], [3.0, 1.0]])
    each = np.stack([scaled(length) for length in lengths])
    np.testing.assert_allclose(jax.vmap(scaled)(lengths), each, rtol=1e-5)


def largest(jaxpr: Any) -> int:
    """The number of elements of the largest array in a program."""
    sizes = [v.aval.size for eqn in jaxpr.eqns for v in eqn.outvars]
    inner = [
        largest(getattr(value, "jaxpr", value))
        for eqn in jaxpr.eqns
        for value in eqn.params.values()
        if hasattr(getattr(value, "jaxpr", value), "eqns")
    ]
    return max([0, *sizes, *inner])


@pytest.mark.parametrize("kind", RADIAL)
def test_memory_is_that_of_all_differences(kind: Any):
    """K20."""
    x, y = np.zeros((40, 3)), np.zeros((30, 3))

    def total(length: Any) -> Any:
        return jnp.sum(kind(length).cross_gram(x, y))

    length = np.ones(3)
    assert largest(jax.make_jaxpr(total)(length).jaxpr) == 40 * 30 * 3
    assert largest(jax.make_jaxpr(jax.grad(total))(length).jaxpr) == 40 * 30 * 3
    assert largest(jax.make_jaxpr(kind().gram)(x).jaxpr) == 40 * 40 * 3
    assert largest(jax.make_jaxpr(kind().diagonal)(x).jaxpr) == 40 * 3


def test_white_noise_is_that_of_one_observation():
    """K25, K26."""
    noise = WhiteKernel(0.5)
    x = [1.0, 1.0, 2.0]
    np.testing.assert_array_equal(noise.gram(x), 0.5 * np.eye(3))
    np.testing.assert_array_equal(noise.cross_gram(x, x), np.zeros((3, 3)))
    np.testing.assert_array_equal(noise.diagonal(x), [0.5, 0.5, 0.5])
    assert noise(1.0, 1.0).tolist() == 0.0
    assert noise(1.0, 1.0).dtype == jnp.result_type(float)
    with pytest.raises(ParameterValueError, match="`x1` has shape"):
        noise.own_variance(np.ones((2, 2)))
    slope = jax.grad(lambda v: jnp.sum(WhiteKernel(v).gram(np.array(x))))(0.5)
    assert slope.tolist() == 3.0
