"""Dimensions, prefixes and units: the one table of the language and of parameters (L12, P14a)."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from parax._diagnostic import did_you_mean, quoted
from parax.errors import UnitError

Dimension = tuple[int, int, int, int, int]
"""Exponents of metre, kilogram, second, ampere and kelvin."""

NUMBER: Dimension = (0, 0, 0, 0, 0)
"""The dimension of a plain number and of an angle in radians."""

_PREFIXES = {
    "f": -15, "p": -12, "n": -9, "u": -6, "μ": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, with its prefix.

    Args:
        name: how it is written.
        factor: what one of it is in the SI unit of the same dimension; 1 for a label.
        dimension: its dimension; None for a label such as `dB`, which leaves the number as it is.
        exponent: the factor's power of ten, if it is one: conversion is then exact to the last bit.
    """

    name: str
    factor: float | int
    dimension: Dimension | None
    exponent: int | None = None

    @property
    def is_label(self) -> bool:
        """Whether it says what a number is and does not change it."""
        return self.dimension is None

    def to_si(self, value: float | int) -> float:
        """Convert a number in this unit to SI."""
        return self._shift(value, 1)

    def from_si(self, value: float | int) -> float:
        """Convert a number in SI to this unit."""
        return self._shift(value, -1)

    def _shift(self, value: float | int, direction: int) -> float:
        if self.exponent is None:
            return value * self.factor if direction > 0 else value / self.factor
        power = self.exponent * direction
        # powers of ten up to 22 are exact, their inverses are not
        return value * 10.0**power if power >= 0 else value / 10.0**-power

    def read(self, number: str) -> float:
        """Give the SI value of a decimal number in this unit, rounded once.

        Args:
            number: digits, perhaps with a point, an exponent and underscores.

        Example:
            >>> unit("pF").read("10"), 10 * 1e-12
            (1e-11, 9.999999999999999e-12)
        """
        digits, _, power = number.replace("_", "").lower().partition("e")
        if self.exponent is None or len(power) > 6:  # such a power is 0 or infinity anyhow
            return self.to_si(float(number))
        return float(f"{digits}e{int(power or 0) + self.exponent}")


_units: dict[str, Unit] = {}
_prefixed: set[str] = set()


def define_unit(
    name: str,
    factor: float | int = 1.0,
    dimension: Dimension | None = NUMBER,
    *,
    prefixes: bool = False,
    exponent: int | None = None,
) -> Unit:
    """Add a unit to the table, for every text and parameter of the process.

    Args:
        name: letters; case counts.
        factor: what one of it is in SI units.
        dimension: its dimension, or None for a label that leaves the number as it is.
        prefixes: whether the SI prefixes from `f` to `T` may stand before it.
        exponent: instead of `factor`, the power of ten that it is.

    Returns:
        The unit.

    Raises:
        UnitError: the name is no name, or stands for another unit already.

    Example:
        >>> define_unit("furlong", 201.168, unit("m").dimension).to_si(2)
        402.336
        >>> quantity("2 furlong")
        402.336
    """
    key = unicodedata.normalize("NFKC", name)
    if not key.isidentifier() or key.startswith("_"):
        raise UnitError(f"{quoted(name)} cannot name a unit", hint="use letters only")
    if exponent is None and factor == 1.0:
        exponent = 0
    if exponent is not None:
        factor = float(f"1e{exponent}")
    if not (math.isfinite(factor) and factor > 0):
        raise UnitError(f"the unit {quoted(name)} cannot have the factor {factor}")
    new = Unit(key, factor, dimension, exponent)
    old = find_unit(key)
    if old is not None and old != new:
        raise UnitError(f"{quoted(name)} is a unit already, of {old.factor:g} in SI")
    _units[key] = new
    if prefixes:
        _prefixed.add(key)
    return new


def find_unit(name: str) -> Unit | None:
    """Give the unit of a name, or None if there is none."""
    key = unicodedata.normalize("NFKC", name)
    found = _units.get(key)
    if found is None and key[:1] in _PREFIXES and key[1:] in _prefixed:
        base = _units[key[1:]]
        power = _PREFIXES[key[0]]
        if base.exponent is not None:
            exponent = base.exponent + power
            return Unit(key, float(f"1e{exponent}"), base.dimension, exponent)
        return Unit(key, base.factor * 10.0**power, base.dimension)
    return found


