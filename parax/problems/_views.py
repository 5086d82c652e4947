"""What a compiled expression shows of itself at a point: its nodes, and where they go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parax.engine import (
    Argument,
    Cost,
    Executable,
    Findings,
    Memory,
    Mode,
    Profile,
    Specialiser,
    Walk,
    checked_mode,
    cost,
    findings,
    given,
    hlo,
    memory,
    nodes_text,
    profile,
)
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
        return findings(walk, args, argument)

    def profile(
        self, *args: Any, runs: int = 7, inputs: Mapping[str, Any] | None = None, **keywords: Any
    ) -> Profile:
        """Measure each node by itself: its time, and the memory of its value.

        Says which operator is worth a second look. The executable fuses nodes, so that the sum of
        their times predicts nothing; its own time is given beside it.

        Args:
            args: the model, then its context.
            runs: how often each node is run; the time is the median.
            inputs: inputs by name.
            keywords: inputs by name.

        Returns:
            A table, slowest first: print it, or take `to_dict()`.

        Raises:
            OperatorTypeError: called with tracers, inside `jit`, `grad` or `vmap`.

        Example:
            >>> import numpy as np, parax
            >>> found = parax.compile("sum(exp(x) * 2)").profile(x=np.ones(1000))
            >>> sorted(row.operator for row in found.rows)
            ['exp(x)', 'exp(x) * 2', 'sum(exp(x) * 2)', 'x']
        """
        merged = merged_inputs(inputs, keywords)
        walk, _ = self._walked(args, merged)
        call = given(args, merged)
        arrays = [*call.arrays, *self._own]
        made = self._specialise(call)
        return profile(walk, lambda: made.run("value", None, arrays), max(1, runs))

    def explain(
        self, *, at: Any = None, inputs: Mapping[str, Any] | None = None, **keywords: Any
    ) -> str:
        """Say what was compiled so far for this expression, and why; or what its nodes are.

        What was found in the cache is said so. Otherwise the reason is the part of the key that
        differs from the nearest known one: the text, the structure of the inputs, the type of an
        array, what is free, a setting of JAX.

        Args:
            at: the model, or a tuple of it and its context: gives each node's value, unit where
                one is known, and shape there instead.
            inputs: inputs by name for that.
            keywords: inputs by name for that.

        Example:
            >>> import jax.numpy as jnp, parax
            >>> parax.clear_cache()
            >>> compiled = parax.compile("x**2")
            >>> _ = compiled(x=jnp.ones(3)), compiled(x=jnp.ones(4))
            >>> print(compiled.explain().splitlines()[-1])
              because: `x` is float...[4], and was float...[3]
            >>> print(compiled.explain(x=jnp.array([1.0, 3.0])))
            node  operator  value  unit  shape
               0  x         1 … 3        float...[2]
               2  x**2      1 … 9        float...[2]
        """
        merged = merged_inputs(inputs, keywords)
        if at is None and not merged:
            return self._specialise.explain()
        args = at if isinstance(at, tuple) else () if at is None else (at,)
        return nodes_text(self._walked(args, merged)[0])

    def lower(
        self,
        *args: Any,
        mode: Mode = "value",
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Lower what computes a mode: a `jax.stages.Lowered`, whose `as_text()` is StableHLO.

        Args:
            args: the model, then its context; arrays may be `jax.ShapeDtypeStruct`.
            mode: `"value"`, `"gradient"`, `"value_and_gradient"`, `"jacobian"`, `"hessian"` or
                `"hessian_vector_product"`.
            argument: a position or an input's name, to differentiate with respect to it.
            of: the output, of several.
            inputs: inputs by name.
            keywords: inputs by name.

        Raises:
            OperatorTypeError: there is no such mode.
        """
        merged = merged_inputs(inputs, keywords)
        return self._executable(args, merged, mode, argument, of).lowered()

    def hlo(
        self,
        *args: Any,
        mode: Mode = "value",
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> str:
        """Give the text of the program that XLA runs, after its optimisations; as `lower`."""
        merged = merged_inputs(inputs, keywords)
        return hlo(self._executable(args, merged, mode, argument, of))

    def cost(
        self,
        *args: Any,
        mode: Mode = "value",
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Cost:
        """Give XLA's estimate of flops and bytes of one run; as `lower`.

        Example:
            >>> import jax.numpy as jnp, parax
            >>> parax.compile("sum(x * 2)").cost(x=jnp.ones(1000)).flops > 1000
            True
        """
        merged = merged_inputs(inputs, keywords)
        return cost(self._executable(args, merged, mode, argument, of))

    def memory(
        self,
        *args: Any,
        mode: Mode = "value",
        argument: Argument = None,
        of: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Memory:
        """Give the memory that one run needs, in bytes; as `lower`."""
        merged = merged_inputs(inputs, keywords)
        return memory(self._executable(args, merged, mode, argument, of))

    def _executable(
        self,
        args: tuple[Any, ...],
        inputs: Mapping[str, Any],
        mode: Mode,
        argument: Argument,
        of: str | None,
    ) -> Executable:
        made = self._specialise(given(args, inputs), argument)
        return made.executable(checked_mode(mode), of=of)

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
