"""Trees cut in two, and their trainable part: M65-M67, T1."""

import distreqx.bijectors as bij
import distreqx.distributions as dist
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from parax.errors import DuplicateNameError, ParameterTypeError, ParameterValueError
from parax.module import (
    Module,
    partition,
    trainable_bounds,
    trainable_names,
    trainable_part,
)
from parax.parameters import Fixed, Parameter, Uniform, is_param
from tests.module.models import Aff, Plain, containers, mod


class Grouped(Module):
    p: Parameter = Uniform(0.0, 2.0)
    q: Parameter = Fixed([1.0, 2.0], distribution=dist.Normal(0.0, 1.0), transform=bij.Shift(1.0))
    raw: jax.Array = jnp.ones(2)
    host: np.ndarray = np.ones(2)
    count: jax.Array = jnp.arange(2)
    step: float = 3.0
    text: str = "abc"

    def __post_init__(self):
        self._param_groups = [dist.Normal(jnp.zeros(2), jnp.ones(2))]


def leaf_shapes(tree):
    return [np.shape(leaf) for leaf in jax.tree.leaves(tree)]


G = Grouped()
TREES = {
    "module": mod(),
    "containers": containers(),
    "grouped": G,
    "list": [Parameter(1.0), {"a": jnp.ones(2), "b": None}, "text", 3],
    "parameter": Parameter([1.0, 2.0], bounds=(0, 3)),
    "nothing": {},
    "plain": Plain(jnp.ones(2), jnp.array(0.0)),
}


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("include_fixed", [False, True])
@pytest.mark.parametrize("include_arrays", [False, True])
@pytest.mark.parametrize("param_objects", [False, True])
def test_the_halves_combine(tree, include_fixed, include_arrays, param_objects):
    """M65, M66"""
    whole = TREES[tree]
    dynamic, static = partition(whole, include_fixed, include_arrays, param_objects)
    assert eqx.tree_equal(eqx.combine(dynamic, static), whole)
    if param_objects:
        assert eqx.tree_equal(eqx.combine(dynamic, static, is_leaf=is_param), whole)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [()]),
        ({"include_fixed": True}, [(), (2,)]),
        ({"include_arrays": True}, [(), (2,), (2,)]),
        ({"include_fixed": True, "include_arrays": True}, [(), (2,), (2,), (2,)]),
    ],
)
def test_what_is_dynamic(options, expected):
    """M65, M67: never a number, an integer array, bounds, a distribution or that of a group."""
    dynamic, static = partition(G, **options)
    assert leaf_shapes(dynamic) == expected
    assert len(jax.tree.leaves(static)) == len(jax.tree.leaves(G)) - len(expected)


def test_arrays_outside_parameters():
    """M65"""
    dynamic, static = partition((jnp.ones(2), jnp.arange(2), 3.0), include_arrays=True)
    assert dynamic[0].tolist() == [1.0, 1.0]
    assert dynamic[1:] == (None, None)
    assert static[0] is None
    assert static[1].tolist() == [0, 1]
    assert static[2] == 3.0
    kept, _ = partition(jnp.ones(2, dtype=complex), include_arrays=True)
    assert kept.dtype == jnp.result_type(complex)


def test_whole_parameters():
    """M66"""
    dynamic, static = partition(G, param_objects=True)
    assert dynamic.p is not None
    assert eqx.tree_equal(dynamic.p, G.p)
    assert dynamic.q is None
    assert static.p.latent_value is None
    assert jax.tree.leaves(static.p) == []


@pytest.mark.parametrize("tree", ["module", "containers", "grouped"])
def test_dynamic_leaves_are_the_flat_vector(tree):
    """M67"""
    m = TREES[tree]
    np.testing.assert_array_equal(ravel_pytree(partition(m)[0])[0], m.flat_param_values())
    everything = ravel_pytree(partition(m, include_fixed=True)[0])[0]
    np.testing.assert_array_equal(everything, m.flat_param_values(include_fixed=True))


def test_the_halves_work_inside_jit():
    dynamic, static = partition(mod())
    out = jax.jit(lambda d: eqx.combine(d, static).vec * 2)(dynamic)
    assert out.tolist() == [20.0, 0.0, -20.0]


