"""`Parameter`: a number or array with a name, bounds, a transform and a distribution."""

from __future__ import annotations

import math
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters._array import ArrayProtocol
from parax.parameters._checks import (
    as_float_array,
    check_fit,
    warn_outside,
)
from parax.parameters._metadata import ParameterMetadata, metadata_from, with_notes
from parax.parameters._rebuild import rebuild, restore, state_of
from parax.parameters._spaces import inverted, latent_bounds, physical


class Parameter(ArrayProtocol, eqx.Module):
    """A value that a model may let an optimiser change; immutable.

    It is stored as `latent_value`, without constraints. Its `transform` makes of this the physical
    `value`, which `bounds` and `distribution` speak of. Computations see the scaled value,
    `value * scale`: a Parameter can stand wherever a JAX array can, and gives plain arrays.

    Args:
        value: the physical value: a number, an array, or a nested list of numbers.
        fixed: whether optimisers leave it alone.
        metadata: everything else in one object; the keywords below win over it.
        latent_value: instead of `value`, the value before the transform.
        **kwargs: `name`, `distribution`, `transform`, `bounds`, `scale` and `info` as in
            `ParameterMetadata`; any other keyword is a remark and goes to `info`.

    Raises:
        ParameterValueError: no value or two, bad bounds or scale, a value that the transform does
            not reach.
        ParameterTypeError: no real number; a wrong distribution or transform; a keyword that was
            surely meant to be another.

    Warns:
        ParameterBoundsWarning: the value lies outside its bounds; it is kept.

    Example:
        >>> p = Parameter([1.0, 2.0, 3.0], scale=2.0, name="a")
        >>> (p + 1).tolist(), p.value.tolist(), p.name
        ([3.0, 5.0, 7.0], [1.0, 2.0, 3.0], 'a')
    """

    # Equinox makes a PyTree of every bound method, at the price of Python code on each access of
    # any attribute. A Parameter's methods are no functions to differentiate, and thousands of
    # Parameters are read at once.
    __getattribute__ = object.__getattribute__

    latent_value: Any  # an array; None on the half of a partition that does not hold it
    fixed: bool = eqx.field(static=True)
    metadata: ParameterMetadata | None

    def __init__(
        self,
        value: Any = None,
        fixed: bool = False,
        metadata: Any = None,
        *,
        latent_value: Any = None,
        **kwargs: Any,
    ) -> None:
        _require_one(value, latent_value)
        self.metadata = metadata = metadata_from(metadata, kwargs)
        self.fixed = bool(fixed)
        transform = None if metadata is None else metadata.transform
        if latent_value is not None:
            self.latent_value = as_float_array(_no_parameter(latent_value), "`latent_value`")
        else:
            self.latent_value = inverted(transform, as_float_array(_no_parameter(value), "`value`"))
        if metadata is None:
            return
        bounds = metadata.bounds
        if bounds is not None or isinstance(metadata._notes.name, list):
            shape = self.latent_value.shape
            check_fit(shape, metadata._notes.name, bounds)
        if bounds is not None:
            warn_outside(physical(self), bounds, label_of(self))

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
            >>> Parameter(0.5, transform=Sigmoid(), bounds=(0.5, 1.0)).latent_bounds.tolist()
            [0.0, inf]
        """
        return latent_bounds(self)

    @property
    def scale(self) -> float:
        """What physical values are multiplied by in computations; 1.0 if unset."""
        return 1.0 if self.metadata is None else self.metadata.scale

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

    def with_name(self, name: Any) -> Parameter:
        """Give a copy under another name: a string, one for each element in C order, or None.

        Raises:
            ParameterValueError: a list of names whose length is not the number of elements.
            ParameterTypeError: neither a string nor a list of strings.
        """
        metadata = with_notes(self.metadata, name=name)
        check_fit(self.shape, metadata._notes.name, None)
        return changed(self, metadata=metadata)

    def with_value(self, value: Any) -> Parameter:
        """Give a copy with another physical value.

        Args:
            value: a number, an array or a list that broadcasts to the present shape.

        Raises:
            ParameterValueError: another shape, or a value that the transform does not reach.
            ParameterTypeError: no real number, or a transform that cannot be inverted.

        Warns:
            ParameterBoundsWarning: the value lies outside the bounds.

        Example:
            >>> Parameter([1.0, 2.0]).with_value(3.0).value.tolist()
            [3.0, 3.0]
        """
        return with_physical(self, value)

    def as_fixed(self) -> Parameter:
        """Give a copy that optimisers leave alone."""
        return changed(self, fixed=True)

    def as_free(self) -> Parameter:
        """Give a copy that optimisers may change."""
        return changed(self, fixed=False)

    def __deepcopy__(self, memo: object) -> Parameter:
        return rebuild(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (type(self), state_of(self))


def changed(p: Parameter, **fields: Any) -> Parameter:
    """Give a copy with some fields replaced, unchecked."""
    return restore(type(p), dict(vars(p)) | fields)


def label_of(p: Parameter, name: str | None = None) -> str:
    """Name a parameter in a message, by `name` if it is known under another one."""
    known = name or p.name
    return f"parameter {quoted(known)}" if isinstance(known, str) else "the parameter"


def with_physical(p: Parameter, value: Any, name: str | None = None) -> Parameter:
    """Give a copy with another physical value; `name` is what messages call the parameter."""
    latent, metadata = p.latent_value, p.metadata
    array = value
    if not _is_ready(value, latent):  # the words of a message are put together only if needed
        label = label_of(p, name)
        array = as_float_array(_no_parameter(value), f"the value of {label}")
        if array.shape != np.shape(latent):
            array = fitted(array, np.shape(latent), label)
    if metadata is None:
        return changed(p, latent_value=array)
    new = changed(p, latent_value=inverted(metadata.transform, array))
    if metadata.bounds is not None:
        warn_outside(array, metadata.bounds, label_of(p, name))
    return new


def _is_ready(value: Any, latent: Any) -> bool:
    return (
        isinstance(value, jax.Array)
        and isinstance(latent, jax.Array)
        and value.dtype == latent.dtype
        and not value.weak_type
        and value.shape == latent.shape
    )


def fitted(array: jax.Array, shape: tuple[int, ...], label: str) -> jax.Array:
    """Broadcast a value to the shape of a parameter."""
    try:
        fits = np.broadcast_shapes(array.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ParameterValueError(
            f"a value of shape {quoted(array.shape)} does not fit {label} of shape {quoted(shape)}",
            hint="give one number, or a value that broadcasts to the shape of the parameter",
        )
    return jnp.broadcast_to(array, shape)


def _require_one(value: Any, latent_value: Any) -> None:
    if value is None and latent_value is None:
        raise ParameterValueError(
            "a parameter needs a value, and neither `value` nor `latent_value` was given",
            hint="write `Parameter(1.0)`, or `latent_value=` for the value before the transform",
        )
    if value is not None and latent_value is not None:
        raise ParameterValueError(
            "a parameter takes one value, and both `value` and `latent_value` were given",
            hint="leave one out; to change the value of a parameter use `with_value`",
        )


def _no_parameter(value: Any) -> Any:
    if isinstance(value, Parameter):
        raise ParameterTypeError(
            f"a value must be a number or an array, and got {label_of(value)} itself",
            hint="pass its `.value`, or use `as_param` to keep a Parameter as it is",
        )
    return value
