"""Chains of steps that are alike become loops, and nothing else changes (X16)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax import functions as fn
from parax import op
from parax.errors import CompileError
from parax.graph import Graph, Kind, Program, check_depth, rolled, unrolled
from tests.graph.programs import agree, computed, programs

X = jnp.linspace(-1.0, 2.0, 7)
M = jnp.sin(jnp.arange(90.0)).reshape(30, 3)
x, y, m = op.Input("x"), op.Input("y"), op.Input("m")
INPUTS = {"x": X, "y": jnp.flip(X) ** 2 + 0.5, "m": M}


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make loops of short chains, which are compiled as they are in little time."""
    monkeypatch.setattr("parax.graph._chain.LONG", 16)


def chain(step: Callable[[Any, int], Any], count: int, start: Any = x) -> Any:
    value = start
    for number in range(count):
        value = step(value, number)
    return value


def check(outputs: Any, loops: tuple[int, ...], **inputs: Any) -> Program:
    """Compare with the graph as it is, and count the steps of each loop."""
    inputs = inputs or {name: INPUTS[name] for name in Graph(outputs).inputs()}
    graph, program = programs(outputs, **inputs)
    assert sorted(count for count, _ in program.loops) == sorted(loops)
    agree(graph, program, inputs)
    return program


def scan_of(program: Program) -> Any:
    """Give the last loop of a program."""
    kinds = program.structure.kinds
    return program.structure.payloads[len(kinds) - 1 - kinds[::-1].index(Kind.SCAN)]


def test_steps_that_differ_in_numbers_are_one_loop() -> None:
    program = check(chain(lambda e, i: fn.sin(e) * (0.9 + i / 100) + x, 20), (19,))
    assert program.loops == ((19, "* + sin"),)
    assert Kind.SCAN in program.structure.kinds
    check(fn.mean(chain(lambda e, _: fn.tanh(e) * 1.5, 20)) ** 2, (20,))


def test_the_table_does_not_grow_with_the_number_of_steps() -> None:
    sizes = {
        len(programs(chain(lambda e, i: fn.sin(e) * i, count), x=X)[1].structure)
        for count in (20, 200, 2000)
    }
    assert len(sizes) == 1


def test_a_short_chain_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parax.graph._chain.LONG", 64)
    for count, loops in ((31, ()), (32, (32,))):
        program = programs(chain(lambda e, i: fn.sin(e) * (i + 0.5), count), x=X)[1]
        assert tuple(steps for steps, _ in program.loops) == loops


def test_a_step_may_use_what_it_is_computed_from_several_times() -> None:
    check(chain(lambda e, i: e * (1.0 - e) * 0.7 + fn.cos(e), 20), (19,), x=X / 4 + 0.3)
    check(chain(lambda e, i: fn.sin(e + e), 12), (12,))


def test_numbers_indices_and_leaves_come_from_stacks() -> None:
    check(chain(lambda e, i: fn.sin(e) * m[i, :2, None] + i, 12), (11,))
    leaves = [op.Input(f"a{i}") for i in range(12)]
    inputs = {f"a{i}": X + i / 12 for i in range(12)}
    check(chain(lambda e, i: fn.cos(e + leaves[i]), 12), (12,), x=X, **inputs)
    arrays = [np.linspace(i / 10, 1, 7) for i in range(12)]
    check(chain(lambda e, i: fn.cos(e * arrays[i]), 12), (12,), x=X)


def test_what_all_steps_share_is_computed_once() -> None:
    shared = fn.exp(-y) + fn.mean(y)
    program = check(chain(lambda e, i: fn.tanh(e * shared + i), 12), (12,))
    assert Counter(scan_of(program).roll.body.structure.kinds)[Kind.NODE] == 3


def test_what_few_steps_share_is_computed_once_for_each() -> None:
    parts = [fn.exp(m[i, :1]) for i in range(2)]
    program = check(chain(lambda e, i: fn.sin(e * parts[i % 2]), 14), (14,))
    assert Counter(scan_of(program).roll.body.structure.kinds)[Kind.NODE] == 2


