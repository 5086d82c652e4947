"""Nodes that choose, stack, reduce and add: values and messages (O18-O24, O28, O29, O33-O39)."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from parax import Operator, op
from parax.errors import OperatorError, OperatorIndexError, OperatorTypeError

x = op.Input("x")
WRONG: Any = 3
FLOAT: Any = 1.0
LONE: Any = x
M = jnp.arange(8.0).reshape(2, 2, 2)
THREE = jnp.arange(3.0)


class Sc(Operator):
    def __call__(self, x):
        return {"d": x * 2.0}


def test_examples_of_the_specification():
    identity = op.Lambda(lambda x: x)
    assert float(op.Where(op.Lambda(lambda x: x > 0), identity, 0.0)(-3.0)) == 0.0
    stacked = op.Stack((identity, identity * 2))(jnp.array([1.0, 2.0]))
    assert stacked.tolist() == [[1.0, 2.0], [2.0, 4.0]]
    assert op.Reduce(identity, jnp.max, axis=0)(M).tolist() == [[4.0, 5.0], [6.0, 7.0]]
    assert op.Sum([identity, identity * 2])(THREE).tolist() == [0.0, 3.0, 6.0]
    assert float(op.Sum(identity)(THREE)) == float(op.Sum(operator=identity)(THREE)) == 3.0


def test_choice_broadcasts_promotes_and_tests_numbers_against_zero():
    assert op.Where(x, 1, 2.0)(x=0.0) == 2.0
    assert op.Where(x, 1, 2.0)(x=3).dtype == jnp.result_type(float)
    assert op.Where(x > 1, x, -1.0)(x=THREE).tolist() == [-1.0, -1.0, 2.0]
    assert op.Where(np.array([[True], [False]]), x, 0.0)(x=THREE).shape == (2, 3)
    assert op.Where(True, x, 0.0)(x=1.0) == 1.0
    assert op.Where(x, 1.0, 2.0)(x=1j) == 1.0
    chosen = op.Where(x > 1, {"a": x}, 0.0)(x=THREE)
    assert chosen["a"].tolist() == [0.0, 0.0, 2.0]


def test_map_and_binary_apply_once_to_the_whole_value():
    assert op.Map(len, op.Lambda(lambda: [1, 2]))() == 2
    assert op.Binary(lambda left, right: (left, right), x, {"a": x})(x=1) == (1, {"a": 1})


@pytest.mark.parametrize(
    ("index", "value"),
    [
        (-3, 0.0),
        (slice(0, 2), [0.0, 1.0]),
        (..., [0.0, 1.0, 2.0]),
        (None, [[0.0, 1.0, 2.0]]),
        ([0, 2], [0.0, 2.0]),
        ([-1, 0], [2.0, 0.0]),
        ([True, False, True], [0.0, 2.0]),
        ((..., 0), 0.0),
        (np.int64(1), 1.0),
        (jnp.array([0, 1]), [0.0, 1.0]),
        ([], []),
    ],
)
def test_indices_are_those_of_numpy(index, value):
    assert x[index](x=THREE).tolist() == value


def test_an_index_does_not_change_with_the_array_that_gave_it():
    places = np.array([0, 2])
    taken = x[places]
    places[:] = 1
    assert taken(x=THREE).tolist() == [0.0, 2.0]


def test_an_entry_that_is_a_parameter_stands_for_its_value():
    """O6; a scaled Parameter of a list could not be multiplied once compiled."""
    import parax

    class Row(parax.Module):
        values: list[parax.Parameter]

    model = Row([parax.Parameter(0.5, scale=2.0), parax.Parameter(1.5)])
    first = op.Input("values")[0]
    assert isinstance(first(model), jnp.ndarray)
    assert isinstance(parax.compile(first)(model), jnp.ndarray)
    for expression in (first * 2, first * op.Input("values")[1] + 0.5, "values[0]*2", "2*values_0"):
        assert float(parax.compile(expression)(model)) == 2.0


def test_an_index_into_a_tree_is_a_key_or_a_position():
    assert Sc()["d"](1.0) == 2.0
    assert x[1](x=[1.0, 2.0]) == 2.0
    assert op.Index(Sc(), "d")(1.0) == 2.0


def test_stack_and_reduce_go_leaf_by_leaf():
    """O14"""
    assert op.Stack([Sc(), Sc()])(1.0)["d"].tolist() == [2.0, 2.0]
    assert float(op.Reduce(Sc(), jnp.max)(THREE)["d"]) == 4.0
    assert op.Sum([Sc(), Sc()])(1.0) == {"d": 4.0}
    assert float(op.Sum({"a": x})(x=THREE)["a"]) == 3.0


def test_scalars_in_a_stack_are_broadcast():
    """O12, O34"""
    assert op.Stack([1.0, x])(x=THREE).tolist() == [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]
    assert op.Stack([1.0, x], axis=-2)(x=THREE).tolist() == [[1.0] * 3, [0.0, 1.0, 2.0]]


def test_a_sum_of_one_boolean_is_a_number():
    assert op.Sum([x])(x=True) == 1
    assert op.Sum([x, x])(x=True) == 2


BUILT = [
    (
        lambda: op.Stack([]),
        OperatorError,
        "`Stack` of an empty list\n  help: give at least one operand",
    ),
    (
        lambda: op.Sum([]),
        OperatorError,
        "`Sum` of an empty list\n  help: give at least one operand",
    ),
    (
        lambda: op.Stack(LONE),
        OperatorTypeError,
        "`Stack` takes a list or tuple of operands, got an Input",
    ),
    (
        lambda: op.Stack([x], axis=FLOAT),
        OperatorTypeError,
        "`Stack` takes an integer axis, got `1.0`",
    ),
    (lambda: op.Sum(), OperatorTypeError, "`Sum` takes either `operators` or `operator`"),
    (
        lambda: op.Sum([x], operator=x),
        OperatorTypeError,
        "`Sum` takes either `operators` or `operator`",
    ),
    (
        lambda: op.Reduce(x, jnp.max, axis=1.0),
        OperatorTypeError,
        "`max` takes an integer axis, a tuple of them or None, got `1.0`",
    ),
    (
        lambda: op.Map(WRONG, x),
        OperatorTypeError,
        "`Map` takes a function, got `3`, an int\n"
        "  help: a plain value stands for itself: use it as an operand",
    ),
    (
        lambda: x[1.5],
        OperatorTypeError,
        "an index is an integer, a slice, `...`, None, or an integer or boolean array, got `1.5`",
    ),
    (
        lambda: x[[[0], [1, 2]]],
        OperatorTypeError,
        "an index is an integer, a slice, `...`, None, or an integer or boolean array, "
        "got `[[0], [1, 2]]`",
    ),
    (lambda: x[0.0:2], OperatorTypeError, "a slice takes integers, got `slice(0.0, 2, None)`"),
    (
        lambda: x[op.Input("i"), 0],
        OperatorTypeError,
        "an index is part of the structure and cannot be the expression `<Input i>`\n"
        "  help: index by integers, slices or arrays; a condition stands alone: `x[f > 0]`",
    ),
    (
        lambda: op.Apply(jnp.sum, x, axis=[0]),
        OperatorTypeError,
        "`sum(axis=…)` is part of the structure and must be hashable, got a list\n"
        "  help: give a number, a string, or a tuple of them",
    ),
]


@pytest.mark.parametrize(("build", "error", "message"), BUILT, ids=[row[-1][:40] for row in BUILT])
def test_what_can_be_told_at_construction_is(build, error, message):
    """O15"""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message


EVALUATED = [
    (
        x[5],
        THREE,
        OperatorIndexError,
        "index 5 is outside axis 0 of shape (3,), which has 3 elements\n  help: indices start at 0",
    ),
    (
        x[jnp.array([0, 7])],
        THREE,
        OperatorIndexError,
        "index 7 is outside axis 0 of shape (3,), which has 3 elements\n  help: indices start at 0",
    ),
    (
        x[0, 1],
        THREE,
        OperatorIndexError,
        "`[0, 1]` takes 2 axes, and the value of shape (3,) has 1",
    ),
    (
        x[[True, False]],
        THREE,
        OperatorIndexError,
        "a boolean index of shape (2,) does not fit axes of shape (3,)",
    ),
    (
        x["a"],
        THREE,
        OperatorIndexError,
        "`'a'` names an entry, and the value is an array of shape (3,)",
    ),
    (
        x["gian"],
        {"gain": 1.0},
        OperatorIndexError,
        "no entry `'gian'`\n  help: did you mean `gain`?",
    ),
    (x["q"], {"gain": 1.0}, OperatorIndexError, "no entry `'q'`\n  help: there are `gain`"),
    (x[5], [1.0, 2.0], OperatorIndexError, "`[5]` is no position in a list of 2"),
    (
        op.Stack([x, x[:1], x]),
        THREE,
        OperatorError,
        "`Stack` of shapes that do not agree: (3,) and, at position 1, (1,)\n"
        "  help: reduce or index the operands to one shape",
    ),
    (
        op.Stack([x, x], axis=5),
        THREE,
        OperatorError,
        "`Stack` on axis 5 of a result with 2 axes",
    ),
    (
        op.Reduce(x, jnp.max, axis=5),
        M,
        OperatorError,
        "`max` over axis 5 of shape (2, 2, 2), which has 3 axes",
    ),
    (op.Sum(x, axis=3), THREE, OperatorError, "`Sum` over axis 3 of shape (3,), which has 1 axis"),
    (
        op.Sum([x, x], axis=3),
        THREE,
        OperatorError,
        "`Sum` over axis 3 of shape (3,), which has 1 axis",
    ),
    (
        op.Sum([x, x[:2]]),
        THREE,
        OperatorError,
        "`+` cannot broadcast shapes (3,) and (2,)\n"
        "  help: reduce one side, for instance with `mean(…)`, or index it",
    ),
    (
        op.Where(x > 0, x, jnp.arange(4.0)),
        THREE,
        OperatorError,
        "`where` cannot broadcast shapes (3,), (3,) and (4,)\n"
        "  help: reduce one side, for instance with `mean(…)`, or index it",
    ),
    (
        op.Where(x["c"], x["a"], x["b"]),
        {"c": True, "a": {"u": 1.0}, "b": {"v": 1.0}},
        OperatorTypeError,
        "the operands are trees of different structure, first at ['u']\n"
        "  help: left has ['u']; right has ['v']",
    ),
    (
        x @ x,
        jnp.ones((2, 3)),
        OperatorError,
        "`@` cannot multiply shapes (2, 3) and (2, 3): 3 columns meet 2 rows",
    ),
    (
        x @ 2,
        jnp.ones((2, 3)),
        OperatorError,
        "`@` multiplies matrices and vectors, got shapes (2, 3) and ()\n"
        "  help: write `*` for the product with a number",
    ),
    (
        op.Apply(jnp.clip, x, foo=1),
        THREE,
        OperatorError,
        "`clip` cannot be applied to (3,) float32\n"
        "  help: its function says: clip() got an unexpected keyword argument 'foo'",
    ),
]


@pytest.mark.parametrize(("expression", "value", "error", "message"), EVALUATED)
def test_shapes_that_do_not_fit_are_named(expression, value, error, message):
    if hasattr(value, "astype"):
        value = value.astype(jnp.float32)
    with pytest.raises(error) as caught:
        expression(x=value)
    assert str(caught.value) == message
    with pytest.raises(error) as found:
        expression.graph().infer((), {"x": value})
    assert str(found.value) == message
