"""What changed between two models: M69."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import distreqx.bijectors as bij
import distreqx.distributions as dist
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax.module import Module, describe_difference, diff
from parax.parameters import Fixed, Parameter
from tests.module.models import Aff, Mod, Quad, containers, mod

M = mod()


def kinds(a, b):
    return [(change.name, change.kind) for change in diff(a, b)]


def test_equal_models_do_not_differ():
    """M69"""
    assert not diff(M, mod())
    assert str(diff(M, mod())) == "no difference"
    assert describe_difference(M, mod()) == ""
    assert not diff({"p": Parameter(np.nan)}, {"p": Parameter(np.nan)})


def test_values_and_what_is_known_of_them_are_told_by_name():
    """M69"""
    normal = dist.Normal(jnp.array(0.0), jnp.array(1.0))
    new = Mod(
        Aff(loc=3.0), Quad(a=Parameter(1.2, bounds=(0, 3), distribution=normal), c=2.0), M.vec
    )
    assert kinds(M, new) == [
        ("aff_loc", "value"),
        ("quad_a", "bounds"),
        ("quad_a", "distribution"),
        ("quad_c", "fixed"),
        ("quad_c", "value"),
    ]
    assert str(diff(M, new).of("value")) == "~ aff_loc value: 50 → 3\n~ quad_c value: 0 → 2"
    assert diff(M, new).to_dict()["quad_c"]["fixed"] == (True, False)
    assert diff(M, new)[1].before is None


def test_another_scale_transform_or_remark_is_told():
    """M69"""
    old = {"p": Parameter(1.0)}
    assert kinds(old, {"p": Parameter(1.0, scale=2.0)}) == [("p", "scale")]
    assert kinds(old, {"p": Parameter(1.0, info={"maker": "x"})}) == [("p", "info")]
    logistic = Parameter(latent_value=1.0, transform=bij.Sigmoid())
    assert kinds(old, {"p": logistic}) == [("p", "value"), ("p", "transform")]


def test_names_that_come_and_go_are_told():
    """M69"""
    old = {"a": Parameter(1.0), "b": Parameter(2.0)}
    new = {"a": Parameter(1.0), "c": Parameter([1.0, 2.0])}
    assert str(diff(old, new)) == "- b: 2\n+ c: [1, 2]"


def test_another_name_of_the_same_parameter_is_a_change_of_name():
    """M69"""
    new = Mod(Aff(name="X"), Quad(), M.vec)
    assert kinds(M, new) == [
        ("aff_loc", "name"),
        ("aff_gain", "name"),
        ("aff.name", "field"),
    ]


class Static(Module):
    p: Parameter = 1.0
    raw: jax.Array = jnp.ones(2)
    order: int = eqx.field(static=True, default=3)


def test_static_fields_and_arrays_are_told_by_path():
    """M69"""
    new = {"s": Static(raw=jnp.zeros(2), order=4)}
    assert str(diff({"s": Static()}, new)) == (
        "~ s.order field: 3 → 4\n~ s.raw array: [1, 1] → [0, 0]"
    )
    assert describe_difference({"s": Static()}, new) == (
        "`s.order` is `3` in the first and `4` in the second"
    )


class Sulky:
    """Refuses to be compared."""

    def __eq__(self, other):
        raise TypeError("no")

    __hash__ = object.__hash__


def test_static_values_that_do_not_compare_count_as_different():
    """M69"""
    held = Sulky()
    assert kinds(Static(order=held), Static(order=Sulky())) == [("order", "field")]
    assert not diff(Static(order=held), Static(order=held))


def test_modules_that_come_and_go_are_told_once():
    """M69"""
    old, new = {"x": [Aff()]}, {"x": [Aff(), Aff()]}
    assert kinds(old, new) == [
        ("x_1_loc", "added"),
        ("x_1_gain", "added"),
        ("x.1", "added"),
    ]
    assert kinds({"x": Aff()}, {"x": Quad()})[-1] == ("x", "class")


def test_two_parameters_of_one_name_are_told_apart_by_path():
    """M69, M12"""
    old = {"x": [Parameter(1.0, name="p"), Parameter(2.0, name="p")]}
    new = {"x": [Parameter(1.0, name="p"), Parameter(3.0, name="p")]}
    assert str(diff(old, new)) == "~ x_p value: 2 → 3"


def test_the_structure_is_described_for_messages():
    """M69"""
    assert describe_difference(M, M.with_params(aff_loc=3.0, vec=Fixed([1.0, 2.0, 3.0]))) == ""
    text = describe_difference(M, containers())
    assert text.startswith("`aff_loc` is in the first only, `aff_gain` is in the first only")
    assert text.endswith("and more (16)")


def test_long_lists_are_shortened():
    """M69"""
    old = [Parameter(1.0)] * 100
    lines = str(diff(old, [Parameter(2.0)] * 100)).splitlines()
    assert (len(lines), lines[-1]) == (41, "… 60 more")


def test_abstract_values_differ_by_shape_only():
    """M69: under `jit` the numbers are not known."""

    @jax.jit
    def f(model):
        assert not diff(model, model.with_params(aff_loc=3.0))
        assert kinds(model, model.with_params(vec=Parameter([1.0, 2.0])))[0] == ("vec", "shape")
        return model.vec.value

    f(M)


def test_an_array_and_a_number_are_compared_by_value():
    array = jnp.asarray(2.0)
    assert not diff({"k": array}, {"k": 2.0})
    assert not diff({"k": 2.0}, {"k": np.asarray(2.0)})
    assert diff({"k": array}, {"k": 3.0})
    assert diff({"k": array}, {"k": "two"})
    assert diff({"k": "two"}, {"k": array})
