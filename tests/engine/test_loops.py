"""Long chains compiled: values, gradients, batches, and what tells of them (X16)."""

# Numbers become Parameters in ways that no type checker can know.
# pyright: reportAssignmentType=false

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import Module, Parameter, op
from parax import functions as fn
from parax.errors import CompileError


class Map(Module):
    """A map that is applied again and again."""

    rate: Parameter = 0.9
    shift: Parameter = 0.1


def orbit(count: int, start: Any = 0.3) -> Any:
    value = op.Constant(start)
    for i in range(count):
        value = fn.sin(value * op.Input("rate")) * (1 - i / 1e6) + op.Input("shift")
    return value


def by_hand(count: int) -> Any:
    def step(value: Any, i: Any) -> tuple[Any, None]:
        rate, shift = value[1:]
        return (jnp.sin(value[0] * rate) * (1 - i / 1e6) + shift, rate, shift), None

    def function(x: Any) -> Any:
        start = (jnp.asarray(0.3, x.dtype), x[0], x[1])
        return jax.lax.scan(step, start, jnp.arange(count, dtype=x.dtype))[0][0]

    return jax.value_and_grad(function)


def check(count: int) -> None:
    problem = parax.problem(orbit(count), Map())
    value, gradient = problem.value_and_gradient(problem.x0)
    expected, slope = by_hand(count)(problem.x0)
    tolerance = 64 * float(jnp.finfo(problem.x0.dtype).eps)
    np.testing.assert_allclose(value, expected, tolerance)
    np.testing.assert_allclose(gradient, slope, 1e3 * tolerance)


def test_a_deep_chain_has_value_and_gradient() -> None:
    check(7000)


@pytest.mark.long
def test_a_chain_of_a_hundred_thousand_steps() -> None:
    check(100_000)


def test_a_loop_equals_the_chain_as_it_is() -> None:
    loop, plain = (parax.problem(orbit(25), Map(), rewrites=r) for r in (None, ()))
    tolerance = 64 * float(jnp.finfo(loop.x0.dtype).eps)
    np.testing.assert_allclose(loop(loop.x0), plain(loop.x0), tolerance)
    np.testing.assert_allclose(loop.gradient(loop.x0), plain.gradient(loop.x0), 4 * tolerance)
    points = loop.x0 + jnp.linspace(0, 0.1, 6).reshape(3, 2).astype(loop.x0.dtype)
    np.testing.assert_allclose(
        loop.batch(points), jnp.stack([loop(one) for one in points]), tolerance
    )


def test_what_looks_at_each_node_sees_the_chain() -> None:
    compiled = parax.compile(fn.log(orbit(30) - 10.0))
    findings = compiled.debug(Map())
    assert findings.value is not None
    assert findings.nodes > 90
    assert len(compiled.profile(Map(), runs=1).rows) > 90


def test_what_is_too_deep_is_refused_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parax.graph._depth.DEEPEST", 5)
    with pytest.raises(CompileError) as caught:
        parax.compile("sin(cos(tan(exp(x))))*2 + 1", x=1.0)
    assert str(caught.value).splitlines()[0] == (
        "7 operators in a row, each on the one before, are too deep to be compiled"
    )
    assert caught.value.span is not None
    assert caught.value.span.text == "sin(cos(tan(exp(x))))*2 + 1"
