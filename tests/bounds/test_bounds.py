"""Bounds of nodes and of trees: B1-B8, B14."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

from parax import partition
from parax.bounds import AbstractBounded, is_bounded, tree_bounds, tree_lower, tree_upper
from parax.errors import BoundsError
from parax.parameters import Fixed, Parameter
from parax.wrappers import NonTrainable, Parameterize, unwrap
from tests.wrappers.trees import Both, Limited, built, equal, params, trees, wrapped

INF = float("inf")


def test_a_class_without_bounds_cannot_be_used():  # B1
    class Bare(AbstractBounded):
        value: float

    with pytest.raises(TypeError, match="abstract"):
        Bare(1.0)


@pytest.mark.parametrize("x", [Parameter(1.0), Fixed(1.0, bounds=(0, 2)), Limited(jnp.ones(2))])
def test_is_bounded(x):  # B1, B3
    assert is_bounded(x)
    assert not is_bounded([x])


def test_the_pair_is_a_tuple():  # B2
    lower, upper = Both(jnp.ones(2)).lower_upper()
    assert lower.tolist() == [0, 0]
    assert upper.tolist() == [2, 2]


@pytest.mark.parametrize("bounds", [3.0, (1,), (1, 2, 3), None, "ab", jnp.ones(2)])
def test_no_pair(bounds):  # B2
    class Odd(AbstractBounded):
        bounds: object

    with pytest.raises(BoundsError, match="`bounds` of `Odd` must be a pair") as caught:
        Odd(bounds).lower_upper()
    assert caught.value.hint == "give the tuple `(lower, upper)`"


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("p", "limits"),
    [
        (Parameter(1.0), (-INF, INF)),
        (Parameter(1.0, bounds=(0, 5)), (0, 5)),
        (Parameter(1.0, bounds=(0, 5), scale=2.0), (0, 10)),
        (Parameter(1.0, bounds=(0, 5), scale=-2.0), (-10, 0)),
        (Parameter(1.0, bounds=(0, np.inf), scale=-2.0), (-INF, 0)),
        (Fixed(1.0, bounds=(0, 5)), (0, 5)),
        (Parameter([1.0, 2.0], bounds=(0, 5)), ([0, 0], [5, 5])),
        (Parameter([1.0, 2.0], bounds=[[0, 5], [1, 6]], scale=-1.0), ([-5, -6], [0, -1])),
    ],
)
def test_a_parameter_gives_scaled_bounds(p, limits, side):  # B3
    limit = p.lower_upper()[side]
    assert limit.shape == p.shape
    assert limit.dtype == unwrap(p).dtype
    assert limit.tolist() == limits[side]


@given(params())
def test_a_value_inside_is_inside_after_unwrapping(plan):  # B3
    p = built(plan)
    lower, upper = p.lower_upper()
    assert bool((lower <= unwrap(p)).all())
    assert bool((unwrap(p) <= upper).all())


def test_rounding_puts_no_value_on_a_bound_outside():  # B3
    p = Parameter(0.1, bounds=(0.1, 0.7), scale=0.3)
    assert p.lower_upper()[0] == unwrap(p)
    assert p.with_value(0.7).lower_upper()[1] == unwrap(p.with_value(0.7))


def test_half_a_parameter_has_no_bounds():  # B3
    shell = partition(Parameter(1.0, bounds=(0, 2)))[1]
    with pytest.raises(BoundsError, match="half of a partition"):
        shell.lower_upper()


def test_arrays_none_and_bounded_nodes():  # B4
    tree = {"a": jnp.ones(2), "b": np.ones(3, "float32"), "n": None, "l": Limited(jnp.ones(2))}
    lower, upper = tree_lower(tree), tree_upper(tree)
    assert lower["a"].tolist() == [-INF, -INF]
    assert upper["b"].tolist() == [INF] * 3
    assert lower["b"].dtype == np.float32
    assert lower["n"] is None
    assert (lower["l"].tolist(), upper["l"].tolist()) == ([0, 0], [1, 1])


def test_an_array_of_numpy_keeps_its_type():  # B4
    lower = tree_lower({"x": np.ones(2, "float64"), "y": np.float16(1)})
    assert (lower["x"].dtype, lower["y"].dtype) == (np.float64, np.float16)


def test_bounded_nodes_are_not_entered():  # B4
    class Holder(AbstractBounded):
        word: str
        bounds = (jnp.zeros(()), jnp.ones(()))

    assert tree_upper(Holder("text")) == 1


def test_other_wrappers_have_the_form_of_what_they_give():  # B4
    tree = [Parameterize(lambda x: {"y": x[:2]}, Parameter([1.0, 2.0, 3.0], bounds=(0, 5)))]
    assert tree_lower(tree)[0]["y"].tolist() == [-INF, -INF]
    assert tree_upper(tree)[0]["y"].tolist() == [INF, INF]


def test_a_constant_has_the_bounds_of_what_it_tags():  # B4
    tree = [NonTrainable({"p": Parameter(1.0, bounds=(0, 5)), "x": np.ones(1)})]
    lower, upper = tree_bounds(tree)
    assert (lower[0]["p"], upper[0]["p"]) == (0, 5)
    assert lower[0]["x"].tolist() == [-INF]


def test_half_a_parameter_stays():  # B4, W16
    shell = partition({"p": Parameter(1.0, bounds=(0, 2))})[1]
    assert tree_lower(shell)["p"] is shell["p"]
    assert equal(unwrap(shell), tree_upper(shell))


@given(trees(wrapped(params())))
def test_structure_and_shapes_are_those_of_the_unwrapped_tree(plan):  # B4
    tree = built(plan)
    expected = unwrap(tree)
    for limits in tree_bounds(tree):
        assert jax.tree.structure(limits) == jax.tree.structure(expected)
        for limit, value in zip(jax.tree.leaves(limits), jax.tree.leaves(expected), strict=True):
            assert (limit.shape, limit.dtype) == (value.shape, value.dtype)


@given(trees(wrapped(params())))
def test_values_lie_between_the_limits(plan):  # B4
    tree = built(plan)
    lower, upper = tree_bounds(tree)
    inside = jax.tree.map(
        lambda a, x, b: bool(((a <= x) & (x <= b)).all()), lower, unwrap(tree), upper
    )
    assert all(jax.tree.leaves(inside))


@pytest.mark.parametrize(
    ("leaf", "words", "kind", "dtype"),
    [
        (3, "an int", "int", None),
        (1.0, "a float", "float", None),
        ("a", "a str", "str", None),
        (jnp.sin, "a ", type(jnp.sin).__name__, None),
        (jnp.arange(2, dtype="int32"), "an array of dtype int32", "ArrayImpl", "int32"),
        (np.array([True]), "an array of dtype bool", "ndarray", "bool"),
        (jax.random.key(0), "an array of dtype key", "PRNGKeyArray", "key<fry>"),
    ],
)
@pytest.mark.parametrize("function", [tree_lower, tree_upper, tree_bounds])
def test_other_leaves_are_refused(function, leaf, words, kind, dtype):  # B5
    with pytest.raises(BoundsError) as caught:
        function({"x": [jnp.ones(2), leaf]})
    error = caught.value
    assert f"`{function.__name__}` has no bounds for the leaf at `['x'][1]`, {words}" in str(error)
    assert error.details == {
        "function": function.__name__,
        "path": "['x'][1]",
        "type": kind,
        "dtype": dtype,
    }
    assert "static" in str(error.hint)
    assert "equinox.filter" in str(error.hint)


def test_paths_lead_into_constants():  # B5
    with pytest.raises(BoundsError, match=r"at `\[0\]\['n'\]`, an int"):
        tree_lower([NonTrainable({"n": 3})])
    with pytest.raises(BoundsError, match="at `the root`, an int"):
        tree_lower(3)


@pytest.mark.parametrize("kind", [np.asarray, jnp.asarray])
def test_the_imaginary_part_is_zero(kind):  # B6
    lower, upper = tree_bounds(kind([1 + 1j]).astype("complex64"))
    assert lower.tolist() == [complex(-INF, 0)]
    assert upper.tolist() == [complex(INF, 0)]
    assert lower.dtype == np.complex64


def test_bounds_are_asked_for_once():  # B7
    asked = []

    class Counted(AbstractBounded):
        @property
        def bounds(self):
            asked.append(1)
            return jnp.zeros(()), jnp.ones(())

    tree = [Counted(), jnp.ones(1)]
    lower, upper = tree_bounds(tree)
    assert len(asked) == 1
    assert equal(lower, tree_lower(tree))
    assert equal(upper, tree_upper(tree))


@pytest.mark.parametrize("empty", [{}, [], (), None])
def test_empty_trees(empty):  # B8
    assert tree_bounds(empty) == (empty, empty)


@pytest.mark.parametrize("function", [tree_lower, tree_upper, tree_bounds])
def test_under_jit_and_vmap(function):  # B8
    p = Parameter([1.0, 2.0], bounds=[[0, 5], [1, 6]], scale=-2.0)
    tree = {"p": p, "x": jnp.ones(2), "n": None}
    assert equal(jax.jit(function)(tree), function(tree))
    batched = eqx.filter_vmap(function)({"x": jnp.ones((3, 2)), "n": None})
    assert equal(batched, function({"x": jnp.ones((3, 2)), "n": None}))
    many = eqx.filter_vmap(lambda v: function(Parameter(v, bounds=(0, 5))))(jnp.ones((3, 2)))
    assert equal(many, function(Parameter(jnp.ones((3, 2)), bounds=(0, 5))))


def test_the_dynamic_half_of_a_partition_has_no_bounds():  # B14
    dynamic, _ = partition({"p": Parameter(1.0, bounds=(0, 2))})
    assert (tree_lower(dynamic)["p"], tree_upper(dynamic)["p"]) == (-INF, INF)
    assert Parameter(1.0, bounds=(0, 2)).latent_bounds.tolist() == [0, 2]
