"""Parameters of many equal elements: P9, P10, P11."""

# Wrong uses are tested too, and what is optional is known to be there.
# pyright: reportArgumentType=false, reportOptionalMemberAccess=false

import dataclasses

import distreqx.bijectors as bij
import distreqx.distributions as dist
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters import Normal, Parameter, Uniform


@pytest.mark.parametrize("n", [1, 3, np.int64(2)])
@pytest.mark.parametrize("value", [2.5, [1.0, 2.0], [[1.0], [2.0]]])
def test_n_repeats_a_value_along_a_new_first_axis(value, n):
    """P9: value and latent value."""
    expected = np.stack([np.asarray(value)] * n)
    for p in (Parameter(value, n=n), Parameter(latent_value=value, n=n)):
        assert p.shape == expected.shape
        np.testing.assert_array_equal(p.value, expected)
    sigmoid = Parameter(np.asarray(value) / 10, n=n, transform=bij.Sigmoid())
    np.testing.assert_allclose(sigmoid.value, expected / 10, rtol=1e-6)


@pytest.mark.parametrize("n", [0, -1, 1.0, True, "2", (2,), 2.5])
def test_n_is_a_positive_integer(n):
    """P9: 0 was accepted."""
    with pytest.raises(ParameterValueError, match="`n` must be a positive integer"):
        Parameter(1.0, n=n)


@pytest.mark.parametrize(
    ("value", "bounds", "n", "shape"),
    [
        (1.0, (0, 2), 3, (3, 2)),
        (1.0, (0, 2), 1, (1, 2)),
        ([1.0, 2.0], (0, 2), 3, (3, 2, 2)),
        ([1.0, 2.0], [[0, 2], [1, 3]], 3, (3, 2, 2)),
    ],
)
def test_n_repeats_bounds(value, bounds, n, shape):
    """P10: for n=1 they were left alone."""
    p = Parameter(value, bounds=bounds, n=n)
    assert p.bounds.shape == shape
    assert p.bounds[0].tolist() == np.broadcast_to(bounds, shape[1:]).tolist()


@pytest.mark.parametrize(
    ("value", "n", "name"),
    [
        (1.0, 3, ["a_0", "a_1", "a_2"]),
        ([1.0, 2.0], 2, ["a_0", "a_1", "a_2", "a_3"]),
        (1.0, 1, "a"),
        ([1.0, 2.0], 1, "a"),
        (1.0, None, "a"),
    ],
)
def test_n_numbers_a_name_with_one_for_each_element(value, n, name):
    """P10: a vector got `n` names, which flattening then refused."""
    p = Parameter(value, n=n, name="a")
    assert p.name == name
    assert len(p.flattened()) == p.size


def test_n_leaves_what_is_shared_and_takes_a_list_of_names():
    """P10"""
    p = Parameter(1.0, n=2, name=["x", "y"], scale=2.0, key=1, distribution=dist.Normal(0.0, 1.0))
    assert (p.name, p.scale, p.info) == (["x", "y"], 2.0, {"key": 1})
    assert p.distribution.loc.shape == ()
    with pytest.raises(ParameterValueError, match="`name` has 2 entries"):
        Parameter(1.0, n=3, name=["x", "y"])
    with pytest.raises(ParameterValueError, match="do not fit"):
        Parameter(1.0, n=3, bounds=[[0, 1], [0, 1]])


def test_n_repeats_given_metadata():
    """P10, P17"""
    p = dataclasses.replace(Parameter(1.0, name="a", bounds=(0, 2), unit="nH"), n=2)
    assert (p.name, p.bounds.shape, p.unit) == (["a_0", "a_1"], (2, 2), "nH")


def test_n_repeats_no_value_of_a_transform_that_mixes_elements():
    """P9: `forward` would mix the copies."""
    mixing = bij.TriangularLinear(jnp.array([[1.0, 0.0], [1.0, 1.0]]))
    with pytest.raises(ParameterTypeError, match="`n` cannot repeat the value"):
        Parameter([1.0, 2.0], transform=mixing, n=2)
    assert Parameter(latent_value=0.0, transform=jnp.exp, n=2).value.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("value", "shape", "expected"),
    [
        (1.0, 3, [1, 1, 1]),
        (1.0, (), 1),
        (1.0, (2, 1), [[1], [1]]),
        ([1.0, 2.0], (2, 2), [[1, 2], [1, 2]]),
        ([[1.0], [2.0]], [2, 2], [[1, 1], [2, 2]]),
        (1.0, 0, []),
    ],
)
def test_shape_broadcasts_a_value(value, shape, expected):
    """P11"""
    for p in (Parameter(value, shape=shape), Parameter(latent_value=value, shape=shape)):
        assert p.value.tolist() == expected


@pytest.mark.parametrize("shape", [-1, (2, -1), 1.5, "3", (2, None), True])
def test_a_bad_shape_is_refused(shape):
    """P11"""
    with pytest.raises(ParameterValueError, match="`shape` must be"):
        Parameter(1.0, shape=shape)


def test_a_shape_that_the_value_does_not_broadcast_to_is_refused_naming_both():
    """P11"""
    with pytest.raises(ParameterValueError, match="does not broadcast") as caught:
        Parameter([1.0, 2.0], shape=(3,))
    assert "`(2,)`" in str(caught.value)
    assert "`(3,)`" in str(caught.value)


def test_shape_and_n_together_are_refused():
    """P11"""
    with pytest.raises(ParameterValueError, match="one of `n` and `shape`"):
        Parameter(1.0, n=2, shape=(2,))


def test_shape_takes_bounds_of_elements_along():
    """P11, P13"""
    p = Parameter([1.0, 2.0], bounds=[[0, 2], [1, 3]], shape=(3, 2), name="a")
    assert (p.bounds.shape, p.name) == ((3, 2, 2), "a")
    assert Parameter(1.0, bounds=(0, 2), shape=3).bounds.shape == (2,)


def test_factories_repeat():
    """P60: the distribution stays one, and is shared."""
    p = Uniform(0, 10, n=3, name="a")
    assert (p.shape, p.bounds.shape, p.name) == ((3,), (3, 2), ["a_0", "a_1", "a_2"])
    assert p.distribution.low.shape == ()
    assert [q.distribution.high.tolist() for q in p.flattened()] == [10.0] * 3
    assert Normal([1, 2], 0.5, n=2).shape == (2, 2)
    assert Uniform(0, 10, shape=(2, 2)).value.tolist() == [[5.0, 5.0], [5.0, 5.0]]


def test_repetition_works_under_tracing():
    """P2"""
    build = jax.jit(lambda x: Parameter(x, n=2, bounds=(0, 9)).value)
    assert build(3.0).tolist() == [3.0, 3.0]
    assert jax.vmap(lambda x: Parameter(x, shape=2).value)(jnp.ones(3)).shape == (3, 2)
