"""Steps of random graphs that are exact derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from parax import functions as F  # noqa: N812
from parax import op
from tests.agreement import leaves as of
from tests.agreement.arrays import arranging
from tests.agreement.graphs import Growing
from tests.agreement.rules import step


def _slope(u: Any, p: Any, factor: Any) -> Any:
    return np.sum(factor * u * np.cos(u * p)) + 2 * p


def _inner(u: Any, p: Any, factor: Any) -> Any:
    return F.sum(F.sin(u * p) * factor) + p**2


def _slope_size(u: Any, p: Any, factor: Any) -> float:
    return float(np.sum(np.abs(factor * u)) + 2 * abs(p))


GRAD = arranging("F.grad", _slope, lambda u, p, factor: F.grad(_inner(u, p, factor), op.Input("q")),
                 size=_slope_size)  # fmt: skip
OP_GRADIENT = arranging(
    "op.Gradient", _slope, lambda u, p, factor: op.Gradient(_inner(u, p, factor), "model.bias"),
    size=_slope_size,
)  # fmt: skip


@step("F.grad")
def _grad(g: Growing) -> Any:
    return g.add(
        GRAD, g.must(g.add(of.INPUT, name="u")), g.must(g.add(of.INPUT, name="q")), of.literal(g)
    )


@step("op.Gradient")
def _op_gradient(g: Growing) -> Any:
    p = g.must(g.add(of.ATTRIBUTE, path="bias"))
    return g.add(OP_GRADIENT, g.must(g.add(of.INPUT, name="u")), p, of.literal(g))
