"""A positive number of any real one, and back: W18."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parax.errors import ParameterTypeError, ParameterValueError
from parax.wrappers import inv_softplus, softplus

SIZES = [1e-30, 1e-10, 1e-4, 0.5, np.log(2), 1.0, 5.0, 30.0, 100.0, 1e4, 1e30]


@pytest.mark.parametrize("y", SIZES)
def test_there_and_back(y):  # W18
    assert float(softplus(inv_softplus(y))) == pytest.approx(y, rel=2e-5)


@pytest.mark.parametrize("y", SIZES)
def test_the_inverse_is_that_of_64_bit(y):  # W18
    exact = np.log(np.expm1(np.float64(y))) if y < 30 else y
    assert float(inv_softplus(y)) == pytest.approx(exact, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("x", [-1e30, -1e4, -200.0, -104.0, -88.0, -1.0, 0.0, 1.0, 200.0, 1e30])
def test_positive_with_a_finite_gradient(x):  # W18
    x = jnp.float32(x)
    assert float(softplus(x)) > 0
    assert 0 <= float(jax.grad(softplus)(x)) <= 1
    assert float(softplus(x)) == pytest.approx(float(jax.nn.softplus(x)), rel=1e-6, abs=2e-38)


def test_that_of_jax_is_zero_there():  # W18
    assert float(jax.nn.softplus(jnp.float32(-200.0))) == 0


@pytest.mark.parametrize("y", SIZES)
def test_gradients_of_the_inverse_are_finite(y):  # W18
    slope = float(jax.grad(inv_softplus)(jnp.float32(y)))
    assert slope == pytest.approx(1 / -np.expm1(-np.float64(y)), rel=1e-4)


@given(st.lists(st.floats(0.0078125, 50, width=32), min_size=1, max_size=4))
def test_under_transformations(numbers):  # W18
    y = jnp.array(numbers)
    eager = inv_softplus(y)
    assert eager.shape == y.shape
    np.testing.assert_allclose(jax.jit(inv_softplus)(y), eager, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(jax.vmap(inv_softplus)(y), eager, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("function", [softplus, inv_softplus])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_the_dtype_is_kept(function, dtype):  # W18
    assert function(jnp.ones(2, dtype)).dtype == dtype
    assert function(3).dtype == jnp.result_type(float)


@pytest.mark.parametrize("y", [0.0, -1.0, float("nan"), [1.0, -2.0]])
def test_not_positive(y):  # W18
    with pytest.raises(ParameterValueError, match="takes positive numbers, and got"):
        inv_softplus(jnp.array(y))


def test_not_positive_under_tracing():  # W18
    found = jax.jit(inv_softplus)(jnp.array([0.0, -1.0]))
    assert found[0] == -jnp.inf
    assert jnp.isnan(found[1])


@pytest.mark.parametrize("x", [1j, True])
@pytest.mark.parametrize("function", [softplus, inv_softplus])
def test_no_real_number(function, x):  # W18
    with pytest.raises(ParameterTypeError, match="a real number is needed"):
        function(jnp.array(x))
