"""Python's operators on expressions: both sides, every kind of other side (A6, O3-O7, O10, O11)."""

import math
import operator as python
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import Operator, op
from parax.errors import OperatorError, OperatorTypeError
from parax.graph import same

I = op.Lambda(lambda x: x)  # noqa: E741 - so called in the specification


class Sc(Operator):
    k: float = 2.0

    def __call__(self, x):
        return {"d": x * self.k}


class Sh(Operator):
    def __call__(self, x):
        return {"d": x + 5.0}


ARITHMETIC = [
    python.add, python.sub, python.mul, python.truediv, python.floordiv, python.mod, python.pow,
    python.lt, python.le, python.gt, python.ge, python.eq, python.ne,
]  # fmt: skip
OTHERS = {
    "Python": 2.0,
    "NumPy number": np.float32(2.0),
    "NumPy 0-d": np.array(2.0, np.float32),
    "NumPy array": np.array([1.0, 2.0, 3.0], np.float32),
    "JAX": jnp.array([1.0, 2.0, 3.0], jnp.float32),
    "Parameter": parax.Parameter(2.0),
}


@pytest.mark.parametrize("fn", ARITHMETIC, ids=lambda fn: fn.__name__)
@pytest.mark.parametrize("kind", OTHERS)
def test_either_side_may_be_a_number_an_array_or_a_parameter(fn, kind):
    other = OTHERS[kind]
    plain = np.asarray(other.__jax_array__() if kind == "Parameter" else other)
    for composed, expected in [
        (fn(I, other), fn(np.float32(3.0), plain)),
        (fn(other, I), fn(plain, np.float32(3.0))),
    ]:
        assert isinstance(composed, Operator)
        value = composed(3.0)
        assert not isinstance(value, parax.Parameter)
        np.testing.assert_allclose(np.asarray(value, float), np.asarray(expected, float), rtol=1e-6)


@pytest.mark.parametrize("other", [np.ones((2, 2)), jnp.ones((2, 2))], ids=["NumPy", "JAX"])
def test_matrix_products_on_either_side(other):
    vector = jnp.arange(2.0)
    np.testing.assert_allclose((other @ I)(vector), [1.0, 1.0])
    np.testing.assert_allclose((I @ other)(vector), [1.0, 1.0])


def test_bitwise_operators_are_logical_on_booleans():
    assert ((I & True)(True), (I | False)(False), (I ^ True)(True), (~I)(True)) == (1, 0, 0, 0)
    left: Any = np.array([1, 2]) & I
    assert [left(3).tolist(), (6 | I)(1).tolist(), (I ^ 5)(1).tolist()] == [
        [1, 2],
        7,
        4,
    ]


def test_examples_of_the_specification():
    assert (Sc() + 10 * Sh())(10.0) == {"d": 170.0}
    assert (2 / Sc())(10.0) == {"d": 0.1}
    assert (Sc() ** 2)(10.0) == {"d": 400.0}
    assert (Sc() > Sh())(10.0) == {"d": True}
    assert (Sc() + {"d": 1.0})(10.0) == {"d": 21.0}
    assert ({"d": 1.0} + Sc())(10.0) == {"d": 21.0}
    assert ([1.0] + I)([2.0]) == [3.0]  # noqa: RUF005 - composes
    total: Any = sum([I, I])
    assert total(2.0) == 4.0


def test_plain_numbers_stay_what_python_makes_of_them():
    assert type((I + 1)(2)) is int
    assert type((I / 2)(4)) is float
    assert (I + True)(1) == 2
    assert (I % 0)(1) != (I % 0)(1)
    assert (I / 0)(1) == math.inf
    assert (I * 10**400)(1.0) == math.inf
    assert ((-I)(True), (+I)(True), abs(I)(-3)) == (-1, 1, 3)


def test_adding_zero_and_multiplying_by_one_are_kept():
    assert len((I + 0).graph()) == len((I * 1).graph()) == 3


