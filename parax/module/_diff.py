"""What changed between two models, by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import equinox as eqx

from parax._diagnostic import quoted
from parax.module._facts import Key, equal, facts
from parax.module._text import short
from parax.module._walk import NamedParam, walk
from parax.parameters import Parameter

ChangeKind = Literal[
    "added", "removed", "class", "name", "shape", "value", "fixed", "bounds", "distribution",
    "transform", "scale", "unit", "info", "field", "array",
]  # fmt: skip
_STRUCTURAL = ("added", "removed", "class", "name", "shape", "field")
_SIGNS = {"added": "+", "removed": "-"}
_LISTED = 40
_NAMED = 3


class Change(NamedTuple):
    """One thing that differs.

    Attributes:
        name: full name of the parameter; the dotted path of anything else, empty for the root.
        kind: what of it differs: `value`, `bounds`, `added`, ...
        before: as it is in the first model; None if it is not there.
        after: as it is in the second.
    """

    name: str
    kind: ChangeKind
    before: Any
    after: Any

    def __str__(self) -> str:
        sign, name = _SIGNS.get(self.kind, "~"), self.name or "(root)"
        if self.kind == "added":
            return f"{sign} {name}: {short(self.after)}"
        if self.kind == "removed":
            return f"{sign} {name}: {short(self.before)}"
        return f"{sign} {name} {self.kind}: {short(self.before)} → {short(self.after)}"


@dataclasses.dataclass(frozen=True, repr=False)
class Difference:
    """What `diff` found: a sequence of `Change`, false if there is none; `str` of it is a text."""

    changes: tuple[Change, ...]

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __getitem__(self, index: int) -> Change:
        return self.changes[index]

    def of(self, *kinds: ChangeKind) -> Difference:
        """Give the changes of some kinds only."""
        return Difference(tuple(change for change in self.changes if change.kind in kinds))

    def to_dict(self) -> dict[str, dict[str, tuple[Any, Any]]]:
        """Give `{name: {kind: (before, after)}}`."""
        result: dict[str, dict[str, tuple[Any, Any]]] = {}
        for name, kind, before, after in self.changes:
            result.setdefault(name, {})[kind] = (before, after)
        return result

    def __str__(self) -> str:
        if not self.changes:
            return "no difference"
        lines = [str(change) for change in self.changes[:_LISTED]]
        if len(self.changes) > _LISTED:
            lines.append(f"… {len(self.changes) - _LISTED} more")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Difference\n{self}\n>"


def diff(a: Any, b: Any) -> Difference:
    """Tell what changed between two models, by the names of their parameters.

    Arrays that are equal, NaN included, do not differ; two abstract ones, as under `jit`, differ
    if shape or dtype do.

    Args:
        a: any PyTree: the model as it was.
        b: any PyTree: as it is now.

    Returns:
        What differs: parameters first, in the order of `a` and then of `b`; then classes, static
        fields, groups and arrays outside parameters, by their dotted path. A parameter that
        differs in its name only has a change of kind `name`, and is called by its first name.

    Example:
        >>> from parax.parameters import Fixed, Parameter
        >>> old = {"L": Parameter(2.0), "C": Parameter(1.0), "n": 3}
        >>> new = {"L": Parameter(2.5), "C": Fixed(1.0), "R": Parameter(50.0), "n": 3}
        >>> print(diff(old, new))
        ~ C fixed: False → True
        ~ L value: 2 → 2.5
        + R: 50
        >>> diff(old, new).to_dict()["C"]
        {'fixed': (False, True)}
    """
    return Difference((*_param_changes(a, b), *_other_changes(a, b)))


def describe_difference(a: Any, b: Any) -> str:
    """Say in part of a sentence how the structures of two models differ; empty if they do not.

    Values, bounds and distributions are no part of the structure, nor is whether a parameter is
    fixed.

    Example:
        >>> from parax.parameters import Parameter
        >>> describe_difference({"L": Parameter(1.0)}, {"L": Parameter([1.0, 2.0])})
        '`L` has the shape `()` in the first and `(2,)` in the second'
    """
    changes = diff(a, b).of(*_STRUCTURAL).changes
    words = [_sentence(change) for change in changes[:_NAMED]]
    if len(changes) > _NAMED:
        words.append(f"and more ({len(changes) - _NAMED})")
    return ", ".join(words)


def _sentence(change: Change) -> str:
    name, kind, before, after = change
    called = quoted(name) if name else "the model"
    if kind == "added":
        return f"{called} is in the second only"
    if kind == "removed":
        return f"{called} is in the first only"
    verb = {"class": "is of the class", "name": "has the name"}.get(kind, f"has the {kind}")
    if kind == "field":
        verb = "is"
    first, second = quoted(short(before)), quoted(short(after))
    return f"{called} {verb} {first} in the first and {second} in the second"


# --- Parameters -------------------------------------------------------------------------------


def _param_changes(a: Any, b: Any) -> list[Change]:
    old, new = walk(a).entries, walk(b).entries
    partners, added = _paired(old, new)
    changes: list[Change] = []
    for before, after in zip(old, partners, strict=True):
        if after is None:
            changes.append(Change(before.name, "removed", before.param, None))
        else:
            if before.name != after.name:
                changes.append(Change(before.name, "name", before.name, after.name))
            changes.extend(_between(before.name, before.param, after.param))
    return changes + [Change(entry.name, "added", None, entry.param) for entry in added]


def _paired(
    old: list[NamedParam], new: list[NamedParam]
) -> tuple[list[NamedParam | None], list[NamedParam]]:
    """Find for each old parameter its new one: of the same name, else at the same path."""
    rest = dict(enumerate(new))
    partners: list[NamedParam | None] = [None] * len(old)
    for key in (lambda entry: (entry.name, entry.path), _name, _path):
        places: dict[Any, list[int]] = {}
        for place, entry in rest.items():
            places.setdefault(key(entry), []).append(place)
        for i, entry in enumerate(old):
            if partners[i] is None and (found := places.get(key(entry))):
                partners[i] = rest.pop(found.pop(0))
    return partners, list(rest.values())


def _name(entry: NamedParam) -> str:
    return entry.name


def _path(entry: NamedParam) -> str:
    return entry.path


def _between(name: str, old: Parameter, new: Parameter) -> Iterator[Change]:
    if old is new:
        return
    if old.fixed != new.fixed:
        yield Change(name, "fixed", old.fixed, new.fixed)
    if old.shape != new.shape:
        yield Change(name, "shape", old.shape, new.shape)
    before, after = old.value, new.value
    if not equal(before, after):
        yield Change(name, "value", before, after)
    if old.metadata is new.metadata:
        return
    kinds: tuple[ChangeKind, ...] = (
        "bounds", "distribution", "transform", "scale", "unit", "info"
    )  # fmt: skip
    for kind in kinds:
        before, after = getattr(old, kind, None), getattr(new, kind, None)
        if not equal(before, after):
            yield Change(name, kind, before, after)


# --- Everything else --------------------------------------------------------------------------


def _other_changes(a: Any, b: Any) -> Iterator[Change]:
    old, new = facts(a), facts(b)
    for key, before in old.items():
        path, kind = key
        if key not in new:
            if _is_top(path, old, new):
                yield Change(path, "removed", before, None)
        elif not equal(before, new[key]):
            is_array = eqx.is_array(before) or eqx.is_array(new[key])
            yield Change(path, "array" if is_array else kind, before, new[key])
    for key, after in new.items():
        if key not in old and _is_top(key[0], new, old):
            yield Change(key[0], "added", None, after)


def _is_top(path: str, own: dict[Key, Any], other: dict[Key, Any]) -> bool:
    """Tell whether the nearest module above `path` is in the other model too."""
    while path:
        path = path.rpartition(".")[0]
        if (path, "class") in own:
            return (path, "class") in other
    return True
