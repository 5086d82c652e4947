"""Expressions of any depth (A3, O8, X15, X17) and copies of them (X8)."""

import copy
import gc
import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax import op
from parax.errors import OperatorError
from parax.graph import Graph, same, validate_structure

DEEP = 100_000
x, y = op.Input("x"), op.Input("y")


def chain(count):
    expression = x
    for _ in range(count):
        expression = expression + y
    return expression


def test_a_sum_built_term_by_term_is_one_sum_of_counted_terms():
    graph = Graph(chain(DEEP))
    assert len(graph) == 3
    assert float(graph(x=1.0, y=2.0)) == 1.0 + 2.0 * DEEP


def test_an_expression_doubled_sixty_times_has_sixty_one_nodes():
    # Flattening at construction would make 2 ** 60 terms (X15).
    expression = x
    for _ in range(60):
        expression = expression + expression
    assert len(Graph(expression)) == 61
    assert float(expression(x=1.0)) == 2.0**60


def test_signed_sums_keep_signs_and_counts():
    expression = x - y + x - y - y + 3.0
    graph = Graph(expression)
    assert len(graph) == 4
    assert "sum of 6" in graph.summary()
    assert float(graph(x=10.0, y=2.0)) == 17.0


def test_only_left_operands_are_merged():
    graph = Graph(x - (y - x) + y)
    assert len(graph) == 4
    assert float(graph(x=10.0, y=3.0)) == 20.0


def test_a_deep_chain_that_is_no_sum_is_shown_copied_evaluated_and_dropped():
    expression = x
    for _ in range(DEEP):
        expression = -expression
    assert repr(expression) == "<Negate ------…>"
    assert copy.copy(expression) is expression
    assert copy.deepcopy(expression) is expression
    graph = Graph(expression)
    validate_structure(graph.structure)
    assert len(graph) == DEEP + 1
    assert len(graph.summary().splitlines()) < 100
    assert expression.inputs() == ("x",)
    del expression, graph
    gc.collect()


def test_a_deep_chain_evaluates():
    expression = x
    for _ in range(5_000):
        expression = -(expression * 1.0)
    assert float(expression(x=2.0)) == 2.0


def test_a_deep_expression_is_pickled_flat():
    expression = x
    for number in range(5_000):
        expression = op.Map(jnp.sin, expression * float(number))
    again = pickle.loads(pickle.dumps(expression))
    assert same(again, expression)


def test_pickle_keeps_what_is_shared_shared_and_functions_identical():
    part = op.Map(jnp.sin, x)
    again = pickle.loads(pickle.dumps(part + part * op.Where(x > 0, part, {"a": part}["a"])))
    assert again.left is again.right.left is again.right.right.true_branch
    assert again.left.fn.func is jnp.sin
    assert len(again.graph()) == len((part + part * op.Where(x > 0, part, part)).graph())


def test_a_graph_is_a_pytree_of_its_numbers_and_arrays_at_any_depth():
    expression = x
    for _ in range(2_000):
        expression = op.Map(jnp.tanh, expression) + op.Constant(1.0) * np.array([1.0, 2.0])
    graph = Graph(expression)
    leaves = jax.tree.leaves(graph)
    assert len(leaves) == 4_000
    doubled = jax.tree.map(lambda leaf: leaf * 2, graph)
    assert doubled.structure == graph.structure
    assert doubled.numbers[0] == 2.0
    assert same(graph, expression)
    assert not same(doubled, expression)


def test_jit_over_a_graph_traces_once_for_equal_structures():
    traces = []

    @jax.jit
    def run(graph, value):
        traces.append(1)
        return graph(x=value)

    one = run(Graph(x * 2.0 + np.array([1.0, 2.0])), 3.0)
    other = run(Graph(x * 5.0 + np.array([3.0, 4.0])), 3.0)
    assert len(traces) == 1
    np.testing.assert_allclose(one, [7.0, 8.0])
    np.testing.assert_allclose(other, [18.0, 19.0])


def test_gradient_with_respect_to_a_graph():
    slope = jax.grad(lambda graph: graph(x=3.0))(Graph(x * 2.0 * x))
    assert float(slope.numbers[0]) == 9.0


def test_a_cycle_is_named():
    inner = op.Negate(x)
    outer = op.Stack([inner + 1])
    object.__setattr__(inner, "other", outer)
    with pytest.raises(OperatorError, match="the expression contains itself: ") as caught:
        Graph(outer)
    assert set(caught.value.headline.split(": ")[1].split(" → ")) == {"Negate", "Stack", "Binary"}
    assert isinstance(repr(outer), str)


def test_an_operator_that_is_its_own_operand_is_named():
    loop = op.Negate(x)
    object.__setattr__(loop, "other", loop)
    with pytest.raises(OperatorError, match="the expression contains itself: Negate → Negate"):
        loop(1.0)


def test_a_cycle_through_a_list_is_named():
    items: list[Any] = [x]
    looped = op.Stack([x, {"a": items}])
    items.append(looped)
    with pytest.raises(OperatorError, match="contains itself: Stack"):
        Graph(looped)
