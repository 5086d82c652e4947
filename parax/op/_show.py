"""Expressions as short readable text, for `repr` and messages, at any size (A7)."""

from __future__ import annotations

from typing import Any

from parax._diagnostic import echo, number_text
from parax.op._base import Operator
from parax.op._elementwise import Binary, FunctionOperator, Negate, plain_function
from parax.op._host import is_plain_number
from parax.op._over import Over
from parax.op._reduce import Sum
from parax.op._select import Index, Where
from parax.op._shape import Stack
from parax.op._traits import traits_of

_DEPTH, _WIDTH, _LENGTH = 6, 4, 80


def show(value: Any, depth: int = _DEPTH) -> str:
    """Give an operand as text; what lies too deep or too far right is `…`."""
    text = _show(value, depth)
    return text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…"


def _show(value: Any, depth: int) -> str:
    if not isinstance(value, Operator):
        return _value(value)
    if value.graph_role == "constant":
        return _value(value.value)
    operands = value.operands()
    if not operands:
        return value.symbol()
    if depth == 0:
        return "…"
    texts = [_show(operand, depth - 1) for operand in operands[:_WIDTH]]
    if len(operands) > _WIDTH:
        texts.append("…")
    return _join(value, texts)


def _join(operator: Operator, texts: list[str]) -> str:
    if isinstance(operator, Binary) and traits_of(plain_function(operator.fn)).infix:
        left = _tight(texts[0]) if operator.symbol() == "**" else texts[0]
        return f"({left} {operator.symbol()} {texts[1]})"
    if isinstance(operator, Negate):
        return f"-{texts[0]}"
    if isinstance(operator, Index):
        return f"{_tight(texts[0])}{operator.symbol()}"
    if isinstance(operator, Over):
        return f"over({', '.join(texts)})" if operator.scope else f"{_tight(texts[0])}[{texts[1]}]"
    if isinstance(operator, Stack):
        return f"[{', '.join(texts)}]"
    if isinstance(operator, Where):
        return f"where({', '.join(texts)})"
    if isinstance(operator, Sum) and isinstance(operator.operators, tuple):
        return f"({' + '.join(texts)})"
    if not isinstance(operator, FunctionOperator) and type(operator).symbol is not Operator.symbol:
        return operator.symbol()  # a name that says it all, such as `S21`
    return f"{operator.symbol()}({', '.join(texts)})"


def _value(value: Any) -> str:
    if is_plain_number(value):
        return echo(number_text(value), 24)
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"{type(value).__name__}{list(shape)}"
    if isinstance(value, dict | list | tuple):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__


def _tight(text: str) -> str:
    """Give an operand of what binds tighter than a minus in front of it."""
    return f"({text})" if text.startswith("-") else text
