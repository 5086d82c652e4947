"""A Parameter on one line: P33."""

# Functions of JAX are not declared to take what has `__jax_array__`.
# pyright: reportArgumentType=false

import distreqx.bijectors as bij
import distreqx.distributions as dist
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.parameters import Fixed, Parameter, ParameterMetadata, Uniform

F = "f64" if jnp.result_type(float) == np.float64 else "f32"


class Pair(eqx.Module):
    a: Parameter
    b: Parameter


SHOWN = {
    "scalar": (lambda: Parameter(1.0), "Parameter(value=1)"),
    "four digits": (lambda: Parameter(3.14159265), "Parameter(value=3.142)"),
    "small": (lambda: Parameter(1.23456e-9), "Parameter(value=1.235e-09)"),
    "vector": (lambda: Parameter([1.0, 2.0, 3.0]), f"Parameter(value={F}[3])"),
    "matrix": (lambda: Parameter(np.ones((2, 3))), f"Parameter(value={F}[2,3])"),
    "scale": (lambda: Parameter(1.0, scale=1e-9), "Parameter(value=1, scale=1e-09)"),
    "unit": (lambda: Parameter("8 nH"), "Parameter(value=8, unit='nH')"),
    "fixed": (lambda: Fixed(1.0), "Parameter(value=1, fixed=True)"),
    "transform": (
        lambda: Parameter(latent_value=0.0, transform=bij.Sigmoid()),
        "Parameter(latent_value=0, transform=Sigmoid())",
    ),
    "function": (
        lambda: Parameter(latent_value=0.0, transform=jnp.exp),
        "Parameter(latent_value=0, transform=exp)",
    ),
    "bounds": (
        lambda: Parameter([1.0, 2.0], bounds=[[0, 1], [0, 2]]),
        f"Parameter(value={F}[2], bounds={F}[2,2])",
    ),
    "names": (lambda: Parameter([1.0], name=["a"]), f"Parameter(value={F}[1], name=['a'])"),
    "info": (
        lambda: Parameter(1.0, info={"a": np.ones(2, np.float32), "b": [1, (2.5,)], "c": "x\ny"}),
        r"Parameter(value=1, info={'a': f32[2], 'b': [1, (2.5,)], 'c': 'x\ny'})",
    ),
    "all, in order": (
        lambda: Parameter(
            latent_value=0.5, fixed=True, scale=2.0, name="a", bounds=(0, 9.0), note=3,
            transform=bij.Chain([bij.ScalarAffine(1.0, 2.0), bij.Shift(0.5)]),
            distribution=dist.Normal(0.0, 1.5),
        ),
        "Parameter(latent_value=0.5, scale=2, fixed=True, distribution=Normal(loc=0, scale=1.5),"
        " transform=Chain(bijectors=[ScalarAffine(shift=1, scale=2), Shift(shift=0.5)]),"
        " bounds=(0, 9), name='a', info={'note': 3})",
    ),
    "vector family": (
        lambda: Uniform([0, 1], [1, 2]),
        f"Parameter(value={F}[2], distribution=Uniform(low={F}[2], high={F}[2]), bounds={F}[2,2])",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SHOWN)
def test_a_parameter_is_shown_on_one_line(kind):
    """P33: value, then what differs from the default, in a fixed order."""
    make, expected = SHOWN[kind]
    assert repr(make()) == expected


def test_the_true_type_is_shown():
    """P33: it said f64 always."""
    p = Parameter([1.0, 2.0])
    half = eqx.tree_at(lambda p: p.latent_value, p, jnp.ones(2, jnp.bfloat16))
    assert repr(half) == "Parameter(value=bf16[2])"


def test_half_of_a_partition_is_shown():
    """P33"""
    dynamic, static = eqx.partition(Parameter(1.0, name="a", scale=2.0), eqx.is_inexact_array)
    assert repr(static) == "Parameter(value=None, scale=2, name='a')"
    assert repr(dynamic) == "Parameter(value=1, scale=2, name='a')"
    shell = jax.tree.map(lambda _: None, Uniform(0, 1, transform=bij.Shift(1.0)))
    assert repr(shell).startswith("Parameter(latent_value=None, distribution=Uniform(")


def test_a_tracer_is_shown():
    """P33"""
    seen = []
    jax.jit(lambda p: seen.append(repr(p)))(Uniform(0, 1, name="a"))
    assert seen == [
        f"Parameter(value={F}[], distribution=Uniform(low={F}[], high={F}[]),"
        f" bounds={F}[2], name='a')"
    ]
    jax.vmap(lambda p: seen.append(repr(p)))(Parameter([1.0, 2.0]))
    assert seen[1] == f"Parameter(value={F}[])"
    abstract = jax.eval_shape(lambda p: p, Parameter([1.0, 2.0]))
    assert repr(abstract) == f"Parameter(value={F}[2])"


def test_a_module_shows_its_parameters_so():
    """P33"""
    assert repr(Pair(Parameter(1.0), Fixed(2.0))) == (
        "Pair(a=Parameter(value=1), b=Parameter(value=2, fixed=True))"
    )


def test_metadata_is_shown_likewise():
    """P58"""
    meta = ParameterMetadata(name="a", bounds=(0, 1), unit="nH")
    assert repr(meta) == "ParameterMetadata(bounds=(0, 1), name='a', unit='nH')"
    assert repr(ParameterMetadata(scale=2.0)) == "ParameterMetadata(scale=2)"
