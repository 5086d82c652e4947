"""The first place where two trees are not alike, in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import echo, kind_of, quoted

Decide = Callable[[Any, Any], bool | None]
"""Says of two nodes whether they are alike; None leaves it to what is below them."""


def _below_decides(old: Any, new: Any) -> None:
    """Leave it to what is below."""


class Mismatch(NamedTuple):
    """A place where two trees are not alike, and what each has there, as parts of a sentence."""

    where: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.where} was {self.before} and became {self.after}"


def first_difference(
    old: Any, new: Any, decide: Decide = _below_decides, *, called: str = "the model"
) -> Mismatch | None:
    """Say where the second tree is not built like the first; None if it is.

    Two leaves are alike if both are arrays or numbers of one shape and dtype, or if they are
    equal. A number of Python, or an array that JAX made of one, may become an array of the dtype
    that it would take beside it.

    Args:
        old: any PyTree.
        new: another.
        decide: asked first of each pair of nodes: True passes them, False finds them different.
        called: what the root is called.

    Example:
        >>> print(first_difference({"a": 1.0, "b": (2, 3)}, {"a": 1.0, "b": (2,)}))
        `['b']` was a tuple of 2 and became a tuple of 1
    """
    if decide is _below_decides and _is_alike(old, new):
        return None
    return _compare((), old, new, decide, called)


def _is_alike(old: Any, new: Any) -> bool:
    """Tell the same at once, as it is nearly always so."""
    before, structure = jtu.tree_flatten(old)
    after, other = jtu.tree_flatten(new)
    return structure == other and all(map(_alike, before, after))


def _compare(
    keys: tuple[Any, ...], old: Any, new: Any, decide: Decide, called: str
) -> Mismatch | None:
    where = quoted(jtu.keystr(keys)) if keys else called
    decided = decide(old, new)
    if decided is True or (decided is None and old is new):
        return None
    before, after = _below(old), _below(new)
    if decided is None and before is None and after is None and _alike(old, new):
        return None
    if decided is False or before is None or after is None or type(old) is not type(new):
        return Mismatch(where, _described(old), _described(new))
    if [key for key, _ in before[0]] != [key for key, _ in after[0]]:
        return Mismatch(where, _described(old), _described(new))
    for (key, first), (_, second) in zip(before[0], after[0], strict=True):
        found = _compare((*keys, key), first, second, decide, called)
        if found is not None:
            return found
    if before[1] != after[1]:
        return _static_difference(keys, old, new, where)
    return None


def _below(node: Any) -> Any:
    """Give the children of a node with their keys, and its static part; None for a leaf."""
    if node is None:
        return ([], None)
    return jtu.default_registry.flatten_one_level_with_keys(node)


def _static_difference(keys: tuple[Any, ...], old: Any, new: Any, where: str) -> Mismatch:
    for spec in dataclasses.fields(old) if dataclasses.is_dataclass(old) else ():
        before, after = getattr(old, spec.name, None), getattr(new, spec.name, None)
        if spec.metadata.get("static", False) and before != after:
            name = quoted(jtu.keystr((*keys, jtu.GetAttrKey(spec.name))))
            return Mismatch(name, quoted(repr(before)), quoted(repr(after)))
    return Mismatch(where, "static in one way", "static in another")


def _alike(old: Any, new: Any) -> bool:
    if not (_is_numeric(old) and _is_numeric(new)):
        return type(old) is type(new) and bool(old == new)
    before, after = jax.typeof(old), jax.typeof(new)
    if before.shape != after.shape:
        return False
    return before.dtype == after.dtype or (
        before.weak_type and jax.numpy.result_type(old, new) == after.dtype
    )


def _is_numeric(x: Any) -> bool:
    return isinstance(x, jax.Array | np.ndarray | np.generic | bool | int | float | complex)


def _described(x: Any) -> str:
    if x is None:
        return "None"
    if isinstance(x, jax.Array | np.ndarray):
        return quoted(f"{x.dtype}{list(x.shape)}")
    if isinstance(x, list | tuple | dict):
        return f"{kind_of(x)} of {len(x)}"
    if _is_numeric(x) or isinstance(x, str):
        return f"{kind_of(x)}, {quoted(repr(x))}"
    return echo(kind_of(x))
