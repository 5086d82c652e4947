"""Operators that take fixed elements of the last axes: Mask, OffDiagonal, Diagonal."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from parax._diagnostic import echo, kind_of
from parax.errors import OperatorError, OperatorTypeError
from parax.op._base import Operator, as_operand
from parax.op._select import Indices
from parax.op._trees import map_leaves


def _checked_mask(mask: Any, owner: str) -> np.ndarray:
    if isinstance(mask, Operator):
        raise OperatorTypeError(
            f"the mask of `{owner}` is part of the structure and cannot be the expression "
            f"`{echo(repr(mask))}`",
            hint="choose by a condition with `op.Where`",
        )
    if isinstance(mask, Tracer):
        raise OperatorTypeError(
            f"the mask of `{owner}` is part of the structure and cannot be a traced array",
            hint="make it with NumPy, or choose by a traced condition with `op.Where`",
        )
    try:
        array = np.array(mask)  # a copy: what is part of the structure does not change
    except ValueError:  # rows of different lengths
        array = np.asarray(None)
    if array.dtype != np.bool_:
        kind = kind_of(mask) if array.dtype == object else f"an array of {array.dtype}"
        raise OperatorTypeError(
            f"`{owner}` takes a boolean array as its mask, got {kind}",
            hint="compare to make one: `array != 0`; by positions choose with `x[positions]`",
        )
    return array


class Mask(Operator):
    """Take the elements at which a mask is true, leaf by leaf (O36).

    The mask lies on the last axes of the value, in C order; leading axes, such as that of a
    sweep, are kept.

    Shape: the operand's leading axes, and one for the elements taken. Unit: the operand's.
    Gradient: 1 for what is taken, 0 for the rest.

    Args:
        operator: the operand.
        mask: booleans, concrete; part of the structure.

    Raises:
        OperatorTypeError: the mask is not boolean, or not concrete.
        OperatorError: when evaluated: the last axes have another shape; names both.

    Example:
        >>> from parax import op
        >>> import jax.numpy as jnp
        >>> upper = op.Mask(op.Input("x"), [[False, True], [False, False]])
        >>> upper(x=jnp.arange(8.0).reshape(2, 2, 2)).tolist()
        [[1.0], [5.0]]
    """

    operator: Any
    mask: Indices = eqx.field(static=True)

    def __init__(self, operator: Any, mask: Any) -> None:
        self.operator = as_operand(operator, type(self).__name__)
        self.mask = Indices(_checked_mask(mask, type(self).__name__))

    def operands(self) -> tuple[Any, ...]:
        return (self.operator,)

    def static_key(self) -> Hashable:
        return self.mask

    def below(self, position: int) -> Callable[[jax.Array, tuple[int, ...]], jax.Array]:
        index = (..., self.mask.value)
        return lambda keep, shape: jnp.zeros(shape, jnp.bool_).at[index].set(keep)

    def check(self, operand: Any) -> None:
        map_leaves(self._check_leaf, operand)

    def _check_leaf(self, leaf: Any) -> None:
        wanted, shape = self.mask.value.shape, jnp.shape(leaf)
        if shape[len(shape) - len(wanted) :] != wanted:
            raise OperatorError(
                f"{self._described()} does not fit the last axes of shape {shape}",
                hint="leading axes are kept: the mask is that of one point of the sweep",
            )

    def _described(self) -> str:
        return f"a mask of shape {self.mask.value.shape}"

    def compute(self, value: Any) -> Any:
        return map_leaves(lambda leaf: jnp.asarray(leaf)[..., self.mask.value], value)


class OffDiagonal(Mask):
    """Take the elements beside the diagonal of square matrices, row by row (O26).

    Shape: `(…, p, p)` to `(…, p·(p − 1))`. Otherwise as `Mask`.

    Args:
        operator: the operand.
        n_ports: how many rows and columns the matrices have.
        **kwargs: further arguments of `Mask`, which has none of its own.

    Raises:
        OperatorTypeError: `n_ports` is no whole number.
        OperatorError: it is less than 1; when evaluated: the matrices are of another size.

    Example:
        >>> from parax import op
        >>> import jax.numpy as jnp
        >>> op.OffDiagonal(op.Input("x"), 2)(x=jnp.arange(4.0).reshape(2, 2)).tolist()
        [1.0, 2.0]
    """

    n_ports: int = eqx.field(static=True)

    def __init__(self, operator: Any, n_ports: int, **kwargs: Any) -> None:
        if not isinstance(n_ports, int | np.integer) or isinstance(n_ports, bool):
            raise OperatorTypeError(
                f"`OffDiagonal` takes the number of ports, got `{echo(repr(n_ports))}`"
            )
        if n_ports < 1:
            raise OperatorError(f"`OffDiagonal` takes 1 port or more, got {n_ports}")
        super().__init__(operator, ~np.eye(int(n_ports), dtype=bool), **kwargs)
        self.n_ports = int(n_ports)

    def _described(self) -> str:
        return (
            f"`OffDiagonal` of n_ports = {self.n_ports}, a mask of shape {self.mask.value.shape},"
        )


class Diagonal(Operator):
    """Take the diagonal of the last two axes, leaf by leaf (O37).

    Shape: `(…, p, q)` to `(…, min(p, q))`. Unit: the operand's. Gradient: 1 on the diagonal.

    Args:
        operator: the operand.

    Raises:
        OperatorError: when evaluated: the value has fewer than two axes.

    Example:
        >>> from parax import op
        >>> import jax.numpy as jnp
        >>> op.Diagonal(op.Input("x"))(x=jnp.arange(8.0).reshape(2, 2, 2)).tolist()
        [[0.0, 3.0], [4.0, 7.0]]
    """

    operator: Any

    def __init__(self, operator: Any) -> None:
        self.operator = as_operand(operator, "Diagonal")

    def operands(self) -> tuple[Any, ...]:
        return (self.operator,)

    def below(self, position: int) -> Callable[[jax.Array, tuple[int, ...]], jax.Array]:
        return _on_diagonal

    def check(self, operand: Any) -> None:
        map_leaves(_require_matrix, operand)

    def compute(self, value: Any) -> Any:
        return map_leaves(lambda leaf: jnp.diagonal(leaf, axis1=-2, axis2=-1), value)


def _require_matrix(leaf: Any) -> None:
    if len(jnp.shape(leaf)) < 2:
        raise OperatorError(
            f"`Diagonal` takes matrices on the last two axes, got shape {jnp.shape(leaf)}",
            hint="of a vector, `parax.functions.diag` makes the matrix with that diagonal",
        )


def _on_diagonal(keep: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    places = np.arange(min(shape[-2:]))
    return jnp.zeros(shape, jnp.bool_).at[..., places, places].set(keep)
