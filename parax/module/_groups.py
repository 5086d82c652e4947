"""Groups of parameters at every level of a module, and which parameter belongs to which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax.tree_util as jtu

from parax._diagnostic import did_you_mean, quoted
from parax.errors import UnknownParameterError
from parax.module._names import flat_names
from parax.module._walk import GROUPS_FIELD, NamedParam, walk
from parax.parameters import ParameterGroup, is_param, own_groups, renamed, restricted


class Node(NamedTuple):
    """A Module that may hold groups; its parameters are `entries[start:stop]` of the walk."""

    module: Any
    start: int
    stop: int
    children: list[Node]


def holds_groups(x: Any) -> bool:
    """Tell whether a value is a Module with a place for groups."""
    return isinstance(x, eqx.Module) and GROUPS_FIELD in type(x).__dataclass_fields__


def groups_of(module: Any) -> tuple[ParameterGroup, ...]:
    """Give the explicit groups of one level."""
    return tuple(getattr(module, GROUPS_FIELD, ()))


def _below(node: Any) -> Callable[[Any], bool]:
    return lambda x: x is not node and (is_param(x) or holds_groups(x))


def tree_of(tree: Any) -> Node:
    """Find the Modules that may hold groups, the root of any type first."""
    return _node(tree, 0)


def _node(node: Any, start: int) -> Node:
    children: list[Node] = []
    stop = start
    for leaf in jtu.tree_leaves(node, is_leaf=_below(node)):
        if is_param(leaf):
            stop += 1
        elif holds_groups(leaf):
            children.append(_node(leaf, stop))
            stop = children[-1].stop
    return Node(node, start, stop, children)


def with_groups(node: Node, new: Callable[[Node], Sequence[ParameterGroup]]) -> Any:
    """Rebuild a tree with other explicit groups at each level that may hold them."""
    children = iter(node.children)
    leaves, structure = jtu.tree_flatten(node.module, is_leaf=_below(node.module))
    leaves = [with_groups(next(children), new) if holds_groups(x) else x for x in leaves]
    rebuilt = jtu.tree_unflatten(structure, leaves)
    if holds_groups(rebuilt):  # it was made a line ago, and nobody has seen it yet
        object.__setattr__(rebuilt, GROUPS_FIELD, tuple(new(node)))
    return rebuilt


class Elements:
    """The flat parameters of a tree in order: names, and what names mean at a lower level."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.entries = walk(tree).entries
        self.offsets = [0]
        for entry in self.entries:
            size = 0 if entry.param.latent_value is None else entry.param.size
            self.offsets.append(self.offsets[-1] + size)
        self.names = flat_names(self.valued(self.entries))

    @staticmethod
    def valued(entries: Sequence[NamedParam]) -> list[NamedParam]:
        """Leave out parameters without a value, as one half of a partition has them."""
        return [entry for entry in entries if entry.param.latent_value is not None]

    def range(self, node: Node) -> range:
        """Give the places of the elements of a Module."""
        return range(self.offsets[node.start], self.offsets[node.stop])

    def places(self, node: Node) -> dict[str, int]:
        """Give the place of each element of a Module by its flat name at that level."""
        if node.module is self.tree:
            names = self.names
        else:
            names = flat_names(self.valued(walk(node.module).entries))
        return dict(zip(names, self.range(node), strict=True))

    def is_whole(self, node: Node) -> bool:
        """Tell whether all parameters of a Module have a value."""
        return all(e.param.latent_value is not None for e in self.entries[node.start : node.stop])


def members(elements: Elements, node: Node, group: ParameterGroup, at: dict[str, int]) -> list[int]:
    """Give the places of the members of a group; -1 for one that has no value.

    Raises:
        UnknownParameterError: a name that the Module does not have.
    """
    whole: bool | None = None
    found: list[int] = []
    for name in group.param_names:
        place = at.get(name, -1)
        if place < 0:
            whole = elements.is_whole(node) if whole is None else whole
            if whole:
                raise unknown_member(name, node.module)
        found.append(place)
    return found


def unknown_member(name: str, module: Any) -> UnknownParameterError:
    """Describe a name in a group that is no flat name of the Module."""
    known = flat_names(Elements.valued(walk(module).entries))
    return UnknownParameterError(
        f"there is no flat parameter {quoted(name)} for a group in {quoted(type(module).__name__)}",
        hint=did_you_mean(name, known) or "list them with `flat_param_names(include_fixed=True)`",
    )


def param_groups(tree: Any, *, include_fixed: bool = False) -> list[ParameterGroup]:
    """List the groups of a tree, so that every flat parameter is in exactly one.

    Args:
        tree: any PyTree.
        include_fixed: whether fixed parameters are listed too.

    Returns:
        The explicit groups of the root, then those of each Module below it, then one group for
        each flat parameter that is left over. Names are those of the root. A group that lost
        members to one above it, or fixed ones, is cut to the others; if its distribution cannot
        be cut, it is taken apart.
    """
    elements = Elements(tree)
    free: list[bool] = []
    for entry in elements.valued(elements.entries):
        free.extend([include_fixed or not entry.param.fixed] * entry.param.size)
    return list(_gather(tree_of(tree), elements, free))


def _gather(node: Node, elements: Elements, free: list[bool]) -> Iterator[ParameterGroup]:
    """List the groups of one Module; `free` says which elements belong to none yet."""
    own = groups_of(node.module)
    at = elements.places(node) if own else {}
    for group in own:
        places = members(elements, node, group, at)
        kept = [i for i, place in enumerate(places) if place >= 0 and free[place]]
        part = restricted(group, kept) if kept else None
        if part is None:
            continue
        names = []
        for i in kept:
            free[places[i]] = False
            names.append(elements.names[places[i]])
        yield renamed(part, names)
    start = node.start
    for child in node.children:
        yield from _gather(child, elements, free)
    for child in [*node.children, None]:
        yield from _singletons(start, node.stop if child is None else child.start, elements, free)
        start = node.stop if child is None else child.stop


def _singletons(
    start: int, stop: int, elements: Elements, free: list[bool]
) -> Iterator[ParameterGroup]:
    for place in range(start, stop):
        first, last = elements.offsets[place], elements.offsets[place + 1]
        kept = [i for i in range(last - first) if free[first + i]]
        if kept:
            param = elements.entries[place].param
            for _, group in own_groups(param, elements.names[first:last], kept):
                yield group
