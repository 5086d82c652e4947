"""Batches are computed in pieces that fit the processor's cache, with the same results (E12)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax.engine._chunks import piece, widest
from parax.parameters import Parameter

X = np.linspace(0.0, 1.0, 50)


class Wave(parax.Module):
    """A wave on a grid."""

    rate: Parameter = 2.0  # pyright: ignore[reportAssignmentType]
    phase: Parameter = 0.5  # pyright: ignore[reportAssignmentType]


def test_the_widest_value_decides() -> None:
    one = jax.ShapeDtypeStruct((201,), jnp.complex64)
    assert widest([one, jax.ShapeDtypeStruct((), jnp.float32), 3, None]) == 201 * 8
    assert widest([]) == 1


@pytest.mark.parametrize(
    ("count", "width", "pieces"),
    [(100, 1, 100), (4096, 1608, 512), (4099, 1608, 652), (10, 2**30, 1), (1000, 2048, 500)],
)
def test_pieces_fit_the_cache_and_divide_the_count_if_they_can(
    count: int, width: int, pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "cpu")
    assert piece(count, width) == pieces


def test_other_devices_take_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert piece(4096, 2**20) == 4096


@pytest.mark.parametrize("count", [12, 13])
def test_a_batch_in_pieces_is_the_batch(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem: Any = parax.problem("mean(sin(rate*x + phase)**2)", Wave(), x=X, cache=False)
    rows = jnp.linspace(0.0, 3.0, 2 * count).reshape(count, 2)
    values, gradients = problem.batch(rows, gradient=True)
    monkeypatch.setattr("parax.engine._chunks._BYTES", 1000)
    small: Any = parax.problem("mean(sin(rate*x + phase)**2)", Wave(), x=X, cache=False)
    own, slopes = small.batch(rows, gradient=True)
    np.testing.assert_allclose(own, values, 1e-6)
    np.testing.assert_allclose(slopes, gradients, 1e-5, 1e-6)
    np.testing.assert_allclose(values, [problem(row) for row in rows], 1e-6)
    hessian = jax.hessian(lambda row: jnp.sum(small.batch(jnp.tile(row, (count, 1)))))(rows[0])
    np.testing.assert_allclose(hessian, count * problem.hessian(rows[0]), 1e-4, 1e-4)
    models = jax.vmap(lambda row: Wave(rate=row[0], phase=row[1]))(rows)
    compiled = parax.compile("mean(sin(rate*x + phase)**2)", cache=False)
    np.testing.assert_allclose(compiled.batch(models, x=X), values, 1e-6)


def test_a_batch_inside_a_trace_is_the_batch() -> None:
    """JAX refuses the options that a batch is compiled with inside another trace."""
    problem: Any = parax.problem("mean(sin(rate*x + phase)**2)", Wave(), x=X)
    rows = jnp.linspace(0.0, 3.0, 8).reshape(4, 2)
    values = problem.batch(rows)
    close = np.testing.assert_allclose
    close(jax.jit(problem.batch)(rows), values, 1e-6)
    close(jax.jit(lambda: problem.batch(rows) + 0.0)(), values, 1e-6)
    close(jax.vmap(problem.batch)(rows[None])[0], values, 1e-6)
    own = jax.grad(lambda rows: jnp.sum(problem.batch(rows)))(rows)
    close(own, problem.batch(rows, gradient=True)[1], 1e-5, 1e-6)
