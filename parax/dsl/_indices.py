"""What stands between the brackets of an index: literals, known as soon as it is read (L25)."""

from __future__ import annotations

from types import EllipsisType
from typing import TYPE_CHECKING, Any, NamedTuple

from parax._diagnostic import quoted
from parax.errors import ParaxSyntaxError

if TYPE_CHECKING:
    from parax.dsl._nodes import Nodes

NO_BOUND = -1
"""Stands for a bound of a slice that is left out."""


class Slice(NamedTuple):
    """A slice: the nodes of start, stop and step."""

    bounds: tuple[int, int, int]


_CONDITIONS = ("<", "<=", ">", ">=", "==", "!=", "and", "or", "&", "|", "not", "~")


def is_condition(nodes: Nodes, item: Any) -> bool:
    """Tell whether what stands between the brackets chooses by a condition.

    Comparisons and what joins them do, and calls, such as `isfinite(x)`: a number that is
    computed is never an index. Of a call the value's kind is looked at when it is known.
    """
    if not isinstance(item, int):
        return False
    kind = nodes.kinds[item]
    if kind in ("binary", "prefix"):
        return nodes.data[item][0] in _CONDITIONS
    return kind == "call"


def static_index(nodes: Nodes, item: int | Slice | EllipsisType) -> Any:
    """Give one part of an index as Python's own: an int, a slice, `...`, None or a list.

    Raises:
        ParaxSyntaxError: it is none of these, or no integer literal.
    """
    if isinstance(item, EllipsisType):
        return item
    if isinstance(item, Slice):
        return slice(*(None if one == NO_BOUND else _bound(nodes, one) for one in item.bounds))
    kind = nodes.kinds[item]
    if kind == "name" and nodes.data[item] == "None":
        nodes.kinds[item] = ""
        return None
    if kind == "list":
        nodes.kinds[item] = ""
        return [_integer(nodes, one) for one in nodes.data[item]]
    return _integer(nodes, item)


def _bound(nodes: Nodes, node: int) -> int | None:
    if nodes.kinds[node] == "name" and nodes.data[node] == "None":
        nodes.kinds[node] = ""
        return None
    return _integer(nodes, node)


def _integer(nodes: Nodes, node: int) -> int:
    if nodes.kinds[node] == "literal":
        value, unit = nodes.data[node]
        if isinstance(value, int) and unit is None:
            nodes.kinds[node] = ""
            return value
    raise ParaxSyntaxError(
        f"an index is written out, and {quoted(nodes.text(node), 40)} is no integer literal",
        span=nodes.span(node),
        hint="write integers, slices such as `1:3`, `...`, `None`, or a list of integers; "
        "a condition stands alone, `x[f > 1]`",
    )
