"""The flat latent vector of a problem, and the model that it stands for."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._device import to_device
from parax._diagnostic import echo
from parax.engine import Signature, free_arrays
from parax.errors import OperatorTypeError, ParameterValueError
from parax.module import trainable_part
from parax.parameters import is_concrete


class FlatVector:
    """How the free arrays of a problem make one vector.

    Args:
        signature: what the problem's executables are made for.
        own: how many of the free arrays belong to the expression; they come last.
    """

    def __init__(self, signature: Signature, own: int) -> None:
        self._signature = signature
        self._shapes = [one.shape for one in signature.free_types]
        self._sizes = signature.sizes
        self._model = len(self._shapes) - own
        self.shape, self.dtype = signature.flat_type.shape, signature.flat_type.dtype

    def joined(self, arrays: list[Any]) -> jax.Array:
        """Give the free arrays as one vector."""
        if not all(map(is_concrete, arrays)):
            return jnp.concatenate([jnp.ravel(array).astype(self.dtype) for array in arrays])
        parts = [np.asarray(array, self.dtype).reshape(-1) for array in arrays]
        return to_device(np.concatenate(parts) if parts else np.zeros(0, self.dtype))

    def checked(self, x: Any, *, rows: int = 1) -> jax.Array:
        """Give a vector, or with `rows=2` one a row, as an array of the right dtype.

        Raises:
            OperatorTypeError: it is no array of numbers, or complex numbers for a real vector.
            ParameterValueError: it has another shape.
        """
        right = isinstance(x, jax.Array) and x.dtype == self.dtype and not x.weak_type
        array = x if right else self._converted(x)
        if array.ndim != rows or array.shape[-1:] != self.shape:
            raise ParameterValueError(
                f"array size mismatch: {self._wanted(rows)}, got {array.shape}",
                hint="`problem.names` says what each element is",
            )
        return array

    def _wanted(self, rows: int) -> str:
        (size,) = self.shape
        return (
            f"the flat vector has shape ({size},)"
            if rows == 1
            else f"a batch of flat vectors has shape (batch, {size})"
        )

    def _converted(self, x: Any) -> jax.Array:
        try:
            array = x if isinstance(x, jax.Array) else np.asarray(x)
        except (TypeError, ValueError):
            raise self._refused(x) from None
        if array.dtype == object or not jnp.issubdtype(array.dtype, np.number):
            raise self._refused(x)
        real = not jnp.issubdtype(self.dtype, jnp.complexfloating)
        if real and jnp.issubdtype(array.dtype, jnp.complexfloating):
            raise OperatorTypeError(
                "the flat vector is complex, and the free parameters are real",
                hint="take `.real`, or `abs(…)`, of it",
            )
        if isinstance(array, jax.Array):
            # A multiplication by one would do too: what is weakly typed must become strongly so.
            return jax.lax.convert_element_type(array, self.dtype)
        return to_device(np.array(array, self.dtype))  # a copy: the caller may change his own

    def _refused(self, x: Any) -> OperatorTypeError:
        shown = echo(" ".join(repr(x).split()), 60)
        return OperatorTypeError(
            f"the flat vector is an array of {self.shape[0]} numbers, got `{shown}`"
        )

    def model(self, model: Any, x: jax.Array) -> Any:
        """Give a model with the latent values of a vector.

        Args:
            model: a model of the structure that the problem is for.
            x: the vector, shape `(n,)`.
        """
        dynamic, static = trainable_part(model)
        free = free_arrays(self._signature, x)[: self._model]
        return eqx.combine(jtu.tree_structure(dynamic).unflatten(free), static)

    def of_model(self, model: Any, own: jax.Array) -> jax.Array:
        """Give the latent values of a model as a vector.

        Args:
            model: a model with as many free values of the same shapes.
            own: the whole vector from which those of the expression's own parameters are taken.

        Raises:
            ParameterValueError: the model has other free values.
        """
        leaves = jtu.tree_leaves(trainable_part(model)[0])
        shapes = [jnp.shape(leaf) for leaf in leaves]
        if shapes != self._shapes[: self._model]:
            count = sum(map(jnp.size, leaves))
            size = sum(self._sizes[: self._model])
            what = f"{count} free values, this problem's has {size}"
            if count == size:
                what = "free values of other shapes than this problem's"
            raise ParameterValueError(f"array size mismatch: the model has {what}")
        if self._model == len(self._shapes):
            return self.joined(leaves)
        return jnp.concatenate([self.joined(leaves), own[sum(self._sizes[: self._model]) :]])
