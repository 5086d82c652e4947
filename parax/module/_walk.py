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
    if isinstance(node, Parameter):
        found.entries.append(NamedParam("_".join(segments) or last, path, node))
        return
    children = jtu.default_registry.flatten_one_level_with_keys(node)
    if children is None:
        return
    place, start = len(found.modules), len(found.entries)
    is_module = isinstance(node, eqx.Module) and path != ""
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


def own_name(node: Any) -> str | None:
    """Give the name that a Parameter or a Module carries itself, if it is a string."""
    if isinstance(node, Parameter):
        name = node.name
    elif isinstance(node, eqx.Module) and "name" in type(node).__dataclass_fields__:
        name = getattr(node, "name", None)
    else:
        return None
    return name if isinstance(name, str) else None


def _is_transparent(node: Any, word: str) -> bool:
    """Tell whether a field of `node` adds nothing to a name; an instance may say so itself."""
    fields = _transparent_fields(type(node))
    if fields is None:
        return False
    whole, some = fields
    own = vars(node).get("_transparent") if isinstance(node, eqx.Module) else None
    return word in some or (whole if own is None else bool(own))


@lru_cache(maxsize=4096)
def _transparent_fields(cls: type) -> tuple[bool, frozenset[str]] | None:
    """Give whether a class adds nothing to names at all, and its fields that do not."""
    fields = getattr(cls, "__dataclass_fields__", None)
    if fields is None:
        return None
    some = frozenset(f.name for f in fields.values() if f.metadata.get("transparent", False))
    return bool(cls.__dict__.get("_is_transparent", False)), some


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
