"""Safety: whatever a text holds, it ends in an operator or a ParaxError (section 7)."""

import contextlib
import gc
import subprocess
import sys
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parax import op
from parax.dsl import parse
from parax.errors import LimitError, ParaxError, ParaxSyntaxError, ParaxTypeError
from parax.limits import Limits

MANY = 100_000
WIDE = Limits(text=10**7, tokens=10**7, nesting=10**6)


@pytest.mark.parametrize(
    ("text", "limit", "value", "allowed"),
    [
        ("(" * MANY + "x" + ")" * MANY, "nesting", 201, 200),
        ("[" * 300, "nesting", 201, 200),
        ("-" * MANY + "x", "nesting", 201, 200),
        ("not " * 1000 + "x", "nesting", 201, 200),
        ("~-" * 1000 + "x", "nesting", 201, 200),
        ("x+" * 400_000 + "x", "tokens", 500_001, 500_000),
        (" " * 1_000_001, "text", 1_000_001, 1_000_000),
    ],
)
def test_a_limit_that_is_passed_is_named(text: str, limit: str, value: int, allowed: int):  # L62
    with pytest.raises(LimitError) as caught:
        parse(text)
    error = caught.value
    assert (error.limit, error.value, error.allowed) == (limit, value, allowed)
    assert error.span is not None
    assert f"limits=parax.Limits({limit}=…)" in str(error)


def test_the_message_of_a_limit_shows_its_place():  # L5, L62
    with pytest.raises(LimitError) as caught:
        parse("a + ((b))", limits=Limits(nesting=1))
    assert caught.value.render(title=True) == (
        "LimitError: brackets are nested 2 deep, and 1 are allowed\n"
        "  <expression>:1:6\n"
        "  1 | a + ((b))\n"
        "    |      ^\n"
        "  help: raise the limit with `limits=parax.Limits(nesting=…)`"
    )


@pytest.mark.parametrize(
    ("text", "column"),
    [("-" * MANY + "1", 1), ("a " + "-" * 300 + "x", 4), ("a * (" + "not " * 300 + "x)", 6)],
)
def test_too_many_signs_are_shown_where_they_begin(text: str, column: int):  # L62
    with pytest.raises(LimitError) as caught:
        parse(text)
    assert caught.value.span is not None
    assert caught.value.span.column == column


def test_brackets_and_signs_up_to_the_limit_are_fine():  # L62
    assert parse("(" * 200 + "x" + ")" * 200).inputs() == ("x",)
    assert parse("a " + "-" * 201 + "x").inputs() == ("a", "x")  # the first one joins two values
    assert parse("-(" * 150 + "x" + ")" * 150).inputs() == ("x",)


def test_parsing_does_not_recurse():  # L8, L61
    for text in ("-" * MANY + "x", "(" * MANY + "x" + ")" * MANY, "x" + "[0]" * MANY):
        assert isinstance(parse(text, limits=WIDE), op.Operator)
    for text in ("x" + "**x" * MANY, "a if b else " * 50_000 + "c", "a" + "<a" * 50_000):
        assert isinstance(parse(text, limits=WIDE), op.Operator)


@pytest.mark.parametrize(
    "text",
    [
        " " * 900_000 + "^",
        "1" * 900_000,
        "1_" * 400_000,
        "1e" + "9" * 900_000,
        "#" * 900_000,
        "\u202e" * 400_000,
        "0x" + "f" * 900_000,
        "x " + " " * 900_000 + "y",
        "f(" + "x," * 100_000,
        "." * 400_000,
        "e\u0301" * 100_000 + "\u202e",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_long_wrong_text_gets_a_short_message(text: str):  # L8, L61
    with pytest.raises(ParaxError) as caught:
        parse(text)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("\x00", "\\x00"),
        ("\x1b", "\\x1b"),
        ("\ud800", "\\u{d800}"),
        ("\u202e", "\\u{202e}"),
        ("\u2066", "\\u{2066}"),
        ("\u200b", "\\u{200b}"),
        ("\ufeff", "\\u{feff}"),
        ("\u00ad", "\\xad"),
    ],
)
def test_an_invisible_character_is_shown_by_its_number(character: str, shown: str):  # L10, L61
    for text in (f"a {character}+ b", f"a{character}", f"a + {character}b"):
        with pytest.raises(ParaxSyntaxError) as caught:
            parse(text)
        code = f"U+{ord(character):04X}"
        headline = f"the invisible character `{shown}` ({code}) cannot stand in an expression"
        assert caught.value.headline == headline
        assert caught.value.column == text.index(character) + 1
        assert character not in str(caught.value)


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200f", "\x00"])
def test_a_comment_cannot_hide_what_is_computed(character: str):  # L61
    with pytest.raises(ParaxSyntaxError, match="invisible character"):
        parse(f"a # {character} b")


