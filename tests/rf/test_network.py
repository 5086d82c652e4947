"""Networks (R3): data as a model, interpolation, bands, and scikit-rf there and back."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import skrf

from parax import rf
from parax.errors import OperatorError, OperatorTypeError
from tests.rf.helpers import IS_WIDE, close, random_matrices

FILES = ("ring-slot", "line", "tee")
each_file = pytest.mark.parametrize("name", FILES)


def network(points: int = 5, ports: int = 2, **more) -> rf.Network:
    f = np.linspace(1e9, 3e9, points)
    return rf.Network(random_matrices(1, points, ports), f, **more)


@each_file
def test_a_file_is_read_as_scikit_rf_reads_it(name):
    path = rf.example(name)
    ours, theirs = rf.Network.read(path), skrf.Network(str(path))
    close(ours.data, theirs.s)
    close(ours.f, theirs.f)
    close(ours.z0, theirs.z0[0, 0].real)
    assert ours.name == theirs.name
    assert ours.ports == theirs.nports
    assert ours.data.dtype == jnp.result_type(complex)


@each_file
def test_interpolation_is_that_of_scikit_rf(name):
    path = rf.example(name)
    ours, theirs = rf.Network.read(path), skrf.Network(str(path))
    sweep = rf.Sweep(np.linspace(theirs.f[3], theirs.f[-2], 37))
    grid = skrf.Frequency.from_f(np.asarray(sweep.f, dtype=float), unit="Hz")
    expected: Any = theirs.interpolate(grid, kind="linear")
    close(ours.s(sweep), expected.s, 1e-9 if IS_WIDE else 1e-4)


@each_file
def test_through_scikit_rf_and_back_nothing_changes(name):
    ours = rf.Network.read(rf.example(name))
    back = rf.Network.from_skrf(ours.to_skrf())
    np.testing.assert_array_equal(back.data, ours.data)
    np.testing.assert_array_equal(back.f, ours.f)
    np.testing.assert_array_equal(back.z0, ours.z0)
    assert back.name == ours.name


@each_file
@pytest.mark.parametrize("form", ["RI", "MA", "DB"])
def test_what_is_written_reads_back(name, form, tmp_path):
    ours = rf.Network.read(rf.example(name))
    path = ours.write(tmp_path / "out", format=form)
    assert path.name == f"out.s{ours.ports}p"
    assert "j" not in path.read_text(encoding="utf-8").split("\n")[0]
    back = rf.Network.read(path)
    np.testing.assert_array_equal(back.f, ours.f)
    close(back.data, ours.data, 1e-12 if IS_WIDE else 1e-6)
    assert back.name == "out"


def test_a_real_imaginary_file_holds_the_data_to_the_last_bit(tmp_path):
    ours = network()
    back = rf.Network.read(ours.write(tmp_path / "n.s2p"))
    np.testing.assert_array_equal(back.data, ours.data)


def test_two_ports_are_written_21_before_12(tmp_path):
    s = np.array([[[11, 12], [21, 22]]]) / 100
    path = rf.Network(s, [1e9]).write(tmp_path / "n.s2p")
    last = path.read_text(encoding="utf-8").splitlines()[-1].split()
    assert [float(word) for word in last[1::2]] == pytest.approx([0.11, 0.21, 0.12, 0.22])


def test_different_ports_may_have_different_impedances(tmp_path):
    ours = network(z0=[50.0, 75.0])
    back = rf.Network.read(ours.write(tmp_path / "n.s2p"))
    close(back.data, ours.data)


def test_on_its_own_frequencies_it_gives_its_data():
    n = network()
    assert n.s(n.sweep) is n.data
    assert n.s(rf.Sweep(np.array(n.f))) is n.data
    assert n.s(n) is n.data


def test_between_two_points_it_gives_the_line_through_them():
    n = rf.Network([[[0.0]], [[1.0 + 2.0j]]], [1e9, 2e9])
    close(n.s("1 GHz..2 GHz:5")[:, 0, 0], np.linspace(0, 1 + 2j, 5))


def test_under_jit_it_gives_the_same_and_nan_outside():
    n = network()
    f = np.array([0.5e9, 1e9, 1.7e9, 3e9, 3.1e9])
    out = np.asarray(jax.jit(lambda f: n.s(rf.Sweep(f)))(f))
    assert np.isnan(out[[0, -1]]).all()
    close(out[1:-1], n.s(rf.Sweep(f[1:-1])))
    np.testing.assert_array_equal(out[[1, 3]], n.data[np.array([0, -1])])


def test_gradients_of_interpolation_are_finite_also_at_points():
    n = network()
    for at in (1e9, 1.2e9, 2e9, 3e9):
        slope = jax.grad(lambda f: jnp.abs(n.s(rf.Sweep(f[None]))[0, 0, 0]))(jnp.asarray(at))
        assert jnp.isfinite(slope)


def test_a_network_of_one_frequency():
    n = network(points=1)
    close(n.s(rf.Sweep([1e9])), n.data)
    close(jax.jit(lambda f: n.s(rf.Sweep(f)))(n.f), n.data)
    with pytest.raises(OperatorError, match="lies outside the band"):
        n.s(rf.Sweep([2e9]))


def test_rounding_at_the_edge_of_the_band_is_no_extrapolation():
    n = network()
    edge = np.nextafter(np.asarray(n.f)[-1], np.inf)
    close(n.s(rf.Sweep([edge])), n.data[-1:])


def test_of_a_model_keeps_impedance_and_name():
    ladder = rf.example_model("ladder")
    made = rf.Network.of(ladder, "1 GHz..3 GHz:11")
    np.testing.assert_array_equal(made.data, ladder.s(rf.Sweep("1 GHz..3 GHz:11")))
    close(made.z0, 50.0)
    again = rf.Network.of(network(z0=75.0, name="x"), "1 GHz..3 GHz:3")
    close(again.z0, 75.0)
    assert again.name == "x"


def test_impedance_that_varies_with_frequency_is_interpolated():
    n = network(points=3, z0=np.array([[50, 50], [60, 60], [70, 70]]))
    close(rf.Network.of(n, "1 GHz..3 GHz:5").z0[:, 0], [50, 55, 60, 65, 70])


def test_a_network_is_a_tree_of_arrays_without_parameters():
    n = network(name="dut")
    assert len(jax.tree_util.tree_leaves(n)) == 3
    assert n.param_names() == []
    assert repr(n) == "Network(`dut`, 2 ports, 1e+09 Hz..3e+09 Hz, 5 points)"
    assert repr(jax.eval_shape(lambda n: n, n)) == "Network(`dut`, 2 ports)"


@pytest.mark.parametrize("z0", [50, 50.0, [50.0, 75.0], 50 + 1j])
def test_impedance_is_kept_as_given(z0):
    close(network(z0=z0).z0, z0)


class Real:
    def s(self, sweep):
        return jnp.ones((len(sweep), 2, 2))


class Wrong:
    def __init__(self, answer):
        self.answer = answer

    def s(self, sweep):
        return self.answer


ANSWER = "it gives a complex array of shape (frequencies, ports, ports)"
BAD = [
    (lambda: network().s("0.9 GHz..2 GHz:3"), OperatorError,
        "900 MHz lies outside the band of the network, 1 GHz..3 GHz\n"
        "  help: take a sweep inside that band: nothing is extrapolated"),
    (lambda: network(name="dut").s("1 GHz..4 GHz:3"), OperatorError,
        "4 GHz lies outside the band of the network `dut`, 1 GHz..3 GHz\n"
        "  help: take a sweep inside that band: nothing is extrapolated"),
    (lambda: rf.Network(np.ones((3, 2, 2)), [1.0, 2.0]), OperatorError,
        "a network has 3 matrices and 2 frequencies\n"
        "  help: give one matrix for each frequency"),
    (lambda: rf.Network(np.ones((3, 2, 2)), [1.0, 2.0], name="dut"), OperatorError,
        "`dut` has 3 matrices and 2 frequencies\n  help: give one matrix for each frequency"),
    (lambda: rf.Network(np.ones((3, 2)), [1.0, 2.0, 3.0]), OperatorError,
        "the matrices of a network have shape (frequencies, ports, ports), got (3, 2)"),
    (lambda: rf.Network("abc", [1.0]), OperatorTypeError,
        "the matrices of a network are numbers, got `'abc'`"),
    (lambda: rf.Network(np.ones((2, 1, 1)), [2.0, 1.0]), OperatorError,
        "the frequencies of a network increase, but 1 Hz comes after 2 Hz, at position 2\n"
        "  help: sort them, and keep each once"),
    (lambda: rf.Network(np.ones((2, 1, 1)), [1.0, 2.0], z0=[50.0, 50.0]), OperatorError,
        "the reference impedance of a network has shape (2,)\n"
        "  help: give one number, shape (1,) for the ports, or (2, 1)"),
    (lambda: rf.Network(np.ones((2, 1, 1)), [1.0, 2.0], z0="50"), OperatorTypeError,
        "the reference impedance of a network is a number, got `'50'`"),
    (lambda: rf.Network.of(Real(), "1..2:2"), OperatorTypeError,
        f"`Real.s` gave real numbers ({jnp.result_type(float)})\n  help: {ANSWER}: add `0j`"),
    (lambda: rf.Network.of(Wrong(np.ones((2, 2))), "1..2:2"), OperatorError,
        f"`Wrong.s` gave an array of shape (2, 2)\n  help: {ANSWER}"),
    (lambda: rf.Network.of(Wrong(np.ones((3, 2, 2)) + 0j), "1..2:2"), OperatorError,
        f"`Wrong.s` gave 3 matrices for 2 frequencies\n  help: {ANSWER}"),
    (lambda: rf.Network.of(Wrong("x"), "1..2:2"), OperatorTypeError,
        f"`Wrong.s` gave `'x'`, a str\n  help: {ANSWER}"),
    (lambda: rf.Network.of(3.0, "1..2:2"), OperatorTypeError,
        "scattering parameters come from a model's method `s(sweep)`, and a `float` has none\n"
        f"  help: define `def s(self, sweep)`: {ANSWER}"),
    (lambda: rf.Network.of(network().to_skrf(), "1..2:2"), OperatorTypeError,
        "`s` of a `Network` is no method\n"
        "  help: take a network of scikit-rf over with `rf.Network.from_skrf(…)`"),
    (lambda: rf.Network.from_skrf(3), OperatorTypeError,
        "`from_skrf` takes a `skrf.Network`, and `3` is none"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_an_error_says_what_and_how(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
