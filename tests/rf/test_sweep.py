"""Sweeps (R2): frequencies, the text grammar, and what is refused."""

import contextlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parax import rf
from parax.errors import OperatorError, OperatorTypeError, ParaxSyntaxError, UnitError
from tests.rf.helpers import IS_WIDE, close

TEXTS = [
    ("1 GHz..3 GHz", np.linspace(1e9, 3e9, 201)),
    ("1GHz..3GHz:5", [1e9, 1.5e9, 2e9, 2.5e9, 3e9]),
    (" 1 GHz .. 3 GHz : 5 ", [1e9, 1.5e9, 2e9, 2.5e9, 3e9]),
    ("1 GHz..3 GHz:500 MHz", [1e9, 1.5e9, 2e9, 2.5e9, 3e9]),
    ("0..3 GHz:1 GHz", [0, 1e9, 2e9, 3e9]),
    ("1 MHz..1 GHz:4 log", [1e6, 1e7, 1e8, 1e9]),
    ("1 kHz..1 MHz log", np.geomspace(1e3, 1e6, 201)),
    ("1..3:3", [1, 2, 3]),
    ("1e9..3e9:2", [1e9, 3e9]),
    ("900 MHz..1.1 GHz:1_001", np.linspace(9e8, 1.1e9, 1001)),
    ("2 GHz..2 GHz:1", [2e9]),
]


@pytest.mark.parametrize(("text", "f"), TEXTS, ids=[row[0] for row in TEXTS])
def test_a_text_means_frequencies(text, f):
    close(rf.Sweep(text).f, f, 1e-15 if IS_WIDE else 1e-7)
    close(rf.parse_sweep(text).f, f, 1e-15 if IS_WIDE else 1e-7)


def test_points_and_spacing_fill_in_what_the_text_leaves_open():
    close(rf.Sweep("1 MHz..1 GHz", points=4, spacing="log").f, [1e6, 1e7, 1e8, 1e9])
    close(rf.Sweep("1 GHz..2 GHz", points=3, spacing="linear").f, [1e9, 1.5e9, 2e9])
    assert len(rf.Sweep("1 GHz..2 GHz:7", points=7)) == 7


def test_a_sweep_has_frequencies_angular_frequencies_and_a_length():
    sweep = rf.Sweep([1e9, 2e9, 4e9])
    assert len(sweep) == 3
    assert sweep.f.dtype == jnp.result_type(float)
    close(sweep.w, 2 * np.pi * np.array([1e9, 2e9, 4e9]))
    assert repr(sweep) == "Sweep(1e+09 Hz..4e+09 Hz, 3 points)"


def test_whole_numbers_are_frequencies_too():
    assert rf.Sweep(np.array([1, 2])).f.dtype == jnp.result_type(float)


def test_a_sweep_is_immutable():
    sweep = rf.Sweep([1e9])
    with pytest.raises(AttributeError):
        sweep.f = jnp.ones(2)


def test_a_sweep_is_a_tree_and_can_be_made_under_a_transformation():
    def last(f):
        return rf.Sweep(f).w[-1] * len(rf.Sweep(f))

    f = jnp.array([3.0, 2.0])  # backwards: values are not looked at in a trace
    close(jax.jit(last)(f), 2 * 2 * np.pi * 2)
    assert len(jax.tree_util.tree_leaves(rf.Sweep([1.0, 2.0]))) == 1
    assert repr(jax.eval_shape(rf.Sweep, f)) == "Sweep(<2 frequencies>)"


@given(
    st.floats(1.0, 1e10),
    st.floats(1.001, 100.0),
    st.integers(2, 300),
    st.sampled_from([" log", ""]),
)
def test_a_range_holds_its_ends_and_increases(start, ratio, count, log):
    stop = start * ratio
    sweep = rf.parse_sweep(f"{start!r}..{stop!r}:{count}{log}")
    assert len(sweep) == count
    close(sweep.f[0], start, 1e-6)
    close(sweep.f[-1], stop, 1e-6)
    assert bool(jnp.all(sweep.f[1:] > sweep.f[:-1]))


