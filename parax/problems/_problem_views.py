"""What a problem shows of itself at a vector: its nodes, and where they go wrong."""

from __future__ import annotations

from typing import Any

import jax

from parax.engine import Findings, findings
from parax.graph import Graph
from parax.problems._function import Bound
from parax.problems._vector import FlatVector


class ProblemViews:
    """The methods of `Problem` that look at its nodes; never used by itself."""

    _graph: Graph
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
              help: `a` is 0 and `0.3` is 0.3 there
        """
        return findings(self._bound.walk(self._graph, self._point(x)), self._args)

    def _point(self, x: Any) -> jax.Array:
        return self.x0 if x is None else self._vector.checked(x)