class Declared(eqx.Module):
    """Says itself what is trainable."""

    weight: jax.Array
    other: jax.Array
    part: Aff

    def parameters(self):
        nothing = jax.tree.map(lambda _: None, self)
        kept = (self.weight, Parameter(self.part.loc.value))
        return eqx.tree_at(
            lambda m: (m.weight, m.part.loc),
            nothing,
            kept,
            is_leaf=lambda x: x is None or is_param(x),
        )


class Measured(Module):
    """Data, and no Parameter: nothing of it is trainable (T4)."""

    data: jax.Array


DECLARED = Declared(jnp.ones(2), jnp.zeros(3), Aff())
TRAINABLE = {
    "declared": (DECLARED, ("weight_0", "weight_1", "part_loc")),
    "parameters": (mod(), tuple(mod().flat_param_names())),
    "containers": (containers(), tuple(containers().flat_param_names())),
    "a list": ([Parameter([1.0, 2.0], name="v"), jnp.ones(2)], ("v_0", "v_1")),
    "groups": (G, ("p",)),
    "all fixed": ([Fixed(1.0), jnp.ones(2)], ()),
    "equinox": (
        {"layers": [Plain(jnp.ones((2, 2)), jnp.array(0.0)), Plain(jnp.ones(1), jnp.array(0.0))]},
        (
            "layers_0_weight_0", "layers_0_weight_1", "layers_0_weight_2", "layers_0_weight_3",
            "layers_0_bias", "layers_1_weight_0", "layers_1_bias",
        ),
    ),
    "an array": (jnp.ones(2), ("x_0", "x_1")),
    "a module of arrays": (Measured(jnp.ones(3)), ()),
    "nothing": ({"a": 1, "b": "x"}, ()),
}  # fmt: skip


@pytest.mark.parametrize("model", TRAINABLE)
def test_the_trainable_part_and_its_names(model):
    """T1"""
    tree, names = TRAINABLE[model]
    dynamic, static = trainable_part(tree)
    assert eqx.tree_equal(eqx.combine(dynamic, static), tree)
    assert trainable_names(tree) == names
    assert ravel_pytree(dynamic)[0].shape == (len(names),)
    assert trainable_bounds(tree).shape == (len(names), 2)
    assert trainable_bounds(tree).dtype == np.float64


def test_a_module_gives_its_trainable_part():
    """T4"""
    m = mod()
    assert eqx.tree_equal(m.parameters(), partition(m)[0])


def test_a_field_named_parameters_declares_nothing():
    """T1"""

    class Field(eqx.Module):
        parameters: object

    dynamic, _ = trainable_part(Field([jnp.ones(2), eqx.nn.Identity()]))
    assert leaf_shapes(dynamic) == [(2,)]


def test_a_declared_part_of_another_structure_is_refused():
    """T1"""

    class Wrong(eqx.Module):
        weight: object

        def parameters(self):
            return [self.weight, self.weight]

    with pytest.raises(ParameterValueError, match="`Wrong` gives a tree of another structure"):
        trainable_part(Wrong(jnp.ones(2)))


def test_two_elements_of_one_name_are_refused():
    for tree in ({"a_b": jnp.ones(()), "a": {"b": jnp.ones(())}}, FLAT_CLASH):
        with pytest.raises(DuplicateNameError):
            trainable_names(tree)


FLAT_CLASH = {"a": Parameter([1.0, 2.0]), "a_0": Parameter(3.0)}


def test_bounds_are_latent_and_infinite_where_there_are_none():
    tree = [
        Parameter(1.0),
        Parameter([1.0, 2.0], bounds=(0, 2)),
        Fixed(1.0, bounds=(0, 2)),
        Parameter([1.0, 2.0], bounds=[[0, 1], [1, 2]]),
        Parameter([[0.25], [0.5]], transform=bij.Sigmoid(), bounds=(0.25, 1)),
    ]
    low = -np.log(3)
    expected = [
        [-np.inf, np.inf], [0, 2], [0, 2], [0, 1], [1, 2], [low, np.inf], [low, np.inf],
    ]  # fmt: skip
    np.testing.assert_allclose(trainable_bounds(tree), expected, rtol=1e-6)
    mixing = bij.TriangularLinear(jnp.eye(2))
    with pytest.raises(ParameterTypeError, match="mixes the elements"):
        trainable_bounds(Parameter([1.0, 2.0], transform=mixing, bounds=(0, 3)))
