"""What does not depend on the free parameters, computed once a bind and not at every call (X26).

A trace is cut in two. The *prologue* is what depends on the context and other fixed values only;
what it makes and the rest needs is kept, and handed to the *body* at each call. Constants belong to
neither: they stand in the body, where XLA sees their values.
"""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from parax.engine.jaxprs._equation import bind

_ROOM = 2**20
"""Bytes that may be kept beyond twice those of the context."""
_LIGHT = frozenset((
    "abs", "add", "add_any", "and", "bitcast_convert_type", "broadcast_in_dim", "clamp", "complex",
    "concatenate", "conj", "convert_element_type", "copy", "div", "eq", "expand_dims", "ge", "gt",
    "imag", "integer_pow", "iota", "is_finite", "le", "lt", "max", "min", "mul", "ne", "neg", "not",
    "or", "pad", "real", "reshape", "rev", "select_n", "sign", "slice", "split", "square",
    "squeeze", "stack", "stop_gradient", "sub", "transpose", "xor",
))  # fmt: skip
"""What fuses with what reads it, and is then cheaper to do again than to read from memory."""
_WORK = {
    **dict.fromkeys((
        "argmax", "argmin", "cumsum", "dynamic_slice", "gather", "reduce_max", "reduce_min",
        "reduce_sum",
    ), 1),
    **dict.fromkeys((
        "atan2", "cos", "cosh", "exp", "exp2", "expm1", "log", "log10", "log1p", "logistic", "pow",
        "rsqrt", "sin", "sinh", "sqrt", "tan", "tanh",
    ), 8),
}  # fmt: skip
"""About how many nanoseconds are spent on an element; all else is taken to be worth it."""
_WORTH = 2000
"""From how many on a prologue pays for its compilation."""


@dataclass(frozen=True)
class _Step:
    """One equation, on numbered values."""

    equation: Any
    given: tuple[int, ...]
    made: tuple[int, ...]


