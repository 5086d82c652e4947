"""Small linear systems, inverses and determinants are written out (E11, X27)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parax
from parax import functions, op
from parax.engine.jaxprs import improved, small

F = 8
EPS = float(jnp.finfo(jnp.result_type(float)).eps)
CHANCE = np.random.default_rng(0)


def numbers(*shape: int, kind: str = "complex") -> Any:
    real, imaginary = CHANCE.standard_normal((2, *shape))
    return jnp.asarray(real + 1j * imaginary if kind == "complex" else real)


def found(function: Callable[..., Any], *args: Any) -> dict[str, int]:
    return dict(small(jax.make_jaxpr(function)(*args).jaxpr))


def better(function: Callable[..., Any]) -> Callable[..., Any]:
    return improved(function, lambda _: None)


def close(one: Any, other: Any, tolerance: float) -> None:
    for x, y in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        np.testing.assert_allclose(x, y, tolerance, tolerance * float(jnp.max(jnp.abs(y))))


def everything(function: Callable[..., Any], order: int = 1) -> Callable[..., Any]:
    """Value, gradient, and the derivative of one of them along a direction."""

    def size(*args: Any) -> Any:
        return jnp.sum(jnp.abs(function(*args)) ** 2)

    def run(*args: Any) -> Any:
        slope = jax.grad(size)
        along = tuple(arg * arg for arg in args)
        second = (slope if order > 1 else size, tuple(args), along)
        return function(*args), slope(*args), jax.jvp(*second)

    return jax.jit(run)


KINDS = ("float", "complex")
FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[[int, str], tuple[Any, ...]]]] = {
    "solve, matrix": (
        jnp.linalg.solve,
        lambda n, kind: (numbers(F, n, n, kind=kind), numbers(F, n, n - 1, kind=kind)),
    ),
    "solve, vectors": (
        lambda a, b: jnp.linalg.solve(a, b[..., None])[..., 0],
        lambda n, kind: (numbers(F, n, n, kind=kind), numbers(F, n, kind=kind)),
    ),
    "solve, one vector": (
        jnp.linalg.solve,
        lambda n, kind: (numbers(F, n, n, kind=kind), numbers(n, kind=kind)),
    ),
    "inverse": (jnp.linalg.inv, lambda n, kind: (numbers(2, F // 2, n, n, kind=kind),)),
    "solve of the language": (
        lambda a, b: functions.solve(a @ b, b),
        lambda n, kind: (numbers(F, n, n, kind=kind), numbers(F, n, n, kind=kind)),
    ),
}


@pytest.mark.parametrize(
    ("name", "size", "kind"),
    [
        *((name, 2, kind) for name in FUNCTIONS for kind in KINDS),
        ("solve, matrix", 3, "complex"),
        ("inverse", 3, "float"),
        ("solve, one vector", 4, "float"),
    ],
)
def test_systems_agree(name: str, size: int, kind: str) -> None:
    function, arguments = FUNCTIONS[name]
    args = arguments(size, kind)
    assert found(function, *args)["linear system"] == 1
    assert found(better(function), *args) == {}
    own, other = (everything(one)(*args) for one in (better(function), function))
    close(own, other, 1e5 * EPS)


@pytest.mark.parametrize("kind", KINDS)
def test_second_derivatives_agree(kind: str) -> None:
    a, b = numbers(F, 2, 2, kind=kind), numbers(F, 2, 1, kind=kind)
    own, other = (everything(one, 2)(a, b) for one in (better(jnp.linalg.solve), jnp.linalg.solve))
    close(own, other, 1e6 * EPS)


def test_systems_agree_under_vmap() -> None:
    a, b = numbers(3, F, 2, 2), numbers(F, 3, 2, 1)
    own, other = (
        jax.vmap(one, in_axes=(0, 1), out_axes=1)(a, b)
        for one in (better(jnp.linalg.solve), jnp.linalg.solve)
    )
    close(own, other, 1e5 * EPS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", [jnp.linalg.det, functions.det], ids=["JAX", "parax"])
def test_determinants_of_four_rows_agree(function: Any, kind: str) -> None:
    a = numbers(F, 4, 4, kind=kind)
    assert found(function, a) == {"determinant": 1}
    assert found(better(function), a) == {}
    close(everything(better(function))(a), everything(function)(a), 1e5 * EPS)


def test_the_gradient_of_a_singular_determinant_is_the_cofactors() -> None:
    a = jnp.tile(jnp.diag(jnp.array([1.0, 2.0, 0.0, 3.0])), (F, 1, 1))
    slope = jax.grad(lambda a: jnp.sum(better(jnp.linalg.det)(a)))(a)
    np.testing.assert_array_equal(slope, np.tile(np.diag([0.0, 0.0, 6.0, 0.0]), (F, 1, 1)))


def test_determinants_of_three_rows_are_arithmetic_already() -> None:
    assert found(jnp.linalg.det, numbers(F, 3, 3)) == {}


@cache
def solvers(size: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Solve and give the gradient, written out and not: compiled once."""

    def run(function: Callable[..., Any]) -> Callable[..., Any]:
        def total(a: Any, b: Any) -> tuple[Any, Any]:
            x = function(a, b)
            return jnp.sum(jnp.real(x)), x

        return jax.jit(jax.value_and_grad(total, argnums=(0, 1), has_aux=True))

    return run(better(jnp.linalg.solve)), run(jnp.linalg.solve)


