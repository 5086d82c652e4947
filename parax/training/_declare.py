"""A class that says itself which of its attributes are trained."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax.tree_util as jtu

from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParaxTypeError, UnknownSubmoduleError
from parax.module import is_groups_key, partition, trainable_part
from parax.parameters import Parameter
from parax.training._words import kind
from parax.wrappers import is_unwrappable


def parameters_method(*trainable_attributes: Any, submodules: bool = True) -> Callable[[Any], Any]:
    """Make the method `parameters` of a class from the names of what is trained.

    It gives the model with None in place of all that is not trained. Of the named attributes,
    arrays are kept as they are and free Parameters by their latent value; fixed Parameters,
    constants and integers are None.

    Args:
        *trainable_attributes: names of fields; one string may hold several, `"weight bias"`.
        submodules: whether modules in other fields contribute their own trainable part.

    Returns:
        A function to put into the body of a class as `parameters`. When called, it raises
        `UnknownSubmoduleError` (an `AttributeError`) for a name that is no field.

    Raises:
        ParaxTypeError: a name that is no string.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from parax.module import Module
        >>> class Linear(Module):
        ...     weight: jax.Array
        ...     average: jax.Array
        ...     parameters = parameters_method("weight")
        >>> part = Linear(jnp.ones(2), jnp.zeros(1)).parameters()
        >>> part.weight.tolist(), part.average
        ([1.0, 1.0], None)
    """
    for word in trainable_attributes:
        if not isinstance(word, str):
            raise ParaxTypeError(
                f"`parameters_method` takes the names of attributes, and got {kind(word)}",
                hint='write the names as text: `parameters = parameters_method("weight bias")`',
            )
    names = tuple(name for words in trainable_attributes for name in words.split())

    def parameters(self: Any) -> Any:
        """Give the trainable part: what the class names, and None in place of everything else."""
        _require_fields(self, names)
        return _declared_part(self, frozenset(names), submodules)

    return parameters


def _require_fields(model: Any, names: tuple[str, ...]) -> None:
    fields = {spec.name: spec for spec in dataclasses.fields(model)}
    moving = [name for name, spec in fields.items() if not spec.metadata.get("static", False)]
    owner = type(model).__name__
    for name in names:
        if name in moving:
            continue
        if name in fields:
            raise UnknownSubmoduleError(
                f"{quoted(f'{owner}.{name}')} is static, and cannot be trained",
                hint="leave it out of `parameters_method`, or declare it without `static=True`",
            )
        raise UnknownSubmoduleError(
            f"`parameters_method` names {quoted(name)}, which is no field of {quoted(owner)}",
            hint=did_you_mean(name, moving) or f"its fields are {', '.join(map(quoted, moving))}",
        )


def _declared_part(model: Any, names: frozenset[str], submodules: bool) -> Any:
    items, structure = jtu.tree_flatten_with_path(
        model, is_leaf=lambda x: x is not model and isinstance(x, eqx.Module)
    )
    parts = [
        _part(item, keys[0].name in names, submodules and not is_groups_key(keys[0]))
        for keys, item in items
    ]
    return jtu.tree_unflatten(structure, parts)


def _part(item: Any, named: bool, submodules: bool) -> Any:
    """Give what is trained of an array, a Parameter or a module that a field holds."""
    if isinstance(item, Parameter):
        return partition(item)[0] if named else _nothing(item)
    if isinstance(item, eqx.Module):
        # A wrapper stands for the value of its field; it is no module of its own.
        entered = named or (submodules and not is_unwrappable(item))
        return trainable_part(item)[0] if entered else _nothing(item)
    return item if named and eqx.is_inexact_array(item) else None


def _nothing(item: Any) -> Any:
    return jtu.tree_map(lambda _: None, item)