class Folded:
    """A trace in two parts.

    Args:
        closed: the trace.
        free: how many of its arguments, the first ones, change with every call.
        fold: whether there is a prologue.
    """

    def __init__(self, closed: ClosedJaxpr, free: int, *, fold: bool = True) -> None:
        self._constants: dict[int, Any] = {}
        self._types: list[Any] = []
        self._steps: list[_Step] = []
        self._changing: set[int] = set()  # with every call
        self._fixed: set[int] = set()  # with the context
        arguments = [self._number(one.aval) for one in closed.jaxpr.invars]
        self._free, self._context = arguments[:free], arguments[free:]
        self._changing.update(self._free if fold else arguments)
        self._fixed.update(self._context if fold else ())
        self._outputs = self._flatten(closed.jaxpr, closed.consts, arguments)

        known = set(arguments)
        self._steps = _needed(self._steps, self._outputs, known, effects=True)
        self._maker = {one: step for step in self._steps for one in step.made}
        self._kept = self._chosen()
        self._prologue = _needed(self._steps, self._kept, known, effects=False)
        if sum(_work(step.equation) for step in self._prologue) < _WORTH:
            self._kept, self._prologue = [], []
        self._body = _needed(self._steps, self._outputs, known.union(self._kept), effects=True)
        after = {*self._outputs, *_read(self._body)}
        before = _read(self._prologue)
        self._passed = [one for one in self._context if one in after]
        self.taken = tuple(
            place
            for place, one in enumerate(arguments)
            if one in after or (one in before and place >= free)
        )
        """Which of the arguments play a part."""

    @property
    def operations(self) -> int:
        """How many operations are done once a bind."""
        return len(self._prologue)

    @cached_property
    def kept_types(self) -> list[jax.ShapeDtypeStruct]:
        """The types of what the prologue gives to the body."""
        avals = [self._types[one] for one in (*self._passed, *self._kept)]
        return [jax.ShapeDtypeStruct(one.shape, one.dtype) for one in avals]

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of it, if anything is computed before."""
        if not self._prologue:
            return ()
        count, size = self.operations, sum(map(self._bytes, self._kept))
        plural = "s" * (count > 1)
        return (f"{count} operation{plural} done once a bind, {size} B kept",)

    def prologue(self, *taken: Any) -> list[Any]:
        """Compute what the body needs, from the arguments after the free ones that are taken."""
        first = len(self._free)
        names = [self._context[place - first] for place in self.taken if place >= first]
        values = dict(zip(names, taken, strict=True))
        self._run(self._prologue, values)
        return [values[one] for one in (*self._passed, *self._kept)]

    def body(self, free: Sequence[Any], kept: Sequence[Any]) -> list[Any]:
        """Compute the results, from the free arguments and what the prologue gave."""
        values = dict(zip(self._free, free, strict=True))
        values.update(zip((*self._passed, *self._kept), kept, strict=True))
        self._run(self._body, values)
        return [self._value(values, one) for one in self._outputs]

    # --- The trace as numbered values -------------------------------------------------------------

    def _number(self, aval: Any) -> int:
        self._types.append(aval)
        return len(self._types) - 1

    def _flatten(self, jaxpr: Jaxpr, consts: Sequence[Any], arguments: Sequence[int]) -> list[int]:
        """Number all values of a trace; give those of its results."""
        names: dict[Any, int] = dict(zip(jaxpr.invars, arguments, strict=True))
        for variable, value in zip(jaxpr.constvars, consts, strict=True):
            names[variable] = self._constant(variable, value)

        def number(variable: Any) -> int:
            if isinstance(variable, Literal):
                return self._constant(variable, variable.val)
            return names[variable]

        for equation in jaxpr.eqns:
            given = tuple(map(number, equation.invars))
            if self._is_mixed(equation, given):
                inner: ClosedJaxpr = equation.params["jaxpr"]
                made: Iterable[int] = self._flatten(inner.jaxpr, inner.consts, given)
            else:
                made = self._step(equation, given)
            names.update(zip(equation.outvars, made, strict=True))
        return list(map(number, jaxpr.outvars))

    def _constant(self, variable: Any, value: Any) -> int:
        number = self._number(variable.aval)
        self._constants[number] = value
        return number

    def _is_mixed(self, equation: Any, given: Sequence[int]) -> bool:
        """Tell whether an equation is a call of which a part may be done before."""
        changing = any(one in self._changing for one in given)
        fixed = any(one in self._fixed for one in given)
        return changing and fixed and equation.primitive.name in ("jit", "pjit")

    def _step(self, equation: Any, given: tuple[int, ...]) -> tuple[int, ...]:
        made = tuple(self._number(variable.aval) for variable in equation.outvars)
        if equation.effects or any(one in self._changing for one in given):
            self._changing.update(made)
        elif any(one in self._fixed for one in given):
            self._fixed.update(made)
        self._steps.append(_Step(equation, given, made))
        return made

    # --- What is kept -----------------------------------------------------------------------------

    def _chosen(self) -> list[int]:
        """Choose what the prologue makes for the body."""
        again = {one for step in self._steps if _is_light(step.equation) for one in step.made}
        room = _ROOM + 2 * sum(map(self._bytes, self._context))
        while True:
            kept = self._frontier(again)
            total = sum(map(self._bytes, kept))
            if total <= room:
                return kept
            for one in sorted(kept, key=self._bytes, reverse=True):
                again.update(self._maker[one].made)
                total -= self._bytes(one)
                if total <= room:
                    break

    def _frontier(self, again: set[int]) -> list[int]:
        """Give the fixed values that the body reads, if it makes some of them again itself."""
        wanted = list(self._outputs)
        for step in self._steps:
            if self._changing.issuperset(step.made):
                wanted += step.given
        found: set[int] = set()
        seen: set[int] = set()
        while wanted:
            one = wanted.pop()
            if one in seen or one not in self._fixed or one not in self._maker:
                continue
            seen.add(one)
            if one in again:
                wanted += self._maker[one].given
            else:
                found.add(one)
        return sorted(found)

    def _bytes(self, one: int) -> int:
        aval = self._types[one]
        return prod(aval.shape) * aval.dtype.itemsize if hasattr(aval, "shape") else 0

    # --- Evaluation -------------------------------------------------------------------------------

    def _run(self, steps: Sequence[_Step], values: dict[int, Any]) -> None:
        for step in steps:
            given = [self._value(values, one) for one in step.given]
            values.update(zip(step.made, bind(step.equation, given), strict=True))

    def _value(self, values: dict[int, Any], one: int) -> Any:
        return self._constants[one] if one in self._constants else values[one]


def _needed(
    steps: Sequence[_Step], wanted: Iterable[int], known: set[int], *, effects: bool
) -> list[_Step]:
    """Give the steps that lead to some values, from others that are known, in order.

    Args:
        steps: all there are, in order.
        wanted: the values.
        known: what need not be made.
        effects: whether steps that do something besides are needed too.
    """
    needed = set(wanted) - known
    found: list[_Step] = []
    for step in reversed(steps):
        if (effects and step.equation.effects) or not needed.isdisjoint(step.made):
            found.append(step)
            needed.update(one for one in step.given if one not in known)
    return found[::-1]


def _read(steps: Iterable[_Step]) -> set[int]:
    return {one for step in steps for one in step.given}


def _is_light(equation: Any) -> bool:
    """Tell whether an equation, or each one inside of it, is light."""
    if equation.primitive.name in ("jit", "pjit"):
        return all(map(_is_light, equation.params["jaxpr"].jaxpr.eqns))
    return equation.primitive.name in _LIGHT


def _work(equation: Any) -> int:
    """Estimate how long an equation takes [ns]."""
    if equation.primitive.name in ("jit", "pjit"):
        return sum(map(_work, equation.params["jaxpr"].jaxpr.eqns))
    if _is_light(equation):
        return 0
    elements = max(prod(one.aval.shape) for one in (*equation.invars, *equation.outvars))
    return _WORK.get(equation.primitive.name, _WORTH) * elements
