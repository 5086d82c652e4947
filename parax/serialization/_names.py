"""Classes and functions by name: found where they already are, never imported from a file's word.

A name is written `module:qualified.name`. Nothing here calls what it finds.
"""

# JAX and NumPy leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import functools
import importlib
import math
import operator
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast, overload

import jax
import jax.lax
import jax.nn
import jax.numpy as jnp
import jax.scipy.linalg
import jax.scipy.special
import jax.scipy.stats
import numpy as np

from parax._diagnostic import did_you_mean, quoted
from parax.errors import SerializationError, SerializationTypeError

Fn = TypeVar("Fn", bound=Callable[..., Any])
Only = Sequence[type | types.ModuleType | str]

_PUBLIC = ("jax.numpy", "jax.nn", "jax.lax", "jax.scipy")
_SEARCHED = (jnp, jax.nn, jax.lax, jax.scipy.linalg, jax.scipy.special, jax.scipy.stats)
"""Imported here, so that functions in them are found whatever else is."""
_EXACT = {"operator": operator, "math": math}
_NUMPY = ("numpy", "numpy.linalg", "numpy.fft")
_OPENS_FILES = (
    *("load", "save", "savez", "savez_compressed", "savetxt", "loadtxt", "genfromtxt"),
    *("fromfile", "fromregex", "memmap"),
)
_NO_FUNCTIONS = ("parax.cli", "parax.serialization", "parax.__main__")
_ROOMS = (
    *("parax.bounds", "parax.constants", "parax.distributions", "parax.dsl", "parax.functions"),
    *("parax.graph", "parax.kernels", "parax.module", "parax.op", "parax.parameters"),
    *("parax.problems", "parax.rf", "parax.training", "parax.wrappers"),
    *("distreqx.distributions", "distreqx.bijectors"),
)
"""What may be imported to look a name up in: our own list, not the file's word."""

_NAME_IT = (
    "define it with `def` at module level, under the name that it has there, or register it"
    " with `parax.register_callable(name, fn)`"
)

_REGISTERED: dict[str, Callable[..., Any]] = {}


class Refusal(Exception):  # noqa: N818  # turned into an error where the path is known
    """What is wrong with one value, to be said after its path: "is a lambda"."""

    def __init__(
        self,
        words: str,
        hint: str | None = None,
        error: type[SerializationError] = SerializationTypeError,
    ) -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint
        self.error = error

    def at(self, path: str) -> SerializationError:
        """Give the error for a value at this path."""
        return self.error(f"{quoted(path, 200)} {self.words}", hint=self.hint, path=path)


@overload
def register_callable(name: str) -> Callable[[Fn], Fn]: ...
@overload
def register_callable(name: str, fn: Fn) -> Fn: ...
def register_callable(name: str, fn: Any = None) -> Any:
    """Let a function be saved and loaded under a name of your choice.

    Files then hold that name alone: the function may move, and no module need be trusted. Without
    `fn` it gives a decorator.

    Args:
        name: a name that only you use, for instance `"mylab.loss"`.
        fn: the function.

    Returns:
        The function itself.

    Raises:
        SerializationTypeError: `name` is no text, or `fn` cannot be called.
        SerializationError: another function has this name.

    Example:
        >>> import io, parax
        >>> @parax.register_callable("example.twice")
        ... def twice(x):
        ...     return 2 * x
        >>> file = io.BytesIO()
        >>> parax.save(file, [twice])
        >>> parax.load(io.BytesIO(file.getvalue()))[0] is twice
        True
    """
    if not isinstance(cast(Any, name), str) or not name:
        raise SerializationTypeError(
            f"`register_callable` takes a name, and got {quoted(repr(name))}",
            hint='write `register_callable("mylab.loss", fn)`, or `@register_callable("…")`',
        )
    if fn is None:
        return lambda given: register_callable(name, given)  # pyright: ignore[reportUnknownLambdaType]
    if not callable(fn):
        raise SerializationTypeError(
            f"`register_callable` takes a function, and got {quoted(repr(fn))}",
            hint="give the function itself, without calling it",
        )
    known = _REGISTERED.get(name)
    if known is not None and known is not fn and _place(known) != _place(fn):
        raise SerializationError(
            f"the name {quoted(name)} is registered for another function, {quoted(_place(known))}",
            hint="choose another name: a file that holds the first must not load the second",
        )
    _REGISTERED[name] = fn  # a cell or a script that runs again defines the same function anew
    return fn


