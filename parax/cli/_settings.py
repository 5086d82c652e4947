"""What the command line sets up before JAX computes anything: precision, compilation cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, cast

SHORTEST_COMPILATION = 0.05
"""Executables that took less time than this [s] are not worth a file."""


def prepare(bits: str) -> None:
    """Set the precision and synchronous dispatch, and let compiled functions be kept (E9, E13).

    JAX's own variables win: `JAX_COMPILATION_CACHE_DIR` names another folder, and
    `JAX_ENABLE_COMPILATION_CACHE=false` keeps nothing.
    """
    import jax

    config = cast(Any, jax.config)
    config.update("jax_enable_x64", bits == "64")
    from parax.engine import synchronous_dispatch

    synchronous_dispatch(required=False)  # within another program it may be too late
    if "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    folder = own_folder()
    if folder is not None:
        config.update("jax_compilation_cache_dir", str(folder))
        config.update("jax_persistent_cache_min_compile_time_secs", SHORTEST_COMPILATION)


def cache_folder(platform: str = sys.platform) -> Path:
    """Give the user's folder for caches, by the convention of the platform."""
    named = os.environ.get("XDG_CACHE_HOME")
    if named and Path(named).is_absolute():
        return Path(named)
    if platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path.home() / ".cache"


def own_folder() -> Path | None:
    """Make the folder of compiled functions; None if there can be none, and all works without."""
    try:
        folder = cache_folder() / "parax" / "jax"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a home that cannot be written to, or no home at all
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None
