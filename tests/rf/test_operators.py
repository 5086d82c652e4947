"""Model and sweep in an expression (R1, R7, R8): where they come from, and what is wrong."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op, rf
from parax.dsl import parse
from parax.errors import (
    MissingInputError,
    OperatorError,
    OperatorIndexError,
    OperatorTypeError,
    ParaxError,
)
from parax.module import Module
from parax.parameters import Parameter
from tests.rf.helpers import close, random_matrices


def read(text: str) -> op.Operator:
    return parse(text, vocabulary=rf.vocabulary)


def network(points: int = 5, ports: int = 2, seed: int = 1, **more) -> rf.Network:
    return rf.Network(random_matrices(seed, points, ports), np.linspace(1e9, 3e9, points), **more)


class Line(rf.Model):
    """A line of 75 ohm."""

    delay: Parameter = Parameter(0.1, scale=1e-9)

    def s(self, sweep):
        return rf.abcdtos(rf.line(75.0, 2j * jnp.pi * sweep.f * self.delay), self.z0)


class Bare(Module):
    """No base of RF, no vocabulary: the protocol alone."""

    gain: Parameter = Parameter(2.0)

    def s(self, sweep):
        return self.gain * jnp.ones((len(sweep.f), 1, 1)) + 0j


class Points(Module):
    """A sweep of one's own: any object with `f`."""

    f: jax.Array


def test_a_parameter_is_to_a_port_from_a_port():
    n = network(ports=3)
    for to in (1, 2, 3):
        for from_ in (1, 2, 3):
            close(rf.S(to, from_)(n), n.data[:, to - 1, from_ - 1])
    np.testing.assert_array_equal(rf.S(n), n.data)
    np.testing.assert_array_equal(rf.freq(n), n.f)


@pytest.mark.parametrize(
    "sweep",
    [
        "1 GHz..2 GHz:3",
        rf.Sweep([1e9, 1.5e9, 2e9]),
        Points(jnp.array([1e9, 1.5e9, 2e9])),
        np.array([1e9, 1.5e9, 2e9]),
    ],
    ids=["text", "Sweep", "protocol", "array"],
)
def test_the_sweep_follows_the_model(sweep):
    expected = Line().s(rf.Sweep("1 GHz..2 GHz:3"))
    close(rf.S(Line(), sweep), expected)
    close(rf.freq(Line(), sweep), [1e9, 1.5e9, 2e9])
    close(parax.compile(rf.S)(Line(), sweep), expected)


def test_any_object_with_s_is_a_model():
    close(read("S11")(Bare(), "1 GHz..2 GHz:3"), [2, 2, 2])
    problem = parax.problem("sum(real(S11))", Bare(), "1 GHz..2 GHz:3", vocabulary=rf.vocabulary)
    close(problem.gradient(problem.x0), [3])


def test_a_network_brings_its_own_sweep():
    n = network()
    close(read("S21")(n), n.data[:, 1, 0])
    close(read("f")(n), n.f)


def test_an_input_that_is_a_network_brings_the_sweep():
    n = network()
    expected = Line().s(n.sweep)[:, 1, 0] - n.data[:, 1, 0]
    close(read("S21 - meas.S21")(Line(), meas=n), expected)
    close(parax.compile("S21 - meas.S21", vocabulary=rf.vocabulary)(Line(), meas=n), expected)


def test_the_model_s_own_sweep_comes_before_that_of_an_input():
    model, measured = network(points=3), network(points=9, seed=2)
    expected = measured.s(model.sweep)
    close(read("meas.S")(model, meas=measured), expected)
    close(read("meas.freq")(model, meas=measured), model.f)


def test_model_and_measurement_are_compared_on_the_sweep():
    measured = network(points=9)
    sweep = rf.Sweep([1.1e9, 2.3e9])
    expected = jnp.mean(jnp.abs(Line().s(sweep) - measured.s(sweep)) ** 2)
    text = "mean(abs2(S - meas.S))"
    close(read(text)(Line(), sweep, meas=measured), expected)
    problem = parax.problem(text, Line(), sweep, meas=measured)
    close(problem(problem.x0), expected)


def test_other_inputs_stand_beside_a_measurement():
    # The check of the band once handed every keyword to the input that it asked.
    n = network()
    expected = np.abs(n.data[:, 1, 0]).max() - 0.25
    close(read("max(abs(meas.S21)) - target")(Line(), meas=n, target=0.25), expected)
    problem = parax.problem("max(abs(meas.S21)) - target", Line(), meas=n, target=0.25)
    close(problem(problem.x0), expected)


def test_a_model_may_be_an_input_too():
    close(read("S21 - other.S21")(Line(), "1 GHz..2 GHz:3", other=Line()), [0, 0, 0])


def test_a_model_of_rf_brings_the_vocabulary():
    """R5"""
    problem = parax.problem("max(dB(S11))", Line(), "1 GHz..3 GHz:11")
    assert problem.names == ("delay",)
    close(
        parax.problem("max(dB(S21))", Line(), "1 GHz..3 GHz:11")(problem.x0),
        jnp.max(rf.dB(Line().s(rf.Sweep("1 GHz..3 GHz:11"))[:, 1, 0])),
    )
    assert rf.Network.vocabulary is rf.Model.vocabulary is rf.vocabulary


def test_the_model_is_asked_once_however_often_it_is_named():
    both = read("max(dB(S21)) + min(dB(S11)) + max(freq)")
    scattering = [one for one in both.graph().structure.payloads if isinstance(one, rf.Scattering)]
    assert len(scattering) == 1


