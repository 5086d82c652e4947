"""The command line as a process: what it imports, where it prints, what it keeps."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import parax
from parax.cli._settings import cache_folder


def run(
    *words: str, code: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    python = ("-c", code) if code else ("-m", "parax")
    names = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(
        [sys.executable, *python, *words],
        env={**os.environ, **names, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )


WITHOUT_JAX = """
import sys
from parax.cli import main
code = main(sys.argv[1:])
heavy = {"jax", "numpy", "equinox", "skrf", "lark", "networkx"} & set(sys.modules)
print("imported:", *sorted(heavy), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), ("eval", "--help"), ("check", "-h"), ()]
)
def test_help_comes_without_jax(words: tuple[str, ...]):
    done = run(*words, code=WITHOUT_JAX)
    assert (done.stderr, done.returncode) == ("imported:\n", 0)
    if words != ("--version",):
        assert "Examples" in done.stdout


def test_usage_is_judged_without_jax():
    done = run("eval", "x", "--set", "x", code=WITHOUT_JAX)
    assert done.returncode == 2
    assert done.stderr.endswith("imported:\n")


def test_the_version_is_that_of_the_package():
    assert run("--version").stdout == f"parax {parax.__version__}\n"


def test_results_and_errors_go_to_their_own_streams():
    fine, wrong = run("eval", "1 + 1"), run("eval", "1 +")
    assert (fine.stdout, fine.stderr, fine.returncode) == ("2\n", "", 0)
    assert (wrong.stdout, wrong.returncode) == ("", 1)
    assert wrong.stderr.startswith("ParaxSyntaxError: ")


def test_with_json_an_error_is_the_one_object_on_the_standard_output():
    done = run("eval", "abz(1)", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    facts = json.loads(done.stdout)
    assert facts["error"] == "ParaxNameError"
    assert facts["hint"] == "did you mean `abs`?"
    assert (facts["line"], facts["column"]) == (1, 1)


def test_compiled_functions_are_kept_for_the_next_command(tmp_path: Path):
    """E9"""
    words = ("eval", "mean(dB(S11))", "--model", "example:ladder", "--freq", "1GHz..2GHz:5")
    settings = {"XDG_CACHE_HOME": str(tmp_path), "JAX_ENABLE_COMPILATION_CACHE": "true"}
    first = run(*words, env=settings)
    folder = tmp_path / "parax" / "jax"

    def ours() -> list[str]:  # on a busy machine trifles of JAX's own take long enough to be kept
        return sorted(one.name for one in folder.glob("jit__of_*-cache"))

    kept = ours()
    assert kept
    assert folder.stat().st_mode & 0o077 == 0
    second = run(*words, env=settings)
    assert (second.stdout, second.stderr) == (first.stdout, first.stderr)
    assert ours() == kept


def test_a_cache_folder_that_cannot_be_had_is_no_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = run("eval", "x + 1", "--set", "x=1", env={"XDG_CACHE_HOME": str(tmp_path / "file")})
    assert (done.stdout, done.stderr) == ("2\n", "")


@pytest.mark.parametrize(
    ("platform", "names", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/somewhere"}, "/somewhere"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "~/.cache"),
        ("linux", {}, "~/.cache"),
        ("darwin", {}, "~/Library/Caches"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local"),
        ("win32", {}, "~/AppData/Local"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_caches(
    platform: str, names: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert cache_folder(platform) == Path(expected).expanduser()


def test_a_reader_that_has_gone_is_no_failure_to_tell_of():
    first, second = os.pipe()
    os.close(first)
    with os.fdopen(second, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "parax", "eval", "arange(100000)", "--json"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "")
