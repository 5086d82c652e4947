"""Examples by name (R10), and the ladder: against scikit-rf, and against JAX written by hand."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import skrf

import parax
from parax import rf
from parax.errors import OperatorError
from tests.rf.helpers import IS_WIDE, close

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "ladder.py"
NAMES = ["L1", "C2", "L3", "C4", "L5", "C6", "L7", "C8"]
F = np.linspace(0.1e9, 2e9, 201)


def ladder(inductors: Any, capacitors: Any) -> rf.Ladder:
    return rf.Ladder(inductors, capacitors)  # numbers become parameters


def levels_by_hand(x: jax.Array) -> jax.Array:
    """The reflection [dB] of the same ladder, in plain JAX: nanohenry and picofarad in turn."""
    jw = 2j * jnp.pi * jnp.asarray(F)
    a, b, c, d = (jnp.full(len(F), one, dtype=jw.dtype) for one in (1, 0, 0, 1))
    for place in range(8):
        if place % 2 == 0:
            z = jw * (x[place] * 1e-9)
            b, d = a * z + b, c * z + d
        else:
            y = jw * (x[place] * 1e-12)
            a, c = a + b * y, c + d * y
    reflection = (a + b / 50 - c * 50 - d) / (a + b / 50 + c * 50 + d)
    return 10 * jnp.log10(jnp.real(reflection) ** 2 + jnp.imag(reflection) ** 2)


GOALS = [
    ("max(dB(S11))", jnp.max, 1e-6),
    ("mean(dB(S11))", jnp.mean, 1e-5),  # adds up the roundings of 201 points
]


@pytest.mark.parametrize(("text", "reduction", "narrow"), GOALS, ids=[row[0] for row in GOALS])
def test_value_and_gradient_are_those_of_jax_written_by_hand(text, reduction, narrow):
    problem = parax.problem(text, rf.example_model("ladder"), rf.Sweep(F))
    places = [int(name[1:]) - 1 for name in problem.names]
    x = jnp.array([5.0, 2.0, 4.0, 2.5, 6.0, 2.2, 5.5, 1.0])
    by_hand = jax.jit(jax.value_and_grad(lambda x: reduction(levels_by_hand(x))))
    expected_value, expected_gradient = by_hand(x)
    value, gradient = problem.value_and_gradient(x[jnp.array(places)])
    close(value, expected_value, 1e-12 if IS_WIDE else narrow)
    close(gradient, expected_gradient[jnp.array(places)], 1e-12 if IS_WIDE else narrow)


def test_the_example_prints_value_and_gradient_by_parameter():
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPT.parents[1]), *sys.path])},
    )
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    with jax.enable_x64(True):
        x = jnp.array([3, 2, 6, 2.5, 6, 2.5, 5, 1], dtype=float)
        value, gradient = jax.value_and_grad(lambda x: jnp.max(levels_by_hand(x)))(x)
    assert first == f"largest reflection in the band: {value:.3f} dB"
    assert rest == [
        f"  {name}  {slope:+.4f} dB per {'nH' if name[0] == 'L' else 'pF'}"
        for name, slope in zip(NAMES, gradient, strict=True)
    ]


def test_the_ladder_is_that_of_scikit_rf():
    media: Any = skrf.media.DefinedGammaZ0
    lumped = media(skrf.Frequency.from_f(F, unit="Hz"), z0_port=50, z0=50)
    pair = lumped.inductor(5e-9) ** lumped.shunt_capacitor(2e-12)
    expected = pair**pair**pair**pair
    ladder = rf.example_model("ladder")
    close(ladder.s(rf.Sweep(F)), expected.s, 1e-10 if IS_WIDE else 1e-4)
    assert ladder.param_names() == ["L1", "L3", "L5", "L7", "C2", "C4", "C6", "C8"]


def test_a_ladder_may_end_with_an_inductor():
    odd = ladder([1e-9, 1e-9], [1e-12])
    chain = rf.cascade(
        *(piece(2j * jnp.pi * F * value) for piece, value in
          [(rf.series, 1e-9), (rf.shunt, 1e-12), (rf.series, 1e-9)])
    )  # fmt: skip
    close(odd.s(rf.Sweep(F)), rf.abcdtos(chain))


@pytest.mark.parametrize(("name", "ports"), [("ring-slot", 2), ("line", 2), ("tee", 3)])
def test_an_example_file_is_there(name, ports):
    assert rf.Network.read(rf.example(name)).ports == ports


BAD = [
    (lambda: rf.example("ringslot"),
        "there is no example file `ringslot`\n  help: did you mean `ring-slot`?"),
    (lambda: rf.example("x"),
        "there is no example file `x`\n  help: there are `ring-slot`, `line`, `tee`"),
    (lambda: rf.example_model("lader"),
        "there is no example model `lader`\n  help: did you mean `ladder`?"),
    (lambda: ladder([1e-9], [1e-12, 1e-12]),
        "a ladder takes inductors and capacitors in turn, got 1 and 2\n"
        "  help: begin with an inductor: as many capacitors, or one less"),
    (lambda: ladder([], []),
        "a ladder takes inductors and capacitors in turn, got 0 and 0\n"
        "  help: begin with an inductor: as many capacitors, or one less"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), BAD)
def test_an_error_says_what_and_how(call, message):
    with pytest.raises(OperatorError) as caught:
        call()
    assert str(caught.value) == message
