"""`parax eval`: values and gradients of what it is given."""

from pathlib import Path

import numpy as np
import pytest
import skrf

from parax import rf
from tests.cli.running import Run


@pytest.fixture
def slot() -> skrf.Network:
    return skrf.data.ring_slot


def test_an_expression_needs_no_model(command_line: Run):
    assert command_line("eval", "2 * 3 GHz").out == "6e+09\n"


def test_a_touchstone_file_is_the_model_on_its_own_sweep(command_line: Run, slot: skrf.Network):
    done = command_line(
        *("eval", "max(abs(S21)) - target", "--data", "example:ring-slot"),
        *("--set", "target=0.9", "--json"),
    )
    assert done.code == 0
    assert done.err == ""
    assert done.facts == {"value": pytest.approx(np.abs(slot.s[:, 1, 0]).max() - 0.9, rel=1e-14)}


def test_a_sweep_interpolates_the_file(command_line: Run, slot: skrf.Network):
    words = ("eval", "freq", "--data", "example:ring-slot", "--freq", "80 GHz..81 GHz:3", "--json")
    assert command_line(*words).facts["value"] == [80e9, 80.5e9, 81e9]


def test_several_files_are_inputs_by_name(command_line: Run):
    done = command_line(
        *("eval", "max(abs(S21 - other.S21)) + max(abs(S21 - third.S21))"),
        *("--data", "example:ring-slot", "--data", "other=example:ring-slot"),
        *("--data", "third=example:ring-slot"),
    )
    assert done.out == "0\n"


def test_beside_a_model_the_file_is_the_input_meas_and_brings_the_sweep(command_line: Run):
    done = command_line(
        *("eval", "count(freq) + 0*max(abs(S21 - meas.S21))", "--model", "example:ladder"),
        *("--data", "example:ring-slot"),
    )
    assert done.out == "201\n"


def test_one_file_with_a_name_brings_the_sweep_without_a_model(command_line: Run):
    done = command_line("eval", "max(abs(bench.S21)) > 0.9", "--data", "bench=example:ring-slot")
    assert done.out == "true\n"


def test_the_gradient_is_by_physical_values_and_says_so(command_line: Run):
    words = ("eval", "mean(dB(S11))", "--model", "example:ladder", "--freq", "1GHz..2GHz:11")
    done = command_line(*words, "--grad")
    assert "gradient by physical values" in done.out
    facts = command_line(*words, "--grad", "--json").facts
    assert facts["space"] == "physical"
    ladder, sweep = rf.example_model("ladder"), rf.Sweep("1GHz..2GHz:11")
    step = 1e-4

    def value(L3: float) -> float:
        s = ladder.with_params(L3=L3).s(sweep)
        return float(np.mean(20 * np.log10(np.abs(s[:, 0, 0]))))

    slope = (value(5 + step) - value(5 - step)) / (2 * step)
    assert facts["gradient"]["L3"] == pytest.approx(slope, rel=1e-5)
    assert list(facts["gradient"]) == ["L1", "L3", "L5", "L7", "C2", "C4", "C6", "C8"]


def test_a_complex_array_is_two_lists_in_json(command_line: Run):
    facts = command_line("eval", "[1 + 2j, 3]", "--json").facts
    assert facts["value"] == {"real": [1.0, 3.0], "imag": [2.0, 0.0]}


def test_json_has_no_nan_and_no_infinity(command_line: Run):
    done = command_line("eval", "[inf, -inf, nan, 1]", "--json")
    assert done.facts["value"] == ["Infinity", "-Infinity", "NaN", 1.0]
    assert done.err.startswith("warning: the objective is not finite, of shape (4,) at `x0`")


def test_a_value_that_is_nan_is_told_beside_the_result(command_line: Run):
    done = command_line("eval", "1 + sqrt(x)", "--set", "x=-1")
    assert (done.out, done.code) == ("nan\n", 0)
    assert done.err == (
        "warning: the objective is nan at `x0`: `sqrt(x)` is nan\n"
        "  <expression>:1:5\n"
        "  1 | 1 + sqrt(x)\n"
        "    |     ^^^^^^^\n"
        "  help: `x` is -1 there\n"
    )


def test_long_arrays_are_shortened_for_people_only(command_line: Run):
    words = ("eval", "arange(100) + 0.5")
    assert command_line(*words).out == (
        "[ 0.5,  1.5,  2.5, ..., 97.5, 98.5, 99.5]\n100 numbers (float64)\n"
    )
    assert len(command_line(*words, "--json").facts["value"]) == 100


def test_a_text_may_begin_with_a_minus(command_line: Run):
    assert command_line("eval", "-x + 1", "--set", "x=3").out == "-2\n"
    assert command_line("eval", "--set", "x=3", "--", "-x").out == "-3\n"


def test_precision_is_64_bit_unless_told(command_line: Run):
    assert command_line("eval", "1 + 1e-12 - 1 > 0").out == "true\n"
    assert "float32" in command_line("eval", "[x, 1]", "--set", "x=2", "--precision", "32").out


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("words", "out"),
    [
        (("a*10 + b", "--model", "shop.py:Bowl"), "31\n"),
        (("a*10 + b", "--model", "shop:Bowl"), "31\n"),
        (("model.a*10 + model.b", "--model", "shop.py:Bowl", "--set", "a=5"), "51\n"),
        (("mean(abs(S11))", "--model", "shop.py:resistor", "--freq", "1..2:3"), "0.428571429\n"),
        (("mean(abs(S11))", "--model", "shop.py:Plain", "--freq", "1..2:3"), "1\n"),
        (("1e9*model.L", "--model", "shop.py:Scaled", "--set", "L=8"), "8\n"),
        (("1e9*model.L", "--model", "shop.py:Scaled", "--set", "L=8 nH"), "8\n"),
        (("1e9*model.L", "--model", "shop.py:Scaled", "--set", "L=0.5 uH"), "500\n"),
        (("sum(model.w)", "--model", "shop.py:Scaled", "--set", "w_1=5"), "9\n"),
        (("x - 1", "--set", "x=-20 dB"), "-21\n"),
        (("x / 1 GHz", "--set", "x = 2.5 GHz"), "2.5\n"),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)
def test_models_and_settings(command_line: Run, words: tuple[str, ...], out: str):
    done = command_line("eval", *words)
    assert (done.out, done.err) == (out, "")


def test_what_a_model_prints_does_not_disturb_the_result(command_line: Run, tmp_path: Path):
    (tmp_path / "talking.py").write_text(
        "import jax, parax\n"
        "print('imported')\n"
        "class Talking(parax.Module):\n"
        "    a: parax.Parameter = 2.0\n"
        "    @parax.feature\n"
        "    def twice(self):\n"
        "        jax.debug.print('computed')\n"
        "        return 2 * self.a\n"
    )
    done = command_line("eval", "twice", "--model", "talking.py:Talking", "--json", "--grad")
    assert done.facts == {"value": 4.0, "gradient": {"a": 2.0}, "space": "physical"}
    assert done.err.split() == ["imported", "computed"]
