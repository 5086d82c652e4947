"""Two-port pieces (R4) against scikit-rf's media, and against matrix products."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import skrf
from hypothesis import given
from hypothesis import strategies as st

from parax import rf
from parax.errors import OperatorError
from parax.parameters import Parameter
from tests.rf.helpers import IS_WIDE, close, random_matrices

F = np.linspace(1e9, 3e9, 11)
Media: Any = skrf.media.DefinedGammaZ0  # its annotations refuse plain numbers
MEDIUM = Media(
    skrf.Frequency.from_f(F, unit="Hz"), gamma=1j * 2 * np.pi * F / 299792458.0, z0_port=50, z0=75
)
LUMPED = Media(skrf.Frequency.from_f(F, unit="Hz"), z0_port=50, z0=50)
JW = 2j * np.pi * F

ORACLES = {
    "inductor": (lambda: rf.series(JW * 3e-9), lambda: LUMPED.inductor(3e-9)),
    "capacitor": (lambda: rf.series(1 / (JW * 1e-12)), lambda: LUMPED.capacitor(1e-12)),
    "shunt capacitor": (lambda: rf.shunt(JW * 1e-12), lambda: LUMPED.shunt_capacitor(1e-12)),
    "shunt inductor": (lambda: rf.shunt(1 / (JW * 2e-9)), lambda: LUMPED.shunt_inductor(2e-9)),
    "line": (lambda: rf.line(75.0, JW * 0.02 / 299792458.0), lambda: MEDIUM.line(0.02, "m")),
    "cascade": (
        lambda: rf.cascade(rf.series(JW * 3e-9), rf.shunt(JW * 1e-12), rf.series(JW * 2e-9)),
        lambda: LUMPED.inductor(3e-9) ** LUMPED.shunt_capacitor(1e-12) ** LUMPED.inductor(2e-9),
    ),
}


@pytest.mark.parametrize("name", ORACLES)
def test_a_piece_is_that_of_scikit_rf(name):
    ours, theirs = ORACLES[name]
    close(rf.abcdtos(ours()), theirs().s, 1e-10 if IS_WIDE else 3e-5)


def test_a_transformer_transforms_an_impedance():
    loaded = rf.cascade(rf.transformer(3.0), rf.shunt(1 / 20.0))
    a, c = loaded[0, 0], loaded[1, 0]
    close(a / c, 180.0)  # open at port 2: n^2 times the load


@pytest.mark.parametrize("make", [rf.series, rf.shunt, rf.transformer])
def test_a_piece_has_the_shape_of_its_argument_and_two_axes_more(make):
    assert make(2.0).shape == (2, 2)
    assert make(np.ones((3, 4))).shape == (3, 4, 2, 2)
    assert jnp.issubdtype(make(2).dtype, jnp.complexfloating)


def test_a_line_broadcasts_impedance_and_length():
    assert rf.line(np.full((4, 1), 50.0), np.full(3, 1j)).shape == (4, 3, 2, 2)


def test_a_parameter_counts_with_its_scale():
    close(rf.series(Parameter(2.0, scale=1e-9))[0, 1], 2e-9)


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 5))
def test_a_cascade_is_the_matrix_product(seed, count):
    matrices = [random_matrices(seed + number, 4, 2) for number in range(count)]
    expected = matrices[0]
    for matrix in matrices[1:]:
        expected = expected @ matrix
    close(rf.cascade(*matrices), expected, 1e-10 if IS_WIDE else 1e-3)


def test_a_cascade_broadcasts_leading_axes():
    one, many = random_matrices(1, 1, 2)[0], random_matrices(2, 5, 2)
    close(rf.cascade(one, many), one @ many)


def test_a_cascade_with_a_through_changes_nothing():
    m = random_matrices(3, 4, 2)
    np.testing.assert_array_equal(rf.cascade(m, rf.series(0.0)), jnp.asarray(m))


@pytest.mark.parametrize(
    "piece",
    [
        rf.series,
        rf.shunt,
        rf.transformer,
        lambda x: rf.line(50.0 * x, 0.3j * x),
        lambda x: rf.cascade(rf.series(x * 1j), rf.shunt(x), rf.line(x, 1j * x)),
    ],
)
def test_gradients_are_those_of_differences(piece):
    def value(x):
        return jnp.sum(jnp.abs(piece(x)) ** 2)

    step = 1e-6 if IS_WIDE else 1e-2
    slope = (value(1.5 + step) - value(1.5 - step)) / (2 * step)
    close(jax.grad(value)(1.5), slope, 1e-6 if IS_WIDE else 1e-2)


ERRORS = [
    (
        lambda: rf.cascade(),
        "`cascade` of nothing\n  help: give at least one chain matrix, such as `series(z)`",
    ),
    (
        lambda: rf.cascade(np.eye(2), np.eye(3)),
        "`cascade` takes two ports, and the matrix of shape (3, 3) has 3\n"
        "  help: take a part with two ports first",
    ),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_an_error_says_what_and_how(call, message):
    with pytest.raises(OperatorError) as caught:
        call()
    assert str(caught.value) == message
