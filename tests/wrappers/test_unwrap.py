"""Nodes replaced by what they stand for: W1-W7, W16, W17."""

import copy

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parax import partition
from parax.module import Module, named_params, summary, with_params
from parax.parameters import Fixed, Parameter
from parax.wrappers import (
    AbstractUnwrappable,
    NonTrainable,
    Parameterize,
    WeightNormalization,
    contains_unwrappables,
    is_unwrappable,
    unwrap,
)
from tests.wrappers.trees import Doubled, Line, Scaled, arrays, built, equal, line, params, trees
from tests.wrappers.trees import wrapped as nested


def test_a_class_without_unwrap_cannot_be_used():  # W1
    class Bare(AbstractUnwrappable):
        value: float

    with pytest.raises(TypeError, match="unwrap"):
        Bare(1.0)  # pyright: ignore[reportAbstractUsage]


@pytest.mark.parametrize("x", [Doubled(1), Parameter(1.0), NonTrainable(1), Parameterize(abs, 1)])
def test_is_unwrappable(x):  # W1
    assert is_unwrappable(x)
    assert not is_unwrappable([x])


def test_inside_is_unwrapped_before_the_node():  # W1, W2
    seen = []

    class Seen(AbstractUnwrappable):
        inner: object

        def unwrap(self):
            seen.append(self.inner)
            return 1

    assert unwrap(Seen([Seen(None), Doubled(3)])) == 1
    assert seen == [None, [1, 6]]


def test_everything_else_stays():  # W2
    tree = ("abc", None, 1, 2.0, {"b": jnp.ones(1), "a": len}, Line(Doubled(2.0)))
    found = unwrap(tree)
    assert found[:4] == ("abc", None, 1, 2.0)
    assert found[4]["a"] is len
    assert type(found[5]) is Line
    assert (found[5].slope, found[5].note) == (4.0, "line")


def test_the_tree_is_not_modified():  # W2
    tree = {"x": [Doubled(jnp.ones(2))]}
    before = copy.deepcopy(tree)
    unwrap(tree)
    assert equal(tree, before)


@given(trees(st.one_of(arrays(), st.just("text"), st.just(None), st.just(2))))
def test_a_tree_without_wrappers_comes_back_equal(plan):  # W2
    tree = built(plan)
    assert equal(unwrap(tree), tree)
    assert not contains_unwrappables(tree)


def test_one_pass():  # W3
    class Box(AbstractUnwrappable):
        def unwrap(self):
            return [Doubled(2), Parameter(1.0)]

    found = unwrap(Box())
    assert [type(x) for x in found] == [Doubled, Parameter]
    assert contains_unwrappables(found)


def test_every_place_of_a_wrapper():  # W4
    fn = Parameterize(lambda gain: Scaled(gain), Doubled(2.0))
    assert unwrap(Parameterize(fn, Doubled(3.0))) == 24.0
    wrapped = Parameterize(lambda a, *, b: a["x"][0] + b, {"x": [Doubled(1.0)]}, b=Doubled(10.0))
    assert unwrap({"k": [wrapped]}) == {"k": [22.0]}
    assert unwrap(Line(Line(Doubled(1.0)))).slope.slope == 2.0


def test_a_callable_module_that_holds_a_wrapper():  # W4, W8
    gain = Parameterize(Scaled(Parameter(2.0, scale=3.0)), jnp.ones(2))
    assert unwrap(gain).tolist() == [6, 6]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (1, False),
        ({"a": [jnp.ones(1), None]}, False),
        (Parameter(1.0), True),
        ({"a": [Parameter(1.0)]}, True),
        (Line(2.0), True),  # its offset is a Parameter
        (Doubled(Doubled(1)), True),
    ],
)
def test_contains_unwrappables(tree, expected):  # W5
    assert contains_unwrappables(tree) is expected


@given(trees(nested(st.one_of(arrays(), params()))))
def test_nothing_is_left(plan):  # W2, W5
    assert not contains_unwrappables(unwrap(built(plan)))


@given(nested(st.one_of(arrays(), params())))
def test_the_same_when_compiled(plan):  # W6
    tree = built(plan)
    eager, compiled = unwrap(tree), jax.jit(unwrap)(tree)
    np.testing.assert_allclose(compiled, eager, rtol=1e-5, atol=1e-5)


