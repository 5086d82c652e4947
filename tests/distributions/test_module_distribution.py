"""The joint distribution of groups, compared with SciPy."""

# SciPy's frozen distributions are not typed for what they are.
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats
from distreqx.distributions import (
    Bernoulli,
    Gamma,
    MultivariateNormalFullCovariance,
    Normal,
    Uniform,
)

from parax.distributions import ModuleDistribution, as_key
from parax.errors import (
    DistributionError,
    MissingParameterError,
    ParameterTypeError,
    ParameterValueError,
    UnknownParameterError,
)
from parax.parameters import ParameterGroup

COVARIANCE = np.array([[2.0, 0.6], [0.6, 1.0]])
AT = {"n": 0.3, "u": 1.0, "x": 0.5, "y": -0.5, "p": 1.0, "q": 2.5}


def joint(with_full: bool = True) -> ModuleDistribution:
    groups = [
        ParameterGroup(["n"], distribution=Normal(1.0, 2.0)),
        ParameterGroup(["u"], distribution=Uniform(0.0, 4.0)),
        ParameterGroup(["p", "q"], distribution=Normal(0.5, jnp.array([1.0, 3.0]))),
    ]
    if with_full:
        full = MultivariateNormalFullCovariance(jnp.zeros(2), jnp.asarray(COVARIANCE))
        groups.insert(1, ParameterGroup(["x", "y"], distribution=full))
    return ModuleDistribution(groups)


def expected_log_prob() -> float:
    parts = [
        scipy.stats.norm(1, 2).logpdf(AT["n"]),
        scipy.stats.uniform(0, 4).logpdf(AT["u"]),
        scipy.stats.norm(0.5, [1, 3]).logpdf([AT["p"], AT["q"]]).sum(),
        scipy.stats.multivariate_normal([0, 0], COVARIANCE).logpdf([AT["x"], AT["y"]]),
    ]
    return float(sum(parts))


def test_density_is_the_product_over_the_groups():  # M52
    assert np.isclose(joint().log_prob(AT), expected_log_prob(), rtol=1e-5)
    assert np.isclose(joint().prob(AT), np.exp(expected_log_prob()), rtol=1e-5)


def test_density_takes_batches_and_numbers_together():  # M52
    batch = {**AT, "n": jnp.array([[0.3, 1.3], [2.0, 0.3]])}
    result = joint().log_prob(batch)
    assert result.shape == (2, 2)
    assert np.isclose(result[1, 1], expected_log_prob(), rtol=1e-5)


def test_samples_have_the_given_shape_and_the_right_moments():  # M52
    drawn = joint().sample(0, (3000,))
    assert list(drawn) == ["n", "x", "y", "u", "p", "q"]
    assert drawn["n"].shape == (3000,)
    covariance = np.cov(np.stack([drawn["x"], drawn["y"]]))
    assert np.allclose(covariance, COVARIANCE, atol=0.2)
    assert np.isclose(np.std(drawn["q"]), 3.0, atol=0.2)
    assert abs(np.corrcoef(drawn["p"], drawn["q"])[0, 1]) < 0.1
    assert joint().sample(0)["n"].shape == ()
    assert joint().sample(0, (2, 3))["u"].shape == (2, 3)


def test_the_same_key_gives_the_same_whether_int_or_key():  # U18
    for key in (jax.random.key(4), jax.random.PRNGKey(4), np.int32(4)):
        assert float(joint().sample(4)["n"]) == float(joint().sample(key)["n"])
    assert float(joint().sample(5)["n"]) != float(joint().sample(4)["n"])


def test_keys_are_asked_for_in_words():  # U18
    with pytest.raises(ParameterValueError, match="`key=0`"):
        joint().sample(None)
    for wrong in ("0", 1.5, True, jax.random.split(jax.random.key(0), 2)):
        with pytest.raises(ParameterTypeError, match="a key must be an int or a single key"):
            as_key(wrong)


def test_sample_and_log_prob_agree():  # M52
    drawn, density = joint().sample_and_log_prob(1, (4,))
    assert np.allclose(density, joint().log_prob(drawn), rtol=1e-5)


def test_moments_are_by_name():  # M52
    mean, deviation = joint().mean(), joint().standard_deviation()
    assert {k: round(float(v), 5) for k, v in mean.items()} == {
        "n": 1.0, "x": 0.0, "y": 0.0, "u": 2.0, "p": 0.5, "q": 0.5,
    }  # fmt: skip
    assert np.isclose(deviation["x"], np.sqrt(2), rtol=1e-5)
    assert np.isclose(joint().variance()["u"], 16 / 12, rtol=1e-5)
    assert float(joint(False).median()["q"]) == 0.5
    assert joint().event_shape == dict.fromkeys(["n", "x", "y", "u", "p", "q"], ())


def test_entropies_add_up():  # M52
    parts = [
        scipy.stats.norm(1, 2).entropy(),
        np.log(4),
        scipy.stats.norm(0.5, [1, 3]).entropy().sum(),
    ]
    assert np.isclose(joint(False).entropy(), sum(parts), rtol=1e-5)


