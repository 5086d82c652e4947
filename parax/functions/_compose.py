"""What a call of a Function does with its operands: compute on arrays, or compose an operator."""

from __future__ import annotations

from numbers import Number
from typing import TYPE_CHECKING, Any

import jax.tree_util as jtu

from parax import op
from parax._diagnostic import echo, kind_of
from parax.errors import OperatorError, ParaxTypeError

if TYPE_CHECKING:
    from parax.functions._function import Function


def holds_operator(value: Any) -> bool:
    """Tell whether a value is an operator, or a list, tuple or dict with one in it."""
    if isinstance(value, op.Operator):
        return True
    if isinstance(value, dict):
        return any(map(holds_operator, value.values()))
    return isinstance(value, list | tuple) and any(map(holds_operator, value))


def _is_operand(value: Any) -> bool:
    if isinstance(value, op.Operator) or hasattr(value, "__jax_array__"):
        return True
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if kind is not None:
        return kind in "biufcV"  # V: the small floats that NumPy does not know
    return isinstance(value, Number) or not (value is None or jtu.all_leaves((value,)))


def _require_operands(function: Function, operands: tuple[Any, ...]) -> None:
    for value in operands:
        if not _is_operand(value):
            raise ParaxTypeError(
                f"`{function.name}` cannot take `{echo(repr(value), 40)}`, {kind_of(value)}",
                hint="an operand is an operator, a number, an array, or a tree of these",
            )
    if not operands and any(one.variadic and not one.static for one in function.parameters):
        raise OperatorError(f"`{function.name}` of an empty list", hint="give at least one")


def _spread(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Take the items of a single list, or of what the text `[a, b]` builds."""
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        return tuple(operands[0])
    if len(operands) == 1 and isinstance(operands[0], op.Stack) and operands[0].axis == 0:
        return operands[0].operators
    return operands


def _code(function: Function, operands: tuple[Any, ...], static: dict[str, Any]) -> Any:
    if len(function.codes) == 1 or len(operands) == 1:
        return function.codes[0]
    if static:
        raise ParaxTypeError(
            f"`{function.name}` of several values compares them elementwise and takes no "
            f"`{next(iter(static))}`",
            hint=f"stack them first: `{function.name}(stack(a, b), axis=0)`",
        )
    return function.codes[1]


def compute(function: Function, operands: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """Compute on arrays, numbers, Parameters, and trees of them."""
    if function.kind in ("stack", "concat"):
        operands = _spread(operands)
    _require_operands(function, operands)
    code = _code(function, operands, static)
    if function.kind == "callable":  # a user's function is given arrays, not Parameters
        operands = tuple(op.map_leaves(_itself, value) for value in operands)
    return code(*operands, **static)


def _itself(value: Any) -> Any:
    return value


def compose(function: Function, operands: tuple[Any, ...], static: dict[str, Any]) -> op.Operator:
    """Build the operator of a call, the same as the language builds.

    Where all operands are operators nothing is left to check, and `op.filled` builds in constant
    time.
    """
    if function.kind in ("stack", "concat"):
        operands = _spread(operands)
    _require_operands(function, operands)
    if function.kind == "grad":
        return op.Gradient(*operands)
    code = _code(function, operands, static)
    cls, fields = _fields(function, code, operands, static)
    if all(isinstance(value, op.Operator) for value in operands):
        return op.filled(cls, op.NOWHERE, **fields)
    return _checked(cls, code, operands, static, fields)


def _is_elementwise(function: Function, code: Any) -> bool:
    if function.kind == "callable":
        return op.traits_of(code).elementwise
    return function.kind == "elementwise" or code is not function.codes[0]


def _fields(
    function: Function, code: Any, operands: tuple[Any, ...], static: dict[str, Any]
) -> tuple[type[op.Operator], dict[str, Any]]:
    count = len(operands)
    if function.kind == "where":
        names = ("condition", "true_branch", "false_branch")
        return op.Where, dict(zip(names, operands, strict=True))
    if function.kind == "stack":
        return op.Stack, {"operators": operands, "axis": static.get("axis", 0)}
    if function.kind == "reduction" and count == 1 and set(static) <= {"axis"}:
        fn = op.stored_function(code, "Reduce")
        return op.Reduce, {"operator": operands[0], "fn": fn, "axis": static.get("axis")}
    if count in (1, 2) and not static and _is_elementwise(function, code):
        if count == 1:
            return op.Map, {"fn": op.stored_function(code, "Map"), "operator": operands[0]}
        fn = op.stored_function(code, "Binary")
        return op.Binary, {"fn": fn, "left": operands[0], "right": operands[1]}
    fn = op.stored_function(code, "Apply")
    return op.Apply, {"fn": fn, "values": operands, "static": tuple(sorted(static.items()))}


def _checked(
    cls: type[op.Operator],
    code: Any,
    operands: tuple[Any, ...],
    static: dict[str, Any],
    fields: dict[str, Any],
) -> op.Operator:
    if cls is op.Apply:
        return op.Apply(code, *operands, **static)
    if cls is op.Stack:
        return op.Stack(operands, fields["axis"])
    return cls(**fields | ({"fn": code} if "fn" in fields else {}))
