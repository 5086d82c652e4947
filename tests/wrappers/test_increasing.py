"""Increasing points on an interval: W19."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters import Parameter
from parax.wrappers import RealToIncreasingOnInterval as Increasing
from parax.wrappers import unwrap

ENDS = {"lower": 0, "upper": 0, "both": 1, "neither": -1}


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("interval", [(0, 1), (-3.0, 5.0), (1e6, 1.5e6), (-1e-6, 1e-6)])
def test_shapes_and_ends(ends, interval):  # W19
    points = unwrap(Increasing(jnp.array([0.3, -1.0, 2.0]), interval, include_endpoints=ends))
    assert points.shape == (3 + ENDS[ends],)
    assert bool((jnp.diff(points) > 0).all())
    low, high = jnp.asarray(interval, points.dtype)
    assert (points[0] == low) == (ends in ("lower", "both"))
    assert (points[-1] == high) == (ends in ("upper", "both"))
    assert low <= points[0]
    assert points[-1] <= high


def test_the_formula():  # W19
    x = np.array([0.3, -1.0, 2.0])
    widths = 0.1 + (4 - 0.3) * np.exp(x) / np.exp(x).sum()
    points = unwrap(Increasing(jnp.array(x), (1, 5), min_width=0.1))
    np.testing.assert_allclose(points, 1 + np.cumsum(widths), rtol=1e-6)


@given(
    st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=2, max_size=8),
    st.sampled_from(list(ENDS)),
)
def test_any_numbers_give_increasing_points(numbers, ends):  # W19
    wrapped = Increasing(jnp.array(numbers), (-1.0, 3.0), include_endpoints=ends)
    points = unwrap(wrapped)
    gaps = np.diff(np.concatenate([[-1], points[int(ends in ("lower", "both")) :]]))
    gaps = gaps if ends in ("upper", "both") else np.append(gaps, 3 - points[-1])
    assert (gaps > 0.9 * wrapped.min_width).all()
    gradient = jax.grad(lambda w: jnp.sum(jnp.sin(unwrap(w))))(wrapped)
    assert bool(jnp.isfinite(gradient.x).all())


def test_a_common_number_changes_nothing():  # W19
    x = jnp.array([0.3, -1.0, 2.0])
    one, two = (unwrap(Increasing(v, (0, 1))) for v in (x, x + 5))
    np.testing.assert_allclose(one, two, rtol=1e-5)


def test_a_number_of_pieces():  # W19
    points = unwrap(Increasing(4, (0, 2), include_endpoints="both"))
    np.testing.assert_allclose(points, [0, 0.5, 1, 1.5, 2], rtol=1e-6)


def test_many_points_stay_apart():  # W19
    x = 50 * jax.random.normal(jax.random.key(0), (2000,))
    points = unwrap(Increasing(x, (0, 1)))
    assert bool((jnp.diff(points) > 0).all())
    assert float(points[0]) > 0


def test_only_the_numbers_are_trained():  # W19
    wrapped = Increasing(jnp.zeros(3), (0, 1))
    assert len(jax.tree.leaves(wrapped)) == 1
    assert wrapped.min_width == pytest.approx(1 / 3000)
    assert jax.jit(unwrap)(wrapped).shape == (3,)


def test_batches():  # W19, W6
    x = jax.random.normal(jax.random.key(1), (2, 5, 4))
    single = jnp.stack([unwrap(Increasing(row, (0, 1))) for row in x[0]])
    np.testing.assert_allclose(unwrap(Increasing(x, (0, 1)))[0], single, rtol=1e-6)
    built = eqx.filter_vmap(lambda row: Increasing(row, (0, 1)))(x[0])
    np.testing.assert_allclose(unwrap(built), single, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_dtype_is_kept(dtype):  # W19
    assert unwrap(Increasing(jnp.zeros(3, dtype), (0, 1), min_width=0.2)).dtype == dtype


def test_a_wrapped_array():  # W19
    wrapped = Increasing(Parameter([0.0, 0.0]), (0, 2))
    assert unwrap(wrapped).tolist() == [1, 2]


@pytest.mark.parametrize("ends", ENDS)
def test_the_inverse(ends):  # W19
    x = jax.random.normal(jax.random.key(2), (3, 5))
    points = unwrap(Increasing(x, (-2, 7), include_endpoints=ends))
    again = Increasing.from_points(points, (-2, 7), include_endpoints=ends)
    np.testing.assert_allclose(unwrap(again), points, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(jax.nn.softmax(again.x), jax.nn.softmax(x), rtol=1e-3)
    traced = jax.jit(lambda p: unwrap(Increasing.from_points(p, (-2, 7), include_endpoints=ends)))
    np.testing.assert_allclose(traced(points), points, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("x", "interval", "options", "words"),
    [
        (3, (1, 1), {}, "must go from a finite number up to a larger one"),
        (3, (2, 1), {}, "must go from"),
        (3, (0, float("inf")), {}, "must go from"),
        (3, (float("nan"), 1), {}, "must go from"),
        (3, (0, 1), {"min_width": 0.4}, "3 pieces of `min_width` `0.4` do not fit"),
        (3, (0, 1), {"min_width": 0.0}, "is lost in the rounding"),
        (3, (0, 1), {"min_width": -1.0}, "is lost in the rounding"),
        (3, (0, 1), {"min_width": float("nan")}, "is lost in the rounding"),
        (jnp.zeros(3, "float32"), (1e9, 1e9 + 64), {}, "do not fit"),
        (0, (0, 1), {}, "at least 1 elements"),
        (-2, (0, 1), {}, "at least 1 elements"),
        (1, (0, 1), {"include_endpoints": "neither"}, "at least 2 elements"),
        (jnp.zeros(()), (0, 1), {}, "at least 1 elements"),
        (jnp.array([0, jnp.inf]), (0, 1), {}, "must be finite"),
        (3, (0, 1), {"include_endpoints": "bth"}, 'did you mean "both"?'),
        (3, (0, 1), {"include_endpoints": 1}, "must be one of"),
    ],
)
def test_what_allows_no_points(x, interval, options, words):  # W19
    with pytest.raises(ParameterValueError) as caught:
        Increasing(x, interval, **options)
    assert words in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("x", "interval", "words"),
    [
        ("abc", (0, 1), "`x` must be a real number"),
        (jnp.ones(2, complex), (0, 1), "`x` must be"),
        (Parameter([1.0]).as_fixed(), 3, "`interval` must be a pair"),
        (3, (0, 1, 2), "`interval` must be a pair"),
        (3, ("a", "b"), "`interval` must be a pair"),
    ],
)
def test_what_is_of_the_wrong_kind(x, interval, words):  # W19
    with pytest.raises(ParameterTypeError) as caught:
        Increasing(x, interval)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("points", "ends", "words"),
    [
        ([0.5, 0.4], "neither", "must increase by more than"),
        ([0.4, 0.4], "neither", "must increase by more than"),
        ([0.4, 1.2], "neither", "must increase by more than"),
        ([-0.4, 0.2], "neither", "must increase by more than"),
        ([0.1, 0.5], "both", "must have `0.0` at its start"),
        ([0.0, 0.5], "upper", "must have `1.0` at its end"),
    ],
)
def test_points_that_cannot_be_reached(points, ends, words):  # W19
    with pytest.raises(ParameterValueError) as caught:
        Increasing.from_points(points, (0, 1), include_endpoints=ends)
    assert words in str(caught.value)
