"""Q8: how long Python takes to start: whole processes, one after the other in each round."""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.measure import Effort, Timing
from benchmarks.registry import Row

TARGET = 1.05
MOST_SECONDS = 0.3
"""What `parax --help` may take."""

_NEEDED = "import jax, equinox, distreqx"
_ALL = "import parax; parax.Module, parax.Parameter, parax.parse, parax.compile, parax.problem"
_HELP = """
import sys
from parax.cli import main
sys.argv = ["parax", "--help"]
main()
print("libraries:", len({"jax", "numpy"} & set(sys.modules)))
"""


def run(effort: Effort) -> list[Row]:
    """Measure the import, the command line's help, and the import of what a problem needs."""
    codes = {"needed": _NEEDED, "parax": "import parax", "help": _HELP, "all": _ALL}
    seconds: dict[str, list[float]] = {name: [] for name in codes}
    libraries = -1
    for _ in range(min(effort.rounds, 7)):
        for name, code in codes.items():
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            )
            seconds[name].append(time.perf_counter() - start)
            if name == "help":
                libraries = int(done.stdout.rpartition("libraries: ")[2])
    timings = {name: Timing.of(own) for name, own in seconds.items()}
    needed = timings["needed"]
    return [
        Row.of(f"import parax; other: {_NEEDED}", timings["parax"], needed, TARGET),
        Row.of(
            f"parax --help; other: {MOST_SECONDS} s",
            timings["help"],
            Timing(MOST_SECONDS, MOST_SECONDS),
            1.0,
            libraries,
            note="without JAX",
        ),
        Row.of(
            "import parax, and all that a problem needs; other: as above",
            timings["all"],
            needed,
            None,
        ),
    ]
