"""What is done to a module does the same under `jit`, `vmap` and `grad`: P2, P46, M29."""

import distreqx.bijectors as bijectors
import distreqx.distributions as distributions
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.module import Module, partition
from parax.parameters import (
    CenteredUniform,
    Fixed,
    Normal,
    Parameter,
    ParameterGroup,
    RelativeNormal,
    RelativeUniform,
    Uniform,
)

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false, reportCallIssue=false


class Inner(Module):
    loc: Parameter = Uniform(0.0, 60.0, 50.0)
    gain: Parameter = Normal(1.0, 1.0)


class Outer(Module):
    inner: Inner
    s: Parameter = Uniform(0.0, 1.0, 0.25, transform=bijectors.Sigmoid(), scale=2.0)
    vec: Parameter = Normal([10.0, 1.0, -10.0], 1.0)
    held: Parameter = Fixed(2.0)


def product(m, x):
    return m.s * m.inner.loc * x


def group(m):
    joint = distributions.Normal(jnp.zeros(2), jnp.ones(2) * m["s"])
    return ParameterGroup(["inner_loc", "inner_gain"], distribution=joint)


OPERATIONS = {
    "named_param_values": lambda m: m.named_param_values(scaled=True),
    "flat_param_values": lambda m: m.flat_param_values(space="physical"),
    "named_flat_param_values": lambda m: m.named_flat_param_values(),
    "flat_params": lambda m: m.flat_params(),
    "getitem": lambda m: m[["inner_loc", "s"]],
    "with_params vector": lambda m: m.with_params(m.flat_param_values() * 2),
    "with_params values": lambda m: m.with_params(inner_loc=m["s"] * 3, vec_1=m["s"], s=m["s"] / 2),
    "with_params parameters": lambda m: m.with_params(m.named_params()),
    "with_mapped_params": lambda m: m.with_mapped_params(lambda p: p.with_value(p.value / 2)),
    "with_free_submodules_only": lambda m: m.with_free_submodules_only("inner"),
    "with_transformed_params": lambda m: m.with_transformed_params(bijectors.Shift(2.0)),
    "groups": lambda m: (
        m.with_param_groups(group(m)).with_demoted_param_groups().distribution().mean()
    ),
    "with_mapped_distributions": lambda m: m.with_mapped_distributions(
        lambda d: distributions.Normal(m["s"], 1.0)
    ),
    "with_uniform_distributions": lambda m: m.with_uniform_distributions(0.1),
    "log_prob": lambda m: m.distribution().log_prob(m),
    "sampled": lambda m: m.sampled(0),
    "func_jacobian": lambda m: m.func_jacobian(product, 2.0),
    "func_sensitivity": lambda m: m.func_sensitivity(product, 2.0),
    "func_samples": lambda m: m.func_samples(product, 2.0, key=0, num_samples=2),
    "with_attrs": lambda m: m.with_attrs({"inner.loc": m["s"]}),
    "with_submodules": lambda m: m.with_submodules(inner=Inner(m["s"], 1.0)),
    "with_fields": lambda m: m.with_fields(s=m["s"]).copy(),
    "with_defaults": lambda m: Inner.with_defaults(loc=m["s"])(),
    "merged": lambda m: m.merged(m.with_params(inner_loc=m["s"])),
    "partition": lambda m: eqx.combine(*partition(m)),
    "Parameter": lambda m: Parameter(
        m["s"], bounds=(0, m["s"]), transform=bijectors.Sigmoid(), n=3
    ),
    "uniform": lambda m: [
        Uniform(m["s"], m["s"] + 1),
        CenteredUniform([m["s"], 1.0], 0.1),
        RelativeUniform(m["s"], 0.1),
    ],
    "normal": lambda m: [Normal(m["s"], m["s"], icdf_bounds=0.1), RelativeNormal(m["s"], 0.1)],
    "transformed": lambda m: m.s.transformed(bijectors.ScalarAffine(1.0, -2.0)),
    "latent space": lambda m: [
        m.s.latent_distribution.log_prob(m.s.latent_value),
        jnp.nan_to_num(m.s.latent_bounds, posinf=1.0, neginf=-1.0),
    ],
    "flattened": lambda m: m.vec.flattened(),
    "array protocol": lambda m: [2**m.s, abs(-m.s), m.vec @ m.vec, m.vec[0], jnp.sin(m.s)],
}


def as_numbers(result):
    """Join all arrays of a result into one vector."""
    leaves = [x for x in jax.tree.leaves(result) if eqx.is_inexact_array(x)]
    return jnp.concatenate([jnp.ravel(x) for x in leaves])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_on_tracers_gives_what_it_gives_on_numbers(operation):
    def numbers(m):
        return as_numbers(OPERATIONS[operation](m))

    module = Outer(Inner())
    direct = numbers(module)
    several = jax.tree.map(lambda x: jnp.stack([x, x]), module)
    np.testing.assert_allclose(jax.jit(jax.vmap(numbers))(several)[1], direct, rtol=2e-4, atol=1e-5)
    gradient = eqx.filter_jit(eqx.filter_grad(lambda m: jnp.sum(numbers(m))))(module)
    assert np.isfinite(gradient.flat_param_values()).all()
