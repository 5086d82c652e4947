"""The arrows between the rooms: what may import what, print, and compile. The data: `rooms.py`."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from tests.house.imports import JITS, Source, Use, imported_at_once, imports, names_used, prints
from tests.house.rooms import (
    MAY_JIT,
    MAY_PRINT,
    MAY_USE_THE_FRONT_DOOR,
    ONLY_IN,
    PASSES,
    STANDS_ON,
)

ROOT = Path(__file__).resolve().parents[2]
HOUSE = "parax"
SOURCES = [Source.from_file(path, ROOT) for path in sorted((ROOT / HOUSE).rglob("*.py"))]
FRONT_DOOR = next((source for source in SOURCES if source.module == HOUSE), None)
ROOMS = [source for source in SOURCES if source.module != HOUSE]

each_room = pytest.mark.parametrize("source", ROOMS, ids=lambda source: source.module)


def room_of(module: str) -> str:
    """The most particular room of the table that a dotted name inside `parax` belongs to."""
    parts = module.split(".")[1:]
    names = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((name for name in names if name in STANDS_ON), parts[0])


@cache
def may_import(room: str) -> frozenset[str]:
    """All the rooms that a room stands on, however far down."""
    below = STANDS_ON[room]
    return frozenset(below).union(*(may_import(name) for name in below))


def existing_rooms() -> set[str]:
    return {source.module.split(".")[1] for source in ROOMS}


def wrong_arrows(source: Source) -> list[str]:
    here = room_of(source.module)
    if here not in STANDS_ON:
        return [
            f"{source.module}: the room `{here}` is unknown; give it a place in "
            "tests/house/rooms.py, or put the file into the room of its only user"
        ]
    found: list[str] = []
    for use in imports(source):
        house, _, inside = use.name.partition(".")
        if house != HOUSE:
            continue
        there = room_of(use.name) if inside else ""
        if there not in STANDS_ON and there not in existing_rooms():
            if here not in MAY_USE_THE_FRONT_DOOR:
                found.append(
                    f"{at(source, use)} takes a name from `parax` itself; import it from its room"
                )
        elif there.split(".")[0] != here.split(".")[0] and there not in may_import(here):
            found.append(
                f"{at(source, use)} imports `{use.name}`, and `{here}` may not import `{there}`; "
                f"it may import {', '.join(sorted(may_import(here))) or 'no room'}: "
                "move the thing to one of these, or turn the arrow round: tests/house/rooms.py"
            )
    return found


def private_imports(source: Source) -> list[str]:
    here = source.module.split(".")[1]
    found: list[str] = []
    for use in imports(source):
        parts = use.name.split(".")
        if parts[0] != HOUSE or len(parts) < 3 or parts[1] == here:
            continue
        depth = next((i for i, part in enumerate(parts[2:], 3) if is_private(part)), None)
        private = ".".join(parts[:depth])
        if depth and room_of(private) == parts[1] and (source.module, private) not in PASSES:
            found.append(
                f"{at(source, use)} imports `{use.name}`, private to `{parts[1]}`; take it from "
                f"its door `parax.{parts[1]}`, adding it there if other rooms need it"
            )
    return found


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def wrong_libraries(source: Source) -> list[str]:
    here = source.module.split(".")[1]
    return [
        f"{at(source, use)} imports `{use.name}`; only {' and '.join(ONLY_IN[library])} knows "
        f"{library}: ask that room for what you need"
        for use in imports(source)
        if (library := use.name.split(".")[0]) in ONLY_IN and here not in ONLY_IN[library]
    ]


def wrong_jits(source: Source) -> list[str]:
    room, _, file = source.module.partition(".")[2].partition(".")
    if room in MAY_JIT or f"{room}.{file}" in MAY_JIT:
        return []
    return [
        f"{at(source, use)} uses `{use.name}`; only {' and '.join(MAY_JIT)} compiles: leave the "
        "function plain, or give it to the engine"
        for use in names_used(source)
        if use.name in JITS
    ]


def wrong_prints(source: Source) -> list[str]:
    if source.module.split(".")[1] in MAY_PRINT:
        return []
    return [
        f"{at(source, use)} uses `{use.name}`; only {' and '.join(MAY_PRINT)} prints: return the "
        "text, or raise an error or a warning of parax.errors"
        for use in prints(source)
    ]


def at(source: Source, use: Use) -> str:
    return f"{source.module}:{use.line}"


def none_of(found: Iterable[str]) -> None:
    text = "\n".join(found)
    assert not text, f"\n{text}"


def python(code: str) -> str:
    """Run code in a new interpreter and give back what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_there_is_a_house():
    assert FRONT_DOOR is not None, "parax/__init__.py is missing"
    assert ROOMS


def test_the_table_has_no_cycle_and_names_only_its_own_rooms():
    for room in STANDS_ON:
        assert room not in may_import(room)


@each_room
def test_a_room_imports_only_the_rooms_it_stands_on(source: Source):
    none_of(wrong_arrows(source))


@each_room
def test_a_room_is_entered_by_its_door(source: Source):
    none_of(private_imports(source))


@each_room
def test_a_library_is_known_to_its_room_only(source: Source):
    none_of(wrong_libraries(source))


@each_room
def test_only_the_engine_compiles(source: Source):
    none_of(wrong_jits(source))


@each_room
def test_only_the_command_line_prints(source: Source):
    none_of(wrong_prints(source))


def test_one_file_at_most_touches_the_private_parts_of_jax():
    files = {
        source.module
        for source in SOURCES
        if any(use.name.startswith("jax._src") for use in names_used(source))
    }
    assert len(files) <= 1, f"keep `jax._src` in one file of the engine, not in {sorted(files)}"
    assert all(module.split(".")[1] in MAY_JIT for module in files)


