"""Leaves of random graphs, and how operands of a kind are found or made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from parax import functions as F  # noqa: N812
from parax import op
from tests.agreement.graphs import Growing, Rule, Unfit, distance
from tests.agreement.modules import NUMBERS, OWN, POINTS, VECTORS, rounded
from tests.agreement.values import Chosen, elementwise, is_complex, limited, number, whole

REAL = {"times": (), "u": (POINTS,), "w": (POINTS,), "p": (), "q": (), "Q": (3, 3)}
COMPLEX = {"z": (POINTS,), "S": (POINTS, 2, 2), "R": (2, 2)}
SWEEP = "f"
TIMES = "times"
"""What methods are called with; no `Input` claims it."""
WHOLE = "k"


def inputs(seed: int) -> dict[str, np.ndarray]:
    """Give the values of the inputs, in 64 bit but rounded to the precision of the run."""
    rng = np.random.default_rng(seed)
    found = {name: rng.uniform(-2, 2, shape) for name, shape in REAL.items()}
    found |= {
        name: rng.uniform(-1.4, 1.4, shape) + 1j * rng.uniform(-1.4, 1.4, shape)
        for name, shape in COMPLEX.items()
    }
    found["Q"] += 3 * np.eye(3)
    found["S"] += 2 * np.eye(2)
    found["R"] += 2 * np.eye(2)
    found[SWEEP] = np.cumsum(rng.uniform(0.3, 1.2, POINTS))
    found[WHOLE] = rng.integers(-4, 6, POINTS)
    return {name: rounded(value) for name, value in found.items()}


def _leaf(name: str, compose: Callable[..., Any], oracle: Callable[..., Any]) -> Rule:
    return Rule(name, compose, oracle, leaf=True)


INPUT = _leaf("op.Input", lambda own, name: op.Input(name), lambda env, name: env[name])
OF_MODEL = _leaf("op.Input", lambda own, name: op.Input(name), lambda env, name: env[name])
ATTRIBUTE = _leaf("op.Attribute", lambda own, path: op.Attribute(path), lambda env, path: env[path])
METHOD = _leaf(
    "op.Method",
    lambda own, path: op.Method(f"{path}.gain"),
    lambda env, path: 2 * env[f"{path}.a"] * env["times"],
)
LAMBDA = _leaf(
    "op.Lambda",
    lambda own: op.Lambda(_of_model),
    lambda env: np.sin(env["bias"]) + env["left.v"] * env["data"],
)
PARAMETER = _leaf("Parameter", lambda own: own, lambda env: env[OWN])
CONSTANT = _leaf("op.Constant", lambda own, value: op.Constant(value), lambda env, value: value)
NUMBER = _leaf("number", lambda own, value: value, lambda env, value: value)
ONES = _leaf("F.ones", lambda own, shape: _made("ones", *shape), lambda env, shape: np.ones(shape))
ZEROS = _leaf(
    "F.zeros", lambda own, shape: _made("zeros", *shape), lambda env, shape: np.zeros(shape)
)
EYE = _leaf("F.eye", lambda own, n, m: _made("eye", n, m), lambda env, n, m: np.eye(n, m))
ARANGE = _leaf(
    "F.arange",
    lambda own, start, stop, step: _made("arange", start, stop, step),
    lambda env, start, stop, step: np.arange(start, stop, step),
)


def _of_model(model: Any) -> Any:
    return jnp.sin(jnp.asarray(model.bias)) + model.left.v * model.data


def _made(name: str, *operands: Any) -> Any:
    return F.table()[name].compose(*operands)


def leaf(g: Growing, *, shape: tuple[int, ...] | None = None, kind: str = "f") -> int:
    """Add a leaf, of a shape and kind: real `f`, complex `c`, whole `i`."""
    if kind == "i":
        return g.must(g.add(INPUT, name=WHOLE))
    options: list[tuple[Rule, dict[str, Any]]] = []
    if kind == "c":
        options += [
            (INPUT, {"name": name}) for name, own in COMPLEX.items() if shape in (None, own)
        ]
    else:
        options += [
            (INPUT, {"name": name})
            for name, own in REAL.items()
            if shape in (None, own) and name != TIMES
        ]
        if shape in (None, (POINTS,)):
            options += [(OF_MODEL, {"name": path}) for path in VECTORS]
            options += [(ATTRIBUTE, {"path": path}) for path in (*VECTORS, "data")]
            options += [(LAMBDA, {}), (INPUT, {"name": SWEEP})]
        if shape in (None, ()):
            options += [(ATTRIBUTE, {"path": path}) for path in NUMBERS]
            options += [(OF_MODEL, {"name": path}) for path in ("left.a", "right.a", "bias")]
            options += [(METHOD, {"path": path}) for path in ("left", "right")]
            options += [(CONSTANT, {"value": g.literal()})]
    if not options:
        raise Unfit
    rule, static = g.choice(options)
    return g.must(g.add(rule, **static))


def literal(g: Growing, low: float = -2.0, high: float = 2.0) -> int:
    """Add a number as it is written."""
    return written(g, g.literal(low, high))


def written(g: Growing, value: Any) -> int:
    """Add a given number as it is written."""
    return g.must(g.add(NUMBER, hidden=True, value=value))


# --- Operands of a kind -------------------------------------------------------------------------


def _is_real(value: Any) -> bool:
    return whole(value).dtype.kind in "fi"


def real(
    g: Growing,
    *,
    masked: bool = True,
    least: int = 0,
    fits: Callable[[Any], bool] = lambda value: True,
) -> int:
    """Find or make a real operand, with at least so many axes."""

    def right(value: Any) -> bool:
        return (
            _is_real(value)
            and (masked or not isinstance(value, Chosen))
            and whole(value).ndim >= least
            and fits(value)
        )

    if not g.chance(4):
        found = g.find(right)
        if found is not None:
            return found
        wide = g.find(lambda value: is_complex(value) and right(_parts(value)))
        if wide is not None:
            return part_of(g, wide)
    for shape in ((), (POINTS,), (3, 3)):
        if len(shape) >= least and fits(np.zeros(shape)) and not g.chance(3):
            return leaf(g, shape=shape)
    return leaf(g, shape=(POINTS,) if least < 2 else (3, 3))


def _parts(value: Any) -> Any:
    return elementwise(np.real, value)


def numeric(g: Growing, *, masked: bool = True, least: int = 0, complex: int = 3) -> int:
    """Find or make an operand, complex once in so many times."""
    if g.chance(complex):
        found = g.find(
            lambda value: (
                is_complex(value)
                and whole(value).ndim >= least
                and (masked or not isinstance(value, Chosen))
            )
        )
        if found is not None:
            return found
        shapes = [own for own in COMPLEX.values() if len(own) >= least]
        return leaf(g, shape=g.choice(shapes), kind="c")
    return real(g, masked=masked, least=least)


def partner(g: Growing, of: int, *, complex: int = 3, masked: bool = True) -> int:
    """Find or make an operand that broadcasts with another."""
    value = g.value(of)
    shape = whole(value).shape

    def right(other: Any) -> bool:
        if not masked and isinstance(other, Chosen):
            return False
        own = whole(other).shape
        if isinstance(value, Chosen) or isinstance(other, Chosen):
            return own in (shape, ()) or shape == ()
        return _broadcast(own, shape) and whole(other).dtype.kind != "b"

    if not g.chance(4):
        wide = g.chance(complex)
        found = g.find(lambda one: right(one) and is_complex(one) == wide and not _is_bool(one))
        if found is not None:
            return found
    if g.chance(3):
        return literal(g)
    shapes = [own for own in ((POINTS,), ()) if right(np.zeros(own))]
    return leaf(g, shape=g.choice(shapes))


def _is_bool(value: Any) -> bool:
    return whole(value).dtype.kind == "b"


def _broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(one, other)
    except ValueError:
        return False
    return True


def vector(g: Growing, *, complex: int = 4, masked: int = 0) -> int:
    """Find or make an operand along the sweep alone, complex once in so many times."""
    wide = bool(complex) and g.chance(complex)
    if not g.chance(4):
        chosen = bool(masked) and g.chance(masked)
        found = g.find(
            lambda value: (
                whole(value).shape == (POINTS,)
                and not _is_bool(value)
                and is_complex(value) == wide
                and isinstance(value, Chosen) == chosen
            )
        )
        if found is not None:
            return found
        if chosen:
            return must_over(g)
    return leaf(g, shape=(POINTS,), kind="c" if wide else "f")


def must_over(g: Growing) -> int:
    """Add a vector of which some points count."""
    return g.must(over(g, leaf(g, shape=(POINTS,))))


def matrix(g: Growing) -> int:
    """Find or make square matrices on the last two axes."""
    if not g.chance(3):
        found = g.find(
            lambda value: (
                whole(value).ndim > 1
                and whole(value).shape[-1] == whole(value).shape[-2]
                and not isinstance(value, Chosen)
                and not _is_bool(value)
            )
        )
        if found is not None:
            return found
    if g.chance(3):
        return leaf(g, shape=(3, 3))
    return leaf(g, shape=g.choice([(POINTS, 2, 2), (2, 2)]), kind="c")


def condition(g: Growing, shape: tuple[int, ...] | None = None) -> int:
    """Find or make booleans of a shape: a comparison with a number near the middle."""

    def right(value: Any) -> bool:
        own = whole(value).shape
        return _is_bool(value) and not isinstance(value, Chosen) and shape in (None, own)

    if g.chance(2):
        found = g.find(right)
        if found is not None:
            return found
    if shape is None:
        shape = (POINTS,)
    found = g.find(
        lambda value: (
            _is_real(value) and whole(value).shape == shape and not isinstance(value, Chosen)
        )
    )
    operand = leaf(g, shape=shape) if found is None or g.chance(3) else found
    return compared(g, g.choice(COMPARISONS[:4]), operand)


def compared(g: Growing, comparison: Rule, operand: int) -> int:
    """Compare an operand with a number near its middle."""
    middle = float(np.median(whole(g.value(operand))))
    bound = written(g, round(middle, 2) + g.literal(-0.4, 0.4))
    return g.must(g.add(comparison, operand, bound))


# --- What leads operands into the domain of a function ------------------------------------------


def unary(
    name: str,
    fn: Callable[..., Any],
    compose: Callable[..., Any] | None = None,
    ties: Callable[..., float] | None = None,
) -> Rule:
    """Make the rule of an elementwise function of one operand."""
    return Rule(
        name,
        compose or F.table()[name[2:]].compose,
        lambda x: elementwise(lambda one: fn(number(one)), x),
        ties=ties,
    )


def binary(
    name: str,
    fn: Callable[..., Any],
    compose: Callable[..., Any],
    ties: Callable[..., float] | None = None,
    size: Callable[..., float] | None = None,
) -> Rule:
    """Make the rule of an elementwise function of two operands or more."""
    return Rule(
        name,
        compose,
        lambda *values: elementwise(lambda *own: fn(*map(number, own)), *values),
        ties=ties,
        size=size,
    )


def apart(x: Any, y: Any) -> float:
    """Give how far a comparison is from being decided otherwise."""
    return distance(elementwise(lambda a, b: np.subtract(number(a), number(b)), x, y))


def _compared(symbol: str, fn: Callable[..., Any], compose: Callable[..., Any]) -> Rule:
    return binary(symbol, fn, compose, ties=apart)


COMPARISONS = [
    _compared("<", np.less, lambda a, b: a < b),
    _compared(">", np.greater, lambda a, b: a > b),
    _compared("<=", np.less_equal, lambda a, b: a <= b),
    _compared(">=", np.greater_equal, lambda a, b: a >= b),
    _compared("==", np.equal, lambda a, b: a == b),
    _compared("!=", np.not_equal, lambda a, b: a != b),
]


def terms(*values: Any) -> float:
    """Give the largest sum of magnitudes of what is added."""
    found = elementwise(lambda *own: sum(np.abs(number(one)) for one in own), *values)
    return float(np.nanmax(counting_finite(found), initial=0.0))


def counting_finite(value: Any) -> np.ndarray:
    array = whole(value)[value.mask] if isinstance(value, Chosen) else np.ravel(whole(value))
    return array[np.isfinite(array)]


ADD = binary("+", np.add, lambda a, b: a + b, size=terms)
MULTIPLY = binary("*", np.multiply, lambda a, b: a * b)
TANH = unary("F.tanh", np.tanh)
SOFTPLUS = unary("F.softplus", lambda x: np.logaddexp(x, 0.0))
REALS = [
    unary("F.real", np.real),
    unary("F.imag", np.imag),
    unary("F.abs", np.abs),
    unary("F.abs2", lambda x: np.real(x * np.conj(x))),
]


def part_of(g: Growing, operand: int) -> int:
    """Add a real part of some kind."""
    return g.must(g.add(g.choice(REALS), operand))


def scaled(g: Growing, operand: int, factor: float, shift: float = 0.0) -> int:
    """Add `factor*x + shift`, with numbers as they are written."""
    found = operand
    if factor != 1.0:
        by = written(g, factor)
        found = g.must(g.add(MULTIPLY, found, by))
    if shift:
        to = written(g, shift)
        found = g.must(g.add(ADD, found, to))
    return found


def tamed(g: Growing, operand: int, domain: str) -> int:
    """Lead a real operand into a domain, if it does not lie there."""
    values = counting_finite(g.value(operand)).astype(float)
    low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
    if domain == "positive" and low < 0.1:
        return scaled(g, g.must(g.add(SOFTPLUS, operand)), 1.0, 0.2)
    if domain == "unit" and max(-low, high) > 0.9:
        return scaled(g, g.must(g.add(TANH, operand)), 0.9)
    if domain == "above one" and low < 1.2:
        return scaled(g, g.must(g.add(SOFTPLUS, operand)), 1.0, 1.2)
    if domain == "small" and max(-low, high) > 2.5:
        return scaled(g, g.must(g.add(TANH, operand)), 2.0)
    return operand


OVER = Rule("op.Over", lambda x, condition: x[condition], limited)


def over(g: Growing, operand: int) -> int | None:
    """Limit an operand along the sweep to some of its points."""
    if whole(g.value(operand)).shape[:1] != (POINTS,):
        operand = vector(g)
    return g.add(OVER, operand, condition(g, (POINTS,)))
