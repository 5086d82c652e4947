"""Importing parax starts no back end: the choice of devices and dispatch is still open (X31)."""

import subprocess
import sys

PROGRAM = """
import jax, parax, parax.rf
from parax import api, dsl, engine, functions, graph, module, op, problems
for name in parax.__all__:
    getattr(parax, name)
jax.config.update("jax_num_cpu_devices", 3)  # refused once a back end exists
print(len(jax.devices("cpu")))
"""


def test_importing_everything_creates_no_array():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.stdout == "3\n", done.stderr
