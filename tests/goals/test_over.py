"""`over` from Python (O45, L29): a scope that reaches the reductions inside, and nothing else."""

import warnings

import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import functions as F  # noqa: N812
from parax import op, rf
from parax.errors import OperatorError, OperatorTypeError

x, f = op.Input("x"), op.Input("f")
ENV = {"x": jnp.array([1.0, 4.0, 2.0, 8.0]), "f": jnp.arange(4.0)}
MODEL = rf.example_model("ladder")


def run(expression, **more):
    env = {**ENV, **more}
    return np.asarray(expression(**{name: env[name] for name in expression.inputs()}))


def test_reductions_inside_leave_out_the_points_outside():
    assert run(F.over(F.max(x * f), f < 3)) == 4
    assert run(F.max(F.over(x * f, f < 3))) == 4
    assert run(F.over(F.max(x * f) - F.mean(x + f * 0), f > 1)) == 24 - 5


def test_what_is_no_reduction_is_computed_on_the_whole_sweep():
    """A derivative at the edge of a band is exact."""
    whole = run(F.derivative(x, f))
    part = run(F.over(F.derivative(x, f), f > 1))
    assert np.isnan(part[:2]).all()
    np.testing.assert_array_equal(part[2:], whole[2:])
    centred = run(F.over(F.cumsum(x - F.mean(x + 0 * f)), f > 1))
    np.testing.assert_allclose(centred[2:], np.cumsum(np.asarray(ENV["x"]) - 5)[2:])


def test_the_warning_of_an_empty_range_points_at_whoever_called():
    """X24: not at a file of the library, however the reduction is reached."""
    for empty in (F.mean(F.over(x, f > 9)), 1 - F.over(F.mean(x + f), f > 9)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert np.isnan(run(empty))
        assert [one.filename for one in caught] == [__file__]


def test_inner_scopes_intersect():
    inner = F.over(F.sum(x + 0 * f), f > 0)
    assert run(F.over(inner, f < 3)) == 6
    assert run(F.over(F.sum(F.over(x + 0 * f, f > 0)), f < 3)) == 6
    assert run(F.over(F.over(x, f > 0), f < 3)).tolist()[1:3] == [4, 2]


def test_an_expression_shared_with_the_outside_is_whole_there():
    total = F.sum(x + 0 * f)
    assert run(total + F.over(total, f > 1)) == 15 + 10


def test_reductions_that_do_not_run_along_the_sweep_stay():
    """A vector of the sweep's length that does not depend on it is none of its values."""
    w = op.Input("w")
    weights = jnp.ones(4)
    assert run(F.over(F.max(x * f) * F.sum(w), f < 3), w=weights) == 16
    matrix = run(F.over(F.sum(x[:, None] * f[:, None] + w, axis=1), f < 3), w=weights)
    np.testing.assert_array_equal(matrix, [4, 20, 20, np.nan])
    columns = F.over(F.sum(x[:, None] * f[:, None] + w, axis=0), f < 3)
    assert run(columns, w=weights).tolist() == [11, 11, 11, 11]
    negative = F.over(F.sum(x[:, None] * f[:, None] + w, axis=-2), f < 3)
    assert run(negative, w=weights[:3]).tolist() == [11, 11, 11]


def test_a_condition_is_on_the_first_axes():
    sweep = rf.Sweep("1 GHz..2 GHz:2")  # as many points as ports
    found = F.over(rf.S, "1.5 GHz..")(MODEL, sweep)
    assert np.isnan(found[0]).all() and np.isfinite(found[1]).all()  # noqa: PT018
    mean = F.over(F.mean(F.abs(rf.S), axis=0), "1.5 GHz..")(MODEL, sweep)
    np.testing.assert_allclose(mean[:, :], np.abs(rf.S(MODEL, sweep))[1], rtol=1e-6)


def test_ranges_include_both_ends_and_may_be_open():
    sweep = rf.Sweep("1 GHz..3 GHz:5")
    level = rf.dB(rf.S21)
    chosen = {
        "1.5 GHz..2.5 GHz": [False, True, True, True, False],
        "..1.5 GHz": [True, True, False, False, False],
        "2.5 GHz..": [False, False, False, True, True],
        (None, 1.5e9): [True, True, False, False, False],
        ("1.5 GHz", rf.freq[1]): [False, True, False, False, False],
    }
    for band, keep in chosen.items():
        assert (~np.isnan(F.over(level, band)(MODEL, sweep))).tolist() == keep
    both = F.over(level, ["..1.2 GHz", (2.9e9, None)])(MODEL, sweep)
    assert (~np.isnan(both)).tolist() == [True, False, False, False, True]


def test_arrays_are_limited_at_once():
    found = F.over(ENV["x"], np.array([True, False, True, False]))
    assert np.isnan(found).tolist() == [False, True, False, True]


def test_a_vocabulary_brings_the_sweep():
    """L32: for values that tell of none."""
    lab = parax.Vocabulary("lab", sweep="t")
    lab.value("t", lambda: op.Input("t"), help="time")
    expression = F.max(F.over(x, (1, 2)))
    with pytest.raises(OperatorError, match="the value tells of none"):
        expression(x=ENV["x"])
    compiled = parax.compile(expression, vocabulary=lab)
    assert compiled(x=ENV["x"], t=ENV["f"]) == 4
    text = parax.compile(F.max(F.over(x, "t >= 2")), vocabulary=[lab])
    assert text(x=ENV["x"], t=ENV["f"]) == 8


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: run(F.over(F.max(x), f > 1)), "a value that does not depend on the sweep"),
        (lambda: run(F.over(x[0], f > 1)), "a value that does not depend on the sweep"),
        (lambda: F.over(rf.dB(op.Input("L1")), "1 GHz..2 GHz")(MODEL), "tells of none"),
        (lambda: run(F.over(x[:2], f > 1)), "cannot choose points of a value of shape (2,)"),
        (lambda: F.over(x, ("1 GHz", "x")), "`x` is no quantity"),
        (lambda: F.over(x, (1, 2, 3)), "`over` takes a range or a condition"),
        (lambda: F.over(x, (1j, 2)), "is no end of a range"),
        (lambda: F.over(x, ["x > 1"]), "`x > 1` is no range"),
        (lambda: F.over(x, (2, 1)), "the range `2..1` runs backwards"),
        (lambda: F.mask(f, {1.0: 2.0}), "`mask` of 1 breakpoint"),
        (lambda: F.mask(f, {2.0: 2.0, 1.0: 1.0}), "in no rising order: 2, then 1"),
        (lambda: F.mask(f, -20), "`mask` takes breakpoints, got `-20`, an int"),
    ],
    ids=range(12),
)
def test_what_has_no_meaning_says_so(build, words):
    with pytest.raises((OperatorError, OperatorTypeError, parax.ParaxTypeError)) as caught:
        build()
    assert words in str(caught.value)
