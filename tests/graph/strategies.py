"""Random expressions with choices, each beside a NaN-free reference.

A function that is not finite everywhere stands only in the branch of a choice that keeps it off
its singularities. The reference evaluates it on operands that are replaced where it is not taken:
the textbook way of a finite gradient, which the operators do without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from hypothesis import strategies as st

from parax import op

MARGIN = 0.1
SHAPES = {"x": (4,), "y": (3, 1), "p": (), "z": (3, 4)}


@dataclass(frozen=True)
class Pair:
    """An operator, and the same by hand as a function of the inputs."""

    operator: Any
    reference: Callable[[dict[str, Any]], Any]


def leaf(name: str) -> Pair:
    return Pair(op.Input(name), lambda env: env[name])


def unary(fn: Callable[[Any], Any], one: Pair) -> Pair:
    return Pair(op.Map(fn, one.operator), lambda env: fn(one.reference(env)))


def binary(fn: Callable[[Any, Any], Any], one: Pair, other: Pair) -> Pair:
    return Pair(
        op.Binary(fn, one.operator, other.operator),
        lambda env: fn(one.reference(env), other.reference(env)),
    )


def _scaled(u: Any, v: Any) -> Any:
    return u * jnp.sin(v)


# What is not finite at 0 or below it, of a kept operand `u` and any other `v`: each as operators
# and as array code.
PARTIAL: list[tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = [
    (lambda u, v: op.Map(jnp.sqrt, u), lambda u, v: jnp.sqrt(u)),
    (lambda u, v: op.Map(jnp.log, u) * v, lambda u, v: jnp.log(u) * v),
    (lambda u, v: v / u, lambda u, v: v / u),
    (lambda u, v: u**-1.5, lambda u, v: u**-1.5),
    (lambda u, v: u**0.5 + v, lambda u, v: u**0.5 + v),
    (lambda u, v: op.Binary(jnp.arctan2, u, u * 2), lambda u, v: jnp.arctan2(u, u * 2)),
    (
        lambda u, v: op.Map(jnp.log, op.Map(jnp.sqrt, u) * 3 + u),
        lambda u, v: jnp.log(jnp.sqrt(u) * 3 + u),
    ),
    (
        lambda u, v: op.Stack([op.Map(jnp.sqrt, u), u * 2], axis=0)[0],
        lambda u, v: jnp.sqrt(u),
    ),
    (lambda u, v: u - u + op.Map(jnp.log, u) - v, lambda u, v: jnp.log(u) - v),
]


def kept(u: Pair, v: Pair, otherwise: Pair, which: int) -> Pair:
    """`where(u > margin, partial(u, v), otherwise)`."""
    compose, compute = PARTIAL[which]

    def reference(env: dict[str, Any]) -> Any:
        value = jnp.asarray(u.reference(env))
        taken = value > MARGIN
        safe = jnp.where(taken, value, 1.0)
        return jnp.where(taken, compute(safe, v.reference(env)), otherwise.reference(env))

    condition = u.operator > MARGIN
    return Pair(op.Where(condition, compose(u.operator, v.operator), otherwise.operator), reference)


def kept_reduction(u: Pair, otherwise: Pair) -> Pair:
    """`where(min(u, -1) > margin, mean(sqrt(u), -1), sum(otherwise))`: rows of an array."""
    rows = op.Where(
        op.Reduce(u.operator, jnp.min, axis=-1) > MARGIN,
        op.Reduce(op.Map(jnp.sqrt, u.operator), jnp.mean, axis=-1),
        op.Reduce(otherwise.operator, jnp.sum),
    )

    def reference(env: dict[str, Any]) -> Any:
        value = u.reference(env)
        taken = jnp.min(value, axis=-1) > MARGIN
        safe = jnp.where(taken[..., None], value, 1.0)
        return jnp.where(
            taken, jnp.mean(jnp.sqrt(safe), axis=-1), jnp.sum(otherwise.reference(env))
        )

    return Pair(op.Reduce(rows, jnp.sum), lambda env: jnp.sum(reference(env)))


def kept_leaf(name: str, otherwise: Pair) -> Pair:
    """A choice by a number, one branch a function called with the inputs."""

    def root(p: Any) -> Any:
        return jnp.sqrt(p) + 1 / p

    def reference(env: dict[str, Any]) -> Any:
        taken = env[name] > MARGIN
        return jnp.where(taken, root(jnp.where(taken, env[name], 1.0)), otherwise.reference(env))

    branch = op.Map(root, op.Input(name))
    return Pair(op.Where(op.Input(name) > MARGIN, branch, otherwise.operator), reference)


@st.composite
def expressions(draw: st.DrawFn) -> Pair:
    """Random expressions in which later parts share earlier ones, also as conditions."""
    pool = [leaf(name) for name in SHAPES]
    for _ in range(draw(st.integers(2, 6))):
        u, v, w = (draw(st.sampled_from(pool)) for _ in range(3))
        made = draw(st.integers(0, 6))
        if made <= 2:
            new = kept(u, v, w, draw(st.integers(0, len(PARTIAL) - 1)))
        elif made == 3:
            new = kept_reduction(binary(jnp.add, u, leaf("z")), w)
        elif made == 4:
            new = kept_leaf("p", w)
        elif made == 5:
            new = binary(_scaled, unary(jnp.tanh, u), v)
        else:
            new = Pair(
                op.Where(v.operator > u.operator, u.operator, w.operator * 2),
                lambda env, u=u, v=v, w=w: jnp.where(
                    v.reference(env) > u.reference(env), u.reference(env), w.reference(env) * 2
                ),
            )
        pool.append(unary(jnp.tanh, new) if draw(st.booleans()) else new)
    last = pool[-1]
    return Pair(
        op.Reduce(last.operator + pool[-2].operator, jnp.sum),
        lambda env: jnp.sum(last.reference(env) + pool[-2].reference(env)),
    )


def inputs() -> st.SearchStrategy[dict[str, Any]]:
    """Values on both sides of every margin, and exactly on the singularities."""
    number = st.sampled_from([-1.25, 0.0, 0.0, 0.375, 0.75, 1.5])

    def array(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
        size = 1
        for one in shape:
            size *= one
        return st.lists(number, min_size=size, max_size=size).map(
            lambda flat: jnp.array(flat).reshape(shape)
        )

    return st.fixed_dictionaries({name: array(shape) for name, shape in SHAPES.items()})
