"""The table of core functions, as data: the one place where each is listed. No JAX here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from parax.functions._function import Function

_PARTS = "Parts of a number"
_POWERS = "Exponentials, logarithms, roots"
_ANGLES = "Trigonometry"
_ROUNDING = "Rounding and limits"
_EXTREMES = "Extremes"
_SUMS = "Sums and means"
_LOGIC = "Logic"
_ARRAYS = "Arrays"
_MATRICES = "Matrices"
_CALCULUS = "Calculus"


def _elementwise(signature: str, help: str, **rest: Any) -> Function:
    name = rest.pop("name", signature[: signature.index("(")])
    code = rest.pop("code", f"parax.functions.{rest.pop('file', '_elementwise')}:{name}")
    return Function(signature, help, code=code, kind="elementwise", **rest)


def _reduction(signature: str, help: str, **rest: Any) -> Function:
    name = signature[: signature.index("(")]
    code = f"parax.functions._reductions:{rest.pop('code', name)}"
    kind = rest.pop("kind", "reduction")
    static = "axis ddof" if "ddof" in signature else "axis"
    return Function(signature, help, code=code, kind=kind, static=static, **rest)


def _parts() -> Iterator[Function]:
    family: Any = {"family": _PARTS}
    code = "parax.op._arithmetic:absolute"
    yield _elementwise("abs(x)", "Magnitude", code=code, unit="same", **family)
    yield _elementwise("abs2(x)", "Squared magnitude, real", unit="squared", **family)
    yield _elementwise("real(x)", "Real part", unit="same", **family)
    yield _elementwise("imag(x)", "Imaginary part", unit="same", **family)
    yield _elementwise("conj(x)", "Complex conjugate", aliases="conjugate", unit="same", **family)
    yield _elementwise("angle(x)", "Angle of a complex value in radians", unit="rad", **family)
    yield _elementwise("sign(x)", "-1, 0 or 1; of a complex value x/abs(x)", unit="", **family)


def _powers() -> Iterator[Function]:
    family: Any = {"family": _POWERS}
    yield _elementwise("exp(x)", "e to the power x", unit="", **family)
    yield _elementwise("expm1(x)", "exp(x) - 1, accurate for small x", unit="", **family)
    natural = "Natural logarithm (base e), as in Python; log10 and log2 have their own names"
    yield _elementwise("log(x)", natural, aliases="ln", unit="", **family)
    yield _elementwise("log2(x)", "Logarithm to base 2", unit="", **family)
    yield _elementwise("log10(x)", "Logarithm to base 10", unit="", **family)
    yield _elementwise("log1p(x)", "log(1 + x), accurate for small x", unit="", **family)
    yield _elementwise("sqrt(x)", "Square root", **family)
    yield _elementwise("cbrt(x)", "Real cube root", **family)
    length = "Length of the hypotenuse, sqrt(x**2 + y**2) without overflow"
    yield _elementwise("hypot(x, y)", length, unit="same", **family)


def _angles() -> Iterator[Function]:
    family: Any = {"family": _ANGLES, "file": "_trigonometry"}
    yield _elementwise("sin(x)", "Sine of an angle in radians", unit="", **family)
    yield _elementwise("cos(x)", "Cosine of an angle in radians", unit="", **family)
    yield _elementwise("tan(x)", "Tangent of an angle in radians", unit="", **family)
    inverse = "Angle in radians whose {} is x"
    for name, of in (("asin", "sine"), ("acos", "cosine"), ("atan", "tangent")):
        alias = f"arc{name[1:]}"
        yield _elementwise(f"{name}(x)", inverse.format(of), aliases=alias, unit="rad", **family)
    point = "Angle of the point (x, y) in radians, from -pi to pi"
    yield _elementwise("atan2(y, x)", point, aliases="arctan2", unit="rad", **family)
    for name, of in (("sinh", "sine"), ("cosh", "cosine"), ("tanh", "tangent")):
        yield _elementwise(f"{name}(x)", f"Hyperbolic {of}", unit="", **family)
    for name in ("sinh", "cosh", "tanh"):
        yield _elementwise(
            f"a{name}(x)", f"Inverse of {name}", aliases=f"arc{name}", unit="", **family
        )
    degrees = "An angle in degrees from radians (of a complex value: phase(x))"
    yield _elementwise("deg(x)", degrees, aliases="rad2deg", unit="deg", **family)
    radians = "An angle in radians from degrees (of a complex value: angle(x))"
    yield _elementwise("rad(x)", radians, aliases="deg2rad", unit="rad", **family)


def _rounding() -> Iterator[Function]:
    family: Any = {"family": _ROUNDING, "file": "_rounding"}
    yield _elementwise("floor(x)", "Largest whole number not above x", unit="same", **family)
    yield _elementwise("ceil(x)", "Smallest whole number not below x", unit="same", **family)
    yield _elementwise(
        "round(x, digits=0)",
        "Nearest number of so many decimal digits, half to even",
        name="round_",
        static="digits",
        unit="same",
        **family,
    )
    yield _elementwise("clip(x, low, high)", "x held between low and high", unit="same", **family)
    yield _elementwise("relu(x)", "x where positive, otherwise 0", unit="same", **family)
    yield _elementwise("softplus(x)", "log(1 + exp(x)), a smooth relu", unit="", **family)
    yield _elementwise("sigmoid(x)", "1/(1 + exp(-x)), from 0 to 1", unit="", **family)
    yield _elementwise("isfinite(x)", "Where x is neither infinite nor nan", unit="", **family)
    yield _elementwise("erf(x)", "Error function", unit="", **family)
    cleaned = "nan in place of NaN, and the largest finite numbers in place of infinities"
    yield _elementwise("nan_to_num(x, nan=0.0)", cleaned, unit="same", **family)


def _extremes() -> Iterator[Function]:
    family: Any = {"family": _EXTREMES, "unit": "same"}
    for name, of, several in (("max", "Largest", "maximum"), ("min", "Smallest", "minimum")):
        yield _reduction(
            f"{name}(*values, axis=None)",
            f"{of} value along axis; with several arguments, the {of.lower()} elementwise",
            code=f"reduce_{name}",
            several=f"parax.functions._rounding:{several}",
            **family,
        )
    yield _reduction("ptp(x, axis=None)", "Peak to peak, max - min", **family)
    smooth = "Smooth {}imum {}: {} by at most log(n)/sharpness"
    for name, formula, where in (
        ("max", "logsumexp(sharpness*x)/sharpness", "above max"),
        ("min", "-logsumexp(-sharpness*x)/sharpness", "below min"),
    ):
        yield _reduction(
            f"smooth{name}(x, sharpness=1.0, axis=None)",
            smooth.format(name, formula, where),
            **family,
        )
    yield _reduction("median(x, axis=None)", "Middle value", **family)
    between = "Value below which q percent lie, linear between neighbours"
    yield _reduction("percentile(x, q, axis=None)", between, kind="other", **family)
    plain: Any = {"family": _EXTREMES, "unit": ""}
    yield _reduction("argmax(x, axis=None)", "Position of the largest value", **plain)
    yield _reduction("argmin(x, axis=None)", "Position of the smallest value", **plain)


def _sums() -> Iterator[Function]:
    family: Any = {"family": _SUMS}
    total = "Sum along axis; of a condition, how often it holds"
    yield _reduction("sum(x, axis=None)", total, code="reduce_sum", unit="same", **family)
    yield _reduction("prod(x, axis=None)", "Product along axis", **family)
    yield _reduction("mean(x, axis=None)", "Arithmetic mean", unit="same", **family)
    variance = "Mean squared distance from the mean, over n - ddof values"
    yield _reduction("var(x, axis=None, ddof=0)", variance, unit="squared", **family)
    deviation = "Standard deviation, the square root of var"
    yield _reduction("std(x, axis=None, ddof=0)", deviation, unit="same", **family)
    yield _reduction("norm(x, axis=None)", "2-norm, sqrt(sum(abs2(x)))", unit="same", **family)
    yield _reduction("rms(x, axis=None)", "sqrt(mean(abs2(x)))", unit="same", **family)
    shifted = "log(sum(exp(x))), shifted so that nothing overflows"
    yield _reduction("logsumexp(x, axis=None)", shifted, unit="", **family)


def _logic() -> Iterator[Function]:
    family: Any = {"family": _LOGIC, "unit": ""}
    code = "parax.op._arithmetic:bitwise_xor"
    yield _elementwise("xor(a, b)", "Whether just one of two conditions holds", code=code, **family)
    yield _reduction("any(x, axis=None)", "Whether any value is not 0", code="reduce_any", **family)
    yield _reduction("all(x, axis=None)", "Whether no value is 0", code="reduce_all", **family)
    yield _reduction("count(x, axis=None)", "How many values are not 0", **family)


def _array(signature: str, help: str, **rest: Any) -> Function:
    name = signature[: signature.index("(")]
    code = f"parax.functions.{rest.pop('file', '_arrays')}:{name}"
    return Function(signature, help, code=code, **rest)


def _arrays() -> Iterator[Function]:
    family: Any = {"family": _ARRAYS, "unit": "same"}
    chosen = "a where the condition holds, b elsewhere"
    yield _array("where(condition, a, b)", chosen, kind="where", family=_ARRAYS)
    beside = "The values side by side on a new axis"
    yield _array("stack(*values, axis=0)", beside, kind="stack", static="axis", **family)
    joined = "The values one after the other along axis"
    yield _array(
        "concat(*values, axis=0)",
        joined,
        kind="concat",
        static="axis",
        aliases="concatenate",
        **family,
    )
    held = "The elements in another shape; one length may be -1"
    yield _array("reshape(x, *shape)", held, static="shape", **family)
    turned = "The axes in another order, reversed by default"
    yield _array("transpose(x, *axes)", turned, static="axes", **family)
    yield _array("sort(x, axis=-1)", "The values in rising order", static="axis", **family)
    flipped = "The values in reversed order, along all axes by default"
    yield _array("flip(x, axis=None)", flipped, static="axis", **family)
    moved = "The values moved on by shift places, round the end"
    yield _array("roll(x, shift, axis=None)", moved, static="shift axis", **family)
    yield _array("cumsum(x, axis=None)", "Running sum", static="axis", **family)
    yield _array("cumprod(x, axis=None)", "Running product", static="axis", family=_ARRAYS)
    steps = "Differences of neighbours, n times"
    yield _array("diff(x, n=1, axis=-1)", steps, static="n axis", **family)
    smooth = "A phase in radians without its jumps; in degrees with period=360"
    yield _array("unwrap(p, period=2*pi, axis=-1)", smooth, static="axis", **family)
    line = "Values at x of the line through the points (xp, fp), constant beyond its ends"
    yield _array("interp(x, xp, fp)", line, family=_ARRAYS)
    even = "num values from start to stop, both included"
    yield _array("linspace(start, stop, num=50)", even, static="num", **family)
    plain: Any = {"family": _ARRAYS, "unit": ""}
    numbers = "Numbers from start (or 0) up to stop, without it"
    yield _array(
        "arange(start, stop=None, step=1)",
        numbers,
        static="start stop step",
        takes="number",
        **plain,
    )
    yield _array("ones(*shape)", "Ones", static="shape", **plain)
    yield _array("zeros(*shape)", "Zeros", static="shape", **plain)
    yield _array("eye(n, m=None)", "Ones on the diagonal, zeros elsewhere", static="n m", **plain)


def _matrices() -> Iterator[Function]:
    family: Any = {"family": _MATRICES, "file": "_matrices"}
    diagonal = "Diagonal of matrices; of a vector, the matrix with that diagonal"
    yield _array("diag(x)", diagonal, unit="same", **family)
    yield _array("offdiag(x)", "Elements beside the diagonal, row by row", unit="same", **family)
    yield _array("trace(x)", "Sum of the diagonal", unit="same", **family)
    yield _array("det(x)", "Determinant", **family)
    yield _array("inv(x)", "Inverse matrix", **family)
    yield _array("solve(a, b)", "x with a @ x = b", **family)


def _calculus() -> Iterator[Function]:
    family: Any = {"family": _CALCULUS, "file": "_calculus"}
    slope = "Derivative of samples x at the points f, by three-point formulas"
    yield _array("derivative(x, f, order=1, axis=0)", slope, static="order axis", **family)
    exact = "Exact derivative of an expression in an input or a parameter, given by its name"
    yield _array("grad(x, wrt)", exact, kind="grad", **family)
    area = "Integral of samples x over the points f, by trapezoids"
    yield _array("integrate(x, f, axis=0)", area, static="axis", aliases="trapezoid", **family)
    there = "Value of samples x, taken at the points f, at one point: linear between neighbours"
    yield _array(
        "at(x, point, f, nearest=False, axis=0)",
        there,
        static="nearest axis",
        sweep="f",
        unit="same",
        **family,
    )
    place = "Point of f at which x crosses level: the n-th, counted back if negative; nan if never"
    yield _array(
        "crossing(x, level, f, direction=0, n=1, axis=0)",
        place,
        static="direction n axis",
        sweep="f",
        **family,
    )
    yield _array(
        "flatness(x, axis=None)",
        "Ripple, max - min",
        kind="reduction",
        static="axis",
        aliases="ripple",
        unit="same",
        **family,
    )


_FAMILIES = (
    _parts,
    _powers,
    _angles,
    _rounding,
    _extremes,
    _sums,
    _logic,
    _arrays,
    _matrices,
    _calculus,
)


@cache
def table() -> Mapping[str, Function]:
    """Give every core function under its name and its aliases.

    Example:
        >>> table()["ln"] is table()["log"]
        True
        >>> table()["round"].signature_text
        'round(x, digits=0)'
    """
    found: dict[str, Function] = {}
    for family in _FAMILIES:
        for function in family():
            for name in (function.name, *function.aliases):
                assert name not in found
                found[name] = function
    return MappingProxyType(found)
