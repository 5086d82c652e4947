"""An optimiser with its state, as a value."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParaxTypeError, UpdateError
from parax.module import first_difference, part_names, trainable_part
from parax.training._words import kind


class Optimizer(eqx.Module):
    """An optimiser such as Optax makes, together with its state; immutable.

    Args:
        transform: has `init(params)`, and `update(gradients, state, params)` which gives
            `(updates, state)`: any transformation of Optax. It is static: make it once, since
            another one with the same settings is another one to `jit`.
        params: a model, or its trainable part.

    Attributes:
        state: what `transform` keeps between two steps.

    Raises:
        ParaxTypeError: `transform` is no such thing.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> weights = {"w": jnp.array([1.0, 2.0])}
        >>> optimizer = Optimizer(optax.sgd(0.5), weights)
        >>> updates, optimizer = optimizer.apply({"w": jnp.array([2.0, 4.0])}, weights)
        >>> updates["w"].tolist()
        [-1.0, -2.0]
    """

    transform: Any = eqx.field(static=True)
    state: Any
    _structure: Any = eqx.field(static=True, repr=False)

    def __init__(self, transform: Any, params: Any) -> None:
        if not all(callable(getattr(transform, name, None)) for name in ("init", "update")):
            raise ParaxTypeError(
                f"`transform` must have the methods `init` and `update`, and is {kind(transform)}",
                hint="give a transformation of Optax: `Optimizer(optax.adam(1e-3), model)`",
            )
        part = trainable_part(params)[0]
        self.transform = transform
        self.state = transform.init(part)
        self._structure = jtu.tree_structure(part)

    def apply(self, grads: Any, params: Any) -> tuple[Any, Optimizer]:
        """Take one step.

        Args:
            grads: gradients, of the structure of the trainable part.
            params: the model, or its trainable part.

        Returns:
            `(updates, optimizer)`: what to add to the trainable part, and the optimiser after
            this step.

        Raises:
            UpdateError: gradients, parameters and state are not those of one model; the names
                that differ are listed.
        """
        structure = jtu.tree_structure(grads)
        if jtu.tree_structure(params) != structure:
            params = trainable_part(params)[0]
        _require_same(params, grads, "the gradients", "have")
        stored = jtu.tree_unflatten(self._structure, [np.zeros(())] * self._structure.num_leaves)
        _require_same(params, stored, "the optimizer", "has")
        updates, state = self.transform.update(grads, self.state, params)
        if jtu.tree_structure(state) == jtu.tree_structure(self.state):
            state = jtu.tree_map(as_before, self.state, state)
        return updates, eqx.tree_at(lambda self: self.state, self, state, is_leaf=_is_none)


def as_before(old: Any, new: Any) -> Any:
    """Give an array as weakly typed as it was before, so that the next call is not traced anew.

    JAX takes `jax.numpy.array(1.0)` for a number of Python whose dtype may still change. After a
    step it would no longer, which to `jit` is another argument.
    """
    if not (isinstance(old, jax.Array) and isinstance(new, jax.Array)):
        return new
    before, after = jax.typeof(old), jax.typeof(new)
    if before.weak_type == after.weak_type or before.dtype != after.dtype:
        return new
    return old.at[...].set(new) if before.shape == after.shape else new


def _require_same(params: Any, other: Any, called: str, has: str) -> None:
    if jtu.tree_structure(params) == jtu.tree_structure(other):
        return
    ours, theirs = set(part_names(params)), set(part_names(other))
    found: list[str] = []
    if theirs - ours:
        found.append(f"{called} {has} {_listed(theirs - ours)}, which the model does not train")
    if ours - theirs:
        found.append(f"the model trains {_listed(ours - theirs)}, which is not in {called}")
    words = "; ".join(found) or str(first_difference(other, params))
    raise UpdateError(
        f"gradients, parameters and optimizer do not fit: {words}",
        hint="make the optimizer for this very model: `Optimizer(transform, model)`",
    )


def _listed(names: set[str]) -> str:
    return ", ".join(map(quoted, sorted(names)))


def _is_none(x: Any) -> bool:
    return x is None
