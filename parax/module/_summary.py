"""A model as a table of its parameters."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from parax.module._names import distinct, element_names
from parax.module._selection import ParamFilter, Submodules, select
from parax.module._text import short
from parax.module._walk import GROUPS_FIELD, own_name, walk
from parax.parameters import Parameter

_LISTED = 60
_HEAD, _TAIL = 45, 10


class SummaryRow(NamedTuple):
    """What the table says of one parameter; `unit` and `group` are empty if there is none."""

    name: str
    value: str
    unit: str
    bounds: str
    distribution: str
    state: str
    group: str


@dataclasses.dataclass(frozen=True, repr=False)
class Summary:
    """The table that `Module.summary` gives: text, a table of Rich, or HTML in a notebook.

    Attributes:
        title: class and name of the model.
        rows: one for each parameter, none left out.
        num_free: number of free elements.
        num_fixed: number of fixed elements.
    """

    title: str
    rows: tuple[SummaryRow, ...]
    num_free: int
    num_fixed: int

    def __iter__(self) -> Iterator[SummaryRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        return "\n".join((self._headline(), *self._lines())).rstrip()

    __repr__ = __str__

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """Give styled lines to a terminal of Rich, which hands itself in."""
        lines = self._lines()
        states = [None, *(None if row is None else row.state for row in self._shown())]
        yield self._line(console, self._headline(), "bold")
        for place, (line, state) in enumerate(zip(lines, states, strict=False)):
            style = "bold underline" if place == 0 else "dim" if state == "fixed" else ""
            yield self._line(console, line, style)

    @staticmethod
    def _line(console: Any, text: str, style: str) -> Any:
        line = console.render_str(text, style=style, markup=False, emoji=False, highlight=False)
        line.no_wrap, line.overflow = True, "ellipsis"
        return line

    def _repr_html_(self) -> str:
        words, shown = self._columns()
        head = "".join(f"<th>{html.escape(word)}</th>" for word in words)
        body = "".join(f"<tr>{_cells(row, len(words))}</tr>" for row in shown)
        return (
            f"<table><caption>{html.escape(self._headline())}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _headline(self) -> str:
        return f"{self.title}: {self.num_free} free, {self.num_fixed} fixed"

    def _shown(self) -> list[SummaryRow | None]:
        """Give the rows that are written; None stands for those left out."""
        if len(self.rows) <= _LISTED:
            return list(self.rows)
        return [*self.rows[:_HEAD], None, *self.rows[-_TAIL:]]

    def _columns(self) -> tuple[list[str], list[list[str] | str]]:
        """Give the names of the columns that are not empty, and the rows cut to these."""
        words = [
            word
            for place, word in enumerate(SummaryRow._fields)
            if word in ("name", "value", "state") or any(row[place] for row in self.rows)
        ]
        left_out = f"… {len(self.rows) - _HEAD - _TAIL} more"
        return words, [
            left_out if row is None else [getattr(row, word) for word in words]
            for row in self._shown()
        ]

    def _lines(self) -> list[str]:
        if not self.rows:
            return []
        words, shown = self._columns()
        table = [words, *(row for row in shown if isinstance(row, list))]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return [_aligned(row, widths) for row in (words, *shown)]


def _aligned(row: Sequence[str] | str, widths: Sequence[int]) -> str:
    if isinstance(row, str):
        return row
    return "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()


def _cells(row: Sequence[str] | str, count: int) -> str:
    if isinstance(row, str):
        return f'<td colspan="{count}">{html.escape(row)}</td>'
    return "".join(f"<td>{html.escape(word)}</td>" for word in row)


def summary(
    tree: Any,
    param_filter: ParamFilter = None,
    *,
    include_fixed: bool = True,
    submodules: Submodules = None,
) -> Summary:
    """Describe the parameters of a model in a table.

    Columns are name, physical value, unit, bounds, distribution, `free` or `fixed`, and group;
    those with nothing in them are left out. As text a long table is shortened in the middle.

    Args:
        tree: any PyTree.
        param_filter: as for `Module.iter_params`.
        include_fixed: whether fixed parameters are listed.
        submodules: a Module of the tree, its path, or a list of these, to look in.

    Raises:
        UnknownParameterError: a name or pattern that fits no parameter.
        UnknownSubmoduleError: a submodule that is not part of the tree.
        DuplicateNameError: two parameters of one name.

    Example:
        >>> from parax.parameters import Fixed
        >>> print(summary({"L": Parameter(2.0, bounds=(0, 9)), "C": Fixed([1.0, 3.0])}))
        dict: 1 free, 2 fixed
        name  value   bounds  state
        C     [1, 3]          fixed
        L     2       [0, 9]  free
    """
    entries = select(tree, param_filter, include_fixed=include_fixed, submodules=submodules)
    groups = _groups(tree)
    rows = tuple(_row(name, param, groups) for name, _, param in distinct(entries))
    free = sum(entry.param.size for entry in entries if not entry.param.fixed)
    fixed = sum(entry.param.size for entry in entries if entry.param.fixed)
    name = own_name(tree)
    title = type(tree).__name__ + (f" {name!r}" if name else "")
    return Summary(title, rows, free, fixed)


def _row(name: str, param: Parameter, groups: dict[str, str]) -> SummaryRow:
    given = [groups[word] for word in element_names(name, param) if word in groups]
    return SummaryRow(
        name,
        short(param.value),
        param.unit or "",
        "" if param.bounds is None else short(param.bounds),
        "" if param.distribution is None else short(param.distribution),
        "fixed" if param.fixed else "free",
        ", ".join(dict.fromkeys(given)),
    )


def _groups(tree: Any) -> dict[str, str]:
    """Give for each flat name of a member what its explicit group is called; the highest wins.

    A group without a name is called by its number, counted from the top.
    """
    found: dict[str, str] = {}
    levels = [("", tree), *((entry.name + "_", entry.module) for entry in walk(tree).modules)]
    number = 0
    for prefix, module in levels:
        for group in getattr(module, GROUPS_FIELD, ()):
            number += 1
            for word in group.param_names:
                found.setdefault(prefix + word, group.name or str(number))
    return found
