"""dB, magnitude and phase (X30): against scikit-rf, at 0, and on everything a function takes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import skrf

from parax import rf
from parax.graph import same
from parax.op import Input, traits_of
from parax.parameters import Parameter
from tests.rf.helpers import IS_WIDE, TIGHT, close, polar

FLOAT = jnp.result_type(float)


@pytest.mark.parametrize("name", ["ring-slot", "line", "tee"])
def test_traces_are_those_of_scikit_rf(name):
    path = rf.example(name)
    ours, theirs = rf.Network.read(path).data, skrf.Network(str(path))
    finite = np.abs(theirs.s) > 1e-7  # below, theirs goes on to -inf
    expected = skrf.mathFunctions.complex_2_db(theirs.s[finite])
    np.testing.assert_allclose(
        np.asarray(rf.dB(ours))[finite], expected, rtol=TIGHT, atol=1e-13 if IS_WIDE else 1e-5
    )
    close(rf.mag(ours), theirs.s_mag)
    close(rf.phase(ours), theirs.s_deg, 1e-12 if IS_WIDE else 1e-4)


def test_vectors_of_the_vocabulary():
    close(rf.dB(jnp.asarray(polar(2, 120))), 6.02059991, 1e-8 if IS_WIDE else 1e-5)
    close(rf.phase(jnp.asarray(polar(2, 120))), 120.0, 1e-12 if IS_WIDE else 1e-5)
    close(-rf.dB(jnp.asarray(polar(0.6, -60))), 4.43697499, 1e-8 if IS_WIDE else 1e-5)


def test_the_floor_is_at_minus_300_db():
    z = jnp.array([0, 1e-16, 1e-15, 1e-14], dtype=complex)
    close(rf.dB(z), [-300, -300, -300, -280], 1e-6)


@pytest.mark.parametrize("function", [rf.dB, rf.mag, rf.phase], ids=["dB", "mag", "phase"])
@pytest.mark.parametrize("at", [0.0, 0j, 1e-16, 1e-30 + 1e-30j])
def test_gradients_are_finite_at_and_near_zero(function, at):
    if isinstance(at, complex):
        value = jax.grad(lambda x: function(at + x * (1 + 1j)))(0.0)
    else:
        value = jax.grad(function)(at)
    assert jnp.isfinite(value)


def test_gradients_at_zero_and_below_the_floor_are_zero():
    assert jax.grad(rf.dB)(0.0) == 0
    assert jax.grad(rf.dB)(1e-16) == 0
    assert jax.grad(lambda x: rf.dB(1j * x))(1e-16) == 0
    assert jax.grad(lambda x: rf.phase(x + 1j * x))(0.0) == 0
    assert jax.grad(lambda x: rf.mag(x + 1j * x))(0.0) == 0


def test_gradients_above_the_floor():
    close(jax.grad(lambda x: rf.dB(x * (0.3 + 0.4j)))(2.0), 10 / np.log(10))
    close(jax.grad(lambda x: rf.phase(jnp.exp(1j * x)))(0.5), 180 / np.pi)


@pytest.mark.parametrize("value", [True, 2, 2.0, -2.0, 2j])
@pytest.mark.parametrize("name", ["dB", "mag", "phase"])
def test_a_number_gives_a_number_as_an_array_does(name, value):
    function = getattr(rf, name)
    assert isinstance(function(value), float | int)
    close(function(value), function(jnp.asarray(value)), 1e-6)


def test_whole_numbers_and_booleans_count():
    close(rf.dB(jnp.array([1, 10])), [0, 20])
    close(rf.dB(jnp.array([True, False])), [0, -300])
    assert rf.dB(jnp.array([1, 10])).dtype == FLOAT


def test_a_parameter_and_a_tree_are_taken():
    close(rf.dB(Parameter(5.0, scale=2.0)), 20.0)
    close(rf.dB({"a": jnp.array(10.0)})["a"], 20.0)


def test_on_an_operator_they_compose_an_elementwise_operator():
    level = rf.dB(Input("x"))
    assert level.is_elementwise()
    assert level(x=10.0) == pytest.approx(20.0)
    assert same(level, rf.db(Input("x")))
    assert same(rf.ang(Input("x")), rf.phase(Input("x")))
    assert rf.dB.unit == "dB"
    assert rf.phase.unit == "deg"
    assert traits_of(rf.dB.codes[0]).symbol == "dB"
