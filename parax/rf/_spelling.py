"""What `parax.rf` gives by name (R6): its own tools, and every name of the RF vocabulary.

`rf.S21` is what the text `S21` becomes. A tool is loaded when it is first asked for, so that the
vocabulary can be listed without JAX.
"""

from __future__ import annotations

import importlib
from typing import Any

from parax.errors import OperatorAttributeError, ParaxError
from parax.rf._vocabulary import vocabulary

_ROOMS = {
    "_examples": "Ladder example example_model",
    "_model": "Model",
    "_network": "Network",
    "_operators": "Frequency ModelInput SParameter Scattering SweepInput",
    "_sweep": "Sweep as_sweep parse_sweep",
    "_twoport": "cascade line series shunt transformer",
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names.split()}


def by_name(name: str) -> Any:
    """Give a tool of `parax.rf`, or what a name of the vocabulary stands for.

    Raises:
        AttributeError: neither has such a name.
    """
    if name in _HOMES:
        return getattr(importlib.import_module(f"parax.rf.{_HOMES[name]}"), name)
    entry = None if name.startswith("_") else vocabulary.look_up(name)
    if entry is None:
        raise AttributeError(f"module 'parax.rf' has no attribute {name!r}", name=name)
    if entry.function is not None:
        return entry.function
    if entry.constant is not None:
        return entry.constant[0]
    assert entry.value is not None  # every call of the RF vocabulary has a bare meaning too
    try:
        return entry.value.build()
    except ParaxError as error:  # so that `hasattr` is simply false
        raise OperatorAttributeError(error.headline, hint=error.hint) from None


def all_names() -> list[str]:
    """Give the names of the tools and of the vocabulary, one for each pattern."""
    return sorted({"vocabulary", *_HOMES, *vocabulary.names(), *vocabulary.examples()})
