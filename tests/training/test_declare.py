"""What is trained, and how it is put back: T1-T6."""

# pyright: reportAssignmentType=false, reportArgumentType=false, reportCallIssue=false

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from distreqx.distributions import Normal

import parax
from parax.errors import ParaxError, ParaxTypeError, UnknownSubmoduleError, UpdateError
from parax.module import Module, part_names, partition, trainable_names, trainable_part
from parax.parameters import Fixed, Parameter
from parax.training import parameters_method, update_parameters
from parax.wrappers import NonTrainable, Parameterize
from tests.training.models import Linear, Plain, Quadratic


def shapes(tree):
    return [np.shape(leaf) for leaf in jax.tree.leaves(tree)]


class Net(Module):
    """One of each kind of field."""

    linear: Linear
    plain: Plain
    table: dict
    weight: jax.Array
    bias: Parameter = Parameter([0.5, 0.5])
    held: Parameter = Fixed(2.0)
    count: jax.Array = jnp.arange(3)
    wrapped: Parameterize = Parameterize(jnp.exp, jnp.zeros(4))
    width: int = eqx.field(static=True, default=5)


def net(kind=Net):
    linear = Linear(jnp.ones(2), jnp.zeros(1))
    plain = Plain(jnp.ones(3), NonTrainable(jnp.ones(7)), jnp.arange(2))
    table = {"a": jnp.ones(6), "q": Quadratic()}
    return kind(linear, plain, table, jnp.ones(8))


def declared(*names, **options):
    return type("Declared", (Net,), {"parameters": parameters_method(*names, **options)})


def test_constants_are_no_part_of_plain_models():
    """T1: (c), and parameters inside a constant too"""
    plain = Plain(jnp.ones(3), NonTrainable({"k": jnp.ones(7)}), jnp.arange(2))
    dynamic, static = trainable_part(plain)
    assert shapes(dynamic) == [(3,)]
    assert jax.tree.structure(jax.tree.map(lambda _: None, plain)) == jax.tree.structure(
        jax.tree.map(lambda _: None, dynamic)
    )
    for halves in ((dynamic, static), (static, dynamic)):
        assert eqx.tree_equal(eqx.combine(*halves), plain)
    assert trainable_names(plain) == ("weight_0", "weight_1", "weight_2")
    assert trainable_part(NonTrainable(jnp.ones(2)))[0].tree is None

    mixed = {"p": Parameter(1.0, bounds=(0, 2)), "f": Fixed(2.0), "n": NonTrainable(Parameter(3.0))}
    dynamic, static = trainable_part(mixed)
    assert shapes(dynamic) == [()]
    assert eqx.tree_equal(eqx.combine(dynamic, static), mixed)
    assert trainable_names(mixed) == ("p",)


def test_named_arrays_are_kept_as_they_are():
    """T2"""
    linear = Linear(jnp.ones(2), jnp.zeros(1))
    part = linear.parameters()
    assert part.weight is linear.weight
    assert (part.average, part.label, part.activation) == (None, None, None)


@pytest.mark.parametrize(
    ("names", "options", "expected"),
    [
        ((), {}, [(2,), (3,), ()]),
        (("weight bias", "count"), {}, [(2,), (3,), (), (8,), (2,)]),
        (("weight", "bias", "held"), {"submodules": False}, [(8,), (2,)]),
        ((), {"submodules": False}, []),
        (("linear",), {"submodules": False}, [(2,)]),
        (("plain",), {"submodules": False}, [(3,)]),
        (("table",), {"submodules": False}, [(6,), ()]),
        (("wrapped",), {"submodules": False}, [(4,)]),
    ],
)
def test_what_a_class_declares(names, options, expected):
    """T2, T3: names, submodules, Parameters by latent value, nothing fixed and no integers"""
    model = net(declared(*names, **options))
    part = model.parameters()
    assert shapes(part) == expected
    assert shapes(trainable_part(part)[0]) == expected  # that of a trainable part is itself
    assert jax.tree.structure(eqx.combine(part, model)) == jax.tree.structure(model)
    assert eqx.tree_equal(update_parameters(model, part), model)


