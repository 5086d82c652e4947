"""Evaluation of a graph's table, node by node, on arrays, numbers or tracers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import Span, quoted
from parax.errors import OperatorError, ParaxError
from parax.graph._guard import ALL, GuardPlan, MaskValues, guard, is_elementwise, plan_guards
from parax.graph._structure import Kind, Structure


@dataclass(frozen=True)
class Feed:
    """What flows into a graph: its own numbers and data, and the inputs of a call.

    Args:
        numbers: the slots' values, in order.
        data: for each node that carries data, its arrays.
        args: positional inputs.
        keywords: for each leaf operator, the keywords that it is called with.
    """

    numbers: Sequence[Any]
    data: Sequence[Sequence[Any]]
    args: tuple[Any, ...]
    keywords: Sequence[dict[str, Any]]


def evaluate(structure: Structure, feed: Feed, *, check: bool = True) -> Any:
    """Compute the outputs of a graph.

    Args:
        structure: the graph's table.
        feed: its numbers, data and inputs.
        check: check operands first; not needed if the graph was validated on their shapes.

    Returns:
        The outputs' values, arranged as they were given.

    Raises:
        OperatorError: operands that do not fit; says which operator, and where in the text.
    """
    leaves = _leaf_values(structure, feed)
    if not structure.has_select:
        values = _plain(structure, leaves, None, check)
    else:
        values = _guarded(structure, leaves, plan_guards(structure), check)
    return structure.out_tree.unflatten([values[output] for output in structure.outputs])


def _leaf_values(structure: Structure, feed: Feed) -> dict[int, Any]:
    values: dict[int, Any] = dict(zip(structure.slots, feed.numbers, strict=True))
    keywords = dict(zip(structure.calls, feed.keywords, strict=True))
    for node, arrays in zip(structure.carriers, feed.data, strict=True):
        if structure.kinds[node] is Kind.DATA:
            values[node] = as_value(structure.skeleton(node).join(arrays))
        else:
            values[node] = call_leaf(structure, node, arrays, feed.args, keywords[node])
    for node, kind in enumerate(structure.kinds):
        if kind is Kind.LITERAL:
            values[node] = structure.payloads[node]
    return values


def as_value(value: Any) -> Any:
    """Give a Parameter's array: in expressions it stands for its scaled value (O6)."""
    if isinstance(value, jax.Array | np.ndarray):
        return value
    convert = getattr(value, "__jax_array__", None)
    return value if convert is None else convert()


def call_leaf(
    structure: Structure,
    node: int,
    arrays: Sequence[Any],
    args: tuple[Any, ...],
    keywords: dict[str, Any],
) -> Any:
    """Call a leaf operator with the inputs; its errors are told where it stands in the text."""
    operator = structure.skeleton(node).join(arrays) if arrays else structure.payloads[node]
    try:
        return as_value(operator(*args, **keywords))
    except ParaxError as error:
        raise error.located(structure.spans[node])
    except Exception as error:
        error.add_note(f"while evaluating {quoted(operator.symbol())}")
        raise


def _plain(
    structure: Structure, leaves: dict[int, Any], only: frozenset[int] | None, check: bool
) -> list[Any]:
    values: list[Any] = [None] * len(structure)
    for node in range(len(structure)):
        if node in leaves:
            values[node] = leaves[node]
        elif only is None or node in only:
            operands = [values[operand] for operand in structure.operands[node]]
            values[node] = compute_node(structure, node, operands, check=check)
    return values


def _guarded(
    structure: Structure, leaves: dict[int, Any], plan: GuardPlan, check: bool
) -> list[Any]:
    conditions = _plain(structure, leaves, plan.conditions, check)
    masks = MaskValues(plan, lambda node: conditions[node])
    values: list[Any] = [None] * len(structure)
    for node in range(len(structure)):
        if node in leaves:
            values[node] = leaves[node]
        elif node in plan.conditions and node not in plan.guarded:
            values[node] = conditions[node]
        elif node in plan.reached:
            operands = [values[operand] for operand in structure.operands[node]]
            if structure.kinds[node] is Kind.SELECT:
                operands[0] = conditions[structure.operands[node][0]]
            if node in plan.guarded:
                operands = _guard_operands(structure, node, operands, plan, masks)
            values[node] = compute_node(structure, node, operands, check=check)
    return values


def _guard_operands(
    structure: Structure, node: int, operands: list[Any], plan: GuardPlan, masks: MaskValues
) -> list[Any]:
    shape = _common_shape(operands) if is_elementwise(structure, node) else None
    result = []
    for position, (operand, mask) in enumerate(zip(operands, plan.edges[node], strict=True)):
        source = structure.operands[node][position]
        same_part = mask == plan.wanted[source] and shape in (None, _common_shape([operand]))
        if mask == ALL or same_part:
            result.append(operand)
        else:
            own = _common_shape([operand]) if shape is None else shape
            result.append(guard(operand, masks.value(mask), own))
    return result


def _common_shape(operands: Sequence[Any]) -> tuple[int, ...] | None:
    """Give the broadcast shape of all leaves, or None if they have none in common."""
    shapes = {jnp.shape(leaf) for leaf in jtu.tree_leaves(list(operands))}
    try:
        return jnp.broadcast_shapes(*shapes)
    except ValueError:
        return None


def compute_node(structure: Structure, node: int, operands: Sequence[Any], *, check: bool) -> Any:
    """Compute one inner node from its operands' values."""
    kind, payload = structure.kinds[node], structure.payloads[node]
    if kind is Kind.TREE:
        return payload.unflatten(operands)
    if kind is Kind.SUM:
        if check:
            check_sum(structure, node, operands)
        return payload.operator.accumulate(operands, payload.signs, payload.counts)
    try:
        if check:
            payload.check(*operands)
        return payload.compute(*operands)
    except ParaxError as error:
        raise locate(error, structure, node, operands)
    except (TypeError, ValueError, IndexError, ZeroDivisionError, AttributeError) as error:
        raise locate(refused(payload, operands, error), structure, node, operands) from error


def refused(operator: Any, operands: Sequence[Any], error: Exception) -> OperatorError:
    """Make the error for an operator whose function raised one of its own."""
    shapes = " and ".join(describe(operand) for operand in operands)
    first = str(error).strip().splitlines()
    return OperatorError(
        f"`{operator.symbol()}` cannot be applied to {shapes}",
        hint=f"its function says: {first[0][:200]}" if first else None,
    )


def describe(value: Any) -> str:
    """Say what an operand is: its shape and dtype, or its kind."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{tuple(value.shape)} {value.dtype}"
    return f"a {type(value).__name__}"


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
    shape = getattr(value, "shape", None)
    if shape is None:
        return f"a {type(value).__name__}"
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
        raise error.located(span, label)
