"""A Parameter as a PyTree, and static metadata that never raises: P46, P47, X32, P3."""

# Wrong uses are tested too, and what is optional is known to be there.
# pyright: reportArgumentType=false, reportOptionalMemberAccess=false
# pyright: reportUnusedExpression=false, reportAttributeAccessIssue=false

import math
import subprocess
import sys

import distreqx.bijectors as bij
import distreqx.distributions as dist
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.parameters import Fixed, Parameter, ParameterMetadata, Uniform, rebuild

KINDS = {
    "plain": lambda x: Parameter(x),
    "fixed": lambda x: Fixed(x, name="a"),
    "full": lambda x: Parameter(
        x,
        transform=bij.Chain([bij.Shift(0.5), bij.Sigmoid()]),
        distribution=dist.Uniform(0.0, 2.0),
        bounds=(0, 2),
        scale=3.0,
        name="a",
        info={"list": [1], "array": np.arange(2), "nan": math.nan},
    ),
    "int leaves": lambda x: Parameter(x, distribution=dist.Normal(0, 1)),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@each_kind
def test_transformations_accept_parameters(kind):
    """P46: also those whose distribution or transform holds bools and integers."""
    p = KINDS[kind](0.75)
    value = float(p)
    assert jax.jit(lambda p: p * 2)(p) == pytest.approx(2 * value)
    same = jax.jit(lambda p: p)(p)
    assert jax.tree.structure(same) == jax.tree.structure(p)
    assert float(same) == pytest.approx(value)
    gradient = jax.grad(lambda p: p * p)(p)
    assert isinstance(gradient, Parameter)
    slope = 0.25 * 0.75 if kind == "full" else 1.0  # of 0.5 + sigmoid, at the latent value
    assert gradient.latent_value == pytest.approx(2 * value * slope * p.scale, rel=1e-5)
    batch = jax.vmap(lambda x: p.with_value(x))(jnp.array([0.6, 0.7]))
    assert batch.latent_value.shape == (2,)
    np.testing.assert_allclose(
        jax.vmap(lambda q: q.value)(batch), [0.6, 0.7], rtol=1e-5
    )  # every array of a batched Parameter has the axis of the batch
    carried, _ = jax.lax.scan(lambda q, _: (q.with_value(q.value), None), p, length=3)
    assert float(carried) == pytest.approx(value, rel=1e-5)


def test_the_gradient_of_what_does_not_enter_is_zero():
    """P47"""
    gradient = jax.grad(lambda p: p * p)(Uniform(0.0, 6.0))
    assert gradient.latent_value == 6.0
    assert gradient.bounds.tolist() == [0.0, 0.0]
    assert (gradient.distribution.low, gradient.distribution.high) == (0.0, 0.0)


def test_leaves_are_the_floating_point_arrays():
    """P46"""
    p = KINDS["full"]([0.75, 0.75])
    leaves = jax.tree.leaves(p)
    assert all(isinstance(x, jax.Array) and jnp.issubdtype(x.dtype, jnp.floating) for x in leaves)
    assert leaves[0] is p.latent_value
    assert len(jax.tree.leaves(Fixed(1.0, name="a", scale=2.0, info={"x": 1.0}))) == 1


def test_a_call_with_an_equal_parameter_does_not_trace_again():
    """P46, X32"""
    traces = []

    @jax.jit
    def f(p):
        traces.append(p)
        return p + 1

    for _ in range(3):
        f(KINDS["full"](0.75))
    assert len(traces) == 1
    f(KINDS["full"](0.8).with_name("b"))
    assert len(traces) == 2


class Grumpy:
    """Cannot be compared."""

    def __eq__(self, other):
        raise RuntimeError("no")

    __hash__ = None  # pyright: ignore[reportAssignmentType]


NOTES = [
    {}, {"a": 1}, {"a": 2}, {"b": 1}, {"a": 1.0}, {"a": math.nan}, {"a": [1, {"x": 2}]},
    {"a": (1, 2)}, {"a": np.arange(3)}, {"a": np.arange(4)}, {"a": np.arange(3.0)},
    {"a": jnp.arange(5)}, {"a": {1, 2}}, {"a": None}, {"a": "1"},
]  # fmt: skip


def test_static_parts_compare_by_content_and_never_raise():
    """P46, X32"""
    for i, left in enumerate(NOTES):
        for j, right in enumerate(NOTES):
            a, b = Parameter(1.0, info=left), Parameter(1.0, info=rebuild(right))
            first, second = jax.tree.structure(a), jax.tree.structure(b)
            assert (first == second) is (i == j), (left, right)
            if i == j:
                assert hash(first) == hash(second)


def test_what_cannot_be_compared_is_different_unless_it_is_the_same():
    """X32"""
    grumpy = Grumpy()
    one, other = Parameter(1.0, info={"a": grumpy}), Parameter(1.0, info={"a": Grumpy()})
    assert jax.tree.structure(one) == jax.tree.structure(Parameter(2.0, info={"a": grumpy}))
    assert jax.tree.structure(one) != jax.tree.structure(other)
    assert one.metadata._notes != "something else"


def test_structure_tells_transforms_and_scales_apart():
    structures = {
        jax.tree.structure(p)
        for p in [
            Parameter(0.5),
            Parameter(0.5, scale=2.0),
            Parameter(0.5, transform=bij.Sigmoid()),
            Parameter(0.5, transform=bij.Tanh()),
            Parameter(latent_value=0.5, transform=jnp.exp),
            Parameter(latent_value=0.5, transform=jnp.sin),
            Parameter(0.5, fixed=True),
        ]
    }
    assert len(structures) == 7


def test_structural_equality():
    """P37: what `==` no longer is."""
    assert eqx.tree_equal(KINDS["full"](0.75), KINDS["full"](0.75))
    assert not eqx.tree_equal(KINDS["full"](0.75), KINDS["full"](0.8))


def test_a_distribution_of_python_floats_can_be_used():
    p = Parameter(1.0, distribution=dist.Uniform(0.0, 2.0))
    assert p.distribution.log_prob(jnp.array(1.0)) == pytest.approx(-math.log(2))
    assert p.distribution.sample(jax.random.key(0)).shape == ()


def test_rebuild_makes_containers_anew_and_keeps_what_is_immutable():
    """X8"""
    original = {
        2: [jnp.ones(1), jnp.add],
        "mixed keys": (np.zeros(2), {1}, None, "text"),
        "meta": ParameterMetadata(name="a"),
    }
    copied = rebuild(original)
    assert copied[2] is not original[2]
    assert copied[2][0] is original[2][0]
    assert copied[2][1] is jnp.add
    assert copied["mixed keys"][0] is not original["mixed keys"][0]
    assert copied["mixed keys"][1] == {1}
    assert copied["mixed keys"][1] is not original["mixed keys"][1]
    assert copied["mixed keys"][2:] == (None, "text")
    assert copied["meta"] is not original["meta"]


def test_importing_makes_no_array_and_changes_no_setting():
    """P3, X31"""
    code = """
import jax
before = dict(jax.config.values)
import parax.parameters, parax.module
assert dict(jax.config.values) == before
from jax._src import xla_bridge
assert not xla_bridge.backends_are_initialized()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
