"""Modules below, names of paths, and values in brackets: M13, M14, M26, M28."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import jax
import jax.tree_util as jtu
import pytest

from parax import op
from parax.errors import ParameterTypeError, UnknownParameterError
from parax.module import Module, partition
from parax.parameters import Parameter, is_param
from tests.module.models import Aff, Containers, Mod, Quad, containers, mod

M = mod()


def test_children_are_found_in_containers():
    """M28: the original looks at attributes only."""
    inner, first, second, third, deep = Aff(), Aff(), Quad(), Aff(), Aff()
    c = Containers(inner, [first, (second,)], {"k": third, "p": Parameter(1.0)})
    assert [id(x) for x in c.children()] == list(map(id, (inner, first, second, third)))
    outer = Mod(c, deep)
    assert [id(x) for x in outer.children()] == [id(c), id(deep)]
    assert Aff().children() == []


def test_submodules_are_listed_parents_first():
    """M28"""
    c = containers()
    outer = Mod(c, Quad())
    found = outer.submodules()
    assert [type(x).__name__ for x in found] == ["Containers", "Aff", "Aff", "Aff", "Quad"]
    assert found[0] is c
    assert found[1] is c.inner
    assert outer.param_names(submodules=found) == outer.param_names()[:-1]


@pytest.mark.parametrize("model", [M, containers(), Mod(containers(), Quad())])
def test_paths_have_the_names_of_their_parameters(model):
    """M14"""
    pairs, _ = jtu.tree_flatten_with_path(model, is_leaf=is_param)
    paths = [path for path, leaf in pairs if is_param(leaf)]
    names = model.param_names(include_fixed=True)
    assert [model.path_to_param_name(path) for path in paths] == names
    inside, _ = jtu.tree_flatten_with_path(partition(model, include_fixed=True)[0])
    assert [model.path_to_param_name(path) for path, _ in inside] == names


def test_paths_that_lead_nowhere_are_refused():
    """M14"""
    with pytest.raises(UnknownParameterError, match=r"`\.aff`"):
        M.path_to_param_name((jtu.GetAttrKey("aff"),))
    with pytest.raises(UnknownParameterError, match=r"`\.aff\.lok`"):
        M.path_to_param_name((jtu.GetAttrKey("aff"), jtu.GetAttrKey("lok")))
    with pytest.raises(ParameterTypeError, match="`'aff'` of type `str`"):
        M.path_to_param_name(("aff", "loc"))


def test_one_parameter_in_two_places_is_two():
    """M13"""
    shared = Parameter(1.0)
    m = Aff(shared, shared)
    assert m.param_names() == ["loc", "gain"]
    assert m.with_params(loc=2.0).flat_param_values().tolist() == [2.0, 1.0]
    assert m.param_names(shared) == ["loc", "gain"]


def test_brackets_give_physical_values():
    """M26"""
    assert M["aff_loc"].tolist() == 50.0
    assert M["aff.loc"].tolist() == 50.0
    vec, loc = M[["vec", "aff_loc"]]
    assert (vec.tolist(), loc.tolist()) == ([10.0, 0.0, -10.0], 50.0)
    assert M[[]] == []
    assert jax.jit(lambda m: m["vec"])(M).tolist() == [10.0, 0.0, -10.0]


def test_brackets_refuse_what_names_no_free_parameter():
    """M26"""
    with pytest.raises(UnknownParameterError, match="did you mean `aff_loc`"):
        M["aff_lok"]
    with pytest.raises(UnknownParameterError, match=r"param_value\(\"quad_c\", include_fixed"):
        M[["vec", "quad_c"]]
    for index in (0, slice(None), ["vec", 1], ("vec",)):
        with pytest.raises(ParameterTypeError, match="a name or a list of names"):
            M[index]


class Gain(Module, op.Operator):
    k: Parameter = 2.0

    def __call__(self, x):
        return self.k * x


def test_what_is_an_operator_too_is_indexed_by_anything_but_names():
    """M26, O1"""
    gain = Gain()
    assert gain["k"].tolist() == 2.0
    assert [x.tolist() for x in gain[["k"]]] == [2.0]
    assert isinstance(gain[0], op.Index)
    assert float(gain[0](jax.numpy.arange(3.0))) == 0.0
