"""The same trees in paramax, whose behaviour ours keeps unless the contract says otherwise: W1-W14.

Ours departs where a Python number is frozen (W9), and in the first scale of weights (W14).
"""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import paramax
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paramax.utils import inv_softplus as their_inv_softplus

from parax import wrappers
from tests.wrappers.trees import (
    NUMBERS,
    NonTrainable,
    Parameterize,
    Plan,
    arrays,
    built,
    trees,
    wrapped,
)
from tests.wrappers.trees import Doubled as OwnDoubled


class Doubled(paramax.AbstractUnwrappable):
    inner: Any

    def unwrap(self):
        return 2 * self.inner


THEIRS = {
    Parameterize: paramax.Parameterize,
    NonTrainable: paramax.NonTrainable,
    OwnDoubled: Doubled,
}


def require_same(ours, theirs):
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    for one, two in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-6)


@given(trees(wrapped(arrays())))
def test_values(plan):  # W2-W4
    require_same(wrappers.unwrap(built(plan)), paramax.unwrap(built(plan, THEIRS)))


@given(trees(st.one_of(wrapped(arrays()), st.just(3), st.none())))
def test_what_is_wrapped(plan):  # W5
    theirs = paramax.contains_unwrappables(built(plan, THEIRS))
    assert wrappers.contains_unwrappables(built(plan)) is theirs


def total(tree, unwrap):
    return sum(jnp.sum(jnp.sin(x)) for x in jax.tree.leaves(unwrap(tree)) if eqx.is_array(x))


@given(wrapped(arrays()))
def test_gradients(plan):  # W6, W9
    ours = eqx.filter_grad(total)(built(plan), wrappers.unwrap)
    theirs = eqx.filter_grad(total)(built(plan, THEIRS), paramax.unwrap)
    for one, two in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


@given(trees(wrapped(arrays())))
def test_frozen(plan):  # W10
    ours, theirs = built(plan), built(plan, THEIRS)
    ours, theirs = wrappers.non_trainable(ours), paramax.non_trainable(theirs)
    assert len(jax.tree.leaves(ours, is_leaf=lambda x: isinstance(x, NonTrainable))) == sum(
        not callable(x)  # a plain function is a leaf of theirs, and static in ours
        for x in jax.tree.leaves(theirs, is_leaf=lambda x: isinstance(x, paramax.NonTrainable))
    )
    require_same(wrappers.unwrap(ours), paramax.unwrap(theirs))


@given(wrapped(arrays()), NUMBERS)
def test_built_over_a_batch(plan, shift):  # W6
    def make(instead):
        plans = built(plan, instead)
        return lambda x: jax.tree.map(lambda y: y + x if eqx.is_array(y) else y, plans)

    batch = jnp.array([[shift], [shift + 1]])
    ours = wrappers.unwrap(eqx.filter_vmap(make(None))(batch))
    theirs = paramax.unwrap(eqx.filter_vmap(make(THEIRS))(batch))
    require_same(ours, theirs)


@given(st.integers(0, 20), st.floats(-20, 20))
def test_weights_of_one_scale(seed, raw):  # W13
    weight = jax.random.normal(jax.random.key(seed), (3, 4))
    raw = jnp.full((3, 1), raw)
    ours, theirs = (
        eqx.tree_at(lambda w: w.scale.args, library.WeightNormalization(weight), (raw,))
        for library in (wrappers, paramax)
    )
    np.testing.assert_allclose(wrappers.unwrap(ours), paramax.unwrap(theirs), rtol=1e-5)


def test_the_first_scale_departs():  # W14
    weight = jnp.array([[3.0, 4.0]])
    np.testing.assert_allclose(wrappers.unwrap(wrappers.WeightNormalization(weight)), weight, 1e-6)
    theirs = paramax.unwrap(paramax.WeightNormalization(weight))
    np.testing.assert_allclose(theirs, [[0.12, 0.16]], rtol=1e-5)


@given(
    st.lists(NUMBERS, min_size=2, max_size=6),
    st.sampled_from(["lower", "upper", "both", "neither"]),
)
def test_increasing_points(numbers, ends):  # W19
    options = {"min_width": 0.01, "include_endpoints": ends}
    x, interval = jnp.array(numbers), (-1.0, 3.0)
    ours = wrappers.RealToIncreasingOnInterval(x, interval, **options)
    theirs = paramax.RealToIncreasingOnInterval(x, interval, **options)
    np.testing.assert_allclose(wrappers.unwrap(ours), paramax.unwrap(theirs), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("y", [1e-3, 0.5, 1.0, 30.0])
def test_inv_softplus(y):  # W18
    theirs = their_inv_softplus(jnp.array(y))
    np.testing.assert_allclose(wrappers.inv_softplus(y), theirs, rtol=1e-5, atol=1e-5)


def test_a_python_number_stays_one():  # W9
    assert type(wrappers.unwrap(wrappers.NonTrainable(1.0))) is float


def test_plans_are_built_with_either():
    plan = Plan(Parameterize, jnp.square, 3.0)
    assert type(built(plan, THEIRS)) is paramax.Parameterize