def test_cumulative_functions_multiply_where_all_groups_have_them():  # M52
    at = {name: AT[name] for name in ("n", "u", "p", "q")}
    parts = [
        scipy.stats.norm(1, 2), scipy.stats.uniform(0, 4),
        scipy.stats.norm(0.5, 1), scipy.stats.norm(0.5, 3),
    ]  # fmt: skip
    below = np.prod([d.cdf(x) for d, x in zip(parts, at.values(), strict=True)])
    above = np.prod([d.sf(x) for d, x in zip(parts, at.values(), strict=True)])
    assert np.isclose(joint(False).cdf(at), below, rtol=1e-5)
    assert np.isclose(joint(False).log_cdf(at), np.log(below), rtol=1e-5)
    assert np.isclose(joint(False).survival_function(at), above, rtol=1e-5)
    back = joint(False).icdf(dict.fromkeys(at, 0.25))
    assert np.isclose(back["u"], 1.0)
    assert np.isclose(back["q"], scipy.stats.norm(0.5, 3).ppf(0.25), rtol=1e-4)


def test_what_a_distribution_cannot_do_is_named():  # M52
    with pytest.raises(DistributionError, match=r"`\w+`, the distribution of `x`, `y`, has no"):
        joint().cdf(AT)
    with pytest.raises(DistributionError, match="`Uniform`, the distribution of `u`, has no `mode"):
        joint().mode()


def test_groups_without_distribution_are_all_named():  # M52
    groups = [ParameterGroup(["a", "b"]), ParameterGroup(["c"])]
    with pytest.raises(DistributionError, match="3 parameters have no distribution: `a`, `b`, `c`"):
        ModuleDistribution(groups)
    with pytest.raises(DistributionError, match="1 parameter has no"):
        ModuleDistribution(groups[1:])


def test_wrong_sizes_and_shared_members_are_errors():  # M52
    with pytest.raises(DistributionError, match="of 1 numbers was given to 2 parameters"):
        ModuleDistribution([ParameterGroup(["a", "b"], distribution=Normal(0.0, 1.0))])
    one = ParameterGroup(["a"], distribution=Normal(0.0, 1.0))
    with pytest.raises(DistributionError, match="`a` is in two groups"):
        ModuleDistribution([one, one])


def test_events_are_checked_by_name():  # M52
    with pytest.raises(MissingParameterError, match="1 parameters have no value: `q`"):
        joint(False).log_prob({"n": 0.0, "u": 0.0, "p": 0.0})
    with pytest.raises(UnknownParameterError, match=r"no parameter `Q`\n.*did you mean `q`"):
        joint(False).log_prob({"n": 0.0, "u": 0.0, "p": 0.0, "q": 0.0, "Q": 0.0})
    with pytest.raises(ParameterTypeError, match="an event is a dict"):
        joint().log_prob([1.0])
    shapes = {**AT, "n": np.zeros(2), "u": np.zeros(3)}
    with pytest.raises(ParameterValueError, match=r"`\(2,\)`, `\(3,\)`"):
        joint().log_prob(shapes)


def test_nothing_is_certain_without_parameters():
    empty = ModuleDistribution([])
    assert empty.sample(0) == {}
    assert float(empty.log_prob({})) == 0.0
    assert float(empty.entropy()) == 0.0
    assert empty.mean() == {}


def test_it_works_under_jit_vmap_and_grad():  # M52
    d = joint()
    keys = jax.random.split(jax.random.key(0), 5)
    assert jax.jit(jax.vmap(lambda key: d.sample(key)["x"]))(keys).shape == (5,)
    eager = float(d.log_prob(AT))
    assert np.isclose(jax.jit(lambda d, at: d.log_prob(at))(d, AT), eager, rtol=1e-5)
    slope = jax.grad(lambda n: d.log_prob({**AT, "n": n}))(0.3)
    assert np.isclose(slope, (1.0 - 0.3) / 4, rtol=1e-5)


def test_families_other_than_normal_and_uniform_are_welcome():
    gamma = ParameterGroup(["g"], distribution=Gamma(jnp.asarray(2.0), jnp.asarray(3.0)))
    coin = ParameterGroup(["c"], distribution=Bernoulli(probs=jnp.asarray(0.25)))
    d = ModuleDistribution([gamma, coin])
    expected = scipy.stats.gamma(2, scale=1 / 3).logpdf(0.5) + np.log(0.25)
    assert np.isclose(d.log_prob({"g": 0.5, "c": 1.0}), expected, rtol=1e-5)
    assert set(np.unique(d.sample(0, (50,))["c"])) == {0.0, 1.0}


@pytest.mark.parametrize("count", [0, 1, 2, 30, 3000])
def test_its_repr_is_one_short_line(count):  # M52
    groups = [ParameterGroup([f"L{i}"], distribution=Normal(0.0, 1.0)) for i in range(count)]
    line = repr(ModuleDistribution(groups))
    assert "\n" not in line
    assert len(line) <= 80
    if count == 0:
        assert line == "<ModuleDistribution of 0 parameters in 0 groups>"
    if count == 1:
        assert line == "<ModuleDistribution of 1 parameter in 1 group: L0>"
    if count == 2:
        assert line == "<ModuleDistribution of 2 parameters in 2 groups: L0, L1>"
    if count > 2:
        assert line.startswith(f"<ModuleDistribution of {count} parameters in {count} groups: L0,")
        assert line.endswith(", …>")


def test_its_repr_stays_short_with_long_names():  # M52
    group = ParameterGroup(["x" * 200, "y\nz"], distribution=Normal(jnp.zeros(2), jnp.ones(2)))
    expected = "<ModuleDistribution of 2 parameters in 1 group: …>"
    assert repr(ModuleDistribution([group])) == expected