def test_trees_that_differ_name_the_first_key():
    with pytest.raises(OperatorTypeError) as caught:
        (Sc() + {"e": 1.0})(10.0)
    assert str(caught.value) == (
        "the operands are trees of different structure, first at ['d']\n"
        "  help: left has ['d']; right has ['e']"
    )


def test_trees_of_the_same_keys_say_what_differs():
    with pytest.raises(OperatorTypeError) as caught:
        (I + {"d": [1.0]})({"d": (10.0,)})
    assert str(caught.value) == (
        "the operands are trees of different structure, first at ['d']\n"
        "  help: left is a tuple; right is a list"
    )


def test_trees_that_differ_in_what_is_no_array_say_so():
    class Tagged(eqx.Module):
        value: float
        tag: str = eqx.field(static=True)

    with pytest.raises(OperatorTypeError) as caught:
        (I + {"d": Tagged(1.0, "a")})({"d": Tagged(1.0, "b")})
    assert str(caught.value) == (
        "the operands are trees of different structure, first at ['d']\n"
        "  help: both are a Tagged, and differ in what is no array, such as a static field"
    )


def test_shapes_that_do_not_broadcast_are_both_named():
    with pytest.raises(OperatorError) as caught:
        (I + jnp.arange(3.0))(jnp.arange(4.0))
    assert str(caught.value) == (
        "`+` cannot broadcast shapes (4,) and (3,)\n"
        "  help: reduce one side, for instance with `mean(…)`, or index it"
    )


OPERANDS = (
    "  help: an operand is an operator, a number, an array, a Parameter, or a dict, list or tuple "
    "of these"
)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: I + None, "`+` cannot take `None`, a NoneType\n" + OPERANDS),
        (lambda: [None] * 1 + I, "`+` cannot take `None`, a NoneType\n" + OPERANDS),
        (lambda: I * {1}, "`*` cannot take `{1}`, a set\n" + OPERANDS),
        (
            lambda: I < "S21",
            "`<` cannot take `'S21'`, a str\n"
            "  help: `parax.parse(text)` makes an operator of a text, `op.Input(name)` of a name",
        ),
        (
            lambda: np.array([None]) + I,
            "`+` cannot take `array([None], dtype=object)`, a ndarray\n" + OPERANDS,
        ),
    ],
)
def test_what_is_no_operand_is_refused_when_the_expression_is_built(build, message):
    with pytest.raises(OperatorTypeError) as caught:
        build()
    assert str(caught.value) == message


def test_a_function_as_operand_is_told_how_to_become_one():
    with pytest.raises(OperatorTypeError, match=r"`op.Lambda\(fn\)`"):
        python.add(I, jnp.sin)


TRUTH = (
    "  help: choose between two expressions with `op.Where(condition, a, b)`; join comparisons "
    "with `&` and `|`; compare structures with `parax.graph.same(a, b)`"
)
X = op.Input("x")


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (bool, "an expression has no truth value until it is called, got `<Input x>`\n" + TRUTH),
        (
            lambda x: 1 < x < 2,
            "an expression has no truth value until it is called, got `<Binary (x > 1)>`\n" + TRUTH,
        ),
        (
            lambda x: x in [1],
            "an expression has no truth value until it is called, got `<Binary (x == 1)>`\n"
            + TRUTH,
        ),
        (
            len,
            "an expression has no length until it is called, got `<Input x>`\n"
            "  help: call it first, or use `op.Map(len, …)`",
        ),
        (
            list,
            "an expression has no elements until it is called, got `<Input x>`\n"
            "  help: call it first, or take elements with `[...]`",
        ),
        (
            math.sin,
            "an expression has no number until it is called, got `<Input x>`\n"
            "  help: `math` works on numbers: use the function of that name in `parax.functions`, "
            "or `op.Map(fn, …)`",
        ),
        (
            jnp.abs,
            "`abs` works on arrays, and `<Input x>` is an expression\n"
            "  help: use `parax.functions.abs` if there is one, or `op.Map(jnp.abs, …)`",
        ),
        (
            np.abs,
            "`absolute` works on arrays, and `<Input x>` is an expression\n"
            "  help: use `parax.functions.abs` if there is one, or `op.Map(jnp.abs, …)`",
        ),
        (
            np.max,
            "`max` works on arrays, and `<Input x>` is an expression\n"
            "  help: use `parax.functions.max` if there is one, or `op.Map(jnp.max, …)`",
        ),
        (
            jnp.linalg.norm,
            "`norm` works on arrays, and `<Input x>` is an expression\n"
            "  help: use `parax.functions.norm` if there is one, or `op.Map(jnp.linalg.norm, …)`",
        ),
        (
            lambda x: jnp.add(1.0, x),
            "`add` works on arrays, and `<Input x>` is an expression\n  help: write it with `+`",
        ),
        (
            round,
            "`round` works on arrays, and `<Input x>` is an expression\n"
            "  help: use `parax.functions.round` if there is one, or `op.Map(jnp.round, …)`",
        ),
        (
            np.asarray,
            "an expression has no array until it is called, got `<Input x>`\n  help: call it first",
        ),
    ],
)
def test_asking_an_expression_for_a_value_says_why_there_is_none(use, message):
    """O7, O44"""
    with pytest.raises(OperatorTypeError) as caught:
        use(X)
    assert str(caught.value) == message


