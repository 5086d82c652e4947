"""What random graphs are made of: one step for each elementwise function and operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import scipy.special

from parax import functions as F  # noqa: N812
from parax import op
from tests.agreement import leaves as of
from tests.agreement.graphs import Growing, Rule, distance
from tests.agreement.leaves import binary, unary
from tests.agreement.modules import POINTS
from tests.agreement.values import counting, elementwise, is_complex, number

Step = Callable[[Growing], Any]
STEPS: dict[str, Step] = {}
"""What adds to a graph, under the name of what it is for."""


def step(name: str) -> Callable[[Step], Step]:
    def register(fn: Step) -> Step:
        assert name not in STEPS
        STEPS[name] = fn
        return fn

    return register


def composing(name: str) -> Callable[..., Any]:
    return F.table()[name].compose


# --- Elementwise functions of one operand -------------------------------------------------------


def _to_whole(x: Any) -> float:
    return distance(elementwise(lambda a: a - np.round(a), x))


def _to_half(x: Any) -> float:
    return distance(elementwise(lambda a: a - np.floor(a) - 0.5, x))


def _cut(x: Any) -> float:
    """Give how far complex values are from the negative real axis."""
    values = counting(x)
    if values.dtype.kind != "c":
        return distance(values)
    near = values[np.real(values) < 0.1]
    return float(np.abs(np.imag(near)).min(initial=np.inf))


def _beyond_one(x: Any) -> float:
    values = counting(x)
    if values.dtype.kind != "c":
        return np.inf
    return float(min(distance(np.imag(values)), distance(np.real(values))))


def _rounded(x: Any, digits: int = 0) -> Any:
    return np.round(x, digits)


def _to_half_digits(x: Any, digits: int = 0) -> float:
    scale = 10.0**digits
    parts = [elementwise(np.real, x), *([elementwise(np.imag, x)] if is_complex(x) else [])]
    return min(_to_half(elementwise(lambda a: a * scale, part)) for part in parts) / scale


def _one(
    name: str,
    fn: Callable[..., Any],
    domain: str = "",
    *,
    complex: int = 0,
    ties: Callable[..., float] | None = None,
    compose: Callable[..., Any] | None = None,
) -> None:
    """Register a function of one operand, which is complex once in so many times."""
    rule = unary(name, fn, compose, ties)

    @step(name)
    def add(g: Growing) -> Any:
        operand = of.numeric(g, complex=complex) if complex else of.real(g)
        if domain and not is_complex(g.value(operand)):
            operand = of.tamed(g, operand, domain)
        return g.add(rule, operand)


def _sign(x: Any) -> Any:
    return x / np.where(x == 0, 1, np.abs(x)) if np.iscomplexobj(x) else np.sign(x)


_one("F.abs", np.abs, complex=2, ties=lambda x: distance(x) if not is_complex(x) else np.inf)
_one("F.abs2", lambda x: np.real(x * np.conj(x)), complex=2)
_one("F.real", np.real, complex=2)
_one("F.imag", np.imag, complex=2)
_one("F.conj", np.conj, complex=2)
_one("F.angle", np.angle, complex=2, ties=_cut)
_one("F.sign", _sign, complex=4, ties=distance)
_one("F.exp", np.exp, "small", complex=4)
_one("F.expm1", np.expm1, "small", complex=4)
_one("F.log", np.log, "positive", complex=3, ties=_cut)
_one("F.log2", np.log2, "positive", complex=3, ties=_cut)
_one("F.log10", np.log10, "positive", complex=3, ties=_cut)
_one("F.log1p", np.log1p, "positive", complex=3, ties=lambda x: _cut(elementwise(np.add, x, 1)))
_one("F.sqrt", np.sqrt, "positive", complex=3, ties=_cut)
_one("F.cbrt", np.cbrt)
_one("F.sin", np.sin, "small", complex=4)
_one("F.cos", np.cos, "small", complex=4)
_one("F.tan", np.tan, "unit", complex=4)
_one("F.asin", np.arcsin, "unit", complex=4, ties=_beyond_one)
_one("F.acos", np.arccos, "unit", complex=4, ties=_beyond_one)
_one("F.atan", np.arctan, complex=4, ties=_beyond_one)
_one("F.sinh", np.sinh, "small", complex=4)
_one("F.cosh", np.cosh, "small", complex=4)
_one("F.tanh", np.tanh, complex=4)
_one("F.asinh", np.arcsinh, complex=4, ties=_beyond_one)
_one("F.acosh", np.arccosh, "above one")
_one("F.atanh", np.arctanh, "unit")
_one("F.deg", np.rad2deg, "small")
_one("F.rad", np.deg2rad)
_one("F.floor", np.floor, ties=_to_whole)
_one("F.ceil", np.ceil, ties=_to_whole)
_one("F.relu", lambda x: np.maximum(x, 0), ties=distance)
_one("F.softplus", lambda x: np.logaddexp(x, 0.0))
_one("F.sigmoid", scipy.special.expit)
_one("F.erf", scipy.special.erf)
_one("F.isfinite", np.isfinite, complex=3)
_one("F.nan_to_num", np.nan_to_num, complex=3)
_one("unary -", np.negative, complex=3, compose=lambda x: -x)
_one("unary +", np.positive, complex=3, compose=lambda x: +x)
_one("abs()", np.abs, complex=3, compose=abs, ties=lambda x: distance(x))
_one("op.Negate", np.negative, complex=3, compose=op.Negate)
_one("op.Map", np.cos, "small", complex=3, compose=lambda x: op.Map(jnp.cos, x))

ROUND = Rule(
    "F.round",
    composing("round"),
    lambda x, digits=0: elementwise(lambda a: _rounded(number(a), digits), x),
    ties=_to_half_digits,
)


@step("F.round")
def _round(g: Growing) -> Any:
    return g.add(ROUND, of.numeric(g, complex=4), digits=g.choice([0, 1]))


# --- Elementwise functions of several operands --------------------------------------------------


def _two(
    name: str,
    fn: Callable[..., Any],
    compose: Callable[..., Any],
    *,
    complex: int = 0,
    ties: Callable[..., float] | None = None,
    size: Callable[..., float] | None = None,
    domains: tuple[str, str] = ("", ""),
) -> Rule:
    rule = binary(name, fn, compose, ties, size)

    @step(name)
    def add(g: Growing) -> Any:
        one = of.numeric(g, complex=complex) if complex else of.real(g)
        other = of.partner(g, one, complex=complex)
        found = [
            of.tamed(g, node, domain) if domain and not is_complex(g.value(node)) else node
            for node, domain in zip((one, other), domains, strict=True)
        ]
        turned = domains == ("", "") and g.chance(2)
        return g.add(rule, *(found[::-1] if turned else found))

    return rule


def _rest(x: Any, y: Any) -> float:
    """Give how far a quotient is from a whole number, in the dividend."""
    return distance(elementwise(lambda a, b: a - b * np.round(a / b), x, y))


_two("+", np.add, lambda a, b: a + b, complex=3, size=of.terms)
_two("-", np.subtract, lambda a, b: a - b, complex=3, size=of.terms)
_two("*", np.multiply, lambda a, b: a * b, complex=3)
_two("/", np.divide, lambda a, b: a / b, complex=3, domains=("", "positive"))
_two("//", np.floor_divide, lambda a, b: a // b, domains=("", "positive"), ties=_rest)
_two("%", np.remainder, lambda a, b: a % b, domains=("", "positive"), ties=_rest)
_two("**", np.power, lambda a, b: a**b, domains=("positive", "small"))
_two("F.hypot", np.hypot, composing("hypot"))
_two(
    "F.atan2",
    np.arctan2,
    composing("atan2"),
    ties=lambda y, x: _cut(elementwise(lambda a, b: b + 1j * a, y, x)),
)
_two("op.Binary", np.logaddexp, lambda a, b: op.Binary(jnp.logaddexp, a, b))
_NUMPY = {
    "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal, "==": np.equal,
    "!=": np.not_equal,
}  # fmt: skip
for _rule in of.COMPARISONS:
    _two(_rule.name, _NUMPY[_rule.name], _rule.compose, ties=of.apart)
MAX2 = binary("F.max of several", np.maximum, composing("max"), ties=of.apart)
MIN2 = binary("F.min of several", np.minimum, composing("min"), ties=of.apart)


def _of_three(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, b, c: fn(fn(a, b), c)


def _all_apart(*values: Any) -> float:
    return min(of.apart(values[0], values[1]), of.apart(values[1], values[2]),
               of.apart(values[0], values[2]))  # fmt: skip


MAX3 = binary("F.max of several", _of_three(np.maximum), composing("max"), ties=_all_apart)
MIN3 = binary("F.min of several", _of_three(np.minimum), composing("min"), ties=_all_apart)
CLIP = binary(
    "F.clip",
    lambda x, low, high: np.minimum(np.maximum(x, low), high),
    composing("clip"),
    ties=lambda x, low, high: min(of.apart(x, low), of.apart(x, high)),
)
APPLY = binary(
    "op.Apply",
    lambda x, low, high: np.clip(x, low, high),
    lambda x, low, high: op.Apply(jnp.clip, x, low, high),
    ties=lambda x, low, high: min(of.apart(x, low), of.apart(x, high)),
)
WHOLE_POWER = Rule(
    "** whole",
    lambda x, exponent: x**exponent,
    lambda x, exponent: elementwise(lambda a: number(a).astype(
        complex if np.iscomplexobj(a) else float) ** exponent, x),
)  # fmt: skip
ROOT_POWER = unary("** 0.5", np.sqrt, lambda x: x**0.5, _cut)
NUMBER_POWER = unary("number **", lambda x: 1.7**x, lambda x: 1.7**x)


@step("F.max of several")
def _several_max(g: Growing) -> Any:
    return _several(g, MAX2, MAX3)


@step("F.min of several")
def _several_min(g: Growing) -> Any:
    return _several(g, MIN2, MIN3)


def _several(g: Growing, two: Rule, three: Rule) -> Any:
    one = of.real(g)
    other = of.partner(g, one, complex=0)
    if g.chance(2):
        return g.add(two, one, other)
    return g.add(three, one, other, of.literal(g))


@step("F.clip")
def _clip(g: Growing) -> Any:
    return g.add(CLIP, of.real(g), of.literal(g, -1.5, -0.2), of.literal(g, 0.2, 1.5))


@step("op.Apply")
def _apply(g: Growing) -> Any:
    operand = of.real(g, masked=False)
    return g.add(APPLY, operand, of.literal(g, -1.5, -0.2), of.literal(g, 0.2, 1.5))


@step("** whole")
def _whole_power(g: Growing) -> Any:
    exponent = g.choice([2, 3, -1, -2, 4, 0])
    operand = of.numeric(g)
    if not is_complex(g.value(operand)) and exponent < 0:
        operand = of.tamed(g, operand, "positive")
    return g.add(WHOLE_POWER, operand, exponent=exponent)


@step("** 0.5")
def _root_power(g: Growing) -> Any:
    operand = of.numeric(g)
    if not is_complex(g.value(operand)):
        operand = of.tamed(g, operand, "positive")
    return g.add(ROOT_POWER, operand)


@step("number **")
def _number_power(g: Growing) -> Any:
    return g.add(NUMBER_POWER, of.tamed(g, of.real(g), "small"))


# --- Logic --------------------------------------------------------------------------------------

NOT = Rule("~", lambda x: ~x, lambda x: elementwise(np.invert, x))
XOR = Rule("F.xor", composing("xor"), lambda a, b: elementwise(np.logical_xor, a, b))
BITWISE = {
    "&": Rule("&", lambda a, b: a & b, lambda a, b: elementwise(np.bitwise_and, a, b)),
    "|": Rule("|", lambda a, b: a | b, lambda a, b: elementwise(np.bitwise_or, a, b)),
    "^": Rule("^", lambda a, b: a ^ b, lambda a, b: elementwise(np.bitwise_xor, a, b)),
}


@step("~")
def _not(g: Growing) -> Any:
    return g.add(NOT, of.condition(g))


@step("F.xor")
def _xor(g: Growing) -> Any:
    return g.add(XOR, of.condition(g, (POINTS,)), of.condition(g, (POINTS,)))


def _bitwise(rule: Rule) -> None:
    @step(rule.name)
    def add(g: Growing) -> Any:
        if g.chance(4):
            one = of.leaf(g, kind="i")
            return g.add(rule, one, of.written(g, 5))
        return g.add(rule, of.condition(g, (POINTS,)), of.condition(g, (POINTS,)))


for _rule in BITWISE.values():
    _bitwise(_rule)
