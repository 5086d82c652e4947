"""Single values: how each kind is taken apart into plain data and parts, and made again.

A value becomes a *head*, plain data that begins with the tag of its kind, and *parts*, the values
that it holds. Files keep both in flat tables, the JSON of a parameter nests them.
"""

# What is taken apart may be anything.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

import numpy as np
from jax.core import Tracer

from parax._diagnostic import quoted
from parax.errors import CorruptFileError
from parax.serialization._names import Finder, Refusal

Data = list[Any]
"""Plain JSON data."""


class Part(NamedTuple):
    """A value inside another, and how a path says so: `.name`, `[2]`, `['key']`."""

    step: str
    value: Any


class Taken(NamedTuple):
    """A value taken apart."""

    data: Data
    parts: Sequence[Part] = ()


class Sink(Protocol):
    """Where arrays go while a value is taken apart."""

    def put(self, array: np.ndarray[Any, Any]) -> Any:
        """Keep an array of a dtype that files know, and give plain data to find it by."""
        ...


@dataclass
class Items:
    """The parts of a value that is made again, and what walking through each would cost."""

    values: list[Any]
    sizes: list[int] = field(default_factory=list[int])
    depths: list[int] = field(default_factory=list[int])

    def require_small(self, size: int, depth: int, positions: slice = slice(None)) -> None:
        """Refuse parts that would be walked through for too long, or too deeply.

        Parts may share parts: a short file can describe a value that is endless to walk through.
        """
        if max(self.sizes[positions], default=0) > size:
            raise corrupt(f"holds a part of more than {size} values, where only a small one can be")
        if max(self.depths[positions], default=0) > depth:
            raise corrupt(f"holds a part nested deeper than {depth}")


@dataclass
class Loading:
    """What is needed while values are made again."""

    finder: Finder
    array: Callable[[Any], np.ndarray[Any, Any]]
    narrowed: list[Any] = field(default_factory=list[Any])
    """Arrays that lost half their digits."""


@dataclass(frozen=True)
class Kind:
    """One kind of value: its tag, how it is taken apart, how it is made.

    `same` says whether a value that occurs twice must be one object again; of the others, equal
    ones are stored once.
    """

    tag: str
    take: Callable[[Any, Sink], Taken]
    make: Callable[[Data, Items, Loading], Any]
    same: bool = False


_BY_TAG: dict[str, Kind] = {}
_BY_TYPE: dict[type, Kind] = {}
_BY_TEST: list[tuple[Callable[[Any], bool], Kind]] = []
_SEEN: WeakKeyDictionary[type, Kind] = WeakKeyDictionary()
"""Types whose kind a test has found: of these kinds, whose tests ask for the type alone."""
_TESTED_BY_TYPE = ("module", "enum", "namedtuple", "scalar", "dtype")


def add_kind(kind: Kind, *types: type, test: Callable[[Any], bool] | None = None) -> None:
    """Add a kind for exactly these types, or for what passes the test and no earlier one."""
    _BY_TAG[kind.tag] = kind
    for one in types:
        _BY_TYPE[one] = kind
    if test is not None:
        _BY_TEST.append((test, kind))


def kind_of(value: Any) -> Kind:
    """Give the kind of a value."""
    cls = type(value)
    kind = _BY_TYPE.get(cls) or _SEEN.get(cls)
    if kind is not None:
        return kind
    kind = next((known for fits, known in _BY_TEST if fits(value)), None)
    if kind is not None:
        if kind.tag in _TESTED_BY_TYPE:
            _SEEN[cls] = kind
        return kind
    raise _unsavable(value)


def _unsavable(value: Any) -> Refusal:
    cls = type(value)
    name = quoted(f"{cls.__module__}.{cls.__qualname__}")
    if isinstance(value, Tracer):
        return Refusal("is a tracer of JAX, without a value", "save outside of `jit` and `grad`")
    return Refusal(
        f"is a {name}, a kind of object that cannot be saved",
        "leave its field out with `field(save=False)`, or keep what it is made of instead",
    )


def take(value: Any, sink: Sink) -> tuple[Kind, Data, Sequence[Part]]:
    """Take a value apart: its kind, its head, and its parts."""
    kind = kind_of(value)
    taken = kind.take(value, sink)
    return kind, [kind.tag, *taken.data], taken.parts


def make(head: Any, items: Items, loading: Loading) -> Any:
    """Make a value from its head and its parts."""
    if not isinstance(head, list) or not head or not isinstance(head[0], str):
        raise corrupt("has a head without a tag")
    data: Data = head
    kind = _BY_TAG.get(data[0])
    if kind is None:
        raise corrupt(f"is of the kind {quoted(data[0])}, which parax does not know")
    try:
        return kind.make(data[1:], items, loading)
    except (
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        ArithmeticError,
        RecursionError,
    ) as error:
        if isinstance(error, CorruptFileError):
            raise
        # The data of a kind that parax itself writes: only a changed file can be wrong here.
        raise corrupt(f"is no {quoted(data[0])} that can be made: {error}") from error


_WRONG = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


def corrupt(words: str) -> Refusal:
    """Give what is wrong with a value that no save has written."""
    return Refusal(words, "the file was changed after it was written", CorruptFileError)
