"""Each operator once: how it is built, on what shapes, and what NumPy says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from parax import op

a, b, c = op.Input("a"), op.Input("b"), op.Input("c")


@dataclass(frozen=True)
class Row:
    """One configuration of an operator.

    Args:
        name: for the test's name.
        build: makes the operator anew each time.
        oracle: the same in NumPy.
        shapes: of the inputs a, b, c in turn.
        smooth: whether there is a gradient to compare.
    """

    name: str
    build: Callable[[], Any]
    oracle: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    smooth: bool = True


def _double(value: Any) -> Any:
    return 2 * value


def _both(one: Any, other: Any) -> Any:
    return one * other + 1


def _rows() -> list[Row]:
    pair, grid, cube = (4,), (3, 4), (2, 3, 4)
    arithmetic = [
        Row("add", lambda: a + b, np.add, (pair, grid)),
        Row("subtract", lambda: a - b, np.subtract, (grid, (3, 1))),
        Row("multiply", lambda: a * b, np.multiply, (grid, ())),
        Row("divide", lambda: a / b, np.divide, (pair, pair)),
        Row("power", lambda: a**b, np.power, (pair, pair)),
        Row("power by an exponent of the structure", lambda: a**3, lambda x: x**3, (pair,)),
        Row("power by a slot", lambda: a**2.5, lambda x: x**2.5, (pair,)),
        Row("root", lambda: a**0.5, np.sqrt, (pair,)),
        Row("reflected power", lambda: 2.0**a, lambda x: 2.0**x, (pair,)),
        Row("floor_divide", lambda: a // b, np.floor_divide, (pair, pair), smooth=False),
        Row("remainder", lambda: a % b, np.remainder, (pair, pair)),
        Row("matmul", lambda: a @ b, np.matmul, (grid, (4, 2))),
        Row("negative", lambda: -a, np.negative, (grid,)),
        Row("positive", lambda: +a, np.positive, (grid,)),
        Row("absolute", lambda: abs(a), np.abs, (grid,)),
        Row("signed sum", lambda: a - b + a - c, lambda x, y, z: 2 * x - y - z, (pair, (), grid)),
    ]
    comparisons = [
        Row(f"compare {number}", build, oracle, (pair, grid), smooth=False)
        for number, (build, oracle) in enumerate(
            [
                (lambda: a < b, np.less),
                (lambda: a <= b, np.less_equal),
                (lambda: a > b, np.greater),
                (lambda: a >= b, np.greater_equal),
                (lambda: a == b, np.equal),
                (lambda: a != b, np.not_equal),
                (lambda: (a > b) & (a > 1), lambda x, y: (x > y) & (x > 1)),
                (lambda: (a > b) | (a > 1), lambda x, y: (x > y) | (x > 1)),
                (lambda: (a > b) ^ (a > 1), lambda x, y: (x > y) ^ (x > 1)),
                (lambda: ~(a > b), lambda x, y: ~(x > y)),
                (lambda: (a > b) + (a > 1), lambda x, y: 1 * (x > y) + 1 * (x > 1)),
            ]
        )
    ]
    nodes = [
        Row("Map", lambda: op.Map(jnp.sin, a), np.sin, (grid,)),
        Row("Map of one's own", lambda: op.Map(_double, a), lambda x: 2 * x, (grid,)),
        Row("Binary", lambda: op.Binary(jnp.arctan2, a, b), np.arctan2, (grid, pair)),
        Row("Binary of one's own", lambda: op.Binary(_both, a, 3.0), lambda x: 3 * x + 1, (pair,)),
        Row("Apply", lambda: op.Apply(jnp.hypot, a, b), np.hypot, (grid, pair)),
        Row(
            "Apply with a keyword",
            lambda: op.Apply(jnp.cumsum, a, axis=1),
            lambda x: np.cumsum(x, axis=1),
            (grid,),
        ),
        Row("Constant", lambda: op.Constant(2.0) * a, lambda x: 2 * x, (pair,)),
        Row(
            "Constant array",
            lambda: op.Constant(np.arange(4.0)) * a,
            lambda x: np.arange(4) * x,
            (pair,),
        ),
        Row("Stack", lambda: op.Stack([a, b, 1.0]), _stacked(-1), (grid, grid)),
        Row("Stack in front", lambda: op.Stack([a, b, 1.0], axis=0), _stacked(0), (grid, grid)),
        Row("Stack inside", lambda: op.Stack([a, b, 1.0], axis=-2), _stacked(-2), (grid, grid)),
        Row("Index", lambda: a[1], lambda x: x[1], (grid,)),
        Row("Index slices", lambda: a[..., ::-2, None], lambda x: x[..., ::-2, None], (grid,)),
        Row("Index by integers", lambda: a[:, [0, 2, 0]], lambda x: x[:, [0, 2, 0]], (grid,)),
        Row(
            "Index by booleans",
            lambda: a[np.array([True, False, True])],
            lambda x: x[[True, False, True]],
            (grid,),
        ),
        Row("Reduce", lambda: op.Reduce(a, jnp.mean), np.mean, (cube,)),
        Row("Reduce an axis", lambda: op.Reduce(a, jnp.sum, axis=-1), _sum(-1), (cube,)),
        Row("Reduce axes", lambda: op.Reduce(a, jnp.sum, axis=(0, 2)), _sum((0, 2)), (cube,)),
        Row("Reduce by max", lambda: op.Reduce(a, jnp.max, axis=0), lambda x: x.max(0), (grid,)),
        Row("Sum of one", lambda: op.Sum(a, axis=1), _sum(1), (grid,)),
        Row("Sum of several", lambda: op.Sum([a, b, a]), lambda x, y: 2 * x + y, (grid, pair)),
        Row(
            "Sum over an axis",
            lambda: op.Sum([a, b], axis=0),
            lambda x, y: (x + y).sum(0),
            (grid, pair),
        ),
        Row("Where", lambda: op.Where(a > 1, a * b, b), _where, (grid, pair)),
        Row(
            "Where of a number",
            lambda: op.Where(b > 1, a, 0.0),
            lambda x, y: np.where(y > 1, x, 0),
            (grid, ()),
        ),
        Row(
            "Where of a root",
            lambda: op.Where(a > 1, op.Map(jnp.sqrt, a - 1), 0.0),
            lambda x: np.where(x > 1, np.sqrt(np.maximum(x - 1, 0)), 0),
            (grid,),
        ),
    ]
    parts = [
        Row("Mask", lambda: op.Mask(a, _MASK), lambda x: x[:, _MASK], (cube,)),
        Row("Mask of one axis", lambda: op.Mask(a, _MASK[0]), lambda x: x[..., _MASK[0]], (grid,)),
        Row("OffDiagonal", lambda: op.OffDiagonal(a, 3), _off_diagonal, ((2, 3, 3),)),
        Row("Diagonal", lambda: op.Diagonal(a), _diagonal, (cube,)),
        # An array has an attribute that is its own value, which serves as a step.
        Row("Derivative", lambda: op.Derivative(a, "real", arg_index="b"), np.gradient, (pair, ())),
        Row(
            "Derivative at coordinates",
            lambda: op.Derivative(a, "real", axis=-1, arg_index="b"),
            lambda x, f: np.gradient(x, f, axis=-1),
            (grid, pair),
        ),
        Row(
            "Derivative of second order",
            lambda: op.Derivative(a, "T.real", 0, 2, "b"),
            lambda x, f: np.gradient(np.gradient(x, f, axis=0), f, axis=0),
            (grid, (3,)),
        ),
        Row("Derivative of no order", lambda: op.Derivative(a, "dx", order=0), np.array, (grid,)),
        Row("Flatness", lambda: op.Flatness(a, "real", arg_index="b"), np.gradient, (pair, ())),
    ]
    return arithmetic + comparisons + nodes + parts


_MASK = np.array([[True, False, True, False], [False, False, True, True], [True] * 4])


def _off_diagonal(x: Any) -> Any:
    return np.stack([x[:, i, j] for i in range(3) for j in range(3) if i != j], axis=-1)


def _diagonal(x: Any) -> Any:
    return np.diagonal(x, axis1=-2, axis2=-1)


def _stacked(axis: int) -> Callable[..., Any]:
    return lambda x, y: np.stack([x, y, np.ones_like(x)], axis=axis)


def _sum(axis: Any) -> Callable[..., Any]:
    return lambda x: np.sum(x, axis=axis)


def _where(x: Any, y: Any) -> Any:
    return np.where(x > 1, x * y, y)


ROWS = _rows()


def inputs_of(row: Row, seed: int = 0) -> dict[str, Any]:
    """Positive numbers away from 1, where the table's conditions decide, and from integers."""
    random = np.random.default_rng(seed)
    values = [
        random.uniform(0.1, 0.9, shape) + random.integers(0, 3, shape) for shape in row.shapes
    ]
    return {name: jnp.asarray(value) for name, value in zip("abc", values, strict=False)}
