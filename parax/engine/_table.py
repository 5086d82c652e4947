"""Tables of nodes, and values in few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax.graph import is_masked

SHOWN = 60
"""So many nodes does a table show."""


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Lay out rows in columns, some of them set to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def arrays_of(value: Any) -> list[Any]:
    """Give the arrays and numbers of a value; a masked one has its whole array."""
    leaves = jtu.tree_leaves(value, is_leaf=is_masked)
    leaves = [one.value if is_masked(one) else one for one in leaves]
    return [
        one for one in leaves if hasattr(one, "dtype") or isinstance(one, int | float | complex)
    ]


def shape_text(value: Any) -> str:
    """Give shape and dtype of a value."""
    leaves = arrays_of(value)
    if len(leaves) != 1:
        return f"{len(leaves)} arrays"
    dtype = getattr(leaves[0], "dtype", None) or jnp.result_type(leaves[0])
    return f"{dtype}[{', '.join(map(str, jnp.shape(leaves[0])))}]"


def value_text(value: Any) -> str:
    """Give a number, or the range of an array."""
    if is_masked(value):
        mask = np.asarray(value.whole_mask)
        kept = np.asarray(value.value)[mask]
        return f"{_array_text(kept)} at {mask.sum()} of {mask.size} points"
    leaves = arrays_of(value)
    if len(leaves) != 1:
        return ""
    if isinstance(leaves[0], jax.Array) and jnp.issubdtype(leaves[0].dtype, jax.dtypes.extended):
        return "a key"
    return _array_text(np.asarray(leaves[0]))


def _array_text(array: np.ndarray) -> str:
    if array.size == 0:
        return "empty"
    if array.dtype.kind == "b":
        return str(bool(array)) if array.ndim == 0 else f"{array.sum()} of {array.size} true"
    if not jnp.issubdtype(array.dtype, jnp.inexact):
        return _range_text("", array)
    whole = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    if array.ndim == 0:
        return f"{whole.item():.6g}"
    finite = whole[np.isfinite(whole)]
    wrong = whole.size - finite.size
    text = (
        _range_text("", finite) if whole.dtype.kind == "f" else _range_text("|x| ", np.abs(finite))
    )
    return text + f" ({wrong} not finite)" * (wrong > 0)


def _range_text(before: str, array: np.ndarray) -> str:
    if array.size == 0:
        return "none finite"
    low, high = array.min().item(), array.max().item()
    return f"{before}{low:.6g}" + (f" … {high:.6g}" if high != low or array.ndim else "")
