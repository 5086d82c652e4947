"""Laws that hold for every row: the right value on every road, and the right gradient."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax.functions as pf
from parax import op
from tests.functions.rows import OF_EXPRESSIONS, ROWS, WITHOUT_OPERANDS, Row

WIDE = jnp.result_type(float) == jnp.float64
CLOSE: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-11} if WIDE else {"rtol": 2e-4, "atol": 2e-5}
CLOSE_SLOPE: dict[str, Any] = {"rtol": 1e-6, "atol": 1e-8} if WIDE else {"rtol": 5e-3, "atol": 1e-3}

CHUNK = 16  # rows that are compiled together

every_row = pytest.mark.parametrize("row", ROWS, ids=str)


def values_of(tree: Any) -> np.ndarray:
    return np.asarray(tree)


def test_every_function_has_a_row():
    with_rows = {pf.table()[row.name].name for row in ROWS} | WITHOUT_OPERANDS | OF_EXPRESSIONS
    assert {function.name for function in pf.table().values()} == with_rows


@every_row
def test_value_is_that_of_the_oracle(row: Row):
    value = values_of(pf.table()[row.name](*row.operands, **row.static))
    wanted = np.asarray(row.oracle(*row.operands, **row.static))
    assert value.shape == wanted.shape
    np.testing.assert_allclose(value, wanted, **CLOSE)


@every_row
def test_composed_operator_gives_the_value_of_the_arrays(row: Row):
    function = pf.table()[row.name]
    inputs = {f"x{i}": value for i, value in enumerate(row.operands)}
    expression = function(*map(op.Input, inputs), **row.static)
    assert isinstance(expression, op.Operator)
    value = expression(**inputs)
    wanted = function(*row.operands, **row.static)
    assert np.shape(value) == np.shape(wanted)
    np.testing.assert_allclose(values_of(value), values_of(wanted), rtol=1e-6, atol=1e-7)


def placed(row: Row, smooth: Any) -> list[Any]:
    """The operands of a row with others in the smooth positions."""
    operands: list[Any] = list(row.operands)
    for position, value in zip(row.smooth, smooth, strict=True):
        operands[position] = value
    return operands


def weights_of(row: Row) -> np.ndarray:
    """A complex weight for each element of the value, so that one number stands for all."""
    rng = np.random.default_rng(3)
    shape = np.shape(row.oracle(*row.operands, **row.static))
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def value_and_gradients(row: Row) -> Callable[..., Any]:
    """The row's function of its smooth operands, giving the value and the gradients too."""
    weights = jnp.asarray(weights_of(row))

    def value(*smooth: Any) -> Any:
        return pf.table()[row.name](*placed(row, smooth), **row.static)

    def score(*smooth: Any) -> jax.Array:
        return jnp.sum(jnp.real(weights * value(*smooth)))

    def both(*smooth: Any) -> Any:
        return value(*smooth), jax.grad(score, argnums=tuple(range(len(smooth))))(*smooth)

    def value_alone(*operands: Any) -> Any:
        return pf.table()[row.name](*operands, **row.static), ()

    return both if row.smooth else value_alone


@functools.cache
def compiled_chunk(number: int) -> list[tuple[np.ndarray, list[np.ndarray]]]:
    """The values and gradients of a chunk of rows, whose operands are taken twice and batched.

    Many rows are compiled at once, which is several times faster than one by one.
    """
    rows = ROWS[number * CHUNK : (number + 1) * CHUNK]
    functions = [jax.vmap(value_and_gradients(row)) for row in rows]
    operands = [
        [
            jnp.stack([jnp.asarray(row.operands[i])] * 2)
            for i in row.smooth or range(len(row.operands))
        ]
        for row in rows
    ]
    run = jax.jit(lambda all_of: [fn(*xs) for fn, xs in zip(functions, all_of, strict=True)])
    return [(values_of(value), [*map(values_of, slopes)]) for value, slopes in run(operands)]


def compiled(position: int) -> tuple[np.ndarray, list[np.ndarray]]:
    return compiled_chunk(position // CHUNK)[position % CHUNK]


every_position = pytest.mark.parametrize("position", range(len(ROWS)), ids=map(str, ROWS))
SMOOTH = [i for i, row in enumerate(ROWS) if row.smooth]


@every_position
def test_compiled_and_batched_is_eager(position: int):
    row = ROWS[position]
    wanted = values_of(pf.table()[row.name](*row.operands, **row.static))
    np.testing.assert_allclose(compiled(position)[0], np.stack([wanted, wanted]), **CLOSE)


@pytest.mark.parametrize("position", SMOOTH, ids=[str(ROWS[i]) for i in SMOOTH])
def test_gradient_is_that_of_differences(position: int):
    """The directional derivative equals the central difference of the oracle, in 64 bit."""
    row, gradients = ROWS[position], [gradient[0] for gradient in compiled(position)[1]]
    assert all(np.all(np.isfinite(gradient)) for gradient in gradients)
    weights, rng = weights_of(row), np.random.default_rng(4)
    start = [np.asarray(row.operands[i]) for i in row.smooth]
    direction = [
        rng.normal(size=x.shape) + (1j * rng.normal(size=x.shape) if np.iscomplexobj(x) else 0)
        for x in start
    ]

    def oracle(step: float) -> float:
        moved = [x + step * v for x, v in zip(start, direction, strict=True)]
        return float(np.sum(np.real(weights * row.oracle(*placed(row, moved), **row.static))))

    slope = sum(float(np.sum(np.real(g * v))) for g, v in zip(gradients, direction, strict=True))
    step = 1e-5
    difference = (oracle(step) - oracle(-step)) / (2 * step)
    np.testing.assert_allclose(slope, difference, **CLOSE_SLOPE)


PRECISION = [row for row in ROWS if row.smooth and not np.iscomplexobj(row.operands[0])]


@pytest.mark.parametrize("row", PRECISION, ids=str)
def test_single_precision_is_kept(row: Row):
    operands = [
        np.asarray(value, dtype=np.float32) if np.asarray(value).dtype.kind == "f" else value
        for value in row.operands
    ]
    run = pf.table()[row.name]
    value = jax.eval_shape(lambda: run(*operands, **row.static))
    assert value.dtype in (np.float32, np.complex64, np.int32, np.int64, np.complex128)
    assert value.dtype != np.float64


ELEMENTWISE = [
    row
    for row in ROWS
    if pf.table()[row.name].kind == "elementwise" and not row.static and row.name != "xor"
]


@pytest.mark.parametrize("row", ELEMENTWISE, ids=str)
def test_python_numbers_give_python_numbers(row: Row):
    numbers = [np.ravel(value)[0].item() for value in row.operands]
    value = pf.table()[row.name](*numbers)
    assert isinstance(value, bool | int | float | complex)
    np.testing.assert_allclose(value, row.oracle(*map(np.asarray, numbers)), rtol=1e-12)
    folded = pf.table()[row.name].compose(*numbers).fold(*numbers)
    assert folded == value
    assert type(folded) is type(value)


@pytest.mark.parametrize("row", ELEMENTWISE, ids=str)
def test_trees_are_taken_leaf_by_leaf(row: Row):
    function = pf.table()[row.name]
    first, *rest = row.operands
    tree = function({"a": first, "b": (first, first)}, *rest)
    wanted = values_of(function(*row.operands))
    for leaf in (tree["a"], *tree["b"]):
        np.testing.assert_array_equal(values_of(leaf), wanted)
