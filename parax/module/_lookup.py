"""Values by `model["name"]`."""

from __future__ import annotations

from typing import Any

import jax

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, UnknownParameterError
from parax.module._names import distinct
from parax.module._selection import find
from parax.module._walk import NamedParam, named_params
from parax.parameters import value_in


def is_names(index: Any) -> bool:
    """Tell whether what stands in brackets is a name or a list of names."""
    return isinstance(index, str) or (
        isinstance(index, list) and all(isinstance(word, str) for word in index)
    )


def values_at(tree: Any, index: Any) -> jax.Array | list[jax.Array]:
    """Give the physical value of a free parameter, or those of a list of names in its order.

    Args:
        tree: any PyTree.
        index: a full name or dotted path, or a list of these.

    Raises:
        UnknownParameterError: there is no such parameter, or it is fixed.
        ParameterTypeError: neither a name nor a list of names.
    """
    if not is_names(index):
        raise ParameterTypeError(
            f"a model is indexed by a name or a list of names, and got {quoted(repr(index))}",
            hint='write `model["filter_L"]`; an attribute is `model.filter`',
        )
    entries = distinct(named_params(tree, include_fixed=True))
    known = {entry.path: entry for entry in entries} | {entry.name: entry for entry in entries}
    if isinstance(index, str):
        return _value(tree, known, index)
    return [_value(tree, known, word) for word in index]


def _value(tree: Any, known: dict[str, NamedParam], word: str) -> jax.Array:
    param = (known.get(word) or find(tree, word)).param
    if param.fixed:
        raise UnknownParameterError(
            f"the parameter {quoted(word)} is fixed, and brackets give free ones",
            hint=f'use `param_value("{word}", include_fixed=True)`',
        )
    return value_in(param, "physical")
