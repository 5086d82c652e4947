"""Distributions of a module: mapped, uniform, joined, drawn from."""

import distreqx.bijectors as bijectors
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from distreqx.distributions import Normal, Uniform

from parax.errors import (
    DistributionError,
    ParameterTypeError,
    ParameterValueError,
    UnknownParameterError,
)
from parax.module import Module
from parax.parameters import Fixed, Parameter, ParameterGroup
from tests.module.grouped import joint, mod, normal
from tests.module.models import Containers

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false


class Some(Module):
    n: Parameter = Parameter(1.0, distribution=Normal(1.0, 0.5))
    u: Parameter = Parameter([1.0, 2.0], distribution=Uniform(jnp.zeros(2), jnp.full(2, 4.0)))
    plain: Parameter = 3.0
    f: Parameter = Fixed(4.0, distribution=Normal(4.0, 1.0))


def test_each_distribution_is_mapped_once_for_each_parameter_fixed_ones_too():  # M49
    seen = []

    def mapper(d):
        seen.append(type(d).__name__)
        return Normal(9.0, 1.0)

    module = Some().with_mapped_distributions(mapper)
    assert seen == ["Normal", "Uniform", "Normal"]
    assert float(module.f.distribution.loc) == 9.0
    assert module.plain.distribution is None
    assert module.f.fixed


def test_a_filter_divides_the_distributions():  # M49
    module = Some().with_mapped_distributions(
        lambda d: None, lambda d: isinstance(d, Uniform), map_others=lambda d: Normal(0.0, d.scale)
    )
    assert module.u.distribution is None
    assert [float(module.n.distribution.loc), float(module.n.distribution.scale)] == [0.0, 0.5]
    kept = Some().with_mapped_distributions(lambda d: None, lambda d: isinstance(d, Uniform))
    assert float(kept.n.distribution.loc) == 1.0


def test_groups_are_mapped_on_request_in_containers_too():  # M49
    module = Containers(mod(), [mod()], {})
    mapper = lambda d: Normal(d.loc + 5.0, d.scale)  # noqa: E731
    new = module.with_mapped_distributions(mapper, param_groups=True)
    assert new.lst[0].quad.param_groups()[0].distribution.loc.tolist() == [5.0, 6.0]
    same = module.with_mapped_distributions(mapper)
    assert same.lst[0].quad.param_groups()[0].distribution.loc.tolist() == [0.0, 1.0]
    bare = mod().with_param_groups(ParameterGroup(["vec_0"]))
    bare.with_mapped_distributions(mapper, param_groups=True)


def test_a_mapper_that_gives_no_distribution_is_named():  # M49
    with pytest.raises(ParameterTypeError, match="`distribution` must be a distribution"):
        Some().with_mapped_distributions(lambda d: 3)


def test_uniform_distributions_are_ordered_around_the_physical_value():  # M50, M51
    u = mod().with_uniform_distributions(0.1)
    assert np.allclose(u.vec.distribution.low, [9, 0, -11])
    assert np.allclose(u.vec.distribution.high, [11, 0, -9])
    assert u.aff.gain.distribution is None
    assert u.quad.c.distribution is None


def test_uniform_distributions_are_given_to_what_the_filter_says():  # M50
    u = mod().with_uniform_distributions(0.1, "aff_*")
    assert u.vec.distribution is None
    assert np.isclose(u.aff.loc.distribution.low, 45.0)
    fixed = Some().with_uniform_distributions(0.5, "f", include_fixed=True)
    assert float(fixed.f.distribution.low) == 2.0
    with pytest.raises(UnknownParameterError, match="did you mean `aff_loc`"):
        mod().with_uniform_distributions(0.1, "aff_lok")


def test_groups_are_taken_out_unless_they_are_to_stay():  # M50
    assert mod().with_uniform_distributions(0.1).quad.param_groups(explicit_only=True) == []
    kept = mod().with_uniform_distributions(0.1, remove_param_groups=False)
    assert len(kept.quad.param_groups(explicit_only=True)) == 1


@pytest.mark.parametrize("bounds", [(9.5, 20.5), [[9.5, 20.5], [9.5, 20.5]]])
def test_bounds_of_any_shape_clip_the_support(bounds):  # M50, P13
    class Bounded(Module):
        v: Parameter = Parameter([10.0, 20.0], bounds=bounds)

    d = Bounded().with_uniform_distributions(0.1, respect_bounds=True).v.distribution
    assert np.allclose(d.low, [9.5, 18.0])
    assert np.allclose(d.high, [11.0, 20.5])
    free = Bounded().with_uniform_distributions(0.1).v.distribution
    assert np.allclose(free.low, [9.0, 18.0])


def test_uniform_distributions_speak_of_physical_values():  # M50
    class Tr(Module):
        a: Parameter = Parameter(0.5, transform=bijectors.Sigmoid(), scale=2.0)

    assert np.isclose(Tr().with_uniform_distributions(0.1).a.distribution.low, 0.45)