@given(nested(arrays()))
def test_built_over_a_batch(plan):  # W6
    """Construction inside `filter_vmap`, over one axis and over two."""
    batch = jnp.arange(6.0).reshape(3, 2, 1) / 4

    def make(shift):
        return jax.tree.map(lambda x: x + shift, built(plan))

    single = jnp.stack([unwrap(make(shift)) for shift in batch[:, 0]])
    many = unwrap(eqx.filter_vmap(make)(batch[:, 0]))
    np.testing.assert_allclose(many, single, rtol=1e-5, atol=1e-5)
    more = unwrap(eqx.filter_vmap(eqx.filter_vmap(make))(batch))
    assert more.shape == (3, 2, 3)
    np.testing.assert_allclose(more[:, 0], single, rtol=1e-5, atol=1e-5)


def test_weights_built_over_a_batch():  # W6, W14
    weights = jax.random.normal(jax.random.key(0), (2, 4, 3, 5))
    one = eqx.filter_vmap(WeightNormalization)(weights[0])
    np.testing.assert_allclose(unwrap(one), weights[0], rtol=1e-5)
    two = eqx.filter_vmap(eqx.filter_vmap(WeightNormalization))(weights)
    np.testing.assert_allclose(unwrap(two), weights, rtol=1e-5)


def test_gradients_go_through():  # W6
    gradient = jax.grad(lambda w: unwrap(w).sum())(Parameterize(jnp.square, jnp.array([3.0])))
    assert gradient.args[0].tolist() == [6.0]


def fails(_):
    raise ValueError("no good")


@pytest.mark.parametrize(
    ("tree", "where"),
    [
        ({"a": [1, Parameterize(fails, 1)]}, "['a'][1]"),
        (Line(Parameterize(jnp.exp, Parameterize(fails, 1))), ".slope.args[0]"),
        (Parameterize(fails, 1), "the root"),
    ],
)
def test_an_error_names_the_path(tree, where):  # W7
    with pytest.raises(ValueError, match="no good") as caught:
        unwrap(tree)
    assert caught.value.__notes__ == [f"while unwrapping the `Parameterize` at {where} of the tree"]


def test_a_parameter_unwraps_to_what_operators_see():  # W16
    p = Parameter(2.0, scale=3.0)
    assert unwrap(p) == p + 0 == 6.0
    assert isinstance(unwrap(p), jax.Array)
    assert p.unwrap() == 6.0


def test_a_fixed_parameter_has_no_gradient():  # W16
    gradients = jax.grad(lambda ps: unwrap(ps[0]) * unwrap(ps[1]))((Parameter(2.0), Fixed(3.0)))
    assert [p.latent_value.tolist() for p in gradients] == [3.0, 0.0]


def test_half_a_parameter_is_left_alone():  # W16
    dynamic, static = partition([Parameter(2.0), Fixed(3.0)])
    assert unwrap(static)[0] is static[0]
    assert unwrap(dynamic)[0] == 2.0
    assert unwrap(dynamic)[1] is dynamic[1]


def test_an_unwrapped_model_can_be_called():  # W16
    model = unwrap(line())
    assert isinstance(model.offset, jax.Array)
    assert float(model(2.0)) == pytest.approx(2 * np.exp(0.5) + 1)
    assert float(jax.jit(lambda m: unwrap(m)(2.0))(line())) == pytest.approx(2 * np.exp(0.5) + 1)


def test_parameters_in_wrappers_have_names():  # W17
    found = {name: path for name, path, _ in named_params(line())}
    assert found == {"slope_args_0": "slope.args.0", "offset": "offset"}
    model = Line(Parameterize(Scaled(Parameter(1.0)), x=Parameter(2.0)))
    assert [path for _, path, _ in named_params(model)] == [
        "slope.module.factor",
        "slope.kwargs.x",
        "offset",
    ]


def test_modules_read_and_set_what_is_in_wrappers():  # W17
    model = line()
    assert list(model.param_names()) == ["slope_args_0", "offset"]
    changed = with_params(model, {"slope_args_0": 2.0})
    assert float(unwrap(changed).slope) == pytest.approx(np.exp(2.0))
    assert jax.tree.leaves(model.parameters())[0] == 0.5
    assert "slope_args_0" in str(summary(model))


def test_a_parameter_is_still_what_it_was():
    """To be bounded and unwrappable adds no field and no leaf."""
    p = Parameter(1.0)
    assert list(vars(p)) == ["latent_value", "fixed", "metadata"]
    assert len(jax.tree.leaves(p)) == 1
    assert Parameter.__getattribute__ is object.__getattribute__
    assert isinstance(Line(p), Module)
