"""What stays whole, what may change, what is constant: B9-B13."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parax import partition
from parax.bounds import is_dynamic, is_leaf, tree_lower, tree_upper
from parax.constants import AbstractConstant, as_free, is_constant
from parax.parameters import Fixed, Parameter
from parax.wrappers import NonTrainable, Parameterize, unwrap
from tests.wrappers.trees import (
    Both,
    Doubled,
    Limited,
    Plan,
    arrays,
    built,
    equal,
    line,
    params,
    trees,
)


class Tagged(AbstractConstant):
    """A constant that unwraps to nothing."""

    value: object

    def free(self):
        return self.value


SHELL = partition({"p": Parameter(1.0, fixed=True)})[0]["p"]
TABLE = [
    (jnp.ones(2), False, True, False),
    (np.ones(2), False, True, False),
    (jnp.ones(2, complex), False, True, False),
    (jnp.arange(2), False, False, False),
    (1.0, False, False, False),
    ("a", False, False, False),
    (None, False, False, False),
    (Limited(jnp.ones(2)), False, False, False),
    (Doubled(jnp.ones(2)), False, False, False),
    (Both(jnp.ones(2)), True, True, False),
    (Parameter(1.0), True, True, False),
    (Fixed(1.0), True, False, True),
    (NonTrainable(jnp.ones(2)), True, False, True),
    (Tagged(1), True, False, True),
    (SHELL, True, False, False),
]


@pytest.mark.parametrize(("x", "leaf", "dynamic", "constant"), TABLE)
def test_the_table(x, leaf, dynamic, constant):  # B9-B12
    assert is_leaf(x) is leaf
    assert is_dynamic(x) is dynamic
    assert is_constant(x) is constant


def test_a_constant_without_free_is_abstract():  # B11
    class Bare(AbstractConstant):
        pass

    with pytest.raises(TypeError, match="free"):
        Bare()  # pyright: ignore[reportAbstractUsage]


def test_as_free():  # B11
    p = as_free(Fixed(2.0, name="a"))
    assert (p.fixed, p.name, float(p)) == (False, "a", 2.0)
    inner = [jnp.ones(2)]
    assert as_free(NonTrainable(inner)) is inner
    assert as_free(Tagged(inner)) is inner
    assert as_free(inner) is inner


def test_the_tag_stops_no_gradient():  # B11
    gradient = jax.grad(lambda x: 3 * unwrap(Tagged(x)).free())(2.0)
    assert gradient == 3


def leaves():
    single = st.one_of(arrays(), params(), st.just("text"), st.just(None), st.just(3))
    frozen = st.builds(Plan, st.just(NonTrainable), st.one_of(arrays(), params()))
    return st.one_of(single, frozen, st.builds(Plan, st.just(Both), arrays()))


@given(trees(leaves()))
def test_partition_and_combine(plan):  # B13
    tree = built(plan)
    dynamic, static = eqx.partition(tree, is_dynamic, is_leaf=is_leaf)
    assert equal(eqx.combine(dynamic, static, is_leaf=is_leaf), tree)
    structure = jax.tree.structure(unwrap(dynamic))
    assert jax.tree.structure(tree_lower(dynamic)) == structure
    assert jax.tree.structure(tree_upper(dynamic)) == structure


@given(trees(params()), st.sampled_from([jnp.sin, jnp.square]))
def test_the_halves_meet_inside_a_function(plan, fn):  # B13
    tree = built(plan)
    wrapped = jax.tree.map(
        lambda p: Parameterize(fn, p), tree, is_leaf=lambda x: isinstance(x, Parameter)
    )
    dynamic, static = eqx.partition(wrapped, is_dynamic, is_leaf=is_leaf)
    joined = eqx.combine(dynamic, static, is_leaf=is_leaf)
    assert equal(unwrap(joined), jax.tree.map(fn, unwrap(tree)))


def test_shared_parameters_are_leaves_each():  # B13
    p = Parameter(2.0)
    dynamic, static = eqx.partition([p, p], is_dynamic, is_leaf=is_leaf)
    assert [float(x) for x in eqx.combine(dynamic, static, is_leaf=is_leaf)] == [2, 2]


def test_a_model_is_restored_and_can_be_called():  # B13
    model = line()
    dynamic, static = eqx.partition(model, is_dynamic, is_leaf=is_leaf)
    assert float(unwrap(eqx.combine(dynamic, static, is_leaf=is_leaf))(2.0)) == pytest.approx(
        2 * np.exp(0.5) + 1
    )
