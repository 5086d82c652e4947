"""Kernels of two single points: what they take, give and refuse (K1-K12)."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from distreqx.bijectors import ScalarAffine

from parax import Module, Parameter
from parax.errors import ParameterTypeError, ParameterValueError
from parax.kernels import ConstantKernel, Kernel, PeriodicKernel, RBFKernel, WhiteKernel
from tests.kernels.oracles import RADIAL, STATIONARY

FLOAT = jnp.result_type(float)
ALL = [*STATIONARY, ConstantKernel, WhiteKernel]


class Drawn(Kernel):
    """A stochastic kernel."""

    def __call__(self, x1: Any, x2: Any, key: Any = None) -> jax.Array:
        return jax.random.normal(key)


def test_the_base_is_abstract():
    """K1."""
    with pytest.raises(TypeError, match="abstract"):
        Kernel()  # pyright: ignore[reportAbstractUsage]
    assert issubclass(Kernel, Module)
    assert RBFKernel(2.0).named_params()["length_scale"].tolist() == 2.0


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("point", [1, 2.5, np.float32(1), np.ones(3), [1, 2], jnp.ones(1)])
def test_the_value_is_an_array_of_no_axes(kind: Any, point: Any):
    """K2, K4, K12."""
    value = kind()(point, point)
    assert isinstance(value, jax.Array)
    assert value.shape == ()
    assert value.dtype == FLOAT
    assert value.tolist() == (0.0 if kind is WhiteKernel else 1.0)


@pytest.mark.parametrize("kind", ALL)
def test_several_points_are_refused_and_the_matrices_named(kind: Any):
    """K2."""
    with pytest.raises(ParameterValueError, match=r"`x1` has shape `\(3, 1\)`.*\n.*gram.*cross"):
        kind()(np.ones((3, 1)), 0.0)
    with pytest.raises(ParameterValueError, match=r"`x2` has shape `\(1, 1\)`"):
        kind()(0.0, np.ones((1, 1)))
    with pytest.raises(ParameterValueError, match=r"features: `\(2,\)` and `\(3,\)`"):
        kind()(np.ones(2), np.ones(3))
    with pytest.raises(ParameterValueError, match=r"features: `\(1,\)` and `\(3,\)`"):
        kind()(np.ones(1), np.ones(3))


@pytest.mark.parametrize("kind", STATIONARY)
def test_a_number_stands_for_all_features(kind: Any):
    """K2."""
    wanted = kind(1.5)([0.0, 0.0], [0.3, 0.4])
    assert kind(1.5)(0.0, [0.3, 0.4]) == kind(1.5)([0.3, 0.4], 0.0) == wanted
    each = kind([1.5, 1.5])(0.0, [0.3, 0.4])
    assert each.tolist() == pytest.approx(wanted.tolist(), rel=1e-6)


@pytest.mark.parametrize("kind", ALL)
def test_complex_points_and_words_are_refused(kind: Any):
    """K12."""
    for point in (1j, np.ones(2, complex), "a", None):
        with pytest.raises(ParameterTypeError, match="the point `x2` must be a real number"):
            kind()(0.0, point)


def test_sums_and_products_hand_the_key_to_both_parts():
    """K3."""
    key = jax.random.key(3)
    one = jax.random.normal(key)
    kernel = Drawn() + Drawn() * ConstantKernel(2.0)
    assert kernel(0.0, 1.0, key).tolist() == pytest.approx(float(3 * one))
    assert kernel(0.0, 1.0, key=key).tolist() == pytest.approx(float(3 * one))
    assert kernel.own_variance(0.0, key).tolist() == pytest.approx(float(3 * one))
    for kind in ALL:
        assert kind()(0.0, 1.0, key) == kind()(0.0, 1.0)


def test_computations_see_scaled_values():
    """K4."""
    assert RBFKernel(Parameter(2.0, scale=0.5))(0.0, 1.0) == RBFKernel(1.0)(0.0, 1.0)
    assert ConstantKernel(Parameter(2.0, scale=3.0))(0.0, 1.0).tolist() == 6.0
    assert WhiteKernel(Parameter(2.0, scale=3.0)).own_variance(0.0).tolist() == 6.0
    assert PeriodicKernel(1.0, Parameter(2.0, scale=2.0))(0.0, 4.0).tolist() == pytest.approx(1.0)
    transformed = Parameter(4.0, transform=ScalarAffine(1.0, 3.0))
    assert RBFKernel(transformed)(0.0, 1.0) == RBFKernel(4.0)(0.0, 1.0)
    assert isinstance(ConstantKernel(Parameter(2.0))(0.0, 1.0), jax.Array)


def test_values_in_full():
    """K5, K6, K7, K8, K9."""
    k = RBFKernel()
    assert k(0.0, 1.0).tolist() == pytest.approx(0.60653066)
    assert RBFKernel(2.0)(jnp.zeros(2), jnp.array([3.0, 4.0])).tolist() == pytest.approx(0.04393693)
    assert RBFKernel([1.0, 2.0])([0.0, 0.0], [1.0, 2.0]).tolist() == pytest.approx(0.36787944)
    assert ConstantKernel(3.0)([0.0], [1.0]).tolist() == 3.0
    assert (k + ConstantKernel(1.0))(0.0, 1.0).tolist() == pytest.approx(1.6065307)
    assert (k * ConstantKernel(3.0))(0.0, 1.0).tolist() == pytest.approx(1.8195920)


@pytest.mark.parametrize("field", ["length_scale", "period"])
def test_a_parameter_fits_the_features(field: str):
    """K9."""

    def build(value: Any) -> Any:
        options: dict[str, Any] = {field: value}
        return PeriodicKernel(**options)

    assert build([2.0])(0.25, 1.0).shape == ()
    for wrong, point in (([1.0, 2.0], np.ones(3)), ([1.0, 2.0], 1.0), ([[1.0]], np.ones(1))):
        shape = np.shape(wrong), np.shape(point)
        with pytest.raises(ParameterValueError) as caught:
            build(wrong)(point, point)
        assert str(caught.value).startswith(
            f"the `{field}` of `PeriodicKernel` has shape `{shape[0]}`, and the points have shape"
            f" `{shape[1]}`\n  help: give one number, or one for each of the {np.size(point)} f"
        )


@pytest.mark.parametrize("kind", STATIONARY)
@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, [1.0, -1.0]])
def test_length_scales_are_above_zero(kind: Any, wrong: Any):
    """K10."""
    words = rf"`length_scale` of `{kind.__name__}` must be above zero, and is"
    with pytest.raises(ParameterValueError, match=words):
        kind(wrong)
    kernel = kind(np.ones(np.shape(wrong)))
    for composite, name in ((kernel, ""), (3 * (kernel + 1), "k2_k1_")):
        with pytest.raises(ParameterValueError, match=words):
            composite.with_params({f"{name}length_scale": wrong})
        with pytest.raises(ParameterValueError, match=words):
            composite.with_params({f"{name}length_scale": Parameter(wrong)})
    with pytest.raises(ParameterValueError, match=words):
        Holder(kernel).with_params(kernel_length_scale=wrong).kernel(0.0, [0.0, 1.0])
    with pytest.raises(ParameterValueError, match=words):
        kind(Parameter(wrong, scale=2.0))
    assert kind(Parameter(-1.0, scale=-2.0))(0.0, 0.0).tolist() == 1.0


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan])
def test_periods_are_above_zero(wrong: float):
    """K10, K24."""
    words = "`period` of `PeriodicKernel` must be above zero"
    with pytest.raises(ParameterValueError, match=words):
        PeriodicKernel(period=wrong)
    with pytest.raises(ParameterValueError, match=words):
        (1 + PeriodicKernel()).with_params(k2_period=wrong)


@pytest.mark.parametrize("kind", [ConstantKernel, WhiteKernel])
def test_variances_are_not_negative(kind: Any):
    """K10, K25."""
    words = f"`variance` of `{kind.__name__}` must not be negative, and is `-1.0`"
    with pytest.raises(ParameterValueError, match=words):
        kind(-1.0)
    with pytest.raises(ParameterValueError, match=words):
        kind().with_params(variance=-1.0)
    with pytest.raises(ParameterValueError, match=words):
        Holder(kind()).with_params(kernel_variance=-1.0).kernel.own_variance(0.0)
    assert kind(0.0).own_variance(0.0).tolist() == 0.0


def test_tracers_are_not_looked_at():
    """K10."""
    assert jax.jit(lambda length: RBFKernel(length)(0.0, 1.0))(2.0) == RBFKernel(2.0)(0.0, 1.0)
    assert jax.jit(lambda c: ConstantKernel(c)(0.0, 1.0))(-2.0).tolist() == -2.0
    assert jax.jit(lambda length: RBFKernel().with_params(length_scale=length)(0.0, 1.0))(1.0) < 1


@pytest.mark.parametrize("kind", RADIAL)
def test_far_points_are_uncorrelated(kind: Any):
    """K11, K21-K23."""
    largest = float(jnp.finfo(FLOAT).max)
    assert kind()(0.0, 1e4).tolist() == kind()(largest, -largest).tolist() == 0.0
    assert kind(1e-3)([0.0, 1.0], [1e20, 1.0]).tolist() == 0.0
    assert kind(largest)(0.0, largest) > 0.3
    assert 0 < float(kind()(0.0, 5.0)) < float(kind()(0.0, 1.0)) < 1
    assert np.isnan(kind()(0.0, np.nan))


@pytest.mark.parametrize("kind", STATIONARY)
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, bool, np.float16])
def test_points_are_promoted_before_they_are_subtracted(kind: Any, dtype: Any):
    """K11, K12."""
    value = kind(1.3)(np.zeros(2, dtype), np.ones(2, dtype))
    assert value == kind(1.3)([0.0, 0.0], [1.0, 1.0])
    assert value.dtype == FLOAT


class Holder(Module):
    kernel: Kernel
