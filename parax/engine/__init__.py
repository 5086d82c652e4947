"""The engine: from a graph to one compiled function of arrays."""

from parax.engine._backward import Slope, find_slope
from parax.engine._bookkeeping import cache_info, clear_cache, set_cache_size
from parax.engine._cache import CacheInfo
from parax.engine._dispatch import synchronous_dispatch
from parax.engine._executable import Executable, MismatchError
from parax.engine._findings import Findings, findings
from parax.engine._finite import Trouble, find_trouble
from parax.engine._free import Argument, Free, free_bounds, free_names
from parax.engine._given import Given, given
from parax.engine._history import max_compiles, paths
from parax.engine._lower import REWRITES, Signature, free_arrays, own_arrays
from parax.engine._modes import ALONG, Mode
from parax.engine._nodes import nodes_text
from parax.engine._portable import Portable, to_bytes
from parax.engine._profile import NodeCost, Profile, profile
from parax.engine._reuse import run_into
from parax.engine._specialise import Specialised, Specialiser
from parax.engine._stages import Cost, Memory, checked_mode, cost, hlo, memory
from parax.engine._walk import Walk

__all__ = [
    "ALONG",
    "REWRITES",
    "Argument",
    "CacheInfo",
    "Cost",
    "Executable",
    "Findings",
    "Free",
    "Given",
    "Memory",
    "MismatchError",
    "Mode",
    "NodeCost",
    "Portable",
    "Profile",
    "Signature",
    "Slope",
    "Specialised",
    "Specialiser",
    "Trouble",
    "Walk",
    "cache_info",
    "checked_mode",
    "clear_cache",
    "cost",
    "find_slope",
    "find_trouble",
    "findings",
    "free_arrays",
    "free_bounds",
    "free_names",
    "given",
    "hlo",
    "max_compiles",
    "memory",
    "nodes_text",
    "own_arrays",
    "paths",
    "profile",
    "run_into",
    "set_cache_size",
    "synchronous_dispatch",
    "to_bytes",
]
