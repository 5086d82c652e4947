"""Every exception and warning of parax.

An exception is data first and text second: `headline`, `hint`, `span`, `label` and `details` say
what is wrong, and `str(error)` lays them out. Each class also derives from the built-in
exceptions that a caller would naturally catch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from parax._diagnostic import Span, render


class ParaxError(Exception):
    """Base of all errors of parax.

    Args:
        headline: what is wrong, with the user's own words in backticks; no remedy, no full stop.
        hint: what to do about it.
        span: the place in the text that was parsed, if there is one.
        label: a remark set beside the carets under that place.
        details: further facts by name, kept for `to_dict`.
    """

    def __init__(
        self,
        headline: str = "",
        *,
        hint: str | None = None,
        span: Span | None = None,
        label: str | None = None,
        **details: Any,
    ) -> None:
        super().__init__(headline)
        self.headline = headline
        self.hint = hint
        self.span = span
        self.label = label
        self.details = details

    def __str__(self) -> str:
        return self.render()

    def render(self, *, title: bool = False, colour: bool = False) -> str:
        """Lay the error out as text, with the name of its class in front if `title`."""
        return render(
            self.headline,
            span=self.span,
            label=self.label,
            hint=self.hint,
            title=type(self).__name__ if title else None,
            colour=colour,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the error as plain data: what `--json` prints."""
        facts: dict[str, Any] = {"error": type(self).__name__, "message": self.headline}
        if self.hint is not None:
            facts["hint"] = self.hint
        if self.span is not None:
            facts["source"] = self.span.source.name
            facts["line"], facts["column"] = self.span.line, self.span.column
            facts["end_line"], facts["end_column"] = self.span.end_line, self.span.end_column
        if self.label is not None:
            facts["label"] = self.label
        return facts | self.details

    def located(self, span: Span | None, label: str | None = None) -> ParaxError:
        """Set the place, unless one is known already, and give the same error back."""
        if self.span is None and span is not None:
            self.span = span
            self.label = self.label or label
        return self


# --- Parameters and modules -------------------------------------------------------------------


class ParameterValueError(ParaxError, ValueError):
    """A parameter's value, shape, bounds or the like cannot be used."""


class ParameterTypeError(ParaxError, TypeError):
    """Something that is no number, distribution or transform was given for one."""


class UnknownParameterError(ParaxError, KeyError, ValueError):
    """No parameter has this name."""


class DuplicateNameError(ParaxError, ValueError):
    """Two parameters of a module have the same full name."""


class MissingParameterError(ParaxError, ValueError):
    """`check_missing=True`, and not every parameter was given."""


class UnknownSubmoduleError(ParaxError, AttributeError, KeyError, ValueError):
    """No submodule or attribute has this path."""


class DistributionError(ParaxError, ValueError):
    """There is no distribution to draw from, or its size does not fit."""


class BoundsError(ParaxError, ValueError, TypeError):
    """Bounds were asked of a leaf that has none."""


class NoTrainableParametersError(ParaxError, ValueError):
    """Nothing is free: every parameter is fixed, or there is none."""


class UpdateError(ParaxError, ValueError):
    """An update does not fit the model that it is for."""


class ScanError(ParaxError, ValueError, TypeError):
    """What is looped over, or what a loop carries, does not fit."""


# --- Operators, graph, engine -----------------------------------------------------------------


class OperatorError(ParaxError, ValueError):
    """An operator cannot be built from, or evaluated on, what it was given."""


class OperatorTypeError(ParaxError, TypeError):
    """An operator was given something of the wrong kind."""


class OperatorIndexError(ParaxError, IndexError):
    """An index or a key that the value does not have."""


class OperatorAttributeError(OperatorError, AttributeError):
    """The model has no attribute of this path."""


