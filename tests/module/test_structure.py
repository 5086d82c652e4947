"""Other submodules, attributes and fields; copies: M59-M62, M64."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false, reportAttributeAccessIssue=false
# ruff: noqa: RUF012  # defaults that are built anew are what is tested

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import (
    DuplicateNameError,
    ParameterTypeError,
    ParameterValueError,
    UnknownSubmoduleError,
)
from parax.module import Module, field
from parax.parameters import Fixed, Parameter
from tests.module.models import Aff, Mod, Quad, containers, mod

M = mod()


def test_submodules_are_replaced_by_name_path():
    """M59"""
    new = Aff(7.0)
    assert M.with_submodules("aff", new).aff is new
    assert M.with_submodules({"aff": new}, quad=Aff()).param_names()[2:4] == [
        "quad_loc", "quad_gain"
    ]  # fmt: skip
    c = containers()
    assert c.with_submodules("lst_second", new).lst[1] is new
    assert c.with_submodules("lst.0", new).lst[0] is new
    assert c.with_submodules(inner=new).inner is new
    assert c.lst[1].name == "second"


def test_submodules_that_are_not_there_are_refused():
    """M59"""
    with pytest.raises(UnknownSubmoduleError, match="did you mean `quad`"):
        M.with_submodules("qad", Aff())
    with pytest.raises(DuplicateNameError, match="`aff` and `quad`"):
        Mod(Aff(name="x"), Aff(name="x")).with_submodules("x", Aff())
    with pytest.raises(ParameterTypeError, match="`aff` must be a Module, and got `3`"):
        M.with_submodules(aff=3)
    with pytest.raises(ParameterValueError, match=r"`lst\.1` is given twice"):
        containers().with_submodules({"lst_second": Aff(), "lst.1": Aff()})


def test_a_submodule_and_one_inside_it_are_refused():
    """M59"""
    outer = Mod(mod(), Quad())
    with pytest.raises(ParameterValueError, match=r"`aff.quad` lies inside `aff`"):
        outer.with_submodules({"aff": mod(), "aff_quad": Quad()})


@pytest.mark.parametrize("args", [("aff",), (3, Aff()), ("aff", Aff(), 1), ([("aff", Aff())],)])
def test_arguments_of_another_form_are_refused(args):
    """M59, M60"""
    for method in (M.with_submodules, M.with_attrs):
        with pytest.raises(ParameterTypeError, match="a dict or keywords"):
            method(*args)
    with pytest.raises(ParameterTypeError, match="a path is a string"):
        M.with_attrs({3: 1.0})
    with pytest.raises(ParameterValueError, match="`vec` is given in the dict and as a keyword"):
        M.with_attrs({"vec": 1.0}, vec=1.0)


class Pair(NamedTuple):
    left: Aff
    right: Aff


def test_attributes_are_replaced_through_containers():
    """M60: the original raises AttributeError for lists; a raw float stays one there."""
    c = containers().with_attrs({"lst.0.loc": 7.0, "dct.k": Parameter(3.0)}, name="root")
    assert (c.lst[0].loc.value.tolist(), c.dct["k"].value.tolist()) == (7.0, 3.0)
    assert isinstance(c.lst[0].loc, Parameter)
    assert c.name == "root"
    held = containers().with_attrs("lst", (Aff(), Pair(Aff(), Aff())))
    assert held.with_attrs("lst.1.right.gain", 5.0).lst[1].right.gain.value == 5
    assert M.with_attrs({"aff.loc": 9.0}).aff.loc.value == 9
    assert M.with_attrs() is M


class Several(Module):
    items: list[Parameter] = [1.0, 2.0]
    maybe: Parameter | None = None
    table: dict[str, Parameter] = {"2.4": 1.0}
    order: int = eqx.field(static=True, default=3)

    def __check_init__(self):
        if self.order < 0:
            raise ValueError("negative")


def test_converters_apply_to_fields_and_their_elements():
    """M60"""
    new = Several().with_attrs({"items.1": 5.0, "maybe": 3.0, "table.2.4": 7.0})
    assert new.param_names() == ["items_0", "items_1", "maybe", "table_2.4"]
    assert new.flat_param_values().tolist() == [1.0, 5.0, 3.0, 7.0]
    with pytest.raises(ParameterTypeError, match=r"Several.items\[0\]"):
        Several().with_attrs("items.0", "abc")


def test_static_fields_names_and_none_are_replaced():
    """M60: documented by the original, and failing there."""
    assert Several().with_attrs(order=5).order == 5
    assert Several().with_attrs(maybe=1.0).with_attrs(maybe=None).maybe is None
    assert M.with_attrs("aff.name", "X").param_names()[0] == "X_loc"
    with pytest.raises(ValueError, match="negative"):
        Several().with_attrs(order=-1)


def test_an_instance_becomes_transparent_and_stays_so():
    """M60: documented by the original, and failing there."""
    new = M.with_attrs(_transparent=True)
    names = ["loc", "gain", "a", "b", "vec"]
    assert new.param_names() == names
    assert jax.tree.map(lambda x: x, new).param_names() == names
    assert jax.jit(lambda m: m.with_params(loc=1.0))(new).param_names() == names
    assert M.param_names()[0] == "aff_loc"
    assert new.with_attrs(_transparent=False).param_names() == M.param_names()


def test_attributes_that_are_not_there_are_refused():
    """M60"""
    with pytest.raises(UnknownSubmoduleError, match="did you mean `loc`"):
        M.with_attrs("aff.lok", 1.0)
    with pytest.raises(UnknownSubmoduleError, match=r"`lst` of type `list` .* `5`") as caught:
        containers().with_attrs("lst.5", 1.0)
    assert "there are `0`, `1`" in str(caught.value)
    with pytest.raises(UnknownSubmoduleError, match="use `with_params`"):
        M.with_attrs("aff.loc.value", 1.0)
    with pytest.raises(ParameterValueError, match=r"`aff.loc` lies inside `aff`"):
        M.with_attrs({"aff": Aff(), "aff.loc": 1.0})


class Derived(Module):
    p: Parameter = 1.0
    label: str = field(init=False, static=True)

    def __post_init__(self):
        self.label = "derived"
        self._param_groups = ["from construction"]


class Own(Module):
    p: Parameter
    n: int = field(static=True, default=3)

    def __init__(self, value):
        self.p = value


def test_fields_are_replaced():
    """M61, M62"""
    assert M.with_fields(aff=Aff(name="X")).param_names()[:2] == ["X_loc", "X_gain"]
    assert M.with_fields(vec=1.0).vec.value == 1
    assert M.with_name("k").name == "k"
    assert M.with_name("k").with_name(None).name is None
    assert Derived().with_fields(label="mine").label == "mine"
    own = Own(1.0).with_fields(p=4.0, n=5)
    assert (float(own.p.value), own.n, type(own)) == (4.0, 5, Own)


def test_groups_survive_other_fields():
    """M61"""
    new = Derived().with_attrs(_param_groups=("mine",))
    assert new.with_fields(p=2.0)._param_groups == ("mine",)
    assert Derived().with_fields(_param_groups=["mine"])._param_groups == ("mine",)


def test_unknown_fields_are_refused():
    """M61"""
    with pytest.raises(TypeError, match="did you mean `aff`"):
        M.with_fields(af=Aff())
    with pytest.raises(ParameterTypeError, match="its fields are `loc`, `gain`"):
        M.with_submodule_fields("aff", zzz=1.0)
    with pytest.raises(ParameterTypeError, match="the name of a module is a string"):
        M.with_name(3)
    with pytest.raises(ValueError, match="negative"):
        Several().with_fields(order=-1)


def test_fields_of_nested_modules_are_replaced():
    """M62"""
    outer = Mod(mod(), Quad())
    for where in ("aff.quad", ["aff", "quad"], "aff_quad", outer.aff.quad):
        assert outer.with_submodule_fields(where, a=9.0).aff.quad.a.value == 9
    for where in ("", []):
        assert outer.with_submodule_fields(where, vec=1.0).vec.value == 1


class Cached(Module):
    p: Parameter = 1.0
    cache: object = field(default=None, save=False)
    table: dict = field(default_factory=dict, save=False)
    note: object = field(default="", static=True, save=False)
    tuned: Parameter = field(default=5.0, save=False)
    inner: Any = None
    bare: object = field(save=False, kw_only=True)


def cached(inner=None):
    full = {"x": np.ones(2)}
    return Cached(2.0, jnp.ones(3), full, "seen", Fixed(9.0), inner, bare=3)


def test_what_is_not_saved_is_reset_at_any_depth():
    """M64: the original resets nested live objects."""
    m = cached([cached(), {"k": (cached(),)}])
    new = m.saveable()
    for part in (new, new.inner[0], new.inner[1]["k"][0]):
        assert (part.cache, part.table, part.note, part.bare) == (None, {}, "", None)
        assert (float(part.p.value), float(part.tuned.value)) == (2.0, 5.0)
        assert isinstance(part.tuned, Parameter)
    assert m.inner[0].note == "seen"
    assert m.inner[0].table["x"].shape == (2,)


def test_a_copy_is_a_rebuild():
    """M64, X8"""
    m = containers()
    new = m.copy()
    assert new is not m
    assert new.lst is not m.lst
    assert new.lst[0] is not m.lst[0]
    assert new.lst[0].loc.latent_value is m.lst[0].loc.latent_value
    assert eqx.tree_equal(new, m)
