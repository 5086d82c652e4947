"""What an executable computes of a function: its value, or a derivative in the first argument."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp

Mode = Literal[
    "value", "gradient", "value_and_gradient", "jacobian", "hessian", "hessian_vector_product"
]

ALONG: frozenset[Mode] = frozenset(("hessian_vector_product",))
"""The modes that take a direction, of the form of the first argument, beside it."""

SCALAR: frozenset[Mode] = frozenset(
    ("gradient", "value_and_gradient", "hessian", "hessian_vector_product")
)
"""The modes that are of one real number."""


def differentiated(run: Callable[..., Any], mode: Mode, *, forward: bool) -> Callable[..., Any]:
    """Give what a mode asks for.

    Args:
        run: a function `run(x, rest)`.
        mode: what to give of it; with a direction the result is a function of `(x, along, rest)`.
        forward: whether a Jacobian is cheaper forward, column by column, than row by row.
    """
    if mode == "value":
        return run
    if mode == "gradient":
        return jax.grad(run)
    if mode == "value_and_gradient":
        return jax.value_and_grad(run)
    if mode == "jacobian":
        return jax.jacfwd(run) if forward else jax.jacrev(run)
    if mode == "hessian":
        return jax.hessian(run)

    def along(x: Any, direction: Any, rest: Any) -> Any:
        return jax.jvp(lambda x: jax.grad(run)(x, rest), (x,), (direction,))[1]

    return along


def is_forward(inputs: int, outputs: Any) -> bool:
    """Tell whether a Jacobian is cheaper forward.

    Args:
        inputs: how many numbers go in.
        outputs: the types of what comes out. Complex numbers only go forward.
    """
    leaves = jax.tree_util.tree_leaves(outputs)
    if any(jnp.issubdtype(leaf.dtype, jnp.complexfloating) for leaf in leaves):
        return True
    return inputs <= sum(math.prod(leaf.shape) for leaf in leaves)
