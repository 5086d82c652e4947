"""What a library gives to be measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Contestant:
    """One way to compute the goals and their gradient, ready to be called.

    Args:
        name: the library, and how it is used.
        value: the sum of the goals at the start, without arguments.
        both: the sum and its gradient.
    """

    name: str
    value: Callable[[], Any]
    both: Callable[[], tuple[Any, Any]]
