"""Why something was compiled anew, and a guard against it (E2)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import functions as fn
from parax import op
from parax.debug import max_compiles
from parax.errors import CompileError, OperatorTypeError, ParameterValueError
from parax.parameters import Parameter


class Line(parax.Module):
    """Two numbers."""

    slope: Parameter = 2.0  # pyright: ignore[reportAssignmentType]
    offset: Parameter = 1.0  # pyright: ignore[reportAssignmentType]


@pytest.fixture(autouse=True)
def _empty() -> None:
    parax.clear_cache()


def reason(compiled: Any) -> str:
    return compiled.explain().splitlines()[-1].removeprefix("  because: ")


FLOAT = jnp.dtype(float) if jax.config.read("jax_enable_x64") else jnp.dtype("float32")


def test_nothing_is_compiled_before_it_is_needed() -> None:
    assert parax.compile("slope + 1").explain() == "nothing is compiled yet"


def test_a_first_one_has_no_other_reason() -> None:
    compiled = parax.compile("slope * x")
    compiled(Line(), x=1.0)
    first, why = compiled.explain().splitlines()
    assert first.startswith("value: traced in ")
    assert ", compiled in " in first
    assert why == "  because: the first of its kind"


def test_what_is_known_is_found_with_other_numbers_too() -> None:
    parax.compile("slope * x + 1")(Line(), x=1.0)
    again = parax.compile("slope * x + 2")
    again(Line(), x=3.0)
    assert again.explain() == "value: found in the cache"


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (np.ones(3), np.ones(4), f"`x` is {FLOAT}[4], and was {FLOAT}[3]"),
        (np.ones(3), np.ones(3, int), f"`x` is {jnp.arange(1).dtype}[3], and was {FLOAT}[3]"),
        (jnp.ones(()), 1.0, f"`x` is {FLOAT}[] from a plain number, and was {FLOAT}[]"),
    ],
    ids=["shape", "dtype", "weakness"],
)
def test_an_array_of_another_type(before: Any, now: Any, why: str) -> None:
    compiled = parax.compile("slope * x")
    compiled(Line(), x=before)
    compiled(Line(), x=now)
    assert reason(compiled) == why


def test_a_parameter_of_another_shape_is_named() -> None:
    compiled = parax.compile("sum(slope)")
    compiled(Line())
    compiled(Line(slope=Parameter([1.0, 2.0])))
    assert reason(compiled) == f"`model.slope` is {FLOAT}[2], and was {FLOAT}[]"


def test_many_arrays_of_other_types_are_counted() -> None:
    compiled = parax.compile("x[0]")
    compiled(x=[np.ones(2)] * 5)
    compiled(x=[np.ones(3)] * 5)
    assert reason(compiled).endswith("; 2 more arrays are of other types")


def test_what_became_free_or_fixed() -> None:
    compiled = parax.compile("slope + offset")
    compiled.gradient(Line())
    compiled.gradient(Line().with_fixed_params("slope"))
    assert "other trees" in reason(compiled) or "became fixed" in reason(compiled)
    argument = parax.compile("sum(x*y)")
    argument.gradient(x=X, y=X, argument="x")
    argument.gradient(x=X, y=X, argument="y")
    assert reason(argument) == "`y` became free and `x` became fixed"


X = np.ones(3)


def test_another_expression_is_told_where_it_departs() -> None:
    parax.compile("slope*x + sin(x) - x**2")(Line(), x=X)
    other = parax.compile("slope*x + sin(x) - x**3")
    other(Line(), x=X)
    assert reason(other) == "the expression is another one: `3` where `2` was"


def test_another_result_of_the_same_inputs() -> None:
    compiled = parax.compile("slope**2")
    compiled(Line())
    compiled.gradient(Line())
    assert reason(compiled) == "these inputs were compiled for other results: value"


def test_other_inputs_are_other_trees() -> None:
    compiled = parax.compile("x")
    compiled(x={"a": X})
    compiled(x={"a": X, "b": X})
    assert reason(compiled) == "the inputs are other trees: 2 arrays, and there were 1"
    compiled(x={"c": X, "b": X})
    assert reason(compiled).endswith("containers, classes or static fields differ")


def test_a_setting_of_jax() -> None:
    compiled = parax.compile("x @ x")
    compiled(x=X)
    with jax.default_matmul_precision("float32"):
        compiled(x=X)
    assert reason(compiled) == "JAX's `jax_default_matmul_precision` is 'float32', and was None"


def test_what_was_dropped_from_the_cache() -> None:
    size = 512
    try:
        parax.set_cache_size(1)
        parax.compile("x + 1")(x=X)
        parax.compile("sin(x)")(x=X)
        again = parax.compile("x + 1")
        again(x=X)
        assert reason(again) == "it was known, and has been dropped from the cache"
    finally:
        parax.set_cache_size(size)


def test_a_problem_explains_itself_too() -> None:
    problem = parax.problem("slope**2", Line())
    problem.value_and_gradient(problem.x0)
    problem.batch(np.ones((4, 2)))
    lines = problem.explain().splitlines()
    assert lines[0].startswith("value and gradient, of a flat vector: traced")
    assert lines[2].startswith("value, of 4 vectors: traced")


def test_a_guard_counts_what_is_made_alone() -> None:
    compiled = parax.compile("slope * x")
    with max_compiles(1):
        compiled(Line(), x=1.0)
        compiled(Line(), x=2.0)
    with max_compiles(0):
        compiled(Line(), x=3.0)


def test_a_guard_says_what_was_too_much_and_why() -> None:
    compiled = parax.compile("slope * x")
    compiled(Line(), x=X)
    with pytest.raises(CompileError) as caught, max_compiles(0):
        compiled(Line(), x=np.ones(5))
    assert str(caught.value) == (
        "an executable was asked for, and none was allowed\n"
        f"  help: the last one is value: `x` is {FLOAT}[5], and was {FLOAT}[3]"
    )
    with max_compiles(1):
        compiled(Line(), x=np.ones(6))
        with pytest.raises(CompileError, match="2 executables were asked for, and 1 allowed"):
            compiled(Line(), x=np.ones(7))
    compiled(Line(), x=np.ones(7))  # outside it is allowed again


def test_rewrites_can_be_turned_off() -> None:
    """G3."""
    expression = sum((fn.sin(op.Input("x") * i) for i in range(8)), start=op.Constant(0.0))
    plain = parax.compile(expression, rewrites=())
    rolled = parax.compile(expression, rewrites="roll")
    np.testing.assert_allclose(plain(x=X), rolled(x=X), 1e-5)
    assert reason(rolled) == "other rewrites are asked for"
    with pytest.raises(OperatorTypeError, match=r"no rewrite `rol`\n  help: did you mean `roll`"):
        parax.compile(expression, rewrites=["rol"])


@pytest.mark.parametrize("n", [-1, True])
def test_a_guard_takes_a_whole_number(n: int) -> None:
    with pytest.raises(ParameterValueError, match="a whole number of at least 0"):
        max_compiles(n)