@given(st.text(max_size=40) | st.from_regex(r"[0-9. GMHz:log]{0,20}", fullmatch=True))
def test_any_text_is_a_sweep_or_an_error_of_ours(text):
    with contextlib.suppress(OperatorError, ParaxSyntaxError, UnitError):
        assert len(rf.parse_sweep(text)) > 0


def at(text, start, end, headline, hint=None, source="<sweep>"):
    """Lay out an error about a part of a text."""
    width = max(end - start, 1)
    lines = [headline, f"  {source}:1:{start + 1}", f"  1 | {text}".rstrip()]
    lines.append(f"    | {' ' * start}{'^' * width}")
    return "\n".join([*lines, *([f"  help: {hint}"] if hint else [])])


RANGE = (
    'write a range such as `"1 GHz..3 GHz:201"`, `"1 GHz..3 GHz:10 MHz"` or '
    '`"1 GHz..3 GHz:201 log"`'
)
BAD_TEXTS = [
    ("3 GHz..1 GHz", OperatorError, (0, 12, "`3 GHz..1 GHz` runs backwards",
        "write `1 GHz..3 GHz`")),
    ("3 GHz..1 GHz:1 MHz", OperatorError, (0, 18, "`3 GHz..1 GHz` runs backwards",
        "write `1 GHz..3 GHz`")),
    ("1 GHz", ParaxSyntaxError, (0, 5, "`1 GHz` is no range of frequencies", RANGE)),
    ("", ParaxSyntaxError, (0, 0, "`` is no range of frequencies", RANGE)),
    ("1 GHz..", ParaxSyntaxError, (0, 7, "`1 GHz..` is no range of frequencies", RANGE)),
    ("1 GHz..3 GHz:", ParaxSyntaxError, (0, 13, "`1 GHz..3 GHz:` is no range of frequencies",
        RANGE)),
    ("1..3 GHz", UnitError, (0, 1, "`1` has no unit, and `3 GHz` has",
        "write `1 GHz`, or `1 Hz`")),
    ("1 MHz..3", UnitError, (7, 8, "`3` has no unit, and `1 MHz` has",
        "write `3 MHz`, or `3 Hz`")),
    ("1 GHz..3 nH", UnitError, (7, 11, "`3 nH` is no frequency",
        "give it in `Hz`, `kHz`, `MHz` or `GHz`")),
    ("1 GHz..3 dB", UnitError, (7, 11, "`3 dB` is no frequency",
        "give it in `Hz`, `kHz`, `MHz` or `GHz`")),
    ("1 GHz..x", UnitError, (7, 8, "`x` is no quantity",
        'a quantity is a number with or without a unit, such as `"2.4 GHz"`')),
    ("1 GHz..3 GHz:7 MHz", OperatorError, (13, 18,
        "steps of `7 MHz` from `1 GHz` do not meet `3 GHz`",
        "take a step that divides the range, or a number of points")),
    ("1 GHz..3 GHz:0 Hz", OperatorError, (13, 17, "`0 Hz` is no step", "give one above 0 Hz")),
    ("1 GHz..3 GHz:1 MHz log", OperatorError, (13, 18,
        "`1 MHz` is a step, and a logarithmic sweep has none",
        "give a number of points, such as `:201 log`")),
    ("0..3 GHz:9 log", OperatorError, (0, 1, "`0` cannot begin a logarithmic sweep",
        "begin above 0 Hz")),
    ("1 GHz..3 GHz:0", OperatorError, (0, 14, "0 points are no sweep", "give at least one")),
    ("1 GHz..3 GHz:1", OperatorError, (0, 14, "1 point cannot span `1 GHz..3 GHz`",
        "give at least 2 points")),
    ("1 GHz..1 GHz:5", OperatorError, (0, 14,
        "`1 GHz..1 GHz` is a single frequency and cannot have 5 points",
        "write `:1` behind it")),
    ("1 Hz..1 THz:1 Hz", OperatorError, (0, 16,
        "`1 Hz..1 THz:1 Hz` has more than 10000000 points")),
    ("1 Hz..1 THz:10000001", OperatorError, (0, 20,
        "`1 Hz..1 THz:10000001` has 10000001 points, and 10000000 are the most")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "error", "facts"), BAD_TEXTS, ids=[row[0] for row in BAD_TEXTS])
