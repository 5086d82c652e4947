"""One step of training: gradient, updates, new model."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import jax.tree_util as jtu

from parax.errors import ParaxTypeError, UpdateError
from parax.module import first_difference, trainable_part
from parax.training._gradient import value_and_grad
from parax.training._optimizer import as_before
from parax.training._words import kind


def build_update_fn(loss_fn: Any, *, scan_mode: bool = False) -> Callable[..., Any]:
    """Make a function that takes one step of an optimiser.

    The step adds what the optimiser gives to the trainable part of the model that `loss_fn`
    returns, and keeps the rest of that model, such as running statistics. Steps are taken in
    latent space, so that a Parameter stays in the range of its transform. An optimiser is given
    the conjugate of the gradient of complex arrays, which is the direction of ascent.

    Compile it with `equinox.filter_jit`, or run it under `parax.scan`.

    Args:
        loss_fn: `loss_fn(model, *inputs, **kwargs)` gives `(loss, (aux, model))`: a real number,
            anything to hand on, and the model, whose arrays may have other values.
        scan_mode: make a function for `parax.scan`.

    Returns:
        `update(model, optimizer, *inputs, **kwargs)`, which gives `(model, optimizer, aux)`; in
        scan mode `update((model, optimizer), *inputs, **kwargs)`, which gives
        `((model, optimizer), aux)`. When called, it raises `UpdateError` if `loss_fn` gives
        something else, or a model of another structure, shape or dtype, or if the optimizer is
        that of another model; and `ParaxTypeError` if the optimizer has no method `apply`.

    Raises:
        ParaxTypeError: `loss_fn` is no function.

    Example:
        >>> import optax
        >>> from parax.parameters import Parameter
        >>> from parax.training import Optimizer
        >>> def loss(model, x):
        ...     value = (model["a"] * x) ** 2
        ...     return value, (value, model)
        >>> step = build_update_fn(loss)
        >>> model = {"a": Parameter(3.0)}
        >>> new, optimizer, value = step(model, Optimizer(optax.sgd(0.1), model), 1.0)
        >>> float(value), round(float(new["a"]), 6)
        (9.0, 2.4)
    """
    if not callable(loss_fn):
        raise ParaxTypeError(
            f"`loss_fn` must be a function, and is {kind(loss_fn)}",
            hint="give a function that returns `(loss, (aux, model))`",
        )
    differentiated = value_and_grad(_checked(loss_fn), has_aux=True)

    def update(model: Any, optimizer: Any, *inputs: Any, **kwargs: Any) -> Any:
        """Take one step: give the new model, the new optimizer and what the loss handed on."""
        apply = _apply_of(optimizer)
        (_, (aux, returned)), grads = differentiated(model, *inputs, **kwargs)
        part, rest = trainable_part(returned)
        updates, optimizer = apply(jtu.tree_map(jnp.conj, grads), part)
        new = eqx.combine(jtu.tree_map(_sum, part, updates), rest)
        return jtu.tree_map(as_before, model, new), optimizer, aux

    def update_carry(carry: Any, *inputs: Any, **kwargs: Any) -> Any:
        """Take one step: give the new carry `(model, optimizer)`, and what the loss handed on."""
        model, optimizer, aux = update(*carry, *inputs, **kwargs)
        return (model, optimizer), aux

    return update_carry if scan_mode else update


def _checked(loss_fn: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(loss_fn, updated=())
    def loss(model: Any, /, *inputs: Any, **kwargs: Any) -> Any:
        result = loss_fn(model, *inputs, **kwargs)
        match result:
            case (_, (_, returned)) if type(result) is tuple and type(result[1]) is tuple:
                difference = first_difference(model, returned)
            case _:
                raise UpdateError(
                    "the loss function must give `(loss, (aux, model))`, and gave"
                    f" {_shape_of(result)}",
                    hint="end it with `return loss, (aux, model)`",
                )
        if difference is not None:
            raise UpdateError(
                f"the loss function returned another kind of model: {difference}",
                hint="return the model with the structure, shapes and dtypes that it came with",
            )
        return result

    return loss


def _shape_of(result: Any) -> str:
    """Say what tuples a result is made of."""
    if type(result) is tuple:
        return f"({', '.join(map(_shape_of, result))})"
    return kind(result)


def _apply_of(optimizer: Any) -> Callable[..., Any]:
    apply = getattr(optimizer, "apply", None)
    if not callable(apply):
        raise ParaxTypeError(
            "the second argument must be an `Optimizer`, or have its method `apply`, and is"
            f" {kind(optimizer)}",
            hint="make one: `parax.Optimizer(optax.adam(1e-3), model)`",
        )
    return apply


def _sum(old: Any, update: Any) -> Any:
    """Add an update in the dtype of what is updated."""
    return jnp.asarray(old + update).astype(jnp.result_type(old))
