"""Latent, physical, scaled; properties and `with_…`: P18, P23-P29, P31, P34."""

# Wrong uses are tested too, and what is optional is known to be there.
# pyright: reportArgumentType=false, reportOptionalMemberAccess=false
# pyright: reportUnusedExpression=false, reportAttributeAccessIssue=false

import math

import distreqx.bijectors as bij
import distreqx.distributions as dist
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters import (
    Fixed,
    Parameter,
    as_param,
    is_fixed_param,
    is_free_param,
    is_param,
    is_valid_param,
    latent_bounds,
)

SHELL = jax.tree.map(lambda _: None, Parameter([1.0, 2.0], name="a", scale=2.0, bounds=(0, 3)))


def test_one_value_in_three_spaces():
    """P18"""
    p = Parameter(0.25, transform=bij.Sigmoid(), scale=4.0)
    assert p.latent_value == pytest.approx(-1.0986123)
    assert p.value == pytest.approx(0.25)
    assert jnp.asarray(p) == pytest.approx(1.0)


SQUARE = bij.TriangularLinear(jnp.array([[1.0, 0.0], [1.0, 1.0]]))
LATENT_BOUNDS = [
    ({"value": 1.0}, None),
    ({"value": 1.0, "bounds": (0, 2)}, [0, 2]),
    ({"value": 0.25, "transform": bij.Sigmoid(), "bounds": (0, 0.5)}, [-math.inf, 0]),
    ({"value": 0.25, "transform": bij.Sigmoid(), "bounds": (0.25, 1)}, [-math.log(3), math.inf]),
    ({"value": 0.25, "transform": bij.Sigmoid(), "bounds": (-1, 2)}, [-math.inf, math.inf]),
    ({"value": 0.25, "transform": bij.Sigmoid(), "bounds": (-1, 0.5)}, [-math.inf, 0]),
    ({"value": 1.0, "transform": bij.ScalarAffine(0.0, -2.0), "bounds": (0, 2)}, [-1, 0]),
    (
        {"value": -0.25, "transform": bij.Chain([bij.ScalarAffine(0.0, -1.0), bij.Sigmoid()]),
         "bounds": (-2, -0.25)},
        [-math.log(3), math.inf],
    ),
    ({"value": 1.0, "transform": bij.Shift(1.0), "bounds": (-math.inf, 2)}, [-math.inf, 1]),
    ({"value": [1.0, 2.0], "bounds": [[0, 1], [1, 2]]}, [[0, 1], [1, 2]]),
    (
        {"value": [0.25, 0.5], "transform": bij.Sigmoid(), "bounds": [[0, 0.5], [0.5, 1]]},
        [[-math.inf, 0], [0, math.inf]],
    ),
    (
        {"value": [1.0, 2.0], "transform": bij.ScalarAffine(jnp.zeros(2), jnp.array([1.0, -1.0])),
         "bounds": (0, 2)},
        [[0, 2], [-2, 0]],
    ),
    ({"value": [0.2, 0.5], "transform": bij.Sigmoid(), "bounds": (-1, 0.5)}, [-math.inf, 0]),
]  # fmt: skip


@pytest.mark.parametrize(("keywords", "expected"), LATENT_BOUNDS)
def test_bounds_are_mapped_to_latent_space_lower_first(keywords, expected):
    """P23"""
    p = Parameter(**keywords)
    given = p.latent_bounds
    if expected is None:
        assert given is None
    else:
        np.testing.assert_allclose(given, expected, rtol=1e-5, atol=1e-6)
        assert given.dtype == jnp.result_type(float)


def test_bounds_of_a_transform_that_mixes_elements_have_no_latent_form():
    p = Parameter([1.0, 2.0], transform=SQUARE, bounds=(0, 9))
    with pytest.raises(ParameterTypeError, match="mixes the elements"):
        latent_bounds(p)


def test_what_is_unset_is_none_or_neutral():
    """P24-P26"""
    p = Parameter(1.0)
    assert (p.name, p.distribution, p.transform, p.bounds) == (None, None, None, None)
    assert p.scale == 1.0
    assert p.info == {}


def test_what_was_given_is_given_back():
    """P24"""
    p = Parameter(
        1.0, name="a", distribution=dist.Normal(1.0, 2.0), transform=bij.Shift(1.0), bounds=(0, 2)
    )
    assert p.name == "a"
    assert p.bounds.tolist() == [0.0, 2.0]
    assert type(p.distribution) is dist.Normal
    assert (p.distribution.loc, p.distribution.scale) == (1.0, 2.0)
    assert type(p.transform) is bij.Shift
    assert p.transform.forward(1.0) == 2.0


