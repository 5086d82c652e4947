"""Gradients by the trainable part of a model: T7-T11."""

# pyright: reportAssignmentType=false, reportArgumentType=false, reportCallIssue=false

import distreqx.bijectors as bij
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax.errors import NoTrainableParametersError, ParaxError, ParaxTypeError
from parax.module import Module
from parax.parameters import Fixed, Parameter
from parax.training import grad, value_and_grad
from parax.wrappers import NonTrainable, unwrap
from tests.training.models import Linear, Plain, Quadratic, squared

x = jnp.ones(1)


def test_gradient_value_and_aux():
    """T7, T8"""
    slope, (value, model) = grad(squared, has_aux=True)(Quadratic(), x)
    assert (float(slope.a.latent_value), slope.b.latent_value, float(value)) == (6.0, None, 10.0)
    assert eqx.tree_equal(model, Quadratic())
    (value, (aux, _)), slope = value_and_grad(squared, has_aux=True)(Quadratic(), x=x)
    assert (float(value), float(aux), float(slope.a.latent_value)) == (10.0, 10.0, 6.0)

    def plain(model, x):
        return squared(model, x)[0]

    assert float(grad(plain)(Quadratic(), x).a.latent_value) == 6.0
    value, slope = value_and_grad(plain)(Quadratic(), x)
    assert (float(value), float(slope.a.latent_value)) == (10.0, 6.0)


def test_the_gradient_is_latent():
    """T7"""
    model = {"p": Parameter(3.0, transform=bij.ScalarAffine(1.0, 4.0), scale=2.0)}
    assert float(grad(lambda m: m["p"] * 1)(model)["p"].latent_value) == 8.0


@pytest.mark.parametrize("make", [grad, value_and_grad])
def test_metadata_is_kept(make):
    """T8"""

    def cost(model):
        """Say what it costs."""
        return model["a"]

    made = make(cost)
    assert (made.__name__, made.__doc__) == ("cost", "Say what it costs.")
    cost.note = "mine"
    assert not hasattr(make(cost), "note")


@pytest.mark.parametrize("make", [grad, value_and_grad])
@pytest.mark.parametrize("argnums", [1, (0,), (0, 1), None, False])
def test_only_the_first_argument(make, argnums):
    """T7"""
    with pytest.raises(TypeError, match="`argnums` must be 0, and is"):
        make(squared, argnums=argnums)


def test_the_first_argument_said():
    """T7"""
    assert float(grad(lambda m: m**2, argnums=0)(jnp.array(3.0))) == 6.0


@pytest.mark.parametrize(
    ("tree", "loss", "expected"),
    [
        (jnp.array(3.0), lambda m: m**2, 6.0),
        ([jnp.array(3.0), 2.0], lambda m: m[0] ** m[1], [6.0, None]),
        (np.array(3.0), lambda m: m**2, 6.0),
        (Parameter(3.0), lambda m: m**2, None),
    ],
)
def test_any_tree_is_a_model(tree, loss, expected):
    """T9"""
    slope = grad(loss)(tree)
    if expected is None:
        assert float(slope.latent_value) == 6.0
    else:
        assert jax.tree.map(float, slope) == expected


def test_a_parameter_is_a_loss():
    """T9: a bare Parameter stands for its number"""
    value, slope = value_and_grad(lambda m: m.a)(Quadratic())
    assert (float(value), float(slope.a.latent_value)) == (3.0, 1.0)


NOTHING = [
    (Quadratic(a=Fixed(1.0)), "everything in `Quadratic` is fixed: `a`, `b`\n"),
    ([Fixed(1.0)] * 5, "fixed: `0`, `1`, `2`, `3`, `4`\n"),
    ([Fixed(1.0)] * 7, "`4`, …"),
    ({"a": NonTrainable(jnp.ones(2))}, "no array of `dict` is trained"),
    (3.0, "`float` holds neither a Parameter nor a floating-point array"),
    ({"n": jnp.arange(2)}, "nothing in it is fixed"),
]


@pytest.mark.parametrize(("model", "words"), NOTHING, ids=range(len(NOTHING)))
def test_nothing_to_train(model, words):
    """T9"""
    with pytest.raises(NoTrainableParametersError) as caught:
        grad(lambda model: 0.0)(model)
    assert words in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert caught.value.hint


LOSSES = [
    (lambda m: m.a * jnp.ones(2), {}, "shape `(2,)` and dtype `float", "`jax.numpy.sum`"),
    (lambda m: m.a * jnp.ones((1, 1), int), {}, "shape `(1, 1)`", "make one number"),
    (lambda m: 1, {}, "a real number, and gave an array of shape `()` and dtype `int", "floating"),
    (lambda m: m.a > 0, {}, "dtype `bool`", "floating point"),
    (lambda m: m.a * 1j, {}, "shape `()` and dtype `complex", "`abs`, `.real` or `.imag`"),
    (lambda m: "text", {}, "must give a real number, and gave a str", "has_aux"),
    (lambda m: (m.a, 1), {}, "and gave a tuple", "`has_aux=True`"),
    (lambda m: m.a, {"has_aux": True}, "must give a pair, and gave a Parameter", "`value, aux`"),
    (
        lambda m: (m.a, 1, 2),
        {"has_aux": True},
        "must give a pair, and gave a tuple",
        "`value, aux`",
    ),
]


