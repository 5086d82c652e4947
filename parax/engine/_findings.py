"""What looking for NaN and infinity found, in value and gradient (E7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from parax._diagnostic import quoted, render
from parax.engine._backward import Slope, find_slope, free_element_names
from parax.engine._finite import Trouble, find_trouble
from parax.engine._free import Argument
from parax.engine._walk import Walk


@dataclass(frozen=True)
class Findings:
    """Where an expression and its gradient stop being finite; `print` it to read it.

    Args:
        value: the operator that made the first NaN or infinity of the value; None if it is finite.
        gradient: the operator whose derivative is the first that is not; None if all are finite.
        parameters: the free elements whose derivative is not finite.
        free: how many free elements there are.
        nodes: how many nodes were evaluated.
        is_summed: whether the gradient is that of a sum of outputs, which are not one real number.
    """

    value: Trouble | None
    gradient: Slope | None
    parameters: tuple[str, ...]
    free: int
    nodes: int
    is_summed: bool

    @property
    def is_finite(self) -> bool:
        """Whether nothing was found."""
        return self.value is None and self.gradient is None

    def __str__(self) -> str:
        return "\n".join([self._value_text(), self._gradient_text()])

    def _value_text(self) -> str:
        if self.value is None:
            return f"the value is finite at all {self.nodes} nodes that it comes from"
        return render(
            f"the value is not finite: {self.value}",
            span=self.value.span,
            hint=self.value.circumstance,
        )

    def _gradient_text(self) -> str:
        if not self.free:
            return "there is no gradient: nothing is free"
        of = " of the sum of all outputs" if self.is_summed else ""
        if self.gradient is None:
            what = f"all {self.free} free numbers" if self.free > 1 else "the one free number"
            return f"the gradient{of} is finite, with respect to {what}"
        named = ", ".join(quoted(name, 40) for name in self.parameters[:6])
        if len(self.parameters) > 6:
            named += f" and {len(self.parameters) - 6} more"
        cause = self.gradient.cause
        return render(
            f"the gradient{of} with respect to {named} is not finite: {self.gradient}",
            span=self.gradient.span if cause is None else cause.span or self.gradient.span,
            hint=self.gradient.circumstance,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "value": None if self.value is None else self.value.to_dict(),
            "gradient": None if self.gradient is None else self.gradient.to_dict(),
            "parameters": list(self.parameters),
            "free": self.free,
            "nodes": self.nodes,
        }


def findings(walk: Walk, args: tuple[Any, ...], argument: Argument = None) -> Findings:
    """Look for the first NaN or infinity in the value and in the gradient.

    Args:
        walk: the expression, evaluated node by node.
        args: the positional inputs, for the names of the model's free elements.
        argument: what is differentiated instead of these.
    """
    slope = find_slope(walk) if walk.free else None
    if slope is None:
        names: tuple[str, ...] = ()
    elif argument is not None:
        whole = argument if isinstance(argument, str) else f"argument {argument}"
        names = tuple(f"element {index} of {whole}" for index in slope.free)
    else:
        names = free_element_names(walk, args, slope)
    return Findings(
        find_trouble(walk),
        slope,
        names,
        sum(walk.signature.sizes),
        len(walk.structure),
        not _is_one_real(walk),
    )


def _is_one_real(walk: Walk) -> bool:
    values = [walk.values[node] for node in walk.outputs]
    return (
        len(values) == 1
        and jnp.shape(values[0]) == ()
        and jnp.issubdtype(jnp.result_type(values[0]), jnp.floating)
    )
