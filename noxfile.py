"""The commands of the house, each in one place.

`make NAME` sets up `.venv` and runs the session of that name inside it (`--no-venv`); `nox -s NAME`
makes an environment for it, for `tests` one a Python. CI runs the `make` targets.
"""

import json
import os
import tempfile
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["lint", "types", "tests", "docs"]

PYTHONS = ["3.11", "3.12", "3.13"]
OLDEST = PYTHONS[0]
PINS = Path("constraints.txt")
EXTRAS = ".[rf,docs,dev]"
QUICK = (
    "--xla_cpu_use_fusion_emitters=false --xla_backend_optimization_level=0 "
    "--xla_llvm_disable_expensive_passes=true"
)
"""Options with which XLA compiles in half the time what no test looks at."""
COMPILED = ["tests/agreement", "tests/cli", "tests/engine", "tests/examples", "tests/problems"]
"""Tests of what is compiled, with the options that users have."""
ONCE = [
    "tests/cli",
    "tests/dsl",
    "tests/house",
    "tests/mistakes",
    "tests/problems/test_benchmarks.py",
]
"""Tests that choose their precision themselves, or in which it plays no role."""
FOLDERS = {one.as_posix() for one in Path("tests").iterdir() if one.name != "conftest.py"}
REST = sorted({"parax", *FOLDERS} - {*COMPILED})
RUNS = {
    "64 bit, what is compiled": (REST, {"JAX_ENABLE_X64": "1"}),
    "64 bit, the rest": (COMPILED, {"JAX_ENABLE_X64": "1", "XLA_FLAGS": QUICK}),
    "32 bit": (ONCE, {"JAX_ENABLE_X64": "0", "XLA_FLAGS": QUICK}),
}
"""By name what a run leaves out, and its environment."""
NONE_RAN = 5
"""What pytest exits with if nothing was chosen."""


def prepare(session: nox.Session) -> None:
    # Without build isolation the build back end is pinned as well. In `.venv` these do nothing.
    session.install("--constraint", str(PINS), "pip")
    session.install("--constraint", str(PINS), "hatchling", "editables")
    session.install("--constraint", str(PINS), "--no-build-isolation", "--editable", EXTRAS)


def run_pytest(session: nox.Session, *options: str) -> None:
    workers = os.environ.get("WORKERS", "2")
    failed: list[str] = []
    for name, (left_out, env) in RUNS.items():
        session.log(f"tests in {name}")
        try:
            session.run(
                *("python", "-m", "pytest", "--quiet", f"--numprocesses={workers}"),
                *("--dist=worksteal", "--durations=12"),
                *(f"--ignore={path}" for path in left_out),
                *options,
                *session.posargs,
                env=env,
                success_codes=[0, NONE_RAN] if options or session.posargs else [0],
            )
        except CommandFailed:
            failed.append(name)  # the others may fail elsewhere: see all
    if failed:
        session.error(f"tests fail in {' and in '.join(failed)}")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run every test and doctest, in 64 and in 32 bit."""
    prepare(session)
    run_pytest(session)


@nox.session(python=OLDEST)
def properties(session: nox.Session) -> None:
    """Run the long property tests, with many examples."""
    prepare(session)
    run_pytest(session, "-m", "long", "--hypothesis-profile=long")


@nox.session(python=OLDEST)
def mutants(session: nox.Session) -> None:
    """Change the code at random, a line at a time, and see whether the suite notices."""
    prepare(session)
    session.run("python", "-m", "tests.mutants", *session.posargs)


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """Check format, style and spelling."""
    prepare(session)
    session.run("python", "-m", "ruff", "format", "--check", ".")
    session.run("python", "-m", "ruff", "check", ".")
    session.run("codespell")


@nox.session(python=OLDEST)
def types(session: nox.Session) -> None:
    """Check types with pyright."""
    prepare(session)
    session.run("python", "-m", "pyright", "--warnings")


@nox.session(python=OLDEST)
def docs(session: nox.Session) -> None:
    """Build the documentation, warnings as errors."""
    prepare(session)
    session.run(
        *("python", "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--keep-going"),
        *("--fresh-env", "--quiet", "docs", "docs/_build/html"),
    )


@nox.session(python=OLDEST)
def bench(session: nox.Session) -> None:
    """Print the benchmark table of this machine."""
    prepare(session)
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=OLDEST)
def wheel(session: nox.Session) -> None:
    """Build the sdist and from it the wheel, and try the wheel in a fresh environment."""
    prepare(session)
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--no-isolation", "--outdir", folder)
        session.run("python", ".ci/check_wheel.py", folder)


@nox.session(python=OLDEST)
def pins(session: nox.Session) -> None:
    """Resolve all dependencies afresh and write constraints.txt."""
    session.install("--upgrade", "pip")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        # For the very first release of the oldest Python: some packages need a later one.
        session.run(
            *("python", "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"),
            *("--python-version", f"{OLDEST}.0", "--only-binary", ":all:", "--target", folder),
            *("--report", str(report), "pip", EXTRAS),
        )
        found = json.loads(report.read_text())["install"]
    named = {entry["metadata"]["name"]: entry["metadata"]["version"] for entry in found}
    remark = [line for line in PINS.read_text().splitlines() if line.startswith("#")]
    lines = [
        f"{name.lower().replace('_', '-').replace('.', '-')}=={version}"
        for name, version in named.items()
        if name != "parax"
    ]
    PINS.write_text("\n".join([*remark, *sorted(lines)]) + "\n")
