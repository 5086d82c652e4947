"""Signatures of vocabulary calls, and their arguments as far as they are literals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParaxTypeError
from parax.functions import REQUIRED, Parameter

_PARAMETER = re.compile(
    r"(?P<star>\*?)(?P<name>[A-Za-z]\w*)(?:\s*:\s*(?P<kind>int))?(?:\s*=\s*(?P<default>.+))?"
)


def read_parameters(signature: str, shown: str) -> tuple[Parameter, ...]:
    """Read a signature such as `"to: int, from_: int = 1"`; a default is for people only.

    Raises:
        ParaxTypeError: it is none.
    """
    parameters: list[Parameter] = []
    for part in signature.split(",") if signature.strip() else ():
        match = _PARAMETER.fullmatch(part.strip())
        if match is None:
            raise ParaxTypeError(
                f"the signature {quoted(shown)} cannot be read at {quoted(part.strip())}",
                hint="write parameters such as `x`, `to: int`, `order: int = 1`, `*values`",
            )
        parameters.append(
            Parameter(
                match["name"],
                REQUIRED if match["default"] is None else match["default"],
                static=match["kind"] is not None,
                variadic=bool(match["star"]),
                takes="any" if match["kind"] is None else "whole",
            )
        )
    return tuple(parameters)


def plain(signature: str) -> str:
    """Give a signature as it is shown: `to, from` for `to: int, from_: int`."""
    return re.sub(r"_?\s*:\s*int\b|_(?=\s*(?:,|=|$))", "", signature)


def example_of(name: str, parameters: Sequence[Parameter]) -> str:
    """Give a call with what must be given: `S(2, 1)`, `max(x)`, `clip(x, low, high)`."""
    wanted = [one for one in parameters if one.is_required or (one.variadic and not one.static)]
    given = ["x" if one.variadic else one.name.rstrip("_") for one in wanted]
    if all(one.static and one.takes == "whole" for one in wanted):
        given = [str(number) for number in range(len(wanted), 0, -1)]
    return f"{name}({', '.join(given)})"


def how_called(shown: str, parameters: Sequence[Parameter]) -> str:
    """Give the help for a call with wrong arguments."""
    hint = f"it is called as `{shown}`"
    if any(one.static and one.is_required for one in parameters):
        hint += f", such as `{example_of(shown.partition('(')[0], parameters)}`"
    return hint


def parameter_at(parameters: Sequence[Parameter], place: int | str) -> Parameter | None:
    """Give the parameter that an argument is for, by position or keyword; None if there is none."""
    if isinstance(place, str):
        names = (place, f"{place}_")  # Python's `from_` may be written `from`
        return next((one for one in parameters if one.name in names), None)
    for position, one in enumerate(parameters):
        if one.variadic or position == place:
            return None if one.keyword_only else one
    return None


def check_arguments(
    shown: str, parameters: Sequence[Parameter], count: int, keywords: Sequence[str]
) -> None:
    """Raise if a call has too many, too few, doubled or unknown arguments.

    Raises:
        ParaxTypeError: says which, and how the function is called.
    """
    name = shown.partition("(")[0]
    hint = how_called(shown, parameters)
    variadic = any(one.variadic for one in parameters)
    given = {one.name for one in parameters[:count]}
    for keyword in keywords:
        parameter = parameter_at(parameters, keyword)
        if parameter is None:
            close = did_you_mean(keyword, [one.name.rstrip("_") for one in parameters])
            raise ParaxTypeError(f"`{name}` has no argument {quoted(keyword)}", hint=close or hint)
        if parameter.name in given:
            raise ParaxTypeError(f"`{name}` was given `{keyword}` twice", hint=hint)
        given.add(parameter.name)
    fewest = sum(one.is_required for one in parameters)
    missing = [one.name for one in parameters if one.is_required and one.name not in given]
    if missing or (count + len(keywords) > len(parameters) and not variadic):
        most = len(parameters)
        number = f"at least {fewest}" if variadic else f"{fewest}"
        if not variadic and most != fewest:
            number = f"{fewest} to {most}"
        noun = "argument" if number.endswith(" 1") or number == "1" else "arguments"
        raise ParaxTypeError(
            f"`{name}` takes {number} {noun}, got {count + len(keywords)}", hint=hint
        )
