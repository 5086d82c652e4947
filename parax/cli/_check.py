"""`parax check`: all that is wrong with an expression, without evaluating it."""

from __future__ import annotations

import typer

from parax.cli._inputs import Request
from parax.cli._options import Data, Freq, Json, Model, Precision, Set, Text


def check(
    text: Text,
    data: Data = None,
    model: Model = None,
    freq: Freq = None,
    set_: Set = None,
    as_json: Json = False,
    precision: Precision = "64",
) -> None:
    """Say all that is wrong with an expression; evaluate nothing.

    Without a model, data and values the text alone is read. With them, shapes and kinds are
    checked too.

    [bold]Examples[/bold]

    [green]parax check 'max(abs(S21)) - target'[/green]

    [green]parax check 'max(dB(S21)) + 20' --data filter.s2p --json[/green]
    """
    request = Request.of(text, data, model, freq, set_, precision)

    from parax.cli._print import aside, print_checked, print_problems

    with aside():
        checked, problems = request.check()
    if problems:
        print_problems(problems, as_json=as_json)
        raise typer.Exit(1)
    assert checked is not None
    print_checked(checked, as_json=as_json)
