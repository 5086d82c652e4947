"""A model as text and as a table: M6, M7, M68."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import io
import sys
import types

import distreqx.distributions as dist
import equinox as eqx
import jax
import jax.numpy as jnp
import pytest
from rich.console import Console

from parax.errors import UnknownParameterError
from parax.module import Module, field, partition, summary
from parax.parameters import Fixed, Parameter, ParameterGroup
from tests.module.models import Aff, containers, mod

M = mod()


class Order(Module):
    count: int = 3
    p: Parameter = 1.0
    label: str = field(static=True, default="x")
    parts: list = field(default_factory=lambda: [Aff(name="first")])
    hidden: int = field(default=1, repr=False)


def test_fields_with_parameters_come_first_and_the_name_last():
    """M6"""
    lines = repr(Order(name="root")).splitlines()
    assert [
        line.strip().split("=")[0] for line in lines if line.startswith("  ") and line[2] > " "
    ][::1] == ["p", "parts", "],", "count", "label", "name"]
    assert (lines[0], lines[-2:]) == ("Order(", ["  name='root'", ")"])
    assert "      name='first'" in lines


def test_long_lists_of_modules_are_shortened_in_repr():
    """M6"""
    text = repr(Order(parts=[Aff()] * 50))
    assert text.count("Aff(") == 20
    assert "… 30 more" in text


def test_repr_works_on_halves_and_under_jit():
    """M6, M29"""
    assert repr(partition(M)[1]).startswith("Mod(\n  aff=Aff(")
    assert jax.jit(lambda m: len(repr(m)))(M) > 0


@pytest.mark.parametrize("name", ["copy", "params", "children", "with_params", "summary"])
def test_a_field_that_hides_a_method_is_warned_of(name):
    """M7"""
    with pytest.warns(UserWarning, match=f"`{name}` of `Bad` hides `Module.{name}`") as caught:
        bad = types.new_class(
            "Bad", (Module,), exec_body=lambda body: body.update(__annotations__={name: int})
        )
    assert len(caught) == 1
    with pytest.raises(TypeError, match=name):
        bad()
    assert getattr(bad(3), name) == 3


def test_the_warning_points_at_the_class():
    """M7"""
    with pytest.warns(UserWarning, match="`copy` of") as caught:

        class Bad(Module):
            copy: Parameter = 1.0

    assert caught[0].filename == __file__
    assert Bad().copy.value == 1


def test_other_fields_and_methods_are_not_warned_of():
    """M7: warnings are errors here."""

    class Good(Module):
        title: str = ""
        name: str | None = eqx.field(default=None, static=True, kw_only=True)

        def copy(self):
            return "mine"

    assert Good().copy() == "mine"


def model():
    normal = dist.Normal(jnp.array(1.0), jnp.array(0.5))
    parts = {
        "L": Parameter(2.0, bounds=(0, 9), distribution=normal),
        "C": Fixed([1.0, 3.0]),
        "n": Parameter([float(i) for i in range(9)], name="taps"),
    }
    return Order(parts=[parts])


def test_the_table_says_what_is_known_of_each_parameter():
    """M68"""
    rows = {row.name: row for row in model().summary()}
    assert list(rows) == ["p", "parts_0_C", "parts_0_L", "parts_0_n"]
    assert rows["parts_0_L"][1:] == ("2", "", "[0, 9]", "Normal(loc=1, scale=0.5)", "free", "")
    assert rows["parts_0_C"].value == "[1, 3]"
    assert rows["parts_0_C"].state == "fixed"
    assert rows["parts_0_n"].value == "[0, 1, …, 7, 8]"


def test_the_table_as_text():
    """M68"""
    assert (
        str(model().summary("p")) == "Order: 1 free, 0 fixed\nname  value  state\np     1      free"
    )
    assert str(M.summary(["aff_*", "quad_c"])).splitlines() == [
        "Mod: 2 free, 1 fixed",
        "name      value  state",
        "aff_loc   50     free",
        "aff_gain  0      free",
        "quad_c    0      fixed",
    ]
    assert str(summary({})) == "dict: 0 free, 0 fixed"
    assert "quad_c" not in str(M.summary(include_fixed=False))
    assert len(M.summary(submodules="quad")) == 3
    with pytest.raises(UnknownParameterError):
        M.summary("nope")


def test_units_and_groups_have_columns():
    """M68"""
    inner = Aff(Parameter(8.0, unit="nH"))
    m = containers().with_fields(inner=inner)
    m = m.with_attrs(_param_groups=[ParameterGroup(["loc", "gain"], name="pair")])
    m = m.with_attrs({"lst.1._param_groups": [ParameterGroup(["loc", "gain"])]})
    rows = {row.name: row for row in m.summary()}
    assert (rows["loc"].unit, rows["loc"].group) == ("nH", "pair")
    assert (rows["lst_second_gain"].group, rows["dct_k"].group) == ("2", "")


def test_a_long_table_is_shortened_but_has_all_rows():
    """M68"""
    table = summary([Parameter(1.0)] * 200)
    lines = str(table).splitlines()
    assert len(table) == 200
    assert len(lines) == 2 + 45 + 1 + 10
    assert "… 145 more" in lines
    assert "… 145 more</td>" in table._repr_html_()


def test_a_notebook_gets_html():
    """M68"""
    page = summary({"<b>": Parameter(1.0)})._repr_html_()
    assert "<td>&lt;b&gt;</td><td>1</td><td>free</td>" in page
    assert "<b>" not in page
    assert M._repr_html_() == M.summary()._repr_html_()


def test_a_terminal_gets_styled_lines_that_fit():
    """M68"""
    out = io.StringIO()
    Console(file=out, force_terminal=True, width=18).print(M.summary())
    plain = io.StringIO()
    Console(file=plain, width=80).print(M.summary())
    assert "\x1b[2mquad_c" in out.getvalue()
    assert all(len(line.rstrip()) <= 80 for line in plain.getvalue().splitlines())
    assert "".join(plain.getvalue().split()) == "".join(str(M.summary()).split())
    assert "rich" not in vars(sys.modules["parax.module._summary"])
