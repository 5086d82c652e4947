"""Filters, submodules and errors of inspection: P1, M15-M20, M25, M29."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import equinox as eqx
import jax
import pytest

from parax.errors import (
    DuplicateNameError,
    ParameterTypeError,
    UnknownParameterError,
    UnknownSubmoduleError,
)
from parax.module import Module, partition
from parax.parameters import Parameter
from tests.module.models import Aff, Mod, Plain, Quad, containers, mod

M = mod()
ALL = ["aff_loc", "aff_gain", "quad_a", "quad_b", "vec"]

FILTERS = [
    (None, ALL),
    ("vec", ["vec"]),
    (["vec", "aff_loc"], ["aff_loc", "vec"]),
    ("aff_*", ["aff_loc", "aff_gain"]),
    ("quad_?", ["quad_a", "quad_b"]),
    ("[av]*", ["aff_loc", "aff_gain", "vec"]),
    ("!vec", ALL[:4]),
    (["!aff_*", "!vec"], ["quad_a", "quad_b"]),
    (["quad_*", "!quad_a"], ["quad_b"]),
    ("aff.loc", ["aff_loc"]),
    ("aff.*", ["aff_loc", "aff_gain"]),
    (M.vec, ["vec"]),
    ([M.vec, "quad_a"], ["quad_a", "vec"]),
    (lambda name: name.endswith("a"), ["quad_a"]),
    (lambda name: False, []),
    ([], []),
    ("quad_c", []),
    (("quad_c", "quad_a"), ["quad_a"]),
]


@pytest.mark.parametrize(("param_filter", "expected"), FILTERS)
def test_filters(param_filter, expected):
    """M15"""
    assert M.param_names(param_filter) == expected
    assert list(M.named_params(param_filter)) == expected
    assert [name for name, _ in M.iter_params(param_filter)] == expected
    assert len(M.params(param_filter)) == len(expected)
    assert list(M.named_param_values(param_filter)) == expected
    assert len(M.param_values(param_filter)) == len(expected)


@pytest.mark.parametrize(
    "param_filter", ["qad_a", "x*", "!x*", "!qad_a", "aff.lok", ["vec", "nothing"], Parameter(1.0)]
)
def test_what_does_not_exist_is_refused(param_filter):
    """M15: the original ignored unknown names."""
    with pytest.raises(UnknownParameterError):
        M.param_names(param_filter)


@pytest.mark.parametrize("param_filter", [3, 1.5, b"vec", [3], {"vec": 1}])
def test_filters_of_another_type_are_refused(param_filter):
    """M15"""
    with pytest.raises(ParameterTypeError, match="a parameter filter cannot be"):
        M.param_names(param_filter)


def test_fixed_parameters_on_request():
    assert M.param_names(include_fixed=True) == [*ALL[:4], "quad_c", "vec"]
    assert M.param_names("quad_c", include_fixed=True) == ["quad_c"]


def test_unknown_names_give_close_matches():
    """P1"""
    with pytest.raises(UnknownParameterError) as caught:
        M.param("aff_lok")
    assert str(caught.value).startswith("there is no parameter `aff_lok`")
    assert "did you mean `aff_loc`" in str(caught.value)
    assert isinstance(caught.value, KeyError)
    with pytest.raises(UnknownParameterError, match=r"did you mean `aff\.loc`"):
        M.param("aff.lok")
    with pytest.raises(UnknownParameterError, match="param_names"):
        M.param("completely different")


def test_a_fixed_name_is_said_to_be_fixed():
    """P1"""
    for attempt in (M.param, M.param_value):
        with pytest.raises(UnknownParameterError, match="`quad_c` is fixed") as caught:
            attempt("quad_c")
        assert "include_fixed=True" in str(caught.value)
    assert M.param("quad_c", include_fixed=True) is M.quad.c
    assert M.param_value("quad_c", include_fixed=True) == 0.0


def test_one_parameter():
    """M20"""
    assert M.param("vec") is M.vec
    assert M.param("aff.loc") is M.aff.loc
    assert containers().param("lst.1.loc").value == 50.0
    with pytest.raises(ParameterTypeError, match="named by a string"):
        M.param(3)
    with pytest.raises(UnknownParameterError):
        M.param("vec", submodules="aff")


class Nested(Module):
    a: Mod = Mod(Aff(), Quad())
    lst: list = [Aff(), Aff(name="second")]  # noqa: RUF012  # built anew for each


NESTED = Nested()
SUBMODULES = [
    ("a.aff", ["a_aff_loc", "a_aff_gain"]),
    ("a_aff", ["a_aff_loc", "a_aff_gain"]),
    ("lst.1", ["lst_second_loc", "lst_second_gain"]),
    ("lst_second", ["lst_second_loc", "lst_second_gain"]),
    (["lst.0", "a.quad"], ["a_quad_a", "a_quad_b", "lst_0_loc", "lst_0_gain"]),
    (["a", "a.aff"], ["a_aff_loc", "a_aff_gain", "a_quad_a", "a_quad_b", "a_vec"]),
    (NESTED.a.quad, ["a_quad_a", "a_quad_b"]),
    ([NESTED.lst[0], "lst.1"], ["lst_0_loc", "lst_0_gain", "lst_second_loc", "lst_second_gain"]),
    ([], []),
]


@pytest.mark.parametrize(("submodules", "expected"), SUBMODULES)
def test_submodules(submodules, expected):
    """M16"""
    assert NESTED.param_names(submodules=submodules) == expected
    assert len(NESTED.flat_params(submodules=submodules)) >= len(expected)


@pytest.mark.parametrize("submodules", ["b", "a.qad", "lst", "a.vec", Aff(), ["a", "b"]])
def test_unknown_submodules_are_refused(submodules):
    """M16: a foreign Module silently gave nothing."""
    with pytest.raises(UnknownSubmoduleError):
        NESTED.param_names(submodules=submodules)


def test_errors_of_submodules_help():
    with pytest.raises(UnknownSubmoduleError, match=r"did you mean `a\.quad`"):
        NESTED.param_names(submodules="a.qad")
    with pytest.raises(ParameterTypeError, match="a submodule cannot be `3`"):
        NESTED.param_names(submodules=3)

    class Same(Module):
        one: Aff = Aff(name="x")
        two: Aff = Aff(name="x")

    with pytest.raises(DuplicateNameError, match="`one` and `two`"):
        Same().param_names(submodules="x")
    assert len(Same().param_names(submodules="one")) == 2


def test_filter_and_submodules_together():
    assert NESTED.param_names("*loc", submodules="a") == ["a_aff_loc"]
    with pytest.raises(UnknownParameterError):
        NESTED.param_names("lst*", submodules="a")


def test_flattening_while_iterating():
    """M17"""
    flat = dict(M.iter_params(["vec", "aff_loc"], flatten=True))
    assert list(flat) == ["aff_loc", "vec_0", "vec_1", "vec_2"]
    assert [p.shape for p in flat.values()] == [()] * 4


def test_counts():
    """M25"""
    assert (M.num_params, M.num_flat_params) == (5, 7)

    class Empty(Module):
        x: int = 3

    assert (Empty().num_params, Empty().num_flat_params) == (0, 0)
    assert Empty().flat_param_values().shape == (0,)
    assert Empty().with_params([]).x == 3


def test_a_half_of_a_partition_has_the_parameters_whose_values_it_holds():
    """M29"""
    dynamic, static = partition(M)
    assert static.param_names() == []
    assert static.param_names(include_fixed=True) == ["quad_c"]
    assert dynamic.flat_param_values().shape == (7,)
    assert "Mod" in repr(static)


def test_inspection_works_under_jit():
    """M29: names are static, values traced."""

    @jax.jit
    def f(m):
        assert m.param_names() == ALL
        return m.named_flat_param_values()["vec_2"] + m.flat_param_values().sum()

    assert f(M) == pytest.approx(-10.0 + 52.0)


def test_parameters_of_plain_modules_count():
    class Mixed(Module):
        part: Plain

    m = Mixed(Plain(Parameter([1.0, 2.0]), Parameter(3.0)))
    assert m.flat_param_names() == ["part_weight_0", "part_weight_1", "part_bias"]
    assert isinstance(m.part, eqx.Module)
