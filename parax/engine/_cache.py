"""The cache of executables: bounded, observable, and compiled once however many threads ask."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

DEFAULT_SIZE = 512


@dataclass(frozen=True)
class CacheInfo:
    """What the cache of executables has done so far.

    Args:
        hits: how often an executable was there already.
        misses: how often one was made.
        traces: how often JAX traced an expression.
        entries: how many executables are held.
        compile_seconds: time spent tracing and compiling, in all [s].
    """

    hits: int
    misses: int
    traces: int
    entries: int
    compile_seconds: float


class _Entry:
    """A place for one value, made by the first thread that needs it."""

    def __init__(self) -> None:
        # A thread may come back while it makes the value, if a function in an expression compiles
        # the same expression: that ends in Python's recursion limit, not in a deadlock.
        self.lock = threading.RLock()
        self.made = False
        self.value: Any = None


class Cache:
    """A least-recently-used cache whose values are made once, also when threads ask together."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._hits = self._misses = self._traces = 0
        self._seconds = 0.0

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give the value under a key, made now if there is none; what `make` raises is not kept."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = _Entry()
            self._entries.move_to_end(key)
            self._shrink()
        with entry.lock:  # another thread may be making it
            if entry.made:
                with self._lock:
                    self._hits += 1
                return entry.value
            try:
                with self.timed():
                    entry.value = make()
                entry.made = True
            finally:
                with self._lock:
                    self._misses += 1
                    if not entry.made and self._entries.get(key) is entry:
                        del self._entries[key]
        return entry.value

    def _shrink(self) -> None:
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Add the time of a block to the seconds spent."""
        start = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self._seconds += time.perf_counter() - start

    def count_trace(self) -> None:
        """Note that JAX traced an expression."""
        with self._lock:
            self._traces += 1

    def info(self) -> CacheInfo:
        """Give the counts so far."""
        with self._lock:
            return CacheInfo(
                self._hits, self._misses, self._traces, len(self._entries), self._seconds
            )

    def clear(self) -> None:
        """Forget all values and counts."""
        with self._lock:
            self._entries.clear()
            self._hits = self._misses = self._traces = 0
            self._seconds = 0.0

    def resize(self, size: int) -> None:
        """Set how many values are kept."""
        with self._lock:
            self._size = size
            self._shrink()


executables = Cache(DEFAULT_SIZE)
validated = Cache(8 * DEFAULT_SIZE)
"""The outputs' types of expressions that were found valid, by signature."""
