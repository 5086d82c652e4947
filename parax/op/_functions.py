"""How an operator stores a function, and the key under which two functions are the same."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Hashable
from typing import Any

import jax.tree_util as jtu

from parax._diagnostic import echo, kind_of
from parax.errors import OperatorTypeError

_NAMED_IN = ("jax.numpy", "jax.nn", "jax.lax", "jax.scipy", "operator", "math", "numpy", "parax")
"""Public modules in which a function is known by its name (X8)."""


def stored_function(fn: Any, owner: str) -> Any:
    """Give a function in the form in which an operator holds it (X32).

    A plain function goes into a `Partial`, which keeps it in the tree's structure; a callable
    Module stays what it is, a tree with leaves.

    Raises:
        OperatorTypeError: it is not callable.
    """
    if not callable(fn):
        raise OperatorTypeError(
            f"`{owner}` takes a function, got `{echo(repr(fn))}`, {kind_of(fn)}",
            hint="a plain value stands for itself: use it as an operand",
        )
    if isinstance(fn, jtu.Partial):
        return fn
    known = _known(fn)
    if known is not None:
        return known[0]
    return jtu.Partial(fn) if jtu.all_leaves((fn,)) else fn


_KNOWN: dict[int, tuple[jtu.Partial, Hashable]] = {}
"""Public functions by their identity: how each is stored, and its key. They live for ever."""


def _known(fn: Any) -> tuple[jtu.Partial, Hashable] | None:
    """Give what is known of a public function; None of any other."""
    known = _KNOWN.get(id(fn))
    if known is None:
        key = _public_name(fn)
        if key is None or not jtu.all_leaves((fn,)):
            return None
        known = _KNOWN[id(fn)] = (jtu.Partial(fn), key)
    return known


def is_plain_function(stored: Any) -> bool:
    """Tell whether a stored function is part of the structure, without leaves of its own."""
    return isinstance(stored, jtu.Partial) and not stored.args and not stored.keywords


def _public_name(fn: Any) -> Hashable:
    """Give the module and name under which a public module holds the identical object (X8)."""
    module = getattr(fn, "__module__", None)
    name = getattr(fn, "__qualname__", None) or getattr(fn, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    if not any(module == public or module.startswith(public + ".") for public in _NAMED_IN):
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is fn else None


def function_key(stored: Callable[..., Any]) -> Hashable:
    """Give the key of a stored plain function: its public name, or else the function itself."""
    fn = stored.func if isinstance(stored, jtu.Partial) else stored
    known = _known(fn)
    return _Identity(fn) if known is None else known[1]


class _Identity:
    """A function compared by what it is, kept alive as long as the key."""

    __slots__ = ("fn",)

    def __init__(self, fn: Any) -> None:
        self.fn = fn

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.fn is self.fn

    def __hash__(self) -> int:
        return id(self.fn)


def keywords_of(fn: Callable[..., Any]) -> frozenset[str] | None:
    """Give the names of the keywords that a callable accepts; None for all of them."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):  # a builtin without a signature
        return frozenset()
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters):
        return None
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return frozenset(one.name for one in parameters if one.kind in kinds)
