"""Other distributions and transforms, and the one seen through the other: P16, P19-P22, P30."""

# Wrong uses are tested too, and what is optional is known to be there.
# pyright: reportArgumentType=false, reportOptionalMemberAccess=false, reportAttributeAccessIssue=false

import dataclasses
import math

import distreqx.bijectors as bij
import distreqx.distributions as dist
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from parax.errors import ParameterBoundsWarning, ParameterTypeError, ParameterValueError
from parax.parameters import Normal, Parameter, Uniform

FUNCTION = Parameter(latent_value=0.5, transform=jnp.exp)
MIXING = bij.TriangularLinear(jnp.array([[2.0, 0.0], [1.0, 3.0]]))


def test_with_transform_keeps_the_latent_value():
    """P19"""
    p = Parameter(2.0, name="a", scale=3.0)
    q = p.with_transform(bij.ScalarAffine(1.0, 2.0))
    assert (float(q.value), q.name, float(q)) == (5.0, "a", 15.0)
    assert q.latent_value is p.latent_value
    assert Parameter(2.0).with_transform(bij.Shift(1.0)).with_transform(bij.Shift(2.0)).value == 4.0
    assert FUNCTION.with_transform(bij.Shift(1.0)).value == 1.5
    with pytest.warns(ParameterBoundsWarning):
        Parameter(2.0, bounds=(0, 3)).with_transform(bij.ScalarAffine(1.0, 2.0))


@pytest.mark.parametrize("given", [None, 3, "exp", jnp.exp, bij.Sigmoid, dist.Normal(0.0, 1.0)])
def test_what_is_no_bijector_is_refused(given):
    """P19, P20"""
    for method in (Parameter(2.0).with_transform, Parameter(2.0).transformed):
        with pytest.raises(ParameterTypeError, match="no bijector of distreqx"):
            method(given)


def test_transformed_applies_to_the_physical_value():
    """P20"""
    p = Parameter(3.0, transform=bij.ScalarAffine(1.0, 2.0), name="a", unit="nH", key=1)
    q = p.transformed(bij.Shift(10.0))
    assert float(q.value) == 13.0
    assert q.latent_value is p.latent_value
    assert (q.name, q.unit, q.info) == ("a", "nH", {"key": 1})
    assert float(q.transformed(bij.ScalarAffine(0.0, 2.0)).value) == 26.0
    assert float(Parameter(3.0).transformed(bij.Shift(10.0)).value) == 13.0
    assert float(q.with_value(14.0).latent_value) == 1.5


BOUNDS = [
    ((0, 2), bij.ScalarAffine(0.0, -1.0), [-2, 0]),
    ((0, 2), bij.ScalarAffine(1.0, 2.0), [1, 5]),
    ((-math.inf, 2), bij.ScalarAffine(0.0, -1.0), [-2, math.inf]),
    ((-math.inf, math.inf), bij.Sigmoid(), [0, 1]),
    ((0, 2), bij.Tanh(), [0, math.tanh(2)]),
    (
        (0, 2),
        bij.ScalarAffine(jnp.zeros(2), jnp.array([1.0, -1.0])),
        [[0, 2], [-2, 0]],
    ),
]


@pytest.mark.parametrize(("bounds", "transform", "expected"), BOUNDS)
def test_bounds_go_through_the_transform_and_stay_ordered(bounds, transform, expected):
    """P20: a sign flip of [0, 2] gave [0, -2]."""
    value = [1.0, 1.0] if np.ndim(expected) == 2 else 1.0
    q = Parameter(value, bounds=bounds).transformed(transform)
    np.testing.assert_allclose(q.bounds, expected, rtol=1e-6)
    assert q.bounds.dtype == jnp.result_type(float)


def test_what_cannot_be_transformed_is_refused():
    """P16, P20"""
    with pytest.raises(ParameterTypeError, match="which no bijector can follow"):
        FUNCTION.transformed(bij.Shift(1.0))
    with pytest.raises(ParameterTypeError, match="mixes the elements"):
        Parameter([1.0, 2.0], bounds=(0, 3)).transformed(MIXING)
    assert Parameter([1.0, 2.0]).transformed(MIXING).value.tolist() == [2.0, 7.0]


