"""Nodes and random trees that the tests of wrappers share."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import strategies as st

from parax.bounds import AbstractBounded
from parax.module import Module
from parax.parameters import Fixed, Parameter
from parax.wrappers import AbstractUnwrappable, NonTrainable, Parameterize


class Doubled(AbstractUnwrappable):
    """Gives twice what it holds."""

    inner: Any

    def unwrap(self):
        return 2 * self.inner


class Limited(AbstractBounded):
    """Bounded, and not unwrappable."""

    value: jax.Array
    bounds = (jnp.zeros(2), jnp.ones(2))


class Both(AbstractBounded, AbstractUnwrappable):
    """Bounded and unwrappable: twice a number between 0 and 1."""

    value: jax.Array

    @property
    def bounds(self):
        return [jnp.zeros_like(self.value), 2 * jnp.ones_like(self.value)]

    def unwrap(self):
        return 2 * self.value


class Scaled(eqx.Module):
    """A function with a number of its own."""

    factor: Any

    def __call__(self, x):
        return self.factor * x


class Line(Module):
    """A model of two parameters, one of them in a wrapper."""

    slope: Any
    offset: Any = Parameter(1.0)
    note: str = eqx.field(static=True, default="line")

    def __call__(self, x):
        return self.slope * x + self.offset


def line():
    return Line(Parameterize(jnp.exp, Parameter(0.5, name=None)))


def equal(a, b):
    """Tell whether two trees are the same: structure, types, numbers."""
    one, two = jax.tree.flatten(a), jax.tree.flatten(b)
    return one[1] == two[1] and all(map(same_leaf, one[0], two[0]))


def same_leaf(a, b):
    if eqx.is_array(a) or isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(np.asarray(a), np.asarray(b))
    return type(a) is type(b) and a == b


# --- random trees ---------------------------------------------------------------------------
#
# What is drawn is a plan: type checks at run time draw random numbers of their own, which
# hypothesis must not see while it draws. A plan can be carried out with other classes too.


class Plan:
    """A function and what it is to be called with, plans among it."""

    def __init__(self, fn, *parts):
        self.fn, self.parts = fn, parts

    def __repr__(self):
        return f"{getattr(self.fn, '__name__', self.fn)}{self.parts}"


def built(x, instead=None) -> Any:
    """Carry out all plans in nested containers, with other classes `instead` of some."""
    if isinstance(x, Plan):
        fn = (instead or {}).get(x.fn, x.fn)
        return fn(*(built(part, instead) for part in x.parts))
    if isinstance(x, dict):
        return {key: built(value, instead) for key, value in x.items()}
    return type(x)(built(item, instead) for item in x) if isinstance(x, list | tuple) else x


def array(*numbers):
    return jnp.array(numbers)


def free(value, scale, bounds):
    return Parameter([value] * 3, scale=scale, bounds=bounds)


def fixed(value, scale, bounds):
    return Fixed([value] * 3, scale=scale, bounds=bounds)


NUMBERS = st.floats(-2, 2, width=16)
FUNCTIONS = (jnp.sin, jnp.tanh, jnp.square)


def arrays():
    """Arrays of three numbers."""
    return st.builds(Plan, st.just(array), NUMBERS, NUMBERS, NUMBERS)


def params():
    """Parameters of three numbers, free and fixed, bounded or not, scaled or not."""
    scales, bounds = st.sampled_from([1.0, 3.0, -0.5]), st.sampled_from([None, (-2.0, 2.0)])
    return st.builds(Plan, st.sampled_from([free, fixed]), NUMBERS, scales, bounds)


def wrapped(leaves):
    """Leaves in wrappers, in any order."""

    def over(inner):
        one, two = st.just(Parameterize), st.sampled_from(FUNCTIONS)
        return st.one_of(
            st.builds(Plan, st.sampled_from([NonTrainable, Doubled]), inner),
            st.builds(Plan, one, two, inner),
            st.builds(Plan, one, st.just(jnp.add), inner, inner),
            st.builds(Plan, one, st.builds(Plan, st.just(Scaled), inner), inner),
        )

    return st.recursive(leaves, over, max_leaves=5)


def trees(leaves):
    """Containers of leaves."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner, inner),
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        ),
        max_leaves=6,
    )
