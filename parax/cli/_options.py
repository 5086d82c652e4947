"""The options that `eval` and `check` share, and how their words are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

Text = Annotated[
    str,
    typer.Argument(metavar="TEXT", help="The expression, such as 'max(abs(S21)) - target'."),
]
Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="[NAME=]FILE",
        help="A Touchstone file, or example:ring-slot, example:line, example:tee. It is the model, "
        "on its own frequencies; with --model it is the input meas; NAME=FILE names the input. "
        "May be repeated.",
    ),
]
Model = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="WHERE:NAME",
        help="A model: package.module:name, file.py:name, or example:ladder. A class that needs no "
        "arguments is instantiated.",
    ),
]
Freq = Annotated[
    list[str] | None,
    typer.Option(
        "--freq",
        metavar="RANGE",
        help="The sweep: 1MHz..3GHz:201 (points), 1GHz..3GHz:10MHz (step), '1MHz..3GHz:201 log'.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="The value of an input, else of a parameter of the model: a number, or a quantity "
        "such as '-20 dB'. May be repeated.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object, also when something is wrong.")
]
Precision = Annotated[str, typer.Option("--precision", metavar="32|64", help="Bits of a number.")]


class ExpressionCommand(TyperCommand):
    """A command whose first argument is an expression, which may begin with a minus."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words, taking `-abs(S21)` for the text that it is."""
        options = {word: option for option in self.params for word in option.opts}
        with_value = {
            word for word, option in options.items() if not getattr(option, "is_flag", False)
        }
        known = {word for word in (*options, *ctx.help_option_names) if word[1:2] != "-"}
        return super().parse_args(ctx, text_last(args, with_value, known))


def text_last(args: Sequence[str], with_value: set[str], short: set[str]) -> list[str]:
    """Put a text that begins with a minus behind `--`, so that it is not taken for an option.

    Args:
        args: the words of the command.
        with_value: options that take the next word as their value.
        short: options of one letter.

    Example:
        >>> text_last(["-abs(x)", "--set", "x=1"], {"--set"}, {"-h"})
        ['--set', 'x=1', '--', '-abs(x)']
    """
    before = ""
    for place, word in enumerate(args):
        if word == "--":
            break
        is_minus = word[:1] == "-" and word[:2] != "--" and len(word) > 1 and word not in short
        if is_minus and before not in with_value:
            return [*args[:place], *args[place + 1 :], "--", word]
        before = word
    return list(args)
