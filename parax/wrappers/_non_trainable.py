"""Values that optimisers leave alone."""

from __future__ import annotations

from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.tree_util as jtu

from parax._abstract import AbstractConstant, AbstractUnwrappable
from parax.parameters import Parameter

T = TypeVar("T")


class NonTrainable(AbstractUnwrappable[T], AbstractConstant[T]):
    """A tree of which no gradient is taken.

    It unwraps to the tree with `jax.lax.stop_gradient` on every array. A regulariser that runs
    before `unwrap` still sees the arrays; leave these out of it with
    `is_leaf=lambda x: isinstance(x, NonTrainable)`.

    Args:
        tree: any PyTree. One that is a `NonTrainable` already is not wrapped twice.

    Example:
        >>> import jax.numpy as jnp
        >>> from parax.wrappers import unwrap
        >>> jax.grad(lambda x: (unwrap(NonTrainable(x)) * x).sum())(jnp.array([3.0])).tolist()
        [3.0]
    """

    tree: T

    def __init__(self, tree: Any) -> None:
        self.tree = tree.tree if type(tree) is NonTrainable else tree

    def unwrap(self) -> T:
        """Give the tree, without gradients; numbers of Python and the like as they are."""
        return jtu.tree_map(_stopped, self.tree)

    def free(self) -> T:
        """Give the tree."""
        return self.tree


def non_trainable(tree: Any) -> Any:
    """Wrap each floating-point or complex array in `NonTrainable`, and fix each Parameter.

    Integers, Python numbers and text stay as they are, and so does what is wrapped already. The
    arrays inside other wrappers are wrapped.

    Args:
        tree: any PyTree, which is not changed.

    Returns:
        A tree of the same form.

    Example:
        >>> import jax.numpy as jnp
        >>> frozen = non_trainable({"w": jnp.ones(2), "p": Parameter(1.0), "n": 3})
        >>> type(frozen["w"]).__name__, frozen["p"].fixed, frozen["n"]
        ('NonTrainable', True, 3)
    """
    return jtu.tree_map(_frozen, tree, is_leaf=lambda x: isinstance(x, NonTrainable | Parameter))


def _frozen(x: Any) -> Any:
    if isinstance(x, Parameter):
        return x.as_fixed()
    return NonTrainable(x) if eqx.is_inexact_array(x) else x


def _stopped(x: Any) -> Any:
    # No gradient flows into an array of NumPy, which JAX would round to 32 bit here.
    return jax.lax.stop_gradient(x) if isinstance(x, jax.Array) else x
