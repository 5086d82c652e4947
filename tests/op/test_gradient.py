"""Gradient: the exact derivative of an expression in an input or a parameter."""

import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import parax
from parax import Module, Parameter, op, rf
from parax import functions as pf
from parax.errors import MissingInputError, OperatorTypeError
from parax.graph import same

x, y = op.Input("x"), op.Input("y")


class Coil(Module):
    L: Any = Parameter(2.0, scale=10.0, bounds=(0, 3), fixed=True)
    taps: Any = Parameter([1.0, 2.0])
    turns: Any = jnp.array([3.0, 4.0])
    shift: float = 1.0


class Board(Module):
    coil: Any = Coil()


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_it_is_jaxs(a, b):
    found = op.Gradient(x**3 + y * op.Map(jnp.sin, x), "x")(x=a, y=b)
    assert float(found) == pytest.approx(3 * a**2 + b * np.cos(a), rel=1e-4, abs=1e-4)


def test_text_and_python_build_the_same():
    assert same(parax.parse("grad(x * y, x) + y"), pf.grad(x * y, x) + y)
    text = parax.parse("grad(x**2 * y, x) + y")
    assert text.inputs() == ("x", "y")
    assert float(text(x=3.0, y=2.0)) == 14.0
    assert repr(pf.grad(x * y, x)) == "<Gradient grad((x * y), x)>"
    assert same(parax.parse("grad(model.L, model.L)"), op.Gradient(op.Attribute("L"), "model.L"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("grad(L**2, L)", 40.0),
        ("grad(model.L**2, model.L)", 40.0),
        ("grad(grad(L**3, L), L)", 120.0),
        ("grad(sum(taps**2) * L, taps)", [40.0, 80.0]),
        ("grad(taps * L, taps)", [[20.0, 0.0], [0.0, 20.0]]),
        ("grad(sum(turns**2), turns)", [6.0, 8.0]),
        ("grad(x * L, L)", 5.0),
        ("grad(taps, L)", [0.0, 0.0]),
    ],
)
def test_it_is_in_the_scaled_value_of_a_parameter_even_if_fixed(text, wanted):
    expression = parax.parse(text)
    inputs = {name: 5.0 for name in expression.inputs() if name == "x"}
    assert np.asarray(expression(Coil(), **inputs)).tolist() == wanted


def test_names_are_flat_or_dotted():
    for name in ("coil_L", "coil.L", "model.coil.L"):
        assert float(op.Gradient(op.Attribute("coil.L") ** 2, name)(Board())) == 40.0


def test_whole_numbers_are_differentiated_as_real_ones():
    assert float(op.Gradient(x**2, "x")(x=3)) == 6.0
    assert float(op.Gradient(x > 0, "x")(x=3)) == 0.0


def test_trees_go_leaf_by_leaf():
    """O14"""
    found = op.Gradient({"a": x**2, "b": [x]}, "x")(x=3.0)
    assert float(found["a"]) == 6.0
    assert float(found["b"][0]) == 1.0


def test_other_operators_may_consume_its_inputs_too():
    mixed = op.Gradient(op.Lambda(lambda y, z: z * y**2), "y") + x * op.Input("y")
    assert float(mixed(x=1.0, y=3.0, z=2.0)) == 15.0
    with pytest.raises(OperatorTypeError, match="nothing in the expression takes an input `zz`"):
        (op.Gradient(x * y, "x") + x)(x=1.0, y=1.0, zz=1.0)


def test_compiled_batched_and_differentiated_again():
    slope = pf.sum(pf.grad(pf.sin(x) * y, x))
    at: Any = {"x": jnp.asarray(0.5), "y": jnp.asarray(2.0)}
    compiled = parax.compile(slope, **at)
    assert float(compiled(**at)) == pytest.approx(2 * np.cos(0.5), rel=1e-5)
    second = jax.grad(lambda t: slope(x=t, y=2.0))(0.5)
    assert float(second) == pytest.approx(-2 * np.sin(0.5), rel=1e-5)
    many = jax.vmap(lambda t: slope(x=t, y=2.0))(jnp.arange(3.0))
    np.testing.assert_allclose(many, 2 * np.cos(np.arange(3.0)), rtol=1e-5)


def test_the_sensitivity_of_a_trace():
    expression = parax.parse("grad(dB(S21), L0)", vocabulary=rf.vocabulary)
    ladder: Any = rf.Ladder
    sweep = rf.Sweep("1 GHz..3 GHz")
    coil = Parameter(1e-9, name="L0")
    found = expression(ladder([coil], [1e-12]), sweep)

    def trace(value: float) -> Any:
        return rf.dB(ladder([value], [1e-12]).s(sweep)[:, 1, 0])

    slope = (trace(1.01e-9) - trace(0.99e-9)) / 0.02e-9
    np.testing.assert_allclose(found, slope, rtol=0.05, atol=float(jnp.max(jnp.abs(slope))) / 50)


def test_it_pickles():
    again = pickle.loads(pickle.dumps(op.Gradient(x**2, "x")))
    assert same(again, op.Gradient(x**2, "x"))
    assert not same(again, op.Gradient(x**2, "y"))


ERRORS = [
    (
        lambda: op.Gradient(x, 3),
        OperatorTypeError,
        "`grad` differentiates in an input or a parameter, got `3`\n  help: `grad(x, L1)` takes "
        "the name of an input, of a parameter, or of an array of the model",
    ),
    (
        lambda: op.Gradient(x, "z")(x=1.0),
        MissingInputError,
        "there is no `z` to differentiate in\n  help: `grad(x, L1)` takes the name of an input, "
        "of a parameter, or of an array of the model",
    ),
    (
        lambda: op.Gradient(op.Attribute("L"), "LL")(Coil()),
        MissingInputError,
        "there is no `LL` to differentiate in\n  help: did you mean `L`?",
    ),
    (
        lambda: op.Gradient(op.Attribute("taps"), "taps_0")(Coil()),
        OperatorTypeError,
        "`grad` cannot change `taps_0`, which is no parameter or array of its own\n"
        "  help: differentiate in the parameter that it is made of, and index the result",
    ),
    (
        lambda: op.Gradient(op.Attribute("shift"), "shift")(Coil()),
        OperatorTypeError,
        "`grad` cannot change `shift`, which is no parameter or array of its own\n"
        "  help: differentiate in the parameter that it is made of, and index the result",
    ),
    (
        lambda: op.Gradient(x, "x")(x={"a": 1.0}),
        OperatorTypeError,
        "`grad` differentiates in one array, and `x` is a dict\n  help: `grad(x, L1)` takes the "
        "name of an input, of a parameter, or of an array of the model",
    ),
    (
        lambda: op.Gradient(x, "x")(x=jnp.ones((), jnp.complex64)),
        OperatorTypeError,
        "`grad` differentiates in real values, and `x` is complex64\n"
        "  help: make it of a real and an imaginary part, and differentiate in each",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "message"), ERRORS, ids=[row[-1][:50] for row in ERRORS]
)
def test_what_cannot_be_differentiated_in_is_named(build, error, message):
    """O15"""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message
