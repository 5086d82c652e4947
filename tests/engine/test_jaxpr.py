"""Products of many small matrices are written out, and nothing else changes (E11, X27)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parax
from parax import op
from parax.engine.jaxprs import improved, small

F = 16
CHANCE = np.random.default_rng(0)


def matrices(*shape: int) -> jax.Array:
    real, imaginary = CHANCE.standard_normal((2, *shape))
    return jnp.asarray(real + 1j * imaginary)


A, B = matrices(F, 2, 2), matrices(F, 2, 2)
V = matrices(F, 2)


def left(function: Callable[..., Any], *args: Any) -> int:
    """Count the small products that are left in the better function."""
    better = improved(function, lambda _: None)
    return small(jax.make_jaxpr(better)(*args).jaxpr).total()


def check(function: Callable[..., Any], *args: Any, written: int, kept: int = 0) -> None:
    """Compare values and gradients, also under `vmap`, and count the products."""
    notes: list[str] = []
    better = improved(function, notes.append)
    assert small(jax.make_jaxpr(function)(*args).jaxpr).total() == written
    assert left(function, *args) == kept
    double = [jnp.stack([arg, 2 * arg]) for arg in args]

    def everything(function: Callable[..., Any]) -> Any:
        def size(*args: Any) -> Any:
            return sum(jnp.sum(jnp.abs(x) ** 2) for x in jax.tree.leaves(function(*args)))

        return jax.jit(
            lambda args, double: (
                function(*args), jax.grad(size)(*args), jax.vmap(function)(*double)
            )
        )(args, double)  # fmt: skip

    notes.clear()
    own = everything(better)
    assert bool(notes) == (written > 0)
    same(own, everything(function))


def same(own: Any, other: Any) -> None:
    tolerance = 2e3 * float(jnp.finfo(jnp.result_type(float)).eps)
    one, two = jax.tree.leaves(own), jax.tree.leaves(other)
    assert [(x.shape, x.dtype) for x in one] == [(x.shape, x.dtype) for x in two]
    for x, y in zip(one, two, strict=True):
        np.testing.assert_allclose(x, y, tolerance, tolerance * float(jnp.max(jnp.abs(y)) + 1))


def cascade(x: Any) -> Any:
    """Series and shunt sections as a person writes them, in three ways to make a matrix."""
    one, zero = jnp.ones(F) + 0j, jnp.zeros(F) + 0j
    series = jnp.stack([jnp.stack([one, 1j * x[0]], -1), jnp.stack([zero, one], -1)], -2)
    shunt = jnp.array([[one, zero], [1j * x[1], one]]).transpose(2, 0, 1)
    flat = jnp.stack([one, x[2] + 0j, zero, one], axis=-1).reshape(F, 2, 2)
    total = series @ shunt @ flat @ series
    return total[:, 0, 0] + total[..., 0, 1] / 50 + total[:, 1, 0] * 50 + total[:, 1, 1]


X = jnp.asarray(CHANCE.uniform(0.5, 2.0, (3, F)))

CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], int]] = {
    "a product": (lambda a, b: a @ b, (A, B), 1),
    "a cascade": (cascade, (X,), 3),
    "matrix and vector": (lambda a, v: jnp.einsum("fij,fj->fi", a, v), (A, V), 1),
    "vector and vector": (lambda v, w: jnp.einsum("fi,fi->f", v, w), (V, V), 1),
    "rectangular": (lambda a, b: a @ b, (matrices(F, 3, 4), matrices(F, 4, 2)), 1),
    "two batch axes": (lambda a, b: a @ b, (matrices(4, 5, 2, 2), matrices(4, 5, 2, 2)), 1),
    "batch axes in another order": (
        lambda a, b: jnp.einsum("abij,baik->abjk", a, b),
        (matrices(4, 5, 2, 2), matrices(5, 4, 2, 2)),
        1,
    ),
    "the batch last": (
        lambda a, b: jnp.einsum("ijf,jkf->ikf", a, b),
        (matrices(2, 2, F), matrices(2, 2, F)),
        1,
    ),
    "arithmetic between": (lambda a, b: (2 * a @ b + a - 1.0) @ jnp.exp(b), (A, B), 2),
    "conjugate transpose": (lambda a, b: jnp.conj(jnp.swapaxes(a @ b, -1, -2)) @ a, (A, B), 2),
    "trace": (lambda a, b: jnp.trace(a @ b, axis1=-2, axis2=-1), (A, B), 1),
    "a sum of elements": (lambda a, b: jnp.sum(a @ b, axis=(1, 2)), (A, B), 1),
    "a sum of rows": (lambda a, b: jnp.sum(a @ b, axis=1), (A, B), 1),
    "a part": (lambda a, b: (a @ b)[:, :1, ::-1][2:9:3], (A, B), 1),
    "joined": (lambda a, b: jnp.concatenate([a @ b, b], axis=1) @ a, (A, B), 2),
    "stacked": (lambda a, b: jnp.stack([a @ b, b], axis=1), (A, B), 1),
    "broadcast": (lambda a, b: (a @ b)[None] * jnp.ones((3, F, 2, 2)), (A, B), 1),
    "chosen": (lambda a, b: jnp.where(jnp.abs(a) > 1, a @ b, b), (A, B), 1),
    "inside jit": (lambda a, b: jax.jit(lambda a, b: a @ b)(a, b) @ b, (A, B), 2),
    "reshaped whole": (lambda a, b: (a @ b).reshape(-1), (A, B), 1),
    "variance": (lambda a, b: jnp.var(a @ b, axis=1), (A, B), 1),
    "of the mean": (lambda a, b: jnp.mean(a @ b, axis=2, keepdims=True) - a, (A, B), 1),
    "one matrix for all": (lambda a, b: (a @ b) * a[:1] + b[:, :1], (A, B), 1),
    "sorted": (lambda a, b: jnp.sort(jnp.abs(a @ b), axis=0), (A, B), 1),
}


@pytest.mark.parametrize("name", CASES)
def test_small_products_are_written_out(name: str) -> None:
    function, args, written = CASES[name]
    check(function, *args, written=written)


def test_what_is_large_few_or_no_float_is_left_alone() -> None:
    wide = matrices(F, 5, 5)
    check(lambda a: a @ a, wide, written=0)
    few = matrices(3, 2, 2)
    check(lambda a: a @ a, few, written=0)
    check(lambda a: a[:, 0] @ a[:, 0].T, A, written=0)
    whole = jnp.ones((F, 2, 2), jnp.int8)
    same(improved(lambda a: a @ a, lambda _: None)(whole), whole @ whole)
    half = jnp.ones((F, 2, 2), jnp.bfloat16)
    product = lambda a: jnp.matmul(a, a, preferred_element_type=jnp.float32)  # noqa: E731
    assert not small(jax.make_jaxpr(product)(half).jaxpr)
    assert left(product, half) == 0


def test_loops_and_branches_are_entered() -> None:
    def loop(a: Any, b: Any) -> Any:
        return jax.lax.scan(lambda m, _: (m @ b / 2, m[:, 0, 0]), a, None, length=5)

    check(loop, A, B, written=1)

    def branch(a: Any, b: Any) -> Any:
        return jax.lax.cond(jnp.abs(a[0, 0, 0]) > 0, lambda: a @ b, lambda: b)

    check(branch, A, B, written=1)


def test_own_derivatives_are_kept() -> None:
    @jax.custom_jvp
    def square(a: Any) -> Any:
        return a @ a

    square.defjvp(lambda primals, tangents: (square(*primals), 7.0 * tangents[0]))
    better = improved(lambda a: square(a) @ a, lambda _: None)
    _, slope = jax.jvp(lambda a: better(a), (A,), (jnp.ones_like(A),))
    np.testing.assert_allclose(slope, 7.0 * jnp.ones_like(A) @ A + A @ A @ jnp.ones_like(A), 1e-4)


def test_a_note_says_how_many() -> None:
    notes: list[str] = []
    improved(cascade, notes.append)(X)
    improved(lambda a: a @ a, notes.append)(A)
    assert notes == ["3 small matrix products written out", "1 small matrix product written out"]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from("mtcsjadve"), min_size=1, max_size=6))
def test_random_chains_agree(steps: list[str]) -> None:
    def chain(a: Any, b: Any) -> Any:
        for step in steps:
            if step == "m":
                a = a @ b
            elif step == "t":
                a = jnp.swapaxes(a, 1, 2)
            elif step == "c":
                a = jnp.conj(a) * b
            elif step == "s":
                a = jnp.stack([a[:, 0], b[:, 1]], axis=1)
            elif step == "j":
                a = jnp.concatenate([a[:, :, 1:], b[:, :, :1]], axis=2)
            elif step == "d":
                a = a - jnp.mean(a, axis=1, keepdims=True)
            elif step == "v":
                a = jnp.sum(a, axis=2, keepdims=True) * b[:1]
            elif step == "a":
                a = a / (1.0 + jnp.sum(jnp.abs(a), axis=(1, 2), keepdims=True))
            else:
                a = a.reshape(F, 4)[:, ::-1].reshape(F, 2, 2)
        return a

    same(improved(chain, lambda _: None)(A, B), chain(A, B))


class Cascade(parax.Module):
    """Sections as matrices."""

    values: parax.Parameter

    @parax.feature
    def response(self) -> Any:
        """The response."""
        return jnp.abs(cascade(jnp.asarray(self.values)))


def test_a_model_is_made_better_unless_it_is_asked_not_to_be() -> None:
    parax.clear_cache()
    model = Cascade(parax.Parameter(X))
    better = parax.compile("max(response)")
    plain = parax.compile("max(response)", rewrites=())
    np.testing.assert_allclose(better(model), plain(model), 1e-5)
    np.testing.assert_allclose(better(model), (op.Input("response") * 1.0)(model).max(), 1e-5)
    assert better.explain().splitlines()[1] == "  3 small matrix products written out"
    assert "written out" not in plain.explain()
    own, other = (one.gradient(model).values.latent_value for one in (better, plain))
    np.testing.assert_allclose(own, other, 1e-4, 1e-6)