def test_groups_are_never_trained():
    """T2"""

    class Grouped(Module):
        p: Parameter = 1.0
        parameters = parameters_method("p")

        def __post_init__(self):
            self._param_groups = [Normal(jnp.zeros(2), jnp.ones(2))]

    assert shapes(Grouped().parameters()) == [()]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "weights",
            "`weights`, which is no field of `Declared`\n  help: did you mean `weight`?",
        ),
        ("zzz", "`linear`, `plain`, `table`"),
        ("width", "`Declared.width` is static, and cannot be trained"),
        ("num_params", "which is no field"),
    ],
)
def test_a_name_that_is_no_field(name, words):
    """T3"""
    method = declared(name)  # says nothing yet
    with pytest.raises(AttributeError) as caught:
        net(method).parameters()
    assert isinstance(caught.value, UnknownSubmoduleError)
    assert words in str(caught.value)


def test_a_name_that_is_no_text():
    """T3"""
    with pytest.raises(TypeError, match="takes the names of attributes, and got an int") as caught:
        parameters_method("weight", 3)
    assert isinstance(caught.value, ParaxTypeError)


def test_every_module_gives_its_parameters_and_takes_them_back():
    """T4, T5"""
    model = net(declared("weight bias"))
    changed = jax.tree.map(lambda x: x + 1, model.parameters())
    new = model.update_parameters(changed)
    assert new.weight.tolist() == [2.0] * 8
    assert new.bias.tolist() == [1.5, 1.5]
    assert new.linear.weight.tolist() == [2.0, 2.0]
    assert (new.count is model.count, new.held, new.linear.average) == (True, 2.0, 0.0)
    assert model.bias.tolist() == [0.5, 0.5]
    assert eqx.tree_equal(Quadratic().parameters(), partition(Quadratic())[0])
    assert float(Quadratic().update_parameters(Quadratic(a=5.0).parameters()).a) == 5.0
    assert parax.update_parameters is update_parameters


def test_a_model_that_is_all_trained_equals_its_parameters():
    """T6"""

    class Affine(Module):
        weight: jax.Array
        bias: jax.Array
        parameters = parameters_method("weight bias")

    model = Affine(jnp.ones(2), jnp.zeros(1))
    assert eqx.tree_equal(model, model.parameters())


@pytest.mark.parametrize(
    ("model", "params", "words"),
    [
        (Quadratic(), Quadratic(b=2.0).parameters(), "`.b.fixed` is `False` there and `True` in"),
        (Quadratic(), [jnp.ones(())], "the root is a list of 1 there and a Quadratic in the model"),
        ({"a": jnp.ones(2)}, {"a": [jnp.ones(2)]}, "`['a']` is a list of 1 there and `float"),
        ({"a": [jnp.ones(2)]}, {"a": jnp.ones(2)}, "in the model"),
        ({"a": None}, {"a": jnp.ones(2)}, "and None in the model"),
        ({"a": 1.0}, {"a": 1.0, "b": None}, "the root is a dict of 2 there and a dict of 1"),
    ],
)  # fmt: skip
def test_parameters_of_another_structure(model, params, words):
    """T5"""
    with pytest.raises(UpdateError) as caught:
        update_parameters(model, params)
    assert words in str(caught.value)
    assert isinstance(caught.value, ParaxError)


def test_none_leaves_all_below_it():
    """T5"""
    model = {"a": [jnp.ones(2), "text"], "b": jnp.zeros(1)}
    new = update_parameters(model, {"a": None, "b": jnp.ones(1)})
    assert new["a"] == model["a"]
    assert new["b"].tolist() == [1.0]


def test_parts_are_named():
    """T18"""
    model = {"net": Quadratic(), "w": [jnp.ones(2)]}
    assert part_names(trainable_part(model)[0]) == ("net_a",)
    assert part_names(trainable_part({"w": [jnp.ones(2), 3], "c": jnp.ones(1)})[0]) == ("c", "w_0")
    assert part_names(jnp.ones(2)) == ("x",)
