"""Operators that choose: Where between two branches, Index among elements."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from parax._diagnostic import did_you_mean, echo, kind_of
from parax.errors import OperatorIndexError, OperatorTypeError
from parax.graph import Masked, is_masked
from parax.op._arithmetic import check_broadcast
from parax.op._base import Operator, as_operand
from parax.op._trees import as_array, is_leaf, map_leaves


class Where(Operator):
    """Choose between two operands by a condition, elementwise with broadcasting (O33).

    The gradient of the branch that is not taken is exactly 0, never NaN: the graph guards every
    edge that leaves it (X21).

    Args:
        condition: booleans; other numbers are tested against 0.
        true_branch: the value where the condition holds.
        false_branch: the value elsewhere.

    Example:
        >>> from parax import op
        >>> x = op.Input("x")
        >>> float(op.Where(x > 0, x, 0.0)(x=-3.0))
        0.0
    """

    graph_role: ClassVar[str] = "select"

    condition: Any
    true_branch: Any
    false_branch: Any

    def __init__(self, condition: Any, true_branch: Any, false_branch: Any) -> None:
        self.condition = as_operand(condition, "Where")
        self.true_branch = as_operand(true_branch, "Where")
        self.false_branch = as_operand(false_branch, "Where")

    def operands(self) -> tuple[Any, ...]:
        return (self.condition, self.true_branch, self.false_branch)

    def check(self, *operands: Any) -> None:
        check_broadcast("where", *operands)

    def compute(self, condition: Any, true_value: Any, false_value: Any) -> Any:
        return map_leaves(_choose, condition, true_value, false_value)

    def is_elementwise(self) -> bool:
        return True


def _choose(condition: Any, true_value: Any, false_value: Any) -> jax.Array:
    condition = jnp.asarray(condition)
    if condition.dtype != jnp.bool_:
        condition = condition != 0
    return jnp.where(condition, true_value, false_value)


class Indices:
    """What stands between the brackets: comparable and hashable by content."""

    __slots__ = ("key", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self.key = _index_key(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Indices) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return _index_text(self.value)


def _concrete(value: Any) -> Any:
    """Give an index with its arrays as NumPy's; raise for what is no index."""
    if isinstance(value, tuple):
        return tuple(_concrete(one) for one in value)
    if value is None or value is Ellipsis or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, slice):
        bounds = (value.start, value.stop, value.step)
        if all(one is None or isinstance(one, int | np.integer) for one in bounds):
            return slice(*(None if one is None else int(one) for one in bounds))
        raise OperatorTypeError(f"a slice takes integers, got `{echo(repr(value))}`")
    if isinstance(value, Operator):
        raise OperatorTypeError(
            f"an index is part of the structure and cannot be the expression `{echo(repr(value))}`",
            hint="index by integers, slices or arrays; a condition stands alone: `x[f > 0]`",
        )
    if isinstance(value, Tracer):
        raise OperatorTypeError("an index is part of the structure and cannot be a traced array")
    try:
        array = np.array(value) if np.size(value) else np.zeros(np.shape(value), int)
    except ValueError:  # rows of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "biu":
        raise OperatorTypeError(
            f"an index is an integer, a slice, `...`, None, or an integer or boolean array, "
            f"got `{echo(repr(value))}`"
        )
    return array


def _index_key(value: Any) -> Hashable:
    if isinstance(value, tuple):
        return ("tuple", *map(_index_key, value))
    if isinstance(value, slice):
        return ("slice", value.start, value.stop, value.step)
    if isinstance(value, np.ndarray):
        return ("array", value.dtype.str, value.shape, value.tobytes())
    return (type(value).__name__, value)


def _index_text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_index_text, value))
    if isinstance(value, slice):
        start, stop, step = (
            "" if one is None else str(one) for one in (value.start, value.stop, value.step)
        )
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    if isinstance(value, np.ndarray):
        return echo(str(value.tolist()), 40)
    return "..." if value is Ellipsis else repr(value)


