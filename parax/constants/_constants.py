"""Functions that ask whether a node is constant."""

from __future__ import annotations

from typing import Any

from parax._abstract import AbstractConstant
from parax.parameters import Parameter


def is_constant(x: Any) -> bool:
    """Tell whether optimisers leave `x` alone: an `AbstractConstant`, or a fixed Parameter.

    A Parameter without a value, one half of a partition, is neither constant nor dynamic.

    Example:
        >>> is_constant(Parameter(1.0, fixed=True)), is_constant(Parameter(1.0)), is_constant(1.0)
        (True, False, False)
    """
    if isinstance(x, Parameter):
        return x.fixed and x.latent_value is not None
    return isinstance(x, AbstractConstant)


def as_free(x: Any) -> Any:
    """Give what optimisers may change.

    Args:
        x: any value.

    Returns:
        `free()` of a constant, a free copy of a Parameter, and anything else unchanged.

    Example:
        >>> as_free(Parameter(1.0, fixed=True)).fixed, as_free(3)
        (False, 3)
    """
    if isinstance(x, Parameter):
        return x.as_free()
    return x.free() if isinstance(x, AbstractConstant) else x
