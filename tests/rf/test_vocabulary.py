"""The names of RF in texts and in Python (L32, L54, O41, R6), and what is refused."""

import subprocess
import sys

import pytest

from parax import functions, op, rf
from parax.dsl import parse
from parax.errors import (
    OperatorAttributeError,
    OperatorIndexError,
    OperatorTypeError,
    ParaxNameError,
    ParaxSyntaxError,
    ParaxTypeError,
)
from parax.graph import same


def read(text: str, **more) -> op.Operator:
    return parse(text, vocabulary=rf.vocabulary, **more)


def on(name: str) -> rf.Scattering:
    return rf.Scattering(op.Input(name), rf.SweepInput())


SAME = [
    ("S21", lambda: rf.S21),
    ("S(2,1)", lambda: rf.S(2, 1)),
    ("S(2, 1)", lambda: rf.S21),
    ("S(to=2, from_=1)", lambda: rf.S21),
    ("S(from_=1, to=2)", lambda: rf.S21),
    ("S2_1", lambda: rf.S21),
    ("S11_1", lambda: rf.S(11, 1)),
    ("S1_11", lambda: rf.S1_11),
    ("S", lambda: rf.S),
    ("freq", lambda: rf.freq),
    ("f", lambda: rf.freq),
    ("dB(S21)", lambda: rf.dB(rf.S21)),
    ("db(S21)", lambda: rf.dB(rf.S21)),
    ("mag(S21)", lambda: rf.mag(rf.S21)),
    ("phase(S21)", lambda: rf.phase(rf.S21)),
    ("ang(S21)", lambda: rf.phase(rf.S21)),
    ("angle(S21)", lambda: functions.angle(rf.S21)),
    ("stoz(S)", lambda: rf.stoz(rf.S)),
    ("ztos(S, 75)", lambda: rf.ztos(rf.S, 75)),
    ("meas.S21", lambda: on("meas")(2, 1)),
    ("meas.S(2,1)", lambda: on("meas")(2, 1)),
    ("meas.S", lambda: on("meas")),
    ("meas.freq", lambda: rf.Frequency(rf.SweepInput(), op.Input("meas"))),
    ("max(abs(S21)) - target", lambda: functions.max(functions.abs(rf.S21)) - op.Input("target")),
    ("S == meas.S", lambda: rf.S.__eq__(on("meas"))),
    ("model.S(2,1)", lambda: rf.S21),
    ("S11 * j", lambda: rf.S11 * rf.j),
    ("S11 * i", lambda: rf.S11 * rf.i),
]


@pytest.mark.parametrize(("text", "python"), SAME, ids=[row[0] for row in SAME])
def test_a_text_is_what_python_writes(text, python):
    assert same(read(text), python())


def test_different_parameters_are_different():
    assert not same(rf.S21, rf.S12)
    assert not same(rf.S21, on("meas")(2, 1))


def test_inputs_are_those_that_are_read_from():
    assert read("S21").inputs() == ()
    assert read("dB(S21) - dB(meas.S21) - target").inputs() == ("meas", "target")
    assert read("meas.freq").inputs() == ("meas",)


def test_without_the_vocabulary_a_name_is_an_input():
    assert parse("S21").inputs() == ("S21",)


def test_what_is_no_name_of_rf_is_an_input():
    assert read("S1 + S2x + s21 + S_1").inputs() == ("S1", "S2x", "s21", "S_1")


def test_the_sweep_of_the_vocabulary_is_freq():
    assert rf.vocabulary.sweep == "freq"


