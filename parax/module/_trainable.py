"""The trainable part of any model, with names and bounds for its flat vector."""

from __future__ import annotations

from typing import Any

import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import quoted
from parax.constants import AbstractConstant
from parax.errors import ParameterValueError
from parax.module._names import element_names, require_distinct
from parax.module._partition import partition
from parax.module._walk import path_text, usable, walk
from parax.parameters import Parameter, is_param, latent_bounds


def trainable_part(model: Any) -> tuple[Any, Any]:
    """Cut a model into what an optimiser may change and everything else.

    The trainable part is the result of the model's method `parameters` if its class defines one;
    else, in a `parax.Module` and in any model that holds a Parameter, the latent values of the
    free ones; else all floating-point and complex arrays, as for a plain Equinox model. What is
    inside a constant, such as `parax.wrappers.NonTrainable`, is no part of it.

    Args:
        model: any PyTree.

    Returns:
        `(dynamic, static)`, both of the structure of the model, with None in place of what the
        other holds. `equinox.combine(dynamic, static)` restores the model.

    Raises:
        ParameterValueError: `parameters()` gives a tree of another structure than the model.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> dynamic, static = trainable_part({"w": jnp.ones(2), "n": 3})
        >>> dynamic["n"], static["w"], static["n"]
        (None, None, 3)
    """
    if _defines_parameters(type(model)):
        return _declared_part(model)
    plain = not _is_own(type(model)) and not _has_parameter(model)
    return _without_constants(model, *partition(model, include_arrays=plain))


def trainable_names(model: Any) -> tuple[str, ...]:
    """Name every number of the trainable part.

    Args:
        model: any PyTree.

    Returns:
        One name for each element of `jax.flatten_util.ravel_pytree(dynamic)[0]`, in that order,
        `dynamic` being the first half of `trainable_part(model)`. Elements of Parameters have
        their flat names. Others are named by their key path joined with `_`, and by their flat
        index if the array has an axis: `layers_0_weight_3`.

    Raises:
        DuplicateNameError: two elements of one name; both paths are given.

    Example:
        >>> import jax.numpy as jnp
        >>> trainable_names({"w": jnp.ones(2), "b": jnp.array(0.0)})
        ('b', 'w_0', 'w_1')
    """
    names: list[str] = []
    paths: list[str] = []
    for path, leaf, name, param in _leaves(model):
        if param is None:
            stem = path.replace(".", "_") or "x"
            own = [stem] if np.ndim(leaf) == 0 else [f"{stem}_{i}" for i in range(np.size(leaf))]
        else:
            own = element_names(name, param)
        names.extend(own)
        paths.extend([path] * len(own))
    require_distinct(zip(names, paths, strict=True))
    return tuple(names)


def trainable_bounds(model: Any) -> np.ndarray:
    """Give the bounds of every number of the trainable part, in latent space.

    Args:
        model: any PyTree.

    Returns:
        Array `(n, 2)` of lower and upper bounds, float64, in the order of `trainable_names`;
        infinite where there is no bound.

    Raises:
        ParameterTypeError: bounds on a Parameter whose transform mixes its elements.

    Example:
        >>> trainable_bounds([Parameter(1.0, bounds=(0, 2)), Parameter(5.0)]).tolist()
        [[0.0, 2.0], [-inf, inf]]
    """
    rows: list[np.ndarray] = []
    for _, leaf, _, param in _leaves(model):
        bounds = None if param is None else latent_bounds(param)
        if bounds is None:
            rows.append(np.full((np.size(leaf), 2), (-np.inf, np.inf)))
        else:
            limits = np.asarray(bounds, dtype=float)
            rows.append(np.broadcast_to(limits, (*np.shape(leaf), 2)).reshape(-1, 2))
    return np.concatenate(rows) if rows else np.zeros((0, 2))


