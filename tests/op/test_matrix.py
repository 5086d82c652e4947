"""Mask, OffDiagonal and Diagonal: fixed elements of the last axes (O25-O27, O36, O37)."""

import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import parax
from parax import op
from parax.errors import OperatorError, OperatorTypeError
from parax.graph import same

x = op.Input("x")
EYE = np.eye(2, dtype=bool)
M = jnp.arange(8.0).reshape(2, 2, 2)
ANY: Any = op


def test_examples_of_the_specification():
    assert op.Mask(x, jnp.eye(2, dtype=bool))(x=M).tolist() == [[0.0, 3.0], [4.0, 7.0]]
    assert op.OffDiagonal(x, 2)(x=M).tolist() == [[1.0, 2.0], [5.0, 6.0]]
    assert op.Diagonal(x)(x=M).tolist() == [[0.0, 3.0], [4.0, 7.0]]
    assert op.Diagonal(operator=x)(x=M[0]).tolist() == [0.0, 3.0]
    assert op.OffDiagonal(operator=x, n_ports=2)(x=M[0]).tolist() == [1.0, 2.0]


shapes = hnp.array_shapes(min_dims=1, max_dims=4, max_side=3)


@settings(max_examples=30)
@given(shapes, st.data())
def test_a_mask_is_numpys_on_the_last_axes(shape, data):
    value = np.arange(np.prod(shape), dtype=float).reshape(shape)
    last = data.draw(st.integers(0, len(shape)))
    mask = data.draw(hnp.arrays(bool, shape[len(shape) - last :]))
    found = op.Mask(x, mask)(x=jnp.asarray(value))
    np.testing.assert_array_equal(found, value[..., mask])


@settings(max_examples=30)
@given(hnp.array_shapes(min_dims=2, max_dims=4, max_side=4))
def test_a_diagonal_is_numpys_of_the_last_axes(shape):
    value = np.arange(np.prod(shape)).reshape(shape)
    expected = np.diagonal(value, axis1=-2, axis2=-1)
    np.testing.assert_array_equal(op.Diagonal(x)(x=jnp.asarray(value)), expected)


@pytest.mark.parametrize("ports", [1, 2, 5])
@pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
def test_off_diagonal_leaves_the_diagonal_out_row_by_row(ports, lead):
    value = np.arange(np.prod(lead, dtype=int) * ports**2).reshape(*lead, ports, ports)
    found = op.OffDiagonal(x, ports)(x=jnp.asarray(value))
    assert found.shape == (*lead, ports * (ports - 1))
    rows = [value[..., i, j] for i in range(ports) for j in range(ports) if i != j]
    np.testing.assert_array_equal(found, np.stack(rows, -1) if rows else np.zeros((*lead, 0)))


def test_they_go_leaf_by_leaf_and_take_plain_values():
    """O12, O14"""
    tree = {"a": M, "b": (M[0], -M)}
    found = op.Mask(x, EYE)(x=tree)
    assert found["b"][0].tolist() == [0.0, 3.0]
    assert op.Diagonal(x)(x=tree)["b"][1].shape == (2, 2)
    assert op.Diagonal(np.eye(2))().tolist() == [1.0, 1.0]
    assert op.OffDiagonal([[1.0, 2.0], [3.0, 4.0]], 2) is not None


def test_dtypes_stay():
    for dtype in (jnp.int32, jnp.float32, jnp.complex64, jnp.bool_):
        value = jnp.ones((2, 2), dtype)
        for one in (op.Mask(x, EYE), op.OffDiagonal(x, 2), op.Diagonal(x)):
            assert one(x=value).dtype == dtype


def test_the_mask_is_part_of_the_structure_by_content():
    one, other = op.Mask(x, EYE), op.Mask(x, jnp.asarray(EYE))
    assert same(one, other)
    assert same(one, op.Mask(x, EYE.tolist()))
    assert not same(one, op.Mask(x, ~EYE))
    assert not same(op.Mask(x, ~EYE), op.OffDiagonal(x, 2))
    assert isinstance(op.OffDiagonal(x, 2), op.Mask)
    run = jax.jit(lambda operator, value: operator(x=value))
    assert run(one, M).tolist() == [[0.0, 3.0], [4.0, 7.0]]
    kept = EYE.copy()
    held = op.Mask(x, kept)
    kept[:] = False
    assert held(x=M[0]).tolist() == [0.0, 3.0]


@pytest.mark.parametrize("one", [op.Mask(x, EYE), op.OffDiagonal(x, 2), op.Diagonal(x)], ids=repr)
def test_they_pickle_and_show_themselves(one):
    again = pickle.loads(pickle.dumps(one))  # our own
    assert same(again, one)
    assert type(again) is type(one)
    assert repr(one) == f"<{type(one).__name__}(x)>"


