"""Inputs given as a mapping and by keyword (U3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parax._diagnostic import kind_of, quoted
from parax.errors import OperatorTypeError


def merged_inputs(inputs: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the mapping `inputs=` and keywords together.

    Raises:
        OperatorTypeError: a name is in both, or `inputs` is no mapping from names.
    """
    if inputs is None:
        return dict(keywords)
    if not isinstance(inputs, Mapping):
        raise OperatorTypeError(
            f"`inputs` is a mapping from names to values, got {kind_of(inputs)}",
            hint="write `inputs={'target': 0.1}`, or `target=0.1`",
        )
    for name in inputs:
        if not isinstance(name, str):
            raise OperatorTypeError(f"the name of an input is a text, got {quoted(repr(name))}")
        if name in keywords:
            raise OperatorTypeError(
                f"the input {quoted(name)} is given twice: in `inputs=` and by keyword"
            )
    return {**inputs, **keywords}
