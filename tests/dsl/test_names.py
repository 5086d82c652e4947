"""What names mean: section 4 of the language."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from parax import op
from parax.dsl import Vocabulary, find_vocabulary, parse
from parax.errors import ParaxError, ParaxNameError, ParaxTypeError
from tests.dsl.corpus import tree


def message(text: str, **given: Any) -> str:
    with pytest.raises(ParaxError) as caught:
        parse(text, **given)
    return caught.value.render(title=True)


@pytest.fixture
def lab() -> Vocabulary:
    lab = Vocabulary("lab")

    @lab.function(unit="dB", aliases=["db"])
    def dB(z, *, factor=20):  # noqa: N802, the name of the language
        """Give decibels."""
        return factor * jnp.log10(jnp.abs(z))

    def element(to, from_, source=None):
        whole = op.Input("S") if source is None else source
        return op.Apply(jnp.add, whole, 10 * to + from_)

    lab.call("S", element, signature="to: int, from_: int", help="One element.", on_input=True)

    def matrix(source=None):
        return op.Input("S") if source is None else source

    lab.value("S", matrix, help="All of it.", on_input=True)
    lab.pattern(
        "S([1-9])([1-9])",
        lambda match, source=None: element(int(match[1]), int(match[2]), source),
        example="S21",
        help="One element.",
        on_input=True,
    )
    lab.value("f", lambda: op.Input("frequency"), help="Frequency.", aliases=["freq"])
    lab.call("K", lambda x: op.Negate(x), signature="x", help="A number.")
    lab.constant("answer", 42.0, help="What it all means.", unit="GHz")
    return lab


# --- The order in which a name is looked up (L30) ---------------------------------------------


def test_a_free_name_is_an_input():  # L30, L31
    assert tree(parse("b + a.c + b")) == "(+ (+ b a.c) b)"
    assert parse("b + a.c + b").inputs() == ("b", "a")


def test_the_prefix_model_is_always_the_model():  # L30
    for symbols in ({}, {"model": 3.0}):
        path = parse("model.filter.L1", symbols=symbols)
        assert isinstance(path, op.Attribute)
        assert path.path == "filter.L1"


def test_symbols_come_before_vocabularies_and_these_before_the_core(lab: Vocabulary):  # L30
    assert parse("pi")() == pytest.approx(np.pi)
    assert parse("pi", symbols={"pi": 3})() == 3
    own = Vocabulary("own")
    own.constant("pi", 4, help="Four.")
    assert parse("pi", vocabulary=own)() == 4
    assert parse("pi", vocabulary=[lab, own], symbols={"pi": 3})() == 3
    assert parse("answer", vocabulary=[lab])() == 42


def test_symbols_may_be_operators_numbers_arrays_and_functions():  # L30
    symbols = {
        "twice": op.Negate(op.Input("x")),
        "n": 3,
        "v": np.array([1.0, 2.0]),
        "f": jnp.square,
    }
    assert parse("f(v) - n * twice", symbols=symbols)(x=2.0).tolist() == [7, 10]


def test_a_number_given_as_a_symbol_is_one_constant_however_often_it_is_named():  # X5
    left, right = parse("n * n", symbols={"n": 3}).operands()
    assert left is right


def test_a_module_given_as_a_symbol_is_called():  # L30
    class Scale(eqx.Module):
        by: jnp.ndarray

        def __call__(self, x):
            return self.by * x

    assert parse("g(x)", symbols={"g": Scale(jnp.array(3.0))})(x=2.0) == 6


def test_bare_names_of_a_vocabulary_remember_how_they_were_written(lab: Vocabulary):  # L30
    for name in ("f", "freq", "S21", "S", "answer", "pi"):
        operator = parse(name, vocabulary=lab)
        assert operator._origin.name == name
        span = op.span_of(operator)
        assert span is not None
        assert span.text == name
    assert parse("x", vocabulary=lab)._origin.name is None


def test_one_letter_that_only_calls_know_is_an_input_when_bare(lab: Vocabulary):  # L54
    assert tree(parse("K(K)", vocabulary=lab)) == "(negative K)"


# --- Vocabularies (L32) -----------------------------------------------------------------------


def test_calls_values_and_patterns_build_what_they_say(lab: Vocabulary):
    assert tree(parse("S(2, 1)", vocabulary=lab)) == "(add S 21)"
    assert tree(parse("S(from_=1, to=2)", vocabulary=lab)) == "(add S 21)"
    assert tree(parse("S(from=1, to=2)", vocabulary=lab)) == "(add S 21)"
    assert tree(parse("S21", vocabulary=lab)) == "(add S 21)"
    assert tree(parse("S", vocabulary=lab)) == "S"


def test_a_name_read_from_an_input_works_on_the_input(lab: Vocabulary):  # L24, R7
    assert tree(parse("meas.S(2, 1)", vocabulary=lab)) == "(add meas 21)"
    assert tree(parse("meas.S21", vocabulary=lab)) == "(add meas 21)"
    assert tree(parse("meas.S", vocabulary=lab)) == "meas"
    assert tree(parse("a.b.S21", vocabulary=lab)) == "(add a.b 21)"
    assert tree(parse("meas.f", vocabulary=lab)) == "meas.f"
    assert tree(parse("m.S21", vocabulary=lab, symbols={"m": op.Input("q")})) == "(add q 21)"


def test_patterns_are_not_tried_on_very_long_names():  # L61: one built 10 GB of suggestions
    lab = Vocabulary("lab")
    lab.pattern("S[0-9]*", lambda match: op.Input("matched"), example="S21", help="One element.")
    assert tree(parse("S" + "1" * 63, vocabulary=lab)) == "matched"
    assert tree(parse("S" + "1" * 64, vocabulary=lab)) == "S" + "1" * 64


def test_functions_of_a_vocabulary_have_the_signature_of_python(lab: Vocabulary):
    assert float(parse("dB(x)", vocabulary=lab)(x=10.0)) == pytest.approx(20)
    assert float(parse("db(x, factor=10)", vocabulary=lab)(x=10.0)) == pytest.approx(10)


def test_the_decorator_gives_a_function_for_python_too(lab: Vocabulary):  # O41
    @lab.function
    def half(x):
        """Give half."""
        return x / 2

    assert half(3.0) == 1.5
    assert tree(half(op.Input("x"))) == tree(parse("half(x)", vocabulary=lab))


def test_a_vocabulary_has_the_names_of_those_that_it_uses(lab: Vocabulary):
    more = Vocabulary("more", uses=[lab], sweep="f")
    more.constant("answer", 43, help="More.")
    assert more.sweep == "f"
    assert parse("answer", vocabulary=more)() == 43
    assert tree(parse("S21", vocabulary=more)) == "(add S 21)"
    assert more.names() == ["answer", "dB", "db", "S", "f", "freq", "K"]
    assert more.help("S") == "S(to, from): One element.; All of it."
    assert more.help("db") == "dB(z, *, factor=20): Give decibels."
    assert more.examples() == {"S21": "One element."}
    with pytest.raises(ParaxNameError, match="did you mean `answer`"):
        more.help("answr")


def test_a_name_has_one_meaning_of_each_kind(lab: Vocabulary):
    with pytest.raises(ParaxTypeError, match="has a meaning for `f` already"):
        lab.constant("f", 1, help="Again.")
    with pytest.raises(ParaxTypeError, match="cannot be a name"):
        lab.constant("_f", 1, help="Private.")
    with pytest.raises(ParaxTypeError, match="cannot be read at `1x`"):
        lab.call("g", op.Negate, signature="1x", help="Wrong.")
    with pytest.raises(ParaxTypeError, match="list of names"):
        lab.constant("g", 1, help="Wrong.", aliases="gg")
    one: Any = lab
    with pytest.raises(ParaxTypeError, match="list of vocabularies"):
        Vocabulary("more", uses=one)


def test_vocabularies_are_found_by_entry_point(monkeypatch: pytest.MonkeyPatch, lab: Vocabulary):
    from importlib.metadata import EntryPoint, EntryPoints

    points = EntryPoints(
        [
            EntryPoint("core", "parax.dsl:core_vocabulary", "parax.vocabularies"),
            EntryPoint("own", "tests.dsl.vocabularies:own", "parax.vocabularies"),
        ]
    )
    monkeypatch.setattr("parax.dsl._vocabulary.entry_points", lambda group: points)
    assert find_vocabulary("own").names() == ["mine"]
    with pytest.raises(ParaxTypeError, match="registered as the vocabulary `core` is a"):
        find_vocabulary("core")
    with pytest.raises(ParaxNameError, match="did you mean `own`"):
        find_vocabulary("owm")


# --- Closed world (L35) -----------------------------------------------------------------------


def test_in_a_closed_world_only_given_names_are_inputs(lab: Vocabulary):  # L35
    assert tree(parse("a + b.c", inputs=["a", "b"])) == "(+ a b.c)"
    assert tree(parse("m.S21 + model.x", vocabulary=lab, inputs=("m",)))
    assert tree(parse("max", inputs=["max"])) == "max"
    for text in ("a + c", "c.d", "c.S21"):
        with pytest.raises(ParaxNameError):
            parse(text, inputs=["a"], vocabulary=lab)


# --- Messages ---------------------------------------------------------------------------------


def test_messages_of_vocabularies_are_whole(lab: Vocabulary):  # L5, L33
    assert message("1 + S(a, 1)", vocabulary=lab) == (
        "ParaxTypeError: `to` of `S` is an integer written out, got `a`\n"
        "  <expression>:1:7\n"
        "  1 | 1 + S(a, 1)\n"
        "    |       ^\n"
        "  help: it is called as `S(to, from)`, such as `S(2, 1)`; `to` is part of the structure "
        "and cannot depend on a value"
    )
    assert message("S(2)", vocabulary=lab) == (
        "ParaxTypeError: `S` takes 2 arguments, got 1\n"
        "  <expression>:1:1\n"
        "  1 | S(2)\n"
        "    | ^^^^\n"
        "  help: it is called as `S(to, from)`, such as `S(2, 1)`"
    )
    assert message("S[2, 1]", vocabulary=lab) == (
        "ParaxSyntaxError: `S[2, 1]` is an index, counted from 0 along the first axes, not a pair "
        "of ports\n"
        "  <expression>:1:1\n"
        "  1 | S[2, 1]\n"
        "    | ^^^^^^^\n"
        "  help: write `S(2, 1)`"
    )
    assert message("S21(1)", vocabulary=lab) == (
        "ParaxTypeError: `S21` is a value and cannot be called\n"
        "  <expression>:1:1\n"
        "  1 | S21(1)\n"
        "    | ^^^\n"
        "  help: to multiply, write `S21*(…)`"
    )
    assert message("S(2, 1, of=3)", vocabulary=lab) == (
        "ParaxTypeError: `S` has no argument `of`\n"
        "  <expression>:1:9\n"
        "  1 | S(2, 1, of=3)\n"
        "    |         ^^\n"
        "  help: it is called as `S(to, from)`, such as `S(2, 1)`"
    )


def test_messages_of_symbols_and_inputs_are_whole():  # L5, L35
    assert message("f + 1", symbols={"f": jnp.abs}) == (
        "ParaxTypeError: `f` is a function\n"
        "  <expression>:1:1\n"
        "  1 | f + 1\n"
        "    | ^\n"
        "  help: call it: `f(x)`"
    )
    assert message("n(2)", symbols={"n": 3}) == (
        "ParaxTypeError: `n` is a value given in `symbols=` and cannot be called\n"
        "  <expression>:1:1\n"
        "  1 | n(2)\n"
        "    | ^\n"
        "  help: to multiply, write `n*(…)`"
    )
    assert message("f(x=1)", symbols={"f": jnp.abs}) == (
        "ParaxTypeError: `f`, a function given in `symbols=`, takes no arguments by name\n"
        "  <expression>:1:3\n"
        "  1 | f(x=1)\n"
        "    |   ^\n"
        "  help: give it by position, or add the function to a `Vocabulary`"
    )
    assert message("n.x", symbols={"n": 3}) == (
        "ParaxNameError: `x` cannot be read from `n`, a value given in `symbols=`\n"
        "  <expression>:1:1\n"
        "  1 | n.x\n"
        "    | ^^^\n"
        "  help: give what is wanted as a symbol of its own, or leave `n` out of `symbols=`: it is "
        "then an input with attributes"
    )
    assert message("tarrget + 1", inputs=["target", "x"]) == (
        "ParaxNameError: nothing defines `tarrget`\n"
        "  <expression>:1:1\n"
        "  1 | tarrget + 1\n"
        "    | ^^^^^^^\n"
        "  help: did you mean `target`?"
    )
    assert message("q", inputs=[]) == (
        "ParaxNameError: nothing defines `q`\n"
        "  <expression>:1:1\n"
        "  1 | q\n"
        "    | ^\n"
        "  help: there are no inputs"
    )
    assert message("pi", inputs=["pi"]) == (
        "ParaxNameError: `pi` is both an input and a name of the vocabulary `core`\n"
        "  <expression>:1:1\n"
        "  1 | pi\n"
        "    | ^^\n"
        "  help: give the input another name"
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("S21dB", "write `dB(S21)`"),
        ("db_S21", "write `db(S21)`"),
        ("s21 + 1", "did you mean `S21`?"),
        ("S_21", "did you mean `S21`?"),
        ("taget", "did you mean `target`?"),
        ("sqr + 1", "the inputs are `target`"),  # `sqrt` has no value
    ],
)
def test_an_unknown_name_suggests_what_has_a_value(text: str, hint: str, lab: Vocabulary):  # L33
    with pytest.raises(ParaxNameError) as caught:
        parse(text, vocabulary=lab, inputs=["target"])
    assert caught.value.hint == hint


def test_words_of_other_languages_are_inputs_if_they_are_named_so():  # L35
    assert parse("true", inputs=["true"]).inputs() == ("true",)


def test_a_function_is_not_read_from_a_value(lab: Vocabulary):
    with pytest.raises(ParaxNameError, match="write `real\\(S21\\)`"):
        parse("S21.real", vocabulary=lab)
    assert tree(parse("x.real + a.dB", vocabulary=lab)) == "(+ x.real a.dB)"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"vocabulary": "rf"}, "find_vocabulary"),
        ({"vocabulary": [3]}, "got an int"),
        ({"symbols": [1]}, "got a list"),
        ({"symbols": {1: 2}}, "has the key `1`"),
        ({"symbols": {"x": "text"}}, "the symbol `x` is a text"),
        ({"inputs": "target"}, 'inputs=\\["target"\\]'),
        ({"inputs": [1]}, "list of names"),
        ({"inputs": 1}, "list of names"),
    ],
)
def test_wrong_arguments_of_parse_are_named(given: dict[str, Any], words: str):  # L5
    with pytest.raises(ParaxTypeError, match=words):
        parse("x", **given)


@pytest.mark.parametrize("text", [b"x", None, 3, op.Input("x")])
def test_only_a_text_is_parsed(text: Any):  # L61
    with pytest.raises(ParaxTypeError, match="`parse` reads a text"):
        parse(text)
