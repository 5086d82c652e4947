"""Two-port pieces as chain (ABCD) matrices, to write a model with in a few lines."""

from __future__ import annotations

from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp

from parax.errors import OperatorError
from parax.rf._convert import Entries, as_complex, entries, matrix


def series(z: Any) -> jax.Array:
    """Give the chain matrix of an impedance in series: `[[1, z], [0, 1]]`.

    Args:
        z: impedance [ohm], any shape.

    Returns:
        Complex chain matrix, shape `(*z.shape, 2, 2)`.

    Example:
        >>> series(25.0).real.tolist()
        [[1.0, 25.0], [0.0, 1.0]]

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, table 4.1.
    """
    z = as_complex(z)
    one = jnp.ones_like(z)
    return matrix(one, z, jnp.zeros_like(z), one)


def shunt(y: Any) -> jax.Array:
    """Give the chain matrix of an admittance to ground: `[[1, 0], [y, 1]]`.

    Args:
        y: admittance [S], any shape.

    Returns:
        Complex chain matrix, shape `(*y.shape, 2, 2)`.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, table 4.1.
    """
    y = as_complex(y)
    one = jnp.ones_like(y)
    return matrix(one, jnp.zeros_like(y), y, one)


def line(z0: Any, gamma_length: Any) -> jax.Array:
    """Give the chain matrix of a transmission line.

    With `g = gamma_length`: `[[cosh g, z0 sinh g], [sinh g / z0, cosh g]]`. For a lossless line of
    length `l` and phase velocity `v` it is `g = 2j*pi*f*l/v`.

    Args:
        z0: characteristic impedance [ohm], real or complex.
        gamma_length: propagation constant times length, `(alpha + j beta) l` [Np + j rad]; it
            broadcasts with `z0`.

    Returns:
        Complex chain matrix, two axes more than the arguments together.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, table 4.1.
    """
    z0, g = as_complex(z0), as_complex(gamma_length)
    cosh, sinh = jnp.cosh(g), jnp.sinh(g)
    return matrix(cosh, z0 * sinh, sinh / z0, cosh)


def transformer(n: Any) -> jax.Array:
    """Give the chain matrix of an ideal transformer `n : 1`: `[[n, 0], [0, 1/n]]`.

    Args:
        n: turns of the first winding over those of the second, any shape.

    Returns:
        Complex chain matrix, shape `(*n.shape, 2, 2)`.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, table 4.1.
    """
    n = as_complex(n)
    zero = jnp.zeros_like(n)
    return matrix(n, zero, zero, 1 / n)


def cascade(*abcd: Any) -> jax.Array:
    """Give the chain matrix of two-ports one after the other: the product from left to right.

    Written out in the four entries: a batched `@` of 2 × 2 matrices costs ten times as much on a
    CPU. Leading axes broadcast.

    Args:
        *abcd: chain matrices, shape `(..., 2, 2)`.

    Returns:
        Complex chain matrix of the whole.

    Raises:
        OperatorError: none is given, or one is not 2 × 2.

    Example:
        >>> cascade(series(20.0), series(5.0)).real.tolist()
        [[1.0, 25.0], [0.0, 1.0]]

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, section 4.4.
    """
    if not abcd:
        raise OperatorError(
            "`cascade` of nothing", hint="give at least one chain matrix, such as `series(z)`"
        )
    return matrix(*reduce(_product, (entries(one, "cascade") for one in abcd)))


def _product(left: Entries, right: Entries) -> Entries:
    a1, b1, c1, d1 = left
    a2, b2, c2, d2 = right
    return (
        a1 * a2 + b1 * c2,
        a1 * b2 + b1 * d2,
        c1 * a2 + d1 * c2,
        c1 * b2 + d1 * d2,
    )
