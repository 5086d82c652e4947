"""A Parameter behaves as its scaled value: P35-P45."""

# Functions of JAX are not declared to take what has `__jax_array__`; wrong uses are tested too.
# pyright: reportArgumentType=false, reportUnhashable=false, reportUnusedExpression=false

import math
import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.parameters import Parameter

VECTOR = np.array([1.0, 2.0, 3.0])
P = Parameter(VECTOR, scale=2.0)  # scaled: 2, 4, 6
SCALED = 2 * VECTOR

ARITHMETIC = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow,
]  # fmt: skip
COMPARISON = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
OPERANDS = {
    "int": 2,
    "float": 2.5,
    "complex": 1 + 2j,
    "NumPy scalar": np.float32(2.5),
    "NumPy array": np.array([1.0, 4.0, 2.0], dtype=np.float32),
    "NumPy int array": np.array([1, 4, 2]),
    "JAX array": jnp.array([1.0, 4.0, 2.0]),
}


def check(result, expected):
    assert isinstance(result, jax.Array)
    np.testing.assert_allclose(np.asarray(result), expected, rtol=1e-5)


@pytest.mark.parametrize("kind", OPERANDS)
@pytest.mark.parametrize("fn", ARITHMETIC, ids=lambda fn: fn.__name__)
def test_arithmetic_works_on_either_side(fn, kind):
    """P35, P43: also with a NumPy array on the left."""
    other = OPERANDS[kind]
    if kind == "complex" and fn in (operator.floordiv, operator.mod):
        for attempt in (lambda: fn(P, other), lambda: fn(other, P)):
            with pytest.raises(TypeError):
                attempt()
        return
    check(fn(P, other), fn(SCALED, other))
    check(fn(other, P), fn(other, SCALED))


@pytest.mark.parametrize("kind", ["int", "float", "NumPy scalar", "NumPy array", "JAX array"])
@pytest.mark.parametrize("fn", COMPARISON, ids=lambda fn: fn.__name__)
def test_comparison_is_elementwise_on_either_side(fn, kind):
    """P37: there was no ordering, and `==` compared PyTrees."""
    other = OPERANDS[kind]
    check(fn(P, other), fn(SCALED, other))
    check(fn(other, P), fn(other, SCALED))


@pytest.mark.parametrize("fn", [*ARITHMETIC, *COMPARISON], ids=lambda fn: fn.__name__)
def test_two_parameters(fn):
    """P35, P37"""
    check(fn(P, Parameter(VECTOR[::-1])), fn(SCALED, VECTOR[::-1]))


def test_matmul_and_divmod():
    """P35"""
    check(P @ P, 56.0)
    check(np.eye(3) @ P, SCALED)
    check(P @ np.eye(3), SCALED)
    check(jnp.eye(3) @ P, SCALED)
    for result, expected in zip(divmod(P, 4), divmod(SCALED, 4), strict=True):
        check(result, expected)
    for result, expected in zip(divmod(7, P), divmod(7, SCALED), strict=True):
        check(result, expected)


def test_unary():
    """P36"""
    check(-P, -SCALED)
    check(+P, SCALED)
    check(abs(-1 * Parameter(-3.0)), 3.0)
    check(abs(Parameter(-3.0)), 3.0)
    check(round(Parameter(1.256), 1), 1.3)
    check(round(Parameter(1.256)), 1.0)
    with pytest.raises(TypeError):
        operator.invert(P)


def test_equality_compares_values_and_hash_identity():
    """P37: `Parameter(4.) == 4.` was False."""
    assert Parameter(4.0) == 4.0
    p, q = Parameter(1.0), Parameter(1.0)
    assert hash(p) != hash(q)
    assert len({p, q, p}) == 2
    assert bool(p == q)


@pytest.mark.parametrize("other", ["a", None, object()])
def test_what_is_no_array_is_unequal_and_has_no_order(other):
    """P37"""
    assert operator.eq(P, other) is False
    assert operator.ne(P, other) is True
    with pytest.raises(TypeError):
        operator.lt(P, other)
    with pytest.raises(TypeError):
        P + other


def test_conversions_take_a_single_element():
    """P38: `bool(Parameter(0.))` was True, and `float` failed."""
    assert bool(Parameter(0.0)) is False
    for p in (Parameter(2.5), Parameter([2.5]), Parameter([[2.5]])):
        assert (float(p), int(p), complex(p), bool(p)) == (2.5, 2, 2.5 + 0j, True)
    for kind in (float, int, complex):
        with pytest.raises(TypeError):
            kind(P)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(P)


