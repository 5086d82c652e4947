"""The kinds that stand for code: Modules, partial functions, functions and classes by name."""

# Equinox and `functools` leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import dataclasses
import enum
import functools
import types
from collections.abc import Iterable
from typing import Any, cast

import equinox as eqx
import jax.tree_util as jtu

from parax._diagnostic import did_you_mean, quoted
from parax.errors import SerializationError
from parax.serialization._codec import Data, Items, Kind, Loading, Part, Sink, Taken, add_kind
from parax.serialization._codec import corrupt as _corrupt
from parax.serialization._declared import check_declared
from parax.serialization._defaults import as_default
from parax.serialization._facts import check_facts
from parax.serialization._names import (
    Refusal,
    is_function,
    name_of_class,
    name_of_function,
    registered_name,
)

_ATTACHED = (
    *("_strict_initialized", "__module__", "__name__", "__qualname__", "__doc__"),
    "__annotations__",
)
"""What Equinox sets on an instance beside its declared fields."""


@functools.lru_cache(maxsize=1024)
def _fields(cls: Any) -> dict[str, dataclasses.Field[Any]]:
    return {one.name: one for one in dataclasses.fields(cls)}


def _is_saved(spec: dataclasses.Field[Any], value: Any) -> bool:
    return spec.metadata.get("save", True) is not False and not isinstance(value, tuple(_UNSAVED))


_UNSAVED: set[type] = set()


def leave_out(cls: type) -> None:
    """Leave out fields that hold an instance of this class; they get their default again."""
    _UNSAVED.add(cls)


def _take_module(x: Any, sink: Sink) -> Taken:
    held, fields = vars(x), _fields(type(x))
    if "__func__" in fields and "__self__" in fields:
        raise _bound_method(held.get("__func__"))
    check_declared(type(x), held)  # what `load` would refuse is not written
    check_facts(x)
    kept = {
        name: held[name]
        for name, spec in fields.items()
        if name in held and _is_saved(spec, held[name])
    }
    kept |= {name: held[name] for name in held if name in _ATTACHED and name not in fields}
    parts = [Part(f".{name}", as_default(type(x), value)) for name, value in kept.items()]
    return Taken([name_of_class(type(x)), *kept], parts)


def _bound_method(fn: Any) -> Refusal:
    return Refusal(
        f"is the bound method {quoted(getattr(fn, '__name__', fn))}",
        "name it instead: `op.Method(name)`, or a function at module level that calls it",
    )


def _make_module(data: Data, items: Items, loading: Loading) -> Any:
    cls = loading.finder.find_class(data[0], eqx.Module, "Module of Equinox")
    names = data[1:]
    if not all(isinstance(name, str) for name in names):
        raise _corrupt("has a field whose name is no text")
    if len(set(names)) != len(names) or len(names) != len(items.values):
        raise _corrupt("has other fields than values")
    fields = _fields(cls)
    _check_fields(data[0], fields, names)
    try:
        self = object.__new__(cls)
    except TypeError as error:
        raise Refusal(f"is of the class {quoted(data[0])}, which is abstract") from error
    given = dict(zip(names, items.values, strict=True))
    for name, spec in fields.items():
        value = given.pop(name) if name in given else _default(spec, data[0])
        object.__setattr__(self, name, value)
    for name, value in given.items():
        vars(self)[name] = value
    check_declared(cls, vars(self))
    check_facts(self)
    _check_init(self, data[0])
    return self


def _check_fields(cls: str, fields: Iterable[str], names: Iterable[str]) -> None:
    lost = [name for name in names if name not in fields and name not in _ATTACHED]
    if lost:
        raise Refusal(
            f"has {'the field' if len(lost) == 1 else 'the fields'}"
            f" {', '.join(map(quoted, lost))}, which the class {quoted(cls)} no longer has",
            did_you_mean(lost[0], fields)
            or "load it with the version of the class that wrote it, or give the field back",
        )


def _default(spec: dataclasses.Field[Any], cls: str) -> Any:
    if spec.default is not dataclasses.MISSING:
        return spec.default
    if spec.default_factory is not dataclasses.MISSING:
        return spec.default_factory()
    if spec.metadata.get("save", True) is False:
        return None
    raise Refusal(
        f"has no field {quoted(spec.name)}, which the class {quoted(cls)} has by now",
        "give the new field a default, which is taken for what was saved before",
    )


