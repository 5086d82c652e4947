"""Gaussian elimination of many small matrices at once, written out element by element.

A matrix is a list of rows of arrays, each array one element of all the matrices. Rows are swapped
by selecting, so that nothing branches; the pivots are those that LAPACK takes. Where two elements
are divided is not written as a product with an inverse: XLA computes a quotient once for all that
need it, and a product again for each of them.
"""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

Matrix = list[list[Any]]


class Factors(NamedTuple):
    """A matrix as a product: rows swapped, lower with a diagonal of ones, upper.

    Args:
        both: the upper one, and the lower one below its diagonal.
        swaps: for each column, and each row below it, where that row and the column's are swapped.
    """

    both: Matrix
    swaps: list[list[Any]]


def factors(matrix: Sequence[Sequence[Any]]) -> Factors:
    """Factor matrices. A column without a pivot is left as it is, as LAPACK does."""
    rows, swaps = [list(row) for row in matrix], []
    for column in range(len(rows) - 1):
        swaps.append(_choices([_size(row[column]) for row in rows[column:]]))
        for place in range(len(rows)):
            own = [row[place] for row in rows]
            _swap(own, column, swaps[-1])
            for row, element in zip(rows, own, strict=True):
                row[place] = element
        top = rows[column]
        pivot = lax.select(top[column] == 0, jnp.ones_like(top[column]), top[column])
        for row in rows[column + 1 :]:
            row[column] = row[column] / pivot
            for place in range(column + 1, len(rows)):
                row[place] = row[place] - row[column] * top[place]
    return Factors(rows, swaps)


def _size(element: Any) -> Any:
    """Give what LAPACK compares: of a complex number, the sum of both parts."""
    if jnp.iscomplexobj(element):
        return lax.abs(lax.real(element)) + lax.abs(lax.imag(element))
    return lax.abs(element)


def _choices(sizes: Sequence[Any]) -> list[Any]:
    """Tell for each but the first where it is the largest, the first of equal ones."""
    largest, ahead = sizes[0], []
    for size in sizes[1:]:
        ahead.append(size > largest)
        largest = lax.select(ahead[-1], size, largest)
    chosen: list[Any] = []
    later = jnp.zeros_like(ahead[-1])
    for one in reversed(ahead):
        chosen.append(one & ~later)
        later = later | one
    return chosen[::-1]


def _swap(column: list[Any], place: int, swaps: Sequence[Any]) -> None:
    """Swap an element with the one below that is chosen, where one is."""
    first = column[place]
    for below, here in enumerate(swaps, place + 1):
        first = lax.select(here, column[below], first)
        column[below] = lax.select(here, column[place], column[below])
    column[place] = first


def solve(parts: Factors, right: Sequence[Sequence[Any]]) -> Matrix:
    """Give x of A x = b, from the factors of A."""
    both, swaps = parts
    columns: Matrix = []
    for column in zip(*right, strict=True):
        x = list(column)
        for place, own in enumerate(swaps):
            _swap(x, place, own)
        for i in range(len(x)):
            for j in range(i):
                x[i] = x[i] - both[i][j] * x[j]
        for i in reversed(range(len(x))):
            for j in range(i + 1, len(x)):
                x[i] = x[i] - both[i][j] * x[j]
            x[i] = x[i] / both[i][i]
        columns.append(x)
    return _transposed(columns)


def solve_transposed(parts: Factors, right: Sequence[Sequence[Any]]) -> Matrix:
    """Give x of Aᵀ x = b, from the factors of A."""
    both, swaps = parts
    columns: Matrix = []
    for column in zip(*right, strict=True):
        x = list(column)
        for i in range(len(x)):
            for j in range(i):
                x[i] = x[i] - both[j][i] * x[j]
            x[i] = x[i] / both[i][i]
        for i in reversed(range(len(x))):
            for j in range(i + 1, len(x)):
                x[i] = x[i] - both[j][i] * x[j]
        for place in reversed(range(len(swaps))):
            _swap(x, place, swaps[place])
        columns.append(x)
    return _transposed(columns)


def _transposed(matrix: Sequence[Sequence[Any]]) -> Matrix:
    return [list(row) for row in zip(*matrix, strict=True)]


def solution(matrix: Sequence[Sequence[Any]], right: Sequence[Sequence[Any]]) -> Matrix:
    """Give x of A x = b. Its derivatives are found by solving, not through the elimination."""
    known = factors(lax.stop_gradient([list(row) for row in matrix]))
    return lax.custom_linear_solve(
        lambda x: [[dot(row, column) for column in zip(*x, strict=True)] for row in matrix],
        [list(row) for row in right],
        lambda _, b: solve(known, b),
        lambda _, b: solve_transposed(known, b),
    )


def dot(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """Give the sum of products."""
    first, *rest = (one * other for one, other in zip(left, right, strict=True))
    return sum(rest, start=first)


@jax.custom_jvp
def determinant(matrix: Matrix) -> Any:
    """Give the determinant of matrices of four rows.

    Gradient: the cofactors, right for singular matrices too.
    """
    both, swaps = factors(matrix)
    odd = jnp.zeros(jnp.shape(both[0][0]), bool)
    for here in (here for own in swaps for here in own):
        odd = odd ^ here
    product = both[0][0] * both[1][1] * both[2][2] * both[3][3]
    return lax.select(odd, -product, product)


@determinant.defjvp
def _determinant_jvp(primals: tuple[Matrix], tangents: tuple[Matrix]) -> tuple[Any, Any]:
    (matrix,), (slopes,) = primals, tangents
    total = 0.0
    for i, row in enumerate(slopes):
        for j, slope in enumerate(row):
            minor = [
                [one for at, one in enumerate(other) if at != j]
                for at_row, other in enumerate(matrix)
                if at_row != i
            ]
            total = total + (-1) ** (i + j) * _determinant_of_three(minor) * slope
    return determinant(matrix), total


def _determinant_of_three(m: Matrix) -> Any:
    return (
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    )
