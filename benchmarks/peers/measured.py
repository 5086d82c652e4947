"""Measure one library in this process: `python -m benchmarks.peers.measured NAME`.

Prints one line of JSON. It imports only what stands in every environment: JAX, NumPy, the library.
"""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from importlib.metadata import version
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.by_hand import START, closed_over
from benchmarks.measure import TINY, Effort, time_calls


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.measured")
    parser.add_argument("name")
    parser.add_argument("--synchronous", action="store_true")
    parser.add_argument("--tiny", action="store_true")
    chosen = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", not chosen.synchronous)
    print(json.dumps(measured(chosen.name, TINY if chosen.tiny else Effort())))


def measured(name: str, effort: Effort) -> dict[str, Any]:
    """Give the version of a library, and for each way to use it times, ratios and agreement."""
    module = import_module(f"benchmarks.peers.by_{name}")
    x = jnp.asarray(START)
    floor, floor_both = jax.jit(closed_over()), jax.jit(jax.value_and_grad(closed_over()))
    wanted = np.asarray(floor(x)), np.asarray(floor_both(x)[1])
    exact = float(np.sqrt(np.finfo(wanted[0].dtype).eps))
    rows = []
    for one in module.contestants():
        value, gradient = one.both()
        found = [_flat(part) for part in (one.value(), value, gradient)]
        agrees = all(
            np.allclose(ours, theirs, rtol=exact, atol=exact * 1e-2)
            for ours, theirs in zip(found, (wanted[0], *wanted), strict=True)
        )
        row: dict[str, Any] = {"name": one.name, "agrees": agrees}
        for what, own, against in (
            ("value", one.value, lambda: floor(x)),
            ("value+gradient", one.both, lambda: floor_both(x)),
        ):
            timings = time_calls({"own": own, "floor": against}, effort)
            ours, theirs = timings["own"], timings["floor"]
            row[what] = {
                "seconds": ours.median,
                "floor": theirs.median,
                "ratio": ours.median / theirs.median,
                "best": ours.best / theirs.best,
            }
        rows.append(row)
    return {"version": version(module.VERSION_OF), "jax": jax.__version__, "rows": rows}


def _flat(tree: object) -> np.ndarray:
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(tree)])


if __name__ == "__main__":
    main()
