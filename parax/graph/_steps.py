"""A graph one node at a time, each as the compiled function computes it, guards included (E7)."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.tree_util as jtu

from parax.graph._compute import as_value
from parax.graph._evaluate import Feed, Run
from parax.graph._guard import guard, guard_elementwise
from parax.graph._guarded import Guarded
from parax.graph._kinds import Kind
from parax.graph._masked import Masked, bared, holds_mask, is_masked
from parax.graph._masks import ALL
from parax.graph._structure import Structure


class Steps:
    """The nodes of a graph on concrete values, each to be computed again by itself.

    A node's function takes its operands' values, so that it can be differentiated alone. It guards
    them as the compiled function does (X21), and between elementwise nodes too, where the compiled
    function waits for the end of the elementwise part: what is not wanted is cut at once, so that
    a NaN that comes out is one that counts.

    Args:
        structure: the graph's table, not rolled.
        feed: its numbers, data and inputs: arrays, no tracers.
    """

    def __init__(self, structure: Structure, feed: Feed) -> None:
        self._structure = structure
        self._run = Run(structure, feed, check=False)
        self._run.in_order()
        self._guarded = Guarded(self._run) if structure.has_select else None

    @property
    def values(self) -> Sequence[Any]:
        """Every node's value; masked ones as they are."""
        return self._run.values

    def inner(self, node: int, operands: Sequence[Any]) -> Any:
        """Compute a node that has operands."""
        operands = list(operands)
        if self._structure.kinds[node] is Kind.SELECT:
            operands[0] = self.values[self._structure.operands[node][0]]
        if self._guarded is not None and node in self._structure.guards.guarded:
            operands = self._guard(self._guarded, node, operands)
        return self._run.compute(node, operands)

    def leaf(self, node: int, feed: Feed) -> Any:
        """Compute a node that has none from other data and inputs, which may be tracers."""
        run = Run(self._structure, feed, check=False)
        mask = self._structure.guards.leaves.get(node) if self._guarded is not None else None
        if self._guarded is None or mask is None:
            return run.leaf(node)
        keep = self._keep(self._guarded, mask)
        args, keywords, arrays = jtu.tree_map(
            lambda leaf: guard(leaf, keep), (run.args, run.keywords[node], list(run.data[node]))
        )
        return as_value(run.call(node, args, keywords, arrays))

    def _keep(self, guarded: Guarded, mask: int) -> Any:
        """Give a mask's booleans; None for the one that keeps all."""
        if mask == ALL:
            return None
        with jax.ensure_compile_time_eval():  # they are kept: none must belong to an outer trace
            return guarded._masks.value(mask)

    def _guard(self, guarded: Guarded, node: int, operands: list[Any]) -> list[Any]:
        plan = self._structure.guards
        keeps = [self._keep(guarded, edge) for edge in plan.edges[node]]
        whole = list(map(bared, operands))
        if plan.shared[node] != -1 and self._structure.kinds[node] is not Kind.OVER:
            whole = guard_elementwise(whole, keeps, [False] * len(whole))
        else:
            whole = [
                value if keep is None else guard(value, keep)
                for value, keep in zip(whole, keeps, strict=True)
            ]
        return [
            Masked(value, one.mask, one.axes)
            if is_masked(one)
            else (one if holds_mask(one) else value)
            for value, one in zip(whole, operands, strict=True)
        ]
