"""Derivative and Flatness, and the step that they read of an input (O30, O31, O40)."""

import pickle
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parax
from parax import Module, op
from parax.errors import (
    OperatorAttributeError,
    OperatorError,
    OperatorIndexError,
    OperatorTypeError,
)
from parax.graph import same

ANY: Any = None
SQUARES = jnp.arange(5.0) ** 2
x = op.Input("x")
samples = op.Lambda(lambda x, c: x)


class Grid(eqx.Module):
    dx: Any

    @property
    def points(self):
        return jnp.arange(5) * self.dx


class Setup(eqx.Module):
    grid: Grid


def test_examples_of_the_specification():
    assert op.Derivative(samples, "dx")(SQUARES, Grid(1.0)).tolist() == [1, 2, 4, 6, 7]
    second = op.Derivative(samples, "dx", order=2)
    assert second(SQUARES, Grid(1.0)).tolist() == [1, 1.5, 2, 1.5, 1]
    assert op.Flatness(samples, "dx")(SQUARES, Grid(1.0)).tolist() == [1, 2, 4, 6, 7]
    assert isinstance(op.Flatness(samples, "dx"), op.Derivative)


@settings(max_examples=20)
@given(
    st.integers(0, 2),
    st.integers(0, 3),
    st.lists(st.integers(2, 5), min_size=3, max_size=3),
    st.booleans(),
    st.sampled_from([float, complex, int]),
)
def test_it_is_numpys_gradient(axis, order, shape, even, dtype):
    random = np.random.default_rng(shape[0])
    value = random.integers(-9, 9, shape).astype(dtype)
    step = 0.5 if even else np.cumsum(random.integers(1, 4, shape[axis])) / 2
    expected = value
    for _ in range(order):
        expected = np.gradient(expected, step, axis=axis)
    for one in (axis, axis - 3):
        found = op.Derivative(samples, "dx", one, order)(jnp.asarray(value), Grid(step))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("path", "where", "args", "inputs"),
    [
        ("dx", 1, (Grid(2.0),), {}),
        ("dx", -1, (None, Grid(2.0)), {}),
        ("dx", 0, (), {}),
        ("grid.dx", 2, (None, Setup(Grid(2.0))), {}),
        ("points", 1, (Grid(2.0),), {}),
        ("grid.points", "setup", (), {"setup": Setup(Grid(2.0))}),
        ("dx", np.int64(1), (Grid(jnp.asarray(2)),), {}),
    ],
)
def test_the_step_is_an_attribute_of_any_input(path, where, args, inputs):
    first = Grid(2.0)
    slope = op.Derivative(op.Constant(SQUARES), path, arg_index=where)
    assert slope(first, *args, **inputs).tolist() == [0.5, 1, 2, 3, 3.5]


def test_a_keyword_input_may_have_the_step_and_be_used_otherwise():
    both = op.Derivative(op.Lambda(lambda grid: grid.points), "dx", arg_index="grid")
    assert both(grid=Grid(2.0)).tolist() == [1.0] * 5
    shared = op.Derivative(op.Input("grid.dx") * x, "dx", arg_index="grid")
    assert shared(x=SQUARES, grid=Grid(2.0)).tolist() == [1, 2, 4, 6, 7]
    assert shared.inputs() == ("grid", "x")


def test_a_parameter_is_a_step_and_has_a_gradient():
    class Model(Module):
        h: parax.Parameter = parax.Parameter(2.0)

    slope = op.Derivative(op.Constant(SQUARES), "h", arg_index=0)
    assert slope(Model()).tolist() == [0.5, 1, 2, 3, 3.5]
    problem = parax.compile(op.Reduce(slope, jnp.sum), Model())
    assert float(problem(Model())) == 10.0


def test_order_0_is_the_identity_and_reads_no_step():
    assert op.Derivative(x, "dx", order=0)(x=np.array([1])).tolist() == [1]
    assert op.Derivative(x, "dx", order=0)(x=3) == 3


