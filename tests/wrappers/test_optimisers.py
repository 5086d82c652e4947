"""Constraints hold however far an optimiser goes, in 32 bit too: W18-W20."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from parax.errors import ParameterValueError
from parax.parameters import Between, Parameter, Positive
from parax.wrappers import (
    Parameterize,
    RealToIncreasingOnInterval,
    WeightNormalization,
    softplus,
    unwrap,
)

STEPS = 10_000
STARTS = jnp.array([-1e30, -1e4, -200.0, -104.0, -1.0, 0.0, 1.0, 200.0, 1e4, 1e30])


def weights():
    w = WeightNormalization(jnp.arange(1.0, 21.0).reshape(10, 2))
    return eqx.tree_at(lambda w: w.scale.args, w, (STARTS[:, None],))


MAKERS = {
    "softplus": lambda: Parameterize(softplus, STARTS),
    "positive": lambda: Parameter(latent_value=STARTS, transform=Positive()),
    "scaled": lambda: Parameter(latent_value=STARTS, transform=Positive(), scale=1e-3),
    "between": lambda: Parameter(
        latent_value=STARTS, transform=Between(0.1, 0.3), bounds=(0.1, 0.3)
    ),
    "negative": lambda: Parameter(latent_value=STARTS, transform=Between(-2.0, 0.0)),
    "weights": weights,
    "increasing": lambda: RealToIncreasingOnInterval(STARTS, (0.1, 0.7)),
}


def require_inside(kind, model):
    values = unwrap(model)
    assert bool(jnp.isfinite(values).all())
    if kind in ("softplus", "positive"):
        assert bool((values > 0).all())
    elif kind == "scaled":
        assert bool((model.value > 0).all())
    elif kind == "between":
        lower, upper = model.lower_upper()
        assert bool(((lower < values) & (values < upper)).all())
    elif kind == "negative":
        assert bool(((values > -2) & (values < 0)).all())
    elif kind == "weights":
        assert bool((unwrap(model.scale) > 0).all())
    else:
        assert bool((jnp.diff(values) > 0).all())
        assert float(values[0]) >= 0.1
        assert values[-1] == jnp.asarray(0.7, values.dtype)


@pytest.mark.parametrize("goal", [-1e6, 0.0, 1e6])
@pytest.mark.parametrize("optimiser", [optax.adam(1.0), optax.sgd(10.0)], ids=["adam", "sgd"])
@pytest.mark.parametrize("kind", MAKERS)
def test_constraints_hold_after_many_steps(kind, optimiser, goal):  # W18-W20
    """A softplus that underflows gave a scale, a width or a value of exactly 0."""
    start = jax.tree.map(lambda x: x.astype("float32"), MAKERS[kind]())
    dynamic, static = eqx.partition(start, eqx.is_inexact_array)
    free = latent_only(dynamic)

    def loss(dynamic):
        return jnp.sum(jnp.abs(unwrap(eqx.combine(dynamic, static)) - goal))

    def step(carry, _):
        dynamic, state = carry
        gradient = jax.grad(loss)(dynamic)
        updates, state = optimiser.update(gradient, state)
        updates = jax.tree.map(lambda u, is_free: u * is_free, updates, free)
        finite = jnp.all(jnp.stack([jnp.isfinite(x).all() for x in jax.tree.leaves(gradient)]))
        return (optax.apply_updates(dynamic, updates), state), finite

    run = jax.jit(lambda carry: jax.lax.scan(step, carry, length=STEPS))
    (last, _), finite = run((dynamic, optimiser.init(dynamic)))
    assert bool(finite.all())
    require_inside(kind, eqx.combine(last, static))


def latent_only(dynamic):
    """Give 1 for what is trained, and 0 for limits, which are metadata of a Parameter."""
    ones = jax.tree.map(lambda _: 1.0, dynamic)
    if isinstance(dynamic, Parameter):
        ones = jax.tree.map(lambda _: 0.0, dynamic)
        return eqx.tree_at(lambda p: p.latent_value, ones, 1.0)
    return ones


@pytest.mark.parametrize("kind", MAKERS)
def test_constraints_hold_at_hostile_starts(kind):  # W18-W20
    model = jax.tree.map(lambda x: x.astype("float32"), MAKERS[kind]())
    require_inside(kind, model)
    gradient = jax.grad(lambda m: jnp.sum(unwrap(m)))(model)
    assert all(bool(jnp.isfinite(x).all()) for x in jax.tree.leaves(gradient))


@pytest.mark.parametrize("y", [1e-30, 1e-3, 1.0, 100.0, 1e30])
def test_positive_there_and_back(y):  # W20
    p = Parameter(y, transform=Positive())
    assert float(p.value) == pytest.approx(y, rel=2e-5)


@pytest.mark.parametrize("limits", [(0.0, 5.0), (-2.0, 0.0), (0.1, 0.3), (-1e6, 1e-6)])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_between_there_and_back(limits, share):  # W20
    low, high = limits
    y = low + share * (high - low)
    p = Parameter(y, transform=Between(low, high))
    assert float(p.value) == pytest.approx(y, rel=1e-4)
    x = np.log(share / (1 - share))
    assert float(p.latent_value) == pytest.approx(x, rel=1e-2, abs=1e-4)


@pytest.mark.parametrize("bijector", [Positive(), Between(-1.0, 3.0)])
@pytest.mark.parametrize("x", [-3.0, 0.0, 0.5, 4.0])
def test_densities(bijector, x):  # W20
    y, log_slope = bijector.forward_and_log_det(jnp.array(x))
    assert float(log_slope) == pytest.approx(
        float(jnp.log(jax.grad(bijector.forward)(x))), rel=1e-4
    )
    back, inverse = bijector.inverse_and_log_det(y)
    assert float(back) == pytest.approx(x, abs=1e-4)
    assert float(inverse) == pytest.approx(-float(log_slope), rel=1e-3, abs=1e-4)
    assert float(bijector.inverse_log_det_jacobian(y)) == pytest.approx(float(inverse))


def test_limits_for_each_element():  # W20
    p = Parameter([0.5, 1.5], transform=Between([0.0, 1.0], 2.0))
    assert [float(q) for q in p.flattened()] == pytest.approx([0.5, 1.5])
    t = p.transform
    assert t.same_as(t)
    assert not t.same_as(Between([0.0, 1.0], 3.0))
    assert Positive().same_as(Positive())
    assert not Positive().same_as(t)


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_what_is_not_positive_is_not_reached(value):  # W20
    with pytest.raises(ParameterValueError, match="cannot be reached"):
        Parameter(value, transform=Positive())


@pytest.mark.parametrize("value", [0.0, 1.0, 2.0])
def test_what_is_not_between_is_not_reached(value):  # W20
    with pytest.raises(ParameterValueError, match="cannot be reached"):
        Parameter(value, transform=Between(0.0, 1.0))


@pytest.mark.parametrize("limits", [(1, 1), (2, 1), (0, np.inf), (-np.inf, 0), (np.nan, 1)])
def test_limits_that_are_no_limits(limits):  # W20
    with pytest.raises(ParameterValueError, match="must be finite, the lower below the upper"):
        Between(*limits)
