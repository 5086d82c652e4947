"""The kinds that Python itself brings: numbers, texts, containers, and their like."""

# What is taken apart may be anything.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import base64
import enum
import math
import types
from collections.abc import Iterable
from typing import Any, cast

import numpy as np

from parax._diagnostic import quoted
from parax.serialization._codec import Data, Items, Kind, Loading, Part, Sink, Taken, add_kind
from parax.serialization._codec import corrupt as _corrupt
from parax.serialization._names import Refusal, name_of_class

_PLAIN_INT = 2**63
_KEY_SIZE, _KEY_DEPTH = 10_000, 100
_ATOMS = (str, int, float, bool, type(None), bytes, complex, range)


def _only(data: Data, *kinds: type) -> Any:
    """Give the data of a kind that must have exactly these types."""
    if len(data) != len(kinds) or any(
        type(one) is not kind for one, kind in zip(data, kinds, strict=False)
    ):
        raise _corrupt("has other data than its kind")
    return data[0] if len(data) == 1 else data


def _none(items: Items) -> None:
    if items.values:
        raise _corrupt("has parts, and is of a kind without")


def float_data(x: float) -> float | str:
    """Give a float as JSON has it: a number, or `"nan"`, `"inf"`, `"-inf"`."""
    return x if math.isfinite(x) else repr(x)


def data_float(data: Any) -> float:
    """Give the float of such data."""
    if type(data) is float:
        return data
    if isinstance(data, str) and data in ("nan", "inf", "-inf"):
        return float(data)
    raise _corrupt(f"has {quoted(data)} in the place of a number")


def _take_int(x: int, sink: Sink) -> Taken:
    return Taken([x if abs(x) < _PLAIN_INT else hex(x)])


def _make_int(data: Data, items: Items, loading: Loading) -> int:
    _none(items)
    if len(data) == 1 and isinstance(data[0], str):
        return int(data[0], 16)
    return _only(data, int)


def _make_atom(kind: type) -> Any:
    def made(data: Data, items: Items, loading: Loading) -> Any:
        _none(items)
        return _only(data, kind)

    return made


def _make_float(data: Data, items: Items, loading: Loading) -> float:
    _none(items)
    (number,) = data
    return data_float(number)


def _make_complex(data: Data, items: Items, loading: Loading) -> complex:
    _none(items)
    real, imag = data
    return complex(data_float(real), data_float(imag))


def _constant(value: Any) -> Any:
    def made(data: Data, items: Items, loading: Loading) -> Any:
        _none(items)
        _only(data)
        return value

    return made


def _make_bytes(data: Data, items: Items, loading: Loading) -> bytes:
    _none(items)
    return base64.b64decode(_only(data, str), validate=True)


def _make_range(data: Data, items: Items, loading: Loading) -> range:
    _none(items)
    return range(*(int(_only([one], str), 16) for one in data))


def _take_sequence(x: Iterable[Any], sink: Sink) -> Taken:
    return Taken([], [Part(f"[{i}]", one) for i, one in enumerate(x)])


def _make_list(data: Data, items: Items, loading: Loading) -> list[Any]:
    _only(data)
    return list(items.values)


def _make_tuple(data: Data, items: Items, loading: Loading) -> tuple[Any, ...]:
    _only(data)
    return tuple(items.values)


def _is_key(x: Any) -> bool:
    """Tell whether a value is hashed by what it is, and by no code of others."""
    if type(x) in _ATOMS or isinstance(x, enum.Enum | np.dtype):
        return True
    return type(x) in (tuple, frozenset) and all(map(_is_key, x))


def _order(x: Any) -> str:
    """Give a text to sort the elements of a set by: their own order changes from run to run."""
    if type(x) is tuple:
        return f"({','.join(map(_order, x))})"
    if type(x) is frozenset:
        return f"{{{','.join(sorted(map(_order, cast(frozenset[Any], x))))}}}"
    return f"{type(x).__name__} {x!r}"


def _take_dict(x: dict[Any, Any], sink: Sink) -> Taken:
    for key in x:
        if not _is_key(key):
            raise Refusal(
                f"has the key {quoted(repr(key))}, a {quoted(type(key).__name__)}",
                "keys that can be saved are texts, numbers, bools, None, and tuples of these",
            )
    keys = [Part(f"[key {key!r}]", key) for key in x]
    return Taken([], [*keys, *(Part(f"[{key!r}]", one) for key, one in x.items())])


def _make_dict(data: Data, items: Items, loading: Loading) -> dict[Any, Any]:
    _only(data)
    count = len(items.values) // 2
    items.require_small(_KEY_SIZE, _KEY_DEPTH, slice(count))
    keys, values = items.values[:count], items.values[count:]
    made = dict(zip(_keys(keys), values, strict=True))
    if len(made) != count:
        raise _corrupt("is a dict in which a key occurs twice")
    return made


