"""Groups with distributions of one kind, evaluated together.

A module with thousands of scalar parameters has thousands of groups. Their distributions differ
in their numbers only, so each method runs once for each kind, with the numbers stacked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import DistributionError
from parax.parameters import (
    ParameterGroup,
    Skeleton,
    event_size,
    is_concrete,
    repack,
    splits,
    unpack,
)


class Bucket(NamedTuple):
    """Groups whose distributions differ in their arrays only.

    Attributes:
        skeleton: what the distributions have in common.
        arrays: their arrays, stacked along the first axis.
        columns: for each group the places of its parameters, `(groups, size)`.
        shape: shape of one event.
    """

    skeleton: Skeleton
    arrays: tuple[Any, ...]
    columns: np.ndarray
    shape: tuple[int, ...]

    def each(self, fn: Callable[..., Any], *inputs: Any) -> Any:
        """Apply `fn(distribution, *inputs)` to each distribution, `inputs` along the first axis."""

        def one(arrays: Any, *rest: Any) -> Any:
            return fn(unpack(repack(self.skeleton, arrays)), *rest)

        return jax.vmap(one, axis_size=len(self.columns))(self.arrays, *inputs)


def buckets(groups: Sequence[ParameterGroup]) -> list[Bucket]:
    """Sort groups by the kind of their distribution; all of them must have one."""
    kinds: dict[Any, list[tuple[list[int], tuple[Any, ...]]]] = {}
    start = 0
    for group in groups:
        count = group.num_params
        packed = group._distribution
        assert packed is not None
        arrays = packed.arrays
        if count > 1 and splits(packed, (count,)):
            # distreqx draws one number for all elements if only the other array has their shape
            arrays = tuple(jnp.broadcast_to(x, (count,)) for x in arrays)
        kind = (packed.skeleton, count, tuple((np.shape(x), jnp.result_type(x)) for x in arrays))
        kinds.setdefault(kind, []).append((list(range(start, start + count)), arrays))
        start += count
    return [
        Bucket(
            skeleton,
            tuple(_stacked([arrays[i] for _, arrays in held]) for i in range(len(types))),
            np.asarray([columns for columns, _ in held]),
            _event_shape(skeleton, types),
        )
        for (skeleton, _, types), held in kinds.items()
    ]


def require_distributions(groups: Sequence[ParameterGroup]) -> None:
    """Refuse groups without a distribution, or with one of another size.

    Raises:
        DistributionError: naming the parameters.
    """
    missing = [name for group in groups if group._distribution is None for name in group._names]
    if missing:
        verb = "parameters have" if len(missing) > 1 else "parameter has"
        raise DistributionError(
            f"{len(missing)} {verb} no distribution: {', '.join(map(quoted, missing))}",
            hint="give them one with `distribution=`, or fix them",
            names=missing,
        )
    for group in groups:
        require_size(group)


def require_size(group: ParameterGroup) -> None:
    """Refuse a distribution of another size than the group.

    Raises:
        DistributionError: giving both sizes.
    """
    size = event_size(group)
    if size is not None and size != group.num_params:
        names = ", ".join(map(quoted, group.param_names))
        raise DistributionError(
            f"a distribution of {size} numbers was given to {group.num_params} parameters: {names}",
            hint="use one number for each name, for instance `Normal(jnp.zeros(n), jnp.ones(n))`",
        )


@lru_cache(maxsize=1024)
def _event_shape(skeleton: Skeleton, types: tuple[Any, ...]) -> tuple[int, ...]:
    def sample(leaves: tuple[Any, ...]) -> Any:
        return unpack(repack(skeleton, leaves)).sample(jax.random.key(0))

    return jax.eval_shape(sample, tuple(jax.ShapeDtypeStruct(*kind) for kind in types)).shape


def _stacked(arrays: Sequence[Any]) -> Any:
    if all(map(is_concrete, arrays)):  # one transfer instead of many small operations
        return jnp.asarray(np.stack([np.asarray(x) for x in arrays]))
    return jnp.stack(arrays)


def spread(found: Sequence[Bucket], results: Sequence[Any], total: int) -> jax.Array:
    """Put what each bucket gave for its parameters, `(groups, *event)`, into one `(total,)`."""
    if not found:
        return jnp.zeros((0,))
    joined = jnp.concatenate([jnp.ravel(result) for result in results])
    order = np.concatenate([bucket.columns.reshape(-1) for bucket in found])
    place = np.empty(total, dtype=int)
    place[order] = np.arange(total)
    return joined[place]