def test_zeros_beside_other_values_keep_what_they_have():  # M51
    class Zeros(Module):
        present: Parameter = Parameter([0.0, 1.0], distribution=Uniform(-2.0, 3.0))
        bounded: Parameter = Parameter([0.0, 1.0], bounds=[[-1.0, 1.0], [0.0, 5.0]])
        half: Parameter = Parameter([0.0, 1.0], bounds=(0.0, np.inf))
        all_zero: Parameter = Parameter([0.0, 0.0], distribution=Uniform(-1.0, 1.0))

    z = Zeros().with_uniform_distributions(0.5)
    assert z.present.distribution.low.tolist() == [-2.0, 0.5]
    assert z.present.distribution.high.tolist() == [3.0, 1.5]
    assert z.bounded.distribution.low.tolist() == [-1.0, 0.5]
    assert z.half.distribution.high.tolist() == [0.0, 1.5]
    assert float(z.all_zero.distribution.low) == -1.0


@pytest.mark.parametrize("percentage", [0, -0.1, float("nan")])
def test_percentages_are_above_zero(percentage):  # M50
    with pytest.raises(ParameterValueError, match="`percentage` must be above 0"):
        mod().with_uniform_distributions(percentage)


def test_other_words_are_refused():  # M50
    with pytest.raises(ParameterValueError, match=r"`zero_values` cannot be `'kep'`\n.*`keep`"):
        mod().with_uniform_distributions(0.1, zero_values="kep")
    with pytest.raises(ParameterTypeError, match="`percentage` must be a number"):
        mod().with_uniform_distributions("10%")


def ready() -> Some:
    return Some().with_params(plain=Parameter(3.0, distribution=Uniform(2.0, 4.0)))


def test_the_joint_distribution_is_over_free_flat_parameters():  # M52
    d = ready().distribution()
    assert d.param_names == ["n", "u_0", "u_1", "plain"]
    assert float(d.mean()["u_1"]) == 2.0
    expected = -0.5 * np.log(2 * np.pi) - np.log(0.5) - 2 * np.log(4) - np.log(2)
    assert np.isclose(d.log_prob(ready()), expected, rtol=1e-5)


def test_the_density_is_over_physical_values():  # M52
    class Tr(Module):
        a: Parameter = Parameter(
            0.25, transform=bijectors.Sigmoid(), scale=2.0, distribution=Uniform(0.0, 1.0)
        )

    assert float(Tr().distribution().log_prob(Tr())) == 0.0
    assert float(Tr().distribution().log_prob({"a": -1.0})) == -np.inf


def test_missing_distributions_are_all_named():  # M52
    with pytest.raises(DistributionError, match="1 parameter has no distribution: `plain`"):
        Some().distribution()
    with pytest.raises(DistributionError, match="`aff_loc`, `aff_gain`, `vec_0`, `vec_1`, `vec_2`"):
        mod().distribution()


def test_explicit_groups_may_be_left_aside():  # M52
    module = ready().with_param_groups(ParameterGroup(["u_0", "u_1"], distribution=joint(2)))
    assert float(module.distribution().mean()["u_0"]) == 0.0
    assert float(module.distribution(param_groups=False).mean()["u_0"]) == 2.0


def test_free_parameters_are_drawn_and_fixed_ones_stay():  # M53
    module = ready().sampled(0)
    assert float(module.f.value) == 4.0
    assert 2.0 <= float(module.plain.value) <= 4.0
    assert not np.allclose(module.u.value, ready().u.value)
    drawn = ready().distribution().sample(0)
    assert np.isclose(module.n.value, drawn["n"])
    assert float(ready().sampled(jax.random.key(0)).n.value) == float(module.n.value)


def test_samples_are_physical_values():  # M53
    class Tr(Module):
        a: Parameter = Parameter(
            0.25, transform=bijectors.Sigmoid(), distribution=Uniform(0.7, 0.9)
        )

    module = Tr().sampled(3)
    assert 0.7 < float(module.a.value) < 0.9
    assert np.isclose(jax.nn.sigmoid(module.a.latent_value), module.a.value)


def test_randomness_is_asked_for():  # M53
    with pytest.raises(ParameterValueError, match="`key=0`"):
        ready().sampled()


def test_parameters_without_distribution_are_an_error_or_kept():  # M53
    with pytest.raises(DistributionError, match="`plain`"):
        Some().sampled(0)
    assert float(Some().sampled(0, missing="keep").plain.value) == 3.0
    with pytest.raises(ParameterValueError, match=r"`missing` cannot be `'kep'`\n.*`keep`"):
        Some().sampled(0, missing="kep")


def test_modules_are_drawn_under_jit_and_vmap():  # M53
    keys = jax.random.split(jax.random.key(0), 4)
    batch = jax.jit(jax.vmap(lambda module, key: module.sampled(key), (None, 0)))(ready(), keys)
    assert batch.n.value.shape == (4,)
    assert np.allclose(batch.u.value[2], ready().sampled(keys[2]).u.value)


def test_group_distributions_are_drawn_together():  # M53
    group = ParameterGroup(["n", "u_1"], distribution=normal(2))
    module = ready().with_param_groups(group)
    assert module.sampled(0).u.value.shape == (2,)
