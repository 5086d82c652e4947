"""From operators to the flat table: iterative, in linear time, interned by structure (G1)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import Span
from parax.errors import OperatorError, OperatorTypeError
from parax.graph._kinds import Kind, SlotKind
from parax.graph._protocol import Node, is_operator
from parax.graph._skeleton import split

_INT_LIMIT = 2**31


class Rows:
    """The growing table: one list a column, and what interns a new row."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.operands: list[tuple[int, ...]] = []
        self.statics: list[Hashable] = []
        self.payloads: list[Any] = []
        self.spans: list[Span | None] = []
        self.numbers: dict[int, int | float | complex] = {}
        self.arrays: dict[int, list[Any]] = {}
        self.names: dict[str, tuple[Span | None, Any]] = {}
        self._known: dict[Hashable, int] = {}

    def add(
        self,
        kind: Kind,
        operands: tuple[int, ...],
        static: Hashable,
        payload: Any,
        span: Span | None,
        *,
        identity: Hashable = None,
    ) -> int:
        """Give the row of this structure, a new one if there is none yet."""
        key = (kind, operands, static, identity)
        row = self._known.get(key)
        if row is None:
            row = self._known[key] = len(self.kinds)
            self.kinds.append(kind)
            self.operands.append(operands)
            self.statics.append(static)
            self.payloads.append(payload)
            self.spans.append(span)
        return row

    def add_number(self, number: int | float | complex, span: Span | None) -> int:
        """Add a slot: numbers are never one by value (X5)."""
        row = len(self.kinds)
        self.kinds.append(Kind.SLOT)
        self.operands.append(())
        self.statics.append(_slot_kind(number))
        self.payloads.append(None)
        self.spans.append(span)
        self.numbers[row] = number
        return row


def _slot_kind(number: object) -> SlotKind:
    if isinstance(number, int):
        return SlotKind.INT
    return SlotKind.COMPLEX if isinstance(number, complex) else SlotKind.FLOAT