def test_a_text_that_is_refused_shows_where_and_why(text, error, facts):
    with pytest.raises(error) as caught:
        rf.parse_sweep(text, source="--freq")
    assert str(caught.value) == at(text, *facts, source="--freq")


def test_a_long_text_is_no_range():
    with pytest.raises(ParaxSyntaxError, match="is no range of frequencies"):
        rf.Sweep("1 GHz..3 GHz" + " " * 300 + "and more")


BAD_CALLS = [
    (lambda: rf.Sweep("1 GHz..3 GHz:5", points=6), OperatorError,
        at("1 GHz..3 GHz:5", 0, 14, "`1 GHz..3 GHz:5` says 5 points, and `points` says 6",
           "leave one out")),
    (lambda: rf.Sweep("1 GHz..3 GHz:1 GHz", points=6), OperatorError,
        at("1 GHz..3 GHz:1 GHz", 0, 18, "`1 GHz..3 GHz:1 GHz` says a step, and `points` says 6",
           "leave one out")),
    (lambda: rf.Sweep("1 Hz..3 Hz log", spacing="linear"), OperatorError,
        at("1 Hz..3 Hz log", 0, 14, "`1 Hz..3 Hz log` says `log`, and `spacing` says `linear`",
           "leave one out")),
    (lambda: rf.Sweep("1 Hz..3 Hz", spacing="cubic"), OperatorTypeError,
        "`spacing` is `\"linear\"` or `\"log\"`, got `'cubic'`"),
    (lambda: rf.Sweep("1 Hz..3 Hz", points=2.5), OperatorTypeError,
        "`points` is a whole number, got `2.5`"),
    (lambda: rf.Sweep([1.0], points=3), OperatorTypeError,
        "`points` and `spacing` go with a text, and frequencies were given\n"
        '  help: write a range, such as `Sweep("1 GHz..3 GHz", points=201)`'),
    (lambda: rf.Sweep([]), OperatorError, "a sweep needs at least one frequency, got none"),
    (lambda: rf.Sweep(3e9), OperatorTypeError,
        "the frequencies of a sweep are real and have one axis, got shape ()"),
    (lambda: rf.Sweep([1j]), OperatorTypeError,
        "the frequencies of a sweep are real and have one axis, got complex numbers"),
    (lambda: rf.Sweep(["a"]), OperatorTypeError,
        "the frequencies of a sweep are numbers in hertz, got `['a']`"),
    (lambda: rf.Sweep([[1.0], [1.0, 2.0]]), OperatorTypeError,
        "the frequencies of a sweep are numbers in hertz, got `[[1.0], [1.0, 2.0]]`"),
    (lambda: rf.Sweep([1e9, np.nan]), OperatorError,
        "frequency 2 of a sweep is nan\n  help: give finite numbers"),
    (lambda: rf.Sweep([1e9, 3e9, 2e9]), OperatorError,
        "the frequencies of a sweep increase, but 2000000000 Hz comes after 3000000000 Hz, at "
        "position 3\n  help: sort them, and keep each once"),
    (lambda: rf.Sweep([1e9, 1e9]), OperatorError,
        "the frequencies of a sweep increase, but 1000000000 Hz comes after 1000000000 Hz, at "
        "position 2\n  help: sort them, and keep each once"),
    (lambda: rf.as_sweep(3), OperatorTypeError,
        "a sweep has frequencies `f`, and `3` has none\n"
        '  help: give `rf.Sweep("1 GHz..3 GHz")`, or the text alone'),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD_CALLS)
def test_an_error_says_what_and_how(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_frequencies_that_32_bit_cannot_tell_apart_are_refused():
    f = [1e9, 1e9 + 1]
    if IS_WIDE:
        assert len(rf.Sweep(f)) == 2
    else:
        with pytest.raises(OperatorError, match="are the same number in 32 bit"):
            rf.Sweep(f)


def test_what_may_stand_for_a_sweep():
    sweep = rf.Sweep([1.0, 2.0])
    assert rf.as_sweep(sweep) is sweep
    assert len(rf.as_sweep("1..3:7")) == 7
    assert len(rf.as_sweep(np.array([1.0, 2.0]))) == 2
