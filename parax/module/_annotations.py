"""Field annotations that mean a Parameter, and the converters that follow from them."""

from __future__ import annotations

import ast
import builtins
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Union

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError
from parax.parameters import Parameter

Convert = Callable[[Any, str], Any]
"""Convert a value; the second argument names the field, for messages."""


@dataclass(frozen=True)
class FieldConverter:
    """The converter of one field: `class_name.field_name` turns its value into Parameters."""

    label: str
    convert: Convert

    def __call__(self, value: Any) -> Any:
        return self.convert(value, self.label)


def converter_for(cls: type, name: str, annotation: Any) -> FieldConverter | None:
    """Give the converter that an annotation asks for, or None if it means no Parameter."""
    if isinstance(annotation, str):
        annotation = _resolved(annotation, cls)
    convert = _convert_for(annotation)
    return None if convert is None else FieldConverter(f"{cls.__qualname__}.{name}", convert)


def is_class_variable(cls: type, annotation: Any) -> bool:
    """Tell whether an annotation says that the name is no field."""
    if isinstance(annotation, str):
        annotation = _resolved(annotation, cls)
    return annotation is ClassVar or typing.get_origin(annotation) is ClassVar


def _convert_for(annotation: Any) -> Convert | None:
    if annotation is Parameter:
        return _to_parameter
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _convert_for(arguments[0])
    if origin in (Union, types.UnionType):
        inner = [x for x in arguments if x is not type(None)]
        if len(inner) == 1 and len(inner) < len(arguments):
            return _optional(_convert_for(inner[0]))
        return None
    if origin in (list, Sequence):
        return _each(list, _convert_for(arguments[0]))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _each(tuple, _convert_for(arguments[0]))
    if origin is tuple and all(x is Parameter for x in arguments):
        return _each(tuple, _to_parameter)
    if origin in (dict, Mapping):
        return _values(_convert_for(arguments[1]))
    return None


def _to_parameter(value: Any, label: str) -> Any:
    if isinstance(value, Parameter):
        return value
    hint = "give a number, an array or a list of numbers, or annotate with `Parameter | None`"
    if value is not None:
        try:
            return Parameter(value)
        except ParameterTypeError as error:
            hint = error.hint
    raise ParameterTypeError(
        f"the field {quoted(label)} needs a parameter, and got {quoted(repr(value))}", hint=hint
    )


def _optional(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda value, label: None if value is None else convert(value, label)


def _each(kind: type, convert: Convert | None) -> Convert | None:
    if convert is None:
        return None

    def each(values: Any, label: str) -> Any:
        if not isinstance(values, list | tuple):
            return values
        return kind(convert(value, f"{label}[{i}]") for i, value in enumerate(values))

    return each


def _values(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None

    def each(values: Any, label: str) -> Any:
        if not isinstance(values, Mapping):
            return values
        return {key: convert(value, f"{label}[{key!r}]") for key, value in values.items()}

    return each


class _Unknown:
    """Stands for a name that cannot be looked up, as a local class inside a function."""


_UNKNOWN = _Unknown()


def _resolved(text: str, cls: type) -> Any:
    """Give the type that an annotation written as text means, as far as it can be known.

    Unlike `typing.get_type_hints` this does not give up when one name is unknown: a class inside a
    function, with `from __future__ import annotations`, sees names that no lookup reaches. There
    the word `Parameter` is taken for what it says.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return _UNKNOWN
    module = sys.modules.get(cls.__module__)
    names = {**vars(builtins), **(vars(module) if module else {})}
    return _meaning(tree, names, cls)


def _meaning(node: ast.expr, names: Mapping[str, Any], cls: type) -> Any:
    match node:
        case ast.Constant(value=None):
            return type(None)
        case ast.Constant(value=value) if value is Ellipsis:
            return Ellipsis
        case ast.Constant(value=str(text)):
            return _resolved(text, cls)
        case ast.Name(id=word):
            return names.get(word, _word(word))
        case ast.Attribute(value=base, attr=word):
            return getattr(_meaning(base, names, cls), word, _word(word))
        case ast.Tuple(elts=items):
            return tuple(_meaning(item, names, cls) for item in items)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _joined(_meaning(left, names, cls), _meaning(right, names, cls))
        case ast.Subscript(value=base, slice=inner):
            return _subscript(_meaning(base, names, cls), _meaning(inner, names, cls))
        case _:
            return _UNKNOWN


def _word(word: str) -> Any:
    return Parameter if word == "Parameter" else _UNKNOWN


def _joined(left: Any, right: Any) -> Any:
    return _UNKNOWN if _UNKNOWN in (left, right) else _tried(lambda: left | right)


def _subscript(base: Any, inner: Any) -> Any:
    parts = inner if isinstance(inner, tuple) else (inner,)
    if base is _UNKNOWN or _UNKNOWN in parts:
        return _UNKNOWN
    return _tried(lambda: base[inner])


def _tried(build: Callable[[], Any]) -> Any:
    try:
        return build()
    except TypeError:  # no generic class, or operands that `|` does not join
        return _UNKNOWN
