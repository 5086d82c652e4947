"""The value of one node from its operands' values, or from the inputs."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParaxError
from parax.graph._kinds import Kind
from parax.graph._masked import bared, elementwise, holds_mask, is_masked
from parax.graph._protocol import is_operator
from parax.graph._stand_in import UNTRACEABLE
from parax.graph._structure import Structure
from parax.graph._trouble import check_sum, locate, refused, untraceable
from parax.parameters import is_param
from parax.wrappers import is_unwrappable, unwrap


def bare(tree: Any) -> Any:
    """Give a tree with what is wrapped in it unwrapped, all but Parameters.

    These stay, as a model's methods may ask for more than their value. A tree without anything
    wrapped is given back itself.
    """
    leaves, structure = jtu.tree_flatten(tree, is_leaf=is_unwrappable)
    wrapped = [is_unwrappable(leaf) and not is_param(leaf) for leaf in leaves]
    if not any(wrapped):
        return tree
    return structure.unflatten(
        [unwrap(leaf) if own else leaf for leaf, own in zip(leaves, wrapped, strict=True)]
    )


def as_value(value: Any) -> Any:
    """Give a Parameter's array: in expressions it stands for its scaled value (O6).

    In dicts, lists and tuples too; a Module, such as a model, keeps its own.
    """
    if isinstance(value, jax.Array | np.ndarray | jax.ShapeDtypeStruct):
        return value
    value = bare(value)
    if not isinstance(value, dict | list | tuple):
        return _as_array(value)
    leaves, structure = jtu.tree_flatten(value, is_leaf=_is_module)
    if not any(map(_is_module, leaves)):
        return value
    return structure.unflatten(map(_as_array, leaves))


def _is_module(value: Any) -> bool:
    return isinstance(value, eqx.Module)


def _as_array(value: Any) -> Any:
    convert = getattr(value, "__jax_array__", None)
    return value if convert is None or is_operator(value) else convert()


def call_leaf(
    structure: Structure,
    node: int,
    arrays: Sequence[Any],
    args: tuple[Any, ...],
    keywords: dict[str, Any],
) -> Any:
    """Call a leaf operator with the inputs; its errors are told where it stands in the text."""
    operator = structure.payloads[node]
    if arrays:
        operator = bare(structure.skeleton(node).join(arrays))
    try:
        return operator(*args, **keywords)
    except ParaxError as error:
        raise error.located(structure.spans[node]) from error.__cause__
    except UNTRACEABLE as error:
        raise untraceable(operator, error).located(structure.spans[node]) from error
    except Exception as error:
        error.add_note(f"while evaluating {quoted(operator.symbol())}")
        raise


def sum_up(payload: Any, *operands: Any) -> Any:
    """Compute a merged sum."""

    def add(*values: Any) -> Any:
        return payload.operator.accumulate(values, payload.signs, payload.counts)

    return elementwise(add, operands) if any(map(is_masked, operands)) else add(*operands)


def compute_operator(payload: Any, *operands: Any) -> Any:
    """Compute an operator, which is told of masked operands (X22)."""
    if any(map(holds_mask, operands)):
        return payload.compute_masked(*operands)
    return payload.compute(*operands)


def compute_node(structure: Structure, node: int, operands: Sequence[Any], *, check: bool) -> Any:
    """Compute one inner node from its operands' values."""
    kind, payload = structure.kinds[node], structure.payloads[node]
    if kind is Kind.TREE:
        return payload.unflatten(operands)
    if kind is Kind.SUM:
        if check:
            check_sum(structure, node, list(map(bared, operands)))
        return sum_up(payload, *operands)
    try:
        if check:
            payload.check(*(operands if kind is Kind.OVER else map(bared, operands)))
        return compute_operator(payload, *operands)
    except ParaxError as error:
        raise locate(error, structure, node, operands) from error.__cause__
    except (TypeError, ValueError, IndexError, ZeroDivisionError, AttributeError) as error:
        raise locate(refused(payload, operands, error), structure, node, operands) from error
