"""Groups cut to some of their members, and the groups of one that parameters form by themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax.parameters._checks import checked_distribution, checked_transform
from parax.parameters._elements import elements
from parax.parameters._group import ParameterGroup, group_with
from parax.parameters._metadata import ParameterMetadata
from parax.parameters._parameter import Parameter
from parax.parameters._rebuild import restore
from parax.parameters._spaces import is_scalar, splits
from parax.parameters._static import Notes, Packed, Skeleton, repack, unpack

_NO_NOTES = Notes()


def renamed(group: ParameterGroup, names: Sequence[str]) -> ParameterGroup:
    """Give the same group over parameters of other names."""
    return group_with(group, _names=tuple(names))


def restricted(group: ParameterGroup, kept: Sequence[int]) -> ParameterGroup | None:
    """Give the group of some of the members, or None if what it holds cannot be divided.

    Args:
        group: a group.
        kept: positions of members; all of them, in order, give the group itself.
    """
    count = group.num_params
    if len(kept) == count:
        return group
    parts: dict[str, Any] = {"_names": tuple(group._names[i] for i in kept)}
    for word, packed in (("_distribution", group._distribution), ("_transform", group._transform)):
        if packed is None or is_scalar(packed):
            continue
        if not splits(packed, (count,)):
            return None
        where = np.asarray(kept)
        arrays = [jnp.broadcast_to(array, (count,))[where] for array in packed.arrays]
        parts[word] = repack(packed.skeleton, arrays)
    return group_with(group, **parts)


def event_size(group: ParameterGroup) -> int | None:
    """Count the numbers of one sample of a group's distribution; None if there is none."""
    packed, count = group._distribution, group.num_params
    if packed is None:
        return None
    if count > 1 and not is_scalar(packed) and splits(packed, (count,)):
        return count  # `Normal(0.0, ones)` says the shape of one of its arrays
    arrays = tuple((np.shape(x), jnp.result_type(x)) for x in packed.arrays)
    return math.prod(_event_shape(packed.skeleton, arrays))


@lru_cache(maxsize=1024)
def _event_shape(skeleton: Skeleton, arrays: tuple[Any, ...]) -> tuple[int, ...]:
    def sample(leaves: tuple[Any, ...]) -> Any:
        return unpack(repack(skeleton, leaves)).sample(jax.random.key(0))

    return jax.eval_shape(sample, tuple(jax.ShapeDtypeStruct(*array) for array in arrays)).shape


def own_groups(
    param: Parameter, names: Sequence[str], kept: Sequence[int]
) -> list[tuple[list[int], ParameterGroup]]:
    """List the groups that the elements of one parameter form by themselves.

    Args:
        param: a parameter with a value.
        names: the flat names of all its elements.
        kept: positions of the elements that belong to no other group.

    Returns:
        Positions and group: one group for each element, with that element's distribution. A joint
        distribution stays with the whole parameter; no element has it for itself.
    """
    packed = None if param.metadata is None else param.metadata._distribution
    count = len(names)
    if packed is None or is_scalar(packed):
        return [([i], _group((names[i],), packed)) for i in kept]
    if not splits(packed, param.shape):
        if len(kept) == count:
            return [(list(kept), _group(tuple(names), packed))]
        return [([i], _group((names[i],), None)) for i in kept]
    columns = [elements(jnp.broadcast_to(array, param.shape)) for array in packed.arrays]
    if param.shape == ():
        columns = [[array] for array in packed.arrays]
    return [
        ([i], _group((names[i],), repack(packed.skeleton, [column[i] for column in columns])))
        for i in kept
    ]


def _group(names: tuple[str, ...], distribution: Packed | None) -> ParameterGroup:
    fields = {"_names": names, "_distribution": distribution, "_transform": None}
    return restore(ParameterGroup, fields | {"_notes": _NO_NOTES})


def with_distribution(param: Parameter, distribution: Any) -> Parameter:
    """Give a parameter with another distribution over its physical values, or with none.

    Raises:
        ParameterTypeError: no distribution of distreqx.
        ParameterValueError: the transform of the parameter is a plain function.
    """
    distribution = checked_distribution(distribution)
    metadata = ParameterMetadata() if param.metadata is None else param.metadata
    checked_transform(metadata.transform, distribution, None)
    packed = None if distribution is None else Packed(distribution)
    fields = dict(vars(metadata)) | {"_distribution": packed}
    metadata = restore(ParameterMetadata, fields)
    return restore(type(param), dict(vars(param)) | {"metadata": metadata})