def test_divmod_gives_two_values():
    pairs: Any = ((X, 2), (2, X))
    for pair in pairs:
        with pytest.raises(TypeError, match="divmod gives two values"):
            divmod(*pair)


def test_identity_is_tried_before_equality_and_hash_is_by_identity():
    assert X in [X]
    assert hash(X) == hash(X) != hash(op.Input("x"))
    assert same(X, op.Input("x"))


def test_a_class_without_evaluation_says_so():
    class Nothing(Operator):
        pass

    for expression in (Nothing(), Nothing() + 1):
        with pytest.raises(NotImplementedError, match="Nothing defines neither"):
            expression(1.0)


@pytest.mark.parametrize("value", [1j, jnp.array(1j)], ids=["number", "array"])
@pytest.mark.parametrize("fn", [python.lt, python.ge, python.mod, python.floordiv])
def test_complex_values_have_no_order_and_no_remainder(value, fn):
    with pytest.raises(OperatorTypeError, match="complex values have"):
        fn(I, 2)(value)
    with pytest.raises(OperatorTypeError, match="complex values have"):
        fn(op.Constant(2.0), I)(value)


def test_a_text_as_a_value_is_refused_in_plain_words():
    with pytest.raises(OperatorError) as caught:
        (I + 1)("a")
    assert str(caught.value) == "`+` works on numbers and arrays, got `'a'`, of type str"
    with pytest.raises(OperatorTypeError, match="an operand is `None`"):
        (I + 1)(None)


def test_a_model_may_be_an_operator_too():
    """O1, M26: in either order names in brackets are parameters, and everything else is an index"""

    class ModelFirst(parax.Module, Operator):
        gain: parax.Parameter = eqx.field(default=3.0)

        def __call__(self, x):
            return self.gain * x

    class OperatorFirst(Operator, parax.Module):
        gain: parax.Parameter = eqx.field(default=3.0)

        def __call__(self, x):
            return self.gain * x

    for model in (ModelFirst(), OperatorFirst()):
        assert float((model + 1)(2.0)) == 7.0
        assert float(model["gain"]) == 3.0
        assert [float(one) for one in model[["gain"]]] == [3.0]
        assert float(model[0](jnp.array([2.0, 5.0]))) == 6.0


def test_parameters_and_arrays_inside_are_leaves_of_the_tree():
    """A5, O2, O13"""

    class Scaled(Operator):
        by: parax.Parameter = eqx.field(default=2.0)

        def __call__(self, x):
            return self.by * x

    expression = Scaled() * jnp.ones(2) + parax.Parameter(1.0)
    assert len(jax.tree.leaves(eqx.filter(expression, eqx.is_array))) == 3
    slope = eqx.filter_grad(lambda e: jnp.sum(e(3.0)))(expression)
    assert sorted(float(jnp.sum(leaf)) for leaf in jax.tree.leaves(slope)) == [2.0, 6.0, 12.0]