def test_the_front_door_imports_no_room():
    assert FRONT_DOOR is not None
    none_of(
        f"{at(FRONT_DOOR, use)} imports `{use.name}` at once; name it in the lazy table instead"
        for use in imported_at_once(FRONT_DOOR)
        if use.name.split(".")[0] not in sys.stdlib_module_names
    )


def test_every_pass_is_still_needed():
    used = {(source.module, use.name) for source in ROOMS for use in imports(source)}
    for (importer, private), reason in PASSES.items():
        assert reason
        assert any(module == importer and name.startswith(private) for module, name in used), (
            f"{importer} does not import {private}: remove the pass from tests/house/rooms.py"
        )


def test_importing_parax_imports_no_heavy_library():
    heavy = "{'jax', 'jaxlib', 'equinox', 'numpy', 'lark', 'networkx', 'rich', 'typer'}"
    code = f"import sys, parax; print(*sorted({heavy} & set(sys.modules)))"
    assert python(code) == ""


def test_taking_every_public_name_changes_no_setting_of_jax():
    settings = "print(sorted((k, repr(v)) for k, v in jax.config.values.items()))"
    everything = "import parax; [getattr(parax, name) for name in dir(parax)]"
    assert python(f"import jax; {everything}; {settings}") == python(f"import jax; {settings}")


# The checks themselves: each must find what it is for.

WRONG: list[tuple[Callable[[Source], list[str]], str, str]] = [
    (wrong_arrows, "parax.graph._table", "from parax.op import Operator"),
    (wrong_arrows, "parax.graph._table", "from parax import op"),
    (wrong_arrows, "parax.graph._table", "import parax.op"),
    (wrong_arrows, "parax.graph._table", "from ..op import Operator"),
    (wrong_arrows, "parax.graph._table", "from .. import op"),
    (wrong_arrows, "parax.graph._table", "def late():\n    from parax.op import Operator"),
    (wrong_arrows, "parax.graph._table", "import importlib\nimportlib.import_module('parax.op')"),
    (wrong_arrows, "parax.graph._table", "from parax import Operator"),
    (wrong_arrows, "parax.graph._table", "import parax"),
    (wrong_arrows, "parax.dsl._parse", "from parax.engine import Compiled"),
    (wrong_arrows, "parax.engine._cache", "from parax.dsl import parse"),
    (wrong_arrows, "parax.rf._vocabulary", "from parax.problems import Problem"),
    (wrong_arrows, "parax.api", "from parax.rf import vocabulary"),
    (wrong_arrows, "parax.errors", "from parax.units import quantity"),
    (wrong_arrows, "parax.misc", ""),
    (private_imports, "parax.dsl._names", "from parax.op._base import Operator"),
    (private_imports, "parax.dsl._names", "from parax.op import _base"),
    (private_imports, "parax.dsl._names", "import parax.op._base"),
    (wrong_libraries, "parax.op._base", "import networkx as nx"),
    (wrong_libraries, "parax.op._base", "from lark import Lark"),
    (wrong_libraries, "parax.problems._report", "from rich.table import Table"),
    (wrong_jits, "parax.op._base", "import jax\nf = jax.jit(abs)"),
    (wrong_jits, "parax.op._base", "from jax import jit"),
    (wrong_jits, "parax.op._base", "import equinox as eqx\n@eqx.filter_jit\ndef f(): ..."),
    (wrong_prints, "parax.op._base", "print('hello')"),
    (wrong_prints, "parax.op._base", "import sys\nsys.stdout.write('hello')"),
]

RIGHT: list[tuple[Callable[[Source], list[str]], str, str]] = [
    (wrong_arrows, "parax.op._base", "from parax.op._traits import Trait\nfrom . import _host"),
    (wrong_arrows, "parax.op._base", "from parax.graph import Graph\nimport parax.errors"),
    (wrong_arrows, "parax.cli._eval", "import parax\nfrom parax import compile"),
    (wrong_arrows, "parax.api", "from parax.problems import Problem\nfrom parax.dsl import parse"),
    (private_imports, "parax.op._base", "from parax.op._traits import Trait"),
    (private_imports, "parax.op._base", "from parax._diagnostic import Span"),
    (wrong_libraries, "parax.graph._views", "import networkx as nx"),
    (wrong_jits, "parax.engine._call", "import jax\nf = jax.jit(abs)"),
    (wrong_jits, "parax.module._sensitivity", "import jax\nf = jax.jit(abs)"),
    (wrong_jits, "parax.op._base", "import jax\nf = jax.vmap(abs)"),
    (wrong_prints, "parax.op._base", "def f(tree): return tree.print()"),
]


@pytest.mark.parametrize(("check", "module", "text"), WRONG)
def test_what_is_wrong_is_found(check: Callable[[Source], list[str]], module: str, text: str):
    assert len(check(Source.from_text(module, text))) == 1


@pytest.mark.parametrize(("check", "module", "text"), RIGHT)
def test_what_is_right_is_left_alone(check: Callable[[Source], list[str]], module: str, text: str):
    assert check(Source.from_text(module, text)) == []


def test_imports_inside_functions_and_for_types_only_are_not_made_at_once():
    text = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import jax\n"
        "def late():\n    import numpy\n"
        "try:\n    import lark\nexcept ImportError:\n    import rich\n"
        "class A:\n    import typer\n"
    )
    names = {use.name for use in imported_at_once(Source.from_text("parax", text, is_door=True))}
    assert names == {"typing.TYPE_CHECKING", "lark", "rich", "typer"}
