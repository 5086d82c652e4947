"""How large a text may be before it is refused (L62, U20)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from parax._diagnostic import Span, echo
from parax.errors import LimitError, ParaxTypeError


@dataclass(frozen=True)
class Limits:
    """Bounds on what is given to parax, each checked before any work is done on it.

    Passing one raises a `LimitError` with `limit`, `value` and `allowed`, and with the place if it
    was found in a text. The defaults are for texts that one writes oneself.

    Args:
        text: length of a text, in characters.
        tokens: names, numbers and signs in a text.
        nesting: brackets inside brackets, and prefix operators in a row.
        definitions: definitions of a program.
        iterations: iterations of all comprehensions together.

    Raises:
        ParaxTypeError: a bound is no positive integer.

    Example:
        >>> Limits(nesting=1000).nesting
        1000
        >>> Limits.untrusted().text
        4000
    """

    text: int = 1_000_000
    tokens: int = 500_000
    nesting: int = 200
    definitions: int = 1_000
    iterations: int = 10_000

    def __post_init__(self) -> None:
        for one in fields(self):
            value: object = getattr(self, one.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ParaxTypeError(
                    f"`Limits({one.name}=…)` is a positive integer, got `{echo(repr(value))}`"
                )

    @classmethod
    def untrusted(cls) -> Limits:
        """Give the small bounds for texts from strangers."""
        return cls(text=4_000, tokens=2_000, nesting=50, definitions=100, iterations=1_000)

    def refuse(self, limit: str, value: int, what: str, span: Span | None = None) -> LimitError:
        """Make the error for a bound that was passed.

        Args:
            limit: the name of the bound.
            value: what was found; for a count that was broken off, the first that is too many.
            what: the headline.
            span: where.
        """
        allowed: int = getattr(self, limit)
        return LimitError(
            f"{what}, and {allowed} are allowed",
            limit=limit,
            value=value,
            allowed=allowed,
            span=span,
            hint=f"raise the limit with `limits=parax.Limits({limit}=…)`",
        )
