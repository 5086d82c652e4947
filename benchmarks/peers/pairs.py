"""The ladder as pairs of real and imaginary parts, for libraries without complex numbers.

An inductor or a capacitor has no real part, which a pair says and a complex number does not; and of
a quotient only the squared magnitude is needed. So there is less to compute than by hand in JAX.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.by_hand import FREQUENCY, LIMITS

OMEGA = 2 * np.pi * FREQUENCY


def squared_magnitudes(x: Any, omega: Any) -> tuple[Any, Any]:
    """Give |S11|² and |S21|² of series inductors and shunt capacitors in turn, in 50 Ω.

    Args:
        x: the eight parameters, by index.
        omega: angular frequency; anything that adds, multiplies and divides.
    """
    one, zero = omega * 0 + 1, omega * 0
    a, b, c, d = (one, zero), (zero, zero), (zero, zero), (one, zero)
    for place in range(0, 8, 2):
        z, y = omega * x[place], omega * (x[place + 1] * 1e-3)
        b, d = _turned(a, z, b), _turned(c, z, d)
        a, c = _turned(b, y, a), _turned(d, y, c)
    total = [a[i] + b[i] / 50 + c[i] * 50 + d[i] for i in (0, 1)]
    reflected = [a[i] + b[i] / 50 - c[i] * 50 - d[i] for i in (0, 1)]
    scale = total[0] * total[0] + total[1] * total[1]
    return (reflected[0] * reflected[0] + reflected[1] * reflected[1]) / scale, 4 / scale


def _turned(pair: Any, factor: Any, plus: Any) -> tuple[Any, Any]:
    """Give `pair * 1j*factor + plus`."""
    return plus[0] - pair[1] * factor, plus[1] + pair[0] * factor


def goals(
    x: Any,
    omega: Any,
    log10: Callable[[Any], Any],
    at_least: Callable[[Any, float], Any],
    mean: Callable[[Any], Any],
) -> Any:
    """Give the sum of the five goals, with a library's own functions of vectors."""
    s11, s21 = (10 * log10(at_least(part, 1e-30)) for part in squared_magnitudes(x, omega))

    def cost(violation: Any) -> Any:
        kept = at_least(violation, 0.0)
        return mean(kept * kept)

    return (
        cost(s11[0:60] - LIMITS[0])
        + cost(s11[20:40] - LIMITS[1])
        + cost(LIMITS[2] - s21[0:60])
        + cost(s21[120:201] - LIMITS[3])
        + cost(s21[150:201] - LIMITS[4])
    )
