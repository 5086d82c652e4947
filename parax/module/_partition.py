"""A PyTree cut into the part that changes and the part that does not."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax.tree_util as jtu

from parax.module._walk import is_groups_key
from parax.parameters import Parameter, is_param


def partition(
    pytree: Any,
    include_fixed: bool = False,
    include_arrays: bool = False,
    param_objects: bool = False,
) -> tuple[Any, Any]:
    """Cut a PyTree into the values of its parameters and everything else.

    Args:
        pytree: any PyTree.
        include_fixed: whether the values of fixed Parameters are dynamic too.
        include_arrays: whether floating-point and complex arrays outside Parameters are too.
            Arrays of a group's distribution never are.
        param_objects: put whole Parameters on the dynamic side, not only their values.

    Returns:
        `(dynamic, static)`, both of the structure of `pytree`, with None in place of what the
        other holds; `equinox.combine(dynamic, static)` restores it. The leaves of `dynamic` are
        the latent values in the order of `flat_param_values`. Numbers of Python, integer arrays,
        bounds, distributions and transforms are always static.

    Example:
        >>> import jax.numpy as jnp
        >>> dynamic, static = partition({"p": Parameter(2.0), "q": Parameter(3.0, fixed=True)})
        >>> dynamic["p"].latent_value.tolist(), dynamic["q"].latent_value
        (2.0, None)
    """
    leaves, structure = jtu.tree_flatten(pytree)
    mask: list[bool] = []
    absent: list[tuple[int, bool]] = []  # Parameters among the shallow leaves: place, dynamic?
    if include_arrays:
        paths, shallow_structure = jtu.tree_flatten_with_path(pytree, is_leaf=is_param)
        grouped = [any(is_groups_key(key) for key in path) for path, _ in paths]
        shallow = [leaf for _, leaf in paths]
    else:
        shallow, shallow_structure = jtu.tree_flatten(pytree, is_leaf=is_param)
        grouped = [False] * len(shallow)
    for place, (leaf, in_group) in enumerate(zip(shallow, grouped, strict=True)):
        if isinstance(leaf, Parameter):
            chosen = leaf.latent_value is not None and (include_fixed or not leaf.fixed)
            count = 0 if leaf.metadata is None else len(jtu.tree_leaves(leaf.metadata))
            if leaf.latent_value is not None:
                mask.append(chosen)
            mask.extend([chosen and param_objects] * count)
            absent.append((place, chosen))
        else:
            mask.append(include_arrays and not in_group and eqx.is_inexact_array(leaf))
    dynamic = [leaf if chosen else None for leaf, chosen in zip(leaves, mask, strict=True)]
    static = [None if chosen else leaf for leaf, chosen in zip(leaves, mask, strict=True)]
    if not param_objects:
        return jtu.tree_unflatten(structure, dynamic), jtu.tree_unflatten(structure, static)
    # Whole Parameters or None on the dynamic side: `combine` then works with `is_leaf=is_param`
    # as well as without.
    whole = [leaf if eqx.is_inexact_array(leaf) and include_arrays else None for leaf in shallow]
    whole = [None if in_group else leaf for leaf, in_group in zip(whole, grouped, strict=True)]
    for place, chosen in absent:
        whole[place] = shallow[place] if chosen else None
    return jtu.tree_unflatten(shallow_structure, whole), jtu.tree_unflatten(structure, static)
