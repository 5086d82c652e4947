"""Masks: for which elements a value is wanted, as terms and as booleans (X21).

A mask is a term in a table, so that equal ones are one and a plan can compare them before any
value is known. Its booleans are an array that broadcasts against the value, or a tree of such
arrays where a condition is a tree.
"""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu

from parax.graph._masked import bared, is_masked

ALL = 0
"""The mask of what is wanted everywhere."""

Below = Callable[[jax.Array, tuple[int, ...]], jax.Array]
"""From the wanted elements of a value and an operand's shape to the operand's wanted elements."""


class Masks:
    """The table of terms."""

    def __init__(self) -> None:
        self.terms: list[tuple[Any, ...]] = [("all",)]
        self._known: dict[tuple[Any, ...], int] = {("all",): ALL}

    def _make(self, *term: Any) -> int:
        number = self._known.get(term)
        if number is None:
            number = self._known[term] = len(self.terms)
            self.terms.append(term)
        return number

    def taken(self, outer: int, condition: int, *, branch: bool) -> int:
        """Where `outer` holds and the condition's node chooses this branch."""
        return self._make("taken", outer, condition, branch)

    def counts(self, outer: int, node: int) -> int:
        """Where `outer` holds and a node's masked value counts; all of it if it is not masked."""
        return self._make("counts", outer, node)

    def any(self, mask: int) -> int:
        """Whether the mask holds anywhere."""
        return mask if mask == ALL or self.terms[mask][0] == "any" else self._make("any", mask)

    def item(self, mask: int, node: int, position: int) -> int:
        """The part of a tree's mask that is one item's."""
        return (
            mask
            if mask == ALL or self.terms[mask][0] == "any"
            else self._make("item", mask, node, position)
        )

    def below(self, mask: int, node: int, position: int) -> int:
        """The elements of an operand that the wanted elements of a node's value are made of."""
        return (
            mask
            if mask == ALL or self.terms[mask][0] == "any"
            else self._make("below", mask, node, position)
        )

    def union(self, left: int, right: int) -> int:
        """Where either holds; both branches of one choice are where that choice is wanted."""
        if left == right:
            return left
        if ALL in (left, right):
            return ALL
        one, other = self.terms[left], self.terms[right]
        if one[0] == other[0] == "taken" and one[1:3] == other[1:3]:
            return one[1]
        return self._make("union", min(left, right), max(left, right))


@contextmanager
def forgetting(known: dict[Any, Any]) -> Generator[None, None, None]:
    """Take out of a dict, at the end of a block, what was put in during it."""
    size = len(known)
    yield
    while len(known) > size:
        known.popitem()


class MaskValues:
    """Masks as booleans, each computed once.

    Args:
        terms: the table.
        value: gives a node's value, unguarded.
        treedef: gives the structure of a tree's node.
        below: gives the rule by which a node's operand takes over its mask, and the operand.
    """

    def __init__(
        self,
        terms: Sequence[tuple[Any, ...]],
        value: Callable[[int], Any],
        treedef: Callable[[int], Any],
        below: Callable[[int, int], tuple[Below, int]],
    ) -> None:
        self._terms = terms
        self._value = value
        self._treedef = treedef
        self._below = below
        self._known: dict[int, Any] = {ALL: jnp.asarray(True)}

    def value(self, mask: int) -> Any:
        """Give one mask's booleans."""
        pending = [mask]
        while pending:  # terms may nest deeply
            current = pending[-1]
            needs = [one for one in parts(self._terms[current]) if one not in self._known]
            if needs:
                pending.extend(needs)
                continue
            pending.pop()
            if current not in self._known:
                self._known[current] = self._compute(*self._terms[current])
        return self._known[mask]

    @contextmanager
    def branch(self) -> Generator[None, None, None]:
        """Forget at the end of a block what was found in it: masks of one branch alone."""
        with forgetting(self._known):
            yield

    def _compute(self, kind: str, *facts: Any) -> Any:
        known = self._known
        if kind == "any":
            return any_of(known[facts[0]])
        if kind == "union":
            return _joined(jnp.logical_or, known[facts[0]], known[facts[1]])
        if kind == "counts":
            outer, node = facts
            value = self._value(node)
            return (
                _joined(jnp.logical_and, known[outer], value.mask)
                if is_masked(value)
                else (known[outer])
            )
        if kind == "taken":
            outer, condition, branch = facts
            holds = jtu.tree_map(lambda leaf: jnp.asarray(leaf) != 0, bared(self._value(condition)))
            taken = holds if branch else jtu.tree_map(jnp.logical_not, holds)
            return _joined(jnp.logical_and, known[outer], taken)
        outer, node, position = facts
        keep = known[outer]
        if kind == "item":
            return self._item(keep, node, position)
        return self._taken_over(keep, node, position)

    def _item(self, keep: Any, node: int, position: int) -> Any:
        if is_array(keep):
            return keep
        try:
            return self._treedef(node).flatten_up_to(keep)[position]
        except (TypeError, ValueError):  # a condition of another structure than this tree
            return any_of(keep)

    def _taken_over(self, keep: Any, node: int, position: int) -> Any:
        if is_array(keep) and jnp.ndim(keep) == 0:
            return keep  # no need to know the operand's shape
        rule, operand = self._below(node, position)
        result, source = bared(self._value(node)), bared(self._value(operand))
        if not is_array(keep) or not is_array(result) or not is_array(source):
            return any_of(keep)
        whole = jnp.broadcast_to(fitted(keep, jnp.shape(result)), jnp.shape(result))
        return rule(whole, jnp.shape(source))


def parts(term: tuple[Any, ...]) -> tuple[int, ...]:
    """Give the masks that one is made of."""
    if term[0] == "all":
        return ()
    return term[1:] if term[0] == "union" else term[1:2]


def is_array(value: Any) -> bool:
    """Tell whether a value is one array or number rather than a tree."""
    return isinstance(value, jax.Array) or jtu.all_leaves((value,))


def any_of(keep: Any) -> jax.Array:
    """Give whether a mask holds anywhere at all."""
    found = jnp.asarray(False)
    for leaf in jtu.tree_leaves(keep):
        found = jnp.logical_or(found, jnp.any(leaf))
    return found


def _joined(fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """Join two masks leaf by leaf; where they do not fit, each counts if it holds anywhere."""
    if is_array(left) and is_array(right):
        try:
            jnp.broadcast_shapes(jnp.shape(left), jnp.shape(right))
        except ValueError:
            return fn(any_of(left), any_of(right))
        return fn(left, right)
    if is_array(left):
        return jtu.tree_map(lambda leaf: _joined(fn, left, leaf), right)
    if is_array(right):
        return jtu.tree_map(lambda leaf: _joined(fn, leaf, right), left)
    if jtu.tree_structure(left) == jtu.tree_structure(right):
        return jtu.tree_map(lambda one, other: _joined(fn, one, other), left, right)
    return fn(any_of(left), any_of(right))


def fitted(keep: Any, shape: tuple[int, ...]) -> Any:
    """Give a mask on the axes of a value of this shape; on other axes it counts if any holds."""
    own = jnp.shape(keep)
    if len(own) > len(shape):
        keep = jnp.any(keep, axis=tuple(range(len(own) - len(shape))))
        own = own[len(own) - len(shape) :]
    offset = len(shape) - len(own)
    wide = tuple(
        axis for axis, size in enumerate(own) if size != 1 and shape[offset + axis] != size
    )
    return jnp.any(keep, axis=wide, keepdims=True) if wide else keep
