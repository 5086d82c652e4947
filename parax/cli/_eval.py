"""`parax eval`: the value of an expression, and its gradient."""

from __future__ import annotations

from typing import Annotated

import typer

from parax.cli._inputs import Request, require_numbers
from parax.cli._options import Data, Freq, Json, Model, Precision, Set, Text


def evaluate(
    text: Text,
    data: Data = None,
    model: Model = None,
    freq: Freq = None,
    set_: Set = None,
    grad: Annotated[
        bool, typer.Option("--grad", help="Also the gradient by the model's free parameters.")
    ] = False,
    as_json: Json = False,
    precision: Precision = "64",
) -> None:
    """Print the value of an expression, and with --grad its gradient.

    [bold]Examples[/bold]

    [green]parax eval 'max(abs(S21)) - target' --data filter.s2p --set target=0.9[/green]

    [green]parax eval 'mean(dB(S21))' --model ladder.py:Ladder --freq 1MHz..3GHz:201 --grad[/green]

    [green]parax eval 'rms(abs(S21 - meas.S21))' --model example:ladder --data proto.s2p[/green]
    """
    request = Request.of(text, data, model, freq, set_, precision)

    from parax.cli._gradient import physical_gradient
    from parax.cli._print import aside, is_finite, print_gradient, print_json, print_value, warn_of
    from parax.errors import NonFiniteError

    with aside():
        problem = request.read().problem()
        value, rows = physical_gradient(problem) if grad else (problem(problem.x0), [])
        require_numbers(value)
    facts = {"value": value}
    if grad:
        facts |= {"gradient": {row.name: row.gradient for row in rows}, "space": "physical"}
    if as_json:
        print_json(facts)
    else:
        print_value(value)
    if grad and not as_json:
        print_gradient(rows)
    if not is_finite([value, [row.gradient for row in rows]]):
        try:
            problem.check_start()
        except NonFiniteError as error:
            warn_of(error)
