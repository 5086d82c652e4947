"""Ten thousand steps in one compiled function keep every constraint: T20."""

# pyright: reportAssignmentType=false, reportArgumentType=false, reportCallIssue=false

import distreqx.bijectors as bij
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from parax.module import Module
from parax.parameters import Between, Fixed, Parameter, Positive
from parax.training import Optimizer, build_update_fn, scan
from parax.wrappers import NonTrainable

STEPS = 10_000
FROZEN = NonTrainable(jnp.array([0.25, 4.0]))


class Constrained(Module):
    """Every kind of range, and what never changes."""

    rate: Parameter = Parameter(latent_value=0.5, transform=jnp.exp)
    positive: Parameter = Parameter([0.1, 3.0], transform=Positive())
    inside: Parameter = Parameter([0.5, 1.5, 2.9], transform=Between(0.0, 3.0))
    share: Parameter = Parameter(0.5, transform=bij.Sigmoid(), scale=2.0)
    held: Parameter = Fixed(7.0)
    frozen: NonTrainable = FROZEN


def pull(model, goal):
    """Pull every value to a goal, which lies outside most ranges."""
    values = [model.rate, model.positive, model.inside, model.share, model.held]
    value = sum(jnp.sum((v - goal) ** 2) for v in values)
    return value, (value, model)


@pytest.mark.parametrize("goal", [-5.0, 5.0, 1.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ten_thousand_steps_stay_in_range(goal, dtype):
    """T20, T11, T19: in both precisions, as one compiled function that is traced once"""
    with jax.enable_x64(dtype == "float64"):
        traces = []

        def loss(model, x):
            traces.append(1)
            return pull(model, x)

        step = build_update_fn(loss, scan_mode=True)
        model = jax.tree.map(
            lambda leaf: jnp.asarray(leaf, dtype) if eqx.is_inexact_array(leaf) else leaf,
            Constrained(),
        )
        optimizer = Optimizer(optax.adamw(0.05, weight_decay=1e-3), model)

        @eqx.filter_jit
        def train(model, optimizer, goals):
            def watched(carry, x):
                carry, value = step(carry, x)
                return carry, (value, carry[0].positive.value, carry[0].inside.value)

            return scan(watched, (model, optimizer), goals)

        goals = jnp.full(STEPS, goal, dtype)
        (new, optimizer), (losses, positive, inside) = train(model, optimizer, goals)
        assert len(traces) == 1
        assert int(optimizer.state[0].count) == STEPS
        assert losses.shape == (STEPS,)
        assert losses.dtype == positive.dtype == new.rate.dtype == dtype
        assert float(losses[-1]) < float(losses[0])

        assert np.all(np.isfinite(positive))
        assert np.all(np.asarray(positive) > 0)
        assert np.all((np.asarray(inside) > 0) & (np.asarray(inside) < 3))
        assert float(new.rate) > 0
        assert 0 <= float(new.share.value) <= 1
        assert float(new.held) == 7.0
        assert eqx.tree_equal(new.frozen, model.frozen)
        if goal == 1.0:
            np.testing.assert_allclose(new.positive.value, 1.0, atol=0.02)
            np.testing.assert_allclose(new.inside.value, 1.0, atol=0.02)
