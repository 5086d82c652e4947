"""Which equations of a trace are written out: those of many small matrices at once."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Jaxpr, Literal

from parax import functions

SHORT = 4
"""Matrices up to this many rows and columns are written out."""
BATCH = 8
"""Fewer matrices at once than this are left alone."""
ANSWERS = 9
"""More unknowns than this in a system, over all right sides, take XLA too long to compile."""

PRODUCT, SYSTEM, DETERMINANT = "matrix product", "linear system", "determinant"


def small(jaxpr: Jaxpr) -> Counter[str]:
    """Count what is written out, by kind."""
    found = Counter(kinds(jaxpr).values())
    for equation in jaxpr.eqns:
        for inner in _inner(equation):
            found += small(inner)
    return found


def kinds(jaxpr: Jaxpr) -> dict[int, str]:
    """Give what is written out by the number of its equation, without those of inner traces."""
    makers = {one: equation for equation in jaxpr.eqns for one in equation.outvars}
    found: dict[int, str] = {}
    for number, equation in enumerate(jaxpr.eqns):
        name = equation.primitive.name
        if name == "dot_general" and _is_small_product(equation):
            found[number] = PRODUCT
        elif name == "custom_linear_solve" and _is_small_system(equation, makers):
            found[number] = SYSTEM
        elif name == "custom_jvp_call" and _is_small_determinant(equation):
            found[number] = DETERMINANT
    return found


def _inner(equation: Any) -> Iterator[Jaxpr]:
    """Give the traces inside of an equation that are entered."""
    params = equation.params
    if equation.primitive.name in ("jit", "pjit", "scan"):
        yield params["jaxpr"].jaxpr
    elif equation.primitive.name == "cond":
        yield from (branch.jaxpr for branch in params["branches"])


def _is_small_product(equation: Any) -> bool:
    """Tell whether a product is one of many small matrices, or of matrices and vectors."""
    (left, right), batches = equation.params["dimension_numbers"]
    shapes = [variable.aval.shape for variable in equation.invars]
    if not _is_of_one_float((*equation.invars, *equation.outvars)):
        return False  # the library adds up in another type
    if len(left) != 1 or shapes[0][left[0]] > SHORT:
        return False
    for shape, contracted, batch in zip(shapes, (left, right), batches, strict=True):
        free = [size for axis, size in enumerate(shape) if axis not in (*contracted, *batch)]
        if len(free) > 1 or any(size > SHORT for size in free):
            return False
    return prod(shapes[0][axis] for axis in batches[0]) >= BATCH


def _is_of_one_float(variables: Any) -> bool:
    dtypes = {variable.aval.dtype for variable in variables}
    return len(dtypes) == 1 and jnp.issubdtype(dtypes.pop(), jnp.inexact)


def _is_many_square(variable: Any) -> bool:
    *batch, rows, columns = (0, 0, *variable.aval.shape)
    return rows == columns <= SHORT and prod(batch[2:]) >= BATCH


def _is_small_system(equation: Any, makers: dict[Any, Any]) -> bool:
    """Tell whether many small systems are solved: from the factors that `lu` gives of a matrix.

    Only then is the solution what elimination with pivots finds: who solves in a way of their own
    may mean something else where the matrix is singular.
    """
    counts, inputs = equation.params["const_lengths"], equation.invars
    if (counts.matvec, counts.vecmat, counts.solve, counts.transpose_solve) != (1, 1, 2, 2):
        return False
    matrix, again, *factors, right = inputs
    if len(factors) != 4 or isinstance(matrix, Literal) or isinstance(right, Literal):
        return False
    made = makers.get(factors[0])
    if made is None or made.primitive.name != "lu" or matrix is not again:
        return False
    source = makers.get(made.invars[0])
    if source is not None and source.primitive.name == "stop_gradient":
        made_of = source.invars[0]
    else:
        made_of = made.invars[0]
    return (
        made_of is matrix
        and factors == [made.outvars[0], made.outvars[2]] * 2
        and _is_of_one_float((matrix, right, *equation.outvars))
        and _is_many_square(matrix)
        and row_axis(equation) is not None
    )


def row_axis(equation: Any) -> int | None:
    """Give the axis of the right sides along which they are vectors, None if that is not clear.

    It is read from the product of matrix and solution, which must be one product over the last
    axis of the matrix, its rows then moved to where the columns were.
    """
    matrix, right = equation.invars[0].aval, equation.invars[-1].aval
    batch = matrix.ndim - 2
    product, *moves = equation.params["jaxprs"].matvec.jaxpr.eqns
    if product.primitive.name != "dot_general" or right.ndim - batch not in (1, 2):
        return None
    (left, (axis, *_)), batches = product.params["dimension_numbers"]
    leading = list(range(batch))
    if list(left) != [batch + 1] or [list(one) for one in batches] != [leading, leading]:
        return None
    if prod(right.shape[batch:]) > ANSWERS or max(right.shape[batch:]) > SHORT:
        return None
    order = list(range(right.ndim))
    for move in moves:
        if move.primitive.name != "transpose":
            return None
        order = [order[place] for place in move.params["permutation"]]
    rows_moved = [one for one in range(right.ndim) if one != batch]
    rows_moved.insert(axis, batch)
    return int(axis) if order == rows_moved else None


def _is_small_determinant(equation: Any) -> bool:
    """Tell whether JAX's own determinant is taken of many matrices of four rows.

    Those of two and three rows are arithmetic already.
    """
    rule = _rule(equation)
    return (
        rule is not None
        and rule in _rules_of_determinants()
        and len(equation.invars) == 1
        and equation.invars[0].aval.shape[-2:] == (4, 4)
        and _is_of_one_float((*equation.invars, *equation.outvars))
        and _is_many_square(equation.invars[0])
    )


def _rule(equation: Any) -> str | None:
    """Give the name and the place of the function that is the rule of a `custom_jvp`."""
    return getattr(
        getattr(equation.params.get("jvp_jaxpr_fun"), "debug_info", None), "func_src_info", None
    )


@cache
def _rules_of_determinants() -> frozenset[str]:
    """Give the rules of the determinants that are known: of JAX, and of the language."""
    matrices = jax.ShapeDtypeStruct((1, 4, 4), "float32")
    rules: set[str] = set()
    for function in (jnp.linalg.det, functions.det):
        jaxpr = jax.make_jaxpr(function)(matrices).jaxpr
        while [one.primitive.name for one in jaxpr.eqns] == ["jit"]:
            jaxpr = jaxpr.eqns[0].params["jaxpr"].jaxpr
        found = [_rule(one) for one in jaxpr.eqns if one.primitive.name == "custom_jvp_call"]
        rules.update(one for one in found if one is not None)
    return frozenset(rules)
