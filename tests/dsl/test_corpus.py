"""The corpus: each valid text becomes its operator, each invalid one gets its message (L65)."""

import pytest
from lark import Lark
from lark.exceptions import UnexpectedInput

from parax.dsl import parse
from parax.errors import ParaxError, ParaxSyntaxError
from tests.dsl.corpus import CORPUS, cases, tree

VALID = cases("valid.txt")
INVALID = cases("invalid.txt")


@pytest.fixture(scope="module")
def lark() -> Lark:
    grammar = CORPUS.parent / "parax.lark"
    return Lark(grammar.read_text(encoding="utf-8"), parser="lalr", maybe_placeholders=False)


@pytest.mark.parametrize(("text", "expected"), VALID, ids=[text for text, _ in VALID])
def test_a_valid_text_becomes_its_operator(text: str, expected: str):
    assert tree(parse(text)) == expected


@pytest.mark.parametrize(("text", "expected"), INVALID, ids=[text for text, _ in INVALID])
def test_an_invalid_text_gets_its_whole_message(text: str, expected: str):
    with pytest.raises(ParaxError) as caught:
        parse(text)
    assert caught.value.render(title=True) == expected


@pytest.mark.parametrize("text", [text for text, _ in VALID])
def test_lark_accepts_what_we_accept(lark: Lark, text: str):
    lark.parse(text)  # L6: the grammar alone says what is an expression


@pytest.mark.parametrize("text", [text for text, _ in INVALID])
def test_what_lark_refuses_we_refuse_as_a_mistake_of_syntax(lark: Lark, text: str):
    try:
        lark.parse(text)
    except UnexpectedInput:
        with pytest.raises(ParaxSyntaxError):
            parse(text)


def test_both_files_hold_enough():
    assert len(VALID) >= 80
    assert len(INVALID) >= 60
    assert len(dict(VALID)) == len(VALID)
    assert len(dict(INVALID)) == len(INVALID)
