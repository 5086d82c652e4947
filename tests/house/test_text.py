"""What must not stand in any file of the project, and how long a file may be."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THIS = Path(__file__).resolve().relative_to(ROOT)

# Each pattern, and what to do about it. The patterns are written so as not to match themselves.
BANNED = {
    "a path of one machine": (
        r"(?<![\w.:/~])/(?:home|root|Users|work|tmp|opt|mnt)/\w",
        "write it relative to the checkout, or take a temporary folder",
    ),
    "the address of a package registry": (
        r"(?i)(?:files\.)?python"
        + r"hosted\.org|\bpypi\.org|registry\.npm"
        + r"js|index[-_]url\s*[=:]"
        r"|find[-_]links\s*[=:]|\bpypi/simple",
        "name the package; the user's own settings say where from",
    ),
    "an unfinished place": (
        r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
        "finish it, or open an issue",
    ),
    "a swallowed exception": (
        r"except(?:\s+(?:Base)?Exception)?(?:\s+as\s+\w+)?:\s*(?:pass|\.\.\.)\s*$",
        "catch what you expect, by name, and say why it does not matter",
    ),
}
LONGEST_PYTHON = 800
LONGEST_DECISION = 60


def tracked() -> list[Path]:
    """The text files that git knows or would add, as paths from the root."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    paths = {Path(name) for name in listing.split("\0") if name}
    return sorted(path for path in paths if (ROOT / path).is_file() and is_text(ROOT / path))


def is_text(path: Path) -> bool:
    return b"\0" not in path.read_bytes()[:8192]


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


FILES = tracked()
PYTHON = [path for path in FILES if path.suffix == ".py"]


def places(text: str, pattern: str) -> list[str]:
    """The lines that a pattern is found in; one that spans lines counts at its first."""
    return [
        f"{text.count(chr(10), 0, match.start()) + 1}: {match.group().strip()}"
        for match in re.finditer(pattern, text, re.MULTILINE)
    ]


def test_there_are_files():
    assert THIS in PYTHON


@pytest.mark.parametrize("what", BANNED)
def test_no_file_has(what: str):
    pattern, remedy = BANNED[what]
    found = [f"{path}:{place}" for path in FILES for place in places(read(path), pattern)]
    assert not found, "\n".join([f"{what}: {remedy}", *found])


def test_no_python_file_is_longer_than_a_reader_can_search():
    lengths = {path: read(path).count("\n") for path in PYTHON}
    found = [
        f"{path}: {length} lines" for path, length in lengths.items() if length >= LONGEST_PYTHON
    ]
    assert not found, "\n".join(["look for the seam and split", *found])


def test_a_decision_is_a_page():
    pages = {path: read(path) for path in FILES if path.parent == Path("docs/decisions")}
    found = [
        f"{path}: {lines} lines"
        for path, page in pages.items()
        if (lines := page.count("\n")) > LONGEST_DECISION
    ]
    assert not found, "\n".join([f"at most {LONGEST_DECISION} lines a decision", *found])


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "see /ho" + "me/ann/file"),
        ("a path of one machine", "open('/wo" + "rk/x.py')"),
        ("the address of a package registry", "--index" + "-url = x"),
        ("the address of a package registry", "from https://pyp" + "i.org/simple"),
        ("an unfinished place", "# TO" + "DO: later"),
        ("a swallowed exception", "try:\n    f()\nexcept" + ":\n    pass\n"),
        ("a swallowed exception", "except Exception" + " as e: pass"),
    ],
)
def test_what_is_banned_is_found(what: str, text: str):
    assert places(text, BANNED[what][0])


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "docs/home/page and a /work of art, ~/tmp/x"),
        ("an unfinished place", "TODOS, prefix XXXL"),
        ("a swallowed exception", "except KeyError:\n    pass\n"),
    ],
)
def test_what_is_allowed_is_left_alone(what: str, text: str):
    assert not places(text, BANNED[what][0])
