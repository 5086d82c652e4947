"""What Hypothesis draws: a module, inputs, and several graphs over them, compiled together."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.agreement import composites, derivatives, goals, modules, reductions, samples
from tests.agreement.graphs import ROWS, Growing, Plan, Unfit
from tests.agreement.leaves import inputs
from tests.agreement.rules import STEPS

HOLDING_STEPS = (composites, derivatives, goals, reductions, samples)
"""Modules that add to `STEPS` as they are imported, beside those that they are made of."""
OFTEN = {
    "op.Over": 6,
    "guard of points": 3,
    "alike terms": 4,
    "cascade": 3,
    "guard": 3,
    "F.over": 2,
    "limits joined": 2,
    "limited again": 2,
    "numbers alone": 2,
}
NAMES = [name for name in STEPS for _ in range(OFTEN.get(name, 1))]
assert OFTEN.keys() <= STEPS.keys()
TOGETHER = 8
"""So many graphs are compiled at once: most of the time goes into compiling."""


@dataclass(frozen=True, repr=False)
class Case:
    """Graphs over one module and one set of inputs.

    Args:
        module: the plan of the module.
        inputs: the inputs, by name.
        rows: the module's latent values, and others for a batch.
        plans: the graphs.
        seed: for directions and weights.
    """

    module: modules.Plan
    inputs: dict[str, np.ndarray]
    rows: list[dict[str, np.ndarray]]
    plans: list[Plan]
    seed: int

    def __repr__(self) -> str:
        kinds = ", ".join(f"{path} {kind}" for path, kind in self.module.kinds.items())
        return "\n".join([f"Case(seed={self.seed}, {kinds})", *map(repr, self.plans)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # Hypothesis would show every field

    def env(self, latent: dict[str, np.ndarray]) -> dict[str, Any]:
        """Give what leaves are, at latent values of the module."""
        fixed = {"data": modules.rounded(modules.DATA), "grid": modules.rounded(modules.GRID)}
        return {**self.inputs, **self.module.values(latent), **fixed}


@st.composite
def cases(draw: st.DrawFn, focus: Sequence[str] = (), more: int = 3) -> Case:
    """Draw a case.

    Args:
        draw: what Hypothesis draws with.
        focus: steps that are tried in each case, spread over its graphs: by chance alone some
            would be drawn a hundred times as often as others.
        more: so many further steps are tried for each graph.
    """
    module, seed = draw(modules.plans()), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    along = {path: rng.uniform(-1, 1, own.shape) for path, own in module.latent.items()}
    rows = [
        {path: modules.rounded(own) for path, own in module.moved(along, 0.2 * row).items()}
        for row in range(ROWS)
    ]
    case = Case(module, inputs(seed), rows, [], seed)
    envs = [case.env(row) for row in rows]
    for place in range(TOGETHER):
        growing = Growing(draw, envs)
        if place % 3:  # so that some have masks, and some are complex
            _try(growing, "op.Over" if place % 3 == 1 else "complex", times=4)
        for name in focus[place::TOGETHER]:
            _try(growing, name, times=8)
        for _ in range(draw(st.integers(0, more))):
            # Hypothesis likes to draw the same again; all steps are to be drawn about as often.
            drawn = draw(st.integers(0, len(NAMES) - 1)) + rng.integers(len(NAMES))
            _try(growing, NAMES[drawn % len(NAMES)])
        if place == 0:
            _try(growing, "chain")
        outputs = growing.outputs()
        plan = growing.finish(outputs) if outputs else None
        if plan is not None and plan.depth:
            case.plans.append(plan)
    return case


def _try(growing: Growing, name: str, times: int = 1) -> None:
    """Take a step; again, so many times, as long as it does not fit."""
    for _ in range(times):
        with contextlib.suppress(Unfit):
            if STEPS[name](growing) is not None:
                return
