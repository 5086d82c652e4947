"""Changes of one line: what they are, and where in a file they can be made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_ARITHMETIC = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*",
    ast.Pow: "*",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """Characters `start:end` of one line of a file, and what comes in their place.

    Args:
        line: the line, from 1.
        start: where the replaced text begins, in bytes of the line.
        end: where it ends.
        text: what comes in its place.
    """

    line: int
    start: int
    end: int
    text: str

    def apply(self, source: str) -> str:
        """Give the source with the change made."""
        lines = source.splitlines(keepends=True)
        lines[self.line - 1] = self.on_line(lines[self.line - 1])
        return "".join(lines)

    def on_line(self, line: str) -> str:
        """Give the line with the change made."""
        raw = line.encode()
        return (raw[: self.start] + self.text.encode() + raw[self.end :]).decode()


def changes(source: str) -> list[Change]:
    """Give every change that can be made to a source, in order."""
    tree = ast.parse(source)
    found = {one for node in _executed(tree) for one in _of(node)}
    python = [one for one in found if _is_python(one.apply(source))]
    return sorted(python, key=lambda one: (one.line, one.start, one.text))


def _is_python(source: str) -> bool:
    """Tell whether a source parses: a bracket before an operand is lost with the operator."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs: no annotations, and nothing that only type checkers read."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        yield node
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "bases"):
                continue
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                continue
            children = value if isinstance(value, list) else [value]
            stack.extend(child for child in children if isinstance(child, ast.AST))


def _of(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _between(node.left, node.comparators[0], _COMPARISONS[type(node.ops[0])])
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        if not any(isinstance(side, ast.JoinedStr) for side in (node.left, node.right)):
            yield from _between(node.left, node.right, _ARITHMETIC[type(node.op)])
    elif isinstance(node, ast.BoolOp):
        other = "or" if isinstance(node.op, ast.And) else "and"
        yield from _between(node.values[0], node.values[1], other)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _whole(node, f"({ast.unparse(node.operand)})")
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield from _whole(node.test, f"(not ({ast.unparse(node.test)}))")
    elif isinstance(node, ast.Return) and node.value is not None:
        if ast.unparse(node.value) != "None":  # that would be no change
            yield from _whole(node.value, "None")
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield from _whole(node, str(not node.value))
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield from _whole(node, str(node.value + 1))


def _whole(node: ast.expr, text: str) -> Iterator[Change]:
    if node.end_lineno == node.lineno and node.end_col_offset is not None:
        yield Change(node.lineno, node.col_offset, node.end_col_offset, text)


def _between(left: ast.expr, right: ast.expr, text: str) -> Iterator[Change]:
    """Change the operator between two expressions, both without brackets around them."""
    end = left.end_col_offset
    if end is None or left.end_lineno != right.lineno:
        return
    if 0 < right.col_offset - end <= len(" is not "):
        yield Change(right.lineno, end, right.col_offset, f" {text} ")
