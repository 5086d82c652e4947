"""Short ways to parameters: P59-P62."""

import math

import distreqx.bijectors as bij
import distreqx.distributions as dist
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from parax.errors import ParameterBoundsWarning, ParameterTypeError, ParameterValueError
from parax.parameters import (
    CenteredUniform,
    Fixed,
    Free,
    Normal,
    RelativeNormal,
    RelativeUniform,
    Uniform,
)


def test_free_and_fixed():
    """P59, P60"""
    assert (Free(1.0).fixed, Fixed(1.0).fixed) == (False, True)
    assert (Free(1.0).distribution, Fixed(1.0).bounds) == (None, None)
    assert Free(latent_value=0.0, transform=bij.Sigmoid()).value == 0.5
    assert Fixed([1, 2], name="a", key=3).info == {"key": 3}


@pytest.mark.parametrize("factory", [Free, Fixed])
def test_nothing_is_refused(factory):
    """P62"""
    with pytest.raises(ParameterValueError, match="needs a value"):
        factory()


UNIFORMS = [
    ((0, 10), 5.0, [0, 10]),
    (([0, 1], 3), [1.5, 2.0], [[0, 3], [1, 3]]),
    (([0.0, 1.0], [1.0, 2.0]), [0.5, 1.5], [[0, 1], [1, 2]]),
    ((2, 2), 2.0, [2, 2]),
]


@pytest.mark.parametrize(("limits", "value", "bounds"), UNIFORMS)
def test_uniform_starts_in_the_middle_and_is_bounded_by_its_limits(limits, value, bounds):
    """P59-P61"""
    p = Uniform(*limits)
    np.testing.assert_allclose(p.value, value)
    np.testing.assert_allclose(p.bounds, bounds)
    assert type(p.distribution) is dist.Uniform
    np.testing.assert_allclose(p.distribution.high, np.asarray(bounds)[..., 1])
    assert not p.fixed


def test_uniform_passes_keywords_through():
    """P60"""
    p = Uniform(0, 1, 0.25, fixed=True, name="a", scale=2.0, transform=bij.Sigmoid(), key=1)
    assert (p.fixed, p.name, p.scale, p.info) == (True, "a", 2.0, {"key": 1})
    assert p.value == pytest.approx(0.25)
    assert Uniform(0, 1, latent_value=0.0, transform=bij.Sigmoid()).value == 0.5


def test_bounds_of_uniform_can_be_left_out_or_replaced():
    """P61"""
    assert Uniform(0, 1, add_bounds=False).bounds is None
    assert Uniform(0, 1, bounds=(0, 5)).bounds.tolist() == [0.0, 5.0]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1, 0, "`low` of `1.0` is above `high` of `0.0`"),
        (math.nan, 1, "`low` is NaN"),
        (0, [1, math.nan], "`high` is NaN"),
        ([0, 1], [1, 2, 3], "do not go together"),
    ],
)
def test_bad_limits_are_refused(low, high, words):
    """P62"""
    with pytest.raises(ParameterValueError) as caught:
        Uniform(low, high)
    assert words in str(caught.value)


def test_a_start_value_broadcasts_with_the_limits():
    """P60"""
    assert Uniform([0, 1], 3, 2.0).value.tolist() == [2.0, 2.0]
    wide = Uniform([0, 1], 3, [[2.0], [3.0]])
    assert (wide.shape, wide.bounds.shape, wide.distribution.low.shape) == (
        (2, 2),
        (2, 2, 2),
        (2, 2),
    )
    assert Uniform(0, 3, [1.0, 2.0]).bounds.shape == (2,)
    with pytest.raises(ParameterValueError, match="do not go together"):
        Uniform([0, 1], 3, [1.0, 2.0, 3.0])


def test_limits_are_numbers():
    with pytest.raises(ParameterTypeError, match="`low` must be a real number"):
        Uniform("0", 1)


def test_a_start_outside_the_limits_warns():
    """P62"""
    with pytest.warns(ParameterBoundsWarning):
        p = Uniform(0, 1, 2.0)
    assert p.value == 2.0


def test_a_start_outside_the_support_warns_without_bounds_too():
    """P62"""
    with pytest.warns(ParameterBoundsWarning, match="outside"):
        Uniform(0, 1, 2.0, add_bounds=False)


def test_large_limits_do_not_overflow():
    top = float(jnp.finfo(jnp.result_type(float)).max)
    assert Uniform(0.9 * top, top).value < top


AROUND = {
    "centred": (CenteredUniform, (5, 1), 5.0, [4, 6]),
    "centred, list and number": (CenteredUniform, ([5.0, 6.0], 1.0), [5, 6], [[4, 6], [5, 7]]),
    "relative": (RelativeUniform, (10, 0.1), 10.0, [9, 11]),
    "relative below zero": (RelativeUniform, (-100.0, 0.1), -100.0, [-110, -90]),
    "relative, two fractions": (
        RelativeUniform,
        (10, [0.1, 0.2]),
        [10, 10],
        [[9, 11], [8, 12]],
    ),
}


@pytest.mark.parametrize("kind", AROUND)
def test_uniforms_around_a_mean_start_there(kind):
    """P59, P60, P61: a list and a number together were a TypeError."""
    factory, arguments, value, bounds = AROUND[kind]
    p = factory(*arguments)
    np.testing.assert_allclose(p.value, value)
    np.testing.assert_allclose(p.bounds, bounds, rtol=1e-6)
    np.testing.assert_allclose(p.distribution.low, np.asarray(bounds)[..., 0], rtol=1e-6)
    np.testing.assert_allclose(p.distribution.high, np.asarray(bounds)[..., 1], rtol=1e-6)
    assert factory(*arguments, add_bounds=False).bounds is None
    own = (np.min(bounds), np.max(bounds))
    np.testing.assert_allclose(factory(*arguments, bounds=own).bounds, own, rtol=1e-6)


