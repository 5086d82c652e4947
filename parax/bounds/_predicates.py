"""What `equinox.partition` asks of each node, so that bounded nodes and constants stay whole."""

from __future__ import annotations

from typing import Any

import equinox as eqx

from parax._abstract import AbstractBounded, AbstractConstant, AbstractUnwrappable
from parax.constants import is_constant
from parax.parameters import Parameter


def is_leaf(x: Any) -> bool:
    """Tell whether a node must stay whole: bounded and unwrappable, or a constant.

    Made for `is_leaf=` of `equinox.partition` and `equinox.combine`, together with `is_dynamic`.

    Example:
        >>> is_leaf(Parameter(1.0)), is_leaf([Parameter(1.0)])
        (True, False)
    """
    return isinstance(x, AbstractConstant) or (
        isinstance(x, AbstractBounded) and isinstance(x, AbstractUnwrappable)
    )


def is_dynamic(x: Any) -> bool:
    """Tell whether optimisers may change a leaf.

    That is no constant, but a node that is bounded and unwrappable, or a floating-point or
    complex array of JAX or NumPy.

    Example:
        >>> import equinox as eqx, jax.numpy as jnp
        >>> model = {"p": Parameter(1.0), "q": Parameter(2.0, fixed=True), "w": jnp.ones(2)}
        >>> dynamic, static = eqx.partition(model, is_dynamic, is_leaf=is_leaf)
        >>> [name for name, value in dynamic.items() if value is not None]
        ['p', 'w']
    """
    if is_constant(x):
        return False
    if isinstance(x, Parameter):
        return x.latent_value is not None
    return is_leaf(x) or eqx.is_inexact_array(x)
