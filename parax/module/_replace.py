"""Fields of one module, replaced as `dataclasses.replace` would."""

from __future__ import annotations

import dataclasses
from typing import Any

import equinox as eqx

from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParameterTypeError
from parax.module._attrs import checked, with_attrs
from parax.module._fields import converted, has_generated_init
from parax.module._selection import modules_of
from parax.module._walk import GROUPS_FIELD, walk
from parax.parameters import restore, state_of


def with_fields(module: Any, **fields: Any) -> Any:
    """Give a module of the same class with other fields.

    It is constructed anew, so that `__post_init__` runs; groups survive that. A class with its own
    `__init__` has its fields replaced directly; converters and `__check_init__` run.

    Args:
        module: a Module.
        **fields: new values by the name of the field.

    Raises:
        ParameterTypeError: the class has no such field; it is a `TypeError`.
    """
    specs = {spec.name: spec for spec in dataclasses.fields(module)}
    for name in fields:
        if name not in specs:
            raise _unknown_field(module, name, list(specs))
    if not has_generated_init(type(module)):
        return _replaced(module, fields)
    held = state_of(module) | fields
    arguments = {name: held[name] for name, spec in specs.items() if spec.init}
    new = type(module)(**arguments)
    kept = {name: value for name, value in fields.items() if not specs[name].init}
    if GROUPS_FIELD in specs:
        kept[GROUPS_FIELD] = held[GROUPS_FIELD]
    changed = any(kept[name] is not vars(new).get(name) for name in kept)
    return _replaced(new, kept) if changed else new


def with_submodule_fields(tree: Any, submodule: Any, **fields: Any) -> Any:
    """Give a module with other fields in a nested one.

    Args:
        tree: a Module.
        submodule: dotted path or name path of the nested one, the attributes as a list, or the
            Module itself; empty for the outermost.
        **fields: as for `with_fields`.

    Raises:
        UnknownSubmoduleError: there is no such submodule.
        ParameterTypeError: its class has no such field.
    """
    if isinstance(submodule, list | tuple):
        submodule = ".".join(map(str, submodule))
    if isinstance(submodule, str) and not submodule:
        return with_fields(tree, **fields)
    found = modules_of(walk(tree).modules, submodule)[0]
    return with_attrs(tree, found.path, with_fields(found.module, **fields))


def with_name(module: Any, name: Any) -> Any:
    """Give a module under another name, or without one.

    Raises:
        ParameterTypeError: the name is no string.
    """
    if name is not None and not isinstance(name, str):
        raise ParameterTypeError(
            f"the name of a module is a string, and got {quoted(repr(name))}",
            hint='write `with_name("stage1")`, or `with_name(None)`',
        )
    return with_fields(module, name=name)


def _replaced(module: eqx.Module, fields: dict[str, Any]) -> Any:
    specs = {spec.name: spec for spec in dataclasses.fields(module)}
    new = {name: converted(specs[name], value) for name, value in fields.items()}
    return checked(restore(type(module), dict(vars(module)) | new))


def _unknown_field(module: Any, name: str, known: list[str]) -> ParameterTypeError:
    shown = [word for word in known if not word.startswith("_") and word != "name"]
    return ParameterTypeError(
        f"{quoted(type(module).__name__)} has no field {quoted(name)}",
        hint=did_you_mean(name, known) or f"its fields are {', '.join(map(quoted, shown))}",
    )
