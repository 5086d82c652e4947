"""Types that build a class with other defaults."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any, NamedTuple

from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParameterTypeError
from parax.parameters import rebuild


class _Defaults(NamedTuple):
    """What a type was given: the class that it builds, and with which arguments."""

    cls: type
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def with_defaults(cls: type, *args: Any, **kwargs: Any) -> Any:
    """Give a type that builds the same class with these defaults.

    Its instances are of the class itself. Each gets copies of the defaults of its own. Used again,
    it adds to the defaults that are there.

    Args:
        cls: a class of Module.
        *args: put before the positional arguments of a call.
        **kwargs: defaults by name; the arguments of a call win.

    Returns:
        A subclass of `cls`, to call or to derive from.

    Raises:
        ParameterTypeError: the class takes no such keyword.
    """
    old = _defaults_of(cls)
    base = cls if old is None else old.cls
    _require_known(base, kwargs)
    if old is not None:
        args, kwargs = (*old.args, *args), old.kwargs | kwargs
    namespace = {
        "__module__": base.__module__,
        "__qualname__": base.__qualname__,
        "__doc__": base.__doc__,
    }
    result = _builder(type(base))(base.__name__, (base,), namespace)
    result._defaults = _Defaults(base, args, kwargs)
    return result


@lru_cache(maxsize=64)
def _builder(meta: Any) -> Any:
    """Give the class of types that build another class than themselves."""

    class WithDefaults(meta):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            held = _defaults_of(self)
            if held is not None:
                args, kwargs = _merged(held, args, kwargs)
                return held.cls(*args, **kwargs)
            inherited = next(held for base in self.__mro__ if (held := _defaults_of(base)))
            args, kwargs = _merged(inherited, args, kwargs)
            return super().__call__(*args, **kwargs)

        def __instancecheck__(self, instance: Any) -> bool:
            held = _defaults_of(self)
            return meta.__instancecheck__(self if held is None else held.cls, instance)

    return WithDefaults


def _defaults_of(cls: type) -> _Defaults | None:
    held = vars(cls).get("_defaults")
    return held if isinstance(held, _Defaults) else None


def _merged(
    held: _Defaults, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Join defaults and arguments; a default gives way to an argument at its position."""
    positional = (*rebuild(held.args), *args)
    taken = set(list(inspect.signature(held.cls).parameters)[: len(positional)])
    defaults = {word: value for word, value in held.kwargs.items() if word not in taken}
    return positional, rebuild(defaults) | kwargs


def _require_known(cls: type, kwargs: dict[str, Any]) -> None:
    signature = inspect.signature(cls).parameters
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in signature.values()):
        return
    for word in kwargs:
        if word not in signature:
            known = [name for name in signature if not name.startswith("_")]
            raise ParameterTypeError(
                f"{quoted(cls.__name__)} takes no argument {quoted(word)}",
                hint=did_you_mean(word, known) or f"it takes {', '.join(map(quoted, known))}",
            )
