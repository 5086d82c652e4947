"""Modules with postponed annotations, which are then only text."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false
# pyright: reportUndefinedVariable=false

from __future__ import annotations

import typing as t

import parax.parameters as room
from parax.module import Module
from parax.parameters import Parameter


class Direct(Module):
    a: Parameter = 1.0
    b: t.Optional[Parameter] = 2.0  # noqa: UP045  # both spellings are tested
    c: list[Parameter] = [1.0]  # noqa: RUF012  # built anew for each
    d: float | Unknown = 1.0  # noqa: F821  # as a name that only a type checker sees


class Qualified(Module):
    a: room.Parameter = 1.0
    b: room.Parameter | None = 2.0
    c: "tuple[room.Parameter, ...]" = (1.0, 2.0)  # noqa: UP037  # quoted twice
    d: t.Literal["a b"] = 1.0


def local_class() -> type[Module]:
    import parax.parameters as hidden

    class Local(Module):
        a: hidden.Parameter = 1.0
        b: hidden.Parameter | None = 2.0
        c: dict[str, hidden.Parameter] | list[int] | t.Any = ()
        d: hidden.Missing = 1.0  # pyright: ignore[reportAttributeAccessIssue]

    return Local
