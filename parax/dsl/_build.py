"""Operators from the table of nodes, each made once, operands first."""

from __future__ import annotations

from typing import Any

from parax import op
from parax._diagnostic import Source, Span, quoted
from parax.dsl._calls import Calls
from parax.dsl._names import AnyOperator, Names
from parax.dsl._nodes import Nodes
from parax.errors import ParaxError, ParaxSyntaxError
from parax.op import _arithmetic as arithmetic

_BINARY = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "//": arithmetic.floor_divide,
    "%": arithmetic.remainder,
    "**": arithmetic.power,
    "@": arithmetic.matmul,
    "<": arithmetic.less,
    "<=": arithmetic.less_equal,
    ">": arithmetic.greater,
    ">=": arithmetic.greater_equal,
    "==": arithmetic.equal,
    "!=": arithmetic.not_equal,
    "and": arithmetic.logical_and,
    "or": arithmetic.logical_or,
    "&": arithmetic.bitwise_and,
    "|": arithmetic.bitwise_or,
}
_PREFIX = {
    "+": arithmetic.positive,
    "not": arithmetic.logical_not,
    "~": arithmetic.invert,
}
_STORED = {sign: op.stored_function(fn, "Binary") for sign, fn in _BINARY.items()}
_STORED_PREFIX = {sign: op.stored_function(fn, "Map") for sign, fn in _PREFIX.items()}
_PROBE = op.Input("x")


class _Place(op.Origin):
    """An origin that makes its span when it is asked for: most never are."""

    __slots__ = ("_end", "_source", "_start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self._source, self._start, self._end = source, start, end
        self.name = None

    @property
    def span(self) -> Span:
        return Span(self._source, self._start, self._end)


class Build:
    """Makes the operators of a table; a method for each kind of node."""

    def __init__(self, nodes: Nodes, names: Names) -> None:
        self._nodes = nodes
        self._names = names
        self._operators: list[Any] = []
        self._calls = Calls(nodes, names, self._operators)
        self._makers: dict[str, Any] = {}

    def build(self, root: int) -> AnyOperator:
        """Give the operator of a node.

        Raises:
            ParaxError: a name, an argument or an index cannot be used; says where.
        """
        nodes, operators = self._nodes, self._operators
        methods = {
            "name": self._name,
            "literal": self._literal,
            "binary": self._binary,
            "prefix": self._prefix,
            "where": self._where,
            "list": self._list,
            "index": self._index,
            "over": self._over,
            "call": self._calls.call,
        }
        source, starts, ends = nodes.tokens.source, nodes.tokens.starts, nodes.tokens.ends
        for node, (kind, first, last, data) in enumerate(
            zip(nodes.kinds, nodes.firsts, nodes.lasts, nodes.data, strict=True)
        ):
            if not kind:
                operators.append(None)
                continue
            origin = _Place(source, starts[first], ends[last])
            try:
                operators.append(methods[kind](node, data, origin))
            except ParaxError as error:
                raise error.located(nodes.span(node)) from None
        return operators[root]

    def _name(self, node: int, path: str, origin: op.Origin) -> AnyOperator:
        maker = self._makers.get(path)
        if maker is None:
            maker = self._makers[path] = self._names.maker(path, origin)
        return maker(origin)

    def _literal(self, node: int, data: Any, origin: op.Origin) -> AnyOperator:
        return op.filled(op.Constant, origin, value=data[0], unit=data[1])

    def _binary(self, node: int, data: Any, origin: op.Origin) -> AnyOperator:
        sign, left, right = data
        operators = self._operators
        return op.filled(
            op.Binary, origin, fn=_STORED[sign], left=operators[left], right=operators[right]
        )

    def _prefix(self, node: int, data: Any, origin: op.Origin) -> AnyOperator:
        sign, operand = data
        if sign == "-":
            return op.filled(op.Negate, origin, other=self._operators[operand])
        fn = _STORED_PREFIX[sign]
        return op.filled(op.Map, origin, fn=fn, operator=self._operators[operand])

    def _where(self, node: int, data: Any, origin: op.Origin) -> AnyOperator:
        condition, yes, no = (self._operators[one] for one in data)
        return op.filled(op.Where, origin, condition=condition, true_branch=yes, false_branch=no)

    def _list(self, node: int, items: Any, origin: op.Origin) -> AnyOperator:
        operands = tuple(self._operators[one] for one in items)
        return op.filled(op.Stack, origin, operators=operands, axis=0)

    def _index(self, node: int, data: Any, origin: op.Origin) -> AnyOperator:
        base, indices = data
        self._refuse_ports(base, indices, node)
        stored = op.Index(_PROBE, indices).indices
        return op.filled(op.Index, origin, operator=self._operators[base], indices=stored)

    def _over(self, node: int, data: Any, origin: op.Origin) -> AnyOperator:
        value, condition = (self._operators[one] for one in data)
        return op.filled(
            op.Over, origin, operator=value, condition=condition, scope=False, reaches=False
        )

    def _refuse_ports(self, base: int, indices: Any, node: int) -> None:
        """Refuse `S[2,1]`, which other tools write for `S(2,1)` (L54)."""
        if self._nodes.kinds[base] != "name" or not isinstance(indices, tuple):
            return
        items: tuple[Any, ...] = indices  # pyright: ignore[reportUnknownVariableType]
        if [type(one) for one in items] != [int, int]:
            return
        path: str = self._nodes.data[base]
        entry = self._names.entry(path.rpartition(".")[2])
        if entry is not None and entry.call is not None and entry.value is not None:
            ports = ", ".join(map(str, items))
            raise ParaxSyntaxError(
                f"{quoted(self._nodes.text(node))} is an index, counted from 0 along the first "
                "axes, not a pair of ports",
                span=self._nodes.span(node),
                hint=f"write `{path}({ports})`",
            )
