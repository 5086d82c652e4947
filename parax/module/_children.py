"""The modules below a module, and the names that paths have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax.tree_util as jtu

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, UnknownParameterError
from parax.module._walk import is_groups_key, step, walk
from parax.parameters import Parameter

_KEYS = (jtu.GetAttrKey, jtu.SequenceKey, jtu.DictKey, jtu.FlattenedIndexKey)


def submodules(tree: Any) -> list[Any]:
    """List all Modules below the root, depth first, each before its own; not those of groups.

    Example:
        >>> import equinox as eqx
        >>> tree = {"a": [eqx.nn.Identity()], "b": eqx.nn.PReLU()}
        >>> [type(module).__name__ for module in submodules(tree)]
        ['Identity', 'PReLU']
    """
    return [entry.module for entry in walk(tree).modules]


def children(tree: Any) -> list[Any]:
    """List the Modules directly below the root, also those inside lists, tuples and dicts."""
    result: list[Any] = []
    waiting = _below(tree)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, Parameter):
            continue
        if isinstance(node, eqx.Module):
            result.append(node)
        else:
            waiting[:0] = _below(node)
    return result


def _below(node: Any) -> list[Any]:
    pairs = jtu.default_registry.flatten_one_level_with_keys(node)
    return [] if pairs is None else [child for key, child in pairs[0] if not is_groups_key(key)]


def path_to_param_name(tree: Any, path: Sequence[Any]) -> str:
    """Give the full name of the parameter at a key path of JAX.

    Args:
        tree: the PyTree that the path belongs to, or one of the same structure.
        path: keys as `jax.tree_util.tree_flatten_with_path` gives them, to the parameter or to
            what is inside it.

    Raises:
        ParameterTypeError: a key of an unknown type.
        UnknownParameterError: the path leads to no parameter.

    Example:
        >>> import jax
        >>> tree = {"lst": [Parameter(1.0), Parameter(2.0, name="b")]}
        >>> leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
        >>> [path_to_param_name(tree, path) for path, _ in leaves]
        ['lst_0', 'lst_b']
    """
    node, segments, last = tree, [], ""
    for key in path:
        if isinstance(node, Parameter):
            break
        if not isinstance(key, _KEYS):
            raise ParameterTypeError(
                f"a key path is made of keys of JAX, and got {quoted(repr(key))} of type"
                f" {quoted(type(key).__name__)}",
                hint="take paths from `jax.tree_util.tree_flatten_with_path`",
            )
        pairs = jtu.default_registry.flatten_one_level_with_keys(node)
        found = dict(pairs[0]) if pairs is not None else {}
        if key not in found:
            raise _no_parameter(path)
        segment, last = step(node, key, found[key], last)
        segments.extend([] if segment is None else [segment])
        node = found[key]
    if not isinstance(node, Parameter):
        raise _no_parameter(path)
    return "_".join(segments) or last


def _no_parameter(path: Sequence[Any]) -> UnknownParameterError:
    return UnknownParameterError(
        f"the path {quoted(jtu.keystr(tuple(path)))} leads to no parameter",
        hint="paths are relative to the module whose method this is",
    )
