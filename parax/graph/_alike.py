"""Which nodes of a table are alike: the same but for numbers, whole-number indices and leaves."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import jax
import jax.tree_util as jtu

from parax.graph._kinds import Kind
from parax.graph._masked import holds_mask
from parax.graph._structure import Structure


def alike(structure: Structure, values: Sequence[Any]) -> list[int]:
    """Give each node the number of its class.

    Nodes of one class compute the same of operands that are alike in turn, so that their values
    have the same type, and none of them depends on another of its class. Numbers of a kind are
    alike, and leaves whose values are arrays of one type.

    Args:
        structure: the table.
        values: the abstract value of each node.
    """
    known: dict[Hashable, int] = {}
    classes: list[int] = []
    for node, kind in enumerate(structure.kinds):
        key: Hashable
        if kind is Kind.SLOT or kind is Kind.LITERAL:
            key = (kind, structure.statics[node])
        elif not structure.operands[node]:
            array = values[node]
            is_array = isinstance(array, jax.ShapeDtypeStruct) and is_stackable(array)
            key = ("leaf", array.shape, array.dtype) if is_array else ("other", node)
        else:
            apart = indices_apart(structure, node, values)
            static = structure.statics[node] if apart is None else ("apart", apart[0])
            key = (kind, static, tuple([classes[one] for one in structure.operands[node]]))
        classes.append(known.setdefault(key, len(known)))
    return classes


def indices_apart(
    structure: Structure, node: int, values: Sequence[Any]
) -> tuple[Hashable, tuple[int, ...]] | None:
    """Give a node's configuration without the indices that may differ, and these.

    None if it has none, or if its operand is no array: then an index chooses an entry.
    """
    if structure.kinds[node] is not Kind.NODE:
        return None
    operands = structure.operands[node]
    if not isinstance(values[operands[0]], jax.ShapeDtypeStruct):
        return None
    apart = structure.payloads[node].indices_apart()
    return None if apart is None else ((structure.statics[node][0], apart[0]), apart[1])  # pyright: ignore[reportIndexIssue]


def is_stackable(value: Any) -> bool:
    """Tell whether values of this type can be stacked: plain arrays or trees, none weakly typed."""
    if holds_mask(value):
        return False
    leaves = jtu.tree_leaves(value)
    return bool(leaves) and all(
        isinstance(leaf, jax.ShapeDtypeStruct) and not leaf.weak_type for leaf in leaves
    )
