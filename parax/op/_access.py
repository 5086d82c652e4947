"""What a name in an expression may reach of a model (L26, L34, X10).

Parameters by flat or dotted name, and submodules, arrays and features by attribute path. Never a
name that starts with `_`, never a plain method, never anything of an object that is no Module.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import numpy as np

from parax._diagnostic import did_you_mean, echo
from parax.errors import (
    MissingInputError,
    OperatorAttributeError,
    OperatorTypeError,
    ParaxNameError,
)
from parax.module import FeatureInfo, features, named_params
from parax.parameters import is_param


class Missing:
    """Stands for "no such attribute", where None is a value."""


def _is_value(value: Any) -> bool:
    kinds = eqx.Module | jax.Array | np.ndarray | np.generic | int | float | complex
    return isinstance(value, kinds | list | tuple | dict) or is_param(value)


def _step(owner: Any, name: str, context: tuple[Any, ...]) -> Any:
    if isinstance(owner, list | tuple):
        return owner[int(name)] if name.isdigit() and int(name) < len(owner) else Missing
    if isinstance(owner, dict):
        return owner.get(name, Missing)
    if name.startswith("_") or is_param(owner) or not isinstance(owner, eqx.Module):
        return Missing
    info = features(type(owner)).get(name)
    if info is not None:
        return _read_feature(owner, info, context)
    if name in {one.name for one in dataclasses.fields(owner)}:
        value = getattr(owner, name)
        return value if _is_value(value) else Missing
    return Missing


def _read_feature(owner: Any, info: FeatureInfo, context: tuple[Any, ...]) -> Any:
    if len(context) < len(info.context):
        raise MissingInputError(
            f"the feature `{info.name}` of a `{type(owner).__name__}` needs "
            f"{', '.join(info.context)}, and {len(context)} inputs follow the model",
            hint="give them after the model, for instance the sweep",
        )
    return getattr(owner, info.name)(*context[: len(info.context)])


def _by_path(model: Any, path: str, context: tuple[Any, ...]) -> Any:
    value = model
    for name in path.split("."):
        value = _step(value, name, context)
        if value is Missing:
            return Missing
    return value


def look_up(model: Any, path: str, context: tuple[Any, ...] = ()) -> Any:
    """Give what a model has under a path, or `Missing`.

    Args:
        model: the first positional input.
        path: `"L1"`, `"filter.stage1.L"`, or a flat parameter name such as `"filter_stage1_L"`.
        context: the remaining positional inputs, handed to features that declare them.

    Returns:
        A Parameter, a submodule, an array, a feature's value; `Missing` if there is none.
    """
    found = _by_path(model, path, context)
    if found is not Missing or "." in path:
        return found
    for name, _, parameter in named_params(model, include_fixed=True):
        if name == path:
            return parameter
        if path.startswith(name + "_"):
            names = parameter.name if isinstance(parameter.name, list) else None
            last = path[len(name) + 1 :]
            array = parameter.__jax_array__()
            if names is not None and last in names:
                return array.ravel()[names.index(last)]
            if names is None and last.isdigit() and int(last) < array.size and array.ndim:
                return array.ravel()[int(last)]
    return Missing


def public_names(model: Any) -> list[str]:
    """Give the names that an expression may use of a model, for suggestions."""
    names = [name for name, _, _ in named_params(model, include_fixed=True)]
    names += [path for _, path, _ in named_params(model, include_fixed=True)]
    if isinstance(model, eqx.Module):
        names += features(type(model))
        names += [one.name for one in dataclasses.fields(model) if not one.name.startswith("_")]
    return list(dict.fromkeys(names))


def unknown_attribute(model: Any, path: str) -> OperatorAttributeError:
    """Make the error for a path that a model does not have."""
    return OperatorAttributeError(
        f"the model, a `{type(model).__name__}`, has no `{echo(path)}`",
        hint=did_you_mean(path, public_names(model)),
    )


def method_of(model: Any, path: str) -> Callable[..., Any]:
    """Give the method of a dotted path of a model.

    Raises:
        OperatorAttributeError: there is no such attribute; suggests close ones.
        OperatorTypeError: it is not callable.
    """
    owner = model
    for name in path.split("."):
        try:
            owner = getattr(owner, name)
        except AttributeError:
            public = [one for one in dir(owner) if not one.startswith("_")]
            raise OperatorAttributeError(
                f"a `{type(owner).__name__}` has no method `{echo(name)}`",
                hint=did_you_mean(name, public),
            ) from None
    if not callable(owner):
        raise OperatorTypeError(
            f"`{echo(path)}` of a `{type(model).__name__}` is not callable",
            hint="read a value with `op.Attribute(…)` or `op.Lambda(…)`",
        )
    return owner


def refuse_shadowed(name: str, args: tuple[Any, ...]) -> None:
    """Raise if a model has a name that the vocabulary has too (L30)."""
    if args and look_up(args[0], name, args[1:]) is not Missing:
        raise ParaxNameError(
            f"`{name}` is a name of the vocabulary and of the model, a `{type(args[0]).__name__}`",
            hint=f"write `model.{name}` for the model's, or rename it there",
        )
