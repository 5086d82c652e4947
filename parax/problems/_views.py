"""What a compiled expression shows of itself at a point: its nodes, and where they go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parax.engine import Argument, Findings, Specialiser, Walk, findings, given
from parax.graph import Graph, check_inputs
from parax.problems._inputs import merged_inputs


class CompiledViews:
    """The methods of `Compiled` that look at its nodes; never used by itself."""

    _graph: Graph
    _specialise: Specialiser
    _own: list[Any]

    def debug(
        self,
        *args: Any,
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Findings:
        """Find the first NaN or infinity, in the value and in the gradient.

        Evaluates node by node, then goes backwards node by node, with the guards of the compiled
        gradient: a branch that is not taken is not blamed. Slow, and only to look at.

        Args:
            args: the model, then its context.
            argument: a position or an input's name, to differentiate with respect to it.
            of: the output to look at; all by default, and the gradient is that of their sum.
            inputs: inputs by name.
            keywords: inputs by name.

        Returns:
            What was found: the operators as they were written, their operands' values, and the
            point of a sweep. Print it, or take `to_dict()`.

        Raises:
            OperatorTypeError: called with tracers, inside `jit`, `grad` or `vmap`.

        Example:
            >>> import numpy as np, parax
            >>> compiled = parax.compile("mean(log(x - 1))")
            >>> print(compiled.debug(x=np.array([3.0, 2.0, 0.5]), argument="x"))
            the value is not finite: `log(x - 1)` is nan at point 2 of 3
              <expression>:1:6
              1 | mean(log(x - 1))
                |      ^^^^^^^^^^
              help: `x - 1` is -0.5 there
            the gradient is finite, with respect to all 3 free numbers
        """
        walk, args = self._walked(args, merged_inputs(inputs, keywords), argument, of)
        return findings(walk, args if argument is None else None)

    def _walked(
        self,
        args: tuple[Any, ...],
        inputs: Mapping[str, Any],
        argument: Argument = None,
        of: str | None = None,
    ) -> tuple[Walk, tuple[Any, ...]]:
        """Evaluate node by node, and give the positional inputs as they came."""
        call = given(args, inputs)
        made = self._specialise(call, argument)
        if self._graph.structure.checkers:
            check_inputs(self._graph.structure, *call.with_arrays())
        walk = Walk(self._graph, made.signature, [*call.arrays, *self._own], of)
        return walk, call.plain()[0]