def _leaves(model: Any) -> list[tuple[str, Any, str, Parameter | None]]:
    """Give path, value, full name and Parameter (if it is one's) of each trainable leaf."""
    entries = walk(model).entries
    if entries and not _defines_parameters(type(model)) and not _has_tagged(model):
        free = usable(entries, include_fixed=False)
        return [(path, param.latent_value, name, param) for name, path, param in free]
    dynamic, _ = trainable_part(model)
    params = {entry.path: entry for entry in entries}
    shallow, _ = jtu.tree_flatten_with_path(dynamic, is_leaf=is_param)
    leaves: list[tuple[str, Any, str, Parameter | None]] = []
    for keys, leaf in shallow:
        path = path_text(keys)
        if not isinstance(leaf, Parameter):
            leaves.append((path, leaf, "", None))
        elif leaf.latent_value is not None:
            entry = params[path]
            leaves.append((path, leaf.latent_value, entry.name, entry.param))
    return leaves


def part_names(part: Any) -> tuple[str, ...]:
    """Name each array of a trainable part, in the order of its leaves.

    Args:
        part: the first half of `trainable_part(model)`, or a tree of its structure.

    Returns:
        Full names of Parameters, as far as they follow from the attributes on the way: names of
        their own are in the other half. Key paths of other arrays, joined with `_`.

    Example:
        >>> part_names(trainable_part({"p": Parameter(1.0), "q": [Parameter(2.0)]})[0])
        ('p', 'q_0')
    """
    names = {entry.path: entry.name for entry in walk(part).entries}
    shallow, _ = jtu.tree_flatten_with_path(part, is_leaf=is_param)
    paths = [
        path_text(keys)
        for keys, leaf in shallow
        if not isinstance(leaf, Parameter) or leaf.latent_value is not None
    ]
    return tuple(names.get(path) or path.replace(".", "_") or "x" for path in paths)


def own_parameters(self: Any) -> Any:
    """Give the trainable part: free latent values, and None in place of everything else (T4).

    A class that overrides it says itself what is trainable.
    """
    return partition(self)[0]


def _is_tagged(x: Any) -> bool:
    """Tell whether a node keeps all that is below it constant; Parameters say so themselves."""
    return isinstance(x, AbstractConstant)


def _is_shallow(x: Any) -> bool:
    return isinstance(x, Parameter | AbstractConstant)


def _has_tagged(model: Any) -> bool:
    return any(map(_is_tagged, jtu.tree_leaves(model, is_leaf=_is_shallow)))


def _without_constants(model: Any, dynamic: Any, static: Any) -> tuple[Any, Any]:
    """Move what is below a constant from the dynamic half to the static one."""
    nodes, structure = jtu.tree_flatten(model, is_leaf=_is_shallow)
    if not any(map(_is_tagged, nodes)):
        return dynamic, static
    moving, rest = structure.flatten_up_to(dynamic), structure.flatten_up_to(static)
    for place, node in enumerate(nodes):
        if _is_tagged(node):
            moving[place], rest[place] = jtu.tree_map(lambda _: None, node), node
    return jtu.tree_unflatten(structure, moving), jtu.tree_unflatten(structure, rest)


def _has_parameter(tree: Any) -> bool:
    return any(map(is_param, jtu.tree_leaves(tree, is_leaf=is_param)))


def _defines_parameters(cls: type) -> bool:
    """Tell whether `parameters` is a method of the class's own, and no field of that name."""
    if _is_own(cls) or "parameters" in getattr(cls, "__dataclass_fields__", {}):
        return False
    return callable(getattr(cls, "parameters", None))


def _is_own(cls: type) -> bool:
    """Tell whether a class is a Module that leaves `parameters` as it is."""
    return getattr(cls, "parameters", None) is own_parameters


def _declared_part(model: Any) -> tuple[Any, Any]:
    dynamic = model.parameters()
    try:
        return dynamic, jtu.tree_map(_rest, dynamic, model, is_leaf=_is_none)
    except ValueError:
        raise ParameterValueError(
            f"`parameters()` of {quoted(type(model).__name__)} gives a tree of another"
            " structure than the model",
            hint="give the model itself with None in place of what is not trainable",
        ) from None


def _is_none(x: Any) -> bool:
    return x is None


def _rest(trainable: Any, value: Any) -> Any:
    return value if trainable is None else None
