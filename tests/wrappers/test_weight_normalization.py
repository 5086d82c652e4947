"""Weights as direction and length: W13-W15."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters import Parameter
from parax.wrappers import Parameterize, WeightNormalization, softplus, unwrap


def weights(shape=(3, 4), seed=0):
    return jax.random.normal(jax.random.key(seed), shape)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (3, 1), (0, 3)])
def test_wrapping_changes_no_weight(shape):  # W13, W14
    w = WeightNormalization(weights(shape))
    np.testing.assert_allclose(unwrap(w), weights(shape), rtol=1e-5)
    assert unwrap(w.scale).shape == (*shape[:-1], 1)


@given(st.floats(-50, 50), st.floats(0.1, 9))
def test_the_norm_is_the_scale(raw, factor):  # W13
    w = WeightNormalization(weights() * factor)
    w = eqx.tree_at(lambda w: w.scale.args, w, (jnp.full((3, 1), raw),))
    rows = np.asarray(unwrap(w), np.float64)  # squares of the smallest would be subnormal
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    np.testing.assert_allclose(norms, unwrap(w.scale), rtol=1e-5)


def test_the_scale_is_a_softplus():  # W13
    w = WeightNormalization(jnp.array([[3.0, 4.0]]))
    assert isinstance(w.scale, Parameterize)
    assert w.scale.fn is softplus
    assert float(w.scale.args[0][0, 0]) == pytest.approx(np.log(np.expm1(5.0)))


@pytest.mark.parametrize("size", [1e-30, 1e-6, 1.0, 1e6, 1e30])
def test_small_and_large_norms(size):  # W14
    rows = jnp.array([[3.0, 4.0], [-1.0, 2.0]]) * size
    w = WeightNormalization(rows)
    np.testing.assert_allclose(unwrap(w), rows, rtol=1e-5)
    gradient = jax.grad(lambda w: jnp.sum(unwrap(w)))(w)
    assert all(bool(jnp.isfinite(x).all()) for x in jax.tree.leaves(gradient))


@pytest.mark.parametrize("dtype", ["float16", "float32", "bfloat16"])
def test_the_dtype_is_kept(dtype):  # W14
    w = WeightNormalization(jnp.ones((2, 3), dtype))
    assert (unwrap(w).dtype, unwrap(w.scale).dtype, w.scale.args[0].dtype) == (dtype,) * 3


@pytest.mark.parametrize(
    "wrapped", [Parameter([[3.0, 4.0]]), Parameterize(jnp.square, jnp.ones(2))]
)
def test_a_wrapped_weight(wrapped):  # W13
    w = WeightNormalization(wrapped)
    assert w.weight is wrapped
    np.testing.assert_allclose(unwrap(w), unwrap(wrapped), rtol=1e-6)


def test_an_array_of_numpy():  # W13
    w = WeightNormalization(np.array([[3.0, 4.0]], "float32"))
    assert isinstance(w.weight, jax.Array)
    assert unwrap(w).dtype == np.float32


def test_the_gradient_is_that_of_the_formula():  # W13
    w = WeightNormalization(weights())

    def formula(v):
        return jnp.sum(jnp.sin(unwrap(w.scale) * v / jnp.linalg.norm(v, axis=-1, keepdims=True)))

    found = jax.grad(lambda w: jnp.sum(jnp.sin(unwrap(w))))(w).weight
    np.testing.assert_allclose(found, jax.grad(formula)(weights()), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("weight", "error", "words"),
    [
        (jnp.ones(()), ParameterValueError, "must have an axis"),
        (Parameter(1.0), ParameterValueError, "must have an axis"),
        (jnp.ones((2, 2), "int32"), ParameterTypeError, "an array of dtype `int32`"),
        (jnp.ones((2, 2), "complex64"), ParameterTypeError, "an array of dtype `complex64`"),
        ([[3.0, 4.0]], ParameterTypeError, "and is a list"),
        ("w", ParameterTypeError, "and is a str"),
        (jnp.array([[1.0, 0.0], [0.0, 0.0]]), ParameterValueError, "row `1` of `weight` is zero"),
        (jnp.zeros((2, 1, 3)), ParameterValueError, "row `0, 0` of `weight` is zero"),
        (jnp.zeros(3), ParameterValueError, "row `0` of `weight` is zero"),
    ],
)
def test_what_is_no_weight(weight, error, words):  # W15
    with pytest.raises(error) as caught:
        WeightNormalization(weight)
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_zero_row_under_tracing():  # W15
    rows = jnp.array([[3.0, 4.0], [0.0, 0.0]])
    found = jax.jit(lambda x: unwrap(WeightNormalization(x)))(rows)
    np.testing.assert_allclose(found, rows, rtol=1e-6)
    gradient = jax.jit(jax.grad(lambda x: jnp.sum(unwrap(WeightNormalization(x)) ** 2)))(rows)
    assert bool(jnp.isfinite(gradient).all())
    w = jax.jit(WeightNormalization)(rows)
    inner = jax.grad(lambda w: jnp.sum(unwrap(w)))(w)
    assert all(bool(jnp.isfinite(x).all()) for x in jax.tree.leaves(inner))
