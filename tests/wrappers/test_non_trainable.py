"""Values without gradient: W9-W12."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax.constants import AbstractConstant, is_constant
from parax.module import trainable_part
from parax.parameters import Fixed, Parameter
from parax.wrappers import NonTrainable, Parameterize, WeightNormalization, non_trainable, unwrap
from tests.wrappers.trees import Doubled, Line, Scaled, equal


def test_no_gradient():  # W9
    gradient = jax.grad(lambda x: (unwrap(NonTrainable({"x": x}))["x"] * x).sum())(jnp.array([3.0]))
    assert gradient.tolist() == [3.0]


def test_all_but_arrays_stays():  # W9
    host = np.ones(2, "float64")
    tree = {"f": 1.0, "i": 2, "s": "a", "n": None, "fn": len, "host": host, "k": jnp.arange(2)}
    found = unwrap(NonTrainable(tree))
    assert type(found["f"]) is float
    assert found["host"] is host
    assert found["k"].dtype == jnp.arange(2).dtype
    assert equal(found, tree)


def test_it_is_a_constant():  # W9, B11
    tree = [jnp.ones(2)]
    wrapped = NonTrainable(tree)
    assert isinstance(wrapped, AbstractConstant)
    assert is_constant(wrapped)
    assert wrapped.free() is tree


def test_twice_is_once():  # W9
    x = jnp.ones(2)
    assert equal(NonTrainable(NonTrainable(x)), NonTrainable(x))
    assert NonTrainable([NonTrainable(x)]).tree[0].tree is x


def test_each_floating_array_is_wrapped():  # W10
    tree = {
        "x": jnp.ones(2),
        "z": jnp.ones(2, complex),
        "h": np.ones(2),
        "i": jnp.arange(2),
        "f": 1.0,
        "s": "a",
        "n": None,
    }
    found = non_trainable(tree)
    assert {key for key, x in found.items() if isinstance(x, NonTrainable)} == {"h", "x", "z"}
    assert equal(unwrap(found), tree)


def test_what_is_frozen_is_not_wrapped_again():  # W10
    once = non_trainable([jnp.ones(2), NonTrainable({"x": jnp.ones(1)})])
    assert type(once[1].tree) is dict
    assert equal(non_trainable(once), once)


def test_other_wrappers_are_entered():  # W10
    found = non_trainable(Parameterize(Scaled(jnp.ones(())), Doubled(jnp.ones(2))))
    assert isinstance(found.fn.factor, NonTrainable)
    assert isinstance(found.args[0].inner, NonTrainable)
    assert unwrap(found).tolist() == [2, 2]
    weights = non_trainable(WeightNormalization(jnp.array([[3.0, 4.0]])))
    gradient = eqx.filter_grad(lambda w: unwrap(w).sum())(weights)
    assert all(not np.any(x) for x in jax.tree.leaves(gradient))
    np.testing.assert_allclose(unwrap(weights), [[3, 4]], rtol=1e-6)


def test_a_parameter_becomes_fixed():  # W11
    p = Parameter(1.0, name="a", bounds=(0, 2))
    found = non_trainable({"p": p, "w": Parameterize(jnp.exp, p)})
    assert equal(found["p"], p.as_fixed())
    assert found["w"].args[0].fixed
    assert equal(non_trainable(Fixed(1.0)), Fixed(1.0))


def test_a_regulariser_leaves_frozen_arrays_out():  # W12
    tree = {"w": jnp.array([3.0]), "frozen": NonTrainable(jnp.array([100.0]))}

    def is_frozen(x):
        return isinstance(x, NonTrainable)

    def penalty(tree, **options):
        kept = eqx.filter(tree, eqx.is_inexact_array, **options)
        return sum(jnp.sum(x**2) for x in jax.tree.leaves(kept))

    assert penalty(tree) == 10009.0
    assert penalty(tree, is_leaf=is_frozen) == 9.0


def test_frozen_arrays_are_no_part_of_what_is_trained():  # T1, T11
    model = eqx.nn.Linear(2, 1, key=jax.random.key(0))
    frozen = eqx.tree_at(lambda m: m.bias, model, replace_fn=NonTrainable)
    dynamic, static = trainable_part(frozen)
    assert len(jax.tree.leaves(dynamic)) == 1
    assert equal(eqx.combine(dynamic, static), frozen)


def test_a_model_with_frozen_parts_is_called_unwrapped():
    model = Line(NonTrainable(jnp.array(2.0)))
    assert float(unwrap(model)(3.0)) == 7.0