def _place(fn: Any) -> str:
    return f"{getattr(fn, '__module__', '')}:{_qualified(fn)}"


def _qualified(thing: Any) -> str:
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    return name if isinstance(name, str) else ""


def look_up(module: str, qualified: str) -> Any:
    """Give what an imported module holds under a name; None if nothing.

    It reads the dictionaries of modules and classes: `getattr` could run code, or import.
    """
    found: Any = sys.modules.get(module)
    for part in qualified.split("."):
        if not isinstance(found, types.ModuleType | type):
            return None
        held: Any = vars(found).get(part)
        found = held.__func__ if isinstance(held, staticmethod | classmethod) else held
    return found


def name_of_class(cls: type) -> str:
    """Give the name by which a class is stored."""
    module, qualified = cls.__module__, cls.__qualname__
    if "<locals>" in qualified:
        raise Refusal(
            f"is of the local class {quoted(qualified)}, which no file can name",
            "define the class at module level",
        )
    if look_up(module, qualified) is not cls:
        raise Refusal(
            f"is of the class {quoted(f'{module}:{qualified}')}, which is not what stands there",
            "define the class at module level, under its own name, and make the object anew",
        )
    return f"{module}:{qualified}"


def registered_name(fn: Any) -> str | None:
    """Give the name under which a function is registered, if it is."""
    return next((name for name, known in _REGISTERED.items() if known is fn), None)


def name_of_function(fn: Any) -> str:
    """Give the name by which a function is stored, unless it is registered."""
    module, qualified = getattr(fn, "__module__", None), _qualified(fn)
    if "<lambda>" in qualified:
        raise Refusal("is a lambda, which has no name to store it by", _NAME_IT)
    if "<locals>" in qualified:
        raise Refusal(
            f"is the local function {quoted(qualified)}, which no file can name", _NAME_IT
        )
    private = isinstance(module, str) and module.startswith(("jax._src.", "numpy._", "_operator"))
    if isinstance(module, str) and not private and look_up(module, qualified) is fn:
        return f"{module}:{qualified}"
    for public in _public_modules():
        if vars(public).get(qualified) is fn:
            return f"{public.__name__}:{qualified}"
    raise Refusal(
        f"is the function {quoted(_place(fn))}, and another or nothing stands there", _NAME_IT
    )


def _public_modules() -> Iterator[types.ModuleType]:
    yield from _EXACT.values()
    for name, module in sorted(sys.modules.items()):
        if (name in _NUMPY or _is_under(name, _PUBLIC)) and isinstance(
            cast(Any, module), types.ModuleType
        ):
            yield module


def _is_under(module: str, packages: Iterable[str]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in packages)


