"""Marks on methods that expressions may read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, overload

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError

_MARK = "__parax_feature__"
_Fn = TypeVar("_Fn", bound=Callable[..., Any])


class FeatureInfo(NamedTuple):
    """What is known of a marked method.

    Attributes:
        name: name of the method.
        unit: unit of the result, or None.
        context: names of the arguments that it declares after `self`; it is called with these.
        doc: the first line of its docstring, or None.
    """

    name: str
    unit: str | None
    context: tuple[str, ...]
    doc: str | None


@overload
def feature(fn: _Fn, /) -> _Fn: ...
@overload
def feature(*, unit: str | None = None) -> Callable[[_Fn], _Fn]: ...
def feature(fn: Any = None, /, *, unit: Any = None) -> Any:
    """Mark a method as readable from expressions, as if it were an attribute.

    The method is called with the context that it declares: `def gain(self, sweep)` with the sweep,
    `def order(self)` with nothing.

    Args:
        fn: the method, when used as `@feature`.
        unit: unit of the result, when used as `@feature(unit="dB")`.

    Returns:
        The same method, marked.

    Raises:
        ParameterTypeError: what is marked is no function, or has a name that starts with `_`,
            which expressions never read; or the unit is no string.

    Example:
        >>> class Filter:
        ...     @feature(unit="dB")
        ...     def gain(self, sweep):
        ...         return sweep
        >>> features(Filter)["gain"].unit, features(Filter)["gain"].context
        ('dB', ('sweep',))
    """
    if unit is not None and not isinstance(unit, str):
        raise ParameterTypeError(
            f"`unit` of a feature must be a string, and got {quoted(repr(unit))}",
            hint='write `@feature(unit="dB")`',
        )

    def mark(method: Any) -> Any:
        # The innermost function bears the mark: what wraps it may be a Module, which is frozen.
        inner = inspect.unwrap(method)
        if not inspect.isfunction(inner) or isinstance(method, staticmethod | classmethod):
            raise ParameterTypeError(
                f"a feature must be a method, and got {quoted(type(method).__name__)}",
                hint="put `@feature` directly above `def`, below other decorators",
            )
        name = inner.__name__
        if name.startswith("_"):
            raise ParameterTypeError(
                f"the feature {quoted(name)} has a private name, which no expression can read",
                hint="give it a name without the leading underscore",
            )
        arguments = list(inspect.signature(method).parameters)[1:]
        doc = inspect.getdoc(method)
        line = doc.splitlines()[0] if doc else None
        setattr(inner, _MARK, FeatureInfo(name, unit, tuple(arguments), line))
        return method

    return mark if fn is None else mark(fn)


def _info(fn: Any) -> FeatureInfo | None:
    """Give the mark of a function, looked for below what wraps it."""
    while fn is not None:
        info = getattr(fn, _MARK, None)
        if info is not None:
            return info
        fn = getattr(fn, "__func__", None) or getattr(fn, "__wrapped__", None)
    return None


def is_feature(fn: Any) -> bool:
    """Tell whether a function or bound method is marked with `feature`.

    Example:
        >>> @feature
        ... def gain(self): ...
        >>> is_feature(gain), is_feature(print)
        (True, False)
    """
    return _info(fn) is not None


def features(cls: type) -> dict[str, FeatureInfo]:
    """Give the marked methods of a class, inherited ones first.

    A method that overrides a marked one is a feature only if it is marked itself.

    Returns:
        `FeatureInfo` by the name of the method.
    """
    names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    found = ((name, _info(inspect.getattr_static(cls, name))) for name in names)
    return {name: info for name, info in found if info is not None}
