"""`python -m tests.mutants [ROOM …] [--count 50] [--seed 0]`: how many changes the suite notices.

Each change is made in a copy of the tree, and the tests of its room run there until one fails; if
none does, so do those of the rooms built on it. A change that no test notices has survived.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.mutants.change import Change, changes

ROOT = Path(__file__).parents[2]
SUITES = {
    "parameters": ("tests/parameters", "tests/module", "tests/serialization"),
    "module": ("tests/module", "tests/problems", "tests/op"),
    "kernels": ("tests/kernels", "tests/examples"),
    "training": ("tests/training", "tests/examples"),
    "distributions": ("tests/distributions", "tests/module"),
    "bounds": ("tests/bounds", "tests/wrappers"),
    "constants": ("tests/bounds", "tests/wrappers"),
    "wrappers": ("tests/wrappers", "tests/bounds"),
    "serialization": ("tests/serialization", "tests/parameters"),
}
"""The rooms that are changed, and the tests that see each, nearest first."""
WANTED = 0.9
SECONDS = 600
"""A change that makes the tests run longer than this is noticed."""


class Mutant(NamedTuple):
    """One change of one file."""

    room: str
    path: Path
    change: Change


def chosen(tree: Path, rooms: list[str], count: int, seed: int) -> list[Mutant]:
    """Choose changes at random, every place in the rooms of a tree alike."""
    places = [
        Mutant(room, path.relative_to(tree), change)
        for room in rooms
        for path in sorted((tree / "parax" / room).glob("*.py"))
        if path.name != "__init__.py"
        for change in changes(path.read_text("utf-8"))
    ]
    return random.Random(seed).sample(places, min(count, len(places)))


def is_noticed(tree: Path, mutant: Mutant) -> bool:
    """Tell whether a test fails with the change made in a copy of a tree."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(tree, Path(folder) / "tree"))
        target = copy / mutant.path
        changed = mutant.change.apply(target.read_text("utf-8"))
        ast.parse(changed)  # what is no Python would be noticed by anything
        target.write_text(changed, "utf-8")
        return any(_fails(copy, suite) for suite in _suites(mutant.room))


def is_sound(tree: Path, rooms: list[str], jobs: int) -> bool:
    """Tell whether the tests of rooms pass in a tree without any change: else all is noticed."""
    paths = dict.fromkeys(path for room in rooms for suite in _suites(room) for path in suite)
    return not _fails(tree, [f"--numprocesses={jobs}", *paths])


def snapshot(folder: Path) -> Path:
    """Copy what git tracks, as it is in the working tree now: later edits play no part."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    return folder


def _suites(room: str) -> list[list[str]]:
    near, *far = SUITES[room]
    return [[near, f"parax/{room}"], [*far, "tests/contracts"]]


def _fails(copy: Path, suite: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *suite]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main() -> int:
    """Print each change and whether it was noticed, then the share that was."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("rooms", nargs="*", default=list(SUITES), metavar="ROOM")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    unknown = [room for room in asked.rooms if room not in SUITES]
    if unknown:
        parser.error(f"no suite is known for {unknown[0]}; there are {', '.join(SUITES)}")
    with tempfile.TemporaryDirectory() as folder:
        return _report(snapshot(Path(folder)), asked)


def _report(tree: Path, asked: argparse.Namespace) -> int:
    mutants = chosen(tree, asked.rooms, asked.count, asked.seed)
    survivors = 0
    if not is_sound(tree, asked.rooms, asked.jobs):
        print("without any change the tests of these rooms fail: mend them first")
        return 1
    with ThreadPoolExecutor(asked.jobs) as pool:
        found = pool.map(partial(is_noticed, tree), mutants)
        for mutant, noticed in zip(mutants, found, strict=True):
            survivors += not noticed
            before = (tree / mutant.path).read_text("utf-8").splitlines()[mutant.change.line - 1]
            after = mutant.change.on_line(before)
            print(f"{'noticed ' if noticed else 'SURVIVED'} {mutant.path}:{mutant.change.line}")
            print(f"    - {before.strip()}\n    + {after.strip()}", flush=True)
    share = 1 - survivors / len(mutants)
    print(f"seed {asked.seed}: {len(mutants) - survivors} of {len(mutants)} noticed ({share:.0%})")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