def plain_number(value: Any) -> bool | int | float | complex | None:
    """Give a Python or NumPy number as Python's, or None if it is none (X1, X3)."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        if value.dtype.kind not in "biufc":
            return None
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) < _INT_LIMIT:
            return value
        return float(value) if abs(value) < 2**1023 else float("inf") * (1 if value > 0 else -1)
    return value if isinstance(value, float | complex) else None


def _is_container(value: object) -> bool:
    return isinstance(value, dict | list | tuple)


class Builder:
    """Walks operators without recursion and fills the table."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._done: dict[int, int] = {}  # id of an object -> its row
        self._keep: list[Any] = []  # objects whose id is in use stay alive

    def row_of(self, root: Any) -> int:
        """Give the row of a value: an operator, or anything that stands for itself."""
        entered: set[int] = set()
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            value, leaving = stack.pop()
            name = id(value)
            if leaving:
                entered.discard(name)
                self._done[name] = self._finish(value)
                self._keep.append(value)
                continue
            if name in self._done:
                continue
            if name in entered:
                raise cycle_error(value)
            children = self._children(value)
            entered.add(name)
            stack.append((value, True))
            stack.extend(
                (child, False) for child in reversed(children) if id(child) not in self._done
            )
        return self._done[id(root)]

    def _children(self, value: Any) -> list[Any]:
        if is_operator(value):
            role = value.graph_role
            if role == "constant":
                return [value.value] if _is_walked(value.value) else []
            if role in ("node", "select"):
                return [one for one in value.operands() if _is_walked(one)]
            if role == "abstract":
                raise NotImplementedError(
                    f"{type(value).__name__} defines neither `__call__` nor `compute`"
                )
            return []
        if _is_container(value):
            return [one for one in _leaves(value)[0] if _is_walked(one)]
        return []

    def _finish(self, value: Any) -> int:
        if not is_operator(value):
            return self._finish_value(value, None)
        origin = value._origin
        if origin.name is not None:
            self.rows.names.setdefault(origin.name, (origin.span, value))
        role = value.graph_role
        if role == "constant":
            return self._finish_value(value.value, origin.span)
        if role == "leaf":
            return self._leaf(value, origin.span)
        operands = tuple(
            self._operand(value, position, operand)
            for position, operand in enumerate(value.operands())
        )
        if role == "node":
            folded = self._folded(value, operands)
            if folded is not None:
                return self.rows.add_number(folded, origin.span)
        kind = Kind.SELECT if role == "select" else Kind.NODE
        static = (type(value), value.static_key())
        return self.rows.add(kind, operands, static, value, origin.span)

    def _operand(self, owner: Node, position: int, operand: Any) -> int:
        inner = (
            operand.value if is_operator(operand) and operand.graph_role == "constant" else operand
        )
        number = plain_number(inner)
        if number is not None and owner.is_structure(position, number):
            return self._literal(number)
        if is_operator(operand) or _is_container(operand):
            return self._done[id(operand)]
        return self._finish_value(operand, owner._origin.span)

    def _literal(self, value: Any) -> int:
        return self.rows.add(Kind.LITERAL, (), (type(value), value), value, None)

    def _finish_value(self, value: Any, span: Span | None) -> int:
        if is_operator(value):
            return self._done[id(value)]
        number = plain_number(value)
        if isinstance(number, bool):
            return self._literal(number)
        if number is not None:
            return self.rows.add_number(number, span)
        if _is_container(value):
            leaves, treedef = _leaves(value)
            operands = tuple(
                self._done[id(leaf)] if _is_walked(leaf) else self._finish_value(leaf, span)
                for leaf in leaves
            )
            return self.rows.add(Kind.TREE, operands, treedef, treedef, span)
        if value is None or isinstance(value, str):
            return self._literal(value)
        return self._data(Kind.DATA, value, span)

    def _leaf(self, operator: Any, span: Span | None) -> int:
        return self._data(Kind.CALL, operator, span)

    def _data(self, kind: Kind, value: Any, span: Span | None) -> int:
        try:
            arrays, skeleton = split(value)
        except RecursionError:
            raise OperatorError(
                f"a {type(value).__name__} is nested too deeply to be data"
            ) from None
        if kind is Kind.DATA and not arrays and skeleton.statics == (value,):
            raise OperatorTypeError(
                f"a {type(value).__name__} is no operand",
                hint="an operand is an operator, a number, an array, a Parameter or a tree of them",
            )
        # X6: arrays are one if they are the same objects, never by content.
        identity = tuple(map(id, arrays))
        self._keep.extend(arrays)
        row = self.rows.add(
            kind, (), skeleton, value if kind is Kind.CALL else None, span, identity=identity
        )
        self.rows.arrays.setdefault(row, arrays)
        return row

    def _folded(self, operator: Node, operands: tuple[int, ...]) -> Any:
        """Compute an operation on slots alone, on the host (X4); None if it is not one."""
        rows = self.rows
        numbers: list[Any] = []
        for row in operands:
            if rows.kinds[row] is Kind.SLOT:
                numbers.append(rows.numbers[row])
            elif rows.kinds[row] is Kind.LITERAL and isinstance(rows.payloads[row], int | float):
                numbers.append(rows.payloads[row])
            else:
                return None
        if not any(rows.kinds[row] is Kind.SLOT for row in operands):
            return None
        result = plain_number(operator.fold(*numbers))
        return None if isinstance(result, bool) else result


def _is_walked(value: object) -> bool:
    return is_operator(value) or _is_container(value)


def _leaves(tree: Any) -> tuple[list[Any], Any]:
    """Flatten one container, with operators, Modules, Parameters and None as leaves."""
    return jtu.tree_flatten(tree, is_leaf=lambda one: one is not tree)


def cycle_error(operator: Any) -> OperatorError:
    """Make the error for an operator that is its own operand."""
    from parax.graph._validate import name_cycle

    return OperatorError(
        f"the expression contains itself: {name_cycle(operator)}",
        hint="an operator cannot be its own operand",
    )
