"""What is read from a parameter: everything that its fields and metadata say."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.parameters._inverse import pulled_back
from parax.parameters._spaces import latent_bounds, physical


class Described:
    """The properties of a Parameter."""

    __slots__ = ()

    latent_value: Any
    metadata: Any

    @property
    def value(self) -> Any:
        """The physical value, an array: the transform of `latent_value`, unscaled."""
        return physical(self)

    @property
    def name(self) -> str | list[str] | None:
        """The name, a list of names in C order, or None."""
        return None if self.metadata is None else self.metadata.name

    @property
    def distribution(self) -> Any:
        """The distribution over physical values, or None."""
        return None if self.metadata is None else self.metadata.distribution

    @property
    def latent_distribution(self) -> Any:
        """The distribution over latent values, or None.

        It is that of the physical value, pulled back through the transform: its density includes
        the slope of the transform.

        Raises:
            ParameterTypeError: the transform is a function, which cannot be inverted.

        Example:
            >>> import distreqx.bijectors as B, distreqx.distributions as D
            >>> from parax.parameters import Parameter
            >>> p = Parameter(0.25, transform=B.Sigmoid(), distribution=D.Uniform(0.0, 1.0))
            >>> round(float(p.latent_distribution.log_prob(0.0)), 4)
            -1.3863
        """
        return None if self.metadata is None else pulled_back(self.metadata, self.shape)

    @property
    def transform(self) -> Any:
        """The map from latent to physical values, or None."""
        return None if self.metadata is None else self.metadata.transform

    @property
    def bounds(self) -> Any:
        """Bounds `(..., 2)` of the physical value, or None."""
        return None if self.metadata is None else self.metadata.bounds

    @property
    def latent_bounds(self) -> Any:
        """Bounds `(..., 2)` of the latent value, or None.

        A bound on or beyond the edge of the transform's range is infinite here.

        Raises:
            ParameterTypeError: the transform mixes elements, so that no such bounds exist.

        Example:
            >>> from distreqx.bijectors import Sigmoid
            >>> from parax.parameters import Parameter
            >>> p = Parameter(0.5, transform=Sigmoid(), bounds=(0.5, 1.0))
            >>> p.latent_bounds.tolist()
            [0.0, inf]
        """
        return latent_bounds(self)

    @property
    def scale(self) -> float:
        """What physical values are multiplied by in computations; 1.0 if unset."""
        return 1.0 if self.metadata is None else self.metadata.scale

    @property
    def unit(self) -> str | None:
        """The unit of the physical value, or None."""
        return None if self.metadata is None else self.metadata.unit

    @property
    def info(self) -> dict[str, Any]:
        """The remarks, as a copy: editing it does not change the parameter."""
        return {} if self.metadata is None else self.metadata.info

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value."""
        latent = self.latent_value  # what stands for an array abstractly has a shape, too
        return latent.shape if hasattr(latent, "shape") else np.shape(latent)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def dtype(self) -> Any:
        """Type of the elements."""
        return jnp.result_type(self.latent_value)


def label_of(p: Any, name: str | None = None) -> str:
    """Name a parameter in a message, by `name` if it is known under another one."""
    known = name or p.name
    return f"parameter {quoted(known)}" if isinstance(known, str) else "the parameter"
