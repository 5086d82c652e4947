"""The trainable part put back into its model."""

from __future__ import annotations

from typing import Any

import jax.tree_util as jtu

from parax.errors import UpdateError
from parax.module._structure import first_difference


def update_parameters(model: Any, params: Any) -> Any:
    """Replace what is trainable in a model.

    The way back from `model.parameters()`: what is None in `params` stays as it is in the model.

    Args:
        model: any PyTree, which is not changed.
        params: a tree of the structure of the model, with None for what stays.

    Returns:
        A model with the arrays of `params` in place of its own.

    Raises:
        UpdateError: a tree of another structure; the first key path that differs is named.

    Example:
        >>> import jax
        >>> from parax.module import Module
        >>> from parax.parameters import Parameter
        >>> class Line(Module):
        ...     slope: Parameter = 2.0
        ...     label: str = "a"
        >>> halved = jax.tree.map(lambda x: x / 2, Line().parameters())
        >>> float(update_parameters(Line(), halved).slope)
        1.0
    """
    try:
        return jtu.tree_map(_chosen, params, model, is_leaf=_is_none)
    except ValueError:
        found = first_difference(params, model, _fits, called="the root")
    where = (
        f": {found.where} is {found.before} there and {found.after} in the model" if found else ""
    )
    raise UpdateError(
        f"the parameters are of another structure than the model{where}",
        hint="give what `model.parameters()` or `parax.grad` give for this very model",
    )


def _fits(param: Any, value: Any) -> bool | None:
    if param is None:
        return True
    if jtu.all_leaves([param]):
        return value is not None and jtu.all_leaves([value])
    return None


def _chosen(param: Any, value: Any) -> Any:
    if param is None:
        return value
    if value is None or not jtu.all_leaves([value]):
        raise ValueError  # something else than a leaf stands in the model: said by the caller
    return param


def _is_none(x: Any) -> bool:
    return x is None