def test_a_transformed_distribution_has_density_and_samples():
    """P20, P21: made of Python floats it had neither."""
    q = Uniform(0.0, 2.0).transformed(bij.ScalarAffine(1.0, 2.0))
    assert (float(q.latent_value), float(q.value), q.bounds.tolist()) == (1.0, 3.0, [1.0, 5.0])
    given = Parameter(1.0, distribution=dist.Uniform(0.0, 2.0))
    for p in (q, given.transformed(bij.ScalarAffine(1.0, 2.0))):
        assert isinstance(p.distribution, dist.Transformed)
        assert float(p.distribution.log_prob(2.0)) == pytest.approx(-math.log(4))
        assert float(p.distribution.log_prob(6.0)) == -math.inf
        sample = p.distribution.sample(jax.random.key(0))
        assert sample.shape == ()
        assert 1.0 <= float(sample) <= 5.0


@pytest.mark.parametrize("make", [lambda: dist.Uniform(0, 2), lambda: dist.Normal(1, 2)])
def test_a_distribution_of_python_integers_can_be_used(make):
    """P21"""
    p = Parameter(1.0, distribution=make())
    for q in (p, p.transformed(bij.Shift(2)), p.transformed(bij.ScalarAffine(1, 2))):
        assert q.distribution.sample(jax.random.key(0)).dtype == jnp.result_type(float)
        assert np.isfinite(q.distribution.log_prob(q.value))


LATENT = {
    "sigmoid of uniform": (
        Uniform(0.0, 1.0, transform=bij.Sigmoid()),
        stats.logistic(),
    ),
    "affine of normal": (
        Normal(3.0, 2.0, transform=bij.ScalarAffine(1.0, 4.0)),
        stats.norm(0.5, 0.5),
    ),
    "falling": (
        Uniform(0.0, 2.0, transform=bij.ScalarAffine(0.0, -2.0)),
        stats.uniform(-1, 1),
    ),
    "chain": (
        Normal(3.0, 2.0, transform=bij.Chain([bij.Shift(1.0), bij.ScalarAffine(0.0, 4.0)])),
        stats.norm(0.5, 0.5),
    ),
}


@pytest.mark.parametrize("kind", LATENT)
def test_the_latent_distribution_is_pulled_back_with_its_jacobian(kind):
    """P22: it needed an inverse bijector that distreqx does not export."""
    p, expected = LATENT[kind]
    for x in np.linspace(-0.9, -0.1, 5):
        found = float(p.latent_distribution.log_prob(jnp.asarray(x)))
        assert found == pytest.approx(expected.logpdf(x), rel=1e-4)
    samples = jax.vmap(p.latent_distribution.sample)(jax.random.split(jax.random.key(1), 4000))
    assert float(samples.mean()) == pytest.approx(expected.mean(), abs=0.1)
    assert float(samples.std()) == pytest.approx(expected.std(), rel=0.05)
    both = p.latent_distribution.sample_and_log_prob(jax.random.key(2))
    assert float(both[1]) == pytest.approx(float(p.latent_distribution.log_prob(both[0])), rel=1e-3)


def test_the_latent_distribution_without_transform_or_distribution():
    """P22"""
    assert Parameter(1.0).latent_distribution is None
    assert Parameter(1.0, name="a").latent_distribution is None
    assert Parameter(0.5, transform=bij.Sigmoid()).latent_distribution is None
    plain = Parameter(1.0, distribution=dist.Normal(0.0, 1.0)).latent_distribution
    assert type(plain) is dist.Normal


def test_a_function_as_transform_has_no_latent_distribution():
    """P16"""
    with pytest.raises(ParameterTypeError, match="`latent_distribution` does not exist"):
        _ = FUNCTION.latent_distribution


def standard(x):
    """The logarithm of the density of two independent standard normal numbers."""
    return float(stats.norm.logpdf(np.asarray(x)).sum())


