"""`field`, and the preparation of a class's fields before Equinox makes a dataclass of it."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import numpy as np

from parax.module._annotations import converter_for, is_class_variable
from parax.parameters import rebuild


def field(
    *,
    converter: Callable[[Any], Any] | None = None,
    static: bool = False,
    save: bool = True,
    transparent: bool = False,
    **kwargs: Any,
) -> Any:
    """Describe one field of a Module.

    Args:
        converter: applied to the value; wins over the conversion to a Parameter that an annotation
            asks for.
        static: whether the field is part of the structure and not of the leaves.
        save: whether the field is written to a file.
        transparent: whether the field adds nothing to the names of parameters below it.
        **kwargs: as for `dataclasses.field`; the entries of a `metadata` dict are kept.

    Returns:
        A dataclass field.

    Example:
        >>> field(transparent=True, metadata={"doc": "inner"}).metadata["doc"]
        'inner'
    """
    metadata = dict(kwargs.pop("metadata", None) or {})
    if not save:
        metadata["save"] = False
    if transparent:
        metadata["transparent"] = True
    return eqx.field(converter=converter, static=static, metadata=metadata, **kwargs)


def prepare_fields(cls: type) -> None:
    """Attach converters and default factories to the fields that a class declares itself.

    To be called from `__init_subclass__`, which runs before Equinox makes the dataclass. A field
    annotated with `Parameter` (or `Parameter | None`, `list[Parameter]`, `tuple[Parameter, ...]`,
    `dict[str, Parameter]`) converts its value, unless it has a converter. A default that is
    mutable or shared is built anew for each instance. Calling it twice changes nothing more.

    Args:
        cls: the class under construction.
    """
    setattr(cls, _OWN_INIT, "__init__" in cls.__dict__)
    for name, annotation in inspect.get_annotations(cls).items():
        if is_class_variable(cls, annotation):
            continue
        value = cls.__dict__.get(name, dataclasses.MISSING)
        converter = converter_for(cls, name, annotation)
        if isinstance(value, dataclasses.Field):
            setattr(cls, name, _prepared(value, converter))
        elif inspect.isdatadescriptor(value):
            continue  # a property that stands in for an abstract field
        elif converter is not None or _is_shared(value):
            default = {} if value is dataclasses.MISSING else {"default": value}
            setattr(cls, name, _prepared(dataclasses.field(**default), converter))


_OWN_INIT = "_has_own_init"
"""Whether a class has a hand-written `__init__`; a generated one appears only later."""


def _has_own_init(cls: type) -> bool:
    return any(vars(base).get(_OWN_INIT, False) for base in cls.__mro__)


def has_generated_init(cls: type) -> bool:
    """Tell whether a prepared class takes its fields as arguments; False of other classes."""
    return hasattr(cls, _OWN_INIT) and not _has_own_init(cls)


def default_of(spec: dataclasses.Field[Any]) -> Any:
    """Give the default of a field as an instance would have it, or None without one."""
    if spec.default is not dataclasses.MISSING:
        return converted(spec, spec.default)
    if spec.default_factory is not dataclasses.MISSING:
        return converted(spec, spec.default_factory())
    return None


def converted(spec: dataclasses.Field[Any], value: Any) -> Any:
    """Apply the converter of a field, if it has one."""
    converter = spec.metadata.get("converter")
    return value if converter is None else converter(value)


def fill_defaults(self: Any) -> None:
    """Set the fields that have a default, for a class with its own `__init__`.

    To be called from `__new__`, with an instance of a class that `prepare_fields` has prepared.

    A generated `__init__` sets them all. One written by hand relies on the default being an
    attribute of the class, which the default of a shared value no longer is; and Equinox takes an
    instance that lacks a field of its own for one with something else attached.
    """
    cls = type(self)
    if not _has_own_init(cls):
        return
    for spec in dataclasses.fields(cls):
        if spec.default is not dataclasses.MISSING:
            object.__setattr__(self, spec.name, spec.default)
        elif spec.default_factory is not dataclasses.MISSING:
            object.__setattr__(self, spec.name, spec.default_factory())


class DefaultFactory:
    """Builds a default anew for each instance."""

    __slots__ = ("default",)

    def __init__(self, default: Any) -> None:
        self.default = default

    def __call__(self) -> Any:
        return rebuild(self.default)


def _is_shared(value: Any) -> bool:
    kinds = (list, dict, tuple, set, bytearray, np.ndarray, jax.Array, eqx.Module)
    return isinstance(value, kinds)


def _prepared(spec: dataclasses.Field[Any], converter: Any) -> Any:
    """Give a fresh field like `spec`, with the converter and a factory where they are needed."""
    metadata = dict(spec.metadata)
    if converter is not None and not metadata.get("static", False):
        metadata.setdefault("converter", converter)
    default, factory = spec.default, spec.default_factory
    if _is_shared(default):
        default, factory = dataclasses.MISSING, DefaultFactory(default)
    options: dict[str, Any] = {
        "init": spec.init,
        "repr": spec.repr,
        "hash": spec.hash,
        "compare": spec.compare,
        "kw_only": spec.kw_only,
        "metadata": metadata,
    }
    if default is not dataclasses.MISSING:
        options["default"] = default
    if factory is not dataclasses.MISSING:
        options["default_factory"] = factory
    return dataclasses.field(**options)
