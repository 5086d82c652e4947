"""Keys of random numbers: JAX's, or an int."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError


def as_key(key: Any) -> jax.Array:
    """Give a JAX key for a key or an int.

    Raises:
        ParameterValueError: None; randomness is asked for explicitly.
        ParameterTypeError: neither a key nor an int.

    Example:
        >>> bool(as_key(3) == jax.random.key(3))
        True
    """
    if key is None:
        raise ParameterValueError(
            "random numbers need a key, and none was given",
            hint="write `key=0`, or give a key of `jax.random.key`",
        )
    if isinstance(key, int | np.integer) and not isinstance(key, bool):
        return jax.random.key(int(key))
    if isinstance(key, jax.Array):
        if jax.numpy.issubdtype(key.dtype, jax.dtypes.prng_key) and key.shape == ():
            return key
        if key.dtype == np.uint32 and key.ndim == 1:
            return jax.random.wrap_key_data(key)  # as `jax.random.PRNGKey` makes them
        if key.shape == () and jax.numpy.issubdtype(key.dtype, np.integer):
            return jax.random.key(key)
    raise ParameterTypeError(
        f"a key must be an int or a single key of `jax.random.key`, and got {quoted(repr(key))}",
        hint="write `key=0`; `jax.random.split` makes many keys of one, for `jax.vmap`",
    )
