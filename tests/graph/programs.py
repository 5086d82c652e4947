"""Programs beside the graphs that they are made of."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.graph import Feed, Graph, Pool, Program, SlotKind, abstract, rolled, route, run, unrolled


def programs(outputs: Any, **inputs: Any) -> tuple[Graph, Program]:
    """Give the graph of an expression, and what it is rewritten to."""
    graph = Graph(outputs)
    shapes = graph.infer((), abstract(inputs))
    return graph, rolled(graph.structure, shapes.values)


def computed(graph: Graph, program: Program, inputs: dict[str, Any]) -> Any:
    """Run a program as an executable does, with numbers packed."""
    structure = graph.structure
    kinds: list[Any] = [structure.statics[node] for node in structure.slots]
    vectors = {
        kind: jnp.stack(  # of plain numbers it is weakly typed, as the engine's are
            [jnp.asarray(one) for one, own in zip(graph.numbers, kinds, strict=True) if own is kind]
        )
        for kind in SlotKind
        if kind in kinds
    }

    def function(vectors: Any, inputs: Any) -> Any:
        feed = Feed((), graph.arrays, (), route(program.structure, (), inputs))
        return run(program, feed, Pool(kinds, vectors))

    return jax.jit(function)(vectors, inputs)


def agree(graph: Graph, program: Program, inputs: dict[str, Any]) -> None:
    """Compare with the graph as it is: values, their types, and gradients in all inputs."""
    plain = unrolled(graph.structure)
    own, other = (computed(graph, one, inputs) for one in (program, plain))
    tolerance = 64 * float(jnp.finfo(jnp.result_type(float)).eps)
    assert jax.tree.map(lambda one: (one.shape, one.dtype), own) == jax.tree.map(
        lambda one: (one.shape, one.dtype), other
    )
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, tolerance, tolerance), own, other)

    def total(program: Program, inputs: Any) -> Any:
        found = computed(graph, program, inputs)
        return sum(jnp.sum(jnp.abs(leaf) ** 2) for leaf in jax.tree.leaves(found))

    real = {k: v for k, v in inputs.items() if jnp.issubdtype(jnp.result_type(v), jnp.inexact)}
    one, two = (
        jax.grad(lambda own, program=program: total(program, {**inputs, **own}))(real)
        for program in (program, plain)
    )
    for name in real:
        scale = float(jnp.max(jnp.abs(two[name]))) + 1.0
        np.testing.assert_allclose(one[name], two[name], 1e-4, 64 * scale * tolerance)
