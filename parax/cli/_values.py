"""What `--set NAME=VALUE` sets: an input of the expression, else a parameter of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from parax._diagnostic import did_you_mean, quoted
from parax.cli._errors import UsageError
from parax.errors import ParaxNameError, UnitError
from parax.module import named_params, with_params
from parax.units import quantity, split_quantity


def settle(
    settings: Mapping[str, str], inputs: Sequence[str], model: Any
) -> tuple[Any, dict[str, float]]:
    """Give the model with its parameters set, and the values of inputs.

    Args:
        settings: values, as text, by name.
        inputs: the names of the expression's inputs.
        model: the model, or None.

    Raises:
        UsageError: a name is both an input and a parameter.
        ParaxNameError: it is neither.
        UnitError: a value is no quantity.
    """
    parameters = _parameters(model)
    values: dict[str, float] = {}
    changes: dict[str, float] = {}
    for name, text in settings.items():
        parameter = _owner(name, parameters)
        if name in inputs and parameter is not None:
            raise UsageError(
                f"{quoted(name)} is an input of the expression and a parameter of the model",
                hint=f"write `model.{name}` for the parameter, or rename the input",
            )
        if name in inputs:
            values[name] = _number(name, text)
        elif parameter is not None:
            changes[name] = _physical(name, text, parameter)
        else:
            raise _unknown(name, inputs, parameters)
    return (with_params(model, changes) if changes else model), values


def _parameters(model: Any) -> dict[str, Any]:
    if model is None:
        return {}
    return {name: param for name, _, param in named_params(model, include_fixed=True)}


def _owner(name: str, parameters: Mapping[str, Any]) -> Any:
    """Give the parameter of a name, or of an element's: `w_3` is one of `w`."""
    if name in parameters:
        return parameters[name]
    stem, _, element = name.rpartition("_")
    if stem in parameters and parameters[stem].size > 1 and element:
        return parameters[stem]
    return None


def _number(name: str, text: str) -> float:
    try:
        return quantity(text)
    except UnitError as error:
        error.headline = f"`--set {name}`: {error.headline}"
        raise


def _physical(name: str, text: str, parameter: Any) -> float:
    """Read a parameter's value: a plain number is physical, one with a unit is in SI (P14a)."""
    value = _number(name, text)
    unit = split_quantity(text)[1]
    if unit is None or unit.is_label or parameter.scale == 1.0:
        return value
    return unit.from_si(value) if unit.factor == parameter.scale else value / parameter.scale


def _unknown(name: str, inputs: Sequence[str], parameters: Mapping[str, Any]) -> ParaxNameError:
    known = [*inputs, *parameters]
    listed = ", ".join(quoted(one, 30) for one in known[:8])
    more = ", …" if len(known) > 8 else ""
    return ParaxNameError(
        f"`--set {name}`: neither the expression nor the model knows {quoted(name)}",
        hint=did_you_mean(name, known)
        or (f"there are {listed}{more}" if known else "there is nothing to set"),
    )
