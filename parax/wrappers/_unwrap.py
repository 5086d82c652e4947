"""Wrapped nodes replaced by the values that they stand for."""

from __future__ import annotations

from typing import Any, TypeGuard

import jax.tree_util as jtu

from parax._abstract import AbstractUnwrappable
from parax.parameters import Parameter


def is_unwrappable(x: Any) -> TypeGuard[AbstractUnwrappable[Any]]:
    """Tell whether `x` is a node that `unwrap` replaces.

    Example:
        >>> is_unwrappable(Parameter(1.0)), is_unwrappable([Parameter(1.0)])
        (True, False)
    """
    return isinstance(x, AbstractUnwrappable)


def contains_unwrappables(tree: Any) -> bool:
    """Tell whether `unwrap` would replace anything; a Parameter counts.

    Example:
        >>> contains_unwrappables([1.0, {"p": Parameter(1.0)}]), contains_unwrappables([1.0])
        (True, False)
    """
    return any(map(is_unwrappable, jtu.tree_leaves(tree, is_leaf=is_unwrappable)))


def unwrap(tree: Any) -> Any:
    """Replace every wrapped node of a tree by the value that it stands for.

    Nested nodes are replaced innermost first, in one pass: what a node gives is not looked into.
    A Parameter becomes its scaled value, without a gradient if it is fixed.

    Args:
        tree: any PyTree, which is not changed.

    Returns:
        The tree with values in place of wrapped nodes, and everything else as it was. A Parameter
        without a value, one half of a partition, stays.

    Raises:
        Exception: what a node raises is raised with a note that gives the path of the node.

    Example:
        >>> import jax.numpy as jnp
        >>> from parax.wrappers import Parameterize
        >>> unwrap(("abc", 1, Parameterize(jnp.square, Parameter(2.0, scale=3.0))))
        ('abc', 1, Array(36., dtype=...))
    """
    return _unwrapped((), tree)


def _unwrapped(path: tuple[Any, ...], node: Any) -> Any:
    """Unwrap what is inside a node, then the node."""
    if isinstance(node, Parameter):  # holds arrays alone
        return node.unwrap()
    inside = jtu.tree_map_with_path(
        lambda keys, child: _unwrapped((*path, *keys), child) if is_unwrappable(child) else child,
        node,
        is_leaf=lambda child: child is not node and is_unwrappable(child),
    )
    if not isinstance(inside, AbstractUnwrappable):
        return inside
    try:
        return inside.unwrap()
    except Exception as error:
        where = jtu.keystr(path) or "the root"
        error.add_note(f"while unwrapping the `{type(node).__name__}` at {where} of the tree")
        raise
