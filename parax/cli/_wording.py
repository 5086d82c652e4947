"""Errors in the words of the command line: cures that are options, failures of users' models."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import parax
from parax._diagnostic import Source, Span, did_you_mean, echo, quoted
from parax.cli._errors import ModelError, UsageError
from parax.errors import MissingInputError, NoTrainableParametersError, ParaxError

_FREQ = "give the sweep with --freq, such as `--freq 1GHz..3GHz:201`"
_MODEL = "give `--data FILE` or `--model WHERE:NAME`; `--data example:ring-slot` is one to try"


def as_parax_error(error: BaseException) -> ParaxError:
    """Give any error as one that can be shown to whoever typed the command."""
    if isinstance(error, ParaxError):
        error = _essential(error)
        for one in getattr(error, "problems", (error,)):
            _reword(one)
        cause = error.__cause__
        if cause is not None and _user_frames(cause.__traceback__):
            return _in_model(cause)
        frames = _user_frames(error.__traceback__)
        return error.located(_place(frames[-1])) if frames else error
    if hasattr(error, "format_message"):  # of Typer's parser, whichever library it comes from
        return _usage(error)
    if _user_frames(error.__traceback__):
        return _in_model(error)
    trace = traceback.format_exception(error)
    return ParaxError(
        f"parax itself failed with {type(error).__name__}: {_first_line(error)}",
        hint="this is a bug of parax; `--json` prints its traceback, for a report",
        traceback="".join(trace),
    )


def _essential(error: ParaxError) -> ParaxError:
    """Leave out that there is no sweep where there is no model that could want one."""
    problems: tuple[ParaxError, ...] = getattr(error, "problems", ())
    asked = {one.details.get("name") for one in problems}
    if len(problems) == 2 and asked == {"model", "sweep"}:
        return next(one for one in problems if one.details["name"] == "model")
    return error


def _reword(error: ParaxError) -> None:
    """Put the option that helps in place of the Python that does."""
    if isinstance(error, MissingInputError):
        name = error.details.get("name")
        if name == "sweep":
            error.hint = _FREQ
        elif name == "model":
            error.hint = _MODEL
        elif isinstance(name, str) and "did you mean" not in (error.hint or ""):
            is_network = error.span is not None and error.span.text.startswith(f"{name}.")
            value = f"--data {name}=FILE" if is_network else f"--set {name}=VALUE"
            error.hint = f"give it a value: `{value}`"
    elif isinstance(error, NoTrainableParametersError) and "no model" in error.headline:
        error.hint = "a gradient is by the parameters of a model: give one with `--model`"


def raised_by_user(error: BaseException, headline: str) -> ModelError:
    """Make the error for an exception of a user's module, with the line that raised it."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        line, start = error.lineno, (error.offset or 1) - 1
        end = (error.end_offset or 0) - 1 if error.end_lineno == line else start + 1
        span = _span(error.filename, line, start, end)
        return ModelError(f"{headline} {type(error).__name__}: {error.msg}", span=span)
    frames = _user_frames(error.__traceback__)
    return ModelError(
        f"{headline} {type(error).__name__}: {_first_line(error)}",
        span=_place(frames[-1]) if frames else None,
    )


def _in_model(error: BaseException) -> ModelError:
    frames = _user_frames(error.__traceback__)
    found = raised_by_user(error, f"the model's method {quoted(frames[0].name)} raised")
    if any(one.__name__ in _OF_TRACING for one in type(error).__mro__):
        found.hint = (
            "models run on traced arrays: use `jnp` in place of `np` and `math`, and `jnp.where` "
            "in place of `if`"
        )
    return found


_OF_TRACING = ("ConcretizationTypeError", "TracerArrayConversionError")


def _first_line(error: BaseException) -> str:
    text = error.headline if isinstance(error, ParaxError) else str(error)
    lines = text.strip().splitlines()
    return echo(lines[0], 200) if lines else "without a message"


def _library_folders() -> tuple[Path, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {Path(sysconfig.get_path(name)) for name in names}
    return (*folders, Path(parax.__file__).parent)


def _user_frames(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    """Give the frames of a traceback that are the user's own code, outermost first."""
    libraries = _library_folders()
    return [
        frame
        for frame in traceback.extract_tb(trace)
        if Path(frame.filename).is_file()
        and not any(Path(frame.filename).is_relative_to(folder) for folder in libraries)
    ]


def _place(frame: traceback.FrameSummary) -> Span | None:
    if frame.lineno is None:
        return None
    end = frame.end_colno if frame.end_lineno == frame.lineno else None
    return _span(frame.filename, frame.lineno, frame.colno, end)


def _span(file: str, line: int, start: int | None, end: int | None) -> Span | None:
    try:
        text = Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:  # it was there a moment ago; the message goes without the line
        return None
    path = Path(file)
    name = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    lines = text.splitlines(keepends=True)
    before = sum(map(len, lines[: line - 1]))
    width = len(lines[line - 1].rstrip()) if line <= len(lines) else 0
    first = min(start or 0, width)
    last = max(min(width if end is None else end, width), first)
    return Span(Source(text, str(name)), before + first, before + last)


def _usage(error: BaseException) -> UsageError:
    message = str(getattr(error, "message", "")) or cast(Any, error).format_message()
    message = message.replace("'", "`").rstrip(".")
    context = getattr(error, "ctx", None)
    command = "parax" if context is None else str(context.command_path)
    near = getattr(error, "possibilities", None)
    option = getattr(error, "option_name", None)
    hint = did_you_mean(option, near) if option and near else None
    first, _, rest = message.partition(". ")
    return UsageError(
        first[:1].lower() + first[1:],
        hint=hint or rest[:1].lower() + rest[1:] or f"`{command} --help` says how it is used",
    )
