"""The flat table of a graph's nodes: what an expression is, without its numbers and arrays."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from parax._diagnostic import Span
from parax.graph._guard import GuardPlan, plan_guards
from parax.graph._kinds import Kind
from parax.graph._skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class Structure:
    """A graph as parallel tuples, one entry a node, operands before their consumers (X18).

    Args:
        kinds: what each node is.
        operands: the nodes whose values it takes.
        statics: its configuration, hashable.
        payloads: what computes it: an operator, a tree's structure, a literal's value.
        spans: where in a text it was written.
        outputs: the nodes whose values are the result.
        out_tree: how the outputs are arranged.
        names: bare vocabulary names that a text used, which a model must not have too (L30).
    """

    kinds: tuple[Kind, ...]
    operands: tuple[tuple[int, ...], ...]
    statics: tuple[Hashable, ...]
    payloads: tuple[Any, ...] = field(repr=False)
    spans: tuple[Span | None, ...] = field(repr=False)
    outputs: tuple[int, ...]
    out_tree: Any
    names: tuple[tuple[str, Span | None, Any], ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.kinds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def key(self) -> Hashable:
        """What two graphs of one structure have in common; the graph's part of X9."""
        return _Hashed((self.kinds, self.operands, self.statics, self.outputs, self.out_tree))

    @cached_property
    def slots(self) -> tuple[int, ...]:
        """The slot nodes, in order."""
        return tuple(i for i, kind in enumerate(self.kinds) if kind is Kind.SLOT)

    @cached_property
    def carriers(self) -> tuple[int, ...]:
        """The nodes that carry data of their own, in order: DATA and CALL."""
        return tuple(i for i, k in enumerate(self.kinds) if k is Kind.DATA or k is Kind.CALL)

    @cached_property
    def calls(self) -> tuple[int, ...]:
        """The leaf operators, in order."""
        return tuple(i for i, kind in enumerate(self.kinds) if kind is Kind.CALL)

    @cached_property
    def checkers(self) -> tuple[int, ...]:
        """The nodes that look at concrete inputs before a run."""
        return tuple(
            i
            for i, payload in enumerate(self.payloads)
            if self.kinds[i] in (Kind.NODE, Kind.CALL)
            and getattr(_operator_class(payload), "checks_inputs", False)
        )

    @cached_property
    def has_select(self) -> bool:
        """Whether there is a choice anywhere, between branches or of points."""
        return Kind.SELECT in self.kinds or Kind.OVER in self.kinds

    @cached_property
    def literals(self) -> tuple[int, ...]:
        """The nodes whose value is part of the structure."""
        return tuple(i for i, kind in enumerate(self.kinds) if kind is Kind.LITERAL)

    @cached_property
    def ports(self) -> tuple[tuple[int, int], ...]:
        """The nodes that a roll hands values to, each with the number of its port."""
        return tuple((i, self.payloads[i]) for i, k in enumerate(self.kinds) if k is Kind.PORT)

    @cached_property
    def guards(self) -> GuardPlan:
        """Where choices are guarded (X21)."""
        return plan_guards(self.kinds, self.operands, self.payloads, self.outputs)

    @cached_property
    def opaque(self) -> tuple[bool, ...]:
        """For each node, whether nobody knows which elements of its operands an element is of."""
        return tuple(
            kind is Kind.CALL
            or (kind is Kind.NODE and not payload.is_elementwise() and payload.below(0) is None)
            for kind, payload in zip(self.kinds, self.payloads, strict=True)
        )

    @cached_property
    def regular(self) -> tuple[bool, ...]:
        """For each node, whether all down to leaves and opaque nodes needs no guard of elements."""
        found: list[bool] = []
        for node, (kind, operands) in enumerate(zip(self.kinds, self.operands, strict=True)):
            if kind is Kind.NODE:
                own = self.payloads[node].is_regular()
            else:
                own = kind not in (Kind.SELECT, Kind.OVER, Kind.ROLL, Kind.SCAN)
            below = all(found[one] for one in operands)
            found.append(self.opaque[node] or (own and below))
        return tuple(found)

    def skeleton(self, node: int) -> Skeleton:
        """Give the skeleton of a node that carries data."""
        skeleton = self.statics[node]
        assert isinstance(skeleton, Skeleton)
        return skeleton


def _operator_class(payload: Any) -> type:
    return type(payload)


class _Hashed:
    """A key whose hash is computed once: tables are long."""

    __slots__ = ("_hash", "value")

    def __init__(self, value: Hashable) -> None:
        self.value = value
        self._hash = hash(value)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, _Hashed) and self._hash == other._hash and self.value == other.value
        )
