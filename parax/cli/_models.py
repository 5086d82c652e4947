"""What `--model` and `--data` name: models of modules, files and examples; Touchstone files."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import equinox as eqx

from parax import rf
from parax._diagnostic import did_you_mean, echo, kind_of, quoted
from parax.cli._errors import ModelError, UsageError
from parax.cli._wording import raised_by_user
from parax.errors import TouchstoneError

EXAMPLE = "example:"


def read_network(place: str) -> rf.Network:
    """Read a Touchstone file, or one of the examples by name.

    Raises:
        TouchstoneError: there is no such file, or it cannot be read.
    """
    if place.startswith(EXAMPLE):
        return rf.Network.read(rf.example(place.removeprefix(EXAMPLE)))
    path = Path(place)
    try:
        return rf.Network.read(path)
    except FileNotFoundError:
        raise TouchstoneError(
            f"there is no file {quoted(place)}", hint=_near(path), path=place
        ) from None
    except OSError as error:
        raise TouchstoneError(
            f"{quoted(place)} cannot be read: {error.strerror or error}", path=place
        ) from None


def _near(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {quoted(folder)} either"
    names = sorted(one.name for one in folder.iterdir() if one.is_file())
    return (
        did_you_mean(path.name, names)
        or "give the path of a Touchstone file, or `example:ring-slot` to try things"
    )


def find_model(place: str) -> Any:
    """Give the model that `--model` names.

    Raises:
        UsageError: it is not of the form `module:name`.
        ModelError: the module or file does not import, has no such name, or it is no model.
    """
    if place.startswith(EXAMPLE):
        return rf.example_model(place.removeprefix(EXAMPLE))
    where, colon, name = place.rpartition(":")
    if not colon or not where or not name:
        where = place.rstrip(":")
        raise UsageError(
            f"`--model {echo(place)}` does not say which model",
            hint=f"write `{echo(where) or 'file.py'}:NAME`, or `example:ladder` to try things",
        )
    return _as_model(_attribute(_module(where), name, where), name, where)


def _module(where: str) -> ModuleType:
    try:
        return _file(Path(where)) if where.endswith(".py") else _package(where)
    except (ModelError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a module may raise anything, SystemExit included
        raise raised_by_user(error, f"{quoted(where)} does not import:") from None


def _file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ModelError(f"there is no file {quoted(path)}", hint=_near_python(path))
    name = f"parax_model_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent.resolve()))  # it may import its neighbours
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _near_python(path: Path) -> str | None:
    if not path.parent.is_dir():
        return f"there is no folder {quoted(path.parent)} either"
    return did_you_mean(path.name, sorted(one.name for one in path.parent.glob("*.py")))


def _package(where: str) -> ModuleType:
    if "/" in where or "\\" in where:
        raise ModelError(
            f"{quoted(where)} is neither a Python file nor the name of a module",
            hint=f"a file is written with its ending: `{echo(where)}.py:NAME`",
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{where}.".startswith(f"{error.name}."):
            raise
        raise ModelError(
            f"there is no module {quoted(error.name)}",
            hint="modules are looked up in the current folder and among the installed ones; "
            "a file is written `file.py:NAME`",
        ) from None


def _attribute(module: ModuleType, name: str, where: str) -> Any:
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            public = [one for one in dir(found) if not one.startswith("_")]
            models = [one for one in public if _looks_like_a_model(getattr(found, one))]
            listed = ", ".join(quoted(one) for one in models[:8])
            raise ModelError(
                f"{quoted(where)} has no {quoted(name)}",
                hint=did_you_mean(name, public) or (f"its models are {listed}" if listed else None),
            )
        found = getattr(found, part)
    return found


def _looks_like_a_model(value: Any) -> bool:
    cls = cast(Any, value if inspect.isclass(value) else type(value))
    own = not cls.__module__.startswith(("parax.", "equinox."))
    return own and (issubclass(cls, eqx.Module) or callable(getattr(cls, "s", None)))


def _as_model(found: Any, name: str, where: str) -> Any:
    if inspect.isclass(found):
        found = _instance(found, name, where)
    is_tree = isinstance(found, eqx.Module | dict | list | tuple)
    if is_tree or callable(getattr(found, "s", None)):
        return cast(Any, found)
    hint = "a model is a `parax.Module`, another Equinox Module, or an object with `s(sweep)`"
    what = kind_of(found)
    if inspect.isroutine(found):
        what = "a function"
        hint = f"if it makes one, write `model = {echo(name)}()` there, and name that"
    raise ModelError(f"{quoted(f'{where}:{name}')} is {what} and no model", hint=hint)


def _instance(cls: type, name: str, where: str) -> Any:
    try:
        signature = inspect.signature(cls)
    except (TypeError, ValueError):  # a class of C that does not say
        signature = inspect.Signature()
    needed = [
        one.name
        for one in signature.parameters.values()
        if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    if needed:
        raise ModelError(
            f"the class {quoted(name)} needs {', '.join(map(quoted, needed))}",
            hint=f"make an instance in {quoted(where)}, such as `model = {echo(name)}(…)`, "
            "and name that",
        )
    if inspect.isabstract(cls):
        missing = ", ".join(f"`{one}`" for one in sorted(cast(Any, cls).__abstractmethods__))
        raise ModelError(f"the class {quoted(name)} does not define {missing}")
    try:
        return cls()
    except Exception as error:  # its constructor is the user's
        raise raised_by_user(error, f"making {quoted(name + '()')} raised") from None
