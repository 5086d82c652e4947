"""Optimisers and steps: T11, T14-T20."""

# pyright: reportAssignmentType=false, reportArgumentType=false, reportCallIssue=false

import subprocess
import sys

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import parax
from parax.errors import ParaxError, ParaxTypeError, UpdateError
from parax.module import Module, trainable_part
from parax.parameters import Fixed, Parameter
from parax.training import Optimizer, build_update_fn, scan
from parax.wrappers import NonTrainable
from tests.training.models import Linear, Plain, Quadratic, squared

x = jnp.ones(1)


def sgd(model, rate=0.1):
    return Optimizer(optax.sgd(rate), model)


def of_plain(model, x):
    value = model(x)
    return value, (value, model)


def test_an_optimizer_holds_a_transformation_and_its_state():
    """T14"""
    tx, model = optax.adam(0.1), Quadratic()
    optimizer = Optimizer(tx, model)
    assert optimizer.transform is tx
    assert all(not callable(leaf) for leaf in jax.tree.leaves(optimizer))
    assert eqx.tree_equal(optimizer.state, tx.init(model.parameters()))
    assert eqx.tree_equal(optimizer, Optimizer(tx, model.parameters()))
    grads = jax.tree.map(lambda v: 2 * v, model.parameters())
    for params in (model, model.parameters()):
        updates, later = optimizer.apply(grads, params)
        wanted, state = tx.update(grads, optimizer.state, model.parameters())
        assert eqx.tree_equal(updates, wanted)
        assert eqx.tree_equal(later.state, state)
        assert int(optimizer.state[0].count) == 0
        assert int(later.state[0].count) == 1
    with pytest.raises(AttributeError):
        optimizer.state = None
    assert "_structure" not in repr(optimizer)


class Half:
    """An optimiser that is not of Optax: it goes half of the way, and then counts."""

    def init(self, params):
        return {"steps": jnp.array(0), "seen": [] if params is None else None}

    def update(self, grads, state, params):
        return jax.tree.map(lambda v: -v / 2, params), {"steps": state["steps"] + 1, "seen": None}


def test_any_transformation_will_do():
    """T14: what has `init` and `update`"""
    model, optimizer, _ = build_update_fn(squared)(Quadratic(), Optimizer(Half(), Quadratic()), x)
    assert (float(model.a), int(optimizer.state["steps"])) == (1.5, 1)


def test_optax_is_not_imported():
    """T14"""
    code = "import sys, parax; parax.Optimizer, parax.utils; sys.exit('optax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("wrong", [optax.sgd, 0.1, None])
def test_no_transformation(wrong):
    """T14"""
    with pytest.raises(ParaxTypeError, match="must have the methods `init` and `update`, and is"):
        Optimizer(wrong, Quadratic())


def test_one_step():
    """T15, T16"""
    step = build_update_fn(squared)
    model = Quadratic()
    optimizer = sgd(model)
    new, _, aux = step(model, optimizer, x)
    assert float(new.a.value) == pytest.approx(2.4)
    assert (float(new.b.value), float(aux)) == (1.0, 10.0)
    assert (float(model.a), new.b.fixed) == (3.0, True)
    assert float(step(model, optimizer, x=x)[0].a) == pytest.approx(2.4)

    in_loop = build_update_fn(squared, scan_mode=True)
    (last, _), losses = scan(in_loop, (model, optimizer), jnp.ones((3, 1)))
    assert losses.tolist() == pytest.approx([10.0, 6.76, 4.6864])
    assert float(last.a) == pytest.approx(3 * 0.8**3)
    (once, _), aux = in_loop((model, optimizer), x=x)
    assert (float(once.a), float(aux)) == (pytest.approx(2.4), 10.0)
    assert parax.build_update_fn is parax.utils.build_update_fn is build_update_fn
    assert parax.Optimizer is Optimizer


def test_the_returned_model_is_kept():
    """T16: running statistics from the loss, and the step from the values in the returned model"""

    def loss(model, x):
        value = jnp.sum(model.weight * x)
        average = 0.5 * model.average + 0.5 * value
        returned = eqx.tree_at(
            lambda m: (m.average, m.weight), model, (average, jnp.round(model.weight))
        )
        return value, ("aux", returned)

    model = Linear(jnp.array([1.2, 2.2]), jnp.zeros(()))
    new, _, aux = build_update_fn(loss)(model, sgd(model), jnp.ones(2))
    np.testing.assert_allclose(new.weight, [0.9, 1.9], rtol=1e-6)
    assert float(new.average) == pytest.approx(1.7)
    assert (aux, new.label) == ("aux", "linear")
    assert model.average == 0.0


