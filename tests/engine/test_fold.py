"""What does not depend on the free parameters is computed once a bind (X26)."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import functions as fn
from parax import op

CALLS: list[int] = []


def _count(x: Any) -> Any:
    CALLS.append(1)
    return np.asarray(x) ** 2


def slow(x: Any) -> Any:
    """A function whose runs are counted."""
    return jax.pure_callback(_count, jax.ShapeDtypeStruct(x.shape, x.dtype), x)


class Line(parax.Module):
    """A line over a transformed context."""

    a: parax.Parameter = 2.0  # pyright: ignore[reportAssignmentType]
    b: parax.Parameter = 0.5  # pyright: ignore[reportAssignmentType]

    @parax.feature
    def fit(self, x: Any) -> Any:
        """The context's part, which is slow, and the rest."""
        return jnp.asarray(self.a) * jnp.tanh(slow(jnp.exp(x))) + jnp.asarray(self.b)


@pytest.fixture(autouse=True)
def _forget():
    CALLS.clear()


X = np.linspace(-1.0, 1.0, 300)


def _problem(x: Any = X, **options: Any) -> Any:
    return parax.problem("sum(fit**2)", Line(), x, **options)


def test_the_context_is_computed_once_a_bind():
    problem = _problem()
    for _ in range(5):
        jax.block_until_ready(problem(problem.x0))
    assert len(CALLS) == 1
    assert "done once a bind" in problem.explain()
    other = problem.rebind(Line(), 2 * X)
    for _ in range(5):
        jax.block_until_ready(other(other.x0))
    assert len(CALLS) == 2


def test_without_the_rewrite_it_is_computed_at_each_call():
    problem = _problem(rewrites=("roll", "matrices"))
    for _ in range(3):
        jax.block_until_ready(problem(problem.x0))
    assert len(CALLS) == 3
    assert "done once a bind" not in problem.explain()


@pytest.mark.parametrize("seed", range(2))
def test_all_modes_agree_with_the_unfolded(seed):
    random = np.random.default_rng(seed)
    x, w = random.normal(size=300), random.normal(size=300)
    objective = "sum(sin(w)*fit**2) + a*sum(exp(w)) + b"
    folded = parax.problem(objective, Line(), x, w=w)
    plain = parax.problem(objective, Line(), x, w=w, rewrites=())
    points = random.normal(size=(3, 2))
    for mode in ("__call__", "value_and_gradient", "hessian"):
        found, wanted = getattr(folded, mode)(points[0]), getattr(plain, mode)(points[0])
        jax.tree_util.tree_map(_close, found, wanted)
    _close(folded.batch(points), plain.batch(points))
    along = folded.hessian_vector_product(points[0], points[1])
    _close(along, plain.hessian_vector_product(points[0], points[1]))


def _close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=1e-6)


def test_a_batch_in_pieces_computes_the_context_once(monkeypatch):
    monkeypatch.setattr("parax.engine._chunks._BYTES", 64)
    problem = _problem()
    rows = np.linspace(0.0, 1.0, 24).reshape(12, 2)
    wanted = [float(problem(row)) for row in rows]
    CALLS.clear()
    _close(problem.batch(rows), wanted)
    assert len(CALLS) == 1


def test_other_inputs_trace_nothing():
    problem = _problem()
    problem.gradient(problem.x0)
    with parax.debug.max_compiles(0):
        other = problem.rebind(Line(), 3 * X)
        other.gradient(other.x0)


def test_a_problem_bound_inside_a_jit_is_folded_there():
    @jax.jit
    def value(x):
        problem = _problem(x)
        return problem(problem.x0)

    _close(value(X), _problem()([2.0, 0.5]))


def test_more_than_there_is_room_for_is_computed_again():
    wide = "sum(exp(reshape(x, [1, 600])*reshape(x, [600, 1]))*a)"
    problem = parax.problem(wide, Line(), x=np.linspace(0.0, 1.0, 600))
    problem(problem.x0)
    assert "done once a bind" not in problem.explain()
    narrow = parax.problem(wide.replace("600", "60"), Line(), x=np.linspace(0.0, 1.0, 60))
    narrow(narrow.x0)
    assert "done once a bind" in narrow.explain()


def test_a_small_context_is_not_worth_a_prologue():
    problem = parax.problem("sum(exp(x)*a)", Line(), x=X[:9])
    problem(problem.x0)
    assert "done once a bind" not in problem.explain()


def test_what_fuses_is_not_kept():
    problem = parax.problem("sum((2*x + 1)**2*a)", Line(), x=X)
    problem(problem.x0)
    assert "done once a bind" not in problem.explain()


def test_a_result_of_the_context_alone_is_kept():
    problem = parax.problem("sum(exp(x))", Line(), x=X)
    _close(problem(problem.x0), np.exp(X).sum())
    _close(problem.gradient(problem.x0), np.zeros(2))
    assert "exponential" not in problem.lower("value").as_text()


def test_what_is_differentiated_is_not_folded():
    compiled = parax.compile("sum(exp(x)*a)")
    slope = compiled.gradient(Line(), x=jnp.asarray(X), argument="x")
    _close(slope, 2 * np.exp(X))


def test_masks_and_complex_values_are_kept():
    class Wave(parax.Module):
        a: parax.Parameter = 2.0  # pyright: ignore[reportAssignmentType]

    k = op.Input("k")
    objective = fn.mean(
        fn.over(fn.abs(fn.exp(1j * k) * op.Input("a") - 1), (k >= 0.0) & (k <= 0.5))
    )
    problem = parax.problem(objective, Wave(), k=X)
    inside = X[(X >= 0.0) & (X <= 0.5)]
    _close(problem(problem.x0), np.abs(2 * np.exp(1j * inside) - 1).mean())
    assert "done once a bind" in problem.explain()
