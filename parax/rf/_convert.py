"""Conversions between the matrices of a network: scattering, impedance, admittance, chain.

All are elementwise over leading axes and differentiable. With equal real reference impedances all
functions of one matrix commute, so that one `solve` serves where text books write an inverse.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from parax._diagnostic import quoted
from parax.errors import OperatorError, OperatorTypeError

Entries = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


def stoz(S: Any, z0: Any = 50.0) -> jax.Array:
    """Give the impedance matrix of a scattering matrix: `Z = z0 (I - S)^-1 (I + S)` [ohm].

    It does not exist for a through: use the chain matrix there.

    Args:
        S: scattering matrix, shape `(..., N, N)`.
        z0: reference impedance of all ports [ohm], real.

    Returns:
        Impedance matrix [ohm], shape of `S`.

    Raises:
        OperatorError: the last two axes are not a square, or `z0` is no number.
        OperatorTypeError: `z0` is complex.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, section 4.3.
    """
    s, z0 = _square(S, "stoz"), _reference(z0, "stoz")
    one = _identity(s)
    return z0 * jnp.linalg.solve(one - s, one + s)


def ztos(Z: Any, z0: Any = 50.0) -> jax.Array:
    """Give the scattering matrix of an impedance matrix: `S = (Z + z0 I)^-1 (Z - z0 I)`.

    Args:
        Z: impedance matrix [ohm], shape `(..., N, N)`.
        z0: reference impedance of all ports [ohm], real.

    Returns:
        Scattering matrix, shape of `Z`.

    Raises:
        OperatorError: the last two axes are not a square, or `z0` is no number.
        OperatorTypeError: `z0` is complex.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, section 4.3.
    """
    z, z0 = _square(Z, "ztos"), _reference(z0, "ztos")
    reference = z0 * _identity(z)
    return jnp.linalg.solve(z + reference, z - reference)


def stoy(S: Any, z0: Any = 50.0) -> jax.Array:
    """Give the admittance matrix of a scattering matrix: `Y = (I + S)^-1 (I - S) / z0` [S].

    It does not exist for a through: use the chain matrix there.

    Args:
        S: scattering matrix, shape `(..., N, N)`.
        z0: reference impedance of all ports [ohm], real.

    Returns:
        Admittance matrix [S], shape of `S`.

    Raises:
        OperatorError: the last two axes are not a square, or `z0` is no number.
        OperatorTypeError: `z0` is complex.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, table 4.2.
    """
    s, z0 = _square(S, "stoy"), _reference(z0, "stoy")
    one = _identity(s)
    return jnp.linalg.solve(one + s, one - s) / z0


def ytos(Y: Any, z0: Any = 50.0) -> jax.Array:
    """Give the scattering matrix of an admittance matrix: `S = (I + z0 Y)^-1 (I - z0 Y)`.

    Args:
        Y: admittance matrix [S], shape `(..., N, N)`.
        z0: reference impedance of all ports [ohm], real.

    Returns:
        Scattering matrix, shape of `Y`.

    Raises:
        OperatorError: the last two axes are not a square, or `z0` is no number.
        OperatorTypeError: `z0` is complex.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, table 4.2.
    """
    y, z0 = _square(Y, "ytos"), _reference(z0, "ytos")
    one, normalised = _identity(y), z0 * y
    return jnp.linalg.solve(one + normalised, one - normalised)


def ztoy(Z: Any) -> jax.Array:
    """Give the admittance matrix of an impedance matrix: `Y` with `Z Y = I` [S].

    Args:
        Z: impedance matrix [ohm], shape `(..., N, N)`.

    Returns:
        Admittance matrix [S], shape of `Z`.

    Raises:
        OperatorError: the last two axes are not a square.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, section 4.2.
    """
    z = _square(Z, "ztoy")
    return jnp.linalg.solve(z, jnp.broadcast_to(_identity(z), z.shape))


def ytoz(Y: Any) -> jax.Array:
    """Give the impedance matrix of an admittance matrix: `Z` with `Y Z = I` [ohm].

    Args:
        Y: admittance matrix [S], shape `(..., N, N)`.

    Returns:
        Impedance matrix [ohm], shape of `Y`.

    Raises:
        OperatorError: the last two axes are not a square.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, section 4.2.
    """
    y = _square(Y, "ytoz")
    return jnp.linalg.solve(y, jnp.broadcast_to(_identity(y), y.shape))


def stoabcd(S: Any, z0: Any = 50.0) -> jax.Array:
    """Give the chain matrix of a two-port's scattering matrix.

    With `d = 2 S21`: `A = ((1+S11)(1-S22) + S12 S21) / d`, `B = z0 ((1+S11)(1+S22) - S12 S21) / d`,
    `C = ((1-S11)(1-S22) - S12 S21) / (z0 d)`, `D = ((1-S11)(1+S22) + S12 S21) / d`.

    Args:
        S: scattering matrix, shape `(..., 2, 2)`.
        z0: reference impedance of both ports [ohm], real.

    Returns:
        Chain matrix, shape of `S`: `A` and `D` are numbers, `B` is in ohm, `C` in siemens.

    Raises:
        OperatorError: it has another number of ports than two, or `z0` is no number.
        OperatorTypeError: `z0` is complex.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, table 4.2.
    """
    s11, s12, s21, s22 = entries(S, "stoabcd")
    z0 = _reference(z0, "stoabcd")
    through, twice = s12 * s21, 2 * s21
    return matrix(
        ((1 + s11) * (1 - s22) + through) / twice,
        ((1 + s11) * (1 + s22) - through) / twice * z0,
        ((1 - s11) * (1 - s22) - through) / twice / z0,
        ((1 - s11) * (1 + s22) + through) / twice,
    )


def abcdtos(ABCD: Any, z0: Any = 50.0) -> jax.Array:
    """Give the scattering matrix of a two-port's chain matrix.

    With `d = A + B/z0 + C z0 + D`: `S11 = (A + B/z0 - C z0 - D) / d`, `S12 = 2 (A D - B C) / d`,
    `S21 = 2 / d`, `S22 = (-A + B/z0 - C z0 + D) / d`.

    Args:
        ABCD: chain matrix, shape `(..., 2, 2)`.
        z0: reference impedance of both ports [ohm], real.

    Returns:
        Scattering matrix, shape of `ABCD`.

    Raises:
        OperatorError: it has another number of ports than two, or `z0` is no number.
        OperatorTypeError: `z0` is complex.

    References:
        D. M. Pozar, Microwave Engineering, 4th ed., 2012, table 4.2.
    """
    a, b, c, d = entries(ABCD, "abcdtos")
    z0 = _reference(z0, "abcdtos")
    b_, c_ = b / z0, c * z0
    total = a + b_ + c_ + d
    return matrix(
        (a + b_ - c_ - d) / total,
        2 * (a * d - b * c) / total,
        2 / total,
        (-a + b_ - c_ + d) / total,
    )


def as_complex(value: Any) -> jax.Array:
    """Give a number, array or Parameter as a complex array."""
    array = jnp.asarray(value)
    if jnp.issubdtype(array.dtype, jnp.complexfloating):
        return array
    if jnp.issubdtype(array.dtype, jnp.floating):
        return array.astype(jnp.promote_types(array.dtype, jnp.complex64))
    return array.astype(jnp.result_type(complex))


def entries(matrix: Any, function: str) -> Entries:
    """Give the four entries of two-port matrices, in reading order.

    Raises:
        OperatorError: they are not 2 × 2.
    """
    m = _square(matrix, function)
    if m.shape[-1] != 2:
        raise OperatorError(
            f"`{function}` takes two ports, and the matrix of shape {m.shape} has {m.shape[-1]}",
            hint="take a part with two ports first",
        )
    return m[..., 0, 0], m[..., 0, 1], m[..., 1, 0], m[..., 1, 1]


def matrix(a: jax.Array, b: jax.Array, c: jax.Array, d: jax.Array) -> jax.Array:
    """Give 2 × 2 matrices of their entries in reading order, which broadcast."""
    a, b, c, d = jnp.broadcast_arrays(a, b, c, d)
    return jnp.stack([jnp.stack([a, b], axis=-1), jnp.stack([c, d], axis=-1)], axis=-2)


def _square(value: Any, function: str) -> jax.Array:
    m = as_complex(value)
    if m.ndim < 2 or m.shape[-1] != m.shape[-2] or not m.shape[-1]:
        raise OperatorError(
            f"`{function}` takes matrices of shape (..., ports, ports), got shape {m.shape}"
        )
    return m


def _identity(m: jax.Array) -> jax.Array:
    return jnp.eye(m.shape[-1], dtype=m.dtype)


def _reference(z0: Any, function: str) -> jax.Array:
    z = jnp.asarray(z0)
    if jnp.issubdtype(z.dtype, jnp.complexfloating):
        raise OperatorTypeError(
            f"`{function}` takes a real `z0`, got {quoted(z0)}",
            hint="give the resistance in ohm, such as `z0=50`",
        )
    if z.ndim:
        raise OperatorError(
            f"`{function}` takes one `z0` for all ports, got shape {z.shape}",
            hint="give one number in ohm, such as `z0=50`",
        )
    return z
