"""Short ways to parameters: P59-P62, for Free, Fixed and Uniform."""

import math

import distreqx.bijectors as bij
import distreqx.distributions as dist
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import ParameterBoundsWarning, ParameterTypeError, ParameterValueError
from parax.parameters import Fixed, Free, Uniform


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
