"""What expressions mean: section 3 of the language, beyond the trees of the corpus."""

import math
from typing import Any

import numpy as np
import pytest

from parax import op
from parax._diagnostic import Span
from parax.dsl import parse
from parax.errors import ParaxSyntaxError
from tests.dsl.corpus import tree

NUMBERS = {"a": 5.0, "b": 3.0, "c": 2.0, "x": -1.5, "y": 0.25}


def evaluated(text: str) -> Any:
    operator = parse(text)
    return operator(**{name: NUMBERS[name] for name in operator.inputs()})


PLAIN = [
    "a + b * c - x / y",
    "a - b - c",
    "a / b / c",
    "-c ** 2",
    "c ** -c",
    "c ** b ** c",
    "--c",
    "a // b + a % b",
    "x // y % c",
    "a if a > b else b",
    "a if b > a else b if c > b else c",
    "(a + b) * (c - x)",
    "2 * a ** 2 - .5e1",
    "+x - +y",
]


@pytest.mark.parametrize("text", PLAIN)
def test_arithmetic_is_that_of_python(text: str):  # L20, L23
    assert float(evaluated(text)) == pytest.approx(eval(text, NUMBERS.copy()), rel=1e-6)


LOGICAL = [
    "a > b",
    "a < b < c",
    "c < b < a",
    "c < a > b",
    "not a < b",
    "not a > b and c > b or x < y",
    "a == a != b",
    "not (a > b or c > b)",
]


@pytest.mark.parametrize("text", LOGICAL)
def test_logic_is_that_of_python(text: str):  # L21, L22
    assert bool(evaluated(text)) is eval(text, NUMBERS.copy())


def test_a_boolean_counts_as_a_number_in_arithmetic():  # L21
    assert parse("(a > 1) + (b > 1)")(a=2.0, b=3.0) == 2


def test_and_or_not_are_elementwise():  # L22
    x = np.array([0.5, 1.5, 2.5])
    assert parse("x > 1 and not x > 2")(x=x).tolist() == [False, True, False]
    assert parse("(x > 1) & ~(x > 2) | (x < 1)")(x=x).tolist() == [True, True, False]


def test_a_chain_shares_its_middle_operand():  # L21
    chain = parse("a < f.g + 1 < c")
    first, second = chain.operands()
    assert first.operands()[1] is second.operands()[0]


def test_an_index_is_that_of_numpy():  # L25
    x = np.arange(24.0).reshape(2, 3, 4)
    for text in ("x[0]", "x[-1, 1:]", "x[..., 0]", "x[:, None, ::-1]", "x[[1, 0]]", "x[1, 2, 3]"):
        assert np.array_equal(parse(text)(x=x), eval(text, {"x": x})), text


def test_a_list_stacks_along_a_new_first_axis():  # L27
    assert parse("[[a, b], [b, a]]")(a=1.0, b=2.0).tolist() == [[1, 2], [2, 1]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1_000", 1000),
        (".5", 0.5),
        ("1e-9", 1e-9),
        ("0xff", 255),
        ("0xFFFF_FFFF_FFFF_FFFF", 2**64 - 1),
        ("2j", 2j),
        ("1.5e3J", 1500j),
        ("2.4 GHz", 2.4e9),
        ("10pF", 1e-11),
        ("10 nH", 1e-8),
        ("-20 dB", -20),
        ("45 deg", 45),
        ("3 µs", 3e-6),
        ("7 mil", 7 * 2.54e-5),
        ("1e-400", 0.0),
        ("007", 7),
    ],
)
def test_a_literal_is_read_to_the_last_bit(text: str, value: complex):  # L11, L12
    constant = parse(text)
    assert isinstance(constant, op.Constant)
    assert constant.value == value
    assert type(constant.value) is type(value)


def test_a_quantity_remembers_its_unit():  # L12
    constant = parse("-2.4 GHz")
    assert isinstance(constant, op.Constant)
    assert (constant.value, constant.unit) == (-2.4e9, "GHz")


def test_a_unit_binds_tighter_than_any_operator():  # L12
    assert parse("1/2 GHz")() == pytest.approx(1 / 2e9)
    assert parse("2 GHz**2")() == pytest.approx(4e18)


def test_a_minus_before_a_literal_is_part_of_it_once():  # L63: no other folding
    assert tree(parse("x ** -2")) == "(** x -2)"
    assert tree(parse("--2")) == "(negative -2)"
    assert tree(parse("2 * 3 + 4")) == "(+ (* 2 3) 4)"


def test_towers_of_powers_are_never_integers_of_python():  # L63
    assert math.isinf(parse("2 ** 2 ** 2 ** 2 ** 2 ** 9")())
    assert math.isinf(parse("9**9**9**9")())


@pytest.mark.parametrize(
    "text",
    [
        "a + b",
        "\ufeffa + b",
        "a +\r\n b",
        "\n\na\n+\nb\n",
        "a + b # c\n# d",
        "(a\n+ b)",
        "\ta\f+b ",
    ],
)
def test_blanks_newlines_and_comments_change_nothing(text: str):  # L14
    assert tree(parse(text)) == "(+ a b)"


def test_names_are_normalised():  # L10
    assert parse("e\u0301 + \u00b5").inputs() == ("\u00e9", "\u03bc")


@pytest.mark.parametrize("word", ["let", "def", "goal", "constraint", "minimize", "input", "loss"])
def test_words_of_statements_are_names(word: str):  # L10
    assert parse(f"{word} + 1").inputs() == (word,)


@pytest.mark.parametrize("word", ["if", "else", "and", "or", "not", "for", "in", "over"])
def test_reserved_words_are_no_names(word: str):  # L10
    with pytest.raises(ParaxSyntaxError):
        parse(f"{word} < 1 {word}")
    with pytest.raises(ParaxSyntaxError):
        parse(f"a.{word}")


def place(operator: Any) -> Span:
    span = op.span_of(operator)
    assert span is not None
    return span


def test_each_operator_knows_its_place():  # L4
    text = "max(a,\n    b) - (c + 2.4 GHz)"
    whole = parse(text)
    maximum, rest = whole.operands()
    spans = [place(one) for one in (whole, maximum, rest, *rest.operands())]
    assert [span.text for span in spans] == [
        text,
        "max(a,\n    b)",
        "(c + 2.4 GHz)",
        "c",
        "2.4 GHz",
    ]
    assert (spans[2].line, spans[2].column) == (2, 10)
    assert spans[1].end_line == 2
    assert place(parse("x", source_name="a.parax")).source.name == "a.parax"


def test_the_same_literal_twice_is_two_constants():  # X5
    left, right = parse("2 + 2").operands()
    assert left is not right
