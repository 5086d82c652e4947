"""What a problem shows of itself at a vector: its nodes, and where they go wrong."""

from __future__ import annotations

from typing import Any

import jax

from parax.engine import (
    Cost,
    Findings,
    Memory,
    Mode,
    Profile,
    Specialiser,
    checked_mode,
    cost,
    findings,
    hlo,
    memory,
    nodes_text,
    profile,
)
from parax.graph import Graph
from parax.problems._function import Bound
from parax.problems._vector import FlatVector


class ProblemViews:
    """The methods of `Problem` that look at its nodes; never used by itself."""

    _graph: Graph
    _specialise: Specialiser
    _bound: Bound
    _vector: FlatVector
    _args: tuple[Any, ...]
    x0: Any

    def debug(self, x: Any = None) -> Findings:
        """Find the first NaN or infinity, in the value and in the gradient.

        As `Compiled.debug`; `check_start` is the same as a check, which costs one call if all is
        well.

        Args:
            x: a latent vector, shape `(n,)`; `x0` by default.

        Example:
            >>> import parax
            >>> class One(parax.Module):
            ...     a: parax.Parameter = 0.0
            >>> print(parax.problem("1 + a**0.3", One()).debug())
            the value is finite at all 5 nodes that it comes from
            the gradient with respect to `a` is not finite: the derivative of `a**0.3` with \
respect to `a` is inf
              <expression>:1:5
              1 | 1 + a**0.3
                |     ^^^^^^
              help: `a` is 0 there
        """
        return findings(self._bound.walk(self._graph, self._point(x)), self._args)

    def profile(self, x: Any = None, *, runs: int = 7) -> Profile:
        """Measure each node by itself: its time, and the memory of its value.

        As `Compiled.profile`.

        Args:
            x: a latent vector, shape `(n,)`; `x0` by default.
            runs: how often each node is run; the time is the median.
        """
        at = self._point(x)
        run = self._bound.function("value")
        return profile(self._bound.walk(self._graph, at), lambda: run(at), max(1, runs))

    def explain(self, at: Any = None) -> str:
        """Say what was compiled so far for this objective, and why; as `Compiled.explain`.

        Args:
            at: a latent vector, shape `(n,)`: gives each node's value, unit where one is known,
                and shape there instead.
        """
        if at is None:
            return self._specialise.explain()
        return nodes_text(self._bound.walk(self._graph, self._point(at)))

    def lower(self, mode: Mode = "value_and_gradient") -> Any:
        """Lower what computes a mode of the flat vector: a `jax.stages.Lowered`.

        Args:
            mode: as in `Compiled.lower`; the vector comes first, then what is fixed, packed.
        """
        return self._bound.executable(checked_mode(mode)).lowered()

    def hlo(self, mode: Mode = "value_and_gradient") -> str:
        """Give the text of the program that XLA runs, after its optimisations."""
        return hlo(self._bound.executable(checked_mode(mode)))

    def cost(self, mode: Mode = "value_and_gradient") -> Cost:
        """Give XLA's estimate of flops and bytes of one run."""
        return cost(self._bound.executable(checked_mode(mode)))

    def memory(self, mode: Mode = "value_and_gradient") -> Memory:
        """Give the memory that one run needs, in bytes."""
        return memory(self._bound.executable(checked_mode(mode)))

    def _point(self, x: Any) -> jax.Array:
        return self.x0 if x is None else self._vector.checked(x)