def test_a_parameter_is_no_index():
    """P39"""
    with pytest.raises(TypeError):
        operator.index(Parameter(1.0))
    with pytest.raises(TypeError):
        [1, 2][Parameter(1.0)]  # pyright: ignore[reportCallIssue]


def test_indexing_and_iteration():
    """P40"""
    check(P[0], 2.0)
    check(P[1:], [4.0, 6.0])
    check(P[np.array([True, False, True])], [2.0, 6.0])
    check(P.at[1].set(0.0), [2.0, 0.0, 6.0])
    assert [float(x) for x in P] == [2.0, 4.0, 6.0]
    with pytest.raises(TypeError, match="0-d"):
        list(Parameter(1.0))


def test_the_length_of_a_scalar_is_one():
    """P41"""
    assert (len(Parameter(1.0)), len(P), len(Parameter(np.ones((4, 2))))) == (1, 3, 4)


def test_functions_of_jax_accept_parameters():
    """P42"""
    check(jnp.sin(P), np.sin(SCALED))
    check(jax.nn.relu(P), SCALED)
    check(jnp.stack([P, P]), np.stack([SCALED, SCALED]))
    check(jnp.where(P > 2, P, 0), [0.0, 4.0, 6.0])
    check(jnp.asarray(P), SCALED)
    assert P.__jax_array__(jnp.float16).dtype == jnp.float16


def test_functions_of_numpy_accept_parameters():
    """P43: "object __array__ method not producing an array" for every one."""
    assert type(np.asarray(P)) is np.ndarray
    np.testing.assert_allclose(np.asarray(P), SCALED)
    assert np.asarray(P, dtype=np.float16).dtype == np.float16
    copied = np.array(P, copy=True)
    copied[0] = 9.0
    check(P[0], 2.0)
    np.testing.assert_allclose(np.sin(P), np.sin(SCALED), rtol=1e-6)
    np.testing.assert_allclose(np.stack([P, P]), np.stack([SCALED, SCALED]))
    np.testing.assert_allclose(np.multiply(VECTOR, P), VECTOR * SCALED)
    assert np.asarray(P).dtype == P.dtype


def test_numpy_on_the_left_defers():
    """P43: a JAX array, no array of objects."""
    for result in (np.ones(3) * P, np.float64(2) * P, np.ones(3) == P, np.ones((2, 3)) @ P):
        assert isinstance(result, jax.Array)


def test_attributes_of_arrays():
    """P44"""
    p = Parameter([[1.0, 2.0], [3.0, 4.0]], scale=2.0)
    scaled = np.array([[2.0, 4.0], [6.0, 8.0]])
    for word in ("T", "mT", "real", "imag"):
        check(getattr(p, word), getattr(scaled, word) if word != "mT" else scaled.T)
    check(p.reshape(4), scaled.reshape(4))
    check(p.reshape(1, 4), scaled.reshape(1, 4))
    for word in ("ravel", "sum", "mean", "min", "max"):
        check(getattr(p, word)(), getattr(scaled, word)())
    check(p.sum(axis=0), scaled.sum(axis=0))
    assert p.astype(jnp.float16).dtype == jnp.float16
    assert p.tolist() == scaled.tolist()
    assert Parameter(3.0).item() == 3.0


class Composer:
    """Composes with whatever stands beside it, as an operator of expressions does."""

    def __eq__(self, other):
        return "eq", other

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __getattr__(self, name):
        raise AttributeError(name)


REFLECTED = ["radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow"]
OTHERS = ["rmatmul", "rdivmod", "lt", "le", "gt", "ge", "ne"]
for word in [*REFLECTED, *OTHERS]:
    setattr(Composer, f"__{word}__", lambda self, other, word=word: (word, other))


@pytest.mark.parametrize(
    ("fn", "word"),
    [
        *zip(ARITHMETIC, REFLECTED, strict=True),
        (operator.matmul, "rmatmul"),
        (divmod, "rdivmod"),
        (operator.eq, "eq"),
        (operator.ne, "ne"),
        (operator.lt, "gt"),  # Python asks the other side for the mirrored comparison
        (operator.le, "ge"),
        (operator.gt, "lt"),
        (operator.ge, "le"),
    ],
)
def test_an_operator_on_the_other_side_composes(fn, word):
    """P45: `Parameter(2.) * op` was an error of JAX."""
    assert fn(P, Composer())[0] == word
    assert fn(P, Composer())[1] is P


def test_a_list_is_no_operand():
    with pytest.raises(TypeError):
        P + [1.0, 2.0, 3.0]  # noqa: RUF005  # no concatenation


def test_a_transformed_value_is_used():
    assert math.isclose(float(Parameter(latent_value=0.0, transform=jnp.exp, scale=3.0) + 1), 4.0)
