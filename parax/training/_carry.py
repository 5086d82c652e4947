"""What a loop carries: the arrays that change, and the rest, which stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.tree_util as jtu

from parax.errors import ScanError
from parax.module import first_difference
from parax.training._words import kind


class Carry:
    """A carry, cut into the leaves that JAX carries and those that are static.

    Arrays are carried, and so are numbers of Python, as `jax.lax.scan` does it; but a number of
    Python in a Module is part of how the model is built, `range(self.order)`, and stays static as
    long as the function hands it back as it was.
    """

    def __init__(self, func: Callable[..., Any], init: Any, x: Any) -> None:
        self.func = func
        self.leaves, self.structure = jtu.tree_flatten(init)
        in_module = _in_module(init)
        self.moving = [
            eqx.is_array(leaf) or (_is_number(leaf) and not inside)
            for leaf, inside in zip(self.leaves, in_module, strict=True)
        ]
        while changed := self._changed_numbers(x):
            for place in changed:
                self.moving[place] = True

    @property
    def arrays(self) -> list[Any]:
        """The leaves that are carried, with their values before the first step."""
        return self.moving_of(self.leaves)

    def moving_of(self, leaves: Sequence[Any]) -> list[Any]:
        """Choose the leaves that are carried."""
        return [leaf for leaf, moves in zip(leaves, self.moving, strict=True) if moves]

    def joined(self, arrays: Sequence[Any]) -> Any:
        """Give the carry with these values of its arrays."""
        values = iter(arrays)
        pairs = zip(self.leaves, self.moving, strict=True)
        leaves = [next(values) if moves else leaf for leaf, moves in pairs]
        return jtu.tree_unflatten(self.structure, leaves)

    def step(self, arrays: Sequence[Any], x: Any) -> tuple[list[Any], Any]:
        """Take one step of the function.

        Raises:
            ScanError: it gives no pair, or a carry that is not built as it was.
        """
        old = self.joined(arrays)
        new, y = _pair(self.func(old, x))
        difference = first_difference(old, new, called="the carry")
        if difference is not None:
            raise ScanError(
                f"the carry must stay as it is built: {difference}",
                hint="begin with the structure, shapes and dtypes that the function gives back",
            )
        return self.moving_of(jtu.tree_leaves(new)), y

    def _changed_numbers(self, x: Any) -> list[int]:
        """Find numbers of Python that are static yet, and that one step changes."""
        still = [
            place
            for place, (leaf, moves) in enumerate(zip(self.leaves, self.moving, strict=True))
            if _is_number(leaf) and not moves
        ]
        if not still:
            return []
        seen: list[Any] = []

        def look(arrays: list[Any], x: Any) -> None:
            seen[:], structure = jtu.tree_flatten(_pair(self.func(self.joined(arrays), x))[0])
            if structure != self.structure:
                seen[:] = self.leaves  # the first real step says so

        jax.eval_shape(look, self.arrays, x)
        return [place for place in still if not _same_number(self.leaves[place], seen[place])]


def _pair(result: Any) -> tuple[Any, Any]:
    if isinstance(result, tuple | list) and len(result) == 2:
        return result[0], result[1]
    raise ScanError(
        f"the function must give a pair `(carry, y)`, and gave {kind(result)}",
        hint="return `carry, None` if there is nothing to collect",
    )


def _in_module(tree: Any) -> list[bool]:
    """Tell of each leaf whether it is part of a Module."""
    inside: list[bool] = []
    for node in jtu.tree_leaves(tree, is_leaf=_is_module):
        inside.extend([_is_module(node)] * len(jtu.tree_leaves(node)))
    return inside


def _is_module(x: Any) -> bool:
    return isinstance(x, eqx.Module)


def _is_number(x: Any) -> bool:
    return isinstance(x, bool | int | float | complex) and not eqx.is_array(x)


def _same_number(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new or (old != old and new != new))
