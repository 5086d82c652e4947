"""Builders and oracles shared by the tests of `parax.rf`."""

from __future__ import annotations

import jax
import numpy as np

IS_WIDE = bool(jax.config.read("jax_enable_x64"))
TIGHT = 1e-12 if IS_WIDE else 2e-5
"""Relative error that a few operations may leave."""


def close(actual: object, expected: object, rtol: float = TIGHT) -> None:
    """Compare arrays, with the largest magnitude as the scale of errors."""
    wanted = np.asarray(expected)
    scale = float(np.max(np.abs(wanted))) if wanted.size else 0.0
    np.testing.assert_allclose(np.asarray(actual), wanted, rtol=rtol, atol=rtol * max(scale, 1e-30))


def random_matrices(seed: int, points: int, ports: int) -> np.ndarray:
    """Give complex matrices with largest singular value 0.9: passive, far from singular."""
    generator = np.random.default_rng(seed)
    shape = (points, ports, ports)
    m = generator.normal(size=shape) + 1j * generator.normal(size=shape)
    return 0.9 * m / np.linalg.norm(m, ord=2, axis=(1, 2), keepdims=True)


def polar(magnitude: float, degrees: float) -> complex:
    return magnitude * np.exp(1j * np.deg2rad(degrees))
