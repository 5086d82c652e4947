"""A graph made ready for inputs of one kind: validated, its free arrays known (G2, X13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from parax.engine._cache import validated
from parax.engine._free import Argument, Free, find_free
from parax.engine._lower import Signature
from parax.errors import OperatorError, OperatorTypeError, ParaxError
from parax.graph import Graph, abstract, split, validate_structure


@dataclass(frozen=True)
class Specialised:
    """A graph with a signature that it was validated for.

    Args:
        signature: what the executables are made for.
        free: which arrays are free.
        outputs: the outputs' shapes and dtypes.
    """

    signature: Signature
    free: Free
    outputs: Any


def specialise(
    graph: Graph, args: tuple[Any, ...], inputs: dict[str, Any], argument: Argument = None
) -> Specialised:
    """Validate a graph for inputs of some kind, and find what is free.

    Args:
        graph: the expression.
        args: positional inputs, as arrays or as their types.
        inputs: inputs by name.
        argument: what to differentiate, if not the free parameters.

    Raises:
        ParaxError: all that is wrong, together, each with its place in the text.
    """
    free = find_free(graph, args, inputs, argument)
    types, skeleton = split(abstract((args, inputs)))
    types += abstract([array for own in graph.arrays for array in own])
    signature = Signature(graph.structure, skeleton, tuple(types), free.positions)

    def validate() -> Any:
        validate_structure(graph.structure)
        return graph.infer(args, inputs).outputs

    graph.feed(args, inputs)  # names and keywords are this text's own, whatever was valid before
    outputs = validated.get(signature.key, validate)
    return Specialised(signature, free, outputs)


def require_objective(graph: Graph, specialised: Specialised, of: str | None) -> None:
    """Check that a gradient can be taken of an output: one real number (L52).

    Raises:
        OperatorError: there are several outputs and none was chosen, or it is not scalar.
        OperatorTypeError: it is complex, or an integer or boolean.
    """
    outputs = specialised.outputs
    if of is not None:
        if not isinstance(outputs, dict) or of not in outputs:
            known = sorted(outputs) if isinstance(outputs, dict) else []
            raise OperatorError(
                f"there is no output `{of}`",
                hint=f"the outputs are {', '.join(known)}" if known else "there is one, unnamed",
            )
        outputs = outputs[of]
    leaves = jax.tree_util.tree_leaves(outputs)
    if len(leaves) != 1:
        names = ", ".join(sorted(outputs)) if isinstance(outputs, dict) else f"{len(leaves)} values"
        raise OperatorError(
            f"a gradient is of one output, and there are {names}",
            hint="choose one with `of=`",
        )
    shape, dtype = jnp.shape(leaves[0]), jnp.result_type(leaves[0])
    error: ParaxError | None = None
    if jnp.issubdtype(dtype, jnp.complexfloating):
        error = OperatorTypeError(
            f"the objective is complex, of shape {shape} and dtype {dtype}, and has no gradient",
            hint="take `abs(…)`, `real(…)` or `dB(…)` of it",
        )
    elif shape != ():
        error = OperatorError(
            f"the objective has shape {shape}, and a gradient is of one number",
            hint="reduce it, for instance with `max(…)`, `mean(…)` or `sum(…)`",
        )
    elif not jnp.issubdtype(dtype, jnp.floating):
        error = OperatorTypeError(
            f"the objective is of dtype {dtype}, and has no gradient",
            hint="compare nothing at the outside of an objective: subtract the target instead",
        )
    if error is not None:
        names_ = list(outputs) if isinstance(outputs, dict) else []
        raise error.located(None if names_ else graph.span())

