"""Compiled, a choice by a number computes only the branch that is taken (X20)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

import parax
from parax import functions as fn
from parax import op
from parax.graph import Graph, Program, unrolled
from tests.graph.programs import agree, computed, programs
from tests.graph.strategies import Pair, expressions, inputs

X = jnp.linspace(0.5, 2.0, 4)
x, y, t, u = (op.Input(name) for name in "xytu")
HIGH, LOW = jnp.asarray(1.0), jnp.asarray(-1.0)


def check(outputs: Any, choices: int, **inputs: Any) -> Program:
    """Compare with the graph as it is on both sides, and count the choices of one branch."""
    for number in (HIGH, LOW):
        given = {"x": X, "y": X[::-1], "t": number, "u": -number}
        given = {name: given[name] for name in Graph(outputs).inputs() if name in given} | inputs
        graph, program = programs(outputs, **given)
        found = 0 if program.regions is None else len(program.regions.choices)
        assert found == choices
        agree(graph, program, given)
    return program


def gradient(outputs: Any, argument: str = "x", **inputs: Any) -> Any:
    """Give the gradient as it is compiled, guards included."""
    graph, program = programs(outputs, **inputs)
    return jax.grad(
        lambda own: jnp.sum(computed(graph, program, {**inputs, argument: own})), argnums=0
    )(inputs[argument])


class Calls:
    """Leaf operators that tell when they are run."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()

    def leaf(self, name: str) -> Any:
        def function(x: Any) -> Any:
            jax.debug.callback(lambda: self.ran.update([name]))
            return jnp.sin(x)

        return op.Lambda(function)

    def during(self, function: Any, *args: Any, **inputs: Any) -> dict[str, int]:
        jax.effects_barrier()
        self.ran.clear()
        jax.block_until_ready(function(*args, **inputs))
        jax.effects_barrier()
        return dict(self.ran)


@pytest.mark.parametrize(("number", "taken"), [(1.0, "yes"), (-1.0, "no"), (0.0, "no")])
def test_the_other_branch_is_not_run(number: float, taken: str) -> None:
    calls = Calls()
    chosen = op.Where(t > 0, fn.sum(calls.leaf("yes")), fn.mean(calls.leaf("no") * 2))
    compiled = parax.compile(chosen)
    assert calls.during(compiled, x=X, t=number) == {taken: 1}
    assert calls.during(compiled.gradient, x=X, t=number, argument="x") == {taken: 1}


def test_what_both_need_is_computed_before_and_once() -> None:
    calls = Calls()
    shared, own = calls.leaf("shared"), calls.leaf("own")
    chosen = op.Where(t > 0, fn.sum(shared), fn.mean(shared * own))
    assert calls.during(parax.compile(chosen), x=X, t=1.0) == {"shared": 1}
    also = {"chosen": chosen, "own": fn.max(own)}
    assert calls.during(parax.compile(also), x=X, t=1.0) == {"shared": 1, "own": 1}
    check(op.Where(t > 0, fn.sum(fn.exp(x)), fn.mean(fn.exp(x) * y)), 1)


def test_elementwise_branches_are_computed_both() -> None:
    check(op.Where(t > 0, fn.sin(x) * 2, fn.exp(y) + x[0]), 0)
    check(fn.mean(op.Where(t > 0, fn.sin(x) * 2, 0.0)), 0)
    check(op.Where(x > 1, fn.mean(x), fn.sum(y)), 0)


def test_values_have_the_type_of_both() -> None:
    halves = op.Lambda(lambda z: {"a": z, "b": (jnp.sum(z), z[:3])})
    for other in (1, 2.5, 1j, x, y[:, None] * x, x > 1, halves):
        for sides in ((fn.mean(x), other), (other, fn.mean(x))):
            given = {"x": X.astype(jnp.float16), "y": X, "t": HIGH, "z": X}
            given = {k: v for k, v in given.items() if k != "z" or other is halves}
            graph, program = programs({"chosen": op.Where(t > 0, *sides), "other": x * y}, **given)
            assert program.regions is not None
            found, expected = (
                jax.eval_shape(lambda p=one: computed(graph, p, given))  # noqa: B023
                for one in (program, unrolled(graph.structure))
            )
            assert jax.tree.map(_type, found) == jax.tree.map(_type, expected)
    means = op.Lambda(lambda z: {"a": jnp.mean(z), "b": (1, 0)})
    check(op.Where(t > 0, halves, means), 1, z=X)


def _type(one: Any) -> tuple[Any, ...]:
    return one.shape, one.dtype, one.weak_type


def test_a_condition_may_be_any_number() -> None:
    check(op.Where(t, fn.mean(x), 0.0), 1)
    check(op.Where(fn.round(t) + 1, fn.mean(x), fn.sum(y)), 1)
    check(op.Where(op.Where(t > 0, fn.mean(x), 0.0) > 0.1, fn.sum(y), 0.0), 2)


