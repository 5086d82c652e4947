"""Python's garbage collector, put off while many objects are made that all stay alive."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Generator[None]:
    """Put the garbage collector off.

    A parse and the building of a table make no cycle that could be collected, but many objects,
    for which the collector would walk again and again over all that the process holds: up to half
    of the time of a long expression.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