def of_precision(values: Any) -> np.ndarray:
    return np.asarray(values).astype(jnp.result_type(complex))


@settings(deadline=None, max_examples=30)
@given(
    st.integers(2, 4).flatmap(lambda n: st.permutations(range(n))),
    st.lists(st.sampled_from([1e-6, 1e-3, 1.0, 1e3]), min_size=8, max_size=8),
    st.integers(0, 2**16),
    st.booleans(),
)
def test_permuted_and_badly_scaled_matrices_are_solved_as_well_as_by_the_library(
    order: list[int], scales: list[float], seed: int, sparse: bool
) -> None:
    """Zero pivots, and rows and columns of unlike size: with pivots that loses nothing."""
    chance, size = np.random.default_rng(seed), len(order)
    a = np.eye(size)[order] * chance.choice([1.0, -2.0, 3.0j], (F, size, 1))
    if not sparse:
        a = a + 0.3 * chance.standard_normal((F, size, size))
    a = a * np.array(scales[:size])[:, None] * np.array(scales[4 : 4 + size])
    b = chance.standard_normal((F, size, 2))
    a, b = of_precision(a), of_precision(b)
    (_, own), slopes = solvers(size)[0](a, b)
    (_, other), theirs = solvers(size)[1](a, b)
    wide, right = a.astype(np.complex128), b.astype(np.complex128)

    def backward(x: Any) -> float:
        """The error that each solution has as that of a system close by, at most."""
        x = np.asarray(x, np.complex128)
        scale = np.abs(wide) @ np.abs(x) + np.abs(right)
        rows = np.abs(wide @ x - right) / np.max(scale, axis=1, keepdims=True)
        return float(np.max(rows))

    assert backward(own) <= 20 * EPS + 4 * backward(other)
    condition = float(np.max(np.linalg.cond(wide)))
    if condition < 1e-2 / EPS:
        close((own, slopes), (other, theirs), 100 * EPS * condition**2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "matrix",
    [
        [[0.0, 0.0], [0.0, 0.0]],
        [[1.0, 2.0], [2.0, 4.0]],
        [[0.0, 1.0], [0.0, 1.0]],
        [[0.0, 1.0, 2.0], [0.0, 2.0, 4.0], [0.0, 1.0, 3.0]],
        [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 1.0]],
        [[1.0, 0.0, 0.0, 2.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0]],
    ],
    ids=str,
)
def test_singular_matrices_give_no_finite_number_where_the_library_gives_none(
    matrix: list[list[float]], kind: str
) -> None:
    a = jnp.tile(
        jnp.asarray(matrix, jnp.result_type(float if kind == "float" else complex)), (F, 1, 1)
    )
    b = jnp.asarray(CHANCE.standard_normal((F, len(matrix), 2)), a.dtype)
    (own, other) = (solve(a, b)[0][1] for solve in solvers(len(matrix)))
    np.testing.assert_array_equal(np.isfinite(own), np.isfinite(other))
    assert not np.isfinite(own).all()


