"""Validation before anything is traced (G2, X18, X19, L4): all problems, each at its place."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.core import Tracer

from parax import op
from parax._diagnostic import Source, Span
from parax.errors import GraphError, MissingInputError, OperatorError, OperatorTypeError
from parax.graph import Graph
from parax.op import _arithmetic as arithmetic

A, B = jnp.ones(3, jnp.float32), jnp.ones(4, jnp.float32)


class Text:
    """Operators with places in a text, as the parser makes them."""

    def __init__(self, text):
        self.source = Source(text, "test.parax")

    def at(self, part, operator, start=0):
        begin = self.source.text.index(part, start)
        return op.located(operator, op.Origin(Span(self.source, begin, begin + len(part))))


def infer(expression, **inputs):
    return Graph(expression).infer((), inputs)


def test_a_message_points_at_the_text_and_says_what_each_side_is():
    text = Text("sin(a) * b")
    left = text.at("sin(a)", op.Map(jnp.sin, text.at("a", op.Input("a"), 4)))
    product = text.at("sin(a) * b", left * text.at("b", op.Input("b")))
    for run in (lambda: product(a=A, b=B), lambda: infer(product, a=A, b=B)):
        with pytest.raises(OperatorError) as caught:
            run()
        assert caught.value.render(title=True) == (
            "OperatorError: `*` cannot broadcast shapes (3,) and (4,)\n"
            "  test.parax:1:1\n"
            "  1 | sin(a) * b\n"
            "    | ^^^^^^^^^^ left `sin(a)` is (3,), right `b` is (4,)\n"
            "  help: reduce one side, for instance with `mean(…)`, or index it"
        )


def test_in_a_merged_chain_the_failing_plus_is_the_one_that_is_shown():
    text = Text("a + a - b + a")
    a, b = text.at("a", op.Input("a")), text.at("b", op.Input("b"))
    first = text.at("a + a", a + a)
    second = text.at("a + a - b", first - b)
    whole = text.at("a + a - b + a", second + a)
    with pytest.raises(OperatorError) as caught:
        infer(whole, a=A, b=B)
    assert str(caught.value) == (
        "`-` cannot broadcast shapes (3,) and (4,)\n"
        "  test.parax:1:1\n"
        "  1 | a + a - b + a\n"
        "    | ^^^^^^^^^ left `a + a` is (3,), right `b` is (4,)\n"
        "  help: reduce one side, for instance with `mean(…)`, or index it"
    )


def test_all_problems_of_one_class_are_raised_as_that_class():
    a, b = op.Input("a"), op.Input("b")
    with pytest.raises(OperatorError) as caught:
        infer({"one": a * b, "two": op.Stack([a, b])}, a=A, b=B)
    error: Any = caught.value  # has them all as `problems`
    assert [problem.headline for problem in error.problems] == [
        "`*` cannot broadcast shapes (3,) and (4,)",
        "`Stack` of shapes that do not agree: (3,) and, at position 1, (4,)",
    ]
    assert str(caught.value).startswith("2 problems in the expression\n\n1. OperatorError: `*`")


def test_problems_of_several_classes_are_a_graph_error():
    a, b = op.Input("a"), op.Input("b")
    with pytest.raises(GraphError) as caught:
        infer([a * b, op.Input("c") + 1, a < 1j, a[7]], a=A, b=B)
    kinds = [type(problem).__name__ for problem in caught.value.problems]
    assert kinds == [
        "OperatorError",
        "MissingInputError",
        "OperatorTypeError",
        "OperatorIndexError",
    ]
    assert caught.value.to_dict()["problems"][1]["message"] == "no value for the input `c`"


def test_what_depends_on_a_problem_is_not_one_more():
    a, b = op.Input("a"), op.Input("b")
    with pytest.raises(OperatorError) as caught:
        infer(op.Map(jnp.sin, (a * b) + 1) @ b, a=A, b=B)
    assert not isinstance(caught.value, GraphError)


def test_the_same_problem_twice_is_told_once():
    with pytest.raises(MissingInputError) as caught:
        infer([op.Input("c") + 1, op.Input("c") * 2])
    assert not isinstance(caught.value, GraphError)


def test_like_nodes_are_evaluated_abstractly_once():
    calls = []

    def counted(value):
        calls.append(1)
        return jnp.sin(value)

    expression = op.Input("a")
    for _ in range(50):
        expression = op.Map(counted, expression)
    infer(expression, a=A)
    assert len(calls) == 1


def test_nothing_is_computed():
    def refuse(value):
        assert isinstance(value, Tracer)
        return value

    infer(op.Map(refuse, op.Input("a")), a=A)


def test_shapes_of_inputs_may_stand_for_them():
    kind = jax.ShapeDtypeStruct((5, 2), jnp.float32)
    shapes = infer(op.Input("a") @ jnp.ones((2, 3), jnp.float32), a=kind)
    assert shapes.outputs.shape == (5, 3)


def test_ordering_of_complex_values_points_at_the_comparison():
    text = Text("z < 1")
    comparison = text.at("z < 1", text.at("z", op.Input("z")) < 1)
    with pytest.raises(OperatorTypeError) as caught:
        infer(comparison, z=jnp.ones(2, jnp.complex64))
    assert caught.value.span is not None
    assert caught.value.span.text == "z < 1"
    assert caught.value.headline == "`<` orders its operands, and complex values have no order"


def test_a_choice_of_trees_and_shapes_is_inferred():
    a = op.Input("a")
    shapes = infer(op.Where(a[0] > 0, {"p": a, "q": 1}, 2.5), a=A)
    assert (shapes.outputs["p"].shape, shapes.outputs["q"].shape) == ((3,), ())


def test_a_sum_is_inferred_from_its_unlike_terms():
    """The trace of all terms of a long sum took most of the time of its validation."""
    traced = []

    class Counted(op.Binary):
        def accumulate(self, values, signs, counts):
            traced.append(len(values))
            return super().accumulate(values, signs, counts)

    x = op.Input("x")
    total = x * 0.5
    for number in range(500):
        total = Counted(arithmetic.add, total, x * float(number))
    assert infer(total, x=A).outputs.shape == (3,)
    assert traced == [2]


@pytest.mark.parametrize(
    "terms",
    [
        [True, True, True],
        [np.ones(3, np.uint8), np.ones(3, np.uint8), True],
        [np.ones(3, np.float16), 1.0, 2.0, 3, np.ones((2, 1), np.int8)],
        [np.ones((2, 1), np.float32), np.ones((2, 1), np.float32), np.ones(3, bool), 1j, 1j],
    ],
)
@pytest.mark.parametrize("signs", ["+++++", "+-+-+", "--+++"])
def test_a_sum_has_the_type_that_it_is_inferred_to_have(terms, signs):
    inputs = dict(zip("abcde", terms, strict=False))
    total = op.Input("a")
    for name, sign in zip("bcde"[: len(terms) - 1], signs, strict=False):
        total = total + op.Input(name) if sign == "+" else total - op.Input(name)
    found, value = infer(total, **inputs).outputs, jnp.asarray(total(**inputs))
    assert jnp.shape(found) == value.shape
    assert jnp.result_type(found) == value.dtype
    if not isinstance(found, jax.ShapeDtypeStruct):  # all numbers: their sum is known
        assert found == value