def test_operators_survive_a_transformation():
    n = network()
    close(jax.jit(lambda n: read("sum(abs(S21))")(n))(n), np.abs(n.data[:, 1, 0]).sum())


def test_outside_the_band_nothing_is_extrapolated_before_the_run():
    """R3a"""
    n = network(name="dut")
    message = (
        "4 GHz lies outside the band of the network `dut`, 1 GHz..3 GHz\n"
        "  help: take a sweep inside that band: nothing is extrapolated"
    )
    for call in (
        lambda: rf.S21(n, "1 GHz..4 GHz:4"),
        lambda: parax.compile(rf.S21)(n, rf.Sweep("1 GHz..4 GHz:4")),
        lambda: parax.problem("sum(abs(meas.S21))", Line(), "1 GHz..4 GHz:4", meas=n),
    ):
        with pytest.raises(OperatorError) as caught:
            call()
        assert str(caught.value).splitlines()[0] == message.splitlines()[0]
        assert caught.value.hint is not None
        assert message.endswith(caught.value.hint)


def test_inside_a_trace_points_outside_the_band_are_nan():
    """R3a"""
    n = network()
    out = jax.jit(lambda f: rf.S21(n, rf.Sweep(f)))(jnp.array([0.5e9, 2e9, 4e9]))
    assert jnp.isnan(out[jnp.array([0, 2])]).all()
    assert jnp.isfinite(out[1])


class NoMethod(Module):
    x: Parameter = Parameter(1.0)


class Flat(Module):
    x: Parameter = Parameter(1.0)

    def s(self, sweep):
        return self.x * sweep.f + 0j


ANSWER = "it gives a complex array of shape (frequencies, ports, ports)"
SWEEP = 'give one after the model, such as `rf.Sweep("1 GHz..3 GHz")` or the text alone'
BAD = [
    (lambda: rf.S31(network()), OperatorIndexError, "`S31`: the network has 2 ports",
        "ports are counted from 1, and the first is where the wave comes out"),
    (lambda: rf.S(11, 1)(network(ports=1)), OperatorIndexError,
        "`S(11, 1)`: the network has 1 port",
        "ports are counted from 1, and the first is where the wave comes out"),
    (lambda: parax.problem("max(dB(S31))", Line(), "1 GHz..2 GHz"), OperatorIndexError,
        "`S31`: the network has 2 ports",
        "ports are counted from 1, and the first is where the wave comes out"),
    (lambda: rf.stoabcd(rf.S)(network(ports=3)), OperatorError,
        "`stoabcd` takes two ports, and the matrix of shape (5, 3, 3) has 3",
        "take a part with two ports first"),
    (lambda: rf.S21(), MissingInputError,
        "scattering parameters are asked of a model, and no positional input was given",
        "call the expression with the model first: `op(model, sweep)`"),
    (lambda: rf.freq(), MissingInputError,
        "there is no sweep, no model and no input that brings one", SWEEP),
    (lambda: rf.S21(Line()), MissingInputError,
        "there is no sweep, and the model, a `Line`, has no frequencies of its own", SWEEP),
    (lambda: parax.problem("max(dB(S11))", Line()), MissingInputError,
        "there is no sweep, and the model, a `Line`, has no frequencies of its own", SWEEP),
    (lambda: read("S21 - a.S21 - b.S21")(Line(), a=network(), b=network()), MissingInputError,
        "the inputs `a` and `b` are networks, and only one can bring the sweep", SWEEP),
    (lambda: rf.S21(Line(), 3.0), OperatorTypeError,
        "a sweep has frequencies `f`, and `3.0` has none",
        'give `rf.Sweep("1 GHz..3 GHz")`, or the text alone'),
    (lambda: rf.S21(Line(), "3 GHz..1 GHz"), OperatorError, "`3 GHz..1 GHz` runs backwards",
        "write `1 GHz..3 GHz`"),
    (lambda: rf.S21(NoMethod(), "1 GHz..2 GHz"), OperatorTypeError,
        "scattering parameters come from a model's method `s(sweep)`, and a `NoMethod` has none",
        f"define `def s(self, sweep)`: {ANSWER}"),
    (lambda: rf.S21(Flat(), "1 GHz..2 GHz"), OperatorError,
        "`Flat.s` gave an array of shape (201,)", ANSWER),
    (lambda: rf.freq(Line(), Points(jnp.ones((2, 2)))), OperatorError,
        "the frequencies of a `Points` have one axis, got shape (2, 2)", None),
    (lambda: read("meas.S21")(Line(), "1 GHz..2 GHz"), MissingInputError,
        "no value for the input `meas`", "give it by keyword: `meas=…`"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "headline", "hint"), BAD)
def test_an_error_says_what_and_how(call, error, headline, hint):
    with pytest.raises(ParaxError) as caught:
        call()
    assert isinstance(caught.value, error)
    assert (caught.value.headline, caught.value.hint) == (headline, hint)


def test_a_port_that_is_not_there_is_shown_in_the_text():
    with pytest.raises(OperatorIndexError) as caught:
        parax.problem("max(dB(S11)) + max(dB(S31))", Line(), "1 GHz..2 GHz")
    assert str(caught.value) == (
        "`S31`: the network has 2 ports\n"
        "  <expression>:1:23\n"
        "  1 | max(dB(S11)) + max(dB(S31))\n"
        "    |                       ^^^\n"
        "  help: ports are counted from 1, and the first is where the wave comes out"
    )