class Finder:
    """Looks names up on loading, within what the caller allows."""

    def __init__(self, trusted: Iterable[str] = (), only: Only | None = None) -> None:
        if isinstance(trusted, str):
            trusted = (trusted,)
        self.trusted = tuple(trusted)
        if not all(isinstance(cast(Any, one), str) for one in self.trusted):
            raise SerializationTypeError(
                f"`trusted_modules` takes names of modules, and got {quoted(repr(trusted))}",
                hint='write `trusted_modules=["mylab.models"]`',
            )
        self.only = None if only is None else [_scope(one) for one in only]
        self._classes: dict[str, type] = {}

    def find_class(self, name: Any, kind: type, what: str) -> type:
        """Give the class of a name.

        Args:
            name: `module:qualified.name`.
            kind: what it must be a subclass of.
            what: the same in words.
        """
        cached = self._classes.get(name) if isinstance(name, str) else None
        if cached is not None and issubclass(cached, kind):
            return cached
        found = self._find(name, "is of the class")
        if not (isinstance(found, type) and issubclass(found, kind)):
            raise Refusal(f"is of the class {quoted(name)}, which is no {what}")
        self._classes[name] = found
        return found

    def find_registered(self, name: Any) -> Any:
        """Give a registered function."""
        if not isinstance(name, str) or name not in _REGISTERED:
            raise Refusal(
                f"is the registered function {quoted(name)}, and none has that name here",
                did_you_mean(str(name), _REGISTERED)
                or "run the code that registers it, with `parax.register_callable`, before loading",
            )
        return _REGISTERED[name]

    def find_function(self, name: Any) -> Any:
        """Give the function of a name."""
        module, qualified = parts_of(name)
        trusted = _is_under(module, self.trusted)
        known = module in _EXACT or _is_under(module, (*_PUBLIC, *_NUMPY, "parax"))
        if not (trusted or known):
            raise Refusal(
                f"is the function {quoted(name)}, of a module that is not trusted",
                f"pass `trusted_modules=[{module!r}]` if you trust it, or register the function",
            )
        found = self._find(name, "is the function")
        if not (trusted or _is_harmless(module, qualified, found)) or not is_function(found):
            raise Refusal(f"is the function {quoted(name)}, which a file may not name")
        return found

    def _find(self, name: Any, words: str) -> Any:
        module, qualified = parts_of(name)
        if self.only is not None and not any(
            scope == name or _is_under(module, (scope,)) for scope in self.only
        ):
            raise Refusal(
                f"{words} {quoted(name)}, which `only=` leaves out",
                "add it to `only=` if it may be loaded",
            )
        found = look_up(module, qualified)
        if found is None:
            self._import_for(module)
            found = look_up(module, qualified)
        if found is not None:
            return found
        if module not in sys.modules:
            raise Refusal(
                f"{words} {quoted(name)}, whose module is not imported",
                f"import {quoted(module)} first, or pass `trusted_modules=[{module!r}]`",
            )
        known = [key for key, held in vars(sys.modules[module]).items() if callable(held)]
        raise Refusal(
            f"{words} {quoted(name)}, which its module does not have",
            did_you_mean(qualified, known) or "was it moved or renamed since the file was written?",
        )

    def _import_for(self, module: str) -> None:
        """Import what the caller or our own list names, if the wanted module can be in there."""
        for name in (*self.trusted, *_ROOMS):
            if not _is_under(module, (name,)) or name in sys.modules:
                continue
            try:
                importlib.import_module(name)
            except ImportError as error:
                raise Refusal(
                    f"needs the module {quoted(name)}, which cannot be imported: {error}",
                    "install it, or correct `trusted_modules`",
                ) from error


def parts_of(name: Any) -> tuple[str, str]:
    """Give the module and the qualified name of a stored name."""
    module, colon, qualified = name.partition(":") if isinstance(name, str) else ("", "", "")
    if not (module and colon and qualified):
        raise Refusal(f"has the name {quoted(name)}, which is none", None, SerializationError)
    return module, qualified


def is_function(found: Any) -> bool:
    """Tell whether something is stored by name as a function is."""
    if isinstance(found, type):
        return isinstance(found, type(jnp.float32))  # JAX's dtypes are called like functions
    return callable(found) and not isinstance(found, types.MethodType | functools.partial)


def _is_harmless(module: str, qualified: str, found: Any) -> bool:
    """Tell whether a function of a public module computes, and is that module's own."""
    if qualified in _OPENS_FILES or _is_under(module, _NO_FUNCTIONS):
        return False
    if module in _EXACT:
        return True
    if _is_under(module, _NUMPY):
        return module in _NUMPY and isinstance(found, np.ufunc | type(np.sum))
    owner = getattr(found, "__module__", None)
    return isinstance(owner, str) and _is_under(owner, (module.partition(".")[0], "jaxlib"))


def _scope(one: Any) -> str:
    if isinstance(one, str):
        return one
    if isinstance(one, types.ModuleType):
        return one.__name__
    if _qualified(one):
        return _place(one)
    raise SerializationTypeError(
        f"`only=` takes classes and modules, and got {quoted(repr(one))}",
        hint='write `only=["parax", MyModel]`',
    )
