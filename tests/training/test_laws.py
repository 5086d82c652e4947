"""Laws of the trainable part, of gradients and of steps, on random models: T1, T5, T7, T11, T16."""

from typing import Any

import equinox as eqx
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import optax
from hypothesis import assume, given, settings

from parax.module import partition, trainable_part
from parax.parameters import Parameter
from parax.training import Optimizer, build_update_fn, update_parameters, value_and_grad
from parax.wrappers import NonTrainable
from tests.module.strategies import NUMBERS, modules

ARRAYS = st.lists(NUMBERS, min_size=1, max_size=3)
# Plans of leaves: what kind, and its numbers. They are built outside of the drawing.
LEAVES = st.one_of(
    st.tuples(st.sampled_from(["array", "frozen", "host", "integers", "complex"]), ARRAYS),
    st.tuples(st.sampled_from(["number", "text", "none", "frozen parameter"]), ARRAYS),
)
TREES = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.lists(below, max_size=3), st.dictionaries(st.sampled_from("abc"), below, max_size=3)
    ),
    max_leaves=6,
)


def built(plan: Any) -> Any:
    if isinstance(plan, list):
        return [built(one) for one in plan]
    if isinstance(plan, dict):
        return {key: built(one) for key, one in plan.items()}
    kind, numbers = plan
    match kind:
        case "array":
            return jnp.array(numbers)
        case "host":
            return np.array(numbers, np.float32)
        case "frozen":
            return NonTrainable({"deep": [jnp.array(numbers)], "n": 3})
        case "frozen parameter":
            return NonTrainable([Parameter(numbers)])
        case "integers":
            return jnp.array(numbers).astype(int)
        case "complex":
            return jnp.array(numbers) * 1j
        case "number":
            return numbers[0]
        case "text":
            return str(numbers)
    return None


def loss(model):
    """Add up smooth functions of everything, what is fixed or constant included."""
    arrays = [leaf for leaf in jax.tree.leaves(model) if eqx.is_inexact_array(leaf)]
    value = sum((jnp.sum(jnp.cos(jnp.abs(array) ** 2)) for array in arrays), jnp.zeros(()))
    return jnp.real(value)


def stepped(model):
    return loss(model), (None, model)


def check_halves(model):
    dynamic, static = trainable_part(model)
    for halves in ((dynamic, static), (static, dynamic)):
        assert eqx.tree_equal(eqx.combine(*halves), model)
    assert eqx.tree_equal(trainable_part(dynamic)[0], dynamic)
    assert eqx.tree_equal(update_parameters(model, dynamic), model)
    twice = update_parameters(model, jax.tree.map(lambda x: 2 * x, dynamic))
    assert eqx.tree_equal(trainable_part(twice)[1], static)
    return dynamic, static


def check_steps(model):
    """Compare gradient and steps with those of JAX and Optax on the half that moves."""
    dynamic, static = check_halves(model)
    assume(jax.tree.leaves(dynamic))
    value, slope = value_and_grad(loss)(model)
    wanted, direction = jax.value_and_grad(lambda part: loss(eqx.combine(part, static)))(dynamic)
    assert eqx.tree_equal((value, slope), (wanted, direction))

    tx = optax.adamw(0.1, weight_decay=0.1)
    new, optimizer, _ = build_update_fn(stepped)(model, Optimizer(tx, model))
    moved, rest = trainable_part(new)
    assert eqx.tree_equal(rest, static)
    conjugated = jax.tree.map(jnp.conj, direction)
    updates, state = tx.update(conjugated, tx.init(dynamic), dynamic)
    by_hand = jax.tree.map(lambda p, u: jnp.asarray(p + u, p.dtype), dynamic, updates)
    assert eqx.tree_equal(moved, by_hand, rtol=1e-6, atol=1e-6)
    assert eqx.tree_equal(optimizer.state, state, rtol=1e-6, atol=1e-6)


@settings(max_examples=12)
@given(modules())
def test_modules(plan):
    """T5: `update_parameters(m, m.parameters())` is `m`; T7, T11, T16"""
    model = plan.build()
    assert eqx.tree_equal(model.update_parameters(model.parameters()), model)
    assert eqx.tree_equal(trainable_part(model), partition(model))
    check_steps(model)


@settings(max_examples=15)
@given(TREES)
def test_any_tree(plan):
    """T1, T5, T7, T11, T16"""
    check_steps(built(plan))
