"""The reference page of the core functions, written from the table.

`python -m tests.functions.page` writes it anew; a test holds the page to the table.
"""

from itertools import groupby
from pathlib import Path

import parax.functions as pf

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "functions.md"

_HEAD = """\
# Core functions

Every function of the language is a Python function in `parax.functions`. Called with arrays and
numbers it computes; called with an expression it builds the expression that the text would.

What decides a shape, an axis or an order (`axis`, `digits`, `ddof`, `num`, `shift`, `*shape`, …) is
part of the structure: it is written as a number and cannot depend on an input. Reductions take
`axis=`, one axis or several, and collapse all axes without it. Complex values have no order:
`max`, `min`, `sort`, `median` and their kin refuse them. Gradients are finite wherever the value
is.

`at` and `crossing` look along the sweep where a text leaves out `f` and its vocabulary has one, as
that of RF has: `at(dB(S21), 2 GHz)`, `crossing(dB(S21), -3)`. In Python `f` is given.
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


def _row(function: pf.Function) -> str:
    also = ", ".join(f"`{alias}`" for alias in function.aliases)
    return f"| `{function.signature_text}` | {_cell(function.help)} | {also} |"


def render() -> str:
    """Give the page as Markdown."""
    functions = [one for name, one in pf.table().items() if name == one.name]
    lines = [_HEAD]
    for family, members in groupby(functions, key=lambda one: one.family):
        lines += [f"## {family}", "", "| call | gives | also |", "|---|---|---|"]
        lines += [*map(_row, members), ""]
    lines += ["## Constants", "", "| name | value | unit | what it is |", "|---|---|---|---|"]
    for one in pf.constants().values():
        lines.append(f"| `{one.name}` | {one.value!r} | {one.unit or ''} | {_cell(one.help)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
