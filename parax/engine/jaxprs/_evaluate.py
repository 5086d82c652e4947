"""A trace evaluated anew, with values split where that helps."""

# JAX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from parax.engine.jaxprs._find import kinds, small
from parax.engine.jaxprs._moves import MOVES, Rule, bind
from parax.engine.jaxprs._split import Split, whole
from parax.engine.jaxprs._write import WRITERS


def improved(function: Callable[..., Any], note: Callable[[str], None]) -> Callable[..., Any]:
    """Give the same function, in which what is done to many small matrices is written out.

    Args:
        function: a function of trees of arrays that JAX can trace.
        note: is told what was done, if anything was.
    """

    def better(*args: Any) -> Any:
        leaves, tree = jax.tree_util.tree_flatten(args)
        closed, shape = jax.make_jaxpr(
            lambda *flat: function(*tree.unflatten(flat)), return_shape=True
        )(*leaves)
        for kind, count in sorted(small(closed.jaxpr).items()):
            note(f"{count} small {kind}{'s' * (count > 1)} written out")
        found = _evaluate(closed.jaxpr, closed.consts, leaves)
        return jax.tree_util.tree_structure(shape).unflatten(map(whole, found))

    return better


def _evaluate(jaxpr: Jaxpr, consts: Sequence[Any], args: Sequence[Any]) -> list[Any]:
    """Evaluate a trace; what it gives, as what it is given, may be split."""
    values: dict[Any, Any] = {}

    def read(variable: Any) -> Any:
        return variable.val if isinstance(variable, Literal) else values[variable]

    written = kinds(jaxpr)
    values.update(zip(jaxpr.constvars, consts, strict=True))
    values.update(zip(jaxpr.invars, args, strict=True))
    for number, equation in enumerate(jaxpr.eqns):
        given = [read(variable) for variable in equation.invars]
        if number in written:
            found = WRITERS[written[number]](equation, given)
        else:
            rule = _RULES.get(equation.primitive.name)
            found = None if rule is None else rule(equation, given)
        if found is None:
            found = bind(equation, [whole(value) for value in given])
        values.update(zip(equation.outvars, found, strict=True))
    return [read(variable) for variable in jaxpr.outvars]


def _inlined(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    closed: ClosedJaxpr = equation.params["jaxpr"]
    if not small(closed.jaxpr) and not any(isinstance(one, Split) for one in given):
        return None
    return _evaluate(closed.jaxpr, closed.consts, given)


def _scan(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    closed = equation.params["jaxpr"]
    if not small(closed.jaxpr):
        return None
    params = {**equation.params, "jaxpr": _rewritten(closed)}
    return list(equation.primitive.bind(*map(whole, given), **params))


def _cond(equation: Any, given: Sequence[Any]) -> list[Any] | None:
    branches = equation.params["branches"]
    if not any(small(branch.jaxpr) for branch in branches):
        return None
    params = {**equation.params, "branches": tuple(map(_rewritten, branches))}
    return list(equation.primitive.bind(*map(whole, given), **params))


def _rewritten(closed: ClosedJaxpr) -> ClosedJaxpr:
    def evaluated(*args: Any) -> list[Any]:
        return list(map(whole, _evaluate(closed.jaxpr, closed.consts, args)))

    return jax.make_jaxpr(evaluated)(
        *(
            jax.ShapeDtypeStruct(one.shape, one.dtype, weak_type=one.weak_type)
            for one in closed.in_avals
        )
    )


_RULES: dict[str, Rule] = {
    **MOVES,
    "cond": _cond,
    "jit": _inlined,
    "pjit": _inlined,
    "scan": _scan,
}
