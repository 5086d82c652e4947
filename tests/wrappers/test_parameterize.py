"""Values that a function computes: W8."""

import functools

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest

from parax.errors import ParameterTypeError
from parax.wrappers import Parameterize, unwrap
from tests.wrappers.trees import Scaled, equal


def test_arguments():  # W8
    wrapped = Parameterize(jnp.clip, jnp.array([-1.0, 5.0]), min=jnp.zeros(2), max=jnp.ones(2))
    assert wrapped.fn is jnp.clip
    assert type(wrapped.args) is tuple
    assert type(wrapped.kwargs) is dict
    assert unwrap(wrapped).tolist() == [0, 1]


def test_a_keyword_may_have_any_name():  # W8
    assert unwrap(Parameterize(lambda **named: named, self=1, fn=2)) == {"self": 1, "fn": 2}


def test_a_function_is_static_and_compared_by_identity():  # W8
    def same(x):
        return x

    def other(x):
        return x

    one, two, three = (Parameterize(f, jnp.ones(2)) for f in (same, same, other))
    assert len(jax.tree.leaves(one)) == 1
    assert equal(one, two)
    assert not equal(one, three)


@pytest.mark.parametrize(
    "fn", [jnp.exp, abs, float, functools.partial(pow, 2), jnp.add, jax.jit(abs)]
)
def test_functions_leave_only_the_arguments_as_leaves(fn):  # W8
    wrapped = Parameterize(fn, 1.0)
    assert jax.tree.leaves(wrapped) == [1.0]
    assert wrapped.fn is fn


def test_a_callable_module_is_trained():  # W8
    wrapped = Parameterize(Scaled(jnp.array(3.0)), jnp.array(2.0))
    gradient = jax.grad(lambda w: unwrap(w))(wrapped)
    assert (gradient.fn.factor, gradient.args[0]) == (2.0, 3.0)


def test_equal_functions_give_no_new_trace():  # W8
    traces = []

    @jax.jit
    def value(wrapped):
        traces.append(1)
        return unwrap(wrapped)

    for number in (1.0, 2.0):
        value(Parameterize(jnp.exp, jnp.array(number)))
    assert len(traces) == 1


@pytest.mark.parametrize("fn", [3, "exp", None, jnp.ones(2), [jnp.exp]])
def test_what_is_no_function(fn):  # W8
    with pytest.raises(ParameterTypeError, match="`fn` must be a function, and got") as caught:
        Parameterize(fn, 1.0)
    assert "the function comes first" in str(caught.value.hint)


def test_what_has_no_hash():  # W8
    class Odd(dict):
        def __call__(self, x):
            return x

    with pytest.raises(ParameterTypeError, match="must be hashable"):
        Parameterize(Odd(), 1.0)


def test_a_leaf_is_replaced_with_tree_at():
    wrapped = eqx.tree_at(lambda w: w.args[0], Parameterize(jnp.square, 2.0), 3.0)
    assert unwrap(wrapped) == 9.0
