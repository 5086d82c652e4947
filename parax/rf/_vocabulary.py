"""The RF vocabulary: the names that microwave engineers type, and what they build (L54).

No JAX here: operators and array code are loaded when a name is used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parax._diagnostic import quoted
from parax.dsl import Vocabulary
from parax.errors import ParaxNameError
from parax.functions import Function

if TYPE_CHECKING:
    from parax.op import Operator

vocabulary = Vocabulary("rf", sweep="freq")
"""The names of RF: scattering parameters, frequency, traces, conversions."""

# --- Scattering parameters and frequency --------------------------------------------------------


def _matrices(source: Operator | None = None) -> Operator:
    from parax.rf._operators import scattering

    return scattering(source)


def _parameter(to: int, from_: int, source: Operator | None = None) -> Operator:
    from parax.rf._operators import SParameter, scattering

    return SParameter(scattering(source), to, from_)


def _by_numbers(match: re.Match[str], source: Operator | None = None) -> Operator:
    return _parameter(int(match[1]), int(match[2]), source)


def _by_digits(match: re.Match[str], source: Operator | None = None) -> Operator:
    digits = match[1]
    if len(digits) == 2:
        return _parameter(int(digits[0]), int(digits[1]), source)
    splits = [(digits[:at], digits[at:]) for at in range(1, len(digits))][:3]
    ways = [f"`S({to},{from_})`" for to, from_ in splits if to[0] != "0" and from_[0] != "0"]
    raise ParaxNameError(
        f"{quoted(match[0])} could be more than one pair of ports",
        hint=f"write {' or '.join(reversed(ways))}" if ways else "write `S(to, from)`",
    )


def _frequency(source: Operator | None = None) -> Operator:
    from parax.rf._operators import frequency

    return frequency(source)


_PARAMETER = "The scattering parameter to port 2 from port 1"

vocabulary.call(
    "S",
    _parameter,
    signature="to: int, from_: int",
    help="The scattering parameter to one port from another, counted from 1",
    on_input=True,
)
vocabulary.value(
    "S", _matrices, help="the scattering matrices, shape (F, N, N): to, from", on_input=True
)
vocabulary.pattern("S([0-9]{2,})", _by_digits, example="S21", help=_PARAMETER, on_input=True)
vocabulary.pattern(
    "S([0-9]{1,4})_([0-9]{1,4})",
    _by_numbers,
    example="S2_1",
    help=f"{_PARAMETER}, for any number of ports",
    on_input=True,
)
vocabulary.value(
    "freq", _frequency, help="The frequencies of the sweep [Hz]", aliases=("f",), on_input=True
)

# --- Traces -------------------------------------------------------------------------------------

_TRACES = (
    Function(
        "dB(z)",
        "The level of an amplitude ratio, 20 log10(abs(z)), not below -300 dB",
        code="parax.rf._traces:decibels",
        kind="elementwise",
        aliases="db",
        unit="dB",
        family="rf",
    ),
    Function(
        "mag(z)",
        "The magnitude",
        code="parax.rf._traces:magnitude",
        kind="elementwise",
        unit="same",
        family="rf",
    ),
    Function(
        "phase(z)",
        "The angle of a complex value in degrees, in (-180, 180]; `angle` gives radians",
        code="parax.rf._traces:degrees",
        kind="elementwise",
        aliases="ang",
        unit="deg",
        family="rf",
    ),
)

# --- Conversions --------------------------------------------------------------------------------

_KINDS = {"s": "scattering", "z": "impedance", "y": "admittance", "abcd": "chain (ABCD)"}
_CONVERSIONS = (
    ("s", "z", True), ("z", "s", True), ("s", "y", True), ("y", "s", True),
    ("s", "abcd", True), ("abcd", "s", True), ("z", "y", False), ("y", "z", False),
)  # fmt: skip


def _conversion(given: str, wanted: str, *, has_impedance: bool) -> Function:
    name = f"{given}to{wanted}"
    parameters = f"{given.upper()}, z0=50.0" if has_impedance else given.upper()
    return Function(
        f"{name}({parameters})",
        f"The {_KINDS[wanted]} matrix of {_KINDS[given]} matrices"
        + (", with one real reference impedance [ohm]" if has_impedance else ""),
        code=f"parax.rf._convert:{name}",
        family="rf",
    )


for _function in _TRACES:
    vocabulary.function(_function)
for _given, _wanted, _has_impedance in _CONVERSIONS:
    vocabulary.function(_conversion(_given, _wanted, has_impedance=_has_impedance))

# --- Constants ----------------------------------------------------------------------------------

vocabulary.constant("j", 1j, help="The imaginary unit", aliases=("i",))
