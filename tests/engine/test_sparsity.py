"""Jacobians of goals that see a few parameters each take fewer passes (E4)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import functions as fn
from parax import op
from parax.parameters import Fixed, Parameter


class Chain(parax.Module):
    """Parameters in a row, one of two numbers, one fixed."""

    values: list[Parameter]
    pair: Parameter
    still: Parameter

    @parax.feature
    def total(self) -> Any:
        """A sum that sees all of the row."""
        return sum(jnp.asarray(value) for value in self.values)


def chain(count: int = 9) -> Chain:
    row = [Parameter(0.5 + 0.1 * i, scale=2.0) for i in range(count)]
    return Chain(row, Parameter([0.3, 0.7]), Fixed(2.0))


NEIGHBOURS = [f"values[{i}]**2*sin(values[{i + 1}])" for i in range(8)]


def passes(compiled: Any) -> str:
    return next((line.strip() for line in compiled.explain().splitlines() if "passes" in line), "")


def check(outputs: Any, wanted: str, model: Any = None, **inputs: Any) -> None:
    """Compare with the Jacobian that is not compressed."""
    model = chain() if model is None else model
    compiled, plain = parax.compile(outputs), parax.compile(outputs, rewrites=())
    found, expected = (one.jacobian(model, **inputs) for one in (compiled, plain))
    assert passes(compiled) == wanted
    assert passes(plain) == ""
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    jax.tree.map(lambda one, two: np.testing.assert_allclose(one, two, 1e-6), found, expected)


def test_goals_of_neighbours_take_two_passes() -> None:
    check(f"[{', '.join(NEIGHBOURS)}]", "2 of 11 passes for the Jacobian")


def test_a_parameter_of_several_numbers_takes_as_many() -> None:
    check(f"[{', '.join([*NEIGHBOURS, 'sum(pair**3)'])}]", "3 of 11 passes for the Jacobian")


def test_outputs_by_name() -> None:
    outputs = {f"goal {i}": text for i, text in enumerate(NEIGHBOURS)}
    check({**outputs, "curve": "values[0]*x"}, "2 of 11 passes for the Jacobian", x=jnp.arange(3.0))


def test_rows_of_several_numbers() -> None:
    rows = ", ".join(f"values[{i}]*x" for i in range(9))
    check(f"stack({rows}, axis=0)", "1 of 11 passes for the Jacobian", x=jnp.arange(3.0))
    check(f"stack({rows}, axis=1)", "", x=jnp.arange(3.0))


def test_own_parameters_of_the_expression_count() -> None:
    own = [Parameter(1.0 + i, name=f"own{i}") for i in range(8)]
    goals = [op.Input("values")[i] * one for i, one in enumerate(own)]
    check(op.Stack(goals, axis=0), "2 of 19 passes for the Jacobian")


def test_what_sees_everything_is_not_compressed() -> None:
    check(f"[{', '.join([*NEIGHBOURS, 'total'])}]", "")
    check("total", "")
    check("[a*b, b*2]", "", {"a": jnp.array(1.0), "b": jnp.array(2.0)})


def test_a_row_that_is_not_finite_spoils_no_other() -> None:
    model = chain()
    roots = ", ".join(f"log(values[{i}] - {i}/10 - 1)" for i in range(9))  # of zero: infinite
    row = [Parameter(0.5 + 0.1 * i + (i == 4)) for i in range(9)]
    model = Chain(row, Parameter([0.3, 0.7]), Fixed(2.0))
    jacobian = parax.compile(f"[{roots}]").jacobian(model)
    whole = np.stack([one.latent_value for one in jacobian.values], axis=1)
    np.testing.assert_array_equal(whole != 0, np.eye(9, dtype=bool))


def test_choices_and_masks() -> None:
    choices = [f"where(values[{i}] > 0.8, values[{i}]**2, values[{i + 1}])" for i in range(8)]
    check(f"[{', '.join(choices)}]", "2 of 11 passes for the Jacobian")
    x = np.linspace(0.0, 1.0, 5)
    limited = [
        fn.mean(fn.over(op.Input("values")[i] * op.Input("x"), op.Input("x") > 0.3))
        for i in range(9)
    ]
    check(op.Stack(limited, axis=0), "1 of 11 passes for the Jacobian", x=x)


def test_mixed_types_are_left_alone() -> None:
    model = {"a": jnp.ones(3), "b": jnp.ones(2, jnp.float16), "c": jnp.ones(1) * 1j}
    check("[a[0], a[1]]", "", {"a": model["a"], "b": model["b"]})
    compiled = parax.compile("[a[0], abs(c[0])]")
    assert passes(compiled) == ""
    assert compiled.jacobian({"a": model["a"], "c": model["a"]})["a"].shape == (2, 3)


@pytest.mark.parametrize("seed", range(3))
def test_random_patterns(seed: int) -> None:
    random = np.random.default_rng(seed)
    texts = []
    for _ in range(12):
        first, second = random.integers(0, 9, 2)
        texts.append(f"values[{first}]*exp(values[{second}]) + still")
    compiled, plain = (
        parax.compile(f"[{', '.join(texts)}]"),
        parax.compile(f"[{', '.join(texts)}]", rewrites=()),
    )
    one, two = compiled.jacobian(chain()), plain.jacobian(chain())
    jax.tree.map(lambda one, two: np.testing.assert_allclose(one, two, 1e-6), one, two)
