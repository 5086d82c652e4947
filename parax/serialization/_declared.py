"""What a class declares of its fields, held against what they hold: before saving, after loading.

A file can be edited and sealed again, so that a bound is a text or a distribution a number. Nothing
runs by that, but the mistake would show far from where it is. What is asked here stays true under
every transformation of trees: an array may have become a number, a Parameter an array, any of them
None, but nothing becomes a text. Numbers are not judged.

Of other classes the annotations are their own affair, except fields that parax itself converts to
Parameters.
"""

# Annotations may be anything.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, cast

import equinox as eqx
import jax
import jaxtyping
import numpy as np

from parax._diagnostic import quoted
from parax.module import Module
from parax.module._annotations import FieldConverter
from parax.op import Operator
from parax.parameters import Parameter, ParameterGroup, ParameterMetadata
from parax.serialization._codec import Refusal

Test = Callable[[Any], bool]
"""Tells whether a value may stand in a field."""

_ASKED = ("parax", "distreqx")
"""The packages whose annotations are exact."""

_NUMBER = (bool, int, float, complex, np.generic, np.ndarray, jax.Array)
_LEAF = (*_NUMBER, type(None), eqx.Module)
_OPERAND = (*_LEAF, dict, list, tuple)


def check_declared(cls: type, fields: Mapping[str, Any]) -> None:
    """Refuse a value that cannot stand in its field.

    Raises:
        Refusal: names field, value and class.
    """
    for name, test in questions_of(cls):
        if name in fields and not test(fields[name]):
            found, wanting = type(fields[name]).__name__, quoted(cls.__qualname__)
            raise Refusal(
                f"has a {quoted(found)} in the field {quoted(name)}, where its class {wanting}"
                " wants another kind of value",
                f"give {quoted(name)} what the constructor of {wanting} gives it",
            )


@functools.lru_cache(maxsize=1024)
def questions_of(cls: Any) -> tuple[tuple[str, Test], ...]:
    """Give the fields of a class about which something is declared, each with its test."""
    made = ((one.name, _test_of_field(cls, one)) for one in dataclasses.fields(cls))
    return tuple((name, test) for name, test in made if test is not None)


def _test_of_field(cls: type, spec: dataclasses.Field[Any]) -> Test | None:
    static = bool(spec.metadata.get("static", False))
    owner = next(one for one in cls.__mro__ if spec.name in vars(one).get("__annotations__", {}))
    if owner.__module__.partition(".")[0] not in _ASKED:
        return _holds_parameters if _is_converted(spec) else None
    if (owner, spec.name) in _SAID:
        return _SAID[owner, spec.name]
    if issubclass(owner, Operator) and not static and spec.type in (Any, "Any"):
        return callable if spec.name == "fn" else _is_item
    return test_for(annotations_of(owner)[spec.name], static=static)


@functools.lru_cache(maxsize=1024)
def annotations_of(cls: type) -> Mapping[str, Any]:
    """Give the annotations of a class of parax or distreqx as types."""
    return inspect.get_annotations(cls, eval_str=True)


def _is_converted(spec: dataclasses.Field[Any]) -> bool:
    return isinstance(spec.metadata.get("converter"), FieldConverter)


def _holds_parameters(value: Any) -> bool:
    """Tell whether a value may be one Parameter or several: what `unwrap` leaves of them, too."""
    if isinstance(value, dict):
        return all(map(_is_item, cast("dict[Any, Any]", value).values()))
    if isinstance(value, list | tuple):
        return all(map(_is_item, cast("list[Any]", value)))
    return _is_leaf(value)


def _is_item(value: Any) -> bool:
    return isinstance(value, _OPERAND)


def _is_leaf(value: Any) -> bool:
    return isinstance(value, _LEAF)


def _are_groups(value: Any) -> bool:
    return type(value) is tuple and all(isinstance(one, ParameterGroup) for one in value)


_SAID: dict[tuple[type, str], Test] = {
    (Parameter, "latent_value"): _is_leaf,
    (ParameterMetadata, "bounds"): _is_leaf,
    (Module, "_param_groups"): _are_groups,
}
"""Fields of parax whose annotation says less than their comment."""


def test_for(annotation: Any, *, static: bool) -> Test | None:
    """Give the test that an annotation asks for; None if it allows all."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return test_for(arguments[0], static=static)
    if origin in (Union, types.UnionType):
        return _any_of([test_for(one, static=static) for one in arguments])
    if origin is Literal:
        return lambda value: any(type(value) is type(one) and value == one for one in arguments)
    if origin is not None:
        return _container(origin, arguments, static=static)
    if not isinstance(annotation, type) or annotation in (object, Any):
        return None  # `Any` is a class
    if annotation is Parameter or _is_array_type(annotation):
        return _is_leaf
    if static:
        return _static_instance(annotation)
    return _instance(_NUMBER if annotation in _NUMBER else annotation, type(None))


def _is_array_type(annotation: type) -> bool:
    return annotation is jax.Array or issubclass(annotation, jaxtyping.AbstractArray)


def _instance(*kinds: Any) -> Test:
    return lambda value: isinstance(value, kinds)


def _static_instance(kind: type) -> Test:
    if kind is int:
        return lambda value: isinstance(value, int | np.integer) and type(value) is not bool
    if kind is float:
        return lambda value: isinstance(value, int | float | np.number) and type(value) is not bool
    return _instance(kind)


def _any_of(tests: Sequence[Test | None]) -> Test | None:
    if any(test is None for test in tests):
        return None
    known = cast("list[Test]", list(tests))
    return lambda value: any(test(value) for test in known)


def _container(origin: Any, arguments: tuple[Any, ...], *, static: bool) -> Test | None:
    """Test a container and what is directly in it."""
    if not isinstance(origin, type):
        return None
    if issubclass(origin, Callable):
        return callable if static else lambda value: value is None or callable(value)
    of_items = arguments[1:] if issubclass(origin, Mapping) else arguments[:1]
    whole = test_for(origin, static=static)
    each = test_for(of_items[0], static=static) if of_items else None
    alike = len(arguments) < 2 or Ellipsis in arguments or issubclass(origin, Mapping)
    if each is None or whole is None or not alike:
        return whole
    return lambda value: whole(value) and all(map(each, _items(value)))


def _items(value: Any) -> Any:
    if value is None:
        return ()
    return value.values() if isinstance(value, Mapping) else value
