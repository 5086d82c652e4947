"""`ParameterGroup` by itself."""

import copy
import pickle

import distreqx.bijectors as bijectors
import jax
import jax.numpy as jnp
import pytest
from distreqx.distributions import Normal

from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters import ParameterGroup

NORMAL = Normal(jnp.zeros(2), jnp.ones(2))


def test_a_group_tells_what_it_was_given():  # P63
    group = ParameterGroup(["a", "b"], name="ab", distribution=NORMAL, info={"from": "sheet"})
    assert (group.num_params, group.param_names, group.name) == (2, ["a", "b"], "ab")
    assert group.info == {"from": "sheet"}
    assert group.distribution.loc.tolist() == [0.0, 0.0]
    assert repr(group).startswith("ParameterGroup(['a', 'b'], name='ab', distribution=Normal(")


def test_distribution_and_transform_are_replaced_in_a_copy():  # P63
    group = ParameterGroup(["a", "b"])
    assert group.with_distribution(NORMAL).distribution is not None
    assert group.with_distribution(NORMAL).with_distribution(None).distribution is None
    chained = group.transformed(bijectors.Shift(1.0)).transformed(bijectors.ScalarAffine(0.0, 2.0))
    assert float(chained.transform.forward(jnp.asarray(3.0))) == 8.0
    assert group.transform is None


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: ParameterGroup("ab"), ParameterTypeError, r"the single string `ab`.*\n.*\['ab'\]"),
        (lambda: ParameterGroup([]), ParameterValueError, "`param_names` is empty"),
        (lambda: ParameterGroup(["a", "b", "a"]), ParameterValueError, "`a` is twice"),
        (lambda: ParameterGroup(["a", 1]), ParameterTypeError, "got `1` of type `int`"),
        (lambda: ParameterGroup(3), ParameterTypeError, "got `3` of type `int`"),
        (lambda: ParameterGroup(["a"], distribution=3), ParameterTypeError, "`distribution` must"),
        (lambda: ParameterGroup(["a"], transform=3), ParameterTypeError, "`transform` must"),
        (lambda: ParameterGroup(["a"], name=3), ParameterTypeError, "`name` of a group"),
        (lambda: ParameterGroup(["a"]).with_distribution(3), ParameterTypeError, "`distribution`"),
        (lambda: ParameterGroup(["a"]).transformed(jnp.sin), ParameterTypeError, "by a bijector"),
    ],
)
def test_what_cannot_be_a_group_is_refused_with_what_was_given(build, error, words):  # P63
    with pytest.raises(error, match=words):
        build()


def test_names_are_static_and_arrays_are_leaves():  # P63
    group = ParameterGroup(["a", "b"], name="ab", distribution=NORMAL, info={"list": [1]})
    assert [leaf.shape for leaf in jax.tree.leaves(group)] == [(2,), (2,)]
    through = jax.jit(lambda g: g)(group)
    assert through.param_names == ["a", "b"]
    hash(jax.tree.structure(group))


def test_groups_are_copied_and_pickled():
    group = ParameterGroup(["a", "b"], distribution=NORMAL)
    for copied in (copy.deepcopy(group), pickle.loads(pickle.dumps(group))):
        assert copied.param_names == ["a", "b"]
        assert copied.distribution.scale.tolist() == [1.0, 1.0]
