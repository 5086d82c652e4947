"""Units of parameters, and quantities written as text."""

from __future__ import annotations

import math
from typing import Any

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError, UnitError
from parax.units import Unit, find_unit, split_quantity, unit_hint


def checked_unit(name: Any) -> Unit | None:
    """Give the unit of a name, or None."""
    if name is None:
        return None
    if not isinstance(name, str):
        raise ParameterTypeError(
            f"`unit` must be the name of a unit, and got {quoted(repr(name))}",
            hint='write for instance `unit="nH"`',
        )
    found = find_unit(name)
    if found is None:
        raise ParameterValueError(
            f"`unit` must be the name of a unit, and got {quoted(name)}", hint=unit_hint(name)
        )
    return found


def check_scale(scale: float, unit: Unit) -> None:
    """Refuse a scale beside a unit that says otherwise."""
    if not math.isclose(scale, unit.factor, rel_tol=1e-12):
        raise ParameterValueError(
            f"`scale` of {quoted(scale)} contradicts the unit {quoted(unit.name)}, whose factor"
            f" to SI is {unit.factor:g}",
            hint="leave `scale` out: the unit sets it",
        )


def read_quantity(text: str, what: str) -> tuple[str, Unit]:
    """Give the digits and the unit of a quantity, such as `8 nH`.

    Raises:
        ParameterTypeError: the text is no number with a known unit.
    """
    wrong = f"{what} must be a real number, and got {quoted(repr(text))} of type `str`"
    try:
        number, unit = split_quantity(text)
    except UnitError as error:
        raise ParameterTypeError(f"{wrong}: {error.headline}", hint=error.hint) from None
    if unit is None:
        raise ParameterTypeError(
            f"{wrong}, which has no unit",
            hint='write a plain number without quotes, or a quantity such as `"8 nH"`',
        )
    if math.isinf(float(number)):
        raise ParameterValueError(
            f"{what} of {quoted(text)} is too large for a float", hint="use a larger unit"
        )
    return number, unit


def in_unit(text: str, name: str | None, label: str) -> float:
    """Convert a quantity into the unit of a parameter, rounding once where units allow.

    Args:
        text: the quantity.
        name: the unit of the parameter, if it has one.
        label: what messages call the parameter.

    Raises:
        ParameterTypeError: the text is no quantity.
        ParameterValueError: the parameter has no unit, or one of another dimension.
    """
    number, unit = read_quantity(text, f"the value of {label}")
    if name is None:
        raise ParameterValueError(
            f"{quoted(text)} has a unit, and {label} has none",
            hint=f"give a plain number, or make it with `unit={quoted(unit.name)[1:-1]!r}`",
        )
    if unit.name == name:
        return float(number)
    target = find_unit(name)
    if target is None or target.is_label or unit.dimension != target.dimension:
        raise ParameterValueError(
            f"{quoted(text)} cannot be the value of {label}, which is in {quoted(name)}",
            hint=f"give a plain number, in {quoted(name)}, or a quantity of the same dimension",
        )
    if unit.exponent is None or target.exponent is None:
        return target.from_si(unit.to_si(float(number)))
    return Unit("", 1.0, None, unit.exponent - target.exponent).read(number)
