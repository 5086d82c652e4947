"""Arrays that a caller gives up, so that results are written into their memory (X28)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import kind_of
from parax.engine._specialise import Specialised
from parax.errors import OperatorTypeError, ParameterValueError
from parax.parameters import is_concrete


def run_into(out: Any, made: Specialised, arrays: Sequence[Any]) -> Any:
    """Compute the outputs, and write them into arrays that are given up.

    Inside the trace of another function XLA plans the memory, and nothing is given up.

    Args:
        out: what the caller gives up: an array for each output, arranged like them.
        made: what computes the outputs.
        arrays: the arrays of the call, and the expression's own.

    Raises:
        OperatorTypeError: `out` holds something else than JAX arrays.
        ParameterValueError: it does not fit the outputs, or cannot be given up.
    """
    targets = _given_up(out, made.outputs, arrays)
    if not all(map(is_concrete, [*targets, *arrays])):
        return made.run("value", None, arrays)
    executable = made.executable("value")
    return executable.run_into(
        targets, *[arrays[place] for place in made.order(executable, "value")]
    )


def _given_up(out: Any, outputs: Any, arrays: Sequence[Any]) -> list[jax.Array]:
    """Give the arrays that results are written into, in the order of the outputs."""
    wanted, tree = jax.tree_util.tree_flatten(outputs)
    found, own = jax.tree_util.tree_flatten(out)
    if own != tree:
        raise ParameterValueError(
            "`out` is arranged otherwise than the outputs",
            hint="give what a call before gave",
        )
    held = set(map(id, arrays))
    for array, output in zip(found, wanted, strict=True):
        _check(array, output, is_read=id(array) in held)
        held.add(id(array))
    return found


def _check(array: Any, output: Any, *, is_read: bool) -> None:
    if not isinstance(array, jax.Array):
        kind = "a NumPy array" if isinstance(array, np.ndarray) else kind_of(array)
        raise OperatorTypeError(
            f"`out` is a JAX array, got {kind}",
            hint="give what a call before gave; memory of NumPy cannot be reused",
        )
    wanted, own = (jnp.shape(output), jnp.result_type(output)), (array.shape, array.dtype)
    if wanted != own:
        raise ParameterValueError(
            f"`out` is {own[1]}{list(own[0])}, and the output is {wanted[1]}{list(wanted[0])}",
            hint="what is given up has the shape and dtype of what is written into it",
        )
    if not is_concrete(array):
        return
    if array.is_deleted():
        raise ParameterValueError(
            "`out` was given up before",
            hint="give what the last call gave, and keep no other name for it",
        )
    if is_read:
        raise ParameterValueError(
            "`out` is given up, and stands in another place of the same call too",
            hint="what is read, and each output, needs an array of its own",
        )
