"""A parameter under another distribution or transform."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from distreqx.bijectors import AbstractBijector, Chain

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError
from parax.parameters._checks import (
    checked_distribution,
    checked_transform,
    require_bijector,
    warn_outside,
)
from parax.parameters._described import label_of
from parax.parameters._inverse import pushed_forward
from parax.parameters._metadata import ParameterMetadata
from parax.parameters._rebuild import changed
from parax.parameters._spaces import physical, require_elementwise
from parax.parameters._static import Packed, unpack


def with_distribution(p: Any, distribution: Any) -> Any:
    """Give a copy with another distribution of the physical value."""
    if distribution is None:
        raise ParameterTypeError(
            "`distribution` must be a distribution of distreqx, and got `None`",
            hint="to remove it write `dataclasses.replace(parameter, distribution=None)`",
        )
    distribution = checked_distribution(distribution)
    metadata = ParameterMetadata() if p.metadata is None else p.metadata
    checked_transform(metadata.transform, distribution, None)
    return changed(p, metadata=changed(metadata, _distribution=Packed(distribution)))


def with_transform(p: Any, transform: Any) -> Any:
    """Give a copy with another transform of the same latent value."""
    packed = Packed(require_bijector(transform, "`with_transform` takes what can be inverted"))
    metadata = ParameterMetadata() if p.metadata is None else p.metadata
    new = changed(p, metadata=changed(metadata, _transform=packed))
    warn_outside(physical(new), metadata.bounds, label_of(p))
    return new


def transformed(p: Any, transform: Any) -> Any:
    """Give a copy whose physical value is a transform of the present one."""
    new = Packed(require_bijector(transform, "`transformed` takes what can be inverted"))
    metadata = ParameterMetadata() if p.metadata is None else p.metadata
    bounds, distribution = metadata.bounds, metadata._distribution
    if bounds is not None:
        require_elementwise(new, np.shape(p.latent_value), "bounds cannot be mapped")
        bounds = _mapped(bounds, unpack(new))
    if distribution is not None:
        distribution = Packed(pushed_forward(distribution, new, np.shape(p.latent_value)))
    chain = Packed(_chained(unpack(new), metadata.transform))
    fields = {"_transform": chain, "_distribution": distribution, "bounds": bounds}
    return changed(p, metadata=changed(metadata, **fields))


def _chained(new: AbstractBijector, old: Any) -> AbstractBijector:
    """Compose bijectors: `new` after `old`."""
    if old is None:
        return new
    if not isinstance(old, AbstractBijector):
        raise ParameterTypeError(
            f"the transform {quoted(repr(old))} is a function, which no bijector can follow",
            hint="use a bijector of distreqx in its place",
        )
    return Chain([new, *(old.bijectors if type(old) is Chain else [old])])


def _mapped(bounds: Any, transform: Any) -> Any:
    """Map bounds through an elementwise transform, and set the lower first again."""
    first, second = transform.forward(bounds[..., 0]), transform.forward(bounds[..., 1])
    ordered = [jnp.minimum(first, second), jnp.maximum(first, second)]
    return jnp.stack(ordered, axis=-1).astype(bounds.dtype)