class GraphError(OperatorError):
    """Several things are wrong with one expression.

    `problems` holds every error that validation found, in the order of the expression.
    """

    def __init__(self, problems: Sequence[ParaxError]) -> None:
        super().__init__(f"{len(problems)} problems in the expression")
        self.problems = tuple(problems)

    def render(self, *, title: bool = False, colour: bool = False) -> str:
        """Lay out the headline and, numbered, every problem found."""
        blocks = [super().render(title=title, colour=colour)]
        for number, problem in enumerate(self.problems, 1):
            blocks.append(f"{number}. {problem.render(title=True, colour=colour)}")
        return "\n\n".join(blocks)

    def to_dict(self) -> dict[str, Any]:
        """Give the headline and the list of problems as plain data."""
        return super().to_dict() | {"problems": [problem.to_dict() for problem in self.problems]}


class LimitError(ParaxError, ValueError):
    """A limit of `parax.Limits` was passed: `limit` names it, with `value` and `allowed`."""

    def __init__(self, headline: str = "", *, limit: str, value: int, allowed: int, **data: Any):
        super().__init__(headline, limit=limit, value=value, allowed=allowed, **data)
        self.limit = limit
        self.value = value
        self.allowed = allowed


class CompileError(ParaxError, RuntimeError):
    """JAX or XLA refused what it was given."""


class NonFiniteError(ParaxError, ArithmeticError):
    """A value or a gradient is NaN or infinite."""


# --- Language ---------------------------------------------------------------------------------


class _TextError(ParaxError):
    """An error with a place in a text: the place is also given as plain attributes."""

    @property
    def line(self) -> int | None:
        """Line where the place begins, from 1."""
        return None if self.span is None else self.span.line

    @property
    def column(self) -> int | None:
        """Column where it begins, from 1."""
        return None if self.span is None else self.span.column

    @property
    def end_line(self) -> int | None:
        """Line where it ends, from 1."""
        return None if self.span is None else self.span.end_line

    @property
    def end_column(self) -> int | None:
        """Column just after its end, from 1."""
        return None if self.span is None else self.span.end_column


class ParaxSyntaxError(_TextError, SyntaxError):
    """The text is not an expression of the language."""

    def __init__(self, headline: str = "", *, span: Span | None = None, **data: Any) -> None:
        super().__init__(headline, span=span, **data)
        self.msg = headline
        if span is not None:  # what Python itself shows of a SyntaxError
            self.filename = span.source.name
            self.text = span.source.line(span.line)
            self.lineno, self.offset = span.line, span.column
            self.end_lineno, self.end_offset = span.end_line, span.end_column


class ParaxNameError(_TextError, NameError):
    """A name that nothing defines."""

    @property
    def text(self) -> str | None:
        """The line of text where the place begins."""
        return None if self.span is None else self.span.source.line(self.span.line)


class ParaxTypeError(_TextError, TypeError):
    """A function was given the wrong number or kind of arguments."""

    @property
    def text(self) -> str | None:
        """The line of text where the place begins."""
        return None if self.span is None else self.span.source.line(self.span.line)


class UnitError(ParaxTypeError):
    """A unit that is not known, or that does not fit."""


class MissingInputError(ParaxNameError, TypeError):
    """An input of the expression was given no value."""


# --- Files ------------------------------------------------------------------------------------


class TouchstoneError(ParaxError, ValueError):
    """A file that is no Touchstone file, or whose data cannot be used."""


class SerializationError(ParaxError, ValueError):
    """A file or a JSON text that cannot be loaded, or a tree that cannot be saved."""


class SerializationTypeError(SerializationError, TypeError):
    """Something that cannot be saved, or a class or function that is not what a file says."""


class CorruptFileError(SerializationError):
    """A file that was changed after it was written, or was not written to its end."""


class MissingExtraError(ParaxError, ImportError):
    """An optional library is needed that is not installed."""


# --- Warnings ---------------------------------------------------------------------------------


class ParameterBoundsWarning(UserWarning):
    """A parameter's value lies outside its bounds."""


class PrecisionWarning(UserWarning):
    """A computation runs with fewer digits than it needs."""


class EmptyRangeWarning(UserWarning):
    """A reduction of a range in which there is no point; its value is NaN."""
