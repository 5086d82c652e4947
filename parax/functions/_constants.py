"""The named numbers of the language, without JAX.

The physical ones are SI definitions where exact, and otherwise CODATA 2022 (E. Tiesinga et al.,
*CODATA recommended values of the fundamental physical constants: 2022*, NIST, 2024).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class NamedConstant:
    """A number with a name.

    Args:
        name: as it is written.
        value: in base SI.
        help: one line: what it is and where its value is from.
        unit: its unit; None for a plain number.
    """

    name: str
    value: float
    help: str
    unit: str | None = None


_CONSTANTS = (
    NamedConstant("pi", math.pi, "The ratio of a circle's circumference to its diameter"),
    NamedConstant("e", math.e, "The base of the natural logarithm"),
    NamedConstant("inf", math.inf, "Positive infinity"),
    NamedConstant("nan", math.nan, "Not a number"),
    NamedConstant("eps", sys.float_info.epsilon, "The spacing of 64-bit floats at 1, 2^-52"),
    NamedConstant("c0", 299_792_458.0, "The speed of light in vacuum (exact, SI)", "m/s"),
    NamedConstant("mu0", 1.25663706127e-6, "The permeability of vacuum (CODATA 2022)", "H/m"),
    NamedConstant("eps0", 8.8541878188e-12, "The permittivity of vacuum (CODATA 2022)", "F/m"),
    NamedConstant("k_B", 1.380649e-23, "The Boltzmann constant (exact, SI)", "J/K"),
)
_BY_NAME = MappingProxyType({constant.name: constant for constant in _CONSTANTS})


def constants() -> Mapping[str, NamedConstant]:
    """Give the core constants by name.

    Example:
        >>> constants()["c0"].value
        299792458.0
    """
    return _BY_NAME
