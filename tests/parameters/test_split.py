"""Vectors taken apart, as flat access needs it: P48-P53."""

import distreqx.bijectors as bij
import distreqx.distributions as dist
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import DistributionError, ParameterTypeError, ParameterValueError
from parax.parameters import Parameter, Uniform, elements, split, with_elements


def test_a_scalar_is_itself():
    """P48"""
    p = Parameter(1.0, name="a")
    assert split(p) == [p]
    assert split(p)[0] is p
    assert [q.name for q in split(Parameter(1.0, name=["b"]))] == ["b"]


def test_each_element_has_the_rest_of_its_parent():
    """P48"""
    parts = split(Parameter([[1.0, 2.0], [3.0, 4.0]], fixed=True, scale=2.0, key=1))
    assert [float(q.value) for q in parts] == [1.0, 2.0, 3.0, 4.0]
    assert all((q.shape, q.fixed, q.scale, q.info) == ((), True, 2.0, {"key": 1}) for q in parts)


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], "v", ["v.0", "v.1", "v.2", "v.3"]),
        ([1.0], "v", ["v.0"]),
        ([1.0, 2.0], ["x", "y"], ["x", "y"]),
        ([1.0, 2.0], None, [None, None]),
    ],
)
def test_names_of_elements(value, name, expected):
    """P49"""
    assert [q.name for q in split(Parameter(value, name=name), ".")] == expected


def test_latent_values_are_taken_as_they_are_stored():
    """P50: 0.75 came back as 0.75000006, and functions could not be split."""
    latent = jnp.array([0.3, 40.0])
    for transform in (bij.Sigmoid(), jnp.exp):
        parts = split(Parameter(latent_value=latent, transform=transform))
        assert [q.latent_value.tolist() for q in parts] == latent.tolist()
        np.testing.assert_allclose(
            parts[0].value, Parameter(latent_value=0.3, transform=transform).value
        )


def test_bounds_are_repeated_or_divided():
    """P51"""
    shared = split(Parameter([1.0, 2.0], bounds=(0, 3)))
    own = split(Parameter([[1.0], [2.0]], bounds=[[[0, 3]], [[1, 4]]]))
    assert [q.bounds.tolist() for q in shared] == [[0.0, 3.0], [0.0, 3.0]]
    assert [q.bounds.tolist() for q in own] == [[0.0, 3.0], [1.0, 4.0]]


ELEMENTWISE = {
    "uniform": (dist.Uniform(jnp.zeros(3), jnp.array([4.0, 5.0, 6.0])), "high", [4, 5, 6]),
    "normal, one scale": (
        dist.Normal(jnp.array([1.0, 2.0, 3.0]), jnp.array(0.5)),
        "loc",
        [1, 2, 3],
    ),
    "shared": (dist.Normal(jnp.array(1.0), jnp.array(0.5)), "loc", [1, 1, 1]),
    "gamma": (dist.Gamma(jnp.array([1.0, 2.0, 3.0]), jnp.ones(3)), "concentration", [1, 2, 3]),
}


@pytest.mark.parametrize("family", ELEMENTWISE)
def test_elementwise_distributions_are_divided(family):
    """P52: every vectorised family was called "likely Multivariate"."""
    distribution, word, expected = ELEMENTWISE[family]
    parts = split(Parameter([1.0, 2.0, 3.0], distribution=distribution))
    assert [float(getattr(q.distribution, word)) for q in parts] == expected
    whole = jnp.broadcast_to(distribution.log_prob(jnp.array([1.0, 2.0, 3.0])), (3,))
    for q, log_prob in zip(parts, whole, strict=True):
        assert q.distribution.log_prob(q.value) == pytest.approx(float(log_prob), rel=1e-5)
        assert q.distribution.sample(jax.random.key(0)).shape == ()


def test_a_mixture_of_scalars_is_shared():
    """P52: its three weights are no elements of the value."""
    mixture = dist.MixtureSameFamily(
        dist.Categorical(jnp.zeros(3)), dist.Normal(jnp.array([0.0, 5.0, 9.0]), jnp.ones(3))
    )
    parts = split(Parameter([1.0, 2.0, 3.0], distribution=mixture))
    for q in parts:
        expected = float(mixture.log_prob(q.value))
        assert float(q.distribution.log_prob(q.value)) == pytest.approx(expected, rel=1e-5)


JOINT = {
    "multivariate": dist.MultivariateNormalTri(jnp.zeros(2), jnp.eye(2)),
    "diagonal": dist.MultivariateNormalDiag(jnp.zeros(2), jnp.ones(2)),
    "independent": dist.Independent(dist.Normal(jnp.zeros(2), jnp.ones(2))),
}


@pytest.mark.parametrize("family", JOINT)
def test_joint_distributions_are_refused(family):
    """P52"""
    with pytest.raises(DistributionError, match="joint distribution") as caught:
        split(Parameter([1.0, 2.0], name="a", distribution=JOINT[family]))
    assert "ParameterGroup" in str(caught.value)
    assert "`a`" in str(caught.value)


def test_transforms_are_divided_or_shared():
    """P53"""
    own = bij.ScalarAffine(jnp.array([1.0, 2.0]), jnp.array([3.0, -4.0]))
    for transform in (own, bij.Sigmoid(), bij.Chain([bij.Shift(jnp.array(0.5)), own])):
        whole = Parameter(latent_value=[0.1, 0.2], transform=transform)
        parts = split(whole)
        np.testing.assert_allclose([q.value for q in parts], whole.value, rtol=1e-6)


MIXING = bij.TriangularLinear(jnp.array([[1.0, 0.0], [1.0, 1.0]]))


def test_a_transform_that_mixes_elements_is_refused():
    """P53"""
    p = Parameter([1.0, 2.0], name="a", transform=MIXING)
    for attempt in (lambda: split(p), lambda: with_elements(p, {0: 1.0})):
        with pytest.raises(ParameterTypeError, match="mixes the elements"):
            attempt()


def test_splitting_works_under_tracing():
    assert jax.jit(lambda p: sum(q.value for q in split(p)))(Uniform([0, 1], [1, 2])) == 2.0


@pytest.mark.parametrize("size", [0, 1, 3, 1500])
def test_elements_in_c_order(size):
    array = jnp.arange(float(size)).reshape(size, 1)
    assert [x.tolist() for x in elements(array)] == list(range(size))
    assert all(x.shape == () for x in elements(array))


def test_changing_elements_keeps_the_others_exactly():
    """M32: one element of a sigmoid vector gave NaN in the rest."""
    p = Parameter(latent_value=[0.3, 200.0, -0.7], transform=bij.Sigmoid())
    q = with_elements(p, {2: 0.25})
    assert q.latent_value[:2].tolist() == p.latent_value[:2].tolist()
    assert q.value[2] == pytest.approx(0.25)
    with pytest.raises(ParameterValueError, match="cannot be reached"):
        with_elements(p, {0: 1.5})
    with pytest.raises(ParameterValueError, match="takes one number"):
        with_elements(p, {0: [0.1, 0.2]})
    assert with_elements(Parameter([1.0, 2.0]), {1: Parameter([5.0])}).value.tolist() == [1.0, 5.0]
