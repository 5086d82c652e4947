"""Every distribution and bijector of distreqx in a Parameter: P21, P22, P48, P52, P53.

What is expected of each stands in one table, with a density that is not that of distreqx.
"""

# What is optional is known to be there.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false

import inspect

import distreqx.bijectors as bij
import distreqx.distributions as dist
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

from parax.errors import DistributionError, ParameterTypeError
from parax.parameters import Parameter

A, B2 = jnp.array([1.5, 2.0, 2.5]), jnp.array([0.5, 1.0, 2.0])
X = np.array([0.2, 0.5, 0.9])

# name: (from parameters to distribution, the log-density of SciPy, parameters, value)
ELEMENTWISE = {
    "Uniform": (dist.Uniform, lambda a, b: stats.uniform(a, b - a).logpdf, (-B2, A), X),
    "Normal": (dist.Normal, lambda a, b: stats.norm(a, b).logpdf, (A, B2), X),
    "Logistic": (dist.Logistic, lambda a, b: stats.logistic(a, b).logpdf, (A, B2), X),
    "Gamma": (dist.Gamma, lambda a, b: stats.gamma(a, scale=1 / b).logpdf, (A, B2), X),
    "Beta": (dist.Beta, lambda a, b: stats.beta(a, b).logpdf, (A, B2), X),
    "Bernoulli": (
        lambda p: dist.Bernoulli(probs=p),
        lambda p: stats.bernoulli(p).logpmf,
        (jnp.array([0.2, 0.5, 0.9]),),
        np.array([0.0, 1.0, 1.0]),
    ),
    "Transformed": (
        lambda a, b: dist.Transformed(dist.Normal(a, b), bij.Sigmoid()),
        lambda a, b: lambda x: stats.norm(a, b).logpdf(special.logit(x)) - np.log(x * (1 - x)),
        (A, B2),
        X,
    ),
}
_EYE = jnp.eye(3)
JOINT = {
    "MultivariateNormalDiag": dist.MultivariateNormalDiag(jnp.zeros(3), B2),
    "MultivariateNormalTri": dist.MultivariateNormalTri(jnp.zeros(3), _EYE),
    "MultivariateNormalFullCovariance": dist.MultivariateNormalFullCovariance(jnp.zeros(3), _EYE),
    "MultivariateNormalFromBijector": dist.MultivariateNormalFromBijector(
        jnp.zeros(3), bij.DiagLinear(B2)
    ),
    "Independent": dist.Independent(dist.Normal(A, B2)),
    "OneHotCategorical": dist.OneHotCategorical(jnp.zeros(3)),
    "Transformed": dist.Transformed(
        dist.Independent(dist.Normal(A, B2)), bij.Block(bij.Sigmoid(), 1)
    ),
}
SHARED = {
    "MixtureSameFamily": dist.MixtureSameFamily(
        dist.Categorical(jnp.zeros(2)), dist.Normal(jnp.array([0.0, 5.0]), jnp.ones(2))
    ),
    "Categorical": dist.Categorical(probs=jnp.array([0.2, 0.3, 0.5])),
    "Independent": dist.Independent(dist.Normal(jnp.array(1.0), jnp.array(2.0))),
}


def test_no_distribution_is_forgotten():
    classes = inspect.getmembers(dist, inspect.isclass)
    named = {name for name, _ in classes if not name.startswith("Abstract")}
    assert named == {*ELEMENTWISE, *JOINT, *SHARED}


@pytest.mark.parametrize("kind", ELEMENTWISE)
def test_elementwise_families_are_split_by_element(kind):
    """P21, P52: every vectorised family was called "likely Multivariate"."""
    make, logpdf, parameters, value = ELEMENTWISE[kind]
    expected = logpdf(*map(np.asarray, parameters))(value)
    p = Parameter(value, distribution=make(*parameters))
    np.testing.assert_allclose(p.distribution.log_prob(p.value), expected, rtol=2e-5, atol=1e-6)
    for part, wanted in zip(p.flattened(), expected, strict=True):
        found = part.distribution.log_prob(part.value)
        assert found.shape == ()
        assert float(found) == pytest.approx(wanted, rel=2e-5, abs=1e-6)
        assert part.distribution.sample(jax.random.key(0)).shape == ()


@pytest.mark.parametrize("kind", ELEMENTWISE)
def test_one_distribution_of_numbers_is_shared_by_all_elements(kind):
    """P21, P52: also when made of Python floats."""
    make, logpdf, parameters, value = ELEMENTWISE[kind]
    single = [float(x[1]) for x in parameters]
    if kind != "Bernoulli":  # which looks at the type of its argument
        p = Parameter(value, distribution=make(*single))
        expected = logpdf(*single)(value)
        for part, wanted in zip(p.flattened(), expected, strict=True):
            found = float(part.distribution.log_prob(part.value))
            assert found == pytest.approx(float(wanted), rel=2e-5, abs=1e-6)
            assert part.distribution.sample(jax.random.key(0)).shape == ()


