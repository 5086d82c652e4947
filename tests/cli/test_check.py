"""`parax check`: all that is wrong, and nothing evaluated."""

from pathlib import Path

from tests.cli.running import Run


def test_a_text_alone_is_read_and_its_inputs_listed(command_line: Run):
    done = command_line("check", "max(abs(S21)) - target * scale")
    assert (done.code, done.out) == (0, "fine\ninputs: target, scale\n")


def test_with_data_it_says_what_comes_out(command_line: Run):
    assert command_line("check", "S", "--data", "example:tee").out.startswith("fine: ")
    done = command_line("check", "abs(S21)", "--data", "example:ring-slot")
    assert done.out == "fine: 201 numbers (float64)\n"
    facts = command_line("check", "abs(S21)", "--data", "example:ring-slot", "--json").facts
    assert facts == {"ok": True, "problems": [], "inputs": [], "shape": [201], "dtype": "float64"}


def test_all_problems_are_reported_together(command_line: Run):
    done = command_line("check", "max(S21) + S31 + taget", "--data", "example:ring-slot", "--json")
    assert done.code == 1
    assert done.facts["ok"] is False
    assert [one["error"] for one in done.facts["problems"]] == [
        "OperatorTypeError",
        "OperatorIndexError",
        "MissingInputError",
    ]
    assert all({"message", "line", "column"} <= set(one) for one in done.facts["problems"])


def test_a_bad_text_does_not_hide_a_missing_file(command_line: Run):
    done = command_line("check", "max(", "--data", "nothing.s2p")
    assert done.code == 1
    assert done.out == ""
    assert "there is no file `nothing.s2p`" in done.err
    assert "ParaxSyntaxError" in done.err


def test_nothing_is_evaluated(command_line: Run, tmp_path: Path):
    (tmp_path / "counting.py").write_text(
        "import jax, jax.numpy as jnp, parax\n"
        "class Loud(parax.Module):\n"
        "    a: parax.Parameter = 1.0\n"
        "    def s(self, sweep):\n"
        "        jax.debug.print('evaluated')\n"
        "        return jnp.ones((sweep.f.shape[0], 1, 1)) * (self.a + 0j)\n"
    )
    words = ("abs(S11)", "--model", "counting.py:Loud", "--freq", "1..2:3")
    assert command_line("check", *words).out == "fine: 3 numbers (float64)\n"
    assert "evaluated" in command_line("eval", *words).err