def test_large_few_or_wide_systems_are_left_alone() -> None:
    for a, b in [
        (numbers(F, 5, 5), numbers(F, 5, 1)),
        (numbers(3, 2, 2), numbers(3, 2, 1)),
        (numbers(F, 2, 2), numbers(F, 2, 5)),
        (numbers(F, 4, 4), numbers(F, 4, 4)),
        (numbers(2, 2), numbers(2, 1)),
    ]:
        assert found(jnp.linalg.solve, a, b) == {}
    assert found(jnp.linalg.det, numbers(3, 4, 4)) == {}


def test_a_solver_of_ones_own_is_left_alone() -> None:
    """Who solves in a way of their own may mean another solution where there are many."""

    def least(a: Any, b: Any) -> Any:
        def product(x: Any) -> Any:
            return jnp.einsum("fij,fj->fi", a, x)

        def by_pseudoinverse(_: Any, b: Any) -> Any:
            return jnp.einsum("fij,fj->fi", jnp.linalg.pinv(a, hermitian=True), b)

        return jax.lax.custom_linear_solve(product, b, by_pseudoinverse, symmetric=True)

    a, b = jnp.tile(jnp.diag(jnp.array([2.0, 0.0])), (F, 1, 1)), jnp.ones((F, 2))
    assert found(least, a, b) == {}
    close(better(least)(a, b), jnp.tile(jnp.array([0.5, 0.0]), (F, 1)), 1e-6)

    @jax.custom_jvp
    def determinant(a: Any) -> Any:
        return jnp.linalg.det(a)

    determinant.defjvp(lambda primals, tangents: (determinant(*primals), tangents[0][:, 0, 0]))
    assert found(determinant, numbers(F, 4, 4)) == {}


def test_a_system_made_of_another_matrix_s_factors_is_left_alone() -> None:
    a, b = numbers(F, 2, 2), numbers(F, 2, 1)
    closed = jax.make_jaxpr(lambda a, b: jnp.linalg.solve(a, b))(a, b)
    inner = closed.jaxpr.eqns[0].params["jaxpr"].jaxpr
    place = [one.primitive.name for one in inner.eqns].index("custom_linear_solve")
    equation = inner.eqns[place]
    other = inner.eqns[place - 1].invars[0]
    assert other is not equation.invars[0]
    changed = equation.replace(invars=[other, other, *equation.invars[2:]])
    eqns = [*inner.eqns[:place], changed, *inner.eqns[place + 1 :]]
    assert small(inner).total() == 1
    assert small(inner.replace(eqns=eqns)).total() == 0


def test_systems_in_loops_are_entered() -> None:
    def loop(a: Any, b: Any) -> Any:
        return jax.lax.scan(lambda x, _: (jnp.linalg.solve(a, x), x[:, 0]), b, None, length=3)[0]

    a, b = numbers(F, 2, 2), numbers(F, 2, 2)
    assert found(better(loop), a, b) == {}
    close(better(loop)(a, b), loop(a, b), 1e5 * EPS)


def test_the_report_says_what_was_written_out() -> None:
    parax.clear_cache()
    compiled = parax.compile(op.Lambda(lambda z: jnp.linalg.inv(z) @ z))
    close(compiled(numbers(F, 2, 2)), jnp.tile(jnp.eye(2) + 0j, (F, 1, 1)), 1e4 * EPS)
    assert compiled.explain().splitlines()[1:3] == [
        "  1 small linear system written out",
        "  1 small matrix product written out",
    ]
