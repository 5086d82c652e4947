"""Static metadata whose comparison and hash never raise, and PyTrees reduced to their arrays.

JAX compares and hashes the static half of every argument of a compiled function. What a person
puts into `info`, or what a distribution keeps beside its arrays, may be a list, a dict or an
array, none of which can be trusted with `==` and `hash`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
from jax.core import Tracer

from parax.parameters._rebuild import restore


def is_concrete(x: Any) -> bool:
    """Tell whether the numbers of `x` can be looked at, that is, whether it is no tracer."""
    return not isinstance(x, Tracer)


def same(a: Any, b: Any) -> bool:
    """Compare two static values by content; never raises, and NaN equals NaN."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | jax.Array):
        if not (is_concrete(a) and is_concrete(b)) or a.shape != b.shape or a.dtype != b.dtype:
            return False
        return np.asarray(a).tobytes() == np.asarray(b).tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    try:
        return bool(a == b) or bool(a != a and b != b)
    except Exception:  # `==` of a foreign class may do anything; such values differ
        return False


def _hash_or_zero(x: Any) -> int:
    try:
        return hash(x)
    except TypeError:  # unhashable content: `same` decides alone
        return 0


class Notes:
    """Name, scale, unit and remarks of a parameter: everything about it that is no array.

    Equality is by content and never raises, whatever `info` holds; the hash is computed once.
    """

    __slots__ = ("_hash", "info", "name", "scale", "unit")

    def __init__(
        self,
        name: str | Sequence[str] | None = None,
        scale: float = 1.0,
        info: Mapping[str, Any] | None = None,
        unit: str | None = None,
    ) -> None:
        self.name = name if name is None or isinstance(name, str) else list(name)
        self.scale = scale
        self.info = dict(info or {})
        self.unit = unit
        key = name if name is None or isinstance(name, str) else tuple(name)
        self._hash = hash((key, scale, unit, frozenset(self.info)))

    def renamed(self, name: str | Sequence[str] | None) -> Notes:
        """Give the same notes under another name."""
        return Notes(name, self.scale, self.info, self.unit)

    def _facts(self) -> tuple[Any, ...]:
        return self.name, self.scale, self.info, self.unit

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Notes):
            return NotImplemented
        return self._hash == other._hash and same(self._facts(), other._facts())

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Notes{self._facts()}"

    def __reduce__(self) -> tuple[Any, ...]:
        return Notes, self._facts()

    def __deepcopy__(self, memo: object) -> Notes:
        return self  # static, never changed in place


_ARRAY = None
"""Stands in `Skeleton.rest` where an array was taken out; a real leaf is never None."""


class Skeleton:
    """A PyTree without its arrays: structure, and the leaves that are no arrays."""

    __slots__ = ("_hash", "rest", "structure")

    def __init__(self, structure: Any, rest: tuple[Any, ...]) -> None:
        self.structure = structure
        self.rest = rest
        self._hash = hash((_hash_or_zero(structure), len(rest)))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Skeleton):
            return NotImplemented
        return (
            self._hash == other._hash
            and same(self.structure, other.structure)
            and same(self.rest, other.rest)
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Skeleton({self.structure})"

    def __deepcopy__(self, memo: object) -> Skeleton:
        return self


class Packed(eqx.Module):
    """A distribution or a transform whose only leaves are its floating-point arrays.

    The objects of distreqx hold Python bools and integers as leaves, which `jax.grad` refuses and
    `jax.jit` turns into tracers that no `if` can read. Here they are part of the structure.
    """

    arrays: tuple[Any, ...]
    skeleton: Skeleton = eqx.field(static=True)

    def __init__(self, tree: Any) -> None:
        leaves, structure = jtu.tree_flatten(_canonical(tree))
        leaves = [
            jnp.asarray(x, dtype=jnp.result_type(type(x)))
            if type(x) in (float, complex)
            else jnp.asarray(x)
            if isinstance(x, np.ndarray | np.generic) and np.issubdtype(x.dtype, np.inexact)
            else x
            for x in leaves
        ]
        self.arrays = tuple(x for x in leaves if _is_leaf_array(x))
        rest = tuple(_ARRAY if _is_leaf_array(x) else x for x in leaves)
        self.skeleton = Skeleton(structure, rest)

    def __reduce__(self) -> tuple[Any, ...]:
        return Packed, (unpack(self),)  # the structure of a PyTree does not pickle, the tree does


def _canonical(tree: Any) -> Any:
    """Build Modules anew from their fields alone.

    The Modules of distreqx carry a further attribute, which Equinox notes in the structure until
    the first unflattening drops it: equal objects of different history would not look equal.
    """
    if isinstance(tree, eqx.Module):
        fields = type(tree).__dataclass_fields__
        held = {name: _canonical(getattr(tree, name)) for name in fields}
        if type(tree).__module__.startswith("distreqx."):
            held = {
                name: x if fields[name].type in _COUNTS else _as_float(x)
                for name, x in held.items()
            }
        return restore(type(tree), held)
    if type(tree) in (list, tuple):
        return type(tree)(map(_canonical, tree))
    if type(tree) is dict:
        return {key: _canonical(value) for key, value in tree.items()}
    return tree


_COUNTS = (int, bool, "int", "bool")
"""What distreqx declares a field that counts or decides; its other integers are numbers."""


def _as_float(x: Any) -> Any:
    """Give an integer, or an array of these, as floats: `Uniform(0, 2)` has no samples without."""
    if type(x) is int:
        return float(x)
    if isinstance(x, jax.Array | np.ndarray) and jnp.issubdtype(x.dtype, jnp.integer):
        return jnp.asarray(x, dtype=jnp.result_type(float))
    return x


def _is_leaf_array(x: Any) -> bool:
    return eqx.is_inexact_array(x) or isinstance(x, np.floating) or not is_concrete(x)


def unpack(packed: Packed | None) -> Any:
    """Give back what was packed, with its present arrays."""
    if packed is None:
        return None
    arrays = iter(packed.arrays)
    skeleton = packed.skeleton
    leaves = [next(arrays) if x is _ARRAY else x for x in skeleton.rest]
    return jtu.tree_unflatten(skeleton.structure, leaves)


def repack(skeleton: Skeleton, arrays: Sequence[Any]) -> Packed:
    """Fill a structure with arrays."""
    new = object.__new__(Packed)
    object.__setattr__(new, "arrays", tuple(arrays))
    object.__setattr__(new, "skeleton", skeleton)
    return new
