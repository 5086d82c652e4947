"""Parameters of a function, and how the arguments of a call are matched with them. No JAX here."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from parax._diagnostic import did_you_mean, echo, with_article
from parax.errors import ParaxTypeError


class Required:
    """The kind of `REQUIRED`, which stands where a parameter has no default."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = Required()

Takes = Literal["whole", "number", "any"]

_NAMED_DEFAULTS = {"2*pi": 2 * math.pi}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function.

    Args:
        name: the keyword.
        default: its value if it is not given; `REQUIRED` if it must be.
        static: part of the structure, a number or a tuple; otherwise an operand, any expression.
        variadic: takes all remaining positional arguments.
        takes: what a static one takes: whole numbers, any numbers, or strings and flags too.
        keyword_only: cannot be given by position.
    """

    name: str
    default: Any = REQUIRED
    static: bool = False
    variadic: bool = False
    takes: Takes = "any"
    keyword_only: bool = False

    @property
    def is_required(self) -> bool:
        """Whether a call must give it."""
        return self.default is REQUIRED and not self.variadic


def read_signature(text: str, *, static: Sequence[str], takes: Takes) -> tuple[Parameter, ...]:
    """Read the parameters in a text such as `"round(x, digits=0)"`."""
    inside = text[text.index("(") + 1 : -1]
    parameters: list[Parameter] = []
    for part in inside.split(", ") if inside else ():
        name, _, default = part.partition("=")
        variadic = name.startswith("*")
        after_variadic = any(one.variadic for one in parameters)
        name = name.lstrip("*")
        value = _read_default(default)
        parameters.append(
            Parameter(
                name,
                value,
                static=name in static,
                variadic=variadic,
                takes="any" if isinstance(value, bool) else takes,
                keyword_only=after_variadic,
            )
        )
    return tuple(parameters)


def _read_default(text: str) -> Any:
    if not text:
        return REQUIRED
    return _NAMED_DEFAULTS[text] if text in _NAMED_DEFAULTS else ast.literal_eval(text)


def signature_of(fn: Callable[..., Any], name: str) -> tuple[Parameter, ...]:
    """Give the parameters of a user's plain function of arrays.

    Keyword-only parameters, and those whose default is an int, bool, str, None or tuple, are
    static; the others are operands.

    Raises:
        ParaxTypeError: the signature cannot be read, has `**…`, or has an operand behind a static
            parameter.
    """
    try:
        found = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        raise ParaxTypeError(
            f"`{echo(name)}` does not tell its parameters",
            hint="wrap it: `def name(x): return …`",
        ) from None
    parameters = [_of_python(one, name) for one in found]
    last_static = None
    for one in parameters:
        if one.static and not one.keyword_only:
            last_static = one.name
        elif not one.static and last_static is not None:
            raise ParaxTypeError(
                f"`{echo(name)}` has the operand `{one.name}` behind `{last_static}`, which is "
                "part of the structure",
                hint=f"put `{one.name}` in front, or make `{last_static}` keyword-only",
            )
    return tuple(parameters)


def _of_python(one: inspect.Parameter, name: str) -> Parameter:
    if one.kind is inspect.Parameter.VAR_KEYWORD:
        raise ParaxTypeError(
            f"`{echo(name)}` takes any keyword, `**{one.name}`",
            hint="name the keywords in the signature: they are checked when it is called",
        )
    default = REQUIRED if one.default is inspect.Parameter.empty else one.default
    keyword_only = one.kind is inspect.Parameter.KEYWORD_ONLY
    structural = default is None or isinstance(default, bool | int | str | tuple)
    if structural and one.kind is inspect.Parameter.POSITIONAL_ONLY:
        raise ParaxTypeError(
            f"`{echo(name)}` takes `{one.name}` by position only, and it is part of the structure",
            hint="let it be given by keyword: remove the `/`",
        )
    return Parameter(
        one.name,
        default,
        static=keyword_only or structural,
        variadic=one.kind is inspect.Parameter.VAR_POSITIONAL,
        keyword_only=keyword_only,
    )


def signature_text(name: str, parameters: Sequence[Parameter]) -> str:
    """Write a signature as in a manual: `round(x, digits=0)`."""
    parts: list[str] = []
    open_ended = False
    for one in parameters:
        if one.keyword_only and not open_ended:
            parts.append("*")
            open_ended = True
        open_ended = open_ended or one.variadic
        text = f"*{one.name}" if one.variadic else one.name
        parts.append(text if one.default is REQUIRED else f"{text}={one.default!r}")
    return f"{name}({', '.join(parts)})"


@dataclass(frozen=True)
class Call:
    """Matches the arguments of calls of one function; raises in that function's name."""

    name: str
    parameters: tuple[Parameter, ...]
    shown: str

    def bind(
        self, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give the operands in order, and the static arguments that differ from their defaults.

        Raises:
            ParaxTypeError: too many, too few, unknown or doubled arguments; a static argument
                that is no number.
        """
        given, rest = self._match(args, kwargs)
        self._require_all(given, rest, len(args) + len(kwargs))
        static = {
            one.name: self._structural(one, rest if one.variadic else given[one.name])
            for one in self.parameters
            if one.static and (one.name in given or (one.variadic and rest))
        }
        kept = {
            one.name: static[one.name]
            for one in self.parameters
            if one.name in static and not _same(static[one.name], one.default)
        }
        return self._operands(given, rest), kept

    def _match(
        self, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[dict[str, Any], tuple[Any, ...]]:
        by_position = [one for one in self.parameters if not one.keyword_only and not one.variadic]
        variadic = next((one for one in self.parameters if one.variadic), None)
        given = {one.name: value for one, value in zip(by_position, args, strict=False)}
        rest = tuple(args[len(by_position) :])
        if rest and variadic is None:
            raise self._count_error(len(args) + len(kwargs))
        known = {one.name: one for one in self.parameters}
        for keyword, value in kwargs.items():
            one = known.get(keyword)
            if one is None:
                close = did_you_mean(keyword, known)
                raise ParaxTypeError(
                    f"`{self.name}` has no argument `{echo(keyword, 40)}`",
                    hint=close or f"it is called as `{self.shown}`",
                )
            if one.variadic and one.static and not rest:
                rest = tuple(value) if isinstance(value, tuple | list) else (value,)
            elif one.variadic:
                raise ParaxTypeError(
                    f"`{self.name}` takes `{keyword}` by position",
                    hint=f"it is called as `{self.shown}`",
                )
            elif keyword in given:
                raise ParaxTypeError(
                    f"`{self.name}` was given `{keyword}` twice",
                    hint=f"it is called as `{self.shown}`",
                )
            else:
                given[keyword] = value
        return given, rest

    def _require_all(self, given: Mapping[str, Any], rest: Sequence[Any], count: int) -> None:
        missing = [one.name for one in self.parameters if one.is_required and one.name not in given]
        if missing:
            raise self._count_error(count, missing)
        if not rest and any(one.variadic and not one.static for one in self.parameters):
            raise self._count_error(count)

    def _count_error(self, count: int, missing: Sequence[str] = ()) -> ParaxTypeError:
        fewest = sum(one.is_required for one in self.parameters)
        operands = any(one.variadic and not one.static for one in self.parameters)
        most = len(self.parameters)
        if any(one.variadic for one in self.parameters):
            wanted = f"at least {_arguments(fewest + operands)}"
        elif fewest == most:
            wanted = _arguments(most)
        else:
            joint = "or" if most == fewest + 1 else "to"
            wanted = f"{fewest} {joint} {_arguments(most)}"
        hint = f"it is called as `{self.shown}`"
        if missing:
            hint += f": give {' and '.join(f'`{name}`' for name in missing)}"
        return ParaxTypeError(f"`{self.name}` takes {wanted}, got {count}", hint=hint)

    def _operands(self, given: Mapping[str, Any], rest: Sequence[Any]) -> tuple[Any, ...]:
        own = [one for one in self.parameters if not one.static and not one.variadic]
        last = max((i for i, one in enumerate(own) if one.name in given), default=-1)
        values = [given.get(one.name, one.default) for one in own[: last + 1]]
        if any(one.variadic and not one.static for one in self.parameters):
            values.extend(rest)
        return tuple(values)

    def _structural(self, one: Parameter, value: Any) -> Any:
        """Give a static argument in a form that compares and hashes, or raise."""
        if one.variadic and len(value) == 1 and isinstance(value[0], tuple | list):
            value = value[0]
        if isinstance(value, tuple | list):
            return tuple(self._structural_number(one, item) for item in value)
        return self._structural_number(one, value)

    def _structural_number(self, one: Parameter, value: Any) -> Any:
        if isinstance(value, tuple | list) and one.takes != "whole":
            return tuple(self._structural_number(one, item) for item in value)
        if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
            value = value.item()  # pyright: ignore[reportAttributeAccessIssue]
        if value is None and one.default is None:
            return None
        plain = value is None or isinstance(value, bool | int | float | complex | str)
        if plain and one.takes == "any":
            return value
        wanted = int if one.takes == "whole" else int | float
        if plain and (isinstance(value, bool) or not isinstance(value, wanted)):
            kind = "a whole number" if one.takes == "whole" else "a number"
            raise ParaxTypeError(
                f"`{one.name}` of `{self.name}` must be {kind}, got `{echo(repr(value), 40)}`",
                hint=f"it is called as `{self.shown}`",
            )
        if plain:
            return value
        raise ParaxTypeError(
            f"`{one.name}` of `{self.name}` is part of the structure and must be a number, "
            f"got {_kind(value)}",
            hint="write the number itself: it cannot depend on an input, a parameter or an array",
        )


def _kind(value: Any) -> str:
    if hasattr(value, "__jax_array__") and hasattr(value, "operands"):
        return "an expression"
    return "an array" if hasattr(value, "shape") else with_article(type(value).__name__)


def _arguments(count: int) -> str:
    return f"{count} argument" if count == 1 else f"{count} arguments"


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and value == default
