"""Where a gradient stops being finite: the graph backwards, node by node (E7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import Span, quoted
from parax.engine._finite import Trouble, listed, origin, place, where
from parax.engine._free import free_names
from parax.engine._walk import LEAVES, Walk, first_wrong, is_finite, number_at
from parax.graph import is_masked


@dataclass(frozen=True)
class Slope:
    """The operator whose derivative turns a finite one into NaN or infinity.

    Args:
        operator: the operator as it was written, or its symbol.
        value: the derivative there: `nan`, `inf` or `-inf`.
        by: the operand with respect to which it is.
        point: the index of the first such element of that operand; empty for one number.
        shape: the shape of that operand.
        operands: the operands and their values there.
        span: its place in the text.
        sweep: the sweep there, if there is one.
        cause: what made a value that is not finite, if that is the reason.
        free: which of the free arrays' elements have a derivative that is not finite.
    """

    operator: str
    value: str
    by: str
    point: tuple[int, ...]
    shape: tuple[int, ...]
    operands: tuple[tuple[str, str], ...]
    span: Span | None
    sweep: float | None
    cause: Trouble | None
    free: tuple[int, ...] = ()

    def __str__(self) -> str:
        what = f"the derivative of {quoted(self.operator, 40)} with respect to {self.by}"
        because = "" if self.cause is None else f", because {self.cause}"
        return f"{what} is {self.value}{where(self.point, self.shape)}{because}"

    @property
    def circumstance(self) -> str:
        """What the operands and the sweep are there, in words."""
        if self.cause is not None:
            return self.cause.circumstance
        sweep = "" if self.sweep is None else f", where the sweep is {self.sweep:.6g}"
        return f"{listed(self.operands)} there{sweep}" if self.operands else "look inside it"

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "operator": self.operator,
            "value": self.value,
            "by": self.by,
            "point": list(self.point),
            "operands": dict(self.operands),
            "sweep": self.sweep,
            "cause": None if self.cause is None else self.cause.to_dict(),
        } | place(self.span)


def find_slope(walk: Walk) -> Slope | None:
    """Find where a gradient stops being finite, on the way from the outputs to what is free.

    The gradient is that of the outputs' sum, which for one number is its own.

    Returns:
        The operator nearest to the output that turns finite derivatives into others, among those
        from which the gradient's own NaN or infinity comes; None if the gradient is finite.
    """
    passed = _Backward(walk)
    wrong = [
        start + int(index)
        for start, part in zip(_starts(walk), passed.gradient, strict=True)
        for index in np.flatnonzero(~np.isfinite(np.asarray(part).astype(complex)))
    ]
    if not wrong:
        return None
    reached = {node for node in passed.leaves if node in passed.wrong}
    found: list[int] = []
    for node in range(len(walk.structure)):
        if node in reached:
            if node in passed.starts_finite:
                found.append(node)
            reached.update(passed.contributors.get(node, ()))
    slope = passed.wrong.get(max(found)) if found else None
    if slope is None:  # finite parts whose sum is not: the last of them is named
        slope = passed.wrong[min(reached)]
    return replace(slope, free=tuple(wrong))


def free_element_names(walk: Walk, args: tuple[Any, ...], slope: Slope) -> tuple[str, ...]:
    """Name the free elements whose derivative is not finite."""
    names = free_names(walk.graph, args)
    return tuple(names[index] for index in slope.free)


class _Backward:
    """One pass from the outputs to the free arrays.

    Attributes:
        gradient: the derivatives by the free arrays.
        wrong: of each node that gives back one that is not finite, the first.
        starts_finite: the nodes whose own derivative is finite.
        contributors: for each node, the consumers that gave it one that is not.
        leaves: the nodes without operands that were reached.
    """

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self.gradient: list[Any] = [jnp.zeros_like(one) for one in walk.free]
        self.wrong: dict[int, Slope] = {}
        self.starts_finite: set[int] = set()
        self.contributors: dict[int, list[int]] = {}
        self.leaves: list[int] = []
        self._cotangents: dict[int, list[Any]] = {}
        for node in walk.outputs:
            self._add(node, _ones(walk.steps.values[node]))
        for node in range(len(walk.structure) - 1, -1, -1):
            cotangents = self._cotangents.pop(node, None)
            if cotangents is None:
                continue
            if is_finite(cotangents):
                self.starts_finite.add(node)
            if walk.structure.kinds[node] in LEAVES:
                self._leaf(node, cotangents)
            else:
                self._inner(node, cotangents)

    def _inner(self, node: int, cotangents: list[Any]) -> None:
        walk = self._walk
        sources = walk.structure.operands[node]
        given = walk.operands(node)
        parts = _pulled(lambda own: walk.steps.inner(node, own), given, cotangents)
        for source, part in zip(sources, parts, strict=True):
            if not part:
                continue
            self._add(source, part)
            wrong = _first(part)
            if wrong is not None:
                self.contributors.setdefault(source, []).append(node)
                self.wrong.setdefault(node, self._slope(node, source, *wrong))

    def _leaf(self, node: int, cotangents: list[Any]) -> None:
        walk = self._walk
        self.leaves.append(node)
        free = [walk.free]
        (parts,) = _pulled(
            lambda own: walk.steps.leaf(node, walk.fed(own[0])), free, cotangents
        ) or [[]]
        places = [place for place, one in enumerate(walk.free) if _is_inexact(one)]
        for place_, part in zip(places, parts, strict=True):
            self.gradient[place_] = self.gradient[place_] + part
        wrong = _first(parts)
        if wrong is not None:
            self.wrong[node] = self._leaf_slope(node, places[wrong[0]], wrong[1])

    def _slope(self, node: int, source: int, place_: int, leaf: Any) -> Slope:
        walk = self._walk
        point, shape = first_wrong(leaf) or (), np.shape(leaf)
        return Slope(
            walk.text(node),
            number_at(leaf, point, shape),
            quoted(walk.text(source), 30),
            point,
            shape,
            walk.operands_at(node, point, shape),
            walk.structure.spans[node],
            walk.sweep_at(point, shape),
            origin(walk, [node, *walk.structure.operands[node]]),
        )

    def _leaf_slope(self, node: int, place_: int, leaf: Any) -> Slope:
        walk = self._walk
        point, shape = first_wrong(leaf) or (), np.shape(leaf)
        name, array = list(walk.given())[walk.signature.free[place_]]
        return Slope(
            walk.text(node),
            number_at(leaf, point, shape),
            quoted(name, 30),
            point,
            shape,
            ((name, number_at(array, point, shape)),),
            walk.structure.spans[node],
            None,
            origin(walk, [node]),
        )

    def _add(self, node: int, part: list[Any]) -> None:
        known = self._cotangents.get(node)
        self._cotangents[node] = (
            part if known is None else [one + other for one, other in zip(known, part, strict=True)]
        )


def _starts(walk: Walk) -> list[int]:
    sizes = walk.signature.sizes
    return [sum(sizes[:place_]) for place_ in range(len(sizes))]


def _is_inexact(leaf: Any) -> bool:
    if isinstance(leaf, jax.Array | np.ndarray | np.generic | float | complex):
        return bool(jnp.issubdtype(jnp.result_type(leaf), jnp.inexact))
    return False


def _inexact(tree: Any) -> list[Any]:
    return [jnp.asarray(leaf) for leaf in jtu.tree_leaves(tree) if _is_inexact(leaf)]


def _ones(value: Any) -> list[Any]:
    """Give the cotangents of an output: 1, and 0 where a masked one does not count."""

    def one(leaf: Any) -> Any:
        if is_masked(leaf):
            whole = jnp.ones_like(leaf.value)
            return jnp.where(leaf.whole_mask, whole, jnp.zeros_like(whole))
        return jnp.ones_like(leaf) if _is_inexact(leaf) else leaf

    return _inexact(jtu.tree_map(one, value, is_leaf=is_masked))


def _pulled(
    compute: Callable[[Any], Any], operands: Sequence[Any], cotangents: list[Any]
) -> list[list[Any]]:
    """Give the cotangents of each operand's arrays for those of the value's."""
    leaves, treedef = jtu.tree_flatten(list(operands))
    places = [place_ for place_, leaf in enumerate(leaves) if _is_inexact(leaf)]

    def run(*arrays: Any) -> list[Any]:
        whole = list(leaves)
        for place_, array in zip(places, arrays, strict=True):
            whole[place_] = array
        return _inexact(compute(treedef.unflatten(whole)))

    counts = [sum(map(_is_inexact, jtu.tree_leaves(one))) for one in operands]
    parts: list[Any] = []
    if places:
        value, pull = jax.vjp(run, *[jnp.asarray(leaves[place_]) for place_ in places])
        parts = list(pull([c.astype(v.dtype) for c, v in zip(cotangents, value, strict=True)]))
    ends = np.cumsum([0, *counts])
    return [parts[start:end] for start, end in pairwise(ends)]


def _first(parts: Sequence[Any]) -> tuple[int, Any] | None:
    """Give the first array that is not finite, and which it is."""
    return next(
        ((place_, one) for place_, one in enumerate(parts) if first_wrong(one) is not None), None
    )
