"""What the command line prints: results to the standard output, everything else beside it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
import warnings
from collections.abc import Generator, Sequence
from typing import Any, cast

from parax.errors import ParaxError

DIGITS = 9
"""Significant digits of a number; the JSON has them all."""
SHOWN = 8
"""Rows or elements of a longer array that are shown."""


# --- Results ----------------------------------------------------------------------------------


def print_value(value: Any) -> None:
    """Print a value for people: arrays of many elements are shortened."""
    print(shown(value))


def shown(value: Any) -> str:
    """Give a value as text for people."""
    import numpy as np

    if isinstance(value, dict):
        named = cast(dict[str, Any], value)
        return "\n".join(f"{name}: {shown(one)}" for name, one in named.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(shown, cast(list[Any], value)))
    array = np.asarray(value)
    if array.ndim == 0:
        return number(array.item())
    with np.printoptions(
        precision=6, threshold=SHOWN, edgeitems=3, linewidth=100, floatmode="maxprec"
    ):
        text = np.array2string(array, separator=", ")
    return f"{text}\n{kind(array.shape, array.dtype)}"


def number(value: Any) -> str:
    """Give one number as text for people."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, complex):
        return f"{value.real:.{DIGITS}g}{value.imag:+.{DIGITS}g}j"
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)


def kind(shape: Sequence[int], dtype: Any) -> str:
    """Say what a value of this shape and dtype is: `201 complex numbers (complex128)`."""
    letter = dtype.kind
    what = {"b": "boolean", "i": "integer", "u": "integer", "c": "complex number"}
    noun = what.get(letter, "number")
    if not shape:
        return f"one {noun} ({dtype})"
    count = " × ".join(map(str, shape))
    return f"{count} {noun}s ({dtype})" if shape != (1,) else f"1 {noun} ({dtype})"


def print_gradient(rows: Sequence[Any]) -> None:
    """Print a gradient as a table."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title="gradient by physical values", title_justify="left")
    table.add_column("parameter")
    table.add_column("value", justify="right")
    table.add_column("gradient", justify="right")
    for row in rows:
        table.add_row(row.name, number(row.value), number(row.gradient))
    Console(highlight=False).print(table)


def print_json(facts: dict[str, Any]) -> None:
    """Print one JSON object."""
    print(json.dumps(plain(facts), allow_nan=False, ensure_ascii=False))


def plain(value: Any) -> Any:
    """Give a value as JSON has it: complex as two parts, NaN and infinities as strings."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in cast(dict[str, Any], value).items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in cast(list[Any], value)]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _finite(value)
    import numpy as np

    array = np.asarray(value)
    if array.dtype.kind == "c":
        return {"real": plain(np.real(array).tolist()), "imag": plain(np.imag(array).tolist())}
    return plain(array.tolist())


def _finite(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def print_checked(checked: Any, *, as_json: bool) -> None:
    """Print that an expression is right, and what it gives."""
    import jax.tree_util as jtu

    outputs = jtu.tree_leaves(checked.value)
    if as_json:
        facts: dict[str, Any] = {"ok": True, "problems": [], "inputs": list(checked.inputs)}
        if len(outputs) == 1:
            facts |= {"shape": list(outputs[0].shape), "dtype": str(outputs[0].dtype)}
        print_json(facts)
        return
    kinds = [kind(one.shape, one.dtype) for one in outputs]
    print(f"fine: {', '.join(kinds)}" if kinds else "fine")
    if checked.inputs:
        print(f"inputs: {', '.join(checked.inputs)}")


# --- Everything else --------------------------------------------------------------------------


def print_error(error: ParaxError, *, as_json: bool) -> None:
    """Print an error: as text beside the results, or as the one JSON object that is the result."""
    if as_json:
        print_json(facts_of(error))
    else:
        print(error.render(title=True, colour=_has_colours()), file=sys.stderr)


def print_problems(problems: Sequence[ParaxError], *, as_json: bool) -> None:
    """Print all that is wrong with an expression."""
    single = [one for problem in problems for one in getattr(problem, "problems", (problem,))]
    if as_json:
        print_json({"ok": False, "problems": [facts_of(one) for one in single]})
        return
    blocks = [one.render(title=True, colour=_has_colours()) for one in single]
    print("\n\n".join(blocks), file=sys.stderr)


def facts_of(error: ParaxError) -> dict[str, Any]:
    """Give an error as plain data; what JSON cannot hold becomes text."""
    return json.loads(json.dumps(error.to_dict(), default=str))


@contextlib.contextmanager
def aside() -> Generator[None]:
    """Let what a user's model prints go beside the results, and wait until all of it is printed."""
    import jax

    with contextlib.redirect_stdout(sys.stderr):
        yield
        jax.effects_barrier()


def is_finite(value: Any) -> bool:
    """Tell whether a result has neither NaN nor infinities in it."""
    import jax.tree_util as jtu
    import numpy as np

    return all(bool(np.isfinite(leaf).all()) for leaf in jtu.tree_leaves(value))


def warn_of(error: ParaxError) -> None:
    """Say beside a result what is to be known of it."""
    print(f"warning: {error.render(colour=_has_colours())}", file=sys.stderr)


@contextlib.contextmanager
def shown_warnings() -> Generator[None]:
    """Show warnings that are meant for users, in one line each, and no others."""

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        print(f"{category.__name__}: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = show
        yield


def _has_colours() -> bool:
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ
