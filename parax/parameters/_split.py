"""A parameter taken apart into one scalar parameter for each element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from parax._diagnostic import quoted
from parax.errors import DistributionError
from parax.parameters._described import label_of
from parax.parameters._elements import elements
from parax.parameters._inverse import elementwise_form
from parax.parameters._metadata import ParameterMetadata
from parax.parameters._rebuild import changed, restore
from parax.parameters._spaces import is_scalar, require_elementwise, splits
from parax.parameters._static import Packed, repack, unpack

if TYPE_CHECKING:
    from parax.parameters._parameter import Parameter


def element_names(p: Parameter, separator: str = "_") -> list[str | None]:
    """Give the name of each element: from a list, numbered after a string, or None."""
    name = None if p.metadata is None else p.metadata._notes.name
    if isinstance(name, list):
        return list(name)
    if name is None:
        return [None] * p.size
    return [f"{name}{separator}{i}" for i in range(p.size)]


def split(p: Parameter, separator: str = "_") -> list[Parameter]:
    """Take a parameter apart into scalar ones, in C order.

    Latent values are taken as they are stored. Bounds, distribution and transform are divided
    where they speak of single elements, and shared where they speak of any.

    Raises:
        DistributionError: a joint distribution, which no element has for itself.
        ParameterTypeError: a transform that mixes elements.
    """
    metadata, shape = p.metadata, p.shape
    if shape == () and not isinstance(None if metadata is None else metadata._notes.name, list):
        return [p]
    latents = elements(p.latent_value)
    if metadata is None:
        return [changed(p, latent_value=latent) for latent in latents]
    transform = metadata._transform
    if transform is not None:
        require_elementwise(transform, shape, f"{label_of(p)} cannot be split")
        transform = Packed(elementwise_form(unpack(transform)))
    if metadata._distribution is not None:
        _require_no_joint(p, metadata._distribution)
    parts = zip(
        latents,
        element_names(p, separator),
        _bounds(metadata.bounds, len(latents)),
        _packed(metadata._distribution, shape, len(latents)),
        _packed(transform, shape, len(latents)),
        strict=True,
    )
    notes = metadata._notes
    return [
        changed(
            p,
            latent_value=latent,
            metadata=restore(
                ParameterMetadata,
                {
                    "_distribution": distribution,
                    "_transform": transform,
                    "bounds": bounds,
                    "_notes": notes.renamed(name),
                },
            ),
        )
        for latent, name, bounds, distribution, transform in parts
    ]


def _bounds(bounds: Any, count: int) -> list[Any]:
    if bounds is None or bounds.ndim == 1:
        return [bounds] * count
    return list(bounds.reshape(-1, 2))


def _packed(packed: Packed | None, shape: tuple[int, ...], count: int) -> list[Packed | None]:
    if packed is None or is_scalar(packed):
        return [packed] * count
    columns = [elements(jnp.broadcast_to(array, shape)) for array in packed.arrays]
    return [repack(packed.skeleton, [column[i] for column in columns]) for i in range(count)]


def _require_no_joint(p: Parameter, packed: Packed) -> None:
    if not splits(packed, p.shape):
        raise DistributionError(
            f"{label_of(p)} of shape {quoted(p.shape)} has a joint distribution,"
            f" {quoted(unpack(packed))}, which cannot be split by element",
            hint="use one scalar parameter for each element, in a `ParameterGroup`",
        )
