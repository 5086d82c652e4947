"""The application: its commands, and the one place where an error becomes text and exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from parax import __version__
from parax.cli._check import check
from parax.cli._errors import exit_code
from parax.cli._eval import evaluate
from parax.cli._options import ExpressionCommand
from parax.cli._print import print_error, shown_warnings
from parax.cli._wording import as_parax_error

_HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings=_HELP,
)
app.command("eval", cls=ExpressionCommand, context_settings=_HELP)(evaluate)
app.command("check", cls=ExpressionCommand, context_settings=_HELP)(check)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"parax {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Write an objective the way you would say it, and compute it.

    [bold]Examples[/bold]

    [green]parax eval '2 * pi * 2.4 GHz'[/green]

    [green]parax eval 'max(abs(S21)) - target' --data filter.s2p --set target=0.9[/green]

    [green]parax eval 'mean(dB(S11))' --model example:ladder --freq 0.1GHz..2GHz:201 --grad[/green]

    [green]parax check 'max(dB(S21)) < -20' --data filter.s2p[/green]

    Exit codes: 0 fine, 1 something is wrong with what was given, 2 wrong usage.
    """
    if context.invoked_subcommand is None:
        print(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: the words after `parax`; those of the process by default.

    Returns:
        The exit code: 0 fine, 1 a problem in what was given, 2 usage.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with shown_warnings():
        try:
            code = app(words, prog_name="parax", standalone_mode=False)
        except BrokenPipeError:
            sys.stdout = None  # whoever read the results has gone, and nothing more can be told
            return 1
        except Exception as error:
            found = as_parax_error(error)
            print_error(found, as_json="--json" in words)
            return exit_code(found)
    return code if isinstance(code, int) else 0
