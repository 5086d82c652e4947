"""One row a use of a function: its operands, its static arguments, and NumPy's or SciPy's answer.

Rows are evaluated at smooth points; what happens at corners is in `test_hard_points.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.integrate
import scipy.special

_RNG = np.random.default_rng(7)

X = np.array([-1.7, -0.4, 0.3, 1.2, 2.6])
Y = np.array([0.8, -2.1, 1.9, -0.6, 0.5])
POSITIVE = np.array([0.2, 0.9, 1.4, 3.1, 7.0])
UNIT = np.array([-0.8, -0.3, 0.1, 0.5, 0.9])
M = _RNG.normal(size=(3, 4))
Z = _RNG.normal(size=(3, 4)) + 1j * _RNG.normal(size=(3, 4))
SQUARE = _RNG.normal(size=(2, 3, 3))
COMPLEX_SQUARE = _RNG.normal(size=(5, 5)) + 1j * _RNG.normal(size=(5, 5))
TRUTH = np.array([True, False, True, True, False])
WHOLE = np.array([3, -1, 4, 1, -5])
GRID = np.array([0.0, 0.3, 0.5, 1.1, 1.2, 2.0])
SAMPLES = _RNG.normal(size=(6, 2))
DIPS = np.array([-1.0, 0.9, -0.5, -0.7, 1.2, 0.1])


@dataclass(frozen=True)
class Row:
    """A call of one function, and the answer of somebody else.

    Args:
        name: the function, or an alias of it.
        operands: arrays in 64 bit, and numbers.
        oracle: called like the function.
        static: keyword arguments.
        smooth: the positions of the operands that the value depends on smoothly.
        note: what this row is for, where a function has several.
    """

    name: str
    operands: tuple[Any, ...]
    oracle: Callable[..., Any]
    static: dict[str, Any] = field(default_factory=dict)
    smooth: tuple[int, ...] = (0,)
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name}-{self.note}" if self.note else self.name


def _one(names: str, fn: Callable[..., Any] | None, x: Any, **rest: Any) -> list[Row]:
    oracle = {"det": np.linalg.det, "inv": np.linalg.inv}
    return [
        Row(name, (x,), fn or oracle.get(name) or getattr(np, name), **rest)
        for name in names.split()
    ]


def _abs2(x: Any) -> Any:
    return np.abs(x) ** 2


def _softplus(x: Any) -> Any:
    return np.log(1 + np.exp(x))


def _offdiag(x: Any) -> Any:
    return np.stack([x[..., i, j] for i in range(3) for j in range(3) if i != j], axis=-1)


def _norm(x: Any, axis: Any = None) -> Any:
    return np.sqrt(np.sum(np.abs(x) ** 2, axis=axis))


def _rms(x: Any, axis: Any = None) -> Any:
    return np.sqrt(np.mean(np.abs(x) ** 2, axis=axis))


def _smoothmax(x: Any, k: Any = 1.0, axis: Any = None) -> Any:
    return scipy.special.logsumexp(k * x, axis=axis) / k


def _smoothmin(x: Any, k: Any = 1.0, axis: Any = None) -> Any:
    return -_smoothmax(-x, k, axis)


def _derivative(x: Any, f: Any, order: int = 1, axis: int = 0) -> Any:
    for _ in range(order):
        x = np.gradient(x, f, axis=axis, edge_order=2)
    return x


def _integrate(x: Any, f: Any, axis: int = 0) -> Any:
    return scipy.integrate.trapezoid(x, f, axis=axis)


def _at(x: Any, point: Any, f: Any, nearest: bool = False, axis: int = 0) -> Any:
    def one(row: Any) -> Any:
        return row[np.argmin(np.abs(f - point))] if nearest else np.interp(point, f, row)

    value = np.apply_along_axis(one, axis, x)
    return np.moveaxis(value, axis, 0) if np.ndim(point) else value


def _crossing(x: Any, level: Any, f: Any, direction: int = 0, n: int = 1, axis: int = 0) -> Any:
    def one(row: Any) -> Any:
        rising = np.diff(np.where(row >= 0, 1, 0))
        places = [i for i in range(len(f) - 1) if rising[i] and direction in (0, rising[i])]
        i = places[n - 1 if n > 0 else n]
        return f[i] - row[i] * (f[i + 1] - f[i]) / (row[i + 1] - row[i])

    return np.apply_along_axis(one, axis, x - level)


def _stack(*values: Any, axis: int = 0) -> Any:
    return np.stack(np.broadcast_arrays(*values), axis=axis)


def _concat(*values: Any, axis: int = 0) -> Any:
    return np.concatenate(values, axis=axis)


def _trace(x: Any) -> Any:
    return np.trace(x, axis1=-2, axis2=-1)


def _interp(x: Any, xp: Any, fp: Any) -> Any:
    return np.interp(x, xp, fp)


def _round(x: Any, digits: int = 0) -> Any:
    return np.round(x, digits)


def _filled(x: Any, nan: Any) -> Any:
    return np.where(np.isnan(x), nan, x)


def _unwrap(p: Any, period: Any = 2 * np.pi, axis: int = -1) -> Any:
    return np.unwrap(p, period=period, axis=axis)


PARTS = [
    *_one("abs sign real imag conj angle", None, Z),
    *_one("abs sign real imag conj angle", None, X, note="real"),
    *_one("abs2", _abs2, Z),
    *_one("abs2", _abs2, X, note="real"),
    *_one("abs sign abs2", np.abs, np.array([1, 0, 1]), smooth=(), note="whole"),
]
POWERS = [
    *_one("exp expm1 cbrt", None, X),
    *_one("log log2 log10 log1p sqrt", None, POSITIVE),
    *_one("exp log log2 log10 log1p expm1 sqrt", None, Z, note="complex"),
    *_one("ln", np.log, POSITIVE),
    *_one("sqrt exp log", None, np.array([1, 2, 9]), smooth=(), note="whole"),
    Row("hypot", (X, Y), np.hypot, smooth=(0, 1)),
]
ANGLES = [
    *_one("sin cos tan sinh cosh tanh asinh atan", None, X),
    *_one("sin cos tan sinh cosh tanh", None, Z, note="complex"),
    *_one("asin acos atanh", None, UNIT),
    *_one("asin acos atan", None, Z, note="complex"),
    *_one("acosh", None, 1 + POSITIVE),
    *_one("deg", np.rad2deg, X),
    *_one("rad", np.deg2rad, X),
    Row("atan2", (X, Y), np.arctan2, smooth=(0, 1)),
]
ROUNDING = [
    *_one("floor ceil round", None, X),
    *_one("round", None, Z, note="complex"),
    Row("round", (10 * X + 0.03,), _round, {"digits": 1}, note="digits"),
    Row("round", (1000 * WHOLE + 250,), _round, {"digits": -2}, smooth=(), note="tens"),
    Row("clip", (X, -1.0, 1.5), np.clip),
    Row("clip", (M, M[0] - 0.1, 0.9), np.clip, note="broadcast", smooth=(0, 1)),
    *_one("relu", lambda x: np.maximum(x, 0), X),
    *_one("softplus", _softplus, X),
    *_one("sigmoid", scipy.special.expit, X),
    *_one("erf", scipy.special.erf, X),
    *_one("isfinite", None, np.array([1.0, np.inf, np.nan, -np.inf]), smooth=()),
    *_one("nan_to_num", None, X),
    Row("nan_to_num", (np.array([1.0, np.nan]), 5.0), _filled, smooth=(), note="value"),
]
EXTREMES = [
    *_one("max min ptp median argmax argmin", None, M),
    *[
        Row(name, (M,), getattr(np, name), {"axis": axis}, note=f"axis {axis}")
        for name in ("max", "min", "ptp", "median", "argmax", "argmin")
        for axis in (0, -1)
    ],
    Row("max", (M,), np.max, {"axis": (0, 1)}, note="both axes"),
    Row("max", (X, Y), np.maximum, smooth=(0, 1), note="two"),
    Row("min", (X, Y), np.minimum, smooth=(0, 1), note="two"),
    Row("max", (X, 0.5, Y), lambda a, b, c: np.maximum(np.maximum(a, b), c), note="three"),
    *_one("max sum", None, TRUTH, smooth=(), note="booleans"),
    Row("percentile", (M, 30.0), np.percentile, smooth=(0, 1)),
    Row("percentile", (M, 75.0), np.percentile, {"axis": 0}, note="axis"),
    Row("smoothmax", (M,), _smoothmax),
    Row("smoothmax", (M, 3.0), _smoothmax, {"axis": 1}, smooth=(0, 1), note="sharp"),
    Row("smoothmin", (M,), _smoothmin),
    Row("smoothmin", (M, 3.0), _smoothmin, {"axis": 1}, smooth=(0, 1), note="sharp"),
]
SUMS = [
    *_one("sum prod mean var std", None, Z),
    *_one("sum prod mean", None, WHOLE, smooth=(), note="whole"),
    *[
        Row(name, (M,), getattr(np, name), {"axis": 1}, note="axis")
        for name in ("sum", "prod", "mean", "var", "std")
    ],
    Row("var", (M,), np.var, {"axis": 0, "ddof": 1}, note="ddof"),
    Row("std", (M,), np.std, {"ddof": 1}, note="ddof"),
    *_one("norm", _norm, Z),
    Row("norm", (M,), _norm, {"axis": 0}, note="axis"),
    *_one("rms", _rms, Z),
    Row("rms", (M,), _rms, {"axis": (0, 1)}, note="both axes"),
    *_one("logsumexp", scipy.special.logsumexp, M),
    Row("logsumexp", (M,), scipy.special.logsumexp, {"axis": 0}, note="axis"),
]
LOGIC = [
    Row("xor", (TRUTH, TRUTH[::-1]), np.logical_xor, smooth=()),
    *_one("any all", None, TRUTH, smooth=()),
    Row("any", (M > 1,), np.any, {"axis": 0}, smooth=(), note="axis"),
    Row("all", (WHOLE,), lambda x: bool(np.all(x)), smooth=(), note="numbers"),
    *_one("count", np.count_nonzero, TRUTH, smooth=()),
    Row("count", (M > 0,), np.count_nonzero, {"axis": 1}, smooth=(), note="axis"),
]
ARRAYS = [
    Row("where", (X > 0, X, Y), np.where, smooth=(1, 2)),
    Row("where", (TRUTH, 1.0, X), np.where, smooth=(2,), note="number"),
    Row("stack", (X, Y), _stack, smooth=(0, 1)),
    Row("stack", (X, 2.0, Y), _stack, {"axis": -1}, smooth=(0, 2), note="scalar"),
    Row("concat", (M, M[:1]), _concat, smooth=(0, 1)),
    Row("concat", (M, M[:, :2]), _concat, {"axis": 1}, smooth=(0, 1), note="axis"),
    Row("reshape", (M,), lambda x, shape: x.reshape(shape), {"shape": (2, -1)}),
    Row("transpose", (SQUARE,), np.transpose),
    Row("transpose", (SQUARE,), np.transpose, {"axes": (1, 0, 2)}, note="axes"),
    *_one("sort flip", None, M),
    Row("sort", (M,), np.sort, {"axis": 0}, note="axis"),
    Row("flip", (Z,), np.flip, {"axis": 1}, note="axis"),
    Row("roll", (M,), np.roll, {"shift": 2}),
    Row("roll", (M,), np.roll, {"shift": (1, -1), "axis": (0, 1)}, note="axes"),
    *_one("cumsum cumprod", None, X),
    Row("cumsum", (Z,), np.cumsum, {"axis": 0}, note="axis"),
    *_one("diff", None, Z),
    Row("diff", (M,), np.diff, {"n": 2, "axis": 0}, note="twice"),
    Row("unwrap", (np.array([0.0, 3.0, -2.5, 0.4, 9.0]),), _unwrap),
    Row("unwrap", (200 * M, 360.0), _unwrap, {"axis": 0}, smooth=(0, 1), note="degrees"),
    Row(
        "interp", (np.array([-1.0, 0.35, 1.7, 3.0]), GRID, SAMPLES[:, 0]), _interp, smooth=(0, 1, 2)
    ),
    Row("interp", (0.35, GRID, Z.ravel()[:6]), _interp, smooth=(0, 2), note="complex"),
    Row("linspace", (-1.0, 2.0), np.linspace, smooth=(0, 1)),
    Row("linspace", (0.0, X), np.linspace, {"num": 3}, smooth=(0, 1), note="array"),
]
MATRICES = [
    Row("diag", (SQUARE,), lambda x: np.diagonal(x, axis1=-2, axis2=-1)),
    Row("diag", (X,), np.diag, note="vector"),
    Row("offdiag", (SQUARE,), _offdiag),
    *_one("trace", _trace, SQUARE),
    *_one("det inv", None, SQUARE),
    *_one("det inv", None, COMPLEX_SQUARE, note="complex"),
    Row("solve", (COMPLEX_SQUARE, Z.ravel()[:5]), np.linalg.solve, smooth=(0, 1)),
    Row("solve", (SQUARE, M), np.linalg.solve, smooth=(0, 1), note="matrix"),
]
CALCULUS = [
    Row("derivative", (SAMPLES, GRID), _derivative, smooth=(0, 1)),
    Row("derivative", (SAMPLES[:, 0], 0.5), _derivative, smooth=(0, 1), note="spacing"),
    Row("derivative", (SAMPLES[:5, 0] + 1j * X, GRID[1:]), _derivative, {"order": 2}, note="2nd"),
    Row("derivative", (SAMPLES.T, GRID), _derivative, {"axis": 1}, note="axis"),
    Row("integrate", (SAMPLES, GRID), _integrate, smooth=(0, 1)),
    Row("integrate", (SAMPLES.T, GRID), _integrate, {"axis": 1}, note="axis"),
    Row("at", (SAMPLES[:, 0], 0.42, GRID), _at, smooth=(0, 1, 2)),
    Row("at", (SAMPLES.T + 1j, np.array([0.1, 1.9]), GRID), _at, {"axis": 1}, (0, 1, 2), "points"),
    Row("at", (SAMPLES, 0.45, GRID), _at, {"nearest": True}, (0,), "nearest"),
    Row("crossing", (DIPS, 0.3, GRID), _crossing, smooth=(0, 1, 2)),
    Row("crossing", (DIPS, 0.3, GRID), _crossing, {"n": -1}, (0, 1, 2), "last"),
    Row("crossing", (DIPS, 0.3, GRID), _crossing, {"direction": -1}, (0, 1, 2), "falling"),
    Row(
        "crossing",
        (np.stack([DIPS, -DIPS]), 0.1 * GRID, GRID),
        _crossing,
        {"direction": 1, "n": -1, "axis": 1},
        (0, 1, 2),
        "level of each",
    ),
    *_one("flatness ripple", np.ptp, M),
]
ROWS = [
    *PARTS, *POWERS, *ANGLES, *ROUNDING, *EXTREMES, *SUMS, *LOGIC, *ARRAYS, *MATRICES, *CALCULUS
]  # fmt: skip
WITHOUT_OPERANDS = {"arange", "ones", "zeros", "eye"}
OF_EXPRESSIONS = {"grad"}
