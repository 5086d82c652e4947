"""Conversions (R4, section 8 of the vocabulary) against scikit-rf, and there and back."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import skrf.network
from hypothesis import given
from hypothesis import strategies as st

from parax import rf
from parax.errors import OperatorError, OperatorTypeError
from parax.rf._convert import as_complex
from tests.rf.helpers import close, polar, random_matrices

ORACLES: list[tuple[Callable[..., Any], Callable[..., Any], bool]] = [
    (rf.stoz, skrf.network.s2z, False),
    (rf.ztos, skrf.network.z2s, False),
    (rf.stoy, skrf.network.s2y, False),
    (rf.ytos, skrf.network.y2s, False),
    (rf.stoabcd, skrf.network.s2a, True),
    (rf.abcdtos, skrf.network.a2s, True),
]
each = pytest.mark.parametrize(
    ("convert", "oracle", "two_ports"), ORACLES, ids=[row[0].name for row in ORACLES]
)


@each
@pytest.mark.parametrize("ports", [1, 2, 3])
@pytest.mark.parametrize("z0", [50.0, 75.0])
def test_a_conversion_is_that_of_scikit_rf(convert, oracle, two_ports, ports, z0):
    if two_ports:
        ports = 2
    m = random_matrices(ports, 7, ports) * (z0 if convert is rf.ztos else 1)
    m = m / z0 if convert is rf.ytos else m
    close(convert(m, z0), oracle(m, z0), 1e-10 if jax.config.read("jax_enable_x64") else 3e-4)


@each
def test_leading_axes_are_kept(convert, oracle, two_ports):
    m = random_matrices(3, 6, 2)
    close(convert(m.reshape(2, 3, 2, 2)), convert(m).reshape(2, 3, 2, 2))


@pytest.mark.parametrize("ports", [1, 2, 3])
def test_impedance_and_admittance_are_inverses(ports):
    m = random_matrices(5, 4, ports)
    close(rf.ztoy(m), np.linalg.inv(m), 1e-3)
    close(rf.ytoz(m), np.linalg.inv(m), 1e-3)


PAIRS = {
    "z": (rf.stoz, rf.ztos),
    "y": (rf.stoy, rf.ytos),
    "abcd": (rf.stoabcd, rf.abcdtos),
    "z by y": (lambda s, z0: rf.ytoz(rf.stoy(s, z0)), rf.ztos),
}


@pytest.mark.parametrize("pair", PAIRS)
@given(seed=st.integers(0, 2**32 - 1), z0=st.floats(1.0, 1000.0))
def test_there_and_back_changes_nothing(pair, seed, z0):
    there, back = PAIRS[pair]
    s = random_matrices(seed, 3, 2) + 0.01 * np.eye(2)
    # what stands in a denominator is kept away from 0
    s[:, 1, 0] = np.where(abs(s[:, 1, 0]) < 0.05, 0.05, s[:, 1, 0])
    close(back(there(s, z0), z0), s, 1e-7 if jax.config.read("jax_enable_x64") else 2e-2)


def test_vector_a_of_the_vocabulary():
    s = np.array([[polar(0.6, -60), polar(0.05, 30)], [polar(2, 120), polar(0.5, -90)]])
    close(rf.stoz(s)[0, 0], 48.664307 - 58.593523j, 2e-7)
    close(rf.stoabcd(s)[0, 0], -0.145096 - 0.341506j, 5e-6)


def test_a_conversion_of_operators_is_an_operator():
    s = random_matrices(1, 4, 2)
    close(rf.stoz(rf.S)(rf.Network(s, [1e9, 2e9, 3e9, 4e9])), rf.stoz(s))


@each
def test_gradients_are_those_of_differences(convert, oracle, two_ports):
    m = jnp.asarray(random_matrices(8, 2, 2))

    def value(x: Any) -> Any:
        return jnp.sum(jnp.abs(convert(m * x, 50.0 * x**2)))

    step = 1e-6 if jax.config.read("jax_enable_x64") else 1e-2
    slope = (value(1 + step) - value(1 - step)) / (2 * step)
    close(jax.grad(value)(1.0), slope, 1e-6 if jax.config.read("jax_enable_x64") else 2e-2)


ERRORS = [
    (
        lambda: rf.stoabcd(np.eye(3)),
        OperatorError,
        "`stoabcd` takes two ports, and the matrix of shape (3, 3) has 3\n"
        "  help: take a part with two ports first",
    ),
    (
        lambda: rf.stoz(np.ones((4, 2, 3))),
        OperatorError,
        "`stoz` takes matrices of shape (..., ports, ports), got shape (4, 2, 3)",
    ),
    (
        lambda: rf.ztos(np.eye(2), 50 + 1j),
        OperatorTypeError,
        "`ztos` takes a real `z0`, got `(50+1j)`\n"
        "  help: give the resistance in ohm, such as `z0=50`",
    ),
    (
        lambda: rf.ztos(np.eye(2), [50.0, 75.0]),
        OperatorError,
        "`ztos` takes one `z0` for all ports, got shape (2,)\n"
        "  help: give one number in ohm, such as `z0=50`",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), ERRORS)
def test_an_error_says_what_and_how(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("given_", "dtype"),
    [(1, "default"), (1.0, "default"), (np.float16(1), "complex64"), (1j, "default")],
)
def test_pieces_are_complex(given_, dtype):
    expected = jnp.result_type(complex) if dtype == "default" else jnp.dtype(dtype)
    assert as_complex(given_).dtype == expected