def unit(name: str) -> Unit:
    """Give the unit of a name.

    Raises:
        UnitError: there is no such unit; suggests close ones.

    Example:
        >>> unit("nH").factor
        1e-09
        >>> unit("dB").is_label
        True
    """
    found = find_unit(name)
    if found is None:
        raise UnitError(f"{quoted(name)} is no unit", hint=unit_hint(name))
    return found


def unit_hint(name: str) -> str:
    """Give what to write in place of a name that is no unit."""
    if unicodedata.normalize("NFKC", name) in _PREFIXES:
        return f"a prefix alone is no unit: write for instance `{name}Hz`, or a power such as `1e9`"
    return did_you_mean(name, unit_names()) or (
        "some units are `GHz`, `nH`, `pF`, `Ohm`, `mm`, `ns`, `dB`, `deg`; case counts"
    )


def unit_names() -> list[str]:
    """Give every name that a unit can be written with."""
    prefixed = [prefix + name for name in sorted(_prefixed) for prefix in _PREFIXES]
    return list(dict.fromkeys([*_units, *prefixed]))


def is_prefix(name: str) -> bool:
    """Tell whether a name is that of an SI prefix, such as `G`, and not of a unit."""
    return unicodedata.normalize("NFKC", name) in _PREFIXES and find_unit(name) is None


_QUANTITY = re.compile(
    r"\s*(?P<number>[+-]?(?:[0-9]+(?:_[0-9]+)*\.?(?:[0-9]+(?:_[0-9]+)*)?|\.[0-9]+(?:_[0-9]+)*)"
    r"(?:[eE][+-]?[0-9]+)?)[ \t]*(?P<unit>[^\W\d]\w*)?\s*"
)


def split_quantity(text: str) -> tuple[str, Unit | None]:
    """Give the number, as text, and the unit of a quantity, or None if it has none.

    Raises:
        UnitError: it is no quantity, or its unit is unknown.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise UnitError(
            f"{quoted(text)} is no quantity",
            hint='a quantity is a number with or without a unit, such as `"2.4 GHz"`',
        )
    return match["number"], unit(match["unit"]) if match["unit"] else None


def quantity(text: str) -> float:
    """Read a number with a unit, and give it in SI.

    Labels such as `dB` and `deg` leave the number as it is.

    Args:
        text: a number, with or without a unit after it.

    Returns:
        The value in the SI unit of its dimension.

    Raises:
        UnitError: it is no quantity, its unit is unknown, or it is too large for 64 bits.

    Example:
        >>> quantity("2.4 GHz"), quantity("10pF"), quantity("-20 dB"), quantity("50")
        (2400000000.0, 1e-11, -20.0, 50.0)
    """
    number, its_unit = split_quantity(text)
    value = float(number) if its_unit is None else its_unit.read(number)
    if math.isinf(value):
        raise UnitError(f"{quoted(text)} is too large for a 64-bit number")
    return value


def _fill_the_table() -> None:
    metre: Dimension = (1, 0, 0, 0, 0)
    hertz: Dimension = (0, 0, -1, 0, 0)
    ohm: Dimension = (2, 1, -3, -2, 0)
    prefixed: dict[str, Dimension] = {
        "Hz": hertz,
        "s": (0, 0, 1, 0, 0),
        "m": metre,
        "Ohm": ohm,
        "ohm": ohm,
        "Ω": ohm,
        "S": (-2, -1, 3, 2, 0),
        "H": (2, 1, -2, -2, 0),
        "F": (-2, -1, 4, 2, 0),
        "V": (2, 1, -3, -1, 0),
        "A": (0, 0, 0, 1, 0),
        "W": (2, 1, -3, 0, 0),
        "J": (2, 1, -2, 0, 0),
        "C": (0, 0, 1, 1, 0),
        "K": (0, 0, 0, 0, 1),
        "rad": NUMBER,
    }
    for name, dimension in prefixed.items():
        define_unit(name, dimension=dimension, prefixes=True)
    define_unit("cm", dimension=metre, exponent=-2)
    define_unit("inch", 0.0254, metre)
    define_unit("mil", 2.54e-5, metre)
    for label in ("dB", "dBm", "dBW", "deg", "Np"):
        define_unit(label, dimension=None)


_fill_the_table()
