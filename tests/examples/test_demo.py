"""The demo runs, and prints what it computes."""

import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
import skrf

from parax import rf

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.py"


def numbers(printed: str) -> list[tuple[str, float]]:
    """The lines that end in a number, as label and number."""
    pairs = [line.strip().rpartition(" ") for line in printed.splitlines() if "  " in line[:2]]
    return [(label.strip(), float(number)) for label, _, number in pairs]


def test_the_demo_prints_values_and_gradient():
    done = subprocess.run(
        [sys.executable, str(DEMO)],
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    measured, value, *slopes = numbers(done.stdout)
    assert measured[1] == pytest.approx(
        np.abs(skrf.data.ring_slot.s[:, 1, 0]).max() - 0.9, abs=1e-6
    )

    with jax.enable_x64(True):  # as in the demo, whatever the precision of this run
        ladder, sweep = rf.example_model("ladder"), rf.Sweep("3.5 GHz..6 GHz", points=201)

        def peak(**changes: float) -> float:
            return float(np.abs(ladder.with_params(changes).s(sweep)[:, 1, 0]).max()) - 0.1

        def slope(name: str, step: float = 1e-5) -> float:
            start = float(ladder.param_value(name))
            above, below = peak(**{name: start + step}), peak(**{name: start - step})
            return (above - below) / (2 * step)

        assert value == ("value", pytest.approx(peak(), abs=1e-6))
        expected = {f"d / d {name}": slope(name) for name in ladder.flat_param_names()}
    assert dict(slopes) == pytest.approx(expected, abs=2e-6)
