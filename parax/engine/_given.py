"""The arguments of one call: their arrays in order, and a key of everything else."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.tree_util as jtu
import numpy as np

from parax._device import to_device
from parax._diagnostic import quoted
from parax.errors import OperatorTypeError
from parax.graph import Skeleton

_INT_LIMIT = 2**31
_ARRAYS = (jax.Array, jax.ShapeDtypeStruct, np.ndarray, np.generic)
_IS_ARRAY: dict[type, bool] = {}  # looking a class up is quicker than asking what it is
_ARRAY = object()  # stands for an array in a key: what is known of it is in the types


class Number:
    """A plain number among the inputs: an argument, never part of the structure (L31)."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Given(NamedTuple):
    """What one call was given.

    Attributes:
        args: positional inputs, with each plain number as a `Number`.
        inputs: inputs by name, likewise.
        arrays: their arrays and plain numbers, in the order of the tree.
        key: the structure, and shape, dtype and weakness of each array; never a value.
    """

    args: tuple[Any, ...]
    inputs: dict[str, Any]
    arrays: list[Any]
    key: Hashable

    def with_arrays(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give the inputs with each plain number as a weakly typed array."""
        return jtu.tree_map(_as_array, (self.args, self.inputs))

    def plain(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give the inputs as they came."""
        return jtu.tree_map(_as_given, (self.args, self.inputs))


def _as_array(leaf: Any) -> Any:
    return to_device(leaf.value) if isinstance(leaf, Number) else leaf


def _as_given(leaf: Any) -> Any:
    return leaf.value if isinstance(leaf, Number) else leaf


def given(args: tuple[Any, ...], inputs: Mapping[str, Any]) -> Given:
    """Take the arguments of a call apart.

    Raises:
        OperatorTypeError: a class or a text stands in place of the model.
    """
    if args and isinstance(args[0], str | type):
        raise _no_model(args[0])
    tree = tuple(map(_marked, args)), {name: _marked(value) for name, value in inputs.items()}
    leaves, treedef = jtu.tree_flatten(tree)
    arrays: list[Any] = []
    types: list[Hashable] = []
    rest: list[Any] = []
    for leaf in leaves:
        kind = type(leaf)
        if kind not in _IS_ARRAY:
            _IS_ARRAY[kind] = isinstance(leaf, _ARRAYS)  # a tracer is one only as an instance
        if _IS_ARRAY[kind]:
            arrays.append(leaf)
            types.append((leaf.shape, leaf.dtype, getattr(leaf, "weak_type", False)))
            rest.append(_ARRAY)
        elif kind is Number:
            arrays.append(leaf.value)
            types.append(type(leaf.value))
            rest.append(_ARRAY)
        else:
            rest.append(leaf)
    return Given(*tree, arrays, (Skeleton(treedef, tuple(rest)), tuple(types)))


def _marked(value: Any) -> Any:
    """Mark the plain numbers of an input; those inside a Module are part of its structure."""
    if isinstance(value, eqx.Module | jax.Array | np.ndarray | np.generic):
        return value
    if isinstance(value, int | float | complex):
        return Number(_in_range(value))
    return jtu.tree_map(_marked_leaf, value, is_leaf=_is_module)


def _marked_leaf(leaf: Any) -> Any:
    if isinstance(leaf, int | float | complex) and not isinstance(leaf, np.generic):
        return Number(_in_range(leaf))
    return leaf


def _is_module(value: object) -> bool:
    return isinstance(value, eqx.Module)


def _in_range(value: Any) -> Any:
    """Give a number as JAX can take it: a whole number beyond 32 bit is a float (X3)."""
    if isinstance(value, int) and not isinstance(value, bool):
        if -_INT_LIMIT <= value < _INT_LIMIT:
            return int(value)  # no subclass, as of an enumeration
        return float(value) if abs(value) < 2**1023 else float("inf") * (1 if value > 0 else -1)
    return value


def require_data(call: Given, names: Sequence[str]) -> None:
    """Check that what a call was given can be computed with.

    Args:
        call: what it was given.
        names: the inputs that the expression itself takes.

    Raises:
        OperatorTypeError: an input is None or a text, or holds one; an array is none of numbers.
    """
    for array in call.arrays:
        if isinstance(array, np.ndarray | np.generic) and array.dtype.kind in "OUSMm":
            raise _no_numbers(array)
    for name in names:
        if name in call.inputs:
            _require_numbers(name, call.inputs[name])


def _require_numbers(name: str, value: Any) -> None:
    if value is None:
        raise OperatorTypeError(
            f"the input {quoted(name)} is None", hint="leave it out to have its default"
        )
    for leaf in jtu.tree_leaves(value, is_leaf=_is_module):
        if isinstance(leaf, str):
            what = "is" if leaf is value else "holds"
            raise OperatorTypeError(
                f"the input {quoted(name)} {what} the text {quoted(leaf)}",
                hint="give a number or an array: texts are for the expression alone",
            )


def _no_model(value: Any) -> OperatorTypeError:
    if isinstance(value, str):
        return OperatorTypeError(
            f"the model is the text {quoted(value)}",
            hint="the model is the first positional argument; give inputs by name",
        )
    return OperatorTypeError(
        f"the model is the class `{value.__name__}`, not an instance of it",
        hint=f"write `{value.__name__}(…)`",
    )


def _no_numbers(array: Any) -> OperatorTypeError:
    return OperatorTypeError(
        f"an input is a NumPy array of dtype {array.dtype}, and no array of numbers",
        hint="give numbers, booleans or complex numbers, all rows of one length",
    )
