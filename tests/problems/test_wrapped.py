"""What is wrapped in a model or an expression is unwrapped once, in the executable (W2)."""

from __future__ import annotations

import io
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.bounds import tree_bounds
from parax.wrappers import (
    AbstractUnwrappable,
    NonTrainable,
    Parameterize,
    WeightNormalization,
    non_trainable,
    unwrap,
)

CALLS: list[int] = []


class Counted(AbstractUnwrappable[jax.Array]):
    """A wrapper that notes when it is asked."""

    raw: Any

    def unwrap(self) -> jax.Array:
        CALLS.append(1)
        return jnp.exp(self.raw)


class Dense(eqx.Module):
    """A plain Equinox layer."""

    weight: Any
    bias: Any

    def __call__(self, x: Any) -> Any:
        return jnp.tanh(self.weight @ x + self.bias)


class Filter(parax.Module):
    """A parax model with something wrapped in it."""

    taps: Any
    gain: parax.Parameter = 2.0  # pyright: ignore[reportAssignmentType]

    @parax.feature
    def response(self) -> Any:
        """The response."""
        return self.gain * jnp.cumsum(self.taps)


def layer() -> Dense:
    weight = WeightNormalization(jnp.array([[3.0, 4.0], [1.0, 2.0]]))
    return Dense(weight, Parameterize(jnp.exp, jnp.array([-1.0, 0.5])))


def loss(model: Any, x: Any) -> Any:
    return jnp.sum(model(x) ** 2)


X = jnp.array([0.5, -0.25])


def test_a_wrapped_model_is_evaluated_compiled_and_differentiated() -> None:
    model, expression = layer(), op.Lambda(loss) * 2.0
    expected = 2.0 * loss(unwrap(model), X)
    compiled = parax.compile(expression, model, X)
    np.testing.assert_allclose(expression(model, X), expected, 1e-6)
    np.testing.assert_allclose(compiled(model, X), expected, 1e-6)
    gradient = compiled.gradient(model, X)
    wanted = eqx.filter_grad(lambda model: 2.0 * loss(unwrap(model), X))(model)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-5, 1e-6), gradient, wanted)


def test_it_is_unwrapped_once_for_all_that_reads_it() -> None:
    model = Filter(Counted(jnp.arange(3.0)))
    expression = parax.parse("max(response) + min(response) - mean(taps) + sum(response)")
    compiled = parax.compile(expression)
    CALLS.clear()
    first = compiled(model)
    traced = len(CALLS)
    compiled(Filter(Counted(jnp.arange(3.0) / 2), gain=parax.Parameter(1.0)))
    assert traced == len(CALLS)  # nothing outside the executable
    taps = np.exp(np.arange(3.0))
    response = 2.0 * np.cumsum(taps)
    expected = response.max() + response.min() - taps.mean() + response.sum()
    np.testing.assert_allclose(first, expected, 1e-6)
    CALLS.clear()
    expression(model)
    assert len(CALLS) == 1


def test_parameters_inside_wrappers_are_free_and_named() -> None:
    model = Filter(Parameterize(jnp.exp, parax.Parameter(jnp.arange(3.0), name="raw")))
    problem = parax.problem("mean(response)", model)
    assert problem.names == ("taps_args_raw_0", "taps_args_raw_1", "taps_args_raw_2", "gain")
    x = problem.x0
    step = 1e-2
    numeric = [
        (problem(x.at[i].add(step)) - problem(x.at[i].add(-step))) / (2 * step) for i in range(4)
    ]
    np.testing.assert_allclose(problem.gradient(x), numeric, 1e-3)


def test_what_is_not_trainable_has_no_place_in_the_vector() -> None:
    model = eqx.tree_at(lambda one: one.bias, layer(), NonTrainable(jnp.ones(2)))
    problem = parax.problem(op.Lambda(loss), model, X)
    assert not any("bias" in name for name in problem.names)
    frozen = parax.problem(op.Lambda(loss), non_trainable(layer()), X)
    with pytest.raises(parax.errors.NoTrainableParametersError):
        frozen.gradient(frozen.x0)


def test_what_an_expression_carries_is_unwrapped_too() -> None:
    scale = Parameterize(jnp.exp, parax.Parameter(0.5, name="log_scale"))
    carried = op.Lambda(_Call(Counted(jnp.zeros(2)))) + op.Input("x") * scale
    compiled = parax.compile(carried)
    expected = np.full(2, np.exp(0.5) * 3.0 + 1.0)
    np.testing.assert_allclose(carried(x=3.0), expected, 1e-6)
    np.testing.assert_allclose(compiled(x=3.0), expected, 1e-6)


class _Call(eqx.Module):
    value: Any

    def __call__(self) -> Any:
        return self.value


def test_a_batch_and_a_file_of_a_wrapped_model() -> None:
    model = Filter(Parameterize(jnp.exp, parax.Parameter(jnp.arange(3.0), name="raw")))
    problem = parax.problem("mean(response)", model)
    rows = jnp.stack([problem.x0, problem.x0 * 0.5])
    np.testing.assert_allclose(problem.batch(rows), [problem(row) for row in rows], 1e-6)
    file = io.BytesIO()
    parax.save(file, model)
    file.seek(0)
    assert parax.compile("mean(response)")(parax.load(file)) == problem(problem.x0)


def test_bounds_of_a_model_fit_what_is_unwrapped() -> None:
    model = Filter(jnp.ones(3), gain=parax.Parameter(2.0, bounds=(0.0, 5.0), scale=-1.0))
    lower, upper = tree_bounds(model)
    assert jax.tree.structure(lower) == jax.tree.structure(unwrap(model))
    assert (float(lower.gain), float(upper.gain)) == (-5.0, 0.0)
