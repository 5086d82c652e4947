"""Print the benchmark table: `python -m benchmarks [Q1 Q4 …] [--synchronous] [--tiny]`.

`python -m benchmarks peers` compares with other libraries instead (Q11).
"""

from __future__ import annotations

import argparse
import sys

import jax

from benchmarks.measure import TINY, Effort
from benchmarks.peers import __main__ as peers
from benchmarks.registry import MODULES, benchmark
from benchmarks.table import lines, table


def main() -> None:
    """Run the benchmarks that are named, all by default, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=list(MODULES), metavar="NAME")
    parser.add_argument(
        "--synchronous",
        action="store_true",
        help="run small computations in the calling thread, without JAX's asynchronous dispatch",
    )
    parser.add_argument("--tiny", action="store_true", help="compare results; times mean nothing")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in MODULES]
    if unknown:
        parser.error(f"no benchmark {unknown[0]}; there are {', '.join(MODULES)}")
    if chosen.synchronous:  # JAX ignores it once a back end has started
        jax.config.update("jax_cpu_enable_async_dispatch", False)
    print(conditions())
    effort = TINY if chosen.tiny else Effort()
    cells = [cell for name in chosen.names for cell in lines(name, benchmark(name)(effort))]
    print(table(cells))


def conditions() -> str:
    """Say what the figures hold for."""
    device = jax.devices()[0]
    dispatch = "asynchronous" if jax.config.read("jax_cpu_enable_async_dispatch") else "synchronous"
    bits = 64 if jax.config.read("jax_enable_x64") else 32
    return (
        f"JAX {jax.__version__} on {device.device_kind}, {bits} bit, {dispatch} CPU dispatch; "
        "times are medians of interleaved rounds\n"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["peers"]:
        peers.main(sys.argv[2:])
    else:
        main()
