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
    difference = first_difference(params, model, _fits, called="the root")
    if difference is not None:
        raise UpdateError(
            "the parameters are of another structure than the model:"
            f" {difference.where} is {difference.before} there and {difference.after} in the model",
            hint="give what `model.parameters()` or `parax.grad` give for this very model",
        )
    return jtu.tree_map(_chosen, params, model, is_leaf=_is_none)


def _fits(param: Any, value: Any) -> bool | None:
    if param is None:
        return True
    if jtu.all_leaves([param]):
        return value is not None and jtu.all_leaves([value])
    return None


def _chosen(param: Any, value: Any) -> Any:
    return value if param is None else param


def _is_none(x: Any) -> bool:
    return x is None
