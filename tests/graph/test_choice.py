"""A choice by a scalar computes only the branch that is taken (O33, X20)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.core import Tracer

from parax import op
from parax.errors import OperatorError

x, y = op.Input("x"), op.Input("y")


class Counter:
    """Counts how often a leaf runs on numbers, and how often on their types alone."""

    def __init__(self):
        self.ran = self.traced = 0

    def __call__(self, y):
        if isinstance(jnp.sin(y), Tracer):
            self.traced += 1
        else:
            self.ran += 1
        return jnp.sin(y)


def counted():
    counter = Counter()

    def sine(y):
        return counter(y)

    return counter, op.Lambda(sine)


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("kind", [bool, int, float, np.bool_, jnp.asarray])
def test_the_other_branch_is_not_computed(taken, kind):
    (one, yes), (other, no) = counted(), counted()
    chosen = op.Where(x, yes + 1, op.Reduce(no * 2, jnp.sum))
    value = chosen(x=kind(taken), y=jnp.arange(3.0))
    expected = jnp.sin(jnp.arange(3.0)) + 1 if taken else jnp.sum(2 * jnp.sin(jnp.arange(3.0)))
    np.testing.assert_allclose(value, jnp.broadcast_to(expected, (3,)), rtol=1e-6)
    assert (one.ran, other.ran) == ((1, 0) if taken else (0, 1))


def test_shapes_and_dtypes_are_those_of_both():
    for where in (True, False):
        both = op.Where(x, 1, y)(x=where, y=jnp.ones((2, 1), jnp.float32))
        assert both.shape == (2, 1)
        assert both.dtype == jnp.float32
        assert op.Where(x, y, y * 1j)(x=where, y=jnp.ones(2)).dtype == jnp.result_type(complex)
        tree = op.Where(x, {"a": y + 1}, {"a": y})(x=where, y=jnp.ones(2))
        assert tree["a"].shape == (2,)


def test_branches_that_do_not_fit_are_named_whichever_is_taken():
    chosen = op.Where(x, y, op.Map(jnp.sin, y[:2]))
    for where in (True, False):
        with pytest.raises(OperatorError, match=r"`where` cannot broadcast shapes \(\), \(3,\)"):
            chosen(x=where, y=jnp.ones(3))


def test_what_is_shared_with_the_outside_is_computed_once():
    counter, leaf = counted()
    part = leaf * 2
    value = (op.Where(x, 1.0, part) + part)(x=True, y=jnp.ones(2))
    assert counter.ran == 1
    assert value.shape == (2,)


def test_a_branch_of_code_that_looks_at_numbers_is_computed():
    def sign(y):
        return 1.0 if jnp.sum(y) > 0 else -1.0

    chosen = op.Where(x, op.Lambda(lambda y: y), op.Lambda(sign))
    assert chosen(x=True, y=jnp.ones(2)).tolist() == [1.0, 1.0]
    assert chosen(x=False, y=-jnp.ones(2)).tolist() == [-1.0, -1.0]


def test_choices_nest_to_any_depth():
    (one, yes), (other, no) = counted(), counted()
    deep = yes
    for depth in range(2000):
        deep = op.Where(x > depth, deep, no)
    assert deep(x=3000, y=1.0) == pytest.approx(np.sin(1.0))
    assert (one.ran, other.ran) == (1, 0)
    assert deep(x=-1, y=1.0) == pytest.approx(np.sin(1.0))
    assert one.ran == 1


def test_a_tracer_that_a_leaf_brings_is_guarded():
    """X21: the inputs do not tell that JAX looks on."""

    def loss(z):
        root = op.Lambda(lambda: jnp.sqrt(z))
        return op.Where(x > 0, root, 2.0)(x=-1.0)

    assert float(jax.grad(loss)(0.0)) == 0.0


@settings(max_examples=25)
@given(st.lists(st.booleans(), min_size=3, max_size=3), st.integers(0, 2))
def test_it_is_what_the_compiled_choice_gives(conditions, shared):
    a, b, c = (op.Input(name) for name in "abc")
    parts = [y * 2, op.Reduce(y, jnp.max), op.Map(jnp.cos, y)]
    inner = op.Where(a, parts[shared], op.Where(b, parts[1], parts[2]) + parts[0])
    whole = op.Where(c, inner, parts[shared] - inner)
    inputs = dict(zip("abc", conditions, strict=True), y=jnp.array([0.5, 2.0]))
    eager, jitted = whole(**inputs), jax.jit(lambda env: whole(**env))(inputs)
    assert (eager.shape, eager.dtype) == (jitted.shape, jitted.dtype)
    np.testing.assert_allclose(eager, jitted, rtol=1e-5)