def _keys(keys: list[Any]) -> list[Any]:
    if not all(map(_is_key, keys)):
        raise _corrupt("has a key that cannot be one")
    return keys


def _take_set(x: set[Any] | frozenset[Any], sink: Sink) -> Taken:
    if not all(map(_is_key, x)):
        raise Refusal(
            "is a set of what cannot be saved in one",
            "sets can hold texts, numbers, bools, None, enum members, and tuples of these",
        )
    return Taken([], [Part("{…}", one) for one in sorted(x, key=_order)])


def _make_set(kind: Any) -> Any:
    def made(data: Data, items: Items, loading: Loading) -> Any:
        _only(data)
        items.require_small(_KEY_SIZE, _KEY_DEPTH)
        found = kind(_keys(items.values))
        if len(found) != len(items.values):
            raise _corrupt("is a set in which an element occurs twice")
        return found

    return made


def _take_slice(x: slice, sink: Sink) -> Taken:
    return Taken([], [Part(f".{name}", getattr(x, name)) for name in ("start", "stop", "step")])


def _make_slice(data: Data, items: Items, loading: Loading) -> slice:
    _only(data)
    start, stop, step = items.values
    return slice(start, stop, step)


def _take_enum(x: enum.Enum, sink: Sink) -> Taken:
    parts = [x.name] if x.name in type(x).__members__ else [one.name for one in cast(Any, x)]
    return Taken([name_of_class(type(x)), *parts])


def _make_enum(data: Data, items: Items, loading: Loading) -> Any:
    _none(items)
    cls = cast(Any, loading.finder.find_class(data[0], enum.Enum, "enum"))
    for name in data[1:]:
        if name not in cls.__members__:
            raise Refusal(f"is the member {quoted(name)}, which the enum {quoted(data[0])} lacks")
    members: list[Any] = [cls.__members__[name] for name in data[1:]]
    if len(members) == 1:
        return members[0]
    if not issubclass(cls, enum.Flag):
        raise _corrupt("is an enum member without a name")
    whole = cls(0)
    for one in members:
        whole |= one
    return whole


def _is_named_tuple(x: Any) -> bool:
    return isinstance(x, tuple) and isinstance(getattr(type(x), "_fields", None), tuple)


def _take_named(x: Any, sink: Sink) -> Taken:
    parts = [Part(f".{name}", one) for name, one in zip(type(x)._fields, x, strict=True)]
    return Taken([name_of_class(type(x)), *type(x)._fields], parts)


def _make_named(data: Data, items: Items, loading: Loading) -> Any:
    cls = cast(Any, loading.finder.find_class(data[0], tuple, "named tuple"))
    fields = getattr(cls, "_fields", None)
    if not isinstance(fields, tuple):
        raise Refusal(f"is of the class {quoted(data[0])}, which is no named tuple")
    if fields != tuple(data[1:]) or len(fields) != len(items.values):
        raise Refusal(
            f"is of the named tuple {quoted(data[0])}, whose fields have changed since saving",
            f"the file has {', '.join(map(quoted, data[1:]))}",
        )
    return tuple.__new__(cls, items.values)


def _register() -> None:
    add_kind(Kind("none", lambda x, sink: Taken([]), _constant(None)), type(None))
    add_kind(Kind("ellipsis", lambda x, sink: Taken([]), _constant(...)), types.EllipsisType)
    add_kind(Kind("bool", lambda x, sink: Taken([x]), _make_atom(bool)), bool)
    add_kind(Kind("str", lambda x, sink: Taken([x]), _make_atom(str)), str)
    add_kind(Kind("int", _take_int, _make_int), int)
    add_kind(Kind("float", lambda x, sink: Taken([float_data(x)]), _make_float), float)
    parts = lambda x, sink: Taken([float_data(x.real), float_data(x.imag)])  # noqa: E731
    add_kind(Kind("complex", parts, _make_complex), complex)
    text = lambda x, sink: Taken([base64.b64encode(x).decode()])  # noqa: E731
    add_kind(Kind("bytes", text, _make_bytes), bytes)
    ends = lambda x, sink: Taken([hex(x.start), hex(x.stop), hex(x.step)])  # noqa: E731
    add_kind(Kind("range", ends, _make_range), range)
    add_kind(Kind("list", _take_sequence, _make_list, same=True), list)
    add_kind(Kind("tuple", _take_sequence, _make_tuple), tuple)
    add_kind(Kind("dict", _take_dict, _make_dict, same=True), dict)
    add_kind(Kind("set", _take_set, _make_set(set), same=True), set)
    add_kind(Kind("frozenset", _take_set, _make_set(frozenset)), frozenset)
    add_kind(Kind("slice", _take_slice, _make_slice), slice)
    add_kind(Kind("enum", _take_enum, _make_enum), test=lambda x: isinstance(x, enum.Enum))
    add_kind(Kind("namedtuple", _take_named, _make_named), test=_is_named_tuple)


_register()