@pytest.mark.parametrize(
    "take",
    [lambda v: op.Mask(v, EYE), lambda v: op.OffDiagonal(v, 2), op.Diagonal],
    ids=["mask", "off-diagonal", "diagonal"],
)
def test_a_branch_that_is_not_taken_leaks_no_nan(take):
    """X21"""
    chosen = op.Where(take(x) > 0, take(op.Map(jnp.log, x)), 0.0)
    at = jnp.array([[0.0, 4.0], [0.0, 2.0]])
    slope = jax.grad(lambda v: jnp.sum(chosen(x=v)))(at)
    expected = jax.grad(lambda v: jnp.sum(take(x)(x=v)))(at) / jnp.where(at == 0, jnp.inf, at)
    assert slope.tolist() == expected.tolist()


def test_a_choice_of_elements_wants_just_these():
    beside = op.OffDiagonal(op.Map(jnp.log, x), 2)
    chosen = op.Where(np.array([True, False]), beside, 0.0)
    slope = jax.grad(lambda v: jnp.sum(chosen(x=v)))(jnp.array([[0.0, 2.0], [0.0, 0.0]]))
    assert slope.tolist() == [[0.0, 0.5], [0.0, 0.0]]


def test_like_terms_are_rolled():
    """E5"""
    terms = [
        op.Reduce(part(op.Map(jnp.sin, x * (k + 0.5))), jnp.max)
        for part in (op.Diagonal, lambda v: op.OffDiagonal(v, 2))
        for k in range(6)
    ]
    whole = op.Sum(terms)
    compiled = parax.compile(whole, x=M)
    np.testing.assert_allclose(compiled(x=M), whole(x=M), rtol=1e-5)


def _traced() -> Any:
    return jax.jit(lambda mask: op.Mask(x, mask)(x=M))(EYE)


BUILT = [
    (
        lambda: op.Mask(x, [1, 0]),
        OperatorTypeError,
        f"`Mask` takes a boolean array as its mask, got an array of {np.array([1]).dtype}\n"
        "  help: compare to make one: `array != 0`; by positions choose with `x[positions]`",
    ),
    (
        lambda: op.Mask(x, [[True], [True, False]]),
        OperatorTypeError,
        "`Mask` takes a boolean array as its mask, got a list\n"
        "  help: compare to make one: `array != 0`; by positions choose with `x[positions]`",
    ),
    (
        lambda: op.Mask(x, x > 0),
        OperatorTypeError,
        "the mask of `Mask` is part of the structure and cannot be the expression "
        "`<Binary (x > 0)>`\n  help: choose by a condition with `op.Where`",
    ),
    (
        _traced,
        OperatorTypeError,
        "the mask of `Mask` is part of the structure and cannot be a traced array\n"
        "  help: make it with NumPy, or choose by a traced condition with `op.Where`",
    ),
    (
        lambda: op.Mask(None, EYE),
        OperatorTypeError,
        "`Mask` cannot take `None`, a NoneType\n  help: an operand is an operator, a number, an "
        "array, a Parameter, or a dict, list or tuple of these",
    ),
    (
        lambda: op.OffDiagonal(x, ANY),
        OperatorTypeError,
        f"`OffDiagonal` takes the number of ports, got `{repr(op)[:76]}",
    ),
    (
        lambda: op.OffDiagonal(x, 0),
        OperatorError,
        "`OffDiagonal` takes 1 port or more, got 0",
    ),
    (
        lambda: op.Mask(x, np.ones((3, 3), bool))(x=M),
        OperatorError,
        "a mask of shape (3, 3) does not fit the last axes of shape (2, 2, 2)\n"
        "  help: leading axes are kept: the mask is that of one point of the sweep",
    ),
    (
        lambda: op.OffDiagonal(x, 3)(x=M),
        OperatorError,
        "`OffDiagonal` of n_ports = 3, a mask of shape (3, 3), does not fit the last axes of "
        "shape (2, 2, 2)\n"
        "  help: leading axes are kept: the mask is that of one point of the sweep",
    ),
    (
        lambda: op.Diagonal(x)(x=M[0, 0]),
        OperatorError,
        "`Diagonal` takes matrices on the last two axes, got shape (2,)\n"
        "  help: of a vector, `parax.functions.diag` makes the matrix with that diagonal",
    ),
]


@pytest.mark.parametrize(("build", "error", "message"), BUILT, ids=[row[-1][:40] for row in BUILT])
def test_what_does_not_fit_is_named(build, error, message):
    """O15"""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value).startswith(message)


def test_unknown_arguments_are_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'ports'"):
        op.OffDiagonal(x, 2, ports=2)
