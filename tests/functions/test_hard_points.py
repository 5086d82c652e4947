"""Values and gradients at corners, at 0, at extreme scales (L51, L53, X30)."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax.functions as pf

Point = tuple[str, Callable[[Any], Any], Any]

# A function, where it has a corner or an infinite derivative, and the gradient there.
FLAT: list[Point] = [
    ("abs", pf.abs, 0.0),
    ("abs, complex", lambda t: pf.abs(t * (1 + 2j)), 0.0),
    ("abs2", pf.abs2, 0.0),
    ("angle", lambda t: pf.angle(t + 0j), 0.0),
    ("angle, real", pf.angle, 0.0),
    ("sign", pf.sign, 0.0),
    ("sign, complex", lambda t: pf.real(pf.sign(t + 0j)), 0.0),
    ("sqrt", pf.sqrt, 0.0),
    ("cbrt", pf.cbrt, 0.0),
    ("hypot", lambda t: pf.hypot(t, 0.0), 0.0),
    ("hypot, both", lambda t: pf.hypot(t, t), 0.0),
    ("atan2", lambda t: pf.atan2(t, 0.0), 0.0),
    ("atan2, both", lambda t: pf.atan2(t, t), 0.0),
    ("asin", pf.asin, 1.0),
    ("asin, below", pf.asin, -1.0),
    ("acos", pf.acos, 1.0),
    ("acosh", pf.acosh, 1.0),
    ("relu", pf.relu, 0.0),
    ("floor", pf.floor, 2.0),
    ("ceil", pf.ceil, 2.0),
    ("round", pf.round, 0.5),
    ("norm", lambda t: pf.norm(t * jnp.ones(3)), 0.0),
    ("norm, complex", lambda t: pf.norm(t * (1j + jnp.ones(3))), 0.0),
    ("rms", lambda t: pf.rms(t * jnp.ones(3)), 0.0),
    ("std", lambda t: pf.std(t * jnp.ones(3)), 4.0),
    ("std, at 0", lambda t: pf.std(t * jnp.arange(3)), 0.0),
    ("var", lambda t: pf.var(t * jnp.ones(3)), 4.0),
    ("ptp", lambda t: pf.ptp(t * jnp.ones(3)), 4.0),
    ("flatness", lambda t: pf.flatness(t * jnp.ones(3)), 4.0),
]


@pytest.mark.parametrize(("fn", "point"), [row[1:] for row in FLAT], ids=[row[0] for row in FLAT])
def test_gradient_is_0_at_the_corner_and_the_second_one_finite(
    fn: Callable[[Any], Any], point: float
):
    slopes = jax.jit(lambda t: (jax.grad(fn)(t), jax.jacfwd(fn)(t), jax.grad(jax.grad(fn))(t)))
    backward, forward, second = map(float, slopes(point))
    assert (backward, forward) == pytest.approx((0, 0), abs=1e-6)
    assert np.isfinite(second)


@pytest.mark.parametrize("name", ["max", "min", "median", "smoothmax", "smoothmin", "logsumexp"])
def test_equal_values_share_the_gradient(name: str):
    gradient = np.asarray(jax.grad(pf.table()[name])(jnp.ones(3)))
    assert np.all(np.isfinite(gradient))
    assert gradient.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", ["prod", "det"])
def test_products_of_zeros_have_the_right_gradient(name: str):
    x = jnp.array([2.0, 0.0, 3.0, 5.0])

    def product(x: jax.Array) -> Any:
        return pf.table()[name](x if name == "prod" else jnp.diag(x))

    assert np.asarray(jax.grad(product)(x)).tolist() == pytest.approx([0, 30, 0, 0])


def test_second_derivative_of_a_singular_determinant():
    """JAX gives cofactors of 0 when a pivot other than the last is 0."""
    x = jnp.array([2.0, 0.0, 3.0, 5.0])
    hessian = np.asarray(jax.jit(jax.hessian(lambda x: pf.det(jnp.diag(x))))(x))
    wanted = np.zeros((4, 4))
    wanted[1, [0, 2, 3]] = wanted[[0, 2, 3], 1] = [15, 10, 6]
    np.testing.assert_allclose(hessian, wanted, atol=1e-4)


@pytest.mark.parametrize("scale", [1e-30, 1e30])
@pytest.mark.parametrize("name", ["hypot", "norm", "angle", "atan2", "rms", "std"])
def test_squares_of_extreme_values_stay_in_range(name: str, scale: float):
    """In single precision the square of 1e-30 is 0 and that of 1e30 infinite."""
    pair = jnp.asarray([3.0, 4.0], dtype=np.float32) * jnp.float32(scale)

    def value(pair: jax.Array) -> Any:
        if name == "angle":
            return pf.angle(pair[0] + 1j * pair[1])
        return pf.table()[name](*pair) if name in ("hypot", "atan2") else pf.table()[name](pair)

    wanted = {
        "hypot": (5 * scale, [0.6, 0.8]),
        "norm": (5 * scale, [0.6, 0.8]),
        "rms": (5 * scale / 2**0.5, [0.6 / 2**0.5, 0.8 / 2**0.5]),
        "std": (0.5 * scale, [-0.5, 0.5]),
        "angle": (np.arctan2(4, 3), [-0.16 / scale, 0.12 / scale]),
        "atan2": (np.arctan2(3, 4), [0.16 / scale, -0.12 / scale]),
    }[name]
    found, slope = jax.jit(jax.value_and_grad(value))(pair)
    np.testing.assert_allclose(found, wanted[0], rtol=1e-5)
    np.testing.assert_allclose(slope, wanted[1], rtol=1e-5)


def test_overflow_is_avoided():
    assert float(pf.logsumexp(np.array([1000.0, 1000.0]))) == pytest.approx(1000 + np.log(2))
    assert float(pf.softplus(np.array(1000.0))) == 1000
    assert float(pf.smoothmax(np.array([900.0, 0.0]), 50.0)) == pytest.approx(900)
    assert float(pf.log1p(np.array(1e-12))) == pytest.approx(1e-12)
    assert float(pf.expm1(np.array(1e-12))) == pytest.approx(1e-12)
    assert float(pf.sigmoid(np.array(-50.0))) == pytest.approx(np.exp(-50), rel=1e-5)


def test_smooth_extremes_bound_the_sharp_ones():
    x = np.array([1.0, 1.0, 1.0, 0.2])
    for sharpness in (1.0, 10.0):
        assert 1 <= float(pf.smoothmax(x, sharpness)) <= 1 + np.log(4) / sharpness
        assert 0.2 - np.log(4) / sharpness <= float(pf.smoothmin(x, sharpness)) <= 0.2


@pytest.mark.parametrize(
    ("point", "wanted"),
    [
        ((0.0, -0.0), np.pi),
        ((0.0, -1.0), np.pi),
        ((np.inf, np.inf), np.pi / 4),
        ((1.0, 0.0), np.pi / 2),
    ],
)
def test_atan2_has_the_values_of_ieee(point: tuple[float, float], wanted: float):
    assert float(pf.atan2(*map(jnp.asarray, point))) == pytest.approx(wanted)


def test_hypot_of_infinity_is_infinite():
    assert np.isinf(float(pf.hypot(jnp.asarray(np.inf), jnp.asarray(1.0))))


@pytest.mark.parametrize("digits", [50, 400])
def test_more_digits_than_there_are_change_nothing(digits: int):
    assert float(pf.round(jnp.asarray(1.5), digits)) == 1.5
    assert pf.round(1.5, digits) == 1.5


def test_phase_steps_of_half_a_period_stay():
    p = np.array([0.0, 180.0, 0.0, 540.0])
    np.testing.assert_allclose(pf.unwrap(p, 360.0), np.unwrap(p, period=360.0))
    assert np.asarray(pf.unwrap(np.array([1.0]))).tolist() == [1.0]


@pytest.mark.parametrize("order", [0, 1, 2])
def test_derivatives_of_parabolas_are_exact(order: int):
    f = np.array([0.0, 0.5, 0.7, 2.0, 2.2])
    wanted = [3 * f**2 - f + 2, 6 * f - 1, np.full(5, 6.0)][order]
    value = pf.derivative(3 * f**2 - f + 2, f, order)
    np.testing.assert_allclose(value, wanted, rtol=1e-3, atol=1e-4)


def test_two_samples_have_one_slope():
    assert np.asarray(pf.derivative(np.array([1.0, 4.0]), 1.5)).tolist() == [2.0, 2.0]


def test_sweeps_in_hertz_keep_their_digits():
    f = np.linspace(1e9, 2e9, 5)
    np.testing.assert_allclose(pf.derivative(1e-9 * f, f), np.full(5, 1e-9), rtol=1e-5)
    np.testing.assert_allclose(pf.integrate(np.ones(5), f), 1e9, rtol=1e-5)


def test_booleans_count():
    x = np.array([1.0, 3.0, -2.0])
    assert int(pf.sum(x > 0)) == 2
    assert float(pf.mean(x > 0)) == pytest.approx(2 / 3)
    assert pf.abs(True) == 1
    assert np.asarray(pf.cumsum(x > 0)).tolist() == [1, 2, 2]


F = np.array([0.0, 1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("point", "wanted"), [(0.0, 4.0), (1.0, 2.0), (2.5, 4.0), (3.0, 3.0), (3.1, None), (-1.0, None)]
)
def test_a_value_is_read_at_the_ends_too_and_never_beyond(point: float, wanted: float | None):
    x = np.array([4.0, 2.0, 5.0, 3.0])
    for samples, places in ((x, F), (x[::-1], F[::-1])):  # rising and falling
        for nearest in (False, True):
            if nearest and point == 2.5:
                continue
            found = float(pf.at(samples, point, places, nearest))
            assert np.isnan(found) if wanted is None else found == pytest.approx(wanted)
    slope = jax.grad(lambda t: pf.at(x, t, F))(point)
    assert np.isfinite(slope)


def test_a_doubled_point_has_a_value_and_finite_gradients():
    f = jnp.array([0.0, 1.0, 1.0, 2.0])
    x = jnp.array([0.0, 1.0, 3.0, 4.0])
    assert float(pf.at(x, 1.0, f)) == 1.0
    for slope in jax.grad(lambda x, f: pf.at(x, 1.0, f), (0, 1))(x, f):
        assert np.all(np.isfinite(slope))


@pytest.mark.parametrize(
    ("x", "level", "options", "wanted"),
    [
        ([0, 2, 0, 2], 1.0, {}, 0.5),
        ([0, 2, 0, 2], 1.0, {"n": 2}, 1.5),
        ([0, 2, 0, 2], 1.0, {"n": -1}, 2.5),
        ([0, 2, 0, 2], 1.0, {"n": 4}, None),
        ([0, 2, 0, 2], 1.0, {"direction": -1, "n": -1}, 1.5),
        ([0, 2, 0, 2], 1.0, {"direction": 1, "n": 2}, 2.5),
        ([0, 0, 0, 0], 1.0, {}, None),
        ([1, 1, 1, 1], 1.0, {}, None),
        ([0, 1, 1, 0], 1.0, {}, 1.0),
        ([0, 1, 1, 0], 1.0, {"n": 2}, 2.0),
        ([-np.inf, 2, 0, 2], 1.0, {}, 1.5),
        ([0, np.nan, 0, 2], 1.0, {}, 2.5),
        ([0, 4, 0, 2], [3, 3, 3, 1], {"n": -1}, 2 + 3 / 4),
    ],
)
def test_a_crossing_is_found_or_nan_with_a_finite_gradient(
    x: list[float], level: Any, options: dict[str, int], wanted: float | None
):
    samples, level = jnp.asarray(x, float), jnp.asarray(level, float)
    found = float(pf.crossing(samples, level, F, **options))
    assert np.isnan(found) if wanted is None else found == pytest.approx(wanted)
    slopes = jax.grad(lambda *all_of: pf.crossing(*all_of, **options), (0, 1, 2))(
        samples, level, jnp.asarray(F)
    )
    for slope in slopes:
        assert np.all(np.isfinite(slope))


def test_the_gradient_of_a_crossing_is_that_of_the_implicit_function():
    """-(dx/dp)/(dx/df), for a straight line exactly."""

    def place(p: Any) -> Any:
        return pf.crossing(p * jnp.asarray(F), 1.0, F)

    assert float(jax.grad(place)(0.8)) == pytest.approx(-1 / 0.8**2, rel=1e-5)