@pytest.mark.parametrize(("loss", "options", "words", "cure"), LOSSES, ids=range(len(LOSSES)))
def test_a_loss_that_is_no_real_number(loss, options, words, cure):
    """T9"""
    with pytest.raises(TypeError) as caught:
        value_and_grad(loss, **options)(Quadratic())
    assert isinstance(caught.value, ParaxTypeError)
    assert words in caught.value.headline
    assert cure in caught.value.hint


def test_holomorphic_and_integers():
    """T7: as in `jax.grad`"""
    z = jnp.array(1.0 + 2.0j)
    assert complex(grad(lambda m: m["z"] ** 2, holomorphic=True)({"z": z})["z"]) == 2 + 4j

    with pytest.raises(ParaxTypeError, match="must give a complex number") as caught:
        grad(lambda m: abs(m["z"]), holomorphic=True)({"z": z})
    assert caught.value.hint == "leave `holomorphic` off"

    class Counted(Module):
        n: jax.Array

        def parameters(self):
            return self

    model = Counted(jnp.arange(2))
    assert grad(lambda m: 1.0 * m.n[0], allow_int=True)(model).n.dtype == jax.dtypes.float0
    with pytest.raises(TypeError):
        grad(lambda m: 1.0 * m.n[0])(model)


def test_what_is_no_array_passes_and_nothing_is_traced_twice():
    """T10"""
    traces = []

    def loss(model, x):
        traces.append(1)
        return model(x), (model, "text", jnp.arange(2), np.sin)

    model = Plain(jnp.ones(2), NonTrainable(jnp.ones(1)), jnp.arange(2))
    slope, (same, text, count, function) = grad(loss, has_aux=True)(model, 2.0)
    assert eqx.tree_equal(same, model)
    assert (text, count.tolist(), function) == ("text", [0, 1], np.sin)
    assert slope.weight.shape == (2,)
    assert (slope.frozen.tree, slope.count, slope.order, slope.activation) == (None,) * 4

    traces.clear()
    fast = eqx.filter_jit(grad(loss, has_aux=True))
    for scale in (1.0, 2.0):
        new = eqx.tree_at(lambda m: m.weight, model, scale * model.weight)
        fast(new, jnp.array(scale))
    assert len(traces) == 1

    traces.clear()

    def cost(model):
        traces.append(1)
        return jnp.sum(model["w"] ** 2) + model["p"]

    jitted = jax.jit(value_and_grad(cost))
    for scale in (1.0, 2.0):
        value, slope = jitted({"w": scale * jnp.ones(2), "p": Parameter(scale), "n": 3})
        assert float(value) == 2 * scale**2 + scale
    assert slope["w"] is None  # a model with a Parameter: arrays outside are data
    assert len(traces) == 1


def test_fixed_and_constant_get_no_gradient():
    """T11"""
    model = Plain(jnp.ones(2), NonTrainable(jnp.array([2.0, 3.0])), jnp.arange(2))

    def loss(model):
        opened = unwrap(model)
        return jnp.sum(opened.weight * opened.frozen)

    slope = grad(loss)(model)
    assert slope.weight.tolist() == [2.0, 3.0]
    assert slope.frozen.tree is None
    inside = grad(lambda m: unwrap(m)["a"] * unwrap(m)["b"])(
        {"a": NonTrainable(Parameter(2.0)), "b": Parameter(3.0)}
    )
    assert inside["a"].tree.latent_value is None
    assert float(inside["b"].latent_value) == 2.0


def test_a_shared_parameter_is_two():
    """T7: as in M13"""
    shared = Parameter(3.0)
    slope = grad(lambda m: m[0] * m[1] * m[1])([shared, shared])
    assert [float(part.latent_value) for part in slope] == [9.0, 18.0]


def test_the_declared_part_is_the_one():
    """T1, T7"""
    model = Linear(jnp.ones(2), jnp.full(2, 3.0))
    slope = grad(lambda m: jnp.sum(m.weight * m.average))(model)
    assert slope.weight.tolist() == [3.0, 3.0]
    assert slope.average is None


def test_names_of_the_front_door():
    """T7, T8"""
    assert parax.grad is parax.utils.grad is grad
    assert parax.value_and_grad is parax.utils.value_and_grad is value_and_grad
    assert issubclass(NoTrainableParametersError, ParaxError)
    assert set(parax.utils.__all__) == {
        "build_update_fn", "grad", "parameters_method", "scan", "value_and_grad",
    }  # fmt: skip