def test_editing_info_or_name_does_not_change_the_parameter():
    """P26"""
    names = ["a", "b"]
    p = Parameter([1.0, 2.0], name=names, key=1)
    p.info["key"] = 2
    names[0] = "c"
    p.name[0] = "d"  # pyright: ignore[reportOptionalSubscript, reportIndexIssue]
    assert p.info == {"key": 1}
    assert p.name == ["a", "b"]


def test_shape_size_ndim_dtype():
    """P27"""
    p = Parameter([[1.0, 2.0, 3.0]])
    assert (p.shape, p.size, p.ndim, p.dtype) == ((1, 3), 3, 2, jnp.result_type(float))
    assert (Parameter(1.0).shape, Parameter(1.0).size) == ((), 1)


def test_with_name_changes_nothing_else():
    """P28"""
    p = Parameter(0.25, name="a", transform=bij.Sigmoid(), bounds=(0, 1), scale=2.0, key=1)
    q = p.with_name("b")
    assert (p.name, q.name) == ("a", "b")
    assert q.latent_value is p.latent_value
    assert (q.scale, q.info) == (2.0, {"key": 1})
    assert q.with_name("a").metadata == p.metadata
    assert Parameter(1.0).with_name("c").name == "c"
    assert q.with_name(None).name is None
    with pytest.raises(ParameterValueError, match="`name` has 2 entries"):
        q.with_name(["a", "b"])
    with pytest.raises(ParameterTypeError, match="`name` must be"):
        q.with_name(3)


@pytest.mark.parametrize(
    ("value", "expected"), [(4.0, [4, 4]), ([5, 6], [5, 6]), (np.array([7.0]), [7, 7])]
)
def test_with_value_broadcasts_to_the_shape(value, expected):
    """P29: a scalar used to turn a vector into a scalar."""
    p = Parameter([1.0, 2.0], name=["a", "b"], scale=3.0).with_value(value)
    assert p.value.tolist() == expected
    assert (p.name, p.scale) == (["a", "b"], 3.0)


@pytest.mark.parametrize("value", [[1.0, 2.0, 3.0], [[1.0, 2.0]], [[1.0], [2.0]]])
def test_with_value_of_another_shape_is_refused_naming_both(value):
    """P29"""
    with pytest.raises(ParameterValueError, match="does not fit") as caught:
        Parameter([1.0, 2.0]).with_value(value)
    assert f"`{np.shape(value)}`" in str(caught.value)
    assert "`(2,)`" in str(caught.value)


def test_with_value_is_physical():
    """P29"""
    p = Parameter(0.5, transform=bij.Sigmoid(), scale=7.0).with_value(0.25)
    assert p.value == pytest.approx(0.25)
    assert p.latent_value == pytest.approx(-1.0986123)
    with pytest.raises(ParameterTypeError, match="the value of parameter `a` must be a real"):
        Parameter(1.0, name="a").with_value("2")
    with pytest.raises(ParameterTypeError, match="itself"):
        p.with_value(Parameter(0.1))


def test_fixing_and_freeing_change_nothing_else():
    """P31"""
    p = Parameter(1.0, name="a", bounds=(0, 2))
    assert p.as_fixed().fixed
    assert not p.as_fixed().as_free().fixed
    assert p.as_fixed().metadata is p.metadata
    assert p.as_fixed().latent_value is p.latent_value
    assert not p.fixed


def test_predicates():
    """P34"""
    table = {
        "free": (Parameter(1.0), (True, True, True, False)),
        "fixed": (Fixed(1.0), (True, True, False, True)),
        "shell": (SHELL, (True, False, True, False)),
        "array": (jnp.ones(2), (False, False, False, False)),
    }
    for name, (x, expected) in table.items():
        found = (is_param(x), is_valid_param(x), is_free_param(x), is_fixed_param(x))
        assert found == expected, name


def test_as_param_maps_lists_and_dicts():
    """P34"""
    p = Parameter(1.0, name="a")
    assert as_param(p, name="b") is p
    many = as_param([1.0, p, {"x": 2.0}], fixed=True)
    assert [many[0].fixed, many[1].fixed, many[2]["x"].fixed] == [True, False, True]
    assert as_param((1.0, 2.0)).shape == (2,)


def test_a_shell_can_still_be_looked_at():
    """The static half of a partition keeps what is static."""
    assert SHELL.value is None
    assert (SHELL.name, SHELL.scale, SHELL.bounds, SHELL.fixed) == ("a", 2.0, None, False)
    assert "Parameter" in repr(SHELL)
    assert SHELL.as_fixed().with_name("b").name == "b"
    with pytest.raises(ParameterValueError, match="half of a partition"):
        SHELL + 1
