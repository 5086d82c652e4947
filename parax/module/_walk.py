"""One walk over a PyTree that finds every Parameter, its full name and its attribute path.

Linear in the number of nodes, and in the order of the PyTree itself, so that the n-th Parameter
found here is the n-th that `jax.tree_util.tree_flatten` meets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import equinox as eqx
import jax.tree_util as jtu

from parax.parameters import Parameter

GROUPS_FIELD = "_param_groups"
"""The field of a Module that holds its groups: no parameter lives below it."""


class NamedParam(NamedTuple):
    """A Parameter with its full name and the path of attributes that leads to it."""

    name: str
    path: str
    param: Parameter


class ModuleEntry(NamedTuple):
    """A Module below the root; its parameters are `entries[start:stop]` of the walk."""

    name: str
    path: str
    module: eqx.Module
    start: int
    stop: int


class Walk(NamedTuple):
    """All Parameters of a tree, valueless ones included, and all Modules, in PyTree order."""

    entries: list[NamedParam]
    modules: list[ModuleEntry]


def walk(tree: Any) -> Walk:
    """Find all Parameters and Modules of a tree."""
    found = Walk([], [])
    _visit(tree, (), "", "", found)
    return found


def _visit(node: Any, segments: tuple[str, ...], path: str, last: str, found: Walk) -> None:
    """Enter `node`; `last` is the name of the last attribute passed on the way."""
    facts = _facts(type(node))
    if facts.is_param:
        found.entries.append(NamedParam("_".join(segments) or last, path, node))
        return
    children = jtu.default_registry.flatten_one_level_with_keys(node)
    if children is None:
        return
    place, start = len(found.modules), len(found.entries)
    is_module = facts.is_module and path != ""
    if is_module:  # parents before children; completed below
        found.modules.append(ModuleEntry("_".join(segments) or last, path, node, start, start))
    prefix = f"{path}." if path else ""
    for key, child in children[0]:
        if child is None or is_groups_key(key):
            continue
        segment, deeper = step(node, key, child, last)
        below = segments if segment is None else (*segments, segment)
        _visit(child, below, prefix + key_text(key), deeper, found)
    if is_module:
        found.modules[place] = found.modules[place]._replace(stop=len(found.entries))


def step(node: Any, key: Any, child: Any, last: str) -> tuple[str | None, str]:
    """Give what one step down from `node` adds to a name, and the last attribute after it (M9)."""
    word = key_text(key)
    if isinstance(key, jtu.GetAttrKey):
        hidden = _is_transparent(node, word)
        return own_name(child) or (None if hidden else word), word
    if isinstance(key, jtu.DictKey):
        return word, last or word
    return own_name(child) or word, last or word


def is_groups_key(key: Any) -> bool:
    """Tell whether a step leads to the groups of a module, where no parameter lives."""
    return isinstance(key, jtu.GetAttrKey) and key.name == GROUPS_FIELD


_TEXTS: dict[type, Callable[[Any], str]] = {
    jtu.GetAttrKey: lambda key: key.name,
    jtu.SequenceKey: lambda key: str(key.idx),
    jtu.DictKey: lambda key: str(key.key),
    jtu.FlattenedIndexKey: lambda key: str(key.key),
}


def key_text(key: Any) -> str:
    """Give one step of a key path as it is written in a dotted path."""
    text = _TEXTS.get(type(key))
    return str(key) if text is None else text(key)


def path_text(keys: Sequence[Any]) -> str:
    """Give a key path of JAX as attributes, indices and keys joined by dots."""
    return ".".join(map(key_text, keys))


def own_name(node: Any) -> str | None:
    """Give the name that a Parameter or a Module carries itself, if it is a string."""
    if not _facts(type(node)).has_name:
        return None
    name = getattr(node, "name", None)
    return name if isinstance(name, str) else None


def _is_transparent(node: Any, word: str) -> bool:
    """Tell whether a field of `node` adds nothing to a name; an instance may say so itself."""
    facts = _facts(type(node))
    own = vars(node).get("_transparent") if facts.is_module else None
    return word in facts.transparent or (facts.is_transparent if own is None else bool(own))


class _Facts(NamedTuple):
    """What the walk asks of a class; its `isinstance` is slow, and there are few classes."""

    is_param: bool
    is_module: bool
    has_name: bool
    is_transparent: bool
    """Whether the class adds nothing to names at all."""
    transparent: frozenset[str]
    """The fields that add nothing."""


@lru_cache(maxsize=4096)
def _facts(cls: type) -> _Facts:
    is_param, is_module = issubclass(cls, Parameter), issubclass(cls, eqx.Module)
    fields = getattr(cls, "__dataclass_fields__", {})
    return _Facts(
        is_param=is_param,
        is_module=is_module,
        has_name=is_param or (is_module and "name" in fields),
        is_transparent=bool(fields) and bool(cls.__dict__.get("_is_transparent", False)),
        transparent=frozenset(
            f.name for f in fields.values() if f.metadata.get("transparent", False)
        ),
    )


def named_params(tree: Any, *, include_fixed: bool = False) -> tuple[NamedParam, ...]:
    """List the Parameters of any PyTree with their full names and attribute paths.

    Args:
        tree: any PyTree: a Module, or lists and dicts of these.
        include_fixed: whether fixed Parameters are listed too.

    Returns:
        `(name, path, param)` for each Parameter that has a value, in PyTree order. A name is
        joined by `_` from the names on the way (`filter_stage1_L`), a path by dots from the
        attributes (`filter.stage1.L`, `lst.0.loc`).

    Example:
        >>> from parax.parameters import Fixed, Parameter
        >>> tree = {"lst": [Parameter(1.0), Parameter(2.0, name="b")], "c": Fixed(3.0)}
        >>> [(name, path) for name, path, _ in named_params(tree)]
        [('lst_0', 'lst.0'), ('lst_b', 'lst.1')]
    """
    return tuple(usable(walk(tree).entries, include_fixed=include_fixed))


def usable(entries: Sequence[NamedParam], *, include_fixed: bool) -> Iterator[NamedParam]:
    """Leave out Parameters without a value, and fixed ones unless asked for."""
    for entry in entries:
        param = entry.param
        if param.latent_value is not None and (include_fixed or not param.fixed):
            yield entry