def test_choices_nest() -> None:
    inner = op.Where(u > 0, fn.mean(x), fn.sum(x * y))
    check(op.Where(t > 0, inner * 2, fn.max(y)), 2)
    check(op.Where(t > 0, inner, inner + 1) - inner, 1)
    deep = fn.mean(x)
    for i in range(20):
        deep = op.Where(t > i, deep, i * 1.0)
    assert programs(deep, x=X, t=HIGH)[1].regions is not None
    np.testing.assert_allclose(computed(*programs(deep, x=X, t=HIGH), {"x": X, "t": HIGH}), 19.0)


@pytest.mark.parametrize(
    "branch",
    [
        fn.sum(op.Map(jnp.sqrt, op.Input("z"))),
        fn.sum(op.Lambda(lambda z: jnp.sqrt(z))),
        op.Lambda(lambda z: jnp.sqrt(z))[0] + y,
    ],
)
def test_gradients_are_finite_in_one_and_in_many(branch: Any) -> None:
    mean = fn.mean(y)
    for chosen in (op.Where(t > 0, branch, mean), op.Where(t <= 0, mean, branch)):
        graph, program = programs(chosen, z=X, y=X, t=HIGH)
        assert program.regions is not None

        def value(z: Any, t: Any, graph: Any = graph, program: Any = program) -> Any:
            return jnp.sum(computed(graph, program, {"z": z, "y": X, "t": t}))

        slope = jax.grad(value)
        np.testing.assert_array_equal(slope(jnp.zeros(4), LOW), 0)
        many = jax.vmap(slope)(jnp.zeros((2, 4)).at[0].set(1.0), jnp.stack([HIGH, LOW]))
        np.testing.assert_array_equal(many[1], 0)
        np.testing.assert_allclose(many[0], slope(jnp.ones(4), HIGH), 1e-6)


def test_a_choice_of_elements_around_one_by_a_number_keeps_its_guards() -> None:
    inner = op.Where(t > 0, op.Map(jnp.sqrt, x) + fn.mean(y), fn.sum(y))
    chosen = op.Where(x > 0.1, inner, x)
    check(chosen, 1)
    for number in (HIGH, LOW):
        found = gradient(chosen, x=jnp.asarray([0.0, 4.0]), y=X, t=number)
        np.testing.assert_allclose(found, [1.0, 0.25 if number > 0 else 0.0])


def test_choices_inside_of_rolls_and_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parax.graph._chain.LONG", 4)
    terms = [op.Where(t > i / 3, fn.mean(x * i), fn.sum(y) * i) for i in range(4)]
    check(sum(terms[1:], terms[0]), 0)  # one body, whose choices are by many numbers
    value = x
    for i in range(5):
        value = fn.sin(value) * op.Where(t > i / 5, fn.mean(y * i), 1.0)
    graph, program = programs(value, x=X, y=X, t=HIGH)
    assert program.loops
    agree(graph, program, {"x": X, "y": X, "t": HIGH})


def test_what_is_rolled_in_a_branch_stays_there() -> None:
    terms = [fn.mean(fn.sin(x * i)) for i in range(6)]
    check(op.Where(t > 0, sum(terms[1:], terms[0]), 0.0), 1)


def test_masked_branches_are_computed_both() -> None:
    kept = op.Over(x, x > 1)
    check(fn.mean(op.Where(t > 0, kept + fn.mean(y), kept * fn.sum(y))), 0)
    check(op.Where(t > 0, fn.mean(kept), fn.sum(y)), 1)


def test_a_summary_and_an_explanation_count_the_choices() -> None:
    chosen = op.Where(t > 0, fn.mean(x), fn.sum(x))
    assert Graph(chosen).summary(x=X, t=HIGH).splitlines()[-1] == "by branch: 1 choice"
    compiled = parax.compile(chosen, x=X, t=HIGH)
    assert "by branch: 1 choice" in compiled.explain()


def test_the_rewrite_can_be_turned_off() -> None:
    compiled = parax.compile(op.Where(t > 0, fn.mean(x), fn.sum(x)), rewrites=())
    assert "cond" not in str(jax.make_jaxpr(lambda x, t: compiled(x=x, t=t))(X, HIGH))


@settings(max_examples=3)
@given(expressions(), inputs())
def test_random_choices_agree_with_the_reference(pair: Pair, values: dict[str, Any]) -> None:
    values = {name: values[name] for name in Graph(pair.operator).inputs()}
    graph, program = programs(pair.operator, **values)
    own = jax.grad(lambda values: computed(graph, program, values), allow_int=True)(values)
    other = jax.grad(lambda values: pair.reference(values), allow_int=True)(values)
    scale = 1 + max(float(jnp.max(jnp.abs(one))) for one in other.values())
    for name, expected in other.items():
        np.testing.assert_allclose(own[name], expected, 1e-4, 1e-4 * scale)
