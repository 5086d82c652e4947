"""The losses: how the violations of a goal become one cost (U14)."""

from __future__ import annotations

import re
from typing import Any

import equinox as eqx

from parax._diagnostic import did_you_mean, kind_of, quoted
from parax.errors import OperatorError, OperatorTypeError
from parax.op import is_plain_number
from parax.units import quantity

PLAIN = ("mean_square", "mean_abs", "sum_square", "rms", "max", "log", "relative")
WITH_ARGUMENT = {"huber": "d", "gaussian": "sigma"}
_CALL = re.compile(r"\s*(\w+)\s*\((.*)\)\s*", re.DOTALL)


class Loss(eqx.Module):
    """A loss: its name, and its argument if it has one.

    Args:
        name: one of the table of losses.
        argument: the `d` of `huber`, the `sigma` of `gaussian`: a number, an array or an operator.
    """

    name: str = eqx.field(static=True)
    argument: Any = None


def huber(d: Any) -> Loss:
    """Give the loss that is quadratic up to `d` and linear above: mean(w·h).

    h = e²/2 up to d, and d·(e − d/2) above.

    Args:
        d: where it turns, in the unit of the violation, above 0.

    Raises:
        OperatorError: a number that is not above 0.

    Example:
        >>> from parax.goals import huber
        >>> huber(2.0).name
        'huber'
    """
    return Loss("huber", _above_zero("huber", d))


def gaussian(sigma: Any) -> Loss:
    """Give the negative log-likelihood of a normal distribution: a goal that is a likelihood.

    The sum over points of ½·abs(r/σ)² + log σ + ½·log 2π, times w; a complex point counts as two
    real ones, each with this σ. It is not 0 where the goal is met.

    Args:
        sigma: the standard deviation, in the unit of the violation: a number above 0, an array, or
            an operator, which may hold a free parameter.

    Raises:
        OperatorError: a number that is not above 0.
    """
    return Loss("gaussian", _above_zero("gaussian", sigma))


def _above_zero(name: str, value: Any) -> Any:
    if isinstance(value, str):
        value = float(quantity(value))
    if is_plain_number(value) and (isinstance(value, complex) or not value > 0):
        raise OperatorError(f"`{name}` takes a number above 0, got {value}")
    return value


def as_loss(given: Any) -> Loss:
    """Read what `loss=` was given: a name, `"huber(0.5)"`, or a loss.

    Raises:
        OperatorError: there is no such loss, or its argument is missing or one too many.
        OperatorTypeError: it is neither a text nor a loss.
        UnitError: an argument with a unit that is not known.
    """
    if isinstance(given, Loss):
        return given
    if not isinstance(given, str):
        raise OperatorTypeError(
            f"`loss` is a name or a loss, got {quoted(repr(given))}, {kind_of(given)}",
            hint='write `loss="rms"`, or `loss=parax.goals.huber(0.5)`',
        )
    call = _CALL.fullmatch(given)
    name, argument = (call[1], call[2].strip()) if call else (given.strip(), "")
    if name in WITH_ARGUMENT:
        if not argument:
            raise OperatorError(
                f"the loss `{name}` needs its `{WITH_ARGUMENT[name]}`",
                hint=f'write `loss="{name}(0.5)"`',
            )
        return Loss(name, _above_zero(name, argument))
    if name not in PLAIN:
        known = ", ".join(f"`{one}`" for one in (*PLAIN, *WITH_ARGUMENT))
        raise OperatorError(
            f"there is no loss {quoted(name)}",
            hint=did_you_mean(name, [*PLAIN, *WITH_ARGUMENT]) or f"the losses are {known}",
        )
    if call:
        raise OperatorError(f"the loss `{name}` takes no argument", hint=f'write `loss="{name}"`')
    return Loss(name)
