"""Every page of the documentation does what it says. How it says it: `pages.py`."""

from pathlib import Path

import pytest

from tests.contracts.pages import blocks, run_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    page
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
    if "_build" not in page.parts
]
RUN = [
    page
    for page in PAGES
    if any(block.language in {"python", "console"} for block in blocks(page.read_text("utf-8")))
]


def title(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", RUN, ids=title)
def test_page_does_what_it_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    failures = run_page(page.read_text("utf-8"), title(page), tmp_path)
    assert not failures, "\n".join(["", *failures])


@pytest.mark.parametrize("page", PAGES, ids=title)
def test_a_block_names_its_language(page: Path):
    found = [
        f"{title(page)}:{block.offset}"
        for block in blocks(page.read_text("utf-8"))
        if not block.language
    ]
    assert not found, f"say ```python, ```console or ```text: {', '.join(found)}"
