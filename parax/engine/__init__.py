"""The engine: from a graph to one compiled function of arrays."""

from parax.engine._cache import CacheInfo, cache_info, clear_cache, set_cache_size
from parax.engine._executable import Executable, Mode, executable
from parax.engine._free import (
    Argument,
    Free,
    all_arrays,
    filled_in,
    free_bounds,
    free_names,
    picked,
)
from parax.engine._lower import Signature, pack_numbers
from parax.engine._specialise import Specialised, require_objective, specialise

__all__ = [
    "Argument",
    "CacheInfo",
    "Executable",
    "Free",
    "Mode",
    "Signature",
    "Specialised",
    "all_arrays",
    "cache_info",
    "clear_cache",
    "executable",
    "filled_in",
    "free_bounds",
    "free_names",
    "pack_numbers",
    "picked",
    "require_objective",
    "set_cache_size",
    "specialise",
]
