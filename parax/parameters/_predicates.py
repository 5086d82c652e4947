"""Predicates on parameters, and conversion to one."""

from __future__ import annotations

from typing import Any, TypeGuard

from parax.parameters._parameter import Parameter


def is_param(x: Any) -> TypeGuard[Parameter]:
    """Tell whether `x` is a Parameter.

    Example:
        >>> is_param(Parameter(1.0)), is_param(1.0)
        (True, False)
    """
    return isinstance(x, Parameter)


def is_valid_param(x: Any) -> TypeGuard[Parameter]:
    """Tell whether `x` is a Parameter that has its value, unlike the static half of a partition."""
    return isinstance(x, Parameter) and x.latent_value is not None


def is_free_param(x: Any) -> TypeGuard[Parameter]:
    """Tell whether `x` is a Parameter that optimisers may change."""
    return isinstance(x, Parameter) and not x.fixed


def is_fixed_param(x: Any) -> TypeGuard[Parameter]:
    """Tell whether `x` is a Parameter that optimisers leave alone."""
    return isinstance(x, Parameter) and x.fixed


def as_param(x: Any, **kwargs: Any) -> Any:
    """Make a Parameter of a value, unless it is one.

    Args:
        x: a Parameter, which is given back unchanged; a list or dict, whose elements are
            converted; or a value for `Parameter`.
        **kwargs: keywords for `Parameter`, used for each one made.

    Returns:
        A Parameter, or a list or dict of these.

    Example:
        >>> [p.fixed for p in as_param([1.0, 2.0], fixed=True)]
        [True, True]
    """
    if isinstance(x, Parameter):
        return x
    if isinstance(x, list):
        return [as_param(item, **kwargs) for item in x]
    if isinstance(x, dict):
        return {key: as_param(item, **kwargs) for key, item in x.items()}
    return Parameter(x, **kwargs)
