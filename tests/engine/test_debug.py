"""Debugging: planted NaNs are named by operator and text, in value and in gradient (E7)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false, reportOperatorIssue=false, reportOptionalMemberAccess=false

from __future__ import annotations

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from tests.problems.models import Bowl, Line


def unsafe(model: Any) -> jax.Array:
    """Give a root that is chosen, but not guarded, inside one function."""
    return jnp.where(model.a > 0.0, jnp.sqrt(model.a), 0.0)


def test_a_finite_expression_is_found_finite():
    found = parax.compile("(a - 1)**2 + b").debug(Bowl())
    assert found.is_finite
    assert str(found) == (
        "the value is finite at all 7 nodes that it comes from\n"
        "the gradient is finite, with respect to all 2 free numbers"
    )


def test_a_lambda_with_a_root_and_a_choice_is_named_in_the_gradient():
    found = parax.compile(op.Lambda(unsafe) + op.Input("b")).debug(Bowl(a=0.0))
    assert found.value is None
    assert found.gradient.operator == "Lambda(unsafe)"
    assert (found.gradient.value, found.parameters) == ("nan", ("a",))
    assert found.gradient.operands == (("model.a", "0"),)


def test_a_lambda_is_named_in_the_value():
    found = parax.compile(op.Lambda(lambda m: jnp.sqrt(m.a - 5.0)) * 2.0).debug(Bowl())
    assert found.value.value == "nan"
    assert found.value.circumstance == "it makes it of finite values"
    assert found.gradient.operator == found.value.operator


def test_the_logarithm_of_a_negative_number_is_named_in_both():
    found = parax.problem("mean(log(y - 4)**2)", Line(), np.array([9.0, 3.0, 1.0])).debug()
    assert (found.value.operator, found.value.point) == ("log(y - 4)", (2,))
    assert found.value.sweep == 1.0
    assert found.gradient.cause.operator == "log(y - 4)"
    assert found.parameters == ("slope", "offset")
    assert str(found) == (
        "the value is not finite: `log(y - 4)` is nan at point 2 of 3\n"
        "  <expression>:1:6\n"
        "  1 | mean(log(y - 4)**2)\n"
        "    |      ^^^^^^^^^^\n"
        "  help: `y - 4` is -1.5 there, where the sweep is 1\n"
        "the gradient with respect to `slope`, `offset` is not finite: the derivative of "
        "`log(y - 4)**2` with respect to `log(y - 4)` is nan at point 2 of 3, because "
        "`log(y - 4)` is nan at point 2 of 3\n"
        "  <expression>:1:6\n"
        "  1 | mean(log(y - 4)**2)\n"
        "    |      ^^^^^^^^^^\n"
        "  help: `y - 4` is -1.5 there, where the sweep is 1"
    )


def test_data_is_named_in_both():
    data = np.array([1.0, np.nan, 2.0])
    found = parax.compile("mean((a - t)**2)").debug(Bowl(), t=data)
    assert (found.value.operator, found.value.point) == ("t", (1,))
    assert found.value.circumstance == "the model or an input gives it"
    assert found.gradient.cause.operator == "t"
    assert found.parameters == ("a",)


def test_a_feature_says_which_value_it_was_given():
    found = parax.compile("mean(y)").debug(Line(offset=np.nan), np.ones(3))
    assert found.value.operator == "y"
    assert found.value.operands == (("model.offset", "nan"),)


def test_the_operator_nearest_the_output_is_named():
    found = parax.problem("(a - 3)**0.5 * ((b - 1)**0.3)**4 + a", Bowl(a=4.0)).debug()
    assert found.gradient.operator == "((b - 1)**0.3)"
    assert found.gradient.operands == (("(b - 1)", "0"), ("0.3", "0.3"))
    assert found.parameters == ("b",)


def test_a_derivative_at_a_point_of_a_sweep_is_named():
    found = parax.problem("sum((x * a)**0.3)", Bowl(), x=np.array([1.0, 0.0, 4.0])).debug()
    assert (found.gradient.operator, found.gradient.point) == ("(x * a)**0.3", (1,))
    assert found.gradient.by == "`(x * a)`"


@pytest.mark.parametrize(
    "make",
    [
        lambda a: op.Where(a > 0.0, op.Map(jnp.sqrt, a), a),
        lambda a: op.Where(a > 0.0, op.Map(jnp.exp, op.Map(jnp.sqrt, a) * 2.0), a),
        lambda a: op.Where(a > 0.0, op.Lambda(lambda m: jnp.sqrt(m.a)), a),
    ],
    ids=["elementwise", "deeper", "leaf"],
)
def test_a_branch_that_is_not_taken_is_not_blamed(make: Any):
    problem = parax.problem(make(op.Input("a")) + op.Input("b"), Bowl(a=0.0))
    assert np.isfinite(problem.gradient(problem.x0)).all()
    assert problem.debug().is_finite


def test_a_trouble_beside_a_branch_that_is_not_taken_is_found():
    a = op.Input("a")
    choice = op.Where(a > 0.0, op.Map(jnp.sqrt, a), a)
    found = parax.problem(choice + op.Map(jnp.cbrt, op.Input("b")), Bowl(a=0.0, b=0.0)).debug()
    assert found.gradient.operator == "cbrt(b)"
    assert found.parameters == ("b",)


def test_an_infinite_slope_of_what_is_not_free_is_not_blamed():
    assert parax.compile("a + t**0.3").debug(Bowl(), t=0.0).is_finite
    found = parax.compile("a + t**0.3").debug(Bowl(), t=0.0, argument="t")
    assert found.gradient.operator == "t**0.3"


def test_points_that_do_not_count_are_not_blamed():
    x = op.Input("x")
    some = op.Over(op.Map(jnp.log, x) * op.Input("a"), x > 0.0)
    problem = parax.problem(op.Reduce(some, jnp.max), Bowl(), x=np.array([-1.0, 0.0, 2.0]))
    assert problem.debug().is_finite


def test_one_of_several_outputs_is_looked_at():
    compiled = parax.compile({"good": "a + b", "bad": "(a - 3)**0.3"})
    assert compiled.debug(Bowl(), of="good").is_finite
    found = compiled.debug(Bowl())
    assert found.gradient.operator == "(a - 3)**0.3"
    assert "the gradient of the sum of all outputs" in str(found)


def test_the_expressions_own_parameters_are_named():
    objective = op.Map(jnp.sqrt, parax.Parameter(0.0, name="p")) + op.Input("a")
    assert parax.problem(objective, Bowl()).debug().parameters == ("p",)


def test_without_free_parameters_there_is_no_gradient():
    assert "there is no gradient" in str(parax.compile("1 / x").debug(x=1.0))


def test_tracers_are_refused():
    compiled = parax.compile("a + x")
    with pytest.raises(parax.OperatorTypeError, match="some are tracers"):
        jax.jit(lambda x: compiled.debug(Bowl(), x=x) and x)(1.0)


def test_the_report_is_data():
    found = parax.problem("sum((x * a)**0.3)", Bowl(), x=np.array([1.0, 0.0])).debug()
    facts = json.loads(json.dumps(found.to_dict()))
    assert facts["value"] is None
    assert facts["gradient"]["operator"] == "(x * a)**0.3"
    assert (facts["gradient"]["line"], facts["gradient"]["column"]) == (1, 5)


def test_the_gradient_found_is_the_compiled_one():
    """Each node's own derivative, chained, is the compiled gradient, choices included."""
    from parax.engine import Specialiser, Walk, given
    from parax.engine._backward import _Backward
    from parax.graph import Graph

    a, x = op.Input("a"), op.Input("x")
    expression = op.Reduce(op.Where(x > 0.0, a * op.Map(jnp.sqrt, x), a**2 * x), jnp.sum)
    inputs = {"x": jnp.array([-1.0, 0.0, 4.0])}
    graph = Graph(expression)
    call = given((Bowl(),), inputs)
    made = Specialiser(graph, cache=False)(call)
    walk = Walk(graph, made.signature, [*call.arrays, *(x for own in graph.arrays for x in own)])
    problem = parax.problem(expression, Bowl(), inputs=inputs)
    np.testing.assert_allclose(
        jnp.stack(_Backward(walk).gradient), problem.gradient(problem.x0), rtol=1e-6
    )


def test_what_is_differentiated_instead_is_named() -> None:
    compiled = parax.compile("sum(exp(x)/x)")
    found = str(compiled.debug(x=np.array([1.0, 0.0]), argument="x"))
    assert "with respect to `element 1 of x` is not finite" in found
    assert "the one free number" in str(compiled.debug(x=np.array(1.0), argument="x"))


@pytest.mark.parametrize(
    ("expression", "name", "hint"),
    [
        (op.Map(lambda v: jnp.log(v), op.Input("x")) + 1, "<lambda>(x)", "`x` is 0 there"),
        (
            op.Binary(lambda a, b: a / b, op.Input("x"), op.Input("y")) + 1,
            "<lambda>(x, y)",
            "`x` is 0 and `y` is 0 there",
        ),
        (op.Stack([1 / op.Input("x"), op.Input("y")])[0], "1 / x", "`x` is 0 there"),
    ],
)
def test_a_node_is_named_as_it_could_have_been_written(expression, name, hint):  # A7
    given = {"x": 0.0, "y": 0.0}
    inputs = {one: given[one] for one in parax.compile(expression).graph.inputs()}
    text = str(parax.compile(expression).debug(**inputs))
    assert f"`{name}`" in text
    assert f"help: {hint}" in text