def test_constants_never_change():
    """T11: neither by gradients nor by the decay of weights"""
    frozen = NonTrainable({"k": jnp.ones(2), "p": Parameter(2.0)})
    models = [
        Plain(jnp.ones(2), NonTrainable(jnp.ones(2)), jnp.arange(2)),
        {"w": jnp.ones(2), "frozen": NonTrainable(jnp.full(2, 3.0)), "host": np.ones(2)},
        {"p": Parameter(1.0), "f": Fixed(2.0), "frozen": frozen, "w": jnp.ones(2)},
        Quadratic(),
    ]
    for model in models:
        dynamic, static = trainable_part(model)

        def loss(model, static=static):
            part = eqx.filter(model, eqx.is_inexact_array)
            value = sum(jnp.sum(jnp.abs(leaf)) for leaf in jax.tree.leaves(part))
            return value, (None, model)

        step = eqx.filter_jit(build_update_fn(loss))
        new, optimizer = model, Optimizer(optax.adamw(0.1, weight_decay=0.5), model)
        for _ in range(3):
            new, optimizer, _ = step(new, optimizer)
        part, rest = trainable_part(new)
        assert eqx.tree_equal(rest, static)
        for before, after in zip(jax.tree.leaves(dynamic), jax.tree.leaves(part), strict=True):
            assert not np.any(np.asarray(before) == np.asarray(after))


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda m: (m.a * 1, m), "and gave (an array, a Quadratic)"),
        (lambda m: m.a * 1, "and gave an array"),
        (lambda m: (m.a * 1, 1.0, m), "and gave (an array, a float, a Quadratic)"),
        (lambda m: (m.a * 1, (1.0, 2.0, m)), "(a float, a float, a Quadratic))"),
        (lambda m: [m.a * 1, (1.0, m)], "and gave a list"),
        (lambda m: (m.a * 1, [1.0, m]), "a list)"),
        (lambda m: (m.a * 1, ()), "())"),
        (lambda m: None, "and gave a NoneType"),
    ],
    ids=range(8),
)
def test_a_loss_that_gives_something_else(result, words):
    """T17"""
    with pytest.raises(UpdateError, match=r"must give `\(loss, \(aux, model\)\)`") as caught:
        build_update_fn(result)(Quadratic(), sgd(Quadratic()))
    assert words in caught.value.headline
    assert caught.value.hint == "end it with `return loss, (aux, model)`"


PLAIN = Plain(jnp.ones(2), None, jnp.arange(2))


@pytest.mark.parametrize(
    ("model", "change", "words"),
    [
        (Quadratic(), lambda m: m.with_params(b=Parameter(1.0)), "`.b.fixed` was `True` and"),
        (Quadratic(), lambda m: m.with_params(a=Parameter([1.0, 2.0])), "`.a.latent_value` was"),
        (Quadratic(), lambda m: {"a": m.a}, "the model was a Quadratic and became a dict"),
        (PLAIN, lambda m: eqx.tree_at(lambda m: m.weight, m, jnp.ones(3)), "`.weight` was"),
        (PLAIN, lambda m: eqx.tree_at(lambda m: m.count, m, jnp.ones(2)), "`.count` was `int"),
        (PLAIN, lambda m: eqx.tree_at(lambda m: m.label, m, "b"), "`.label` was a str, `'plain'`"),
    ],
    ids=range(6),
)
def test_a_loss_that_returns_another_model(model, change, words):
    """T17"""

    def loss(model):
        part = trainable_part(model)[0]
        return sum(map(jnp.sum, jax.tree.leaves(part))), (None, change(model))

    with pytest.raises(UpdateError, match="returned another kind of model") as caught:
        build_update_fn(loss)(model, sgd(model))
    assert words in caught.value.headline


def test_numbers_of_python_may_change():
    """T17: a counter in the model"""

    def loss(model):
        later = eqx.tree_at(lambda m: m.order, model, model.order + 1)
        return model(1.0), (None, later)

    assert build_update_fn(loss)(PLAIN, sgd(PLAIN))[0].order == 3


@pytest.mark.parametrize("optimizer", [optax.sgd(0.1), None, optax.sgd])
def test_an_optimizer_without_apply(optimizer):
    """T17"""
    with pytest.raises(TypeError, match="must be an `Optimizer`, or have its method") as caught:
        build_update_fn(squared)(Quadratic(), optimizer, x)
    assert isinstance(caught.value, ParaxTypeError)


@pytest.mark.parametrize("loss", [None, 3.0, "loss"])
def test_no_loss(loss):
    """T15"""
    with pytest.raises(ParaxTypeError, match="`loss_fn` must be a function, and is"):
        build_update_fn(loss)


def test_an_optimizer_of_ones_own():
    """T17: what has `apply`"""

    class Own:
        def apply(self, grads, params):
            return jax.tree.map(lambda g: -g, grads), "later"

    new, later, _ = build_update_fn(squared)(Quadratic(), Own(), x)
    assert (float(new.a), later) == (-3.0, "later")


class Two(Module):
    q: Quadratic
    c: Parameter = 2.0
    d: Parameter = 1.0
    width: int = eqx.field(static=True, default=1)


def total(model):
    value = model.q.a + model.c + model.d
    return value, (None, model)


TWO = Two(Quadratic())


