"""The contract of all operators (A1, A3, E6, O11, X29): every law on every row of the table."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.graph import Graph, same, validate_structure
from tests.op.table import ROWS, inputs_of

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
smooth_rows = pytest.mark.parametrize(
    "row", [row for row in ROWS if row.smooth], ids=lambda row: row.name
)


def close(value, expected, factor=64):
    dtype = jnp.result_type(value)
    if not jnp.issubdtype(dtype, jnp.inexact):
        np.testing.assert_array_equal(value, expected)
        return
    bound = factor * np.finfo(dtype).eps * max(1.0, float(np.max(np.abs(expected))))
    np.testing.assert_allclose(value, expected, rtol=0, atol=bound)


@every_row
def test_value_is_that_of_numpy(row):
    inputs = inputs_of(row)
    expected = row.oracle(*(np.asarray(value) for value in inputs.values()))
    value = row.build()(**inputs)
    assert jnp.shape(value) == np.shape(expected)
    close(value, expected)


@every_row
def test_jitted_is_eager(row):
    operator, inputs = row.build(), inputs_of(row)
    close(jax.jit(lambda env: operator(**env))(inputs), operator(**inputs))


@every_row
def test_batched_is_eager_one_by_one(row):
    operator = row.build()
    several = [inputs_of(row, seed) for seed in range(3)]
    batch = jax.tree.map(lambda *leaves: jnp.stack(leaves), *several)
    values = jax.vmap(lambda env: operator(**env))(batch)
    for value, inputs in zip(values, several, strict=True):
        close(value, operator(**inputs))


@smooth_rows
def test_gradient_is_finite_and_that_of_central_differences(row):
    with jax.enable_x64(True):
        operator, inputs = row.build(), inputs_of(row)

        def total(env):
            return jnp.sum(operator(**env))

        slope, step = jax.grad(total)(inputs), 1e-6
        direction = jax.tree.map(lambda leaf: jnp.cos(3 * leaf), inputs)

        def at(distance):
            return total(jax.tree.map(lambda leaf, way: leaf + distance * way, inputs, direction))

        along = sum(jnp.sum(slope[name] * direction[name]) for name in inputs)
        assert all(np.all(np.isfinite(leaf)) for leaf in slope.values())
        np.testing.assert_allclose(along, (at(step) - at(-step)) / (2 * step), rtol=1e-6, atol=1e-7)


@every_row
def test_built_twice_it_is_the_same(row):
    """A4, O9"""
    one, other = row.build(), row.build()
    assert same(one, other)
    assert Graph(one).structure.key == Graph(other).structure.key
    assert hash(Graph(one).structure) == hash(Graph(other).structure)


@every_row
def test_rows_of_the_table_differ_in_structure_or_numbers(row):
    assert [other.name for other in ROWS if same(row.build(), other.build())] == [row.name]


@every_row
def test_validation_finds_shape_and_dtype_of_every_node(row):
    graph, inputs = row.build().graph(), inputs_of(row)
    validate_structure(graph.structure)
    shapes = graph.infer((), inputs)
    value = graph(**inputs)
    assert shapes.outputs.shape == value.shape
    assert shapes.outputs.dtype == value.dtype
    types = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), inputs)
    assert graph.infer((), types).outputs.shape == value.shape


@every_row
def test_it_is_shown_in_a_line_and_as_a_table_and_as_dot(row):
    operator, inputs = row.build(), inputs_of(row)
    assert len(repr(operator)) < 120
    assert "\n" not in repr(operator)
    graph = operator.graph()
    assert graph.summary(**inputs).splitlines()[-1].startswith(f"{len(graph)} nodes")
    assert graph.to_dot().count("[label=") == len(graph)
    assert graph.to_networkx().number_of_nodes() == len(graph)
