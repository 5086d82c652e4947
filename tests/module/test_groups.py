"""Every flat parameter is in exactly one group, and who claims it."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import jax
import jax.numpy as jnp
import pytest
from distreqx.distributions import MultivariateNormalDiag, Normal
from hypothesis import given
from hypothesis import strategies as st

from parax.errors import UnknownParameterError
from parax.module import Module, field, partition
from parax.parameters import Fixed, Parameter, ParameterGroup
from tests.module.grouped import Mod, Quad, as_set, grown, joint, members, mod, normal
from tests.module.models import Aff

SEEDS = st.integers(0, 2**32)


def test_groups_come_in_order_own_first_then_below_then_single_ones():  # M42
    assert members(mod().param_groups()) == [
        ["aff_loc"], ["aff_gain"], ["quad_a", "quad_b"], ["vec_0"], ["vec_1"], ["vec_2"],
    ]  # fmt: skip
    grouped = mod().with_param_groups(ParameterGroup(["vec_2", "aff_gain"]))
    assert members(grouped.param_groups()) == [
        ["vec_2", "aff_gain"], ["aff_loc"], ["quad_a", "quad_b"], ["vec_0"], ["vec_1"],
    ]  # fmt: skip


@given(SEEDS, st.booleans())
def test_every_flat_parameter_is_in_exactly_one_group(seed, include_fixed):  # M42
    module = grown(seed)
    listed = [n for g in module.param_groups(include_fixed) for n in g.param_names]
    assert sorted(listed) == sorted(module.flat_param_names(include_fixed=include_fixed))


@given(SEEDS)
def test_a_distribution_has_as_many_numbers_as_its_group_has_names(seed):  # M43
    module = grown(seed)
    for group in module.param_groups():
        if group.distribution is not None:
            size = jnp.size(group.distribution.sample(jax.random.key(0)))
            assert size == group.num_params


def test_single_groups_have_the_distribution_of_their_element():  # M42
    class Vector(Module):
        v: Parameter = Parameter([1.0, 2.0], distribution=Normal(jnp.arange(2.0), jnp.ones(2)))
        s: Parameter = Parameter([1.0, 2.0], distribution=Normal(7.0, 1.0))
        m: Parameter = Parameter(jnp.ones((2, 1)), distribution=normal(1))
        one: Parameter = Parameter(jnp.ones(1), distribution=normal(1))

    locs = [float(jnp.ravel(g.distribution.loc)[0]) for g in Vector().param_groups()]
    assert locs == [0.0, 1.0, 7.0, 7.0, 0.0, 0.0, 0.0]


def test_a_joint_distribution_of_a_vector_is_one_group_until_it_loses_an_element():  # M42, M43
    class Vector(Module):
        v: Parameter = Parameter([1.0, 2.0], distribution=joint(2))

    (group,) = Vector().param_groups()
    assert group.param_names == ["v_0", "v_1"]
    assert isinstance(group.distribution, MultivariateNormalDiag)
    torn = Vector().with_param_groups(ParameterGroup(["v_1"])).param_groups()
    assert members(torn) == [["v_1"], ["v_0"]]
    assert torn[1].distribution is None


def test_only_explicit_groups_are_a_copy_of_the_own_list():  # M42
    module = mod().with_param_groups(ParameterGroup(["vec_0"], name="g"))
    own = module.param_groups(explicit_only=True)
    assert [group.name for group in own] == ["g"]
    own.clear()
    assert len(module.param_groups(explicit_only=True)) == 1
    assert mod().param_groups(explicit_only=True) == []
    assert members(mod().quad.param_groups(explicit_only=True)) == [["a", "b"]]


def test_a_group_from_below_that_loses_a_member_keeps_the_rest_of_its_distribution():  # M43
    module = mod().with_param_groups(ParameterGroup(["quad_a", "aff_loc"]))
    group = module.param_groups()[2]
    assert group.param_names == ["quad_b"]
    assert group.distribution.event_shape == (1,)
    assert group.distribution.scale.tolist() == [2.0]


def test_a_joint_group_that_loses_a_member_is_taken_apart():  # M43
    quad = Quad().with_param_groups(ParameterGroup(["a", "b"], distribution=joint(2)))
    module = Mod(Aff(), quad).with_param_groups(ParameterGroup(["quad_a"]))
    groups = {g.param_names[0]: g for g in module.param_groups()}
    assert groups["quad_b"].num_params == 1
    assert groups["quad_b"].distribution is None


def test_shared_numbers_of_a_distribution_are_shared_by_the_rest():  # M43
    group = ParameterGroup(["a", "b", "c"], distribution=Normal(0.5, jnp.arange(1.0, 4.0)))
    quad = Quad().with_param_groups(group)
    (left, *_) = quad.param_groups()
    assert left.param_names == ["a", "b"]
    assert left.distribution.loc.tolist() == [0.5, 0.5]
    assert left.distribution.scale.tolist() == [1.0, 2.0]


def test_fixed_members_leave_their_group_unless_asked_for():  # M43
    class Some(Module):
        a: Parameter = 1.0
        b: Parameter = Fixed(2.0)

        def __post_init__(self):
            self._param_groups = [ParameterGroup(["b", "a"], distribution=normal(2))]

    (group,) = Some().param_groups()
    assert group.param_names == ["a"]
    assert group.distribution.loc.tolist() == [1.0]
    (whole,) = Some().param_groups(include_fixed=True)
    assert whole.param_names == ["b", "a"]


def test_a_group_below_a_transparent_field_has_the_names_of_the_root():  # M42
    class Outer(Module):
        quad: Quad = field(transparent=True)

    assert members(Outer(Quad()).param_groups()) == [["a", "b"]]
    assert members(Outer(Quad(name="q")).param_groups()) == [["q_a", "q_b"]]


def test_a_name_that_is_no_flat_parameter_is_an_error_with_the_nearest():  # M44
    class Wrong(Module):
        vec: Parameter = (1.0, 2.0)

        def __post_init__(self):
            self._param_groups = [ParameterGroup(["vec_2"])]

    with pytest.raises(UnknownParameterError, match=r"did you mean `vec_[01]`"):
        Wrong().param_groups()


def test_groups_pass_through_jit_and_change_under_it():  # M1, P63
    @jax.jit
    def through(module, x):
        return module.with_params(aff_loc=x)

    module = through(mod(), 3.0)
    assert as_set(module.param_groups()) == as_set(mod().param_groups())

    @jax.jit
    def density(module):
        return [g.distribution.log_prob(jnp.zeros(2)) for g in module.quad.param_groups()]

    assert density(mod())[0].shape == (2,)


def test_half_a_module_lists_what_it_has():
    dynamic, static = partition(mod())
    assert members(dynamic.param_groups()) == members(mod().param_groups())
    assert static.param_groups() == []


def test_two_thousand_parameters_are_listed_from_one_walk_each():
    class Many(Module):
        items: list[Parameter]

    many = Many([1.0] * 2000)
    assert len(many.param_groups()) == 2000
