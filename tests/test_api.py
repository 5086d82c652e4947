"""Where text meets engine: what `parax.compile` and `parax.problem` take (U1, U2)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportOperatorIssue=false

import pytest

import parax
from parax import op
from tests.problems.models import Bowl


def test_terms_of_a_list_are_added_up():
    problem = parax.problem(["(a - 1)**2", op.Input("b") * 2, "t"], Bowl(), t=0.5)
    assert float(problem(problem.x0)) == 6.5
    assert float(parax.problem(["a"], Bowl())([2.0, 0.0])) == 2.0


def test_the_models_class_names_the_vocabulary():
    class Talking(Bowl):
        pass

    assert float(parax.problem("a", Talking())([4.0, 0.0])) == 4.0


def test_symbols_stand_for_values_and_operators():
    problem = parax.problem(
        "a*scale + extra", Bowl(), symbols={"scale": 2.0, "extra": op.Input("b")}
    )
    assert float(problem(problem.x0)) == 7.0


def test_limits_are_for_texts():
    with pytest.raises(parax.LimitError):
        parax.problem("a + " * 50 + "a", Bowl(), limits=parax.Limits(text=20))


def test_texts_and_operators_stand_side_by_side_in_a_dict():
    compiled = parax.compile({"text": "a + 1", "operator": op.Input("b") * 2}, Bowl())
    outputs = compiled(Bowl())
    assert {name: float(value) for name, value in outputs.items()} == {"text": 4.0, "operator": 2.0}


def test_a_mistake_in_a_text_is_shown_there():
    with pytest.raises(parax.ParaxSyntaxError) as caught:
        parax.problem("a + * b", Bowl())
    assert "1 | a + * b" in str(caught.value)


def test_a_problem_is_bound_through_compile_alike():
    problem = parax.problem("(a - t)**2", Bowl(), t=1.0)
    bound = parax.compile("(a - t)**2", Bowl(), t=1.0).bind(Bowl(), t=1.0)
    assert float(problem(problem.x0)) == float(bound(bound.x0)) == 4.0
