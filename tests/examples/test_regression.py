"""The regression with Optax finds what NIST certifies, and what SciPy finds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import least_squares

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "regression.py"

# Typed in again from the certified file, row by row: volume and pressure.
MISRA1A = """
10.07 77.6    14.73 114.9   17.94 141.1   23.93 190.8   29.61 239.9   35.18 289.0   40.02 332.8
44.82 378.4   50.76 434.8   55.05 477.3   61.01 536.8   66.40 593.1   75.47 689.1   81.78 760.0
"""
CERTIFIED = [2.3894212918e2, 5.5015643181e-4]


def test_ten_thousand_steps_find_the_certified_parameters():
    """T15, T19, T20: 64 bit, whatever the precision of this run"""
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)],
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    numbers = [float(word) for word in re.findall(r"\d\.\d{10}e[+-]\d\d", done.stdout)]
    *sums, certified, first, b1, second, b2 = numbers
    assert sums == sorted(sums, reverse=True)
    assert sums[0] == pytest.approx(10780.190163909, rel=1e-9)
    assert sums[-1] == pytest.approx(certified, rel=1e-9)
    assert [b1, b2] == CERTIFIED
    assert [first, second] == pytest.approx(CERTIFIED, rel=1e-8)

    y, x = np.array(MISRA1A.split(), float).reshape(-1, 2).T
    found = least_squares(
        lambda b: y - b[0] * (1 - np.exp(-b[1] * x)), [250.0, 5e-4], x_scale=[250.0, 5e-4],
        xtol=1e-15, ftol=1e-15, gtol=1e-15,
    )  # fmt: skip
    assert [first, second] == pytest.approx(found.x.tolist(), rel=1e-6)
    assert sums[-1] == pytest.approx(2 * found.cost, rel=1e-9)
