"""The roads that a case is evaluated on, and what they must agree in (E6, X29).

Eager, compiled (and so rolled), unrolled, batched, and as a Problem; NumPy beside them, and
differences of NumPy's values beside the gradients.
"""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import parax
from parax import functions as F  # noqa: N812
from parax import op
from parax.errors import EmptyRangeWarning
from parax.graph import Graph
from tests.agreement import modules
from tests.agreement.graphs import TOLERANCE, Plan, Seen
from tests.agreement.leaves import TIMES
from tests.agreement.strategy import Case
from tests.agreement.values import counting, shown, whole

STEP = 2e-6
NEAR = 4e-4
"""A graph that is so near a tie is left out of gradients: differences would reach beyond."""


@dataclass
class Census:
    """What was met so far."""

    graphs: int = 0
    discarded: int = 0
    complex: int = 0
    masked: int = 0
    rewritten: int = 0
    gradients: int = 0
    depth: int = 0
    names: Counter[str] = field(default_factory=Counter)

    def add(self, plan: Plan, seen: Seen) -> None:
        self.graphs += 1
        self.complex += seen.complex
        self.masked += seen.masked
        self.depth = max(self.depth, plan.depth)
        self.names.update(plan.names())


class Disagreement(AssertionError):  # noqa: N818
    """Two roads differ by more than rounding."""


def check(case: Case, census: Census) -> None:
    """Evaluate a case on every road, and compare.

    Raises:
        Disagreement: two roads differ.
    """
    envs = [case.env(row) for row in case.rows]
    seen = [[plan.see(env) for env in envs] for plan in case.plans]
    kept: list[int] = []
    for place, (plan, rows) in enumerate(zip(case.plans, seen, strict=True)):
        census.add(plan, rows[0])
        if all(one.ties > TOLERANCE * one.largest for one in rows):
            kept.append(place)
        else:
            census.discarded += 1
    if not kept:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyRangeWarning)
        _Roads(case, [case.plans[i] for i in kept], [seen[i] for i in kept]).compare(census)


