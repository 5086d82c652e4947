"""What an expression costs, node by node and as XLA says, and what its nodes are (E4, E7)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false, reportOperatorIssue=false

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.engine import checked_mode
from tests.problems.models import Bowl, Line

FLOAT = jnp.zeros(()).dtype


def test_each_node_has_time_and_bytes():
    found = parax.compile("sum(exp(x) * 2) + a").profile(Bowl(), x=np.ones(100), runs=2)
    rows = {row.operator: row for row in found.rows}
    assert set(rows) == {"x", "exp(x)", "exp(x) * 2", "sum(exp(x) * 2)", "a", "sum(exp(x) * 2) + a"}
    assert rows["exp(x)"].bytes == 100 * FLOAT.itemsize
    assert rows["exp(x)"].value == f"{FLOAT}[100]"
    assert all(row.seconds > 0.0 for row in found.rows)
    assert found.seconds > 0.0


def test_the_table_is_sorted_by_time_and_says_what_it_is_not():
    found = parax.problem("sum(exp(x * a))", Bowl(), x=np.ones(10)).profile(runs=2)
    seconds = [row.seconds for row in found.rows]
    assert seconds == sorted(seconds, reverse=True)
    lines = str(found).splitlines()
    assert lines[0].split() == ["time", "bytes", "value", "node", "operator"]
    assert "all nodes in one executable: " in lines[-2]
    assert "predicts nothing" in lines[-1]
    assert json.loads(json.dumps(found.to_dict()))["nodes"][0]["node"] == found.rows[0].node


def test_choices_and_scopes_can_be_profiled():
    x = op.Input("x")
    some = op.Over(op.Where(x > 1.0, x, -x), x > 0.0)
    found = parax.compile(op.Reduce(some, jnp.max)).profile(x=np.arange(4.0), runs=1)
    assert len(found.rows) == 7


def test_many_alike_nodes_are_measured_once():
    total = sum(op.Map(jnp.sin, op.Input("x") * float(k)) for k in range(100))
    found = parax.compile(total).profile(x=np.ones(3), runs=1)
    times = {row.seconds for row in found.rows if "sin(" in row.operator}
    assert len(times) <= 2
    assert "more" in str(found)


def test_nodes_are_shown_at_a_point():
    problem = parax.problem("max(y) - 3 GHz", Line(), np.array([1.0, 3.0]))
    lines = [" ".join(line.split()) for line in problem.explain(at=[1.0, 2.0]).splitlines()]
    assert lines[0] == "node operator value unit shape"
    assert f"0 y 3 … 5 {FLOAT}[2]" in lines
    assert f"1 max(y) 5 {FLOAT}[]" in lines


def test_units_are_shown_where_they_are_known():
    compiled = parax.compile(op.Input("f", unit="GHz") * 2.0)
    assert "GHz" in compiled.explain(f=np.arange(3.0))


def test_values_of_all_kinds_are_shown():
    x = op.Input("x")
    outputs = {
        "complex": x * 1j,
        "truth": x > 0.0,
        "some": op.Over(x, x > 0.0),
        "nothing": x / 0.0,
    }
    text = parax.compile(outputs).explain(x=np.array([-1.0, 2.0]))
    for words in ("|x| 1 … 2", "1 of 2 true", "2 at 1 of 2 points", "(2 not finite)"):
        assert words in text


def test_without_a_point_the_history_is_told():
    assert "nothing is compiled yet" in parax.compile("a + b").explain()


def test_what_xla_makes_of_it_can_be_read():
    compiled = parax.compile("sum(exp(x) * a)")
    x = jnp.ones(1000)
    lowered = compiled.lower(Bowl(), x=x)
    assert isinstance(lowered, jax.stages.Lowered)
    assert "stablehlo.exponential" in lowered.as_text()
    assert "HloModule" in compiled.hlo(Bowl(), x=x)
    value, slope = (compiled.cost(Bowl(), x=x, mode=mode) for mode in ("value", "jacobian"))
    assert value.flops >= 1000
    assert slope.bytes > 0
    assert value.to_dict()["transcendentals"] >= 1000
    assert compiled.memory(Bowl(), x=x).arguments >= 1000 * x.dtype.itemsize


def test_a_problem_shows_its_value_and_gradient():
    problem = parax.problem("sum(exp(x * a))", Bowl(), x=jnp.ones(1000))
    assert "stablehlo.exponential" in problem.lower().as_text()
    assert "HloModule" in problem.hlo("value")
    assert problem.cost().flops >= problem.cost("value").flops >= 1000
    memory = problem.memory()
    assert memory.outputs >= 3 * problem.x0.dtype.itemsize
    assert set(memory.to_dict()) == {"arguments", "outputs", "temporary", "code"}


def test_an_unknown_mode_is_refused():
    with pytest.raises(parax.OperatorTypeError, match="there is no mode `values`"):
        checked_mode("values")
