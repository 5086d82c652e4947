"""Parameters and groups of other modules taken over by one of the same structure."""

from __future__ import annotations

from typing import Any, NamedTuple

import equinox as eqx

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, UnknownParameterError
from parax.module._diff import describe_difference
from parax.module._groups import Node, groups_of, tree_of, with_groups
from parax.module._regroup import overriding
from parax.module._update import with_replaced
from parax.module._walk import walk
from parax.parameters import ParameterGroup


def merged(module: Any, others: Any) -> Any:
    """Take over free parameters and explicit groups of other modules, the last one wins.

    Args:
        module: what everything else is taken from: arrays, static fields, fixed parameters.
        others: a module of the same structure, or a list of these.

    Raises:
        UnknownParameterError: a module of another structure; what differs is named.
        ParameterTypeError: no module.
    """
    found = [others] if isinstance(others, eqx.Module) else others
    if not isinstance(found, list | tuple):
        raise _no_module(others)
    mine = _outline(module)
    for other in found:
        if not isinstance(other, eqx.Module):
            raise _no_module(other)
        if _outline(other) != mine:
            raise UnknownParameterError(
                f"a {quoted(type(other).__name__)} of another structure cannot be merged:"
                f" {describe_difference(module, other)}",
                hint="merge modules that have the same submodules, and parameters of the same"
                " names and shapes",
            )
        module = _with_groups_of(_with_params_of(module, other), other)
    return module


class _Outline(NamedTuple):
    """What modules must have in common to be merged."""

    params: list[tuple[str, str, tuple[int, ...] | None]]
    modules: list[tuple[str, type]]


def _outline(module: Any) -> _Outline:
    found = walk(module)
    return _Outline(
        [
            (name, path, None if param.latent_value is None else param.shape)
            for name, path, param in found.entries
        ],
        [("", type(module)), *((entry.path, type(entry.module)) for entry in found.modules)],
    )


def _with_params_of(module: Any, other: Any) -> Any:
    entries = walk(other).entries
    free = {
        place: entry.param
        for place, entry in enumerate(entries)
        if entry.param.latent_value is not None and not entry.param.fixed
    }
    return with_replaced(module, free)


def _with_groups_of(module: Any, other: Any) -> Any:
    root = tree_of(module)
    new: dict[int, list[ParameterGroup]] = {}
    _pair(root, tree_of(other), new)
    return with_groups(root, lambda node: new[id(node)])


def _pair(mine: Node, theirs: Node, new: dict[int, list[ParameterGroup]]) -> None:
    new[id(mine)] = overriding(groups_of(mine.module), groups_of(theirs.module))
    for one, other in zip(mine.children, theirs.children, strict=True):
        _pair(one, other, new)


def _no_module(value: Any) -> ParameterTypeError:
    return ParameterTypeError(
        f"a module is merged with modules, and got {quoted(repr(value))} of type"
        f" {quoted(type(value).__name__)}",
        hint="give a module of the same structure, or a list of these",
    )
