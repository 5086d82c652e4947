"""The gradient by physical values is that of the objective as a function of them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from distreqx import bijectors

import parax
from parax.cli._gradient import physical_gradient


@pytest.fixture(autouse=True)
def double() -> Any:
    with jax.enable_x64(True):
        yield


def rows(text: str, model: Any, **inputs: float) -> dict[str, tuple[float, float]]:
    problem = parax.problem(text, model, inputs=inputs)
    return {row.name: (row.value, row.gradient) for row in physical_gradient(problem)[1]}


def test_without_a_transform_it_is_the_problems_own():
    class Bowl(parax.Module):
        a: parax.Parameter = parax.Parameter(3.0, scale=1e-9)

    assert rows("1e9 * a", Bowl()) == {"a": (3.0, pytest.approx(1.0))}


def test_a_transform_of_a_number_is_undone():
    class Loss(parax.Module):
        x: parax.Parameter = parax.Parameter(0.25, transform=bijectors.Sigmoid())

    found = rows("100 * x**2", Loss())["x"]
    assert found == (pytest.approx(0.25), pytest.approx(50.0))


def test_a_transform_of_an_array_is_undone_element_by_element():
    class Losses(parax.Module):
        x: parax.Parameter = parax.Parameter([0.1, 0.5, 0.9], transform=bijectors.Sigmoid())

    found = rows("sum(x**2)", Losses())
    assert list(found) == ["x_0", "x_1", "x_2"]
    np.testing.assert_allclose(list(found.values()), [(0.1, 0.2), (0.5, 1.0), (0.9, 1.8)])


def test_a_transform_that_mixes_elements_is_undone():
    matrix = jnp.array([[2.0, 1.0], [1.0, -3.0]])
    transform = bijectors.UnconstrainedAffine(matrix, jnp.zeros(2))

    class Mixed(parax.Module):
        x: parax.Parameter = parax.Parameter([1.0, 4.0], transform=transform)

    found = rows("x[0]**2 + 5*x[1]", Mixed())
    np.testing.assert_allclose(list(found.values()), [(1.0, 2.0), (4.0, 5.0)])


def test_arrays_of_a_plain_model_are_their_own_physical_values():
    found = rows("sum(w * w)", {"w": jnp.array([1.0, 2.0])})
    assert found == {"w_0": (1.0, 2.0), "w_1": (2.0, 4.0)}


def test_fixed_parameters_take_no_part():
    class Part(parax.Module):
        a: parax.Parameter = parax.Fixed(2.0)
        b: parax.Parameter = parax.Parameter(3.0)

    assert rows("a * b", Part()) == {"b": (3.0, 2.0)}
