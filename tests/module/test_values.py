"""Values by name and as a vector: M21-M24, M27."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import distreqx.bijectors as bij
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import DistributionError, ParameterValueError
from parax.module import Module
from parax.parameters import Fixed, Parameter
from tests.module.models import mod

M = mod()


class Tr(Module):
    a: Parameter = Parameter(0.25, transform=bij.Sigmoid(), scale=2.0)
    v: Parameter = Parameter([0.5, 0.75], transform=bij.Sigmoid(), scale=4.0)
    f: Parameter = Fixed(9.0)


T = Tr()
LOGIT = -1.0986123
SPACES = [
    ({}, 0.25, [0.5, 0.75]),
    ({"space": "physical"}, 0.25, [0.5, 0.75]),
    ({"space": "latent"}, LOGIT, [0.0, -LOGIT]),
    ({"scaled": True}, 0.5, [2.0, 3.0]),
    ({"space": "scaled"}, 0.5, [2.0, 3.0]),
    ({"scaled": True, "space": "latent"}, LOGIT, [0.0, -LOGIT]),
    ({"scaled": True, "space": "physical"}, 0.25, [0.5, 0.75]),
]


@pytest.mark.parametrize(("keywords", "scalar", "vector"), SPACES)
def test_by_name_physical_unless_asked_otherwise(keywords, scalar, vector):
    """M21, M23, M27"""
    close = lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-6)  # noqa: E731
    close(T.param_value("a", **keywords), scalar)
    close(T.named_param_values(**keywords)["v"], vector)
    close(T.param_values(**keywords)[1], vector)
    flat = T.named_flat_param_values(**keywords)
    assert list(flat) == ["a", "v_0", "v_1"]
    assert all(value.shape == () for value in flat.values())
    close(list(flat.values()), [scalar, *vector])
    floats = T.named_flat_param_values(return_floats=True, **keywords)
    assert {type(value) for value in floats.values()} == {float}
    close(list(floats.values()), [scalar, *vector])


def test_by_position_latent_unless_asked_otherwise():
    """M24, M27"""
    np.testing.assert_allclose(T.flat_param_values(), [LOGIT, 0.0, -LOGIT], atol=1e-6)
    np.testing.assert_allclose(T.flat_param_values(space="physical"), [0.25, 0.5, 0.75], rtol=1e-6)
    np.testing.assert_allclose(T.flat_param_values(scaled=True), [0.5, 2.0, 3.0], rtol=1e-6)
    assert T.flat_param_values(include_fixed=True).shape == (4,)
    assert T.flat_param_values().dtype == jnp.result_type(float)


@pytest.mark.parametrize("space", ["physicl", "", 3])
def test_other_spaces_are_refused(space):
    """M27"""
    for method in (T.named_param_values, T.flat_param_values, T.named_flat_param_values):
        with pytest.raises(ParameterValueError, match="there is no space"):
            method(space=space)


def test_scalar_parameters_of_vectors():
    """M22"""
    flat = T.named_flat_params()
    assert list(flat) == ["a", "v_0", "v_1"]
    assert flat["a"] is T.a
    assert [float(p) for p in T.flat_params()] == pytest.approx([0.5, 2.0, 3.0])
    assert list(T.named_flat_params(include_fixed=True)) == ["a", "v_0", "v_1", "f"]
    assert M.flat_param_names(submodules="quad") == ["quad_a", "quad_b"]


def test_joint_distributions_can_be_read_but_not_taken_apart():
    """M22, P52: values and names need no splitting."""
    import distreqx.distributions as dist

    class Joint(Module):
        v: Parameter = Parameter(
            [1.0, 2.0], distribution=dist.MultivariateNormalDiag(jnp.zeros(2), jnp.ones(2))
        )

    assert list(Joint().named_flat_param_values()) == ["v_0", "v_1"]
    with pytest.raises(DistributionError, match="joint"):
        Joint().flat_params()


def test_many_parameters():
    """Long vectors take another way than short ones; the result is the same."""
    count = 1500
    values = np.arange(count, dtype=float)

    class Many(Module):
        scalars: list[Parameter]
        vector: Parameter
        matrix: Parameter = np.zeros((2, 2))

    m = Many(list(values), values)
    assert m.num_flat_params == 2 * count + 4
    new = m.with_params(m.flat_param_values() + 1)
    np.testing.assert_array_equal(new.vector.value, values + 1)
    assert [float(p) for p in new.scalars] == list(values + 1)
    assert {p.latent_value.shape for p in new.scalars} == {()}
    np.testing.assert_array_equal(new.matrix.value, np.ones((2, 2)))
    assert float(m.named_flat_param_values()["vector_1499"]) == 1499.0


def test_values_are_differentiable():
    gradient = jax.grad(lambda m: m.flat_param_values(scaled=True).sum())(T)
    assert gradient.a.latent_value == pytest.approx(2 * 0.25 * 0.75, rel=1e-5)
    assert gradient.f.latent_value == 0.0
