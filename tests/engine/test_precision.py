"""Values follow JAX's precision, and no result mixes two (E10)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax.parameters import Parameter


class Line(parax.Module):
    """Two numbers."""

    a: Parameter = 2.0  # pyright: ignore[reportAssignmentType]
    b: Parameter = 0.5  # pyright: ignore[reportAssignmentType]


OBJECTIVES = [
    "sum((a*x + b)**2)",
    "mean(exp(x)*a) - 1.5",
    "max(abs(a*x + 1j*b))",
    "sum(x[x > 0.2])",
]


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("text", OBJECTIVES)
def test_all_results_have_the_precision_of_the_setting(text: str, double: bool) -> None:
    wanted = np.float64 if double else np.float32
    with jax.enable_x64(double):
        problem: Any = parax.problem(text, Line(), x=np.linspace(0.0, 1.0, 5))
        value, slope = problem.value_and_gradient(problem.x0)
        assert {value.dtype, slope.dtype, problem.x0.dtype} == {np.dtype(wanted)}
        assert problem.batch(np.zeros((3, 2))).dtype == wanted


def test_a_change_of_the_setting_traces_again() -> None:
    compiled = parax.compile("x**2 + 0.1")
    found = {}
    for double in (False, True, False):
        with jax.enable_x64(double):
            found[double] = compiled(x=jnp.asarray(3.0))
    assert found[False].dtype == np.float32
    assert found[True].dtype == np.float64
    assert float(found[True]) == 9.1


def test_half_precision_is_kept() -> None:
    half = jnp.ones(3, jnp.float16)
    assert parax.compile("2*x + 1")(x=half).dtype == jnp.float16
