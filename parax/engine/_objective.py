"""What a gradient can be taken of: one real number (L52)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from parax._diagnostic import did_you_mean, quoted
from parax.errors import OperatorError, OperatorTypeError, ParaxError
from parax.graph import Graph


def chosen_output(outputs: Any, of: str | None) -> Any:
    """Give the output that `of=` names, or all of them.

    Raises:
        OperatorError: there is none of this name.
    """
    if of is None:
        return outputs
    if not isinstance(outputs, dict) or of not in outputs:
        known = list(outputs) if isinstance(outputs, dict) else []
        listed = ", ".join(map(quoted, known))
        raise OperatorError(
            f"there is no output {quoted(of)}",
            hint=did_you_mean(str(of), map(str, known))
            or (f"the outputs are {listed}" if known else "there is one, without a name"),
        )
    return outputs[of]


def require_objective(graph: Graph, outputs: Any, of: str | None) -> None:
    """Check that a gradient can be taken of an output: one real number.

    Args:
        graph: the expression, for its place in a text.
        outputs: the outputs' shapes and dtypes.
        of: the output to differentiate, of several.

    Raises:
        OperatorError: there are several outputs and none was chosen, or it is not scalar.
        OperatorTypeError: it is complex, or an integer or boolean.
    """
    output = chosen_output(outputs, of)
    leaves = jax.tree_util.tree_leaves(output)
    if len(leaves) != 1:
        named = isinstance(output, dict)
        what = ", ".join(map(quoted, output)) if named else f"{len(leaves)} values"
        raise OperatorError(
            f"a gradient is of one output, and there are {what}",
            hint="choose one with `of=`" if named and of is None else "compose one number of them",
        )
    error = _refused(jnp.shape(leaves[0]), jnp.result_type(leaves[0]))
    if error is not None:
        structure = graph.structure
        nodes = chosen_output(structure.out_tree.unflatten(structure.outputs), of)
        raise error.located(structure.spans[jax.tree_util.tree_leaves(nodes)[0]])


def require_inexact(graph: Graph, outputs: Any, of: str | None) -> None:
    """Check that a Jacobian can be taken of outputs: real or complex numbers.

    Raises:
        OperatorTypeError: one is an integer or boolean.
    """
    structure = graph.structure
    nodes = chosen_output(structure.out_tree.unflatten(structure.outputs), of)
    output = chosen_output(outputs, of)
    parts = jax.tree_util.tree_structure(nodes).flatten_up_to(output)
    for node, part in zip(jax.tree_util.tree_leaves(nodes), parts, strict=True):
        for leaf in jax.tree_util.tree_leaves(part):
            dtype = leaf.dtype
            error = None if jnp.issubdtype(dtype, jnp.inexact) else _refused((), dtype)
            if error is not None:
                raise error.located(structure.spans[node])


def _refused(shape: tuple[int, ...], dtype: Any) -> ParaxError | None:
    if jnp.issubdtype(dtype, jnp.complexfloating):
        what = "complex" if shape == () else f"complex, of shape {shape}"
        return OperatorTypeError(
            f"the objective is {what}, and has no gradient",
            hint="take `abs(…)`, `real(…)` or `dB(…)` of it",
        )
    if shape != ():
        return OperatorError(
            f"the objective has shape {shape}, and a gradient is of one number",
            hint="reduce it, for instance with `max(…)`, `mean(…)` or `sum(…)`",
        )
    if not jnp.issubdtype(dtype, jnp.floating):
        truth = jnp.issubdtype(dtype, jnp.bool_)
        return OperatorTypeError(
            f"the objective is {'a truth value' if truth else 'an integer'}, and has no gradient",
            hint="a comparison says whether, not by how much: subtract the two sides instead"
            if truth
            else "multiply it by 1.0 if it is meant as a real number",
        )
    return None