@pytest.mark.parametrize(
    ("made_for", "used_on", "words"),
    [
        (TWO, TWO.with_fixed_params(["c", "q_a"]), "`c`, `q_a`, which the model does not train"),
        (TWO.with_fixed_params("c"), TWO, "the model trains `c`, which is not in the optimizer"),
        (
            TWO.with_fixed_params("c"),
            TWO.with_fixed_params("d"),
            "the optimizer has `d`, which the model does not train; the model trains `c`, which",
        ),
        (TWO, Two(Quadratic(), width=2), "do not fit: `.width` was `1` and became `2`"),
    ],
    ids=range(4),
)
def test_an_optimizer_of_another_model(made_for, used_on, words):
    """T18"""
    with pytest.raises(UpdateError) as caught:
        build_update_fn(total)(used_on, sgd(made_for))
    assert words in caught.value.headline
    assert isinstance(caught.value, ParaxError)
    assert "Optimizer(transform, model)" in str(caught.value.hint)


def test_gradients_of_another_model():
    """T18"""
    grads = TWO.with_fixed_params("c").parameters()
    with pytest.raises(UpdateError, match="the model trains `c`, which is not in the gradients"):
        sgd(TWO).apply(grads, TWO)
    with pytest.raises(UpdateError, match="the gradients have `c`, which the model does not train"):
        sgd(TWO).apply(TWO.parameters(), TWO.with_fixed_params("c"))


@pytest.mark.parametrize("make", [optax.adam, optax.sgd, optax.adamw, optax.adagrad])
def test_a_step_is_traced_once(make):
    """T19: also where arrays begin as what JAX makes of a number of Python"""
    traces = []

    def loss(model, x):
        traces.append(1)
        value = (jnp.sum(model["w"]) + model["b"] - x) ** 2
        average = 0.9 * model["average"].tree + 0.1 * jnp.asarray(x, jnp.result_type(float))
        return value, (value, {**model, "average": NonTrainable(average)})

    model = {
        "w": jnp.ones(2), "b": jnp.array(0.0), "h": np.ones(2, np.float32), "text": "a", "n": 3,
        "average": NonTrainable(jnp.array(0.0)),
    }  # fmt: skip
    step = eqx.filter_jit(build_update_fn(loss))
    optimizer, losses = Optimizer(make(1e-2), model), []
    for _ in range(10):
        model, optimizer, value = step(model, optimizer, jnp.array(1.0))
        losses.append(float(value))
    assert len(traces) == 1
    assert losses == sorted(losses, reverse=True)
    assert model["h"].dtype == jnp.float32
    assert float(model["average"].tree) == pytest.approx(1 - 0.9**10)


def test_modules_are_traced_once():
    """T19"""
    traces = []

    def loss(model, x):
        traces.append(1)
        return squared(model, x)

    step = eqx.filter_jit(build_update_fn(loss))
    model, optimizer = Quadratic(), Optimizer(optax.adam(0.1), Quadratic())
    for _ in range(10):
        model, optimizer, _ = step(model, optimizer, x)
    step(Quadratic(a=7.0), Optimizer(optimizer.transform, Quadratic(a=7.0)), 2 * x)
    assert len(traces) == 1


def test_dtypes_stay():
    """T16: an update of another dtype is rounded to that of what it is added to"""

    def loss(model):
        value = sum(jnp.sum(jnp.abs(leaf.astype(jnp.float32)) ** 2) for leaf in model.values())
        return value, (None, model)

    model = {"half": jnp.ones(2, jnp.bfloat16), "single": jnp.ones(2, jnp.float32)}

    class Wide(Half):
        def update(self, grads, state, params):
            return jax.tree.map(lambda g: -0.25 * g.astype(jnp.float32), grads), state

    new, _, _ = build_update_fn(loss)(model, Optimizer(Wide(), model))
    assert jax.tree.map(lambda leaf: leaf.dtype, new) == {"half": "bfloat16", "single": "float32"}
    assert new["half"].tolist() == [0.5, 0.5]


def test_complex_arrays_go_downhill():
    """T16: the gradient of JAX is conjugated first"""
    goal = jnp.array([1.0 + 2.0j, -1.0j])

    def loss(model, _):
        value = jnp.sum(jnp.abs(model - goal) ** 2)
        return value, (value, model)

    model = jnp.zeros(2, complex)
    optimizer = sgd(model, 0.25)
    step = build_update_fn(loss, scan_mode=True)
    (model, _), values = scan(step, (model, optimizer), None, length=40)
    np.testing.assert_allclose(model, goal, atol=1e-5)
    assert np.all(np.diff(values[:8]) < 0)


def test_a_state_that_changes_its_structure_is_kept():
    """T14"""

    class Growing(Half):
        def init(self, params):
            return ()

        def update(self, grads, state, params):
            return grads, (*state, 1)

    optimizer = Optimizer(Growing(), Quadratic())
    for _ in range(2):
        _, optimizer = optimizer.apply(Quadratic().parameters(), Quadratic())
    assert optimizer.state == (1, 1)
