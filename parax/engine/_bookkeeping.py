"""What everyone may ask of the cache of executables, and of why it grew."""

from __future__ import annotations

from parax._diagnostic import echo
from parax.engine._cache import CacheInfo, executables, validated
from parax.engine._history import history
from parax.errors import ParameterValueError


def cache_info() -> CacheInfo:
    """Give what the cache of executables has done so far.

    Example:
        >>> import parax
        >>> parax.clear_cache()
        >>> parax.cache_info().misses
        0
    """
    return executables.info()


def clear_cache() -> None:
    """Forget all executables and counts; what was compiled or bound before keeps its own."""
    executables.clear()
    validated.clear()
    history.forget()


def set_cache_size(entries: int) -> None:
    """Set how many executables are kept; the least recently used go first.

    Args:
        entries: at least 1.

    Raises:
        ParameterValueError: `entries` is no whole number of at least 1.
    """
    if not isinstance(entries, int) or isinstance(entries, bool) or entries < 1:
        raise ParameterValueError(
            f"the cache holds a whole number of entries, at least 1, got `{echo(repr(entries))}`"
        )
    executables.resize(entries)
    validated.resize(8 * entries)
