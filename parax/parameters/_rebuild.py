"""Copies of nested values: Modules and containers anew, arrays, functions and statics kept."""

from __future__ import annotations

from typing import Any

import jax.tree_util as jtu
import numpy as np


def rebuild(x: Any) -> Any:
    """Copy a nested value without copying what cannot change.

    Modules, lists, tuples, dicts and other PyTree nodes are built anew, at any depth. JAX arrays,
    functions and static fields are kept as they are: a deep copy of `jnp.add` is another object,
    which no cache would recognise. NumPy arrays and sets can be changed in place, so these are
    copied.

    Args:
        x: any value.

    Returns:
        A value of the same type and content.

    Example:
        >>> import jax.numpy as jnp
        >>> original = {"fn": jnp.add, "items": [1, 2]}
        >>> copy = rebuild(original)
        >>> copy["fn"] is jnp.add, copy["items"] is original["items"]
        (True, False)
    """
    if type(x) is dict:  # not as a PyTree: keys need no order here
        return {key: rebuild(value) for key, value in x.items()}
    if type(x) in (list, tuple):
        return type(x)(map(rebuild, x))
    if isinstance(x, np.ndarray | set | bytearray):
        return x.copy()
    if jtu.all_leaves([x]):
        return x
    return jtu.tree_map(rebuild, x, is_leaf=lambda child: child is not x)


def state_of(module: Any) -> dict[str, Any]:
    """Give the fields of a Module by name, and nothing else that was attached to it."""
    held = vars(module)
    return {name: held[name] for name in type(module).__dataclass_fields__ if name in held}


def restore(cls: type, fields: dict[str, Any]) -> Any:
    """Build an instance from its fields without running its constructor; used by pickle."""
    self = object.__new__(cls)
    self.__dict__.update(fields)  # past the frozen `__setattr__`, and all at once
    return self


def changed(module: Any, **fields: Any) -> Any:
    """Give a copy with some fields replaced, unchecked."""
    self = object.__new__(type(module))
    held = self.__dict__
    held.update(module.__dict__)
    held.update(fields)
    return self