def test_a_blank_that_is_none_is_named():  # L10
    with pytest.raises(ParaxSyntaxError, match=r"U\+00A0 looks like a blank and is none"):
        parse("2.4\u00a0GHz")


def test_letters_that_look_like_others_are_refused():  # L10
    for text in ("\u212a + 1", "\uff33 21", "x\u00b2", "\ufb01lter"):
        with pytest.raises(ParaxSyntaxError):
            parse(text)


SOME_WORDS = """
    a b.c model.x 1 2.5 1e9 0x1F 2j 3GHz 2_0 + - * / // % ** @ < <= == != & | ~ ( ) [ ] , : . ...
    = if else and or not for in over max( where( abs( None True ^ ? ! # _a α × 1..2 &&
"""
WORDS = st.sampled_from([*SOME_WORDS.split(), "\n"])


def ends_well(text: str) -> None:
    problem, operator = None, None
    try:
        operator = parse(text)
    except ParaxError as error:
        problem = error
    if problem is None:
        assert isinstance(operator, op.Operator)
    else:
        assert problem.headline
        assert problem.span is not None
        assert str(problem).replace("\n", "").isprintable()


@given(st.text())
def test_any_text_ends_in_an_operator_or_an_error(text: str):  # L61
    ends_well(text)


@given(st.binary())
def test_any_bytes_end_in_an_operator_or_an_error(data: bytes):  # L61
    ends_well(data.decode("utf-8", "surrogateescape"))
    ends_well(data.decode("latin-1"))


@given(st.lists(WORDS).map(" ".join))
def test_any_words_end_in_an_operator_or_an_error(text: str):  # L61
    ends_well(text)


@given(st.lists(WORDS).map("".join))
def test_any_words_without_blanks_end_in_an_operator_or_an_error(text: str):  # L61
    ends_well(text)


def test_errors_are_those_of_python_too():  # L5
    with pytest.raises(SyntaxError) as caught:
        parse("1 +\n(2 * ]", source_name="a.parax")
    error = caught.value
    assert (error.filename, error.lineno, error.offset, error.text) == ("a.parax", 2, 6, "(2 * ]")
    with pytest.raises(NameError):
        parse("ads(x)")
    with pytest.raises(TypeError):
        parse("abs()")
    with pytest.raises(ValueError, match="nested"):
        parse("((x))", limits=Limits(nesting=1))


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "many"])
def test_a_limit_is_a_positive_integer(value: Any):  # U20
    with pytest.raises(ParaxTypeError, match="positive integer"):
        Limits(nesting=value)


def test_texts_of_strangers_have_smaller_limits():  # U20
    assert Limits.untrusted().text == 4_000
    with pytest.raises(LimitError):
        parse("x + " * 2000 + "x", limits=Limits.untrusted())


def test_threads_parse_at_the_same_time():  # L7
    texts = [f"x{i} + " * 200 + "y" for i in range(8)]
    found: dict[str, tuple[str, ...]] = {}

    def work(text: str) -> None:
        found[text] = parse(text).inputs()

    threads = [threading.Thread(target=work, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {text: (text.split(" ")[0], "y") for text in texts}


@pytest.mark.parametrize("text", ["x + 1", "x +", "sin()"])
@pytest.mark.parametrize("is_on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(text: str, is_on: bool):  # L7
    was_on = gc.isenabled()
    try:
        (gc.enable if is_on else gc.disable)()
        with contextlib.suppress(ParaxError):
            parse(text)
        assert gc.isenabled() is is_on
    finally:
        (gc.enable if was_on else gc.disable)()


def test_importing_the_language_builds_no_parser_and_imports_no_jax():  # L7
    code = "import sys, parax.dsl; print({'jax', 'lark'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
