"""Compiled: outputs, arguments and displays (E1, X14, U2, U5)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false, reportOperatorIssue=false

import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from tests.problems.models import Bowl, Line, Mixed, traces


def test_a_dict_of_outputs_is_computed_together():
    calls = []

    def heavy(model):
        calls.append(None)
        return model.a * 2

    shared = op.Lambda(heavy)
    compiled = parax.compile({"u": shared + 1, "v": {"w": shared * 3, "t": "a - b"}})
    before = traces()
    outputs = compiled(Bowl())
    assert {
        "u": float(outputs["u"]),
        "v": {name: float(value) for name, value in outputs["v"].items()},
    } == {"u": 7.0, "v": {"t": 2.0, "w": 18.0}}
    assert traces() == before + 1
    in_trace = len(calls)
    compiled(Bowl(a=1.0))
    assert len(calls) == in_trace
    assert calls.count(None) <= 2  # once for the shapes, once in the trace


def test_one_output_of_several_is_differentiated():
    compiled = parax.compile({"u": "a*a", "v": "a*b"})
    value, gradient = compiled.value_and_gradient(Bowl(), of="v")
    assert float(value) == 3.0
    assert float(gradient.b.latent_value) == 3.0
    assert float(compiled.gradient(Bowl(), of="u").a.latent_value) == 6.0


@pytest.mark.parametrize("argument", ["t", 1, -1])
def test_an_argument_is_chosen_by_name_or_position(argument):
    compiled = parax.compile(op.Lambda(lambda model, s: jnp.sum(s**2) * model.a) * op.Input("t"))
    gradient = compiled.gradient(Bowl(), jnp.array([1.0, 2.0]), t=2.0, argument=argument)
    assert gradient.tolist() == (15.0 if argument == "t" else [12.0, 24.0])


def test_an_argument_that_is_a_tree_has_a_gradient_of_its_structure():
    compiled = parax.compile(op.Input("p")["u"] ** 2 * op.Input("p")["v"][0])
    gradient = compiled.gradient(p={"u": 3.0, "v": [2.0, 1]}, argument="p")
    assert float(gradient["u"]) == 12.0
    assert float(gradient["v"][0]) == 9.0
    assert gradient["v"][1] is None


def test_a_model_as_a_named_argument():
    compiled = parax.compile("model_.a * b")
    gradient = compiled.gradient(Bowl(), model_=Bowl(a=5.0), argument="model_")
    assert float(gradient.a.latent_value) == 1.0


def test_compiled_agrees_with_eager():
    expression = parax.parse("sum(v**2)*r - length + k*sum(table)")
    model = Mixed()
    np.testing.assert_allclose(parax.compile(expression)(model), expression(model), rtol=1e-6)


def test_results_are_arrays_of_jax():
    value = parax.compile("1 + 1")()
    assert value.dtype == jnp.result_type(int)
    outputs = parax.compile({"x": op.Input("x"), "n": op.Constant(np.arange(3))})(x=2.5)
    assert outputs["n"].tolist() == [0, 1, 2]
    assert outputs["x"].shape == ()


def test_displays_are_short():
    assert repr(parax.compile("a + x*y")) == "<Compiled of 5 nodes; inputs: a, x, y>"
    assert repr(parax.problem("a + b", Bowl())) == "<Problem of 2 free parameters: a, b>"
    wide = parax.problem("sum(w)", {"w": jnp.zeros(100)})
    assert repr(wide) == "<Problem of 100 free parameters: w_0, w_1, w_2, w_3, w_4, w_5, …>"
    assert repr(parax.problem("x", x=1.0)) == "<Problem of no free parameters>"


def test_a_problem_without_free_parameters_gives_values():
    problem = parax.problem(
        "sum(y)", Line(slope=parax.Fixed(1.0), offset=parax.Fixed(0.0)), np.ones(3)
    )
    assert float(problem(problem.x0)) == 3.0
    assert problem.unflatten([]).slope.fixed
