"""S6-S11 for every class of parax that there is: one without a row here fails a test."""

import operator

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
import pytest
from distreqx import bijectors as B  # noqa: N812  # as everyone writes it
from distreqx import distributions as D  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st

import parax
from parax import Parameter, ParameterGroup, goals, kernels, op, rf, wrappers
from parax.op._over import Inside
from parax.parameters import ParameterMetadata
from parax.parameters._inverse import Inverse
from parax.parameters._ranges import Between, Positive
from parax.training import Optimizer
from tests.serialization.classes import is_final, modules_of
from tests.serialization.things import again

one, two = jnp.ones(()), jnp.ones(2)
x = op.Input("x")
normal = D.Normal(one, one)
group = ParameterGroup(["a"], name="g", distribution=normal, transform=B.Tanh(), info={"i": [1]})
kernel = kernels.RBFKernel()
network = rf.Network([[[0.5j]], [[0.1]]], [1e9, 2e9], name="dut")

FAMILIES = {
    "scalar": Parameter(1.5),
    "fixed": Parameter([1.0, 2.0], fixed=True, name=["a", "b"]),
    "bounded": Parameter(1.0, name="b", bounds=(0, 3), unit="nH", info={"a": [1, (2, None)]}),
    "distributed": Parameter(1.0, distribution=normal, transform=B.Shift(one)),
    "of a function": Parameter(latent_value=1.0, transform=jnp.exp),
    "normal": parax.Normal(1.0, 0.5, name="n"),
    "uniform": parax.Uniform(0.0, 2.0, name="u"),
    "fixed by name": parax.Fixed(2.0),
}
"""Parameters of every family."""

TREES = {
    "module": parax.Module(name="m"),
    "groups": parax.distributions.ModuleDistribution([group]),
    "metadata": ParameterMetadata(name="a", scale=2.0, info={"i": 1}, distribution=normal),
    "inverse": Parameter(0.5, transform=Inverse(B.Tanh())),
    "ranges": [Parameter(0.5, transform=one) for one in (Between(0.0, 1.0), Positive())],
    "ladder": rf.Ladder([1e-9], [1e-12]),  # pyright: ignore[reportArgumentType]
    "network": network,
    "sweep": rf.Sweep([1e9, 2e9]),
    "text about a network": parax.parse("db(S11) + f/GHz", vocabulary=rf.vocabulary),
    "operator": op.Operator(),
    "apply": op.Apply(jnp.clip, x, 0.0, 1.0),
    "map": op.Map(jnp.sin, op.Attribute("a")),
    "method": -op.Method("s") + op.Constant(two, unit="m"),
    "lambda": op.Lambda(operator.add),
    "reduce": op.Reduce(x, jnp.max, axis=0),
    "sum": op.Sum([x, x + 1]),
    "parts": op.Mask(x, [True, False]) + op.OffDiagonal(x, 2) + op.Diagonal(x),
    "calculus": op.Derivative(x, "f", order=2) + op.Flatness(x, "dx", 0, 1, "grid"),
    "gradient": op.Gradient(x**2 + two, "x"),
    "step": op.Step("f", -1),
    "over": [op.Over(x, x > 1, scope=True), Inside(None), Inside((0, 1))],
    "goals": [
        parax.Goal(x < 1, over=["..2", (3.0, None)], weight=x, loss="huber(0.5)", name="g"),
        parax.Goal("0 < x < 1", over="x > 0", hard=True),
        goals.Penalty(x, 1.0, None, loss="rms", name="g", band="1..2"),
        op.limited(x, op.as_band("1..2")),
    ],
    "where": op.Where(x > 1, x[0:2], op.Stack([x, x])),
    "kernels": [
        kernels.ConstantKernel() * kernels.RBFKernel() + kernels.WhiteKernel(),
        *(kernels.Matern12Kernel(), kernels.Matern32Kernel(), kernels.Matern52Kernel()),
        kernels.PeriodicKernel(),
    ],
    "wrappers": [
        wrappers.NonTrainable({"a": two}),
        wrappers.Parameterize(jnp.exp, two),
        wrappers.WeightNormalization(jnp.eye(2)),
        wrappers.RealToIncreasingOnInterval(two, (0.0, 1.0)),
    ],
}


def held(tree, found):
    """Give the classes of all Modules in a tree, also of what is packed away."""
    if isinstance(tree, eqx.Module):
        found.add(type(tree))
        for value in vars(tree).values():
            held(value, found)
        if isinstance(tree, ParameterMetadata | ParameterGroup):
            held([tree.distribution, tree.transform], found)
    elif isinstance(tree, list | tuple):
        for value in tree:
            held(value, found)
    elif isinstance(tree, dict):
        held(list(tree.values()), found)
    return found


def test_every_class_of_parax_is_in_the_table():
    """A class that is added gets a row, or nobody knows whether it can be saved."""
    wanted = {cls for cls in modules_of("parax") if is_final(cls)} - {Optimizer}
    shown = held([*FAMILIES.values(), *TREES.values()], set())
    assert not {f"{cls.__module__}.{cls.__name__}" for cls in wanted - shown}


def test_an_optimiser_is_refused_for_the_functions_of_optax():
    """S14: the one class that cannot be saved, since Optax makes its functions anew each time."""
    optimizer = Optimizer(optax.sgd(0.1), {"a": two})
    with pytest.raises(parax.SerializationTypeError, match=r"`root\.transform\.init` is the local"):
        again(optimizer)


@pytest.mark.parametrize("tree", [*FAMILIES.values(), *TREES.values()], ids=[*FAMILIES, *TREES])
def test_every_class_comes_back_equal(tree):
    found = again({"x": (tree, [tree])})
    assert eqx.tree_equal(found, {"x": (tree, [tree])})
    assert type(found["x"][0]) is type(tree)
    assert found["x"][0] is found["x"][1][0]
    assert jax.tree.structure(found["x"][0]) == jax.tree.structure(tree)


leaves = st.sampled_from([*FAMILIES.values(), *TREES.values(), 1, 2.5, None, "text", two])
trees = st.recursive(
    leaves,
    lambda each: (
        st.lists(each, max_size=3)
        | st.tuples(each, each)
        | st.dictionaries(st.text(max_size=3), each, max_size=3)
        | st.dictionaries(st.integers(), each, max_size=3)  # JAX sorts keys: of one type each
    ),
    max_leaves=8,
)


@given(trees)
def test_any_nesting_comes_back_equal(tree):
    """S3, S6, S7."""
    found = again(tree)
    assert eqx.tree_equal(found, tree)
    assert type(found) is type(tree)