NORMALS = {
    "one": (Normal, (50, 5), 50, 5),
    "list and number": (Normal, ([1.0, 2.0], 0.5), [1, 2], [0.5, 0.5]),
    "relative": (RelativeNormal, (-100.0, 0.25), -100, 25),
    "relative, list": (RelativeNormal, ([10, 20], 0.25), [10, 20], [2.5, 5]),
    "no width": (Normal, (5, 0), 5, 0),
}


@pytest.mark.parametrize("kind", NORMALS)
def test_normals_start_at_the_mean_without_bounds(kind):
    """P59, P60, P61"""
    factory, arguments, mean, std = NORMALS[kind]
    p = factory(*arguments)
    assert type(p.distribution) is dist.Normal
    assert p.bounds is None
    np.testing.assert_allclose(p.value, mean)
    np.testing.assert_allclose(p.distribution.loc, mean)
    np.testing.assert_allclose(p.distribution.scale, std)


def test_bounds_of_a_normal_are_quantiles_if_wanted():
    """P61: a choice, and so none is made unasked."""
    np.testing.assert_allclose(Normal(50, 5, icdf_bounds=0.001).bounds, [34.54884, 65.45116], 1e-6)
    for q in (0.25, 0.01):
        expected = stats.norm(10, 2.5).ppf([q, 1 - q])
        np.testing.assert_allclose(
            RelativeNormal(10, 0.25, icdf_bounds=q).bounds, expected, rtol=1e-5
        )
    assert Normal([1, 2], 0.5, icdf_bounds=0.1).bounds.shape == (2, 2)
    assert Normal(1, 2, icdf_bounds=0.1, bounds=(0, 3)).bounds.tolist() == [0.0, 3.0]
    with pytest.warns(ParameterBoundsWarning):
        Normal(0, 1, 9.0, icdf_bounds=0.1)


@pytest.mark.parametrize("q", [0, 0.5, 0.9, -0.1, math.nan, "0.1", True])
def test_a_quantile_is_between_zero_and_a_half(q):
    """P61"""
    with pytest.raises(ParameterValueError, match="`icdf_bounds` must be"):
        Normal(0, 1, icdf_bounds=q)


@pytest.mark.parametrize(
    "factory", [Uniform, CenteredUniform, RelativeUniform, Normal, RelativeNormal]
)
def test_every_factory_passes_its_keywords_on(factory):
    """P60"""
    arguments = (0.0, 1.0) if factory is Uniform else (0.5, 0.5)
    p = factory(*arguments, 0.25, fixed=True, name="a", scale=2.0, transform=bij.Sigmoid(), key=1)
    assert (p.fixed, p.name, p.scale, p.info) == (True, "a", 2.0, {"key": 1})
    assert float(p.value) == pytest.approx(0.25)
    assert factory(*arguments, latent_value=0.0, transform=bij.Sigmoid()).value == 0.5
    assert factory(*arguments, value=0.75).value == 0.75
    assert factory(*arguments, n=3, name="a").name == ["a_0", "a_1", "a_2"]
    assert factory(*arguments, n=3).distribution.event_shape == ()
    assert factory(*arguments, [0.25, 0.5]).shape == (2,)


BAD = [
    (CenteredUniform, (5, -1), "`half_width` of `-1.0` is negative"),
    (CenteredUniform, (math.nan, 1), "`mean` is NaN"),
    (CenteredUniform, (5, math.nan), "`half_width` is NaN"),
    (RelativeUniform, (0.0, 0.1), "`mean` of `0.0` leaves no width"),
    (RelativeUniform, ([1.0, 0.0], 0.1), "`mean` of `[1.0, 0.0]` leaves no width"),
    (RelativeUniform, (5.0, 0.0), "`deviation_fraction` of `0.0` leaves no width"),
    (RelativeUniform, (5.0, math.nan), "`deviation_fraction` is NaN"),
    (Normal, (5, -1), "`std` of `-1.0` is negative"),
    (Normal, (5, [1.0, math.nan]), "`std` is NaN"),
    (Normal, (math.nan, 1), "`mean` is NaN"),
    (Normal, (math.inf, 1), "`mean` of `inf` is no value to start from"),
    (Normal, ([1, 2], [1, 2, 3]), "do not go together"),
    (RelativeNormal, (0.0, 0.1), "`mean` of `0.0` leaves no width"),
    (RelativeNormal, (5.0, math.nan), "`std_fraction` is NaN"),
    (Uniform, (-math.inf, math.inf), "is no value to start from"),
]


@pytest.mark.parametrize(("factory", "arguments", "words"), BAD)
def test_bad_arguments_are_refused_by_name(factory, arguments, words):
    """P62: all of these were silent."""
    with pytest.raises(ParameterValueError) as caught:
        factory(*arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize("factory", [CenteredUniform, RelativeUniform])
def test_a_start_outside_the_support_of_any_uniform_warns(factory):
    """P62"""
    for keywords in ({}, {"add_bounds": False}):
        with pytest.warns(ParameterBoundsWarning, match="outside"):
            factory(5.0, 0.1, 9.0, **keywords)


def test_factories_work_under_tracing():
    """P2: also with arguments that would be refused outside."""

    def build(x):
        return Normal(x, -x).value + CenteredUniform(x, -x).value + RelativeUniform(0 * x, x).value

    assert jax.jit(build)(1.0) == 2.0
    slope = jax.grad(lambda x: Normal(x, 1.0).distribution.log_prob(3.0))(1.0)
    assert float(slope) == pytest.approx(2.0)
