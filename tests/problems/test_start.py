"""Whether an optimiser can start, and if not, which operator is the reason (U12)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false, reportOperatorIssue=false

import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from tests.problems.models import Bowl, Line, all_fixed


def message(problem, *args):
    with pytest.raises(parax.NonFiniteError) as caught:
        problem.check_start(*args)
    return str(caught.value)


def test_a_finite_start_is_fine():
    assert parax.problem("a*a + b", Bowl()).check_start() is None
    assert parax.problem("a*a + b", all_fixed()).check_start() is None


def test_the_operator_is_named_with_its_operand():
    assert message(parax.problem("b + 2*log(a - 3)", Bowl())) == (
        "the objective is -inf at `x0`: `log(a - 3)` is -inf\n"
        "  <expression>:1:7\n"
        "  1 | b + 2*log(a - 3)\n"
        "    |       ^^^^^^^^^^\n"
        "  help: `a - 3` is 0 there"
    )


def test_the_point_is_named():
    problem = parax.problem("mean(sqrt(y - 4))", Line(), np.array([9.0, 3.0, 1.0, 0.0]))
    assert message(problem) == (
        "the objective is nan at `x0`: `sqrt(y - 4)` is nan at point 2 of 4\n"
        "  <expression>:1:6\n"
        "  1 | mean(sqrt(y - 4))\n"
        "    |      ^^^^^^^^^^^\n"
        "  help: `y - 4` is -1.5 there, where the sweep is 1"
    )


def test_the_index_in_several_axes_is_named():
    x = np.ones((2, 3))
    x[1, 2] = 0.0
    problem = parax.problem(op.Reduce(1 / op.Input("x"), jnp.sum), Bowl(), x=x)
    assert "is inf at index (1, 2) of shape (2, 3)" in message(problem)


def test_the_first_of_several_is_named():
    text = message(parax.problem("exp(log(a - 3) * 0) + sqrt(0 - b)", Bowl()))
    assert "`log(a - 3)` is -inf" in text


def test_an_infinity_that_disappears_is_not_blamed():
    text = message(parax.problem("exp(log(a - 3)) + sqrt(0 - b)", Bowl()))
    assert "`sqrt(0 - b)` is nan" in text


def test_the_branch_that_is_not_taken_is_not_blamed():
    branch = op.Where(op.Input("a") > 0, op.Input("a"), 1 / (op.Input("a") - 3))
    assert parax.problem(branch, Bowl()).check_start() is None


def test_an_input_that_is_nan_is_named():
    assert "`t` is nan" in message(parax.problem("a + t", Bowl(), t=float("nan")))
    text = message(parax.problem("a + sum(t)", Bowl(), t=np.array([1.0, np.nan])))
    assert "`t` is nan at point 1 of 2" in text
    assert "the model or an input gives it" in text


def test_another_point_can_be_asked_about():
    problem = parax.problem("log(a)", Bowl())
    problem.check_start()
    assert message(problem, [-1.0, 0.0]).startswith(
        "the objective is nan at this point: `log(a)` is nan\n"
    )


def test_a_gradient_that_is_not_finite_is_named_by_parameter():
    problem = parax.problem("a + (b - 1)**1.5/(b - 1)**0.75*0 + sqrt(b)", Bowl(b=4.0))
    problem.check_start()
    rough = parax.problem(op.Input("a") + op.Map(jnp.sqrt, op.Input("b") - 1.0), Bowl())
    assert float(rough(rough.x0)) == 3.0
    assert message(rough) == (
        "the objective is finite at `x0`, its gradient with respect to `b` is not: "
        "the derivative of `sqrt(b - 1.0)` with respect to `b - 1.0` is inf\n"
        "  help: `b - 1.0` is 0 there"
    )


def test_the_error_is_data():
    with pytest.raises(parax.NonFiniteError) as caught:
        parax.problem("sum(log(y))", Line(offset=0.0), np.array([1.0, 0.0])).check_start()
    facts = caught.value.to_dict()
    assert (facts["operator"], facts["value"], facts["point"]) == ("log(y)", "-inf", [1])


def test_an_expressions_own_parameters_take_part():
    objective = 1 / (op.Input("a") - parax.Parameter(3.0, name="p"))
    text = message(parax.problem(objective, Bowl()))
    assert text == (
        "the objective is inf at `x0`: `1 / (a - p)` is inf\n  help: `a - p` is 0 there"
    )
