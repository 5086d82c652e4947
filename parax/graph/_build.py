"""From operators to the flat table: iterative, in linear time, interned by structure (G1)."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import jax.tree_util as jtu
import numpy as np

from parax._collector import no_collection
from parax._diagnostic import Span, kind_of
from parax.errors import OperatorError, OperatorTypeError, ParaxError
from parax.graph._kinds import Kind
from parax.graph._protocol import Node, Reader
from parax.graph._rows import Rows
from parax.graph._scope import Scopes
from parax.graph._skeleton import abstract, split

_INT_LIMIT = 2**31
_KINDS = {"select": Kind.SELECT, "over": Kind.OVER}  # of operators that are not plain nodes


def plain_number(value: Any) -> bool | int | float | complex | None:
    """Give a Python or NumPy number as Python's, or None if it is none (X1, X3)."""
    if type(value) is float:
        return value
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        if value.dtype.kind not in "biufc":
            return None
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) < _INT_LIMIT:
            return int(value)
        if abs(value) < 2**1023:
            return float(value)
        return math.inf if value > 0 else -math.inf
    return value if isinstance(value, float | complex) else None


class Builder:
    """Walks operators without recursion and fills the table.

    Args:
        read: what reads texts inside operators, if there may be any.
    """

    def __init__(self, read: Reader | None = None) -> None:
        self.rows = Rows()
        self._read = read
        self._scopes = Scopes(self.rows)
        self._done: dict[int, int] = {}  # id of an object -> its row
        self._keep: list[Any] = []  # objects whose id is in use stay alive
        self._roles: dict[type, str] = {}
        # Operators of one configuration compute alike: one without operands stands for all, so
        # that a table is small and keeps no array of the expression alive.
        self._payloads: dict[Hashable, Any] = {}

    def _role(self, value: Any) -> str:
        """Give an operator's role; "tree" for a container of operands, "value" for other values."""
        kind: type = type(value)
        role = self._roles.get(kind)
        if role is None:
            role = getattr(kind, "graph_role", "value")
            if issubclass(kind, dict | list | tuple):
                role = "tree"
            self._roles[kind] = role
        return role

    @no_collection()
    def row_of(self, root: Any) -> int:
        """Give the row of a value: an operator, or anything that stands for itself."""
        if self._role(root) == "value":
            return self._value(root, None)
        done, keep, needs_row = self._done, self._keep, self._needs_row
        entered: dict[int, Any] = {}  # the path from the root, in order
        stack: list[tuple[Any, Any]] = [(root, None)]
        while stack:
            value, parts = stack.pop()
            name = id(value)
            if parts is not None:  # all parts have their rows
                del entered[name]
            elif name in done:
                continue
            elif name in entered:
                raise _cycle_error(name, entered)
            else:
                parts = self._parts(value)
                missing = [(part, None) for part in reversed(parts[0]) if needs_row(part)]
                if missing:
                    entered[name] = value
                    stack.append((value, parts))
                    stack += missing
                    continue
            done[name] = self._finish(value, *parts)
            keep.append(value)
        return done[id(root)]

    def _needs_row(self, part: Any) -> bool:
        """Tell whether a part has to be walked before what it is a part of is added."""
        role = self._roles.get(type(part)) or self._role(part)
        if role == "constant" and id(part) not in self._done and self._role(part.value) == "value":
            return False  # `_row` adds it
        return role != "value" and id(part) not in self._done

    def _parts(self, value: Any) -> tuple[Sequence[Any], Any]:
        """Give what an operator or container is made of, and the structure of a container."""
        role = self._role(value)
        if role == "tree":
            return _leaves(value)
        if role == "constant":
            return (value.value,), None
        if role == "shorthand":
            return (self._written_out(value),), None
        if role == "abstract":
            raise NotImplementedError(
                f"{type(value).__name__} defines neither `__call__` nor `compute`"
            )
        return (() if role == "leaf" else value.operands()), None

    def _written_out(self, value: Any) -> Any:
        try:
            return value.written_out(self._read)
        except ParaxError as error:
            raise error.located(value._origin.span) from error.__cause__

    def _finish(self, value: Any, children: Sequence[Any], treedef: Any) -> int:
        role = self._role(value)
        if role == "tree":
            operands = tuple([self._operand(child, None) for child in children])
            return self.rows.add(Kind.TREE, operands, treedef, treedef, None)
        self._name(value)
        span = value._origin.span
        if role in ("constant", "shorthand"):
            return self._operand(children[0], span)
        if role == "leaf":
            return self._data(Kind.CALL, value, span)
        node_operand = self._node_operand
        operands = tuple(
            [node_operand(value, position, child, span) for position, child in enumerate(children)]
        )
        if role == "node":
            folded = self._folded(value, operands)
            if folded is not None:
                return self.rows.add_number(folded, span)
        if role == "over" and value.scope:
            limited, reaches, swept = self._scopes.limited(operands[0], operands[1], value)
            if reaches and not swept:  # all that there was to limit is inside
                return limited
            operands = (limited, *operands[1:])
            value = value.reaching() if reaches else value
        kind = _KINDS.get(role, Kind.NODE)
        static = (type(value), value.static_key())
        if value.checks_inputs:
            payload = value
        elif value.keeps_own:
            payload = value.stripped()
        else:
            payload = self._payloads.get(static)
            if payload is None:
                payload = self._payloads[static] = value.stripped()
        return self.rows.add(kind, operands, static, payload, span)

    def _node_operand(self, owner: Node, position: int, operand: Any, span: Span | None) -> int:
        role = self._roles.get(type(operand)) or self._role(operand)
        if role in ("value", "constant"):
            number = plain_number(operand.value if role == "constant" else operand)
            if number is not None and owner.is_structure(position, number):
                self._name(operand)
                return self._literal(number)
        return self._value(operand, span) if role == "value" else self._row(operand)

    def _operand(self, operand: Any, span: Span | None) -> int:
        if self._role(operand) == "value":
            return self._value(operand, span)
        return self._row(operand)

    def _row(self, operand: Any) -> int:
        """Give the row of an operator; adds that of a constant, which has no part to walk."""
        row = self._done.get(id(operand))
        if row is None:
            row = self._done[id(operand)] = self._finish(operand, (operand.value,), None)
            self._keep.append(operand)
        return row

    def _name(self, value: Any) -> None:
        """Keep what a bare name of a vocabulary stands for."""
        origin = getattr(value, "_origin", None)
        if origin is not None and origin.name is not None:
            self.rows.names.setdefault(origin.name, (origin.span, value.stripped()))

    def _literal(self, value: Any) -> int:
        return self.rows.add(Kind.LITERAL, (), (type(value), value), value, None)

    def _value(self, value: Any, span: Span | None) -> int:
        number = plain_number(value)
        if isinstance(number, bool):
            return self._literal(number)
        if number is not None:
            return self.rows.add_number(number, span)
        if value is None or isinstance(value, str):
            return self._literal(value)
        return self._data(Kind.DATA, value, span)

    def _data(self, kind: Kind, value: Any, span: Span | None) -> int:
        try:
            arrays, skeleton = split(value)
        except RecursionError:
            raise OperatorError(f"{kind_of(value)} is nested too deeply to be data") from None
        if kind is Kind.DATA and not arrays and skeleton.statics == (value,):
            raise OperatorTypeError(
                f"{kind_of(value)} is no operand",
                hint="an operand is an operator, a number, an array, a Parameter or a tree of them",
            )
        # X6: arrays are one if they are the same objects, never by content.
        identity = tuple(map(id, arrays))
        self._keep.extend(arrays)
        payload = None
        if kind is Kind.CALL:
            abridged = arrays and not value.checks_inputs
            payload = skeleton.join(abstract(arrays)) if abridged else value
        row = self.rows.add(kind, (), skeleton, payload, span, identity=identity)
        self.rows.arrays.setdefault(row, arrays)
        return row

    def _folded(self, operator: Node, operands: tuple[int, ...]) -> Any:
        """Compute an operation on slots alone, on the host (X4); None if it is not one."""
        rows = self.rows
        kinds = rows.kinds
        numbers: list[Any] = []
        slots = 0
        for row in operands:
            kind = kinds[row]
            if kind is Kind.SLOT:
                numbers.append(rows.numbers[row])
                slots += 1
            elif kind is Kind.LITERAL and isinstance(rows.payloads[row], int | float):
                numbers.append(rows.payloads[row])
            else:
                return None
        if not slots:
            return None
        result = plain_number(operator.fold(*numbers))
        return None if isinstance(result, bool) else result


def _leaves(tree: Any) -> tuple[list[Any], Any]:
    """Flatten one container, with operators, Modules, Parameters and None as leaves."""
    return jtu.tree_flatten(tree, is_leaf=lambda one: one is not tree)


def _cycle_error(name: int, entered: dict[int, Any]) -> OperatorError:
    """Make the error for an operator that is its own operand, however indirectly."""
    path = list(entered)
    inside = [entered[one] for one in path[path.index(name) :]]
    names = [type(one).__name__ for one in inside if not isinstance(one, dict | list | tuple)]
    return OperatorError(
        f"the expression contains itself: {' → '.join([*names, names[0]])}",
        hint="an operator cannot be its own operand",
    )
