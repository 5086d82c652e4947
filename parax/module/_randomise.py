"""Distributions of the parameters of a module: changed, joined, drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from distreqx.distributions import Uniform

from parax._diagnostic import did_you_mean, quoted
from parax.distributions import ModuleDistribution, as_key
from parax.errors import ParameterTypeError, ParameterValueError
from parax.module._groups import param_groups as all_groups
from parax.module._mapping import with_mapped_params
from parax.module._regroup import with_mapped_groups, without_groups
from parax.module._selection import ParamFilter
from parax.module._update import with_params
from parax.parameters import Parameter, is_concrete, with_distribution

Mapper = Callable[[Any], Any]


def with_mapped_distributions(
    tree: Any,
    mapper: Mapper,
    dist_filter: Callable[[Any], Any] | None = None,
    *,
    map_others: Mapper | None = None,
    param_groups: bool = False,
) -> Any:
    """Put the result of a function in place of each parameter's distribution.

    Args:
        tree: any PyTree.
        mapper: gives a distribution, or None for no distribution, for the present one.
        dist_filter: tells of a distribution whether it is mapped; None means all.
        map_others: the same as `mapper` for those that are not; None keeps them.
        param_groups: whether the distributions of explicit groups are mapped too.

    Raises:
        ParameterTypeError: a function that gives no distribution.
    """

    def mapped(holder: Any, put: Callable[[Any], Any]) -> Any:
        present = holder.distribution
        if present is None:
            return holder
        function = mapper if dist_filter is None or dist_filter(present) else map_others
        return holder if function is None else put(function(present))

    def of_param(param: Parameter) -> Parameter:
        return mapped(param, lambda new: with_distribution(param, new))

    tree = with_mapped_params(tree, of_param, include_fixed=True)
    if not param_groups:
        return tree
    return with_mapped_groups(tree, lambda group: mapped(group, group.with_distribution))


def with_uniform_distributions(
    tree: Any,
    percentage: Any,
    param_filter: ParamFilter = None,
    *,
    respect_bounds: bool = False,
    remove_param_groups: bool = True,
    zero_values: Any = "keep",
    **options: Any,
) -> Any:
    """Give parameters a uniform distribution around their present physical values.

    Args:
        tree: any PyTree.
        percentage: half of the width as a fraction of the value, above 0: `0.1` for ±10 %.
        param_filter: as for `Module.iter_params`.
        respect_bounds: whether the support is clipped to the bounds.
        remove_param_groups: whether explicit groups are taken out at every level.
        zero_values: `"keep"`: a parameter that is all zero stays as it is; zeros beside other
            values keep the support of their uniform distribution or their finite bounds, or else
            stay at zero.
        **options: as for `with_mapped_params`, for instance `include_fixed`.

    Raises:
        ParameterValueError: a `percentage` that is not above 0, or unknown `zero_values`.
    """
    number = _checked_percentage(percentage)
    if zero_values != "keep":
        raise ParameterValueError(
            f"`zero_values` cannot be {quoted(repr(zero_values))}",
            hint=did_you_mean(str(zero_values), ["keep"]) or 'use "keep"',
        )

    def around(param: Parameter) -> Parameter:
        support = _support(param, number, respect_bounds=respect_bounds)
        return param if support is None else with_distribution(param, Uniform(*support))

    tree = with_mapped_params(tree, around, param_filter, **options)
    return without_groups(tree) if remove_param_groups else tree


def _checked_percentage(percentage: Any) -> Any:
    if isinstance(percentage, bool) or not hasattr(percentage, "__float__"):
        raise ParameterTypeError(
            f"`percentage` must be a number, and got {quoted(repr(percentage))}",
            hint="write a fraction, for instance `0.1` for ±10 %",
        )
    if is_concrete(percentage) and not float(percentage) > 0:
        raise ParameterValueError(
            f"`percentage` must be above 0, and is {quoted(percentage)}",
            hint="write a fraction, for instance `0.1` for ±10 %",
        )
    return percentage


def _support(param: Parameter, percentage: Any, *, respect_bounds: bool) -> Any:
    """Give the ends of the support, or None for a parameter that is known to be all zero."""
    value, bounds = param.value, param.bounds
    if is_concrete(value) and not np.asarray(value).any():
        return None
    first, second = value * (1 - percentage), value * (1 + percentage)
    low, high = jnp.minimum(first, second), jnp.maximum(first, second)
    if respect_bounds and bounds is not None:
        low, high = (jnp.clip(end, bounds[..., 0], bounds[..., 1]) for end in (low, high))
    kept_low, kept_high = _present(param)
    return jnp.where(value == 0, kept_low, low), jnp.where(value == 0, kept_high, high)


def _present(param: Parameter) -> tuple[Any, Any]:
    """Give the ends of the present support of a parameter, zero where there are none."""
    if isinstance(param.distribution, Uniform):
        low, high = param.distribution.low, param.distribution.high
    elif param.bounds is not None:
        low, high = param.bounds[..., 0], param.bounds[..., 1]
    else:
        low = high = jnp.zeros(())
    finite = jnp.isfinite(low) & jnp.isfinite(high)
    return jnp.where(finite, low, 0), jnp.where(finite, high, 0)


def distribution(
    tree: Any, param_groups: bool = True, *, missing: str = "error"
) -> ModuleDistribution:
    """Join the distributions of the free parameters.

    Args:
        tree: any PyTree.
        param_groups: whether explicit groups count; else each parameter's own distribution.
        missing: `"error"`, or `"keep"` to leave parameters without a distribution out.

    Raises:
        DistributionError: parameters without a distribution, all of them named; or a group whose
            distribution has another size.
    """
    if missing not in ("error", "keep"):
        raise ParameterValueError(
            f"`missing` cannot be {quoted(repr(missing))}",
            hint=did_you_mean(str(missing), ["error", "keep"]) or 'use "error" or "keep"',
        )
    groups = all_groups(tree if param_groups else without_groups(tree))
    if missing == "keep":
        groups = [group for group in groups if group._distribution is not None]
    return ModuleDistribution(groups)


def sampled(tree: Any, key: Any, **options: Any) -> Any:
    """Draw free parameters from their distribution; `options` as for `distribution`.

    Raises:
        ParameterValueError: no key.
        DistributionError: as for `distribution`.
    """
    key = as_key(key)
    drawn: Mapping[str, Any] = distribution(tree, **options).sample(key)
    return with_params(tree, drawn)
