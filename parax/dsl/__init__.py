"""The language: from text to operators. Its names are loaded when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parax.dsl._vocabulary import Vocabulary, core_vocabulary, find_vocabulary

if TYPE_CHECKING:
    from parax.dsl._parse import parse

__all__ = ["Vocabulary", "core_vocabulary", "find_vocabulary", "parse"]


def __getattr__(name: str) -> Any:
    if name != "parse":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    from parax.dsl._parse import parse  # needs JAX and Lark; the names above do not

    globals()["parse"] = parse
    return parse
