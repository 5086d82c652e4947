"""Whether an optimiser can start: value and gradient are finite, or it is told where not (U12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from parax._diagnostic import quoted
from parax.engine import Slope, Trouble
from parax.errors import NonFiniteError


def is_finite(tree: Any) -> bool:
    """Tell whether all numbers of a tree of arrays are finite."""
    return all(np.isfinite(np.asarray(one)).all() for one in jax.tree_util.tree_leaves(tree))


def value_not_finite(value: Any, trouble: Trouble | None, where: str) -> NonFiniteError:
    """Make the error for an objective that is not finite.

    Args:
        value: what the objective gives.
        trouble: where it comes from; None if each operator alone gives a finite value.
        where: the point, in words.
    """
    shown = np.asarray(value)
    what = f"{shown:.6g}" if shown.ndim == 0 else f"not finite, of shape {shown.shape}"
    headline = f"the objective is {what} at {where}"
    if trouble is None:
        return NonFiniteError(
            headline, hint="each operator alone is finite there: the rounding of the whole is not"
        )
    return NonFiniteError(
        f"{headline}: {trouble}",
        hint=trouble.circumstance,
        span=trouble.span,
        operator=trouble.operator,
        value=trouble.value,
        point=list(trouble.point),
    )


def gradient_not_finite(names: Sequence[str], slope: Slope | None, where: str) -> NonFiniteError:
    """Make the error for a gradient that is not finite, though the value is.

    Args:
        names: the elements whose derivative is not finite.
        slope: where it comes from; None if each operator alone gives a finite derivative.
        where: the point, in words.
    """
    listed = ", ".join(quoted(name, 40) for name in names[:6])
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    headline = (
        f"the objective is finite at {where}, its gradient with respect to {listed}{more} is not"
    )
    if slope is None:
        return NonFiniteError(
            headline,
            hint="each derivative alone is finite there: the rounding of the whole is not",
            parameters=list(names),
        )
    return NonFiniteError(
        f"{headline}: {slope}",
        hint=slope.circumstance,
        span=slope.span,
        parameters=list(names),
        operator=slope.operator,
        value=slope.value,
        point=list(slope.point),
    )