class Index(Operator):
    """Take elements of an array, or the entry of a dict, list or tuple (O35).

    Args:
        operator: the operand.
        indices: ints, slices, `...`, None, integer or boolean arrays, a tuple of these; for a
            dict, list or tuple value its key or position.

    Raises:
        OperatorTypeError: `indices` is none of these.
        OperatorIndexError: when evaluated: an int outside its axis, a key that is not there.
    """

    operator: Any
    indices: Indices = eqx.field(static=True)

    def __init__(self, operator: Any, indices: Any) -> None:
        self.operator = as_operand(operator, "[]")
        self.indices = Indices(_concrete(indices))

    def operands(self) -> tuple[Any, ...]:
        return (self.operator,)

    def static_key(self) -> Hashable:
        return self.indices

    def is_regular(self) -> bool:
        return True

    def below(self, position: int) -> Callable[[jax.Array, tuple[int, ...]], jax.Array]:
        index = self.indices.value
        return lambda keep, shape: jnp.zeros(shape, jnp.bool_).at[index].max(keep)

    def check(self, operand: Any) -> None:
        if is_leaf(operand):
            _check_index(self.indices.value, jnp.shape(operand))
        else:
            _entry(operand, self.indices.value)

    def compute(self, value: Any) -> Any:
        if not is_leaf(value):
            entry = _entry(value, self.indices.value)
            return as_array(entry) if is_leaf(entry) else entry
        array = jnp.asarray(as_array(value))
        _check_index(self.indices.value, array.shape)
        return array[self.indices.value]

    def compute_masked(self, value: Any) -> Any:
        if not is_masked(value):  # a tree that has one in it
            return self.compute(value)
        taken, mask = self.compute(value.value), value.whole_mask[self.indices.value]
        return Masked(taken, mask, frozenset(range(jnp.ndim(taken))))

    def indices_apart(self) -> tuple[Hashable, tuple[int, ...]] | None:
        """Give the index with its whole numbers left open, and these."""
        parts = self.indices.value
        whole = parts if isinstance(parts, tuple) else (parts,)
        indices = tuple(part for part in whole if type(part) is int)
        rest = tuple(_OPEN if type(part) is int else part for part in whole)
        return (Indices(rest), indices) if indices else None

    def compute_at(self, indices: Sequence[Any], *values: Any) -> Any:
        """Take elements by traced whole numbers, which are known to lie inside."""
        parts = self.indices.value
        given = iter(indices)
        whole = parts if isinstance(parts, tuple) else (parts,)
        index = tuple(next(given) if type(part) is int else part for part in whole)
        return jnp.asarray(as_array(values[0]))[index]

    def symbol(self) -> str:
        return f"[{self.indices!r}]"


_OPEN = "?"
"""Stands for a whole number that is left open; no index is a text where the value is an array."""


def _check_index(index: Any, shape: tuple[int, ...]) -> None:
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, str) for part in parts):
        raise OperatorIndexError(
            f"`{echo(_index_text(index))}` names an entry, "
            f"and the value is an array of shape {shape}"
        )
    used = sum(
        part.ndim if isinstance(part, np.ndarray) and part.dtype == bool else 1
        for part in parts
        if part is not None and part is not Ellipsis and not isinstance(part, bool)
    )
    if used > len(shape):
        raise OperatorIndexError(
            f"`[{_index_text(index)}]` takes {used} axes, and the value of shape {shape} has "
            f"{len(shape)}"
        )
    axis = 0
    for part in parts:
        if part is Ellipsis:
            axis = axis + len(shape) - used
        elif part is None or isinstance(part, bool):
            continue
        elif isinstance(part, np.ndarray) and part.dtype == bool:
            if part.shape != shape[axis : axis + part.ndim]:
                raise OperatorIndexError(
                    f"a boolean index of shape {part.shape} does not fit axes of shape "
                    f"{shape[axis : axis + part.ndim]}"
                )
            axis += part.ndim
        else:
            if not isinstance(part, slice):
                _check_bounds(part, axis, shape)
            axis += 1


def _check_bounds(part: Any, axis: int, shape: tuple[int, ...]) -> None:
    wrong = [one for one in np.ravel(part).tolist() if not -shape[axis] <= one < shape[axis]]
    if wrong:
        raise OperatorIndexError(
            f"index {wrong[0]} is outside axis {axis} of shape {shape}, "
            f"which has {shape[axis]} {'element' if shape[axis] == 1 else 'elements'}",
            hint="indices start at 0",
        )


def _entry(tree: Any, key: Any) -> Any:
    try:
        return tree[key]
    except (KeyError, IndexError, TypeError):
        known = [str(one) for one in tree] if isinstance(tree, dict) else None
        if known is None:
            what = f"{kind_of(tree)}"
            if isinstance(tree, list | tuple):
                what += f" of {len(tree)}"
            raise OperatorIndexError(f"`[{_index_text(key)}]` is no position in {what}") from None
        listed = ", ".join(f"`{echo(one, 30)}`" for one in known[:8])
        raise OperatorIndexError(
            f"no entry `{_index_text(key)}`",
            hint=did_you_mean(str(key), known) or f"there are {listed}",
        ) from None