class _Roads:
    def __init__(self, case: Case, plans: list[Plan], seen: list[list[Seen]]) -> None:
        self.case, self.plans, self.seen = case, plans, seen
        self.model, own = case.module.build()
        self.outputs = {
            f"g{i}_{j}": output
            for i, plan in enumerate(plans)
            for j, output in enumerate(plan.compose(own))
        }
        self.inputs = {name: jnp.asarray(value) for name, value in case.inputs.items()}
        self.given = self._taken(self.outputs, [name for plan in plans for name in plan.names()])

    def compare(self, census: Census) -> None:
        eager = Graph.of(self.outputs)(self.model, **self.given)
        self._agree("eager", "NumPy", eager)
        compiled = parax.compile(self.outputs)
        found = compiled(self.model, **self.given)
        self._agree("compiled", "NumPy", found)
        for name, value in eager.items():
            if jnp.result_type(value) != jnp.result_type(found[name]):
                raise Disagreement(f"{name}: {value.dtype} eagerly, {found[name].dtype} compiled")
        if self._is_rewritten(compiled):
            census.rewritten += 1
            plain = parax.compile(self.outputs, rewrites=())
            self._agree("unrolled", "NumPy", plain(self.model, **self.given))
        self._differentiated(census)
        if self.case.seed % 4 == 1:
            self._mapped(compiled)

    def _taken(self, outputs: Any, used: list[str]) -> dict[str, Any]:
        """Give the inputs that outputs take."""
        names = set(Graph.of(outputs).inputs())
        if "op.Method" in used:
            names.add(TIMES)
        return {name: value for name, value in self.inputs.items() if name in names}

    def _is_rewritten(self, compiled: Any) -> bool:
        """Tell whether the program differs from that of the graph as it is."""
        summary = compiled.graph.summary(self.model, **self.given)
        return "rolled" in summary or "written out" in compiled.explain()

    def _agree(self, road: str, other: str, found: dict[str, Any], row: int = 0) -> None:
        """Compare outputs with what NumPy makes of them."""
        for i, (plan, rows) in enumerate(zip(self.plans, self.seen, strict=True)):
            for j, node in enumerate(plan.outputs):
                wanted, value = shown(rows[row].values[node]), np.asarray(found[f"g{i}_{j}"])
                self._near(
                    value, wanted, rows[row].largest, f"{road} and {other}, output {j}", plan
                )

    def _near(self, value: Any, wanted: Any, largest: float, what: str, plan: Any) -> None:
        if value.shape != wanted.shape:
            raise Disagreement(f"{what}: shapes {value.shape} and {wanted.shape}\n{plan}")
        with np.errstate(invalid="ignore"):
            apart = np.abs(value.astype(complex) - wanted.astype(complex))
        apart = np.where(np.isnan(value) & np.isnan(wanted), 0.0, apart)
        limit = TOLERANCE * largest
        if not np.all(apart <= limit):
            at = np.unravel_index(np.argmax(np.where(apart <= limit, 0, apart)), apart.shape)
            raise Disagreement(
                f"{what}: {value[at]} and {wanted[at]} at {at}, within {limit:.2g}\n{plan}"
            )

    # --- The problem of one number made of all outputs -----------------------------------------

    def _differentiated(self, census: Census) -> None:
        """Compare value and gradient in a batch, of one number made of all outputs."""
        scored = [self._scored(i) for i in range(len(self.plans))]
        if not any(scored):
            return
        rng = np.random.default_rng(self.case.seed)
        weights = modules.rounded(rng.uniform(0.5, 1.5, len(self.plans)))
        weights *= [rows[0].ties > NEAR for rows in self.seen]
        objective = op.Sum(
            [
                op.Input("weights")[i] * _score(self.outputs[f"g{i}_{j}"], kind)
                for i, own in enumerate(scored)
                for j, kind in own
            ]
        )
        self.inputs["weights"] = jnp.asarray(weights)
        used = [
            name
            for plan, own in zip(self.plans, scored, strict=True)
            for name in plan.names([plan.outputs[j] for j, _ in own])
        ]
        given = self._taken(objective, used)
        problem = parax.problem(objective, self.model, inputs=given)
        if not problem.names:
            return
        rows = np.stack([self.case.module.flat(problem.names, row) for row in self.case.rows])
        values, gradients = problem.batch(rows, gradient=True)
        for row, value in enumerate(np.asarray(values)):
            wanted, largest = self._scores(scored, weights, [one[row] for one in self.seen])
            self._near(value, np.asarray(wanted), largest, f"batched, row {row}", self.plans)
        if not np.all(np.isfinite(gradients)):
            raise Disagreement(f"the gradient is {gradients}\n{self.plans}")
        self._differences(problem.names, np.asarray(gradients)[0], scored, weights, census)

    def _scored(self, i: int) -> list[tuple[int, str]]:
        """Give which outputs of a graph are real or complex numbers in every row."""
        found = []
        for j, node in enumerate(self.plans[i].outputs):
            values = [one.values[node] for one in self.seen[i]]
            kinds = {whole(value).dtype.kind for value in values}
            known = [counting(value) for value in values]
            if kinds <= {"f", "c"} and all(one.size and np.all(np.isfinite(one)) for one in known):
                found.append((j, "c" if "c" in kinds else "f"))
        return found

    def _scores(
        self, scored: list[list[tuple[int, str]]], weights: Any, seen: list[Seen]
    ) -> tuple[float, float]:
        """Give the number made of all outputs, and the largest magnitude on the way."""
        total, largest = 0.0, 0.0
        for i, own in enumerate(scored):
            for j, _ in own:
                value = counting(seen[i].values[self.plans[i].outputs[j]])
                parts = _LINEAR * np.real(value) + _SQUARE * np.real(value) ** 2
                parts = parts + _TURNED * np.imag(value)
                total += weights[i] * np.sum(parts)
                most = seen[i].largest
                largest += weights[i] * value.size * (1 + most) * most
        return total, largest

    def _differences(
        self, names: Any, gradient: Any, scored: Any, weights: Any, census: Census
    ) -> None:
        """Compare the gradient with differences of NumPy's values, along one direction."""
        module = self.case.module
        rng = np.random.default_rng(self.case.seed + 1)
        along = {path: rng.uniform(-1, 1, own.shape) for path, own in module.latent.items()}

        def score(step: float) -> float:
            env = self.case.env(module.moved(along, step))
            return self._scores(scored, weights, [plan.see(env) for plan in self.plans])[0]

        slopes = [(score(step) - score(-step)) / (2 * step) for step in (STEP, 2 * STEP)]
        best = (4 * slopes[0] - slopes[1]) / 3
        direction = module.flat(names, along)
        size = 1 + float(np.sum(np.abs(gradient * direction)))
        if abs(slopes[0] - slopes[1]) > 1e-4 * size:
            return
        census.gradients += int(np.count_nonzero(weights))
        limit = max(1e-6, 300 * TOLERANCE) * size + abs(slopes[0] - slopes[1])
        found = float(gradient @ direction)
        if abs(found - best) > limit:
            raise Disagreement(
                f"the gradient along a direction is {found}, and differences give {best}, within "
                f"{limit:.2g}\n{self.plans}"
            )

    def _mapped(self, compiled: Any) -> None:
        """Compare outputs under `vmap`, over the values of an input."""
        if "u" not in self.given:
            return
        rows = jnp.stack([self.given["u"]] * 2)
        found = jax.jit(jax.vmap(lambda u: compiled(self.model, **{**self.given, "u": u})))(rows)
        for row in range(2):
            self._agree("mapped", "NumPy", {name: own[row] for name, own in found.items()})


_LINEAR, _SQUARE, _TURNED = 0.75, 0.3, -0.6


def _score(output: Any, kind: str) -> Any:
    if kind == "f":
        return F.sum(output * _LINEAR + output**2 * _SQUARE)
    real = F.real(output)
    return F.sum(real * _LINEAR + real**2 * _SQUARE + F.imag(output) * _TURNED)