def test_samples_go_leaf_by_leaf_and_whole_numbers_become_floats():
    """O14"""
    found = op.Derivative(x, "dx", arg_index=0)(Grid(1), x={"a": SQUARES, "b": [jnp.arange(3)]})
    assert found["b"][0].tolist() == [1.0, 1.0, 1.0]
    assert found["a"].tolist() == [1, 2, 4, 6, 7]
    unsigned = jnp.array([2, 1, 0], jnp.uint8)
    assert op.Derivative(x, "dx", arg_index=0)(Grid(1), x=unsigned).tolist() == [-1.0] * 3
    falling = op.Derivative(x, "dx", arg_index=0)(Grid(unsigned), x=jnp.arange(3.0))
    assert falling.tolist() == [-1.0] * 3


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.complex64])
def test_single_precision_is_kept(dtype):
    value = SQUARES.astype(dtype)
    assert op.Derivative(samples, "dx")(value, Grid(1.0)).dtype == dtype
    step = jnp.arange(5, dtype=jnp.float32)
    assert op.Derivative(samples, "dx")(value, Grid(step)).dtype == dtype


@pytest.mark.parametrize("order", [1, 2])
def test_a_branch_that_is_not_taken_leaks_no_nan(order):
    """X21: of a choice after a derivative, the neighbours of what is taken are wanted."""
    slope = op.Derivative(op.Map(jnp.sqrt, x), "dx", 0, order, 0)
    chosen = op.Where(np.arange(6) > 3, slope, 0.0)
    at = jnp.array([0.0, 0.0, 1.0, 4.0, 9.0, 16.0])
    if order == 2:
        at = at.at[1].set(1.0).at[2].set(1.0)
    found = jax.grad(lambda v: jnp.sum(chosen(Grid(1.0), x=v)))(at)
    root = jnp.sqrt(at)

    def reference(r: Any) -> Any:
        for _ in range(order):
            r = jnp.gradient(r)
        return jnp.sum(r[4:])

    inner = jax.grad(reference)(root)
    expected = jnp.where(inner == 0, 0, inner / (2 * jnp.where(root == 0, 1, root)))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_compiled_it_is_eager_and_like_terms_are_rolled():
    """E5"""
    terms = [
        op.Reduce(op.Derivative(op.Map(jnp.sin, x * k), "dx", arg_index=0), jnp.max)
        for k in range(1, 7)
    ]
    whole = op.Sum(terms)
    compiled = parax.compile(whole, Grid(0.5), x=SQUARES)
    np.testing.assert_allclose(compiled(Grid(0.5), x=SQUARES), whole(Grid(0.5), x=SQUARES), 1e-5)
    np.testing.assert_allclose(compiled(Grid(2.0), x=SQUARES), whole(Grid(2.0), x=SQUARES), 1e-5)


def test_the_same_is_the_same():
    one = op.Derivative(x, "dx", arg_index="grid")
    assert same(one, op.Derivative(x, step_attr="dx", axis=0, order=1, arg_index="grid"))
    for other in (
        op.Derivative(x, "dy", arg_index="grid"),
        op.Derivative(x, "dx"),
        op.Derivative(x, "dx", 1, arg_index="grid"),
        op.Derivative(x, "dx", order=2, arg_index="grid"),
        op.Flatness(x, "dx", arg_index="grid"),
    ):
        assert not same(one, other)
        again = pickle.loads(pickle.dumps(other))  # our own
        assert same(again, other)
        assert type(again) is type(other)
    assert repr(one) == "<Derivative(x, grid.dx)>"
    assert repr(op.Flatness(x, "a.b", arg_index=-1)) == "<Flatness(x, inputs[-1].a.b)>"


