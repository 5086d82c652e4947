"""Rolling: alike operands are computed by one body, and nothing else changes (E5)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax import functions as fn
from parax import op
from parax.graph import Graph, Kind, Program, evaluate
from tests.graph.programs import agree, computed, programs

X = jnp.linspace(-1.0, 2.0, 7)
M = jnp.arange(24.0).reshape(2, 3, 4) / 7
x, y, m = op.Input("x"), op.Input("y"), op.Input("m")
INPUTS = {"x": X, "y": jnp.flip(X) ** 2 + 0.5, "m": M}


def check(outputs: Any, rolls: tuple[int, ...], **inputs: Any) -> Program:
    """Compare with the graph as it is: values, their types, and gradients in all inputs."""
    inputs = inputs or {name: INPUTS[name] for name in Graph(outputs).inputs()}
    graph, program = programs(outputs, **inputs)
    assert sorted(count for count, _ in program.rolls) == sorted(rolls)
    agree(graph, program, inputs)
    return program


def total(terms: list[Any]) -> Any:
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def test_terms_that_differ_in_numbers_are_one_body() -> None:
    program = check(
        total([fn.mean(fn.max(fn.sin(x) - i, 0.0) ** 2) * (i + 0.5) for i in range(20)]), (20,)
    )
    assert len(program.structure) < 6


def test_the_table_does_not_grow_with_the_number_of_terms() -> None:
    sizes = {
        len(programs(total([fn.exp(x * i) - i for i in range(count)]), x=X)[1].structure)
        for count in (10, 100, 1000)
    }
    assert len(sizes) == 1


def test_signs_and_counts_are_kept() -> None:
    term = [fn.sin(x * (i + 1.0)) for i in range(6)]
    check(term[0] - term[1] - term[2] + term[3] - term[4] + term[5], (6,))
    check(term[0] + term[0] + term[1] - term[2] + term[3] + term[3] + term[3], (4,))
    check(5.0 - term[0] - term[1] - term[2] - term[3], (4,))


def test_leaves_that_differ_are_stacked() -> None:
    leaves = [op.Input(f"a{i}") for i in range(6)]
    inputs = {f"a{i}": X + i for i in range(6)}
    check(total([fn.exp(-leaf) * i for i, leaf in enumerate(leaves)]), (6,), **inputs)
    arrays = [np.linspace(i, 1, 7) for i in range(5)]
    check(total([fn.mean((x - array) ** 2) for array in arrays]), (5,), x=X)


def test_indices_that_differ_are_read_together() -> None:
    terms = [fn.sin(m[i, j, 1:3]) * (i + j) for i in range(2) for j in range(3)]
    program = check(total(terms), (6,))
    assert len(program.structure) < 6
    check(total([x[-1 - i] ** 2 for i in range(5)]), (5,))


def test_what_few_terms_share_is_computed_once_for_each() -> None:
    parts = [fn.exp(m[i]) for i in range(2)]
    program = programs(total([fn.mean(parts[i % 2] * i) for i in range(10)]), m=M)[1]
    assert [count for count, _ in program.rolls] == [10]
    check(total([fn.mean(parts[i % 2] * i) for i in range(10)]), (10,))
    assert sum(kind is Kind.NODE for kind in program.structure.kinds) == 4


def test_a_group_for_each_class() -> None:
    low = [fn.mean(fn.max(x - i, 0.0)) for i in range(5)]
    high = [fn.max(fn.abs(y) * i) for i in range(6)]
    check(total([term for pair in zip(low, high, strict=False) for term in pair]), (5, 5))
    check(total([*low, *high, fn.sin(fn.mean(x))]), (5, 6))


def test_sums_inside_of_sums() -> None:
    inner = [total([fn.sin(x * (i + 10.0 * j)) for i in range(5)]) for j in range(6)]
    program = check(total([fn.mean(one) ** 2 for one in inner]), (6,))
    roll = next(
        p
        for p, k in zip(program.structure.payloads, program.structure.kinds, strict=True)
        if k is Kind.ROLL
    )
    assert roll.body.rolls == ((5, "sin"),)


def test_several_outputs_and_a_stack() -> None:
    check({f"g{i}": fn.mean(fn.cos(x * i)) for i in range(8)}, (8,))
    check(op.Stack([fn.cos(x * i) for i in range(8)], axis=0), (8,))
    terms = [fn.mean(fn.cos(x * i)) for i in range(8)]
    check({"sum": total(terms), "first": terms[0], "last": terms[-1]}, (8,))
    check({"sum": total(terms), "part": total(terms[2:7])}, (8,))


def test_trees_are_rolled_leaf_by_leaf() -> None:
    tree = op.Lambda(lambda x: {"a": x, "b": (x**2, x[:3])})
    check(total([tree * (i + 1.0) for i in range(6)]), (6,), x=X)


def test_choices_keep_their_guards() -> None:
    roots = [op.Where(x > i, op.Map(jnp.sqrt, x - i), 0.0) for i in (0.0, 0.5, 1.0, -2.0)]
    check(total(roots), (4,))
    inside = op.Where(x > 0, total([op.Map(jnp.sqrt, x) * i for i in range(5)]), 0.0)
    gradient = jax.grad(lambda x: jnp.sum(computed(*programs(inside, x=x), {"x": x})))(X)
    assert np.isfinite(gradient).all()


def test_what_terms_share_is_guarded_in_each_of_them() -> None:
    """It was computed before the terms, without their guards: a gradient was NaN at 0."""
    root = op.Map(jnp.sqrt, x)
    shared = total([op.Where(x > i / 10, root * i, 0.0) for i in range(1, 6)])
    check(shared, (5,), x=jnp.asarray([0.35, 4.0]))

    def leaf(x: Any) -> Any:
        return jnp.sqrt(x)

    called = total([op.Where(op.Input("t") > i, op.Lambda(leaf) * i, 0.0) for i in range(1, 6)])
    t = jnp.asarray(3.5)
    check(called, (), x=jnp.asarray([0.35, 4.0]), t=t)
    for expression, inputs in ((shared, {}), (called, {"t": t * 0})):
        graph, program = programs(expression, x=X, **inputs)
        gradient = jax.grad(
            lambda x, g=graph, p=program, i=inputs: jnp.sum(computed(g, p, {"x": x, **i}))
        )(jnp.asarray([0.0, 0.05]))
        np.testing.assert_array_equal(gradient, 0)


def test_a_chain_through_alike_terms_is_no_cycle() -> None:
    value, terms = x, []
    for _ in range(8):
        value = fn.sin(value) * 1.5
        terms.append(value)
    check(total(terms), ())


def test_values_of_other_types_stay_by_themselves() -> None:
    check(total([x * 2.0, y[:1] * 3.0, x * 4.0, y[:1] * 5.0, x * 6.0, x * 7.0]), (4,))
    check(total([(x > i) for i in range(5)]) * x, (5,))
    check(total([op.Input(name) * 2.0 for name in "abcde"]), (), **dict.fromkeys("abcde", 1.5))


@pytest.mark.parametrize("dtype", ["float16", "int32", "complex64"])
def test_dtypes_are_those_of_the_plain_sum(dtype: str) -> None:
    values = jnp.asarray(np.arange(1, 6), dtype)
    expression = total([op.Input("v") * (i + 1) for i in range(5)])
    graph, program = programs(expression, v=values)
    found = computed(graph, program, {"v": values})
    assert [count for count, _ in program.rolls] == [5]
    assert found.dtype == jnp.dtype(dtype)
    np.testing.assert_allclose(found, values * 15)


def test_what_is_wide_is_computed_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parax.graph._rolled._WIDE", 40)
    check(total([fn.mean(fn.sin(x * i)) for i in range(20)]), (20,))


def test_a_summary_says_what_is_rolled() -> None:
    goals = [fn.mean(fn.max(x - i, 0.0)) for i in range(300)] + [fn.max(y * i) for i in range(6)]
    lines = Graph(total(goals)).summary(x=X, y=X).splitlines()
    assert lines[-1] == (
        "rolled: 300 × mean into 1 body, 6 × max into 1 body; 1521 nodes became 17"
    )


def test_an_evaluation_at_once_is_never_rolled() -> None:
    expression = total([fn.sin(x * i) for i in range(5)])
    structure = Graph(expression).structure
    assert Kind.ROLL not in structure.kinds
    np.testing.assert_allclose(
        evaluate(structure, Graph(expression).feed((), {"x": X})), expression(x=X), 1e-6
    )


def test_what_ranges_leave_out_is_guarded_in_each_term() -> None:
    """A logarithm that terms share is computed in each of them, as its slope at 0 is infinite."""
    logs = [fn.mean(fn.over(fn.log(x), x > 0.1 * i)) for i in range(1, 7)]
    graph, program = programs(total(logs), x=X)
    assert program.rolls
    gradient = jax.grad(lambda x: computed(graph, program, {"x": x}))(jnp.asarray([0.0, 0.05, 2.0]))
    np.testing.assert_allclose(gradient, [0.0, 0.0, 3.0], 1e-6)