JOINTS = {
    "shared scale": bij.ScalarAffine(1.0, 3.0),
    "one scale each": bij.ScalarAffine(jnp.zeros(2), jnp.array([2.0, -3.0])),
    "sigmoid": bij.Sigmoid(),
    "block": bij.Block(bij.Sigmoid(), 1),
    "diagonal": bij.DiagLinear(jnp.array([2.0, -3.0])),
    "chain": bij.Chain([bij.ScalarAffine(1.0, 3.0), bij.DiagLinear(jnp.array([2.0, -3.0]))]),
    "triangular": MIXING,
}
FAMILIES = {
    "elementwise": dist.Normal(jnp.zeros(2), jnp.ones(2)),
    "joint": dist.MultivariateNormalDiag(jnp.zeros(2), jnp.ones(2)),
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", JOINTS)
def test_densities_of_vectors_count_the_slope_once(kind, family):
    """P20, P22: log-determinants for each element and for all were added as they came."""
    transform, latent = JOINTS[kind], jnp.array([0.3, -0.4])
    jacobian = np.asarray(jax.jacobian(transform.forward)(latent))
    slope = np.linalg.slogdet(jacobian)[1]
    value = transform.forward(latent)
    p = Parameter(latent_value=latent, distribution=FAMILIES[family], transform=transform)
    found = jnp.sum(p.latent_distribution.log_prob(latent))
    assert float(found) == pytest.approx(standard(value) + slope, rel=1e-5)
    q = Parameter(latent, distribution=FAMILIES[family]).transformed(transform)
    found = jnp.sum(q.distribution.log_prob(value))
    assert float(found) == pytest.approx(standard(latent) - slope, rel=1e-4)
    assert q.distribution.sample(jax.random.key(0)).shape == (2,)


def test_with_distribution_changes_nothing_else():
    """P30"""
    p = Parameter(1.0, name="a", bounds=(0, 2), transform=bij.Shift(1.0))
    q = p.with_distribution(dist.Normal(0.0, 1.0))
    assert type(q.distribution) is dist.Normal
    assert (q.name, q.bounds.tolist(), type(q.transform)) == ("a", [0.0, 2.0], bij.Shift)
    assert p.distribution is None
    assert type(Parameter(1.0).with_distribution(dist.Normal(0.0, 1.0)).distribution) is dist.Normal
    assert dataclasses.replace(q, distribution=None).distribution is None


@pytest.mark.parametrize("given", [None, 3, "Normal", dist.Normal, bij.Sigmoid()])
def test_with_distribution_refuses_what_is_none(given):
    """P30"""
    with pytest.raises(ParameterTypeError, match="`distribution` must be a distribution"):
        Parameter(1.0).with_distribution(given)


def test_a_function_as_transform_takes_no_distribution():
    """P16"""
    with pytest.raises(ParameterValueError, match="without an inverse"):
        FUNCTION.with_distribution(dist.Normal(0.0, 1.0))


def test_a_copy_is_another_object_with_the_same_parts():
    """P32"""
    p = Parameter(1.0, name="a")
    q = p.copy()
    assert q is not p
    assert q.latent_value is p.latent_value
    assert q.metadata is p.metadata


def test_transforming_works_under_tracing():
    """P2, P47: gradients reach the latent value through the chain."""

    def f(p):
        q = p.transformed(bij.ScalarAffine(1.0, 2.0))
        return q.latent_distribution.log_prob(q.latent_value) + q.value

    p = Normal(1.0, 2.0)
    gradient = jax.jit(jax.grad(f))(p)
    assert gradient.latent_value == pytest.approx(2.0)
    assert jax.jit(lambda p: p.transformed(bij.Sigmoid()).bounds)(Uniform(0, 2)).shape == (2,)
    batch = jax.vmap(lambda x: p.with_transform(bij.Shift(x)).value)(jnp.arange(3.0))
    assert batch.tolist() == [1.0, 2.0, 3.0]