def _check_init(self: Any, name: str) -> None:
    """Run the checks of a class, as Equinox does when it is constructed."""
    for cls in type(self).__mro__:
        check = vars(cls).get("__check_init__")
        if check is None:
            continue
        try:
            check(self)
        except Exception as error:  # the class decides what it raises
            raise Refusal(
                f"does not pass `__check_init__` of its class {quoted(name)}: {error}",
                "the class may have changed since the file was written",
                SerializationError,
            ) from error


def _take_partial(x: functools.partial[Any], sink: Sink) -> Taken:
    func = ".func" if x.args or x.keywords else ""  # a function alone, as operators hold it
    parts = [Part(func, _called(x)), *(Part(f".args[{i}]", v) for i, v in enumerate(x.args))]
    parts += [Part(f".keywords[{name!r}]", value) for name, value in x.keywords.items()]
    return Taken([len(x.args), *x.keywords], parts)


def _called(x: functools.partial[Any]) -> Any:
    """Give the function of a partial one; JAX wraps one that is partial itself."""
    fn: Any = x.func
    return fn.fun if type(fn).__name__ == "_HashableCallableShim" else fn


def _make_partial(kind: Any) -> Any:
    def made(data: Data, items: Items, loading: Loading) -> Any:
        count, *names = data
        fn, *values = items.values
        texts = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
        if type(count) is not int or not texts or len(values) != count + len(names) or count < 0:
            raise _corrupt("has other arguments than it says")
        if not callable(fn):
            raise _corrupt("is a partial function of what cannot be called")
        return kind(fn, *values[:count], **dict(zip(names, values[count:], strict=True)))

    return made


def _take_function(x: Any, sink: Sink) -> Taken:
    if isinstance(x, types.MethodType):
        raise _bound_method(x.__func__)
    return Taken([name_of_function(x)])


def _make_function(data: Data, items: Items, loading: Loading) -> Any:
    (name,) = data
    return loading.finder.find_function(name)


def _take_registered(x: Any, sink: Sink) -> Taken:
    return Taken([registered_name(x)])


def _make_registered(data: Data, items: Items, loading: Loading) -> Any:
    (name,) = data
    return loading.finder.find_registered(name)


_CLASSES = (eqx.Module, enum.Enum)


def _take_class(x: type, sink: Sink) -> Taken:
    return Taken([name_of_class(x)])


def _make_class(data: Data, items: Items, loading: Loading) -> type:
    (name,) = data
    found = loading.finder.find_class(name, object, "class")
    if not issubclass(found, _CLASSES):
        raise Refusal(f"is the class {quoted(name)}, which a file may not name")
    return found


def _is_registered(x: Any) -> bool:
    return callable(x) and not isinstance(x, eqx.Module) and registered_name(x) is not None


def _is_class(x: Any) -> bool:
    return isinstance(x, type) and issubclass(x, _CLASSES)


def _is_function(x: Any) -> bool:
    """Tell whether something is to be stored by name: a function, or what JAX makes of one."""
    if isinstance(x, types.MethodType):
        return True
    if not is_function(x) or isinstance(x, types.MethodWrapperType):
        return False
    owner = cast(Any, getattr(x, "__self__", None))
    return (owner is None or isinstance(owner, types.ModuleType)) and hasattr(x, "__name__")


def _register() -> None:
    add_kind(Kind("registered", _take_registered, _make_registered), test=_is_registered)
    add_kind(
        Kind("module", _take_module, _make_module, same=True),
        test=lambda x: isinstance(x, eqx.Module),
    )
    add_kind(Kind("Partial", _take_partial, _make_partial(jtu.Partial)), jtu.Partial)
    add_kind(
        Kind("partial", _take_partial, _make_partial(functools.partial), same=True),
        functools.partial,
    )
    add_kind(Kind("class", _take_class, _make_class), test=_is_class)
    add_kind(Kind("function", _take_function, _make_function), test=_is_function)


_register()
