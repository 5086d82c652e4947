"""What a call builds, and what a wrong one is told."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import parax.functions as pf
from parax import op
from parax.errors import OperatorError, OperatorTypeError, ParaxError, ParaxTypeError
from parax.graph import same

A: Any = op.Input("a")
B: Any = op.Input("b")
C: Any = op.Input("c")


@pytest.mark.parametrize(
    ("composed", "built"),
    [
        (lambda: pf.abs(A), lambda: abs(A)),
        (lambda: pf.xor(A, B), lambda: A ^ B),
        (lambda: pf.sin(A), lambda: op.Map(pf.sin.codes[0], A)),
        (lambda: pf.hypot(A, 2.0), lambda: op.Binary(pf.hypot.codes[0], A, 2.0)),
        (lambda: pf.max(A), lambda: op.Reduce(A, pf.max.codes[0], None)),
        (lambda: pf.max(A, axis=[0, 1]), lambda: op.Reduce(A, pf.max.codes[0], (0, 1))),
        (lambda: pf.max(A, B), lambda: op.Binary(pf.max.codes[1], A, B)),
        (lambda: pf.max(A, B, C), lambda: op.Apply(pf.max.codes[1], A, B, C)),
        (lambda: pf.var(A, ddof=1), lambda: op.Apply(pf.var.codes[0], A, ddof=1)),
        (lambda: pf.round(A, 0), lambda: pf.round(A)),
        (lambda: pf.round(A, digits=np.int64(2)), lambda: op.Apply(pf.round.codes[0], A, digits=2)),
        (lambda: pf.percentile(A, 5, 0), lambda: op.Apply(pf.percentile.codes[0], A, 5, axis=0)),
        (lambda: pf.unwrap(A, axis=0), lambda: op.Apply(pf.unwrap.codes[0], A, axis=0)),
        (lambda: pf.where(A, B, 0.0), lambda: op.Where(A, B, 0.0)),
        (lambda: pf.stack(A, B), lambda: op.Stack((A, B), axis=0)),
        (lambda: pf.stack([A, B], axis=1), lambda: op.Stack((A, B), axis=1)),
        (lambda: pf.stack(op.Stack((A, B), 0), axis=1), lambda: op.Stack((A, B), axis=1)),
        (lambda: pf.concat([A, B]), lambda: pf.concat(A, B)),
        (lambda: pf.reshape(A, 2, 3), lambda: op.Apply(pf.reshape.codes[0], A, shape=(2, 3))),
        (lambda: pf.reshape(A, (2, 3)), lambda: pf.reshape(A, shape=(2, 3))),
        (lambda: pf.ripple(A), lambda: pf.flatness(A)),
        (lambda: pf.ones.compose(3), lambda: op.Apply(pf.ones.codes[0], shape=(3,))),
        (lambda: pf.abs.compose(2.0), lambda: op.Map(pf.abs.codes[0], 2.0)),
    ],
)
def test_a_call_builds(composed: Callable[[], Any], built: Callable[[], Any]):
    """L50, O41"""
    assert same(composed(), built())
    assert type(composed()) is type(built())


def test_a_function_of_nothing_can_be_composed():
    assert np.asarray((A * pf.arange.compose(3))(a=2.0)).tolist() == [0, 2, 4]


def test_parameters_are_arrays():
    class Holder:
        def __jax_array__(self) -> Any:
            return jnp.array([3.0, 4.0])

    for name, wanted in [("max", 4.0), ("norm", 5.0), ("cumsum", [3.0, 7.0]), ("exp", None)]:
        value = np.asarray(pf.table()[name](Holder()))
        np.testing.assert_allclose(
            value, np.exp([3.0, 4.0]) if wanted is None else wanted, rtol=1e-6
        )


def test_deep_expressions_build_in_a_line():
    expression: Any = A
    for _ in range(3000):
        expression = pf.abs(expression)
    assert isinstance(expression, op.Map)


ONES = np.ones((2, 3))
WRONG: list[tuple[str, Callable[[], Any], type[ParaxError], str]] = [
    (
        "too many",
        lambda: pf.round(1, 2, 3),
        ParaxTypeError,
        "`round` takes 1 or 2 arguments, got 3\n  help: it is called as `round(x, digits=0)`",
    ),
    (
        "too many of one",
        lambda: pf.abs(1, 2),
        ParaxTypeError,
        "`abs` takes 1 argument, got 2\n  help: it is called as `abs(x)`",
    ),
    (
        "too few",
        lambda: pf.clip(A, 1),
        ParaxTypeError,
        "`clip` takes 3 arguments, got 2\n"
        "  help: it is called as `clip(x, low, high)`: give `high`",
    ),
    (
        "range of counts",
        lambda: pf.derivative(A),
        ParaxTypeError,
        "`derivative` takes 2 to 4 arguments, got 1\n"
        "  help: it is called as `derivative(x, f, order=1, axis=0)`: give `f`",
    ),
    (
        "none",
        lambda: pf.max(),
        ParaxTypeError,
        "`max` takes at least 1 argument, got 0\n  help: it is called as `max(*values, axis=None)`",
    ),
    (
        "gradient of an array",
        lambda: pf.grad(np.ones(3), 1.0),
        OperatorTypeError,
        "`grad` differentiates an expression, and an array does not tell what it depends on\n"
        "  help: give it `op.Input(name)` or what is made of it; `jax.grad` differentiates "
        "functions, and `derivative(x, f)` samples",
    ),
    (
        "misspelt keyword",
        lambda: pf.round(A, digit=1),
        ParaxTypeError,
        "`round` has no argument `digit`\n  help: did you mean `digits`?",
    ),
    (
        "unknown keyword",
        lambda: pf.max(A, keepdims=True),
        ParaxTypeError,
        "`max` has no argument `keepdims`\n  help: it is called as `max(*values, axis=None)`",
    ),
    (
        "given twice",
        lambda: pf.round(1.0, x=1),
        ParaxTypeError,
        "`round` was given `x` twice\n  help: it is called as `round(x, digits=0)`",
    ),
    (
        "by position",
        lambda: pf.max(values=A),
        ParaxTypeError,
        "`max` takes `values` by position\n  help: it is called as `max(*values, axis=None)`",
    ),
    (
        "static expression",
        lambda: pf.round(A, B),
        ParaxTypeError,
        "`digits` of `round` is part of the structure and must be a number, got an expression\n"
        "  help: write the number itself: it cannot depend on an input, a parameter or an array",
    ),
    (
        "static array",
        lambda: pf.sum(A, axis=np.array([0, 1])),
        ParaxTypeError,
        "`axis` of `sum` is part of the structure and must be a number, got an array\n"
        "  help: write the number itself: it cannot depend on an input, a parameter or an array",
    ),
    (
        "fraction",
        lambda: pf.round(A, 1.5),
        ParaxTypeError,
        "`digits` of `round` must be a whole number, got `1.5`\n"
        "  help: it is called as `round(x, digits=0)`",
    ),
    (
        "text",
        lambda: pf.abs("S21"),
        ParaxTypeError,
        "`abs` cannot take `'S21'`, a str\n"
        "  help: an operand is an operator, a number, an array, or a tree of these",
    ),
    (
        "nothing at all",
        lambda: pf.abs(None),
        ParaxTypeError,
        "`abs` cannot take `None`, a NoneType\n"
        "  help: an operand is an operator, a number, an array, or a tree of these",
    ),
    (
        "array of text",
        lambda: pf.abs(np.array(["x"])),
        ParaxTypeError,
        "`abs` cannot take `array(['x'], dtype='<U1')`, a ndarray\n"
        "  help: an operand is an operator, a number, an array, or a tree of these",
    ),
    (
        "no axis",
        lambda: pf.sort(A, axis=None),
        ParaxTypeError,
        "`axis` of `sort` must be a whole number, got `None`\n"
        "  help: it is called as `sort(x, axis=-1)`",
    ),
    (
        "no number",
        lambda: pf.arange("a"),
        ParaxTypeError,
        "`start` of `arange` must be a number, got `'a'`\n"
        "  help: it is called as `arange(start, stop=None, step=1)`",
    ),
    (
        "bits of a fraction",
        lambda: pf.xor(np.float32(1.5), True),
        OperatorTypeError,
        "`^` takes conditions or integers, got float32\n"
        "  help: compare first, for instance `(a > 0) & (b > 0)`",
    ),
    (
        "empty stack",
        lambda: pf.stack([]),
        OperatorError,
        "`stack` of an empty list\n  help: give at least one",
    ),
    (
        "axis of several",
        lambda: pf.max(A, B, axis=0),
        ParaxTypeError,
        "`max` of several values compares them elementwise and takes no `axis`\n"
        "  help: stack them first: `max(stack(a, b), axis=0)`",
    ),
    (
        "order of complex",
        lambda: pf.max(np.array([1j])),
        OperatorTypeError,
        "`max` orders its operands, and complex values have no order\n"
        "  help: take `abs(…)`, `real(…)` or `dB(…)` of the complex side first",
    ),
    (
        "angle of complex",
        lambda: pf.deg(np.array([1j])),
        OperatorTypeError,
        "`deg` converts an angle, and a complex value is none\n"
        "  help: `phase(x)` gives the angle of a complex value in degrees, `angle(x)` in radians",
    ),
    (
        "real only",
        lambda: pf.erf(1j),
        OperatorTypeError,
        "`erf` takes real values, got complex64\n"
        "  help: take `abs(…)`, `real(…)`, `imag(…)` or `angle(…)` of the value first",
    ),
    (
        "axis out of range",
        lambda: pf.sum(ONES, axis=2),
        OperatorError,
        "`sum` over axis 2 of shape (2, 3), which has 2 axes",
    ),
    (
        "axis twice",
        lambda: pf.sum(ONES, axis=(0, -2)),
        OperatorError,
        "`sum` over axes (0, -2), which name one axis twice",
    ),
    (
        "axes of a position",
        lambda: pf.argmax(ONES, axis=(0, 1)),
        OperatorTypeError,
        "`argmax` takes one axis or None, got `(0, 1)`\n  help: reshape the value first",
    ),
    (
        "nothing to reduce",
        lambda: pf.max(ONES[:0], axis=0),
        OperatorError,
        "`max` of no elements: the shape is (0, 3)\n"
        "  help: widen the range or the condition that chose them",
    ),
    (
        "percentage",
        lambda: pf.percentile(ONES, 101),
        OperatorError,
        "`percentile` takes `q` from 0 to 100, got 101",
    ),
    (
        "shape of stack",
        lambda: pf.stack(ONES, np.ones(4)),
        OperatorError,
        "`stack` of shapes that do not agree: (2, 3) and, at position 1, (4,)\n"
        "  help: reduce or index the operands to one shape",
    ),
    (
        "shape of concat",
        lambda: pf.concat(ONES, np.ones((2, 4))),
        OperatorError,
        "`concat` along axis 0 of shapes that do not agree: (2, 3) and, at position 1, (2, 4)",
    ),
    (
        "empty list",
        lambda: pf.concat([]),
        OperatorError,
        "`concat` of an empty list\n  help: give at least one",
    ),
    (
        "reshape",
        lambda: pf.reshape(ONES, 4, 2),
        OperatorError,
        "`reshape` of shape (2, 3) to (4, 2), which does not hold it",
    ),
    (
        "transpose",
        lambda: pf.transpose(ONES, 0),
        OperatorError,
        "`transpose` to axes (0,) of shape (2, 3)\n  help: name each axis once",
    ),
    (
        "roll",
        lambda: pf.roll(ONES, (1, 2)),
        OperatorError,
        "`roll` by (1, 2) over axis None: give one shift an axis",
    ),
    (
        "diff",
        lambda: pf.diff(ONES, -1),
        OperatorError,
        "`diff` takes differences 0 or more times, got -1",
    ),
    (
        "interp",
        lambda: pf.interp(0.5, np.ones(3), np.ones(4)),
        OperatorError,
        "`interp` through points of shapes (3,) and (4,)\n"
        "  help: give `xp` and `fp` one axis of the same length",
    ),
    (
        "negative length",
        lambda: pf.ones(-1),
        OperatorError,
        "`ones` of shape (-1,), which has a negative length",
    ),
    ("step", lambda: pf.arange(0, 1, 0), OperatorError, "`arange` by a step of 0"),
    (
        "square",
        lambda: pf.det(ONES),
        OperatorError,
        "`det` takes square matrices on the last two axes, got shape (2, 3)",
    ),
    (
        "matrix",
        lambda: pf.trace(np.ones(3)),
        OperatorError,
        "`trace` takes matrices on the last two axes, got shape (3,)",
    ),
    (
        "right sides",
        lambda: pf.solve(np.eye(2), np.ones(3)),
        OperatorError,
        "`solve` of matrices of shape (2, 2) and right sides of shape (3,)\n"
        "  help: give `b` as one vector, or as matrices with as many rows as `a`",
    ),
    (
        "points",
        lambda: pf.derivative(ONES, np.ones(3)),
        OperatorError,
        "`derivative` of samples of shape (2, 3) along axis 0 at points of shape (3,)\n"
        "  help: give 2 points on one axis, or the spacing as one number",
    ),
    (
        "negative order",
        lambda: pf.derivative(ONES, 1.0, -1),
        OperatorError,
        "`derivative` of order -1\n  help: an order is 0 or more",
    ),
    (
        "one sample",
        lambda: pf.derivative(ONES[:1], 1.0),
        OperatorError,
        "`derivative` takes two samples or more, got shape (1, 3)",
    ),
]


@pytest.mark.parametrize(
    ("call", "kind", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_call_says(call: Callable[[], Any], kind: type[ParaxError], message: str):
    """L49"""
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).replace("complex128", "complex64") == message
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", ["max", "sort", "median", "argmin", "floor", "smoothmax", "ptp"])
def test_complex_values_are_not_ordered_in_expressions(name: str):
    with pytest.raises(OperatorTypeError, match=f"`{name}` orders its operands"):
        pf.table()[name](A)(a=np.array([1j, 2.0]))
