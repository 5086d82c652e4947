"""Sums, products and constants, and what makes no covariance (K13-K17)."""

import operator as python
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from distreqx.distributions import Uniform
from hypothesis import given, settings

from parax import Module, Parameter, op
from parax.errors import OperatorTypeError, ParameterTypeError, ParameterValueError
from parax.kernels import ConstantKernel, Kernel, ProductKernel, RBFKernel, SumKernel, WhiteKernel
from tests.kernels import oracles

k = RBFKernel()
CLOSE: dict[str, Any] = {"rtol": 1e-5, "atol": 1e-6}
NUMBERS = {
    "int": 3,
    "float": 3.0,
    "NumPy number": np.float32(3.0),
    "NumPy integer": np.int64(3),
    "NumPy 0-d": np.array(3.0),
    "JAX 0-d": jnp.array(3.0),
    "Parameter": Parameter(1.5, scale=2.0),
}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
@pytest.mark.parametrize(
    ("symbol", "kind"), [(python.add, SumKernel), (python.mul, ProductKernel)], ids=["+", "*"]
)
def test_a_number_on_either_side_becomes_a_constant(
    number: Any, symbol: Callable[[Any, Any], Any], kind: Any
):
    """K13."""
    wanted = symbol(k(0.0, 1.0), jnp.float32(3.0))
    right, left = symbol(k, number), symbol(number, k)
    for kernel, constant, other in (
        (right, right.k2, right.k1),
        (left, left.k1, left.k2),
    ):
        assert type(kernel) is kind
        assert type(constant) is ConstantKernel
        assert other is k
        np.testing.assert_allclose(kernel(0.0, 1.0), wanted, **CLOSE)


@settings(max_examples=8)
@given(oracles.kernels(), oracles.kernels(), oracles.kernels(), oracles.points(count=3))
def test_the_laws_of_sums_and_products(a: Kernel, b: Kernel, c: Kernel, x: np.ndarray):
    """K7, K8, K13."""
    A, B, C = a.gram(x), b.gram(x), c.gram(x)
    np.testing.assert_allclose((a + b).gram(x), A + B, **CLOSE)
    np.testing.assert_allclose((a * b).gram(x), A * B, **CLOSE)
    np.testing.assert_allclose((b + a).gram(x), (a + b).gram(x), **CLOSE)
    np.testing.assert_allclose(((a + b) * c).gram(x), (a * c + b * c).gram(x), **CLOSE)
    np.testing.assert_allclose(((a + b) + c).gram(x), (a + (b + c)).gram(x), **CLOSE)
    total: Any = sum([a, b, c])
    np.testing.assert_allclose(total.gram(x), A + B + C, **CLOSE)


def test_a_parameter_keeps_what_it_is():
    """K13."""
    amplitude = Parameter(2.0, name="amp", bounds=(0.0, 5.0), distribution=Uniform(0.0, 5.0))
    assert (k * amplitude).k2.variance is amplitude
    assert (amplitude + k).k1.variance is amplitude
    assert (k * amplitude).param_names() == ["k1_length_scale", "k2_amp"]


def test_a_batch_is_made_on_purpose_only():
    """K13, K18."""
    for array in (np.ones(2), jnp.ones(2), np.ones((1, 1))):
        for left, right in ((k, array), (array, k)):
            with pytest.raises(ParameterTypeError, match=r"one number, .*shape `\((2,|1, 1)\)`"):
                _ = left * right
            with pytest.raises(ParameterTypeError, match=r"`\+` takes a kernel.*\n.*ConstantK"):
                _ = left + right
    assert (k * ConstantKernel([1.0, 2.0])).gram([0.0, 1.0]).shape == (2, 2, 2)


def test_sum_begins_with_nothing():
    """K14."""
    total: Any = sum([k, k])
    assert total.param_names() == ["k1_length_scale", "k2_length_scale"]
    assert sum([k]) is k
    assert type(0.0 + k) is SumKernel
    assert type(1 + k) is SumKernel
    assert type(k + 0) is SumKernel
    assert type(False + k) is SumKernel  # a truth value is a number, and no start of a sum