SHAPE_ERRORS = [
    (
        lambda: op.Derivative(samples, "dx")(SQUARES[:1], Grid(1.0)),
        OperatorError,
        "`Derivative` takes two samples or more, and axis 0 of shape (1,) has 1",
    ),
    (
        lambda: op.Derivative(samples, "dx", axis=1)(SQUARES, Grid(1.0)),
        OperatorError,
        "`Derivative` over axis 1 of shape (5,), which has 1 axis",
    ),
    (
        lambda: op.Flatness(samples, "dx")(SQUARES, Grid(jnp.arange(3.0))),
        OperatorError,
        "the step `dx` of shape (3,) does not fit axis 0 of shape (5,)\n"
        "  help: give 5 coordinates on one axis, or the spacing as a number",
    ),
    (
        lambda: op.Derivative(samples, "dx")(SQUARES, Grid("1 mm")),
        OperatorTypeError,
        "the step `dx` is a str\n"
        "  help: a step is a number, the spacing, or an array, the coordinates",
    ),
    (
        lambda: op.Derivative(samples, "dx")(SQUARES, Grid(1j)),
        OperatorTypeError,
        f"the step `dx` is real, got {jnp.result_type(complex)}",
    ),
    (
        lambda: op.Derivative(samples, "dy")(SQUARES, Grid(1.0)),
        OperatorAttributeError,
        "a `Grid`, the positional input 1, has no attribute `dy` to be the step\n"
        "  help: did you mean `dx`?",
    ),
    (
        lambda: op.Derivative(op.Lambda(lambda *a: a[0]), "dx", arg_index=-3)(SQUARES, Grid(1.0)),
        OperatorIndexError,
        "the step `dx` is read from the positional input -3, and 2 positional inputs were given\n"
        "  help: `arg_index` counts from 0: 1 is the input after the model",
    ),
    (
        lambda: op.Derivative(x, "dx", arg_index=0)(x=SQUARES),
        OperatorIndexError,
        "the step `dx` is read from the positional input 0, and no positional inputs were given\n"
        "  help: `arg_index` counts from 0: 1 is the input after the model",
    ),
    (
        lambda: op.Derivative(x, "dx", arg_index="grid")(x=SQUARES),
        OperatorIndexError,
        "the step `dx` is read from the input `grid`, which was not given\n"
        "  help: give it by keyword: `grid=…`",
    ),
    (
        lambda: op.Derivative(x, "dx", arg_index="grid")(x=SQUARES, griid=Grid(1.0)),
        OperatorTypeError,
        "nothing in the expression takes an input `griid`\n  help: did you mean `grid`?",
    ),
]
BUILT = [
    (
        lambda: op.Derivative(x, "dx", order=-1),
        OperatorError,
        "`Derivative` of order `-1`\n  help: an order is a whole number, 0 or more",
    ),
    (
        lambda: op.Flatness(x, "dx", order=ANY),
        OperatorError,
        "`Flatness` of order `None`\n  help: an order is a whole number, 0 or more",
    ),
    (
        lambda: op.Derivative(x, "dx", axis=ANY),
        OperatorTypeError,
        "`Derivative` takes an integer axis, got `None`",
    ),
    (
        lambda: op.Derivative(x, ANY),
        OperatorTypeError,
        "a step is an attribute of an input, given by its name, got `None`\n"
        "  help: a name is letters, digits and `_`; join a path with dots",
    ),
    (
        lambda: op.Derivative(x, "dx", arg_index=ANY),
        OperatorTypeError,
        "`arg_index` is the position or the name of an input, got `None`",
    ),
    (
        lambda: op.Derivative("x", "dx"),
        OperatorTypeError,
        "`Derivative` cannot take `'x'`, a str\n  help: `parax.parse(text)` makes an operator of "
        "a text, `op.Input(name)` of a name",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "message"),
    SHAPE_ERRORS + BUILT,
    ids=[row[-1][:50] for row in SHAPE_ERRORS + BUILT],
)
def test_what_does_not_fit_is_named(build, error, message):
    """O15"""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message
