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
    name = signature[: signature.index("(")]
    code = rest.pop("code", f"parax.functions._elementwise:{name}")
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
    yield _elementwise("erf(x)", "Error function", unit="", **family)


def _angles() -> Iterator[Function]:
    family: Any = {"family": _ANGLES}
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
    family: Any = {"family": _ROUNDING}
    yield _elementwise("floor(x)", "Largest whole number not above x", unit="same", **family)
    yield _elementwise("ceil(x)", "Smallest whole number not below x", unit="same", **family)
    yield _elementwise(
        "round(x, digits=0)",
        "Nearest number of so many decimal digits, half to even",
        code="parax.functions._elementwise:round_",
        static="digits",
        unit="same",
        **family,
    )
    yield _elementwise("clip(x, low, high)", "x held between low and high", unit="same", **family)
    yield _elementwise("relu(x)", "x where positive, otherwise 0", unit="same", **family)
    yield _elementwise("softplus(x)", "log(1 + exp(x)), a smooth relu", unit="", **family)
    yield _elementwise("sigmoid(x)", "1/(1 + exp(-x)), from 0 to 1", unit="", **family)
    yield _elementwise("isfinite(x)", "Where x is neither infinite nor nan", unit="", **family)
    cleaned = "nan in place of NaN, and the largest finite numbers in place of infinities"
    yield _elementwise("nan_to_num(x, nan=0.0)", cleaned, unit="same", **family)


def _extremes() -> Iterator[Function]:
    family: Any = {"family": _EXTREMES, "unit": "same"}
    for name, of, several in (("max", "Largest", "maximum"), ("min", "Smallest", "minimum")):
        yield _reduction(
            f"{name}(*values, axis=None)",
            f"{of} value along axis; with several arguments, the {of.lower()} elementwise",
            code=f"reduce_{name}",
            several=f"parax.functions._elementwise:{several}",
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


_FAMILIES = (_parts, _powers, _angles, _rounding, _extremes, _sums, _logic)


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
