"""Order and names: M8-M12."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import jax
import pytest

from parax.errors import DuplicateNameError
from parax.module import Module, field, named_params, validate_params
from parax.parameters import Fixed, Parameter
from tests.module.models import Aff, Mod, Quad, containers, mod


def test_names_in_the_order_of_the_tree():
    """M8, M9, M11"""
    m = mod()
    assert m.param_names() == ["aff_loc", "aff_gain", "quad_a", "quad_b", "vec"]
    assert m.flat_param_names() == [*m.param_names()[:4], "vec_0", "vec_1", "vec_2"]


def test_lists_dicts_and_transparent_fields():
    """M9"""
    names = "loc gain lst_0_loc lst_0_gain lst_second_loc lst_second_gain dct_k"
    assert containers().param_names() == names.split()


def test_dict_items_are_sorted_by_key():
    """M8"""
    tree = {"b": Parameter(1.0), "a": Parameter(2.0)}
    assert [entry.name for entry in named_params(tree)] == ["a", "b"]


def test_own_names_replace_attributes():
    """M9, M10: the root's own name never appears."""
    m = Mod(Aff(name="X"), Quad(a=Parameter(1.0, name="alpha")), name="root")
    assert m.param_names()[:3] == ["X_loc", "X_gain", "quad_alpha"]


class Clear(Module, transparent=True):
    a: Parameter = Parameter(1.0, name="alpha")
    sub: Aff = Aff()
    named: Aff = Aff(name="own")


def test_a_transparent_class_adds_nothing():
    """M9"""

    class Outer(Module):
        part: Clear = Clear()

    names = ["part_alpha", "part_loc", "part_gain", "part_own_loc", "part_own_gain"]
    assert Outer().param_names() == names

    class Opaque(Clear):
        pass

    assert Opaque().param_names()[1] == "sub_loc"


def test_if_every_segment_vanishes_the_last_attribute_is_used():
    """M10: the original gave an empty name."""

    class Bare(Module):
        p: Parameter = field(transparent=True, default=1.0)

    class Around(Module):
        bare: Bare = field(transparent=True, default=Bare())

    assert Bare().param_names() == ["p"]
    assert Around().param_names() == ["p"]


def test_a_list_name_counts_as_unnamed_for_its_own_segment():
    """M10: "sequence item 0: expected str"."""
    tree = {"k": [Parameter([1.0, 2.0], name=["x", "y"])]}
    assert named_params(tree)[0].name == "k_0"

    class Lettered(Module):
        v: Parameter = Parameter([1.0, 2.0], name=["x", "y"])

    assert Lettered().param_names() == ["v"]
    assert Lettered().flat_param_names() == ["v_x", "v_y"]


@pytest.mark.parametrize(
    ("param", "expected"),
    [
        (Parameter([[1.0]], name=None), ["z"]),
        (Parameter([1.0], name=["only"]), ["z"]),
        (Parameter([1.0, 2.0], name="zed"), ["zed_0", "zed_1"]),
        (Parameter([[1.0, 2.0], [3.0, 4.0]]), ["z_0", "z_1", "z_2", "z_3"]),
        (Parameter([]), []),
    ],
)
def test_flat_names(param, expected):
    """M11: a named vector was doubled to `zed_zed_0`."""

    class One(Module):
        z: Parameter

    m = One(param)
    assert m.flat_param_names() == expected
    assert [value.shape for value in m.named_flat_param_values().values()] == [()] * len(expected)


class Twice(Module):
    one: Aff = Aff(name="same")
    two: Aff = Aff(name="same")


BY_NAME = {
    "names": lambda m: m.param_names(),
    "params": lambda m: m.params(),
    "iteration": lambda m: list(m.iter_params()),
    "dict": lambda m: m.named_params(),
    "values": lambda m: m.named_param_values(),
    "flat names": lambda m: m.flat_param_names(),
    "flat params": lambda m: m.named_flat_params(),
    "flat values": lambda m: m.named_flat_param_values(),
    "flat floats": lambda m: m.named_flat_param_values(return_floats=True),
    "one": lambda m: m.param("same_loc"),
    "update": lambda m: m.with_params(same_loc=1.0),
    "validation": lambda m: m.validate_params(),
    "function": validate_params,
}


@pytest.mark.parametrize("way", BY_NAME)
def test_two_parameters_of_one_name_are_refused_with_both_paths(way):
    """M12: the last one won."""
    with pytest.raises(DuplicateNameError, match="same_loc") as caught:
        BY_NAME[way](Twice())
    assert "`one.loc`" in str(caught.value)
    assert "`two.loc`" in str(caught.value)


class FlatClash(Module):
    vec: Parameter = (1.0, 2.0)
    vec_1: Parameter = 3.0


def test_a_flat_name_may_not_be_taken_either():
    """M12"""
    m = FlatClash()
    assert m.param_names() == ["vec", "vec_1"]
    for attempt in (m.flat_param_names, m.validate_params, lambda: m.with_params(vec_1=1.0)):
        with pytest.raises(DuplicateNameError, match="`vec_1`"):
            attempt()


def test_validation_includes_fixed_parameters():
    """M12"""

    class Half(Module):
        a: Parameter = Parameter(1.0, name="x")
        b: Parameter = Fixed(2.0, name="x")

    assert Half().param_names() == ["x"]
    with pytest.raises(DuplicateNameError):
        Half().validate_params()
    mod().validate_params()


def test_one_parameter_in_two_places_is_two():
    """M13"""
    p = Parameter(1.0)
    assert [entry.name for entry in named_params([p, p])] == ["0", "1"]


def test_an_abstract_module_has_the_same_names():
    m = mod()
    assert jax.eval_shape(lambda m: m, m).flat_param_names() == m.flat_param_names()


def test_attribute_paths():
    """Dotted paths are made of attributes, indices and keys, not of names."""
    paths = [entry.path for entry in named_params(containers())]
    assert paths == [
        "inner.loc", "inner.gain", "lst.0.loc", "lst.0.gain", "lst.1.loc", "lst.1.gain", "dct.k",
    ]  # fmt: skip
    assert named_params(mod(), include_fixed=True)[4][:2] == ("quad_c", "quad.c")
    assert named_params(Parameter(1.0))[0][:2] == ("", "")
    assert named_params(3.0) == ()
