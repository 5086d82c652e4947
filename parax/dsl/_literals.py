"""Numbers and quantities, read as 64-bit numbers (L11, L12)."""

from __future__ import annotations

import math
from collections.abc import Callable

from parax._diagnostic import Span, did_you_mean, quoted
from parax.dsl._characters import normal_name
from parax.errors import ParaxSyntaxError, UnitError
from parax.units import find_unit, is_prefix, unit_hint, unit_names

Number = int | float | complex

_LARGEST_INTEGER = 2**64 - 1
_LONGEST_INTEGER = 20  # digits of the largest; longer ones are never converted


def read_number(text: str, kind: str, span: Span) -> Number:
    """Read a number without a unit.

    Args:
        text: as it was written.
        kind: the name of its terminal.
        span: where.

    Raises:
        ParaxSyntaxError: it does not fit in 64 bits.
    """
    digits = text.replace("_", "")
    if kind == "INT" or kind == "HEX":
        base = 16 if kind == "HEX" else 10
        digits = digits.removeprefix("0x").removeprefix("0X").lstrip("0") or "0"
        value = int(digits, base) if len(digits) <= _LONGEST_INTEGER else _LARGEST_INTEGER + 1
        if value > _LARGEST_INTEGER:
            raise _too_large(text, span, "integer", "write it with a point or an exponent: `1e30`")
        return value
    value = float(digits[:-1] if kind == "IMAGINARY" else digits)
    if math.isinf(value):
        raise _too_large(text, span, "number", "write `inf` for infinity")
    return complex(0.0, value) if kind == "IMAGINARY" else value


def _too_large(text: str, span: Span, what: str, hint: str) -> ParaxSyntaxError:
    return ParaxSyntaxError(
        f"{quoted(text, 40)} is too large for a 64-bit {what}", span=span, hint=hint
    )


def read_quantity(
    text: str, kind: str, name: str, span: Span, unit_span: Span, sort: Callable[[str], str]
) -> Number:
    """Read a number with a unit, and give it in SI.

    Args:
        text: the number.
        kind: the name of its terminal.
        name: the unit.
        span: where both are.
        unit_span: where the unit is.
        sort: tells what else a name means; "" if nothing.

    Raises:
        UnitError: the name is no unit.
        ParaxSyntaxError: the number does not fit in 64 bits.
    """
    unit = find_unit(name)
    if unit is None:
        raise _no_unit(text, kind, name, unit_span, known=bool(sort(name)))
    value = read_number(text, kind, span)
    if unit.is_label or unit.exponent == 0:
        return value
    if isinstance(value, complex):
        return complex(0.0, unit.to_si(value.imag))
    converted = unit.read(text) if kind != "HEX" else unit.to_si(value)
    if math.isinf(converted):
        raise _too_large(f"{text} {name}", span, "number", "write `inf` for infinity")
    return converted


def _no_unit(
    number: str, kind: str, name: str, span: Span, *, known: bool
) -> ParaxSyntaxError | UnitError:
    if not name.isascii():
        normal_name(name, span)  # raises what is wrong with its characters
    if is_prefix(name):
        power = f"{number}{_POWERS[name]}" if kind == "INT" else f"{number}*1{_POWERS[name]}"
        return UnitError(
            f"{quoted(name)} is a prefix, not a unit",
            span=span,
            hint=f"`{number} {name}Hz` or `{power}`?",
        )
    if name in ("j", "J", "i", "I"):
        return UnitError(
            f"{quoted(name)} is no unit",
            span=span,
            hint=f"write `{number}j` for the imaginary unit",
        )
    if name.startswith("_"):
        return ParaxSyntaxError(
            f"the number {quoted(number + name)} has an underscore too many",
            span=span,
            hint="one underscore between two digits groups them: `1_000`",
        )
    if number == "0" and name[0] in "xXbBoO":
        return ParaxSyntaxError(
            f"{quoted(number + name)} is no number",
            span=span,
            hint="a hexadecimal number is written `0x1F`",
        )
    product = f"to multiply, write {quoted(f'{number} * {name}')}"
    near = did_you_mean(name, unit_names())
    hint = product if known else near or f"{product}; {unit_hint(name)}"
    return UnitError(f"{quoted(name)} is no unit", span=span, hint=hint)


_POWERS = {
    "f": "e-15", "p": "e-12", "n": "e-9", "u": "e-6", "µ": "e-6", "μ": "e-6", "m": "e-3", "k": "e3",
    "M": "e6", "G": "e9", "T": "e12",
}  # fmt: skip