def test_a_pattern_may_be_of_several_nodes() -> None:
    functions = [fn.sin, fn.cos, fn.tanh]
    check(chain(lambda e, i: functions[i % 3](e), 24), (8,))
    check(chain(lambda e, i: functions[i % 3](e * (1 + i / 100)), 24), (8,))


def test_stretches_of_another_kind_are_loops_of_their_own() -> None:
    program = check(
        fn.exp(-chain(lambda e, i: (fn.sin if i < 12 else fn.cos)(e) * 1.01, 24)), (12, 12)
    )
    assert {text for _, text in program.loops} == {"sin *", "cos *"}
    check(chain(lambda e, i: fn.sin(e) * (fn.exp(y) if i == 10 else y), 21), (10, 10))


def test_no_loop_without_a_pattern() -> None:
    functions = [fn.sin, fn.cos, fn.tanh]
    check(chain(lambda e, i: functions[(i * i + i // 3) % 3](e), 40), ())


def test_steps_whose_values_are_wanted_elsewhere_end_a_loop() -> None:
    steps = [fn.sin(x) * 1.01]
    for _ in range(19):
        steps.append(fn.sin(steps[-1]) * 1.01)
    check({"last": steps[-1], "all": fn.mean(sum(steps[2:], steps[1]))}, ())
    check({"last": steps[-1], "middle": steps[9]}, (9, 10))


def test_the_first_steps_may_be_of_another_type() -> None:
    def step(e: Any, i: int) -> Any:
        return fn.sin(e) + x

    check(chain(step, 12, op.Constant(1.5)), (11,))
    check(chain(step, 12, fn.mean(x)), (11,))
    check(chain(step, 12, op.Input("n")), (11,), x=X, n=jnp.arange(7))


def test_a_step_carries_the_smallest_of_its_values() -> None:
    program = check(chain(lambda e, i: fn.mean(fn.sin(e + x)), 12, fn.mean(x)), (12,))
    assert program.loops == ((12, "+ sin mean"),)
    program = check(fn.cos(chain(lambda e, i: fn.sin(fn.mean(e) + x), 12)), (11,))
    assert program.loops == ((11, "+ sin mean"),)


def test_a_loop_inside_of_what_is_rolled() -> None:
    terms = [fn.mean(chain(lambda e, i, j=j: fn.sin(e) * (j + i / 9), 12)) for j in range(5)]
    graph, program = programs(sum(terms[1:], terms[0]), x=X)
    assert [count for count, _ in program.rolls] == [5]
    assert program.loops == ()
    roll = program.structure.payloads[program.structure.kinds.index(Kind.ROLL)]
    assert [count for count, _ in roll.body.loops] == [11]
    agree(graph, program, {"x": X})


def test_rolls_inside_of_a_loop() -> None:
    def sums(e: Any, i: int) -> Any:
        terms = [fn.sin(e * (j + 1.0)) * (i + j) for j in range(6)]
        return fn.tanh(sum(terms[1:], terms[0]) / 400)

    program = check(chain(sums, 7), (6,))
    assert [count for count, _ in scan_of(program).roll.body.rolls] == [6]


def test_loops_inside_of_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parax.graph._chain.LONG", 6)

    def inner(e: Any, i: int) -> Any:
        return fn.tanh(e * chain(lambda f, j: fn.cos(f) * (i + j), 5, e))

    program = check(chain(inner, 5), (4, 4))  # of the first step, and of the others
    assert scan_of(program).roll.body.loops == ((4, "* cos"),)


def test_trees_are_carried() -> None:
    halves = op.Lambda(lambda x: {"a": x, "b": (x**2, x[:3])})
    check(chain(lambda e, i: (e - 0.1) * (1 + i / 100), 12, halves), (12,), x=X)


@pytest.mark.parametrize("dtype", ["float16", "complex64", "int32"])
def test_dtypes_are_those_of_the_plain_chain(dtype: str) -> None:
    values = jnp.asarray(np.arange(5), dtype)
    graph, program = programs(chain(lambda e, i: i - e * 2, 12), x=values)
    found = [computed(graph, one, {"x": values}) for one in (program, unrolled(graph.structure))]
    assert len(program.loops) == 1
    assert found[0].dtype == found[1].dtype == jnp.dtype(dtype)
    np.testing.assert_allclose(found[0], found[1], 1e-3)


def test_choices_beside_a_step_keep_their_guards() -> None:
    root = op.Map(jnp.sqrt, y)
    expression = chain(lambda e, i: fn.sin(e) * op.Where(y > 0.1 + i / 10, root, 1.0), 12)
    graph, program = Graph(expression), check(expression, (10,))
    gradient = jax.grad(lambda y: jnp.sum(computed(graph, program, {"x": X, "y": y})))
    assert np.isfinite(gradient(jnp.zeros(7))).all()


@pytest.mark.parametrize(
    "expression",
    [
        chain(lambda e, i: op.Where(e > 0.1, op.Map(jnp.sqrt, e), 0.5 * e), 6),
        op.Where(x > 0, chain(lambda e, i: op.Map(jnp.sqrt, e) + i, 6), 0.0),
        op.Where(x > 0, chain(lambda e, i: op.Map(jnp.sqrt, e) + x, 6, fn.log(x)), 1.0),
    ],
)
def test_no_loop_where_a_choice_wants_a_part(
    expression: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parax.graph._chain.LONG", 4)
    program = check(expression, (), x=jnp.asarray([1.3, 1.5]))
    gradient = jax.grad(lambda x: jnp.sum(computed(Graph(expression), program, {"x": x})))
    assert np.isfinite(gradient(jnp.asarray([0.0, -1.0]))).all()


def test_a_loop_in_a_branch_that_a_number_chooses() -> None:
    root = fn.mean(chain(lambda e, i: op.Map(jnp.sqrt, e) * 1.01, 12))
    expression = op.Where(op.Input("t") > 0, root, fn.mean(x))
    program = check(expression, (11,), x=X + 3.0, t=jnp.asarray(1.0))
    gradient = jax.grad(
        lambda x: computed(Graph(expression), program, {"x": x, "t": jnp.asarray(-1.0)})
    )(jnp.zeros(7))
    np.testing.assert_allclose(gradient, 1 / 7, 1e-6)


def test_masked_values_stay() -> None:
    kept = op.Over(x, x > 0)
    check(fn.mean(chain(lambda e, i: fn.sin(e) * 1.01, 12, kept)), ())
    check(chain(lambda e, i: fn.sin(e) + fn.mean(kept), 12), (11,))


def test_steps_are_computed_again_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parax.graph._rolled._WIDE", 40)
    check(chain(lambda e, i: fn.sin(e) * (0.9 + i / 1000) + x, 20), (19,))
    check(chain(lambda e, i: fn.sin(e) * 1.1, 16), (16,))


def test_each_rewrite_can_be_had_alone() -> None:
    terms = [fn.mean(chain(lambda e, i, j=j: fn.sin(e) * (j + i / 9), 12)) for j in range(5)]
    graph = Graph(sum(terms[1:], terms[0]))
    values = graph.infer((), {"x": X}).values
    for which, rolls, loops in ((("roll",), 1, 0), (("scan",), 0, 5), ((), 0, 0)):
        program = rolled(graph.structure, values, which)
        assert (len(program.rolls), len(program.loops)) == (rolls, loops)


def test_a_summary_says_what_is_a_loop() -> None:
    deep = fn.mean(chain(lambda e, i: fn.sin(e) * (0.9 + i / 1000), 200))
    assert Graph(deep).summary(x=X).splitlines()[-1] == (
        "in loops: 200 × sin *; 602 nodes became 7"
    )


def test_what_is_too_deep_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parax.graph._depth.DEEPEST", 30)
    functions = [fn.sin, fn.cos, fn.tanh]
    deep = chain(lambda e, i: functions[(i * i + i // 3) % 3](e), 40)
    with pytest.raises(CompileError, match="41 operators in a row"):
        check_depth(programs(deep, x=X)[1])
    check_depth(programs(chain(lambda e, i: fn.sin(e), 40), x=X)[1])
    with pytest.raises(CompileError, match="41 operators in a row"):
        check_depth(unrolled(Graph(chain(lambda e, i: fn.sin(e), 40)).structure))
