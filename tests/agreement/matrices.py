"""Steps of random graphs that take matrices apart, multiply and solve them."""

from __future__ import annotations

from typing import Any

import numpy as np

from parax import op
from tests.agreement import leaves as of
from tests.agreement.arrays import TAKE, arranging, size_of_sum
from tests.agreement.graphs import Growing, Rule
from tests.agreement.modules import POINTS
from tests.agreement.rules import step
from tests.agreement.values import Chosen, number, whole

DIAG = arranging("F.diag", lambda x: np.diag(x) if x.ndim == 1 else np.diagonal(x, 0, -2, -1))
OP_DIAGONAL = arranging("op.Diagonal", lambda x: np.diagonal(x, 0, -2, -1), op.Diagonal)


def _offdiag(x: Any) -> Any:
    n = x.shape[-1]
    return np.stack([x[..., i, j] for i in range(n) for j in range(n) if i != j], axis=-1)


OFFDIAG = arranging("F.offdiag", _offdiag)
OP_OFFDIAGONAL = arranging(
    "op.OffDiagonal", lambda x, n: _offdiag(x), lambda x, n: op.OffDiagonal(x, n)
)
UPPER = np.array([[False, True], [False, True]])
OP_MASK = arranging("op.Mask", lambda x: x[..., UPPER], lambda x: op.Mask(x, UPPER))
TRACE = arranging("F.trace", lambda x: np.trace(x, axis1=-2, axis2=-1), size=size_of_sum)


def _permanent(x: Any) -> float:
    rows = np.abs(number(x)).sum(axis=-1).prod(axis=-1)
    return float(np.max(rows, initial=0.0))


DET = arranging("F.det", np.linalg.det, size=_permanent)
INV = arranging("F.inv", np.linalg.inv)
SOLVE = arranging("F.solve", np.linalg.solve)


def _size_of_product(a: Any, b: Any) -> float:
    return float(np.max(np.abs(number(a)) @ np.abs(number(b)), initial=0.0))


MATMUL = arranging("@", np.matmul, lambda a, b: a @ b, size=_size_of_product)


def _of_matrix(rule: Rule, only: tuple[int, ...] = (2, 3)) -> None:
    """Make the step of a function of matrices of such sizes.

    What takes out elements is not tried on two by two alone: two are no shape that others take.
    """
    one = (2, 2) if rule in (TRACE, DET, INV) else (POINTS, 2, 2)

    @step(rule.name)
    def add(g: Growing) -> Any:
        operand = of.matrix(g)
        shape = whole(g.value(operand)).shape
        size = shape[-1]
        if size not in only or (shape == (2, 2) and shape != one):
            operand = of.leaf(g, shape=g.choice([(POINTS, 2, 2), one]), kind="c")
        static: dict[str, Any] = (
            {"n": size if size in only else 2} if rule is OP_OFFDIAGONAL else {}
        )
        return g.add(rule, operand, **static)


for _rule in (OP_DIAGONAL, OFFDIAG, OP_OFFDIAGONAL, TRACE, DET, INV):
    _of_matrix(_rule)
_of_matrix(OP_MASK, (2,))


@step("F.diag")
def _diag(g: Growing) -> Any:
    return g.add(DIAG, of.leaf(g, shape=(3, 3)) if g.chance(3) else of.matrix(g))


@step("@")
def _matmul(g: Growing) -> Any:
    one = of.matrix(g)
    shape = whole(g.value(one)).shape
    if g.chance(3) and shape == (3, 3):
        return g.add(MATMUL, one, g.must(g.add(TAKE, one, index="first")))
    other = g.find(
        lambda value: (
            whole(value).shape in (shape, shape[-2:])
            and not isinstance(value, Chosen)
            and whole(value).dtype.kind != "b"
        )
    )
    return g.add(MATMUL, one, one if other is None else other)


@step("F.solve")
def _solve(g: Growing) -> Any:
    one = of.matrix(g)
    other = g.must(g.add(TAKE, one, index="column"))
    if whole(g.value(other)).ndim > 1:
        other = one
    return g.add(SOLVE, one, other)
