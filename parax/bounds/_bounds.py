"""The lower and the upper limit of every number in a tree."""

from __future__ import annotations

from typing import Any, TypeGuard

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._abstract import AbstractBounded, AbstractConstant, AbstractUnwrappable
from parax._diagnostic import kind_of
from parax.errors import BoundsError
from parax.parameters import Parameter
from parax.wrappers import unwrap

Pair = tuple[Any, Any]


def is_bounded(x: Any) -> TypeGuard[AbstractBounded[Any]]:
    """Tell whether `x` is a node that knows its limits; a Parameter always is.

    Example:
        >>> is_bounded(Parameter(1.0)), is_bounded(1.0)
        (True, False)
    """
    return isinstance(x, AbstractBounded)


def tree_lower(tree: Any) -> Any:
    """Give the lower limit of every number in a tree.

    Args:
        tree: any PyTree of bounded nodes and of floating-point or complex arrays.

    Returns:
        The tree with the lower limits in place of each bounded node (of a Parameter, those of its
        scaled value), with -inf in place of each other number, and None where the tree has it.
        Other wrapped nodes have the form of what they unwrap to: if all bounded nodes are
        unwrappable, the result has the structure and shapes of `unwrap(tree)`. A Parameter without
        a value stays.

    Raises:
        BoundsError: a leaf that can have no bounds, such as a Python number or an integer array.

    Example:
        >>> tree = {"p": Parameter(1.0, bounds=[0, 5], scale=-2.0), "q": Parameter([1.0, 2.0])}
        >>> jax.tree.map(lambda limit: limit.tolist(), tree_lower(tree))
        {'p': -10.0, 'q': [-inf, -inf]}
    """
    return _limits(tree, "tree_lower")[0]


def tree_upper(tree: Any) -> Any:
    """Give the upper limit of every number in a tree, as `tree_lower` does the lower.

    Raises:
        BoundsError: a leaf that can have no bounds, such as a Python number or an integer array.

    Example:
        >>> float(tree_upper([Parameter(1.0, bounds=[0, 5])])[0])
        5.0
    """
    return _limits(tree, "tree_upper")[1]


def tree_bounds(tree: Any) -> Pair:
    """Give `(tree_lower(tree), tree_upper(tree))` in one walk.

    These limit what computations see. For an optimiser that works on latent values use
    `Parameter.latent_bounds` or `parax.module.trainable_bounds`. On the output of
    `parax.partition` there are no bounds: the metadata went to the other half.

    Raises:
        BoundsError: a leaf that can have no bounds, such as a Python number or an integer array.

    Example:
        >>> [limit.tolist() for limit in tree_bounds(Parameter([1.0, 2.0], bounds=(0, 5)))]
        [[0.0, 0.0], [5.0, 5.0]]
    """
    return _limits(tree, "tree_bounds")


def _limits(tree: Any, asked: str, path: tuple[Any, ...] = ()) -> Pair:
    found, structure = jtu.tree_flatten_with_path(tree, is_leaf=_is_answered)
    pairs = [_pair((*path, *keys), leaf, asked) for keys, leaf in found]
    lower, upper = ([pair[side] for pair in pairs] for side in (0, 1))
    return jtu.tree_unflatten(structure, lower), jtu.tree_unflatten(structure, upper)


def _is_answered(x: Any) -> bool:
    return isinstance(x, AbstractBounded | AbstractUnwrappable)


def _pair(path: tuple[Any, ...], leaf: Any, asked: str) -> Pair:
    """Give the limits of one node that is not entered."""
    if isinstance(leaf, Parameter) and leaf.latent_value is None:
        return leaf, leaf  # as `unwrap` does
    if isinstance(leaf, AbstractBounded):
        return leaf.lower_upper()
    if isinstance(leaf, AbstractUnwrappable):
        if isinstance(leaf, AbstractConstant):  # it stands for what it tags
            return _limits(leaf.free(), asked, path)
        return _limits(eqx.filter_eval_shape(unwrap, leaf), asked, path)
    if eqx.is_inexact_array(leaf):
        return _filled(leaf, -np.inf), _filled(leaf, np.inf)
    if isinstance(leaf, jax.ShapeDtypeStruct) and jnp.issubdtype(leaf.dtype, jnp.inexact):
        return _filled(leaf, -np.inf), _filled(leaf, np.inf)
    raise _refused(path, leaf, asked)


def _filled(array: Any, limit: float) -> Any:
    """Fill an array; of a complex one the real part, and the imaginary part is zero."""
    # NumPy stays with NumPy: JAX would round its 64 bits to 32 where that is the setting
    full = np.full_like if isinstance(array, np.ndarray | np.generic) else jnp.full_like
    return full(array, limit)


def _refused(path: tuple[Any, ...], leaf: Any, asked: str) -> BoundsError:
    where, dtype = jtu.keystr(path) or "the root", getattr(leaf, "dtype", None)
    what = kind_of(leaf) if dtype is None else f"an array of dtype {dtype}"
    return BoundsError(
        f"`{asked}` has no bounds for the leaf at `{where}`, {what}",
        hint="make it a static field, or leave it out with"
        " `equinox.filter(tree, equinox.is_inexact_array)`",
        function=asked,
        path=where,
        type=type(leaf).__name__,
        dtype=None if dtype is None else str(dtype),
    )
