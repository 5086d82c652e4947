"""Values of parameters, by name and as one vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._device import to_device
from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParameterValueError
from parax.module._names import flat_names
from parax.module._walk import NamedParam
from parax.parameters import SPACES, Parameter, Space, elements, is_concrete, split, value_in


def chosen_space(default: Space, scaled: bool, space: Any) -> Space:
    """Give the space that `scaled=` and `space=` ask for; `space` wins."""
    if space is None:
        return "scaled" if scaled else default
    for known in SPACES:
        if space == known:
            return known
    suggestion = did_you_mean(space, SPACES) if isinstance(space, str) else None
    raise ParameterValueError(
        f"there is no space {quoted(repr(space))}",
        hint=suggestion or "use `latent`, `physical` or `scaled`",
    )


def flat_vector(params: Sequence[Parameter], space: Space) -> jax.Array:
    """Give all elements of the parameters as one vector, `(n,)`."""
    values = [value_in(p, space) for p in params]
    if not values:
        return jnp.zeros((0,))
    if all(map(is_concrete, values)):  # one transfer instead of thousands of small operations
        return to_device(np.concatenate([np.asarray(x).reshape(-1) for x in values]))
    return jnp.concatenate([jnp.ravel(x) for x in values])


def flat_items(entries: Sequence[NamedParam], space: Space) -> dict[str, jax.Array]:
    """Give each element, of shape `()`, by its flat name."""
    names = flat_names(entries)
    values: list[Any] = []
    for entry in entries:
        values.extend(elements(value_in(entry.param, space)))
    return dict(zip(names, values, strict=True))


def flat_floats(entries: Sequence[NamedParam], space: Space) -> dict[str, float]:
    """Give each element as a Python float by its flat name."""
    names = flat_names(entries)
    return dict(zip(names, flat_vector([e.param for e in entries], space).tolist(), strict=True))


def flat_params(entries: Sequence[NamedParam]) -> dict[str, Parameter]:
    """Give a scalar Parameter for each element by its flat name."""
    names = flat_names(entries)
    parts: list[Parameter] = []
    for entry in entries:
        parts.extend(split(entry.param))
    return dict(zip(names, parts, strict=True))
