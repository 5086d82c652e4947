"""Dispatch is switched before a back end starts, and importing parax starts none (X31, E13)."""

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

DISPATCH = """
import jax, parax
print(jax.config.read("jax_cpu_enable_async_dispatch"))
print(parax.synchronous_dispatch(), parax.synchronous_dispatch(required=False))
print(jax.config.read("jax_cpu_enable_async_dispatch"))
print(float(parax.compile("x + 1")(x=1.0)), parax.synchronous_dispatch())
"""

TOO_LATE = """
import jax, parax
jax.numpy.zeros(3)
print(parax.synchronous_dispatch(required=False))
try:
    parax.synchronous_dispatch()
except parax.CompileError as error:
    print(error)
print(jax.config.read("jax_cpu_enable_async_dispatch"))
"""

COMMAND = """
import jax
from parax.cli import main
code = main(["eval", "1 + 1"])
print(code, jax.config.read("jax_cpu_enable_async_dispatch"))
"""


def output(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines() or [done.stderr]


def test_importing_everything_creates_no_array():
    assert output(PROGRAM) == ["3"]


def test_dispatch_is_set_before_a_back_end_starts_and_not_by_importing():
    assert output(DISPATCH) == ["True", "True True", "False", "2.0 True"]


def test_it_is_said_when_it_is_too_late():
    """E13: JAX would ignore it in silence."""
    late, error, cure, still = output(TOO_LATE)
    assert (late, still) == ("False", "True")
    assert error.startswith("it is too late to choose how calls are dispatched: JAX's back end")
    assert "first of all, before anything makes an array" in cure


def test_the_command_line_uses_it():
    assert output(COMMAND) == ["2", "0 False"]
