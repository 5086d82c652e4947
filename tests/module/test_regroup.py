"""Explicit groups: put in, moved down, mapped, taken out."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import jax.numpy as jnp
import pytest
from distreqx.distributions import Normal
from hypothesis import given
from hypothesis import strategies as st

from parax.errors import DistributionError, ParameterTypeError, UnknownParameterError
from parax.parameters import Parameter, ParameterGroup
from tests.module.grouped import Mod, Quad, as_set, grown, members, mod, normal
from tests.module.models import Aff, Containers

SEEDS = st.integers(0, 2**32)


def test_new_groups_replace_whole_groups_that_share_a_member():  # M44
    module = mod().with_param_groups(
        [ParameterGroup(["vec_0", "vec_1"]), ParameterGroup(["aff_loc"], name="kept")]
    )
    module = module.with_param_groups(ParameterGroup(["vec_1", "vec_2"]))
    assert members(module.param_groups(explicit_only=True)) == [["aff_loc"], ["vec_1", "vec_2"]]


def test_new_groups_may_name_fixed_parameters_and_only_flat_ones():  # M44
    assert mod().with_param_groups(ParameterGroup(["quad_c"])).num_params == 5
    with pytest.raises(UnknownParameterError, match="`quad_d` for a group in `Mod`"):
        mod().with_param_groups(ParameterGroup(["quad_d"]))
    with pytest.raises(UnknownParameterError, match="did you mean `vec_"):
        mod().with_param_groups(ParameterGroup(["vec"]))


def test_two_new_groups_of_one_member_and_wrong_sizes_are_errors():  # M44
    with pytest.raises(DistributionError, match="two of the new groups hold `vec_0`"):
        mod().with_param_groups([ParameterGroup(["vec_0", "vec_1"]), ParameterGroup(["vec_0"])])
    for distribution in (normal(3), Normal(0.0, 1.0)):
        with pytest.raises(DistributionError, match="was given to 2 parameters: `vec_0`, `vec_1`"):
            mod().with_param_groups(ParameterGroup(["vec_0", "vec_1"], distribution=distribution))
    mixed = Normal(0.0, jnp.ones(2))
    mod().with_param_groups(ParameterGroup(["vec_0", "vec_1"], distribution=mixed))


def test_what_is_no_group_is_refused():  # M44
    with pytest.raises(ParameterTypeError, match="got `'vec_0'` of type `str`"):
        mod().with_param_groups(["vec_0"])


def test_the_module_itself_stays_as_it_was():  # M41
    module = mod()
    module.with_param_groups(ParameterGroup(["vec_0"]))
    assert module.param_groups(explicit_only=True) == []


def test_groups_move_down_by_name():  # M45
    module = mod().with_param_groups(ParameterGroup(["aff_loc", "aff_gain"]))
    module = module.with_demoted_param_groups()
    assert module.param_groups(explicit_only=True) == []
    assert members(module.aff.param_groups(explicit_only=True)) == [["loc", "gain"]]


def test_groups_move_into_containers_custom_names_and_transparent_fields():  # M45
    module = Containers(Aff(), [Aff(), Aff(name="second")], {"k": Aff()})
    groups = [
        ParameterGroup(["loc", "gain"]),
        ParameterGroup(["lst_second_gain", "lst_second_loc"]),
        ParameterGroup(["dct_k_loc"]),
        ParameterGroup(["lst_0_loc", "dct_k_gain"]),
    ]
    new = module.with_param_groups(groups).with_demoted_param_groups()
    assert members(new.inner.param_groups(explicit_only=True)) == [["loc", "gain"]]
    assert members(new.lst[1].param_groups(explicit_only=True)) == [["gain", "loc"]]
    assert members(new.dct["k"].param_groups(explicit_only=True)) == [["loc"]]
    assert members(new.param_groups(explicit_only=True)) == [["lst_0_loc", "dct_k_gain"]]


@given(SEEDS)
def test_moving_groups_down_keeps_the_set_of_groups(seed):  # M45
    module = grown(seed)
    new = module.with_demoted_param_groups()
    for fixed in (False, True):
        assert as_set(new.param_groups(fixed)) == as_set(module.param_groups(fixed))
    again = new.with_demoted_param_groups()
    assert members(again.param_groups(explicit_only=True)) == members(
        new.param_groups(explicit_only=True)
    )


def test_all_groups_are_taken_out_at_every_level():  # M46
    inside = Containers(Aff(), [Quad()], {"k": Quad()})
    module = inside.with_param_groups(ParameterGroup(["loc"])).with_no_param_groups()
    assert all(g.num_params == 1 for g in module.param_groups())
    assert all(g.distribution is None for g in module.param_groups())


@given(SEEDS)
def test_without_groups_only_what_parameters_have_themselves_is_left(seed):  # M46
    module = grown(seed)
    bare = module.with_no_param_groups()
    names = bare.flat_param_names()
    assert sorted(n for g in bare.param_groups() for n in g.param_names) == sorted(names)


def test_groups_are_mapped_at_every_level_by_name_or_predicate():  # M47
    def double(group):
        return group.with_distribution(normal(group.num_params))

    module = Containers(Aff(), [Quad()], {"k": Quad()})
    module = module.with_param_groups(ParameterGroup(["loc"], name="mine"))
    every = module.with_mapped_param_groups(double)
    assert every.lst[0].param_groups()[0].distribution.loc.tolist() == [0.0, 1.0]
    only = module.with_mapped_param_groups(double, "mine")
    assert only.lst[0].param_groups()[0].distribution.loc.tolist() == [0.0, 1.0]
    assert only.param_groups()[0].distribution.loc.tolist() == [0.0]
    bare = module.with_mapped_param_groups(
        lambda g: g, lambda g: g.name == "mine", map_others=lambda g: g.with_distribution(None)
    )
    assert bare.dct["k"].param_groups()[0].distribution is None


def test_wrong_filters_and_mappers_of_groups_say_so():  # M47
    module = mod().with_param_groups(ParameterGroup(["vec_0"], name="first"))
    with pytest.raises(UnknownParameterError, match="did you mean `first`"):
        module.with_mapped_param_groups(lambda g: g, "First")
    with pytest.raises(ParameterTypeError, match="a filter of groups cannot be `3`"):
        module.with_mapped_param_groups(lambda g: g, 3)
    with pytest.raises(ParameterTypeError, match="the mapper gave `None`"):
        module.with_mapped_param_groups(lambda g: None)


def test_free_parameters_of_others_are_taken_over_left_to_right():  # M48
    first = mod().with_params(aff_loc=1.0, vec_0=5.0)
    second = mod().with_params(aff_loc=2.0, fix_others=True)
    module = mod().merged([first, second])
    assert float(module.param_value("aff_loc")) == 2.0
    assert module.vec.value.tolist() == [5.0, 0.0, -10.0]
    assert float(mod().with_modules(first).param_value("aff_loc")) == 1.0


def test_fixed_parameters_of_others_are_not_taken_and_free_ones_become_free():  # M48
    fixed = mod().with_params(aff_loc=Parameter(9.0, fixed=True))
    assert float(mod().merged(fixed).param_value("aff_loc")) == 50.0
    assert not fixed.merged(mod()).aff.loc.fixed


def test_groups_of_others_are_taken_at_their_own_level():  # M48
    other = mod().with_param_groups(ParameterGroup(["vec_0", "vec_1"]))
    own = mod().with_param_groups([ParameterGroup(["vec_1", "vec_2"]), ParameterGroup(["aff_loc"])])
    module = own.merged(other)
    assert members(module.param_groups(explicit_only=True)) == [["aff_loc"], ["vec_0", "vec_1"]]
    assert members(module.quad.param_groups(explicit_only=True)) == [["a", "b"]]


def test_another_structure_is_named():  # M48
    with pytest.raises(UnknownParameterError, match=r"another structure cannot be merged: .*vec"):
        mod().merged(Mod(Aff(), Quad(), [1.0, 2.0]))
    with pytest.raises(UnknownParameterError, match=r"cannot be merged: .*X"):
        mod().merged(Mod(Aff(name="X"), Quad()))
    with pytest.raises(UnknownParameterError, match="`Aff` of another structure"):
        mod().merged(Aff())
    with pytest.raises(ParameterTypeError, match="merged with modules, and got `3`"):
        mod().merged(3)