PLACE = "  <expression>:1:1\n  1 | {text}\n    | {carets}\n"
BAD = [
    ("S111", ParaxNameError, "`S111` could be more than one pair of ports",
        "write `S(11,1)` or `S(1,11)`"),
    ("S101", ParaxNameError, "`S101` could be more than one pair of ports", "write `S(10,1)`"),
    ("S1111", ParaxNameError, "`S1111` could be more than one pair of ports",
        "write `S(111,1)` or `S(11,11)` or `S(1,111)`"),
    ("S000", ParaxNameError, "`S000` could be more than one pair of ports", "write `S(to, from)`"),
    ("S20", OperatorIndexError, "there is no port 0",
        "ports are counted from 1: write `S(2, 1)`"),
    ("S(0, 1)", OperatorIndexError, "there is no port 0",
        "ports are counted from 1: write `S(2, 1)`"),
    ("S(-1, 1)", OperatorIndexError, "there is no port -1",
        "ports are counted from 1: write `S(2, 1)`"),
    ("S0_1", OperatorIndexError, "there is no port 0",
        "ports are counted from 1: write `S(2, 1)`"),
    ("S(2)", ParaxTypeError, "`S` takes 2 arguments, got 1",
        "it is called as `S(to, from)`, such as `S(2, 1)`"),
    ("S[2,1]", ParaxSyntaxError,
        "`S[2,1]` is an index, counted from 0 along the first axes, not a pair of ports",
        "write `S(2, 1)`"),
    ("dB()", ParaxTypeError, "`dB` takes 1 argument, got 0",
        "it is called as `dB(z)`: give `z`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "error", "headline", "hint"), BAD, ids=[row[0] for row in BAD])
def test_a_text_that_is_refused_says_where_and_why(text, error, headline, hint):
    with pytest.raises(error) as caught:
        read(text)
    place = PLACE.format(text=text, carets="^" * len(text))
    assert str(caught.value) == f"{headline}\n{place}  help: {hint}"


PYTHON = [
    (lambda: rf.S(0, 1), OperatorIndexError,
        "there is no port 0\n  help: ports are counted from 1: write `S(2, 1)`"),
    (lambda: rf.S(2), OperatorTypeError,
        "`S` takes two ports, got 1\n  help: write `S(2, 1)`: to port 2 from port 1"),
    (lambda: rf.SParameter(rf.S, 2.0, 1), OperatorTypeError,
        "a port is a whole number, got `2.0`\n  help: write `S(2, 1)`"),
    (lambda: rf.S111, OperatorAttributeError,
        "`S111` could be more than one pair of ports\n  help: write `S(11,1)` or `S(1,11)`"),
    (lambda: rf.S20, OperatorAttributeError,
        "there is no port 0\n  help: ports are counted from 1: write `S(2, 1)`"),
    (lambda: rf.Sweeep, AttributeError, "module 'parax.rf' has no attribute 'Sweeep'"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), PYTHON)
def test_python_is_told_the_same(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_every_listed_name_is_there():
    for name in dir(rf):
        assert hasattr(rf, name)
    assert {"S", "S21", "freq", "dB", "Network", "vocabulary"} <= set(dir(rf))
    assert set(rf.__all__) <= set(dir(rf))
    assert not hasattr(rf, "S111")


def test_the_help_says_what_each_name_is():
    for name in [*rf.vocabulary.names(), *rf.vocabulary.examples()]:
        text = rf.vocabulary.help(name)
        assert len(text.partition(": ")[2]) > 5
    assert rf.vocabulary.help("db") == (
        "dB(z): The level of an amplitude ratio, 20 log10(abs(z)), not below -300 dB"
    )


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_vocabulary_is_listed_without_jax():
    listing = "rf.vocabulary.names(); rf.vocabulary.help('dB'); rf.dB.signature_text; dir(rf)"
    heavy = "print({'jax', 'numpy', 'equinox', 'skrf', 'lark'} & set(sys.modules))"
    assert python(f"import sys; from parax import rf; {listing}; {heavy}") == "set()"


def test_importing_every_tool_makes_no_array_and_does_not_import_scikit_rf():
    code = (
        "import sys; from parax import rf; [getattr(rf, name) for name in dir(rf)]; "
        "import jax, jax._src.xla_bridge as bridge; "
        "print(bridge.backends_are_initialized(), 'skrf' in sys.modules)"
    )
    assert python(code) == "False False"
