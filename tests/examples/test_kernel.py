"""The example of a fitted kernel runs, and finds the wave that its data were made of (K29)."""

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "kernel.py"


def test_the_example_finds_the_wave():
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)],
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    printed = dict(re.findall(r"^  (\S.*?)  +(-?[\d.]+)$", done.stdout, re.MULTILINE))
    numbers = {label: float(number) for label, number in printed.items()}
    assert numbers["log marginal likelihood"] > 30
    assert 2.4 < numbers["kernel_wave_period"] < 2.6
    assert 0.05 < numbers["noise"] ** 0.5 < 0.15
    assert numbers["largest error between the data"] < 0.1
    assert numbers["largest error beyond the data"] < 0.2
