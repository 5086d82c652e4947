"""A function without a name that is the default of a class's argument: stored as that default.

`eqx.nn.MLP` has a lambda for its last activation. It is found again where the class has it: nothing
is called, and nothing that has a name of its own is found in this way.
"""

# Defaults may be anything.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

import equinox as eqx

from parax._diagnostic import quoted
from parax.serialization._codec import Data, Items, Kind, Loading, Sink, Taken, add_kind
from parax.serialization._codec import corrupt as _corrupt
from parax.serialization._names import (
    Refusal,
    is_function,
    name_of_class,
    name_of_function,
    registered_name,
)


class Default(NamedTuple):
    """The default of an argument, or of a field, of a class; stands for it while it is saved."""

    cls: type
    argument: str


def as_default(cls: type, value: Any) -> Any:
    """Give the default that a value is, if it has no name; else the value itself."""
    if not is_function(value) or isinstance(value, eqx.Module) or _has_name(value):
        return value
    name = next((name for name, one in defaults_of(cls).items() if one is value), None)
    return value if name is None else Default(cls, name)


def _has_name(fn: Any) -> bool:
    if registered_name(fn) is not None:
        return True
    try:
        name_of_function(fn)
    except Refusal:
        return False
    return True


@functools.lru_cache(maxsize=1024)
def defaults_of(cls: Any) -> Mapping[str, Any]:
    """Give the functions without a name among the defaults of a class."""
    found = {one.name: one.default for one in dataclasses.fields(cls)}
    found |= {one.name: one.default for one in inspect.signature(cls.__init__).parameters.values()}
    return {name: one for name, one in found.items() if is_function(one) and not _has_name(one)}


def _take_default(x: Default, sink: Sink) -> Taken:
    return Taken([name_of_class(x.cls), x.argument])


def _make_default(data: Data, items: Items, loading: Loading) -> Any:
    name, argument = data
    if items.values or not isinstance(argument, str):
        raise _corrupt("is no default of a class")
    cls = loading.finder.find_class(name, eqx.Module, "Module of Equinox")
    found = defaults_of(cls)
    if argument not in found:
        raise Refusal(
            f"is the default of {quoted(argument)} of the class {quoted(name)}, which has no"
            " function without a name there",
            "load it with the version of the class that wrote it, and save a named function",
        )
    return found[argument]


def _register() -> None:
    add_kind(Kind("default", _take_default, _make_default), Default)


_register()
