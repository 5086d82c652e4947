"""What must be true of a whole object beyond the kinds of its fields: what its constructor checks.

Static fields alone are asked, since numbers may have been mapped to anything. Classes of parax are
listed with how to run the checks of their own constructors again; what that makes is thrown away.
"""

# Skeletons hold what JAX leaves untyped, and fields are stored under private names.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false, reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from distreqx.bijectors import AbstractBijector
from distreqx.distributions import AbstractDistribution

from parax.errors import ParaxError
from parax.op import (
    Attribute,
    Derivative,
    Flatness,
    Gradient,
    Input,
    Mask,
    Method,
    OffDiagonal,
    Stack,
    Step,
)
from parax.parameters import Parameter, ParameterGroup, ParameterMetadata
from parax.parameters._checks import checked_info, checked_name, checked_scale
from parax.parameters._quantities import checked_unit
from parax.parameters._static import Notes, Packed
from parax.serialization._codec import Refusal


def check_facts(self: Any) -> None:
    """Refuse an object that its own constructor would refuse.

    Raises:
        Refusal: says what the constructor says.
    """
    check = _CHECKS.get(type(self))
    if check is None:
        return
    try:
        check(self)
    except ParaxError as error:
        raise Refusal(f"is none that can be made: {error.headline}", error.hint) from error


def check_notes(notes: Notes) -> None:
    """Refuse name, scale, unit and remarks that no parameter has.

    Raises:
        ParaxError: as `ParameterMetadata` does.
    """
    checked_name(notes.name)
    checked_scale(notes.scale)
    checked_info(notes.info)
    checked_unit(notes.unit)


def _parameter(self: Parameter) -> None:
    names = self.name
    if isinstance(names, list) and hasattr(self.latent_value, "shape"):
        size = int(np.prod(self.latent_value.shape))
        if size % max(len(names), 1):  # a batch of parameters has several times as many
            raise Refusal(
                f"has {len(names)} names for {size} elements",
                "give one name for each element, or a single one",
            )


def _metadata(self: ParameterMetadata) -> None:
    _packed(self._distribution, AbstractDistribution, "distribution")
    _packed(self._transform, AbstractBijector, "transform")


def _group(self: ParameterGroup) -> None:
    ParameterGroup(self._names, self.name)
    _packed(self._distribution, AbstractDistribution, "distribution")
    _packed(self._transform, AbstractBijector, "transform")


def _packed(packed: Packed | None, kind: type, what: str) -> None:
    """Ask a distribution or transform for its kind, without putting it together."""
    if packed is None:
        return
    root = packed.skeleton.structure.node_data()
    found: Any = type(packed.skeleton.rest[0]) if root is None else root[0]
    is_function = what == "transform" and callable(getattr(found, "__call__", None))  # noqa: B004
    if not (issubclass(found, kind) or is_function):
        raise Refusal(
            f"has a `{found.__name__}` for a {what}", f"give a {what} of distreqx, or leave it out"
        )


def _off_diagonal(self: OffDiagonal) -> None:
    if self.mask != OffDiagonal(0.0, self.n_ports).mask:
        raise Refusal(f"has another mask than that beside the diagonal of {self.n_ports} ports")


def _derivative(self: Derivative) -> None:
    Derivative(0.0, self.step_attr, self.axis, self.order, self.arg_index)


_CHECKS: dict[type, Callable[[Any], object]] = {
    Parameter: _parameter,
    ParameterMetadata: _metadata,
    ParameterGroup: _group,
    Input: lambda self: Input(self.name, unit=self.unit),
    Attribute: lambda self: Attribute(self.path),
    Method: lambda self: Method(self.path),
    Mask: lambda self: Mask(0.0, self.mask.value),
    OffDiagonal: _off_diagonal,
    Step: lambda self: Step(self.path, self.arg_index),
    Derivative: _derivative,
    Flatness: _derivative,
    Gradient: lambda self: Gradient(0.0, self.wrt),
    Stack: lambda self: Stack(self.operators, self.axis),
}
