"""How long each node takes by itself, and what memory its value needs (E7)."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import jax
import jax.tree_util as jtu

from parax._diagnostic import echo
from parax.engine._table import SHOWN, arrays_of, shape_text, table
from parax.engine._walk import Walk
from parax.graph import Kind, split

_MEASURED = (Kind.CALL, Kind.NODE, Kind.SELECT, Kind.SUM, Kind.OVER)


@dataclass(frozen=True)
class NodeCost:
    """What one node takes by itself.

    Args:
        node: its number in the graph's table.
        operator: the operator as it was written, or could have been.
        seconds: the median time of a run, compiled by itself [s].
        bytes: the memory of its value.
        value: shape and dtype of its value.
    """

    node: int
    operator: str
    seconds: float
    bytes: int
    value: str


@dataclass(frozen=True)
class Profile:
    """What the nodes of an expression take, each compiled by itself, slowest first; `print` it.

    Args:
        rows: the nodes.
        seconds: the median time of a run of the executable, which computes all [s].
    """

    rows: tuple[NodeCost, ...]
    seconds: float

    def __str__(self) -> str:
        cells = [("time", "bytes", "value", "node", "operator")]
        cells += [
            (_time(row.seconds), f"{row.bytes:,}", row.value, str(row.node), echo(row.operator, 60))
            for row in self.rows[:SHOWN]
        ]
        lines = table(cells, right=(0, 1, 3))
        if len(self.rows) > SHOWN:
            lines.append(f"… and {len(self.rows) - SHOWN} more")
        alone = sum(row.seconds for row in self.rows)
        lines.append(f"all nodes in one executable: {_time(self.seconds).strip()}")
        lines.append(
            f"each by itself: {_time(alone).strip()} in all, which predicts nothing: in the "
            "executable nodes are fused, and those of no use to the result are left out"
        )
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"seconds": self.seconds, "nodes": [asdict(row) for row in self.rows]}


def profile(walk: Walk, whole: Callable[[], Any], runs: int) -> Profile:
    """Measure every node that computes something; alike ones are measured once.

    Args:
        walk: the expression, evaluated node by node.
        whole: runs the executable.
        runs: how often each is run.
    """
    structure = walk.structure
    known: dict[Hashable, float] = {}
    rows: list[NodeCost] = []
    for node, kind in enumerate(structure.kinds):
        if kind not in _MEASURED:
            continue
        run, arrays, types = _alone(walk, node)
        key = (kind, structure.statics[node] if types else node, types)
        if key not in known:
            known[key] = _measured(jax.jit(run), arrays, runs)
        value = walk.steps.values[node]
        size = sum(getattr(one, "nbytes", 0) for one in arrays_of(value))
        rows.append(NodeCost(node, walk.text(node), known[key], size, shape_text(value)))
    rows.sort(key=lambda row: -row.seconds)
    return Profile(tuple(rows), _measured(whole, (), runs))


def _alone(walk: Walk, node: int) -> tuple[Callable[..., Any], Sequence[Any], Hashable]:
    """Give a node as a function of arrays, these arrays, and what alike nodes have in common."""
    if walk.structure.kinds[node] is Kind.CALL:

        def leaf(*free: Any) -> Any:
            return split(walk.steps.leaf(node, walk.fed(free)))[0]

        return leaf, walk.free, None
    arrays, skeleton = split(walk.operands(node))

    def inner(*arrays: Any) -> Any:
        return split(walk.steps.inner(node, skeleton.join(arrays)))[0]

    return inner, arrays, (skeleton, tuple((one.shape, one.dtype) for one in arrays))


def _measured(run: Callable[..., Any], arrays: Sequence[Any], runs: int) -> float:
    def once() -> float:
        start = time.perf_counter()
        jtu.tree_map(lambda one: jax.block_until_ready(one), run(*arrays))
        return time.perf_counter() - start

    once()  # compiles
    return median(once() for _ in range(runs))


def _time(seconds: float) -> str:
    for unit, size in (("s ", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
