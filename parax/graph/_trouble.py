"""What went wrong at a node, told with its operands and its place in the text."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import jax.tree_util as jtu

from parax._diagnostic import Span, kind_of, quoted
from parax.errors import OperatorError, OperatorTypeError, ParaxError
from parax.graph._masked import bared
from parax.graph._structure import Structure


def refused(operator: Any, operands: Sequence[Any], error: Exception) -> OperatorError:
    """Make the error for an operator whose function raised one of its own."""
    symbol = operator.symbol()
    foreign = [leaf for leaf in jtu.tree_leaves(list(operands)) if not _is_number(leaf)]
    if foreign:
        return OperatorError(
            f"`{symbol}` works on numbers and arrays, got {quoted(repr(foreign[0]))}, "
            f"of type {type(foreign[0]).__name__}"
        )
    shapes = " and ".join(describe(operand) for operand in operands)
    return OperatorError(f"`{symbol}` cannot be applied to {shapes}", hint=_said(error))


def untraceable(operator: Any, error: Exception) -> OperatorError:
    """Make the error for a leaf operator whose function looks at values that are not known yet."""
    return OperatorError(f"`{operator.symbol()}` cannot be traced by JAX", hint=_said(error))


def not_an_array(structure: Structure, node: int, path: tuple[Any, ...], leaf: Any) -> ParaxError:
    """Make the error for an output that is neither a number nor an array."""
    places = jtu.tree_leaves_with_path(structure.out_tree.unflatten(structure.outputs))
    own = next(place for place, output in places if output == node)
    payload, name = structure.payloads[node], jtu.keystr((*own, *path), simple=True, separator=".")
    made = f", made by {quoted(payload.symbol())}," if hasattr(payload, "symbol") else ""
    return OperatorTypeError(
        f"the output{f' {quoted(name, 40)}' if name else ''}{made} is {quoted(repr(leaf))}, "
        f"{kind_of(leaf)}, and outputs are numbers and arrays"
    ).located(structure.spans[node])


def _said(error: Exception) -> str | None:
    first = str(error).strip().splitlines()
    return f"its function says: {first[0][:200]}" if first else None


def _is_number(leaf: object) -> bool:
    return isinstance(leaf, bool | int | float | complex) or hasattr(leaf, "dtype")


def describe(value: Any) -> str:
    """Say what an operand is: its shape and dtype, or its kind."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{tuple(value.shape)} {value.dtype}"
    return f"{kind_of(value)}"


def _text_of(span: Span | None) -> str | None:
    return None if span is None else quoted(" ".join(span.text.split()), 30)


def locate(
    error: ParaxError, structure: Structure, node: int, operands: Sequence[Any]
) -> ParaxError:
    """Add to an error where its operator stands, and what each side of it is."""
    span = structure.spans[node]
    sides = structure.operands[node]
    label = None
    if span is not None and len(sides) in (1, 2):
        texts = [_text_of(structure.spans[side]) for side in sides]
        names = ("left ", "right ") if len(sides) == 2 else ("",)
        if all(texts):
            label = ", ".join(
                f"{name}{text} is {_shape_text(value)}"
                for name, text, value in zip(names, texts, operands, strict=True)
            )
    return error.located(span, label)


def _shape_text(value: Any) -> str:
    value = bared(value)
    shape = getattr(value, "shape", None)
    if shape is None:
        return f"{kind_of(value)}"
    kind = getattr(value, "dtype", None)
    complex_ = kind is not None and jnp.issubdtype(kind, jnp.complexfloating)
    return f"{tuple(shape)}" + (" complex" if complex_ else "")


def check_sum(structure: Structure, node: int, operands: Sequence[Any]) -> None:
    """Check that the terms of a sum fit, and say at which `+` or `-` they do not."""
    payload = structure.payloads[node]
    try:
        payload.operator.check_terms(operands, payload.signs)
    except ParaxError as error:
        position = error.details.pop("position", 1)
        span = payload.spans[position]
        right = structure.spans[structure.operands[node][position]]
        label = None
        if span is not None and right is not None and "left" in error.details:
            before = (
                span.text[: max(right.start - span.start, 0)].rstrip("( ").rstrip("+-").rstrip()
            )
            label = (
                f"left {quoted(' '.join(before.split()), 30)} is {error.details['left']}, "
                f"right {_text_of(right)} is {error.details['right']}"
            )
        raise error.located(span, label) from error.__cause__
