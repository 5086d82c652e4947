"""Every id of a contract page is cited by a test."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "contracts").glob("*.md"))
TESTS = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "tests").rglob("*.txt")]

STATED = re.compile(r"\*\*([A-Z]\d+[a-z]?)\*\*|^\| ([A-Z]\d+[a-z]?) \|", re.MULTILINE)
CITED = re.compile(r"\b([A-Z])(\d+)([a-z]?)\b(?:\s*[-–…]\s*\1(\d+)\b)?")


def cited(text: str) -> set[str]:
    """Give the ids that a text names, those inside a range such as `P3-P7` included."""
    found = set[str]()
    for letter, first, suffix, last in CITED.findall(text):
        found.add(f"{letter}{first}{suffix}")
        found.update(f"{letter}{number}" for number in range(int(first), int(last or first) + 1))
    return found


EVERYWHERE = cited("\n".join(path.read_text("utf-8") for path in TESTS))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_id_is_cited(page: Path):
    stated = {one or other for one, other in STATED.findall(page.read_text("utf-8"))}
    missing = sorted(stated - EVERYWHERE)
    assert not missing, f"{page.name}: no test names {', '.join(missing)}"


def test_a_range_cites_what_is_in_it():
    assert cited("P3-P5 and M7, S2a") == {"P3", "P4", "P5", "M7", "S2a", "S2"}
