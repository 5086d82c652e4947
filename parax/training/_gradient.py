"""Gradients by the trainable part of a model."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu

from parax._diagnostic import quoted
from parax.errors import NoTrainableParametersError, ParaxTypeError
from parax.module import named_params, trainable_part
from parax.training._words import kind

_LISTED = 5


def value_and_grad(
    func: Callable[..., Any],
    has_aux: bool = False,
    *,
    argnums: Any = 0,
    holomorphic: bool = False,
    allow_int: bool = False,
) -> Callable[..., tuple[Any, Any]]:
    """Make a function that gives the value of `func` and its gradient by a model.

    The gradient is taken with respect to the trainable part of the first argument: latent values
    of free Parameters, or arrays (see `parax.module.trainable_part`). As in `jax.grad`, that of a
    complex array is the conjugate of the direction of ascent.

    Args:
        func: `func(model, *args, **kwargs)` gives a real number, of shape `()`; or a pair of it
            and anything else, if `has_aux`. The model is any PyTree.
        has_aux: whether `func` gives a pair.
        argnums: 0 only: the model is the first argument.
        holomorphic: as in `jax.grad`; `func` then gives a complex number.
        allow_int: as in `jax.grad`; matters only if `parameters()` of a class gives integers.

    Returns:
        A function with the arguments of `func`, which gives `(value, gradient)`, or
        `((value, aux), gradient)`. The gradient has the structure of the model, with None in
        place of what is not trained.

    Raises:
        ParaxTypeError: `argnums` is not 0. When called: the value is no real scalar, or no pair.
        NoTrainableParametersError: when called: nothing of the model is trainable.

    Example:
        >>> from parax.parameters import Fixed, Parameter
        >>> model = {"a": Parameter(3.0), "b": Fixed(1.0)}
        >>> value, slope = value_and_grad(lambda model: model["a"] ** 2 + model["b"])(model)
        >>> float(value), float(slope["a"].latent_value), slope["b"].latent_value
        (10.0, 6.0, None)
    """
    if isinstance(argnums, bool) or argnums != 0:
        raise ParaxTypeError(
            f"`argnums` must be 0, and is {quoted(repr(argnums))}",
            hint="the gradient is taken by the first argument: make the model that one",
        )

    @wraps(func, updated=())
    def value_and_gradient(model: Any, /, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        dynamic, static = trainable_part(model)
        if not jtu.tree_leaves(dynamic):
            raise _nothing_trainable(model)

        def of_part(part: Any) -> Any:
            result = func(eqx.combine(part, static), *args, **kwargs)
            value, aux = _pair(result) if has_aux else (result, None)
            value = _scalar(value, complex_too=holomorphic)
            return (value, aux) if has_aux else value

        differentiated = jax.value_and_grad(
            of_part, has_aux=has_aux, holomorphic=holomorphic, allow_int=allow_int
        )
        return differentiated(dynamic)

    return value_and_gradient


def grad(
    fun: Callable[..., Any],
    has_aux: bool = False,
    *,
    argnums: Any = 0,
    holomorphic: bool = False,
    allow_int: bool = False,
) -> Callable[..., Any]:
    """Make a function that gives the gradient of `fun` by a model.

    Arguments and errors as for `value_and_grad`.

    Returns:
        A function with the arguments of `fun`, which gives the gradient, or `(gradient, aux)` if
        `has_aux`.

    Example:
        >>> from parax.parameters import Parameter
        >>> slope = grad(lambda model, x: model["a"] ** 2 * x)({"a": Parameter(3.0)}, 2.0)
        >>> float(slope["a"].latent_value)
        12.0
    """
    both = value_and_grad(
        fun, has_aux, argnums=argnums, holomorphic=holomorphic, allow_int=allow_int
    )

    @wraps(fun, updated=())
    def gradient(model: Any, /, *args: Any, **kwargs: Any) -> Any:
        value, slope = both(model, *args, **kwargs)
        return (slope, value[1]) if has_aux else slope

    return gradient


def _pair(result: Any) -> tuple[Any, Any]:
    if isinstance(result, tuple) and len(result) == 2:
        return result
    raise ParaxTypeError(
        f"with `has_aux` the function must give a pair, and gave {kind(result)}",
        hint="return `value, aux`, or leave `has_aux` off",
    )


def _scalar(value: Any, *, complex_too: bool) -> Any:
    """Give a loss as an array; it must be one number that can be made small."""
    if hasattr(value, "__jax_array__"):
        value = jnp.asarray(value)
    if not eqx.is_array_like(value):
        raise ParaxTypeError(
            f"the function must give a real number, and gave {kind(value)}",
            hint="with further results, return `value, aux` and say `has_aux=True`",
        )
    typed = jax.typeof(value)
    wanted = jnp.complexfloating if complex_too else jnp.floating
    if typed.shape == () and jnp.issubdtype(typed.dtype, wanted):
        return value
    noun = "complex" if complex_too else "real"
    raise ParaxTypeError(
        f"the function must give a {noun} number, and gave an array of shape"
        f" {quoted(typed.shape)} and dtype {quoted(typed.dtype)}",
        hint=_cure(typed, complex_too),
    )


def _cure(typed: Any, complex_too: bool) -> str:
    if typed.shape != ():
        return "make one number of it, for instance by `jax.numpy.sum` or `jax.numpy.mean`"
    if complex_too:
        return "leave `holomorphic` off"
    if jnp.issubdtype(typed.dtype, jnp.complexfloating):
        return "take `abs`, `.real` or `.imag` of it"
    return "compute it in floating point"


def _nothing_trainable(model: Any) -> NoTrainableParametersError:
    owner = quoted(type(model).__name__)
    names = [name for name, _, _ in named_params(model, include_fixed=True)]
    if names:
        shown = ", ".join(map(quoted, names[:_LISTED])) + (", …" if len(names) > _LISTED else "")
        what = f"everything in {owner} is fixed: {shown}"
        return NoTrainableParametersError(what, hint="free what shall be trained: `as_free()`")
    if any(map(eqx.is_inexact_array, jtu.tree_leaves(model))):
        return NoTrainableParametersError(
            f"no array of {owner} is trained, and it has no Parameter",
            hint="name the arrays in `parameters_method`, make Parameters of them, or take them"
            " out of `NonTrainable`",
        )
    return NoTrainableParametersError(
        f"{owner} holds neither a Parameter nor a floating-point array; nothing in it is fixed",
        hint="numbers of Python are not trained: write `jax.numpy.array(1.0)` or `Parameter(1.0)`",
    )
