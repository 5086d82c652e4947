"""A positive number as a function of any real one, and back."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters._static import is_concrete


def softplus(x: Any) -> jax.Array:
    """Give `log(1 + exp(x))`, but never 0, as that of JAX is below about -104 in 32 bit.

    The smallest normal number of the type is added, which changes nothing above about -70 (32 bit).

    Args:
        x: any real array.

    Returns:
        Positive numbers of the shape and type of `x`.

    Example:
        >>> float(softplus(-1e9)) > 0, round(float(softplus(0.0)), 4)
        (True, 0.6931)
    """
    x = jnp.asarray(x, dtype=_floating(x))
    return jax.nn.softplus(x) + jnp.finfo(x.dtype).tiny


def inv_softplus(y: Any) -> jax.Array:
    """Give the number of which `softplus` is `y`: `y + log(1 - exp(-y))`.

    Exact to rounding from the smallest to the largest numbers of the type.

    Args:
        y: a positive number or array.

    Returns:
        Array of the shape and floating-point type of `y`.

    Raises:
        ParameterValueError: a number that is not positive, or is no number.
        ParameterTypeError: no real number.

    Example:
        >>> import numpy as np
        >>> np.asarray(softplus(inv_softplus(jnp.array([1e-30, 1.0, 1e30])))).tolist()
        [1e-30, 1.0, 1e+30]
    """
    y = jnp.asarray(y, dtype=_floating(y))
    if is_concrete(y) and not (np.asarray(y) > 0).all():
        wrong = np.asarray(y)[~(np.asarray(y) > 0)].ravel()[0]
        raise ParameterValueError(
            f"`inv_softplus` takes positive numbers, and got {quoted(wrong.item())}",
            hint="softplus never gives zero or less",
        )
    return y + jnp.log(-jnp.expm1(-y))


def _floating(x: Any) -> Any:
    """Give the floating-point type in which to compute, and refuse what is no real number."""
    dtype = jnp.result_type(x)
    if jnp.issubdtype(dtype, jnp.complexfloating) or not jnp.issubdtype(dtype, jnp.number):
        raise ParameterTypeError(
            f"a real number is needed, and got one of dtype {quoted(dtype)}",
            hint="give real numbers",
        )
    return dtype if jnp.issubdtype(dtype, jnp.floating) else jnp.result_type(float)
