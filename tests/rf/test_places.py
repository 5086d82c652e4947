"""`at` and `crossing` in texts: they look along the sweep of the vocabulary (L32)."""

from typing import Any

import jax
import numpy as np
import pytest

import parax
from parax import functions as pf
from parax import op, rf
from parax.dsl import Vocabulary
from parax.errors import OperatorError, ParaxTypeError
from parax.graph import same

ladder: Any = rf.Ladder
LADDER = ladder([1e-9, 2e-9], [1e-12])
SWEEP = rf.Sweep("1 GHz..10 GHz")


def parsed(text, vocabulary=rf.vocabulary):
    return parax.parse(text, vocabulary=vocabulary)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("at(dB(S21), 2.5 GHz)", "at(dB(S21), 2.5 GHz, freq)"),
        ("at(S21, point=2.5 GHz, nearest=True)", "at(S21, 2.5 GHz, f=freq, nearest=True)"),
        ("crossing(dB(S21), -3)", "crossing(dB(S21), -3, f)"),
        ("crossing(dB(S21), -3, n=-1)", "crossing(dB(S21), level=-3, f=f, n=-1)"),
    ],
)
def test_the_sweep_may_be_left_out(short, long):
    assert same(parsed(short), parsed(long))
    assert same(parsed(short, Vocabulary("lab", uses=[rf.vocabulary])), parsed(long))
    assert parsed(short).inputs() == ()


def test_python_builds_the_same():
    built = pf.at(rf.dB(rf.S21), 2.5e9, rf.freq)
    assert same(built, parsed("at(dB(S21), 2.5 GHz)"))


def test_they_are_numpys_interpolation_of_the_trace():
    trace = np.asarray(parsed("dB(S21)")(LADDER, SWEEP))
    points = np.array([1e9, 2.512e9, 10e9])
    for point in points:
        found = parsed("at(dB(S21), at_f)")(LADDER, SWEEP, at_f=point)
        assert found == pytest.approx(np.interp(point, np.asarray(SWEEP.f), trace), rel=1e-4)
    edge = float(parsed("crossing(dB(S21), -3)")(LADDER, SWEEP))
    assert float(parsed("at(dB(S21), edge)")(LADDER, SWEEP, edge=edge)) == pytest.approx(-3, 1e-4)
    assert np.isnan(parsed("crossing(dB(S21), 3)")(LADDER, SWEEP))
    assert np.isnan(parsed("at(dB(S21), 11 GHz)")(LADDER, SWEEP))


def test_the_edge_of_a_filter_has_a_gradient_in_its_elements():
    edge = parsed("crossing(dB(S21), -3) / 1e9")

    def place(inductance):
        return edge(ladder([inductance * 1e-9, 2e-9], [1e-12]), SWEEP)

    slope = float(jax.grad(place)(1.0))
    assert slope == pytest.approx(float(place(1.05) - place(0.95)) / 0.1, rel=0.05)
    assert slope != 0


def test_without_a_sweep_it_has_to_be_given():
    with pytest.raises(ParaxTypeError, match="give `f`"):
        parax.parse("at(x, 3)")
    given = parax.parse("at(x, 3, places)")
    assert isinstance(given, op.Apply)
    assert given(x=np.array([1.0, 2.0]), places=np.array([2.0, 4.0])) == 1.5
    with pytest.raises(OperatorError, match="give 201 points on one axis"):
        parsed("crossing(dB(S21), -3, -1)")(LADDER, SWEEP)


def test_over_a_band_they_look_between_its_points_alone():
    """L29, X23"""
    f = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    trace = np.array([0.0, 2.0, 0.0, 2.0, 0.0])
    inputs = {"x": trace, "g": f}
    band = op.Input("x")[op.Input("g") > 1.5]
    where = op.Input("g")
    assert float(pf.crossing(band, 1.0, where)(**inputs)) == 2.5
    assert float(pf.at(band, 2.5, where)(**inputs)) == 1.0
    assert np.isnan(pf.at(band, 1.6, where)(**inputs))
    assert float(pf.at(band, 2.0, where)(**inputs)) == 2.0
    assert float(pf.at(band, 2.2, where, nearest=True)(**inputs)) == 2.0
    assert np.isnan(pf.at(band, 1.9, where, nearest=True)(**inputs))
    slope = jax.grad(lambda v: pf.crossing(band, 1.0, where)(x=v, g=f))(trace)
    assert np.all(np.isfinite(slope))
    assert slope[0] == 0
