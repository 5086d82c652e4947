"""Compare with other libraries: `python -m benchmarks.peers [NAME …] [--environments FOLDER]`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.table import seconds

ROOT = Path(__file__).parents[2]
REQUIRES = {
    "parax": None,
    "jax_pairs": None,
    "original": ["parax==0.4.15"],
    "eqxpress": ["eqxpress==0.0.4"],
    "casadi": ["casadi==3.8.2"],
    "pytensor": ["pytensor==3.0.7", "numba==0.65.1"],
}
"""What each environment needs; None is the environment that this runs in."""

HEAD = (
    "library", "dispatch", "value", "floor", "ratio", "best", "value+gradient", "floor", "ratio",
    "best",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Make the environments, measure each library in both ways of dispatch, print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("names", nargs="*", default=list(REQUIRES), metavar="NAME")
    parser.add_argument("--environments", type=Path, metavar="FOLDER", default=None)
    parser.add_argument("--tiny", action="store_true", help="compare results; times mean nothing")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.names if name not in REQUIRES]
    if unknown:
        parser.error(f"no library {unknown[0]}; there are {', '.join(REQUIRES)}")
    folder = chosen.environments or Path(tempfile.gettempdir(), "parax-benchmark-peers")
    print("| " + " | ".join(HEAD) + " |\n|" + " --- |" * len(HEAD), flush=True)
    for name in chosen.names:
        for line in lines(name, folder, tiny=chosen.tiny):
            print(line, flush=True)


def lines(name: str, folder: Path, *, tiny: bool) -> list[str]:
    """Give the rows of one library, or one that says why there is none."""
    try:
        python = environment(name, folder)
        found = [(way, measured(name, python, way, tiny=tiny)) for way in ("async", "sync")]
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if "Error" in line or "ERROR" in line]
        return [f"| {name} | not measured: {' '.join(said[-1:])} |"]
    return [
        _line(f"{name} {result['version']}, {row['name']}", way, row)
        for way, result in found
        for row in result["rows"]
    ]


def _line(library: str, way: str, row: Any) -> str:
    cells = [library if row["agrees"] else f"{library} (another result)", way]
    for what in ("value", "value+gradient"):
        one = row[what]
        cells += [seconds(one["seconds"]), seconds(one["floor"])]
        cells += [f"{one['ratio']:.2f}", f"{one['best']:.2f}"]
    return "| " + " | ".join(cells) + " |"


def environment(name: str, folder: Path) -> Path:
    """Give the Python of a library's environment, made now if there is none.

    Raises:
        subprocess.CalledProcessError: something cannot be installed.
    """
    needs = REQUIRES[name]
    if needs is None:
        return Path(sys.executable)
    own = folder / name
    python, done = own / "bin" / "python", own / "complete"
    if not done.exists():
        pinned = [f"{one}=={version(one)}" for one in ("jax", "jaxlib", "numpy")]
        _run([sys.executable, "-m", "venv", "--clear", str(own)])
        _run([str(python), "-m", "pip", "install", "--quiet", *needs, *pinned])
        done.touch()
    return python


def measured(name: str, python: Path, way: str, *, tiny: bool) -> Any:
    """Measure a library in a process of its own.

    The files are copied to where no other parax lies beside them.

    Raises:
        subprocess.CalledProcessError: it fails.
    """
    options = ["--synchronous"] * (way == "sync") + ["--tiny"] * tiny
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "benchmarks", Path(place, "benchmarks"))
        command = [str(python), "-m", "benchmarks.peers.measured", name, *options]
        return json.loads(_run(command, cwd=place).splitlines()[-1])


def _run(command: list[str], cwd: str | None = None) -> str:
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd, env=environ)
    return done.stdout


if __name__ == "__main__":
    main()
