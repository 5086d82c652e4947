"""Other explicit groups: put in, moved down, mapped, taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from parax._diagnostic import did_you_mean, quoted
from parax.distributions import require_size
from parax.errors import DistributionError, ParameterTypeError, UnknownParameterError
from parax.module._groups import (
    Elements,
    Node,
    groups_of,
    members,
    tree_of,
    with_groups,
)
from parax.parameters import ParameterGroup, renamed

GroupFilter = Any
"""None, the name of a group, a list of these, or a function of the group."""


def with_param_groups(module: Any, groups: Any) -> Any:
    """Put groups into a Module, in place of those of its own that share a member.

    Raises:
        ParameterTypeError: no group, or no list of groups.
        UnknownParameterError: a name that is no flat name of the module.
        DistributionError: two of the groups share a member, or a distribution does not fit.
    """
    new = _checked_groups(groups)
    node, elements = tree_of(module), Elements(module)
    at = elements.places(node)
    taken: set[str] = set()
    for group in new:
        members(elements, node, group, at)
        require_size(group)
        for name in group.param_names:
            if name in taken:
                raise DistributionError(
                    f"two of the new groups hold {quoted(name)}",
                    hint="a parameter belongs to one group",
                )
            taken.add(name)

    def replaced(at_node: Node) -> Sequence[ParameterGroup]:
        old = groups_of(at_node.module)
        return overriding(old, new) if at_node is node else old

    return with_groups(node, replaced)


def overriding(
    old: Sequence[ParameterGroup], new: Sequence[ParameterGroup]
) -> list[ParameterGroup]:
    """Give old groups that share no member with the new ones, and the new ones."""
    taken = {name for group in new for name in group.param_names}
    return [group for group in old if taken.isdisjoint(group.param_names)] + list(new)


def _checked_groups(groups: Any) -> list[ParameterGroup]:
    if isinstance(groups, ParameterGroup):
        return [groups]
    if isinstance(groups, list | tuple):
        wrong = [one for one in groups if not isinstance(one, ParameterGroup)]
        if not wrong:
            return list(groups)
        groups = wrong[0]
    raise ParameterTypeError(
        f"groups are given as one ParameterGroup or a list of them, and got"
        f" {quoted(repr(groups))} of type {quoted(type(groups).__name__)}",
        hint='write `ParameterGroup(["a", "b"], distribution=…)`',
    )


def without_groups(tree: Any) -> Any:
    """Take all explicit groups out, at every level."""
    return with_groups(tree_of(tree), lambda node: ())


def with_demoted_groups(tree: Any) -> Any:
    """Move each explicit group to the lowest Module that has all its members.

    A group that shares a member with one that stays does not move: at the upper level their order
    decides which of the two claims the member, and goes on to do so.
    """
    root, elements = tree_of(tree), Elements(tree)
    plan: dict[int, list[ParameterGroup]] = {}
    _demote(root, elements, [], plan)
    return with_groups(root, lambda node: plan[id(node)])


_Placed = tuple[ParameterGroup, list[int]]
"""A group, and the places of its members."""


def _demote(
    node: Node, elements: Elements, coming: list[_Placed], plan: dict[int, list[ParameterGroup]]
) -> None:
    """Decide on the groups of a Module and of those below; `coming` are moved into it."""
    own = groups_of(node.module)
    at = elements.places(node) if own or coming else {}
    placed = [*coming, *((group, members(elements, node, group, at)) for group in own)]
    targets = [_child_of(node, elements, places) for _, places in placed]
    staying: set[int] = set()
    while True:  # what stays may hold others back
        held = [
            i
            for i, (_, places) in enumerate(placed)
            if targets[i] is not None and not staying.isdisjoint(places)
        ]
        for i in held:
            targets[i] = None
        before = len(staying)
        staying.update(*(places for i, (_, places) in enumerate(placed) if targets[i] is None))
        if len(staying) == before:
            break
    names = {place: name for name, place in at.items()}
    plan[id(node)] = [
        group if -1 in places else renamed(group, [names[place] for place in places])
        for i, (group, places) in enumerate(placed)
        if targets[i] is None
    ]
    for number, child in enumerate(node.children):
        down = [one for i, one in enumerate(placed) if targets[i] == number]
        _demote(child, elements, down, plan)


def _child_of(node: Node, elements: Elements, places: Sequence[int]) -> int | None:
    """Give the number of the Module directly below that has all of the places."""
    low, high = min(places), max(places)
    ranges = map(elements.range, node.children)
    return next((i for i, held in enumerate(ranges) if low in held and high in held), None)


def with_mapped_groups(
    tree: Any,
    mapper: Callable[[ParameterGroup], ParameterGroup],
    group_filter: GroupFilter = None,
    *,
    map_others: Callable[[ParameterGroup], ParameterGroup] | None = None,
) -> Any:
    """Put the result of a function in place of each explicit group, at every level.

    Raises:
        UnknownParameterError: the filter names a group that is nowhere.
        ParameterTypeError: a filter of another type, or a function that gives no group.
    """
    root = tree_of(tree)
    matches = _predicate(group_filter, root)

    def mapped(group: ParameterGroup) -> ParameterGroup:
        function = mapper if matches(group) else map_others
        if function is None:
            return group
        new = function(group)
        if not isinstance(new, ParameterGroup):
            raise ParameterTypeError(
                f"the mapper gave {quoted(repr(new))} for the group of"
                f" {', '.join(map(quoted, group.param_names))}",
                hint="give a ParameterGroup back; `with_no_param_groups()` takes groups out",
            )
        return new

    return with_groups(root, lambda node: [mapped(group) for group in groups_of(node.module)])


def _predicate(group_filter: GroupFilter, root: Node) -> Callable[[ParameterGroup], Any]:
    if group_filter is None:
        return lambda group: True
    if callable(group_filter):
        return group_filter
    words = [group_filter] if isinstance(group_filter, str) else group_filter
    if not isinstance(words, list | tuple | set | frozenset) or not all(
        isinstance(word, str) for word in words
    ):
        raise ParameterTypeError(
            f"a filter of groups cannot be {quoted(repr(group_filter))}",
            hint="use the name of a group, a list of names, or a function of the group",
        )
    known = _group_names(root)
    for word in words:
        if word not in known:
            raise UnknownParameterError(
                f"there is no group {quoted(word)}",
                hint=did_you_mean(word, known) or "groups have a name if `name=` was given",
            )
    return lambda group: group.name in words


def _group_names(node: Node) -> list[str]:
    names = [group.name for group in groups_of(node.module) if group.name is not None]
    return names + [name for child in node.children for name in _group_names(child)]