@pytest.mark.parametrize("kind", SHARED)
def test_distributions_of_one_number_are_shared(kind):
    """P52: their own arrays are no elements of the value."""
    given = SHARED[kind]
    p = Parameter([0.0, 1.0], distribution=given)
    for part, x in zip(p.flattened(), p.value, strict=True):
        value = x.astype(int) if kind == "Categorical" else x
        found, wanted = part.distribution.log_prob(value), given.log_prob(value)
        assert float(found) == pytest.approx(float(wanted), rel=1e-5)


@pytest.mark.parametrize("kind", JOINT)
def test_joint_families_are_refused(kind):
    """P52"""
    with pytest.raises(DistributionError, match="joint distribution") as caught:
        Parameter(X, name="a", distribution=JOINT[kind]).flattened()
    assert "`ParameterGroup`" in str(caught.value)
    assert "`a`" in str(caught.value)


def test_arrays_of_numpy_are_split_like_those_of_jax():
    """P52"""
    p = Parameter(X, distribution=dist.Uniform(np.zeros(3), np.array([1.0, 2.0, 3.0])))
    assert [float(q.distribution.high) for q in p.flattened()] == [1.0, 2.0, 3.0]


# name: (bijector, whether it mixes elements)
TRANSFORMS = {
    "Sigmoid": (bij.Sigmoid(), False),
    "Tanh": (bij.Tanh(), False),
    "Shift": (bij.Shift(A), False),
    "ScalarAffine": (bij.ScalarAffine(A, -B2), False),
    "DiagLinear": (bij.DiagLinear(B2), False),
    "Block": (bij.Block(bij.ScalarAffine(A, B2), 1), False),
    "Chain": (bij.Chain([bij.Tanh(), bij.DiagLinear(B2), bij.Shift(0.5)]), False),
    "TriangularLinear": (bij.TriangularLinear(_EYE), True),
    "UnconstrainedAffine": (bij.UnconstrainedAffine(_EYE, A), True),
}


def test_no_bijector_is_forgotten():
    classes = inspect.getmembers(bij, inspect.isclass)
    assert {name for name, _ in classes if not name.startswith("Abstract")} == {*TRANSFORMS}


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_transforms_are_split_or_refused(kind):
    """P50, P53"""
    transform, mixes = TRANSFORMS[kind]
    p = Parameter(latent_value=X, transform=transform, name="a")
    if mixes:
        with pytest.raises(ParameterTypeError, match="mixes the elements"):
            p.flattened()
        return
    parts = p.flattened()
    assert [float(q.latent_value) for q in parts] == p.latent_value.tolist()
    np.testing.assert_allclose([float(q.value) for q in parts], p.value, rtol=1e-6)


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_elements_have_the_latent_density_of_the_whole(kind):
    """P22, P53: a diagonal bijector has no log-determinant for a single element."""
    transform, mixes = TRANSFORMS[kind]
    p = Parameter(latent_value=X, transform=transform, distribution=dist.Normal(A, B2))
    slope = np.linalg.slogdet(jax.jacobian(transform.forward)(p.latent_value))[1]
    expected = stats.norm(np.asarray(A), np.asarray(B2)).logpdf(p.value).sum() + slope
    whole = float(jnp.sum(p.latent_distribution.log_prob(p.latent_value)))
    assert whole == pytest.approx(expected, rel=1e-4)
    if not mixes:
        parts = [q.latent_distribution.log_prob(q.latent_value) for q in p.flattened()]
        assert sum(map(float, parts)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_every_transform_passes_through_jit_and_grad(kind):
    """P46, P47"""
    transform, _ = TRANSFORMS[kind]
    p = Parameter(latent_value=X, transform=transform)
    gradient = jax.jit(jax.grad(lambda p: jnp.sum(p * p)))(p)
    expected = jax.grad(lambda x: jnp.sum(transform.forward(x) ** 2))(p.latent_value)
    np.testing.assert_allclose(gradient.latent_value, expected, rtol=1e-4)


def test_flattening_is_documented_as_in_the_rules():
    """P48, P49, P51"""
    scalar = Parameter(1.0, name="a")
    assert scalar.flattened()[0] is scalar
    parts = Parameter([[1.0, 2.0], [3.0, 4.0]], name="v", bounds=(0, 5)).flattened(".")
    assert [q.name for q in parts] == ["v.0", "v.1", "v.2", "v.3"]
    assert all(q.bounds.tolist() == [0.0, 5.0] for q in parts)
    assert [q.name for q in Parameter([1.0], name="v").flattened()] == ["v_0"]
