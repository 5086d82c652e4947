"""What a value is, in words."""

from __future__ import annotations

from typing import Any

import jax

from parax._diagnostic import kind_of


def kind(value: Any) -> str:
    """Give the class of a value with its article; what JAX calls its arrays is no matter."""
    return "an array" if isinstance(value, jax.Array) else kind_of(value)
