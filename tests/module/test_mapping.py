"""Parameters mapped, fixed, freed and transformed: M34-M41."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import distreqx.bijectors as bij
import jax
import numpy as np
import pytest

from parax.errors import (
    DuplicateNameError,
    ParameterTypeError,
    ParameterValueError,
    UnknownParameterError,
    UnknownSubmoduleError,
)
from parax.module import Module, partition
from parax.parameters import Fixed, Parameter
from tests.module.models import Aff, Mod, Quad, mod

M = mod()


def doubled(p):
    return p.with_value(2 * p.value)


def free(m):
    return m.param_names()


def test_a_mapper_sees_what_the_filter_stands_for():
    """M34"""
    new = M.with_mapped_params(doubled, "quad_*")
    np.testing.assert_allclose(new.flat_param_values(), [50, 0, 2.4, 1.6, 10, 0, -10], rtol=1e-6)
    new = M.with_mapped_params(doubled, ["aff_loc", "vec"])
    np.testing.assert_allclose(new.flat_param_values()[4:], [20, 0, -20])
    assert M.with_mapped_params(doubled).aff.loc.value == 100
    assert M.with_mapped_params(doubled, lambda name: name == "vec").vec.value[0] == 20


def test_the_others_have_a_mapper_of_their_own():
    """M34"""
    new = M.with_mapped_params(doubled, "aff_loc", map_others=lambda p: p.as_fixed())
    assert (free(new), float(new.aff.loc.value)) == (["aff_loc"], 100.0)


def test_fixed_parameters_are_mapped_on_request():
    """M34"""
    m = M.with_params(quad_c=3.0)
    assert m.with_mapped_params(doubled, "quad_c").quad.c.value == 3
    assert m.with_mapped_params(doubled, "quad_c", include_fixed=True).quad.c.value == 6
    assert m.with_mapped_params(doubled, "vec", map_others=doubled).quad.c.value == 3


def test_prefixes_are_beginnings_of_full_names():
    """M34"""
    new = M.with_mapped_params(lambda p: p.as_fixed(), "aff", prefixes=True)
    assert free(new) == ["quad_a", "quad_b", "vec"]
    new = M.with_mapped_params(lambda p: p.as_fixed(), ["aff", "v"], prefixes=True)
    assert free(new) == ["quad_a", "quad_b"]
    with pytest.raises(UnknownParameterError, match="no parameter has a name that begins with `z`"):
        M.with_mapped_params(doubled, "z", prefixes=True)


@pytest.mark.parametrize("prefixes", [False, True])
def test_unknown_names_are_refused_or_passed_over(prefixes):
    """M34: the original passes over prefixes only."""
    with pytest.raises(UnknownParameterError):
        M.with_mapped_params(doubled, ["nope", "vec"], prefixes=prefixes)
    new = M.with_mapped_params(doubled, ["nope", "vec"], prefixes=prefixes, ignore_unknown=True)
    np.testing.assert_allclose(new.vec.value, [20, 0, -20])
    assert new.aff.loc is M.aff.loc


def test_a_mapper_must_give_a_parameter():
    """M34"""
    with pytest.raises(ParameterTypeError, match="for the parameter `aff_loc`"):
        M.with_mapped_params(lambda p: 1.0)


def test_a_name_of_two_parameters_is_refused():
    """M12, M34"""
    m = Mod(Aff(name="x"), Aff(name="x"))
    with pytest.raises(DuplicateNameError):
        m.with_mapped_params(doubled, "x_loc")
    assert m.with_all_params_fixed().num_params == 0


def test_fixing_some_parameters():
    """M35"""
    assert free(M.with_fixed_params("quad_*")) == ["aff_loc", "aff_gain", "vec"]
    assert free(M.with_fixed_params("aff_*", True)) == ["quad_a", "quad_b", "quad_c", "vec"]
    assert free(M.with_fixed_params("aff_*", free_others=True, include_fixed=False)) == [
        "quad_a", "quad_b", "vec"
    ]  # fmt: skip


def test_freeing_some_parameters():
    """M36, M37"""
    assert free(M.with_free_params("quad_c"))[4] == "quad_c"
    assert free(M.with_free_params(["quad_c", "vec"], fix_others=True)) == ["quad_c", "vec"]
    assert free(M.with_free_params_only("quad_c")) == ["quad_c"]
    assert free(M.with_free_params_only("quad_c", fix_others=True)) == ["quad_c"]
    with pytest.raises(ParameterValueError, match="use `with_free_params`"):
        M.with_free_params_only("quad_c", fix_others=False)


def test_fixing_and_freeing_all():
    """M38"""
    assert M.with_all_params_fixed().num_params == 0
    assert M.with_all_params_free().num_params == 6
    assert M.with_all_params_free(include_fixed=False).num_params == 5


class Positive(Module):
    p: Parameter = 2.0
    q: Parameter = Fixed(3.0)


def test_transforming_parameters():
    """M39"""
    new = Positive().with_transformed_params(bij.ScalarAffine(shift=1.0, scale=2.0))
    assert (float(new.p.value), float(new.p.latent_value)) == (5.0, 2.0)
    assert float(new.q.value) == 3.0
    both = Positive().with_transformed_params(bij.ScalarAffine(1.0), include_fixed=True)
    assert float(both.q.value) == 4.0


def test_fixing_and_freeing_submodules():
    """M40"""
    assert free(M.with_fixed_submodules("quad")) == ["aff_loc", "aff_gain", "vec"]
    assert free(M.with_fixed_submodules([M.quad, "aff"])) == ["vec"]
    assert free(M.with_free_submodules("quad"))[2:] == ["quad_a", "quad_b", "quad_c", "vec"]
    assert free(M.with_free_submodules("quad", True)) == ["quad_a", "quad_b", "quad_c"]
    assert free(M.with_free_submodules("quad", include_fixed=False)) == free(M)
    with pytest.raises(UnknownSubmoduleError, match="did you mean `quad`"):
        M.with_fixed_submodules("qad")


def test_isolating_submodules():
    """M40"""
    assert free(M.with_free_submodules_only("quad")) == ["quad_a", "quad_b"]
    assert free(M.with_free_submodules_only("quad", include_fixed=True))[-1] == "quad_c"
    assert free(M.with_free_submodules_only(submodules=["aff"])) == ["aff_loc", "aff_gain"]
    assert free(M.with_free_submodules_only([])) == []
    with pytest.raises(ParameterValueError, match="use `with_free_submodules`"):
        M.with_free_submodules_only("quad", fix_others=False)


class Named(Module):
    part: Aff = Aff()
    raw: jax.Array = np.ones(2)


def test_everything_else_is_kept():
    """M41"""
    m = Named(name="root")
    for new in (
        m.with_all_params_fixed(),
        m.with_mapped_params(doubled),
        m.with_fixed_submodules("part"),
        m.with_attrs("part.loc", 1.0),
        m.with_submodules(part=Aff(1.0)),
    ):
        assert type(new) is Named
        assert (new.name, new.raw is m.raw) == ("root", True)
    assert m.num_params == 2


def test_states_change_under_jit_and_on_halves():
    """M29, M34-M40"""
    assert jax.jit(lambda m: m.with_fixed_params("aff_*").flat_param_values())(M).shape == (5,)
    dynamic, static = partition(M)
    assert static.with_all_params_fixed().quad.c.fixed
    assert free(dynamic.with_fixed_params("vec")) == ["aff_loc", "aff_gain", "quad_a", "quad_b"]
    assert Quad().with_all_params_free().num_params == 3
