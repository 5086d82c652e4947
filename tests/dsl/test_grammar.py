"""The grammar file and the tables made of it (L6, L7)."""

from pathlib import Path

import pytest

from parax.dsl import _grammar
from parax.dsl._grammar import grammar_text, tables

ROOT = Path(__file__).resolve().parents[2]


def test_the_grammar_is_read_from_the_checkout():  # L6
    assert grammar_text() == (ROOT / "grammar" / "parax.lark").read_text(encoding="utf-8")


def test_an_installed_wheel_reads_its_own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copy = tmp_path / "parax.lark"
    copy.write_text("start: /x/", encoding="utf-8")
    monkeypatch.setattr(_grammar, "_WHEEL", copy)
    assert grammar_text() == "start: /x/"


def test_the_tables_are_built_once():  # L7
    assert tables() is tables()


def test_every_alternative_hands_its_value_on_or_has_a_callback():  # L8
    from parax.dsl._nodes import Nodes

    for rule in tables().reductions:
        assert rule.size == 1 if rule.callback is None else hasattr(Nodes, rule.callback)


def test_digits_are_those_of_ascii():  # L8
    assert "\\d" not in grammar_text().replace("//", "").partition("// --- Terminals")[2]
