"""Evaluation of a graph with guards, so that what a choice does not take has no gradient (X21)."""

# JAX and NetworkX leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu

from parax.graph._compute import as_value
from parax.graph._guard import GuardPlan, guard, guard_elementwise
from parax.graph._kinds import Kind
from parax.graph._masked import Masked, bared, holds_mask, is_masked
from parax.graph._masks import ALL, MaskValues, forgetting
from parax.graph._regions import Choice, Regions


def chosen(condition: Any, branch: Callable[[int], Any]) -> Any:
    """Compute the branch that a number chooses: 0 where it holds, 1 where not (X20)."""
    condition = jnp.asarray(condition)
    holds = condition if condition.dtype == jnp.bool_ else condition != 0
    return jax.lax.cond(holds, lambda: branch(0), lambda: branch(1))


class Guarded:
    """One evaluation with guards (X21).

    Conditions, and the shapes that masks go by, come from the unguarded run; what both need is
    traced twice, and XLA sees that it is the same.
    """

    def __init__(self, run: Any) -> None:
        self._run = run
        self._structure = run.structure
        self._plan: GuardPlan = run.structure.guards
        payloads, operands = run.structure.payloads, run.structure.operands
        self._regions: Regions | None = run.regions
        self._members: dict[int, list[int]] = {}
        self._values: dict[int, Any] = {}
        self._args: dict[int, Any] = {}
        self._masks = MaskValues(
            self._plan.terms,
            run.value,
            payloads.__getitem__,
            lambda node, position: (payloads[node].below(position), operands[node][position]),
        )

    def outputs(self) -> list[Any]:
        """Compute the outputs, from guarded values where the plan says so."""
        for node in sorted(self._plan.guarded):
            self._members.setdefault(self._regions.of[node] if self._regions else 0, []).append(
                node
            )
        if self._regions is not None:
            self._run.unwrap()
        self._compute(0)
        return [self._value(one) for one in self._structure.outputs]

    def _value(self, node: int) -> Any:
        return self._values[node] if node in self._values else self._run.value(node)

    def _compute(self, region: int) -> None:
        """Compute what is guarded in a region."""
        kinds, operands = self._structure.kinds, self._structure.operands
        for node in self._members.get(region, ()):
            if node in self._plan.leaves:
                self._values[node] = self._leaf(node)
            elif self._regions is not None and node in self._regions.choices:
                self._values[node] = self._choose(node, self._regions.choices[node])
            else:
                values = [self._value(one) for one in operands[node]]
                if kinds[node] is Kind.SELECT:
                    values[0] = self._run.value(operands[node][0])
                self._values[node] = self._run.compute(node, self._guard(node, values))

    def _choose(self, node: int, choice: Choice) -> Any:
        """Compute a choice by a number: each branch, with its region, in itself (X20).

        The guards stay: under `vmap` JAX computes both branches after all.
        """
        condition, *branches = self._structure.operands[node]
        for one in choice.captured:
            self._value(one)

        def branch(position: int) -> Any:
            with self._branch():
                self._compute(choice.regions[position])
                sides = self._run.sides(node, position, self._value(branches[position]))
                return self._run.compute(node, self._guard(node, sides))

        return chosen(self._run.value(condition), branch)

    @contextmanager
    def _branch(self) -> Generator[None, None, None]:
        """Forget at the end of a block what was found in it: it belongs to one branch alone."""
        with (
            forgetting(self._values),
            forgetting(self._args),
            self._masks.branch(),
            self._run.branch(),
        ):
            yield

    def _guard(self, node: int, operands: list[Any]) -> list[Any]:
        masked = [is_masked(one) for one in operands]
        guarded = self._guard_bare(node, list(map(bared, operands)))
        return [
            Masked(value, one.mask, one.axes) if own else (one if holds_mask(one) else value)
            for value, one, own in zip(guarded, operands, masked, strict=True)
        ]

    def _guard_bare(self, node: int, operands: list[Any]) -> list[Any]:
        plan, sources = self._plan, self._structure.operands[node]
        keeps = [None if e == ALL else self._masks.value(e) for e in plan.edges[node]]
        shares = [
            plan.shared[source] == edge
            for source, edge in zip(sources, plan.edges[node], strict=True)
        ]
        if plan.shared[node] != -1 and self._structure.kinds[node] is not Kind.OVER:
            return guard_elementwise(operands, keeps, shares)
        return [
            value if keep is None or share else guard(value, keep)
            for value, keep, share in zip(operands, keeps, shares, strict=True)
        ]

    def _leaf(self, node: int) -> Any:
        """Call a leaf operator with guarded inputs."""
        run, mask = self._run, self._plan.leaves[node]
        keep = self._masks.value(mask)
        if mask not in self._args:  # many leaves are wanted alike
            self._args[mask] = jtu.tree_map(lambda leaf: guard(leaf, keep), run.args)
        own = (run.keywords[node], list(run.data[node]))
        keywords, arrays = jtu.tree_map(lambda leaf: guard(leaf, keep), own)
        return as_value(run.call(node, self._args[mask], keywords, arrays))