def test_a_power_is_refused():
    """K14."""
    with pytest.raises(ParameterTypeError, match=r"no powers.*\n.*k1 \* k2"):
        _ = k**2


def test_what_need_not_be_a_covariance_is_refused():
    """K15."""
    differences: list[Callable[[], Any]] = [
        lambda: k - k,
        lambda: k - 1,
        lambda: 1 - k,
        lambda: jnp.array(1.0) - k,
        lambda: np.ones(2) - k,
        lambda: Parameter(1.0) - k,
        lambda: -k,
    ]
    for build in differences:
        with pytest.raises(ParameterTypeError, match="cannot be subtracted or negated"):
            build()
    for left in (1, np.ones(2), jnp.ones(()), Parameter(1.0)):
        with pytest.raises(ParameterTypeError, match="nothing can be divided by a kernel"):
            _ = left / k
    with pytest.raises(ParameterTypeError, match="cannot be divided by a RBFKernel"):
        _ = k / k
    with pytest.raises(ParameterTypeError, match="cannot be divided by a str"):
        _ = k / "2"
    with pytest.raises(ParameterTypeError, match="would lose the Parameter"):
        _ = k / Parameter(2.0)
    with pytest.raises(ParameterTypeError, match="cannot be divided by a"):
        _ = k / np.ones(2)
    for build in (lambda: k * -1, lambda: -1 * k, lambda: k + -1.0, lambda: k * Parameter(-1.0)):
        with pytest.raises(ParameterValueError, match="`variance` of `ConstantKernel` must not"):
            build()
    for other in ("a", None, 1j, [1.0]):
        with pytest.raises(TypeError, match="unsupported operand"):
            _ = k + other
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = None * k


def test_division_by_a_positive_number():
    """K15."""
    for number in (4, 4.0, np.float32(4.0), jnp.array(4.0)):
        quarter = k / number
        assert type(quarter) is ProductKernel
        assert quarter.k1 is k
        assert quarter.k2.variance.tolist() == 0.25
    for number in (0, -2.0, np.array(-1), jnp.array(0.0), np.nan):
        with pytest.raises(ParameterValueError, match=r"cannot be divided by `.*`\n.*above zero"):
            _ = k / number
    halved = jax.jit(lambda c: (k / c)(0.0, 1.0))(2.0)
    np.testing.assert_allclose(halved, k(0.0, 1.0) / 2, **CLOSE)


def test_names_come_from_paths():
    """K16."""
    names = ["k1_k1_length_scale", "k1_k2_variance", "k2_length_scale"]
    assert (k * 3.0 + k).param_names() == names
    named = RBFKernel(name="slow") * ConstantKernel(name="amp") + RBFKernel(name="fast")
    assert named.param_names() == ["k1_slow_length_scale", "k1_amp_variance", "fast_length_scale"]
    assert SumKernel(k, k, name="total").name == "total"


def test_a_kernel_and_an_operator_do_not_mix():
    """K17."""
    x = op.Input("x")
    for symbol in (python.add, python.mul):
        with pytest.raises(ParameterTypeError, match=r"a kernel and `Input`: .*\n.*op\.Lambda"):
            symbol(k, x)
        with pytest.raises(OperatorTypeError, match=r"an operator and a RBFKernel.*\n.*op\.Lambda"):
            symbol(x, k)
    assert not isinstance(k, op.Operator)
    assert op.Lambda(k)(0.0, 1.0) == k(0.0, 1.0)


def test_parts_are_kernels():
    """K7, K8."""
    for kind in (SumKernel, ProductKernel):
        for parts, field in (((k, 3.0), "k2"), ((Module(), k), "k1")):
            words = rf"`{field}` of `{kind.__name__}` is `.*`, which is no kernel"
            with pytest.raises(ParameterTypeError, match=words):
                kind(*parts)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_many_terms(count: int):
    """K14."""
    total: Any = sum([ConstantKernel(1.0)] * count)
    assert total(0.0, 1.0).tolist() == count
    assert total.num_params == count


def test_white_noise_in_sums_and_products():
    """K25, K26."""
    kernel = (k + WhiteKernel(0.5)) * 2.0
    assert kernel(1.0, 1.0).tolist() == 2.0
    assert kernel.own_variance(1.0).tolist() == 3.0
