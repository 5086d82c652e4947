"""Which parameters a filter, a name or a submodule stands for: the one resolver of all methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import equinox as eqx

from parax._diagnostic import did_you_mean, quoted
from parax.errors import (
    DuplicateNameError,
    ParameterTypeError,
    UnknownParameterError,
    UnknownSubmoduleError,
)
from parax.module._walk import ModuleEntry, NamedParam, Walk, usable, walk
from parax.parameters import Parameter

ParamFilter = Any
"""None, a name, a pattern, a path, a Parameter, a list of these, or a function of the name."""
Submodules = Any
"""None, a Module, its dotted path or name path, or a list of these."""


def select(
    tree: Any,
    param_filter: ParamFilter = None,
    *,
    include_fixed: bool = False,
    submodules: Submodules = None,
) -> list[NamedParam]:
    """List the parameters of a PyTree that a filter stands for, in PyTree order.

    Args:
        tree: any PyTree.
        param_filter: None for all; a full name, a glob pattern (`"C*"`), a dotted path, or any
            of these after `!` to leave it out; a Parameter; a list of these; or a function of
            the full name.
        include_fixed: whether fixed ones are listed too.
        submodules: a Module of the tree, its dotted path or its name path, or a list of these.

    Raises:
        UnknownParameterError: a name, pattern or Parameter that the tree does not have.
        UnknownSubmoduleError: a submodule that the tree does not have.
        ParameterTypeError: a filter of another type.
    """
    found = walk(tree)
    entries = found.entries if submodules is None else _below(found, submodules)
    if param_filter is not None:
        entries = [entries[place] for place in matching(entries, param_filter)]
    return list(usable(entries, include_fixed=include_fixed))


def find(tree: Any, name: Any, **options: Any) -> NamedParam:
    """Give the one parameter of a full name or dotted path.

    Raises:
        UnknownParameterError: there is none, or it is fixed and only free ones were asked for.
        DuplicateNameError: two parameters have this name.
    """
    if not isinstance(name, str):
        raise ParameterTypeError(
            f"a parameter is named by a string, and got {quoted(repr(name))}",
            hint="use a full name such as `filter_L` or a path such as `filter.L`",
        )
    asked = options.pop("include_fixed", False)
    entries = select(tree, include_fixed=True, **options)
    matches = [entry for entry in entries if entry.name == name]
    matches = matches or [entry for entry in entries if entry.path == name]
    if len(matches) > 1:
        raise DuplicateNameError(
            f"two parameters have the name {quoted(name)}: {quoted(matches[0].path)} and"
            f" {quoted(matches[1].path)}",
            hint="use the dotted path of one of them",
        )
    if matches and (asked or not matches[0].param.fixed):
        return matches[0]
    raise unknown_parameter(name, entries)


def unknown_parameter(name: str, entries: Sequence[NamedParam]) -> UnknownParameterError:
    """Describe a name that none of `entries` has, or that only a fixed one has."""
    if any(name in (entry.name, entry.path) for entry in entries):
        return UnknownParameterError(
            f"the parameter {quoted(name)} is fixed, and only free ones were asked for",
            hint="pass `include_fixed=True`",
        )
    known = [entry.path if "." in name else entry.name for entry in entries]
    return UnknownParameterError(
        f"there is no parameter {quoted(name)}",
        hint=did_you_mean(name, known) or "list the names with `param_names(include_fixed=True)`",
    )


def matching(
    entries: Sequence[NamedParam],
    param_filter: ParamFilter,
    *,
    prefixes: bool = False,
    ignore_unknown: bool = False,
) -> list[int]:
    """Give the places in `entries` that a filter stands for, in order.

    Args:
        entries: the parameters to choose from.
        param_filter: as for `select`.
        prefixes: whether strings are the beginnings of full names.
        ignore_unknown: whether what fits nothing is passed over.
    """
    if param_filter is None:
        return list(range(len(entries)))
    if isinstance(param_filter, str | Parameter):
        param_filter = [param_filter]
    elif callable(param_filter):
        return [place for place, entry in enumerate(entries) if param_filter(entry.name)]
    if not isinstance(param_filter, list | tuple | set | frozenset):
        raise _wrong_filter(param_filter)
    index = _Index(entries, prefixes)
    included: list[set[int]] = []
    left_out: set[int] = set()
    for item in param_filter:
        excluded = isinstance(item, str) and item.startswith("!")
        hits = index(item[1:] if excluded else item)
        if not hits and not ignore_unknown:
            raise _unknown(item[1:] if excluded else item, entries, prefixes)
        if excluded:
            left_out |= hits
        else:
            included.append(hits)
    everything = not included and len(param_filter) > 0  # only names to leave out
    kept = set(range(len(entries))) if everything else set().union(*included)
    return sorted(kept - left_out)


class _Index:
    """Places of parameters by name, by path and by identity."""

    def __init__(self, entries: Sequence[NamedParam], prefixes: bool) -> None:
        self.entries = entries
        self.prefixes = prefixes
        self.words: dict[str, set[int]] = {}
        self.objects: dict[int, set[int]] = {}
        for place, (name, path, param) in enumerate(entries):
            for word in {name, path}:
                self.words.setdefault(word, set()).add(place)
            self.objects.setdefault(id(param), set()).add(place)

    def __call__(self, item: Any) -> set[int]:
        if isinstance(item, Parameter):
            return self.objects.get(id(item), set())
        if not isinstance(item, str):
            raise _wrong_filter(item)
        if self.prefixes:
            return self._fitting(lambda entry: entry.name.startswith(item))
        hits = self.words.get(item, set())
        if hits or not any(mark in item for mark in "*?["):
            return hits
        dotted = "." in item
        return self._fitting(lambda entry: fnmatchcase(entry.path if dotted else entry.name, item))

    def _fitting(self, fits: Callable[[NamedParam], bool]) -> set[int]:
        return {place for place, entry in enumerate(self.entries) if fits(entry)}


def _unknown(
    item: str | Parameter, entries: Sequence[NamedParam], prefixes: bool
) -> UnknownParameterError:
    if isinstance(item, str) and not prefixes:
        return unknown_parameter(item, entries)
    if isinstance(item, str):
        return UnknownParameterError(
            f"no parameter has a name that begins with {quoted(item)}",
            hint=did_you_mean(item, [entry.name for entry in entries])
            or "list the names with `param_names(include_fixed=True)`",
        )
    return UnknownParameterError(
        f"the parameter {quoted(repr(item.name))} given as an object is not part of the module",
        hint="parameters are found by identity: take it from this module, or use its name",
    )


def _wrong_filter(item: Any) -> ParameterTypeError:
    return ParameterTypeError(
        f"a parameter filter cannot be {quoted(repr(item))} of type {quoted(type(item).__name__)}",
        hint="use a name, a pattern, a Parameter, a list of these, or a function of the name",
    )


def _below(found: Walk, submodules: Submodules) -> list[NamedParam]:
    return [found.entries[place] for place in places_below(found, submodules)]


def places_below(found: Walk, submodules: Submodules) -> list[int]:
    """Give the places of the parameters of some submodules, in order.

    Raises:
        UnknownSubmoduleError: a submodule that the tree does not have.
    """
    if not isinstance(submodules, list | tuple | set | frozenset):
        submodules = [submodules]
    places: set[int] = set()
    for item in submodules:
        for entry in modules_of(found.modules, item):
            places.update(range(entry.start, entry.stop))
    return sorted(places)


def modules_of(modules: Sequence[ModuleEntry], item: Any) -> list[ModuleEntry]:
    """Find the modules that one element of a `submodules` argument stands for."""
    if isinstance(item, str):
        by_path = [entry for entry in modules if entry.path == item]
        if by_path:
            return by_path
        by_name = [entry for entry in modules if entry.name == item]
        if len(by_name) > 1:
            raise DuplicateNameError(
                f"two submodules have the name {quoted(item)}: {quoted(by_name[0].path)} and"
                f" {quoted(by_name[1].path)}",
                hint="use the dotted path of one of them",
            )
        if by_name:
            return by_name
        known = [entry.path if "." in item else entry.name for entry in modules]
        raise UnknownSubmoduleError(
            f"there is no submodule {quoted(item)}",
            hint=did_you_mean(item, known) or "submodules are Modules below this one",
        )
    if not isinstance(item, eqx.Module):
        raise ParameterTypeError(
            f"a submodule cannot be {quoted(repr(item))} of type {quoted(type(item).__name__)}",
            hint="use a Module, its dotted path such as `a.b`, or a list of these",
        )
    found = [entry for entry in modules if entry.module is item]
    if not found:
        raise UnknownSubmoduleError(
            f"a {quoted(type(item).__name__)} given as an object is not part of this module",
            hint="submodules are found by identity: take it from this module, or use its path",
        )
    return found
