"""What an RF model is (R1), any object with `s(sweep)`: it is asked, and its answer checked."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from parax._diagnostic import kind_of, quoted
from parax.errors import OperatorError, OperatorTypeError

_ANSWER = "it gives a complex array of shape (frequencies, ports, ports)"


def scattering_matrices(model: Any, sweep: Any) -> jax.Array:
    """Ask a model for its scattering matrices.

    Args:
        model: any object with `s(sweep)`.
        sweep: any object with `f` [Hz], shape `(F,)`.

    Returns:
        Complex array, shape `(F, N, N)`, indices frequency, to, from.

    Raises:
        OperatorTypeError: the model has no method `s`, or gives something else than a complex
            array.
        OperatorError: the array has another shape.
    """
    method = getattr(model, "s", None)
    if not callable(method):
        what = f"a `{type(model).__name__}`"
        raise OperatorTypeError(
            f"scattering parameters come from a model's method `s(sweep)`, and {what} has none"
            if method is None
            else f"`s` of {what} is no method",
            hint="take a network of scikit-rf over with `rf.Network.from_skrf(…)`"
            if type(model).__module__.startswith("skrf.")
            else f"define `def s(self, sweep)`: {_ANSWER}",
        )
    answer: Any = method(sweep)
    owner = f"`{type(model).__name__}.s`"
    if not hasattr(answer, "shape") or not hasattr(answer, "dtype"):
        raise OperatorTypeError(
            f"{owner} gave {quoted(repr(answer))}, {kind_of(answer)}", hint=_ANSWER
        )
    shape = tuple(answer.shape)
    if len(shape) != 3 or shape[1] != shape[2] or not shape[1]:
        raise OperatorError(f"{owner} gave an array of shape {shape}", hint=_ANSWER)
    points = jnp.shape(sweep.f)
    if points != shape[:1]:
        raise OperatorError(
            f"{owner} gave {shape[0]} matrices for {points[0] if points else 1} frequencies",
            hint=_ANSWER,
        )
    if not jnp.issubdtype(answer.dtype, jnp.complexfloating):
        raise OperatorTypeError(
            f"{owner} gave real numbers ({answer.dtype})", hint=f"{_ANSWER}: add `0j`"
        )
    return jnp.asarray(answer)
