"""`ParameterMetadata`: what is known of a parameter beside its value."""

from __future__ import annotations

from typing import Any

import equinox as eqx

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError
from parax.parameters._checks import (
    checked_bounds,
    checked_distribution,
    checked_info,
    checked_name,
    checked_scale,
    checked_transform,
)
from parax.parameters._quantities import check_scale, checked_unit
from parax.parameters._rebuild import changed, rebuild, restore, state_of
from parax.parameters._show import show_metadata
from parax.parameters._slips import KEYWORDS, refuse_slip
from parax.parameters._static import Notes, Packed, unpack


class ParameterMetadata(eqx.Module):
    """Name, distribution, transform, bounds, scale, unit and remarks of a parameter; immutable.

    The leaves are the floating-point arrays of `distribution`, `transform` and `bounds`. All the
    rest is part of the structure, where comparing and hashing never raise.

    Args:
        name: a name, or one name for each element of the value in C order.
        distribution: a distribution of distreqx, over physical values.
        transform: a bijector of distreqx, or a function, from latent to physical values.
        bounds: `(lower, upper)`, shape `(2,)` or `value.shape + (2,)`, in physical space.
        scale: one finite number other than zero; computations see `value * scale`.
        info: remarks, read with `metadata["key"]`.
        unit: the unit of value, bounds and distribution, such as `"nH"`; it sets the scale to its
            factor to SI, which is 1 for a label such as `"dB"`.

    Raises:
        ParameterTypeError: a distribution, transform, name or unit of the wrong kind.
        ParameterValueError: bounds, a scale or a unit that cannot be used.

    Example:
        >>> meta = ParameterMetadata(name="L", scale=1e-9, info={"part": "0402"})
        >>> meta.name, meta["part"], "tolerance" in meta
        ('L', '0402', False)
    """

    __getattribute__ = object.__getattribute__  # as in Parameter

    _distribution: Packed | None
    _transform: Packed | None
    bounds: Any  # array `(..., 2)`, or None
    _notes: Notes = eqx.field(static=True)

    def __init__(
        self,
        name: Any = None,
        distribution: Any = None,
        transform: Any = None,
        bounds: Any = None,
        scale: Any = 1.0,
        info: Any = None,
        unit: Any = None,
    ) -> None:
        distribution = checked_distribution(distribution)
        transform = checked_transform(transform, distribution, bounds)
        self._distribution = None if distribution is None else Packed(distribution)
        self._transform = None if transform is None else Packed(transform)
        self.bounds = checked_bounds(bounds)
        scale, measure = checked_scale(scale), checked_unit(unit)
        if measure is not None:
            if scale != 1.0:
                check_scale(scale, measure)
            scale, unit = float(measure.factor), measure.name
        self._notes = Notes(checked_name(name), scale, checked_info(info), unit)

    @property
    def name(self) -> str | list[str] | None:
        """The name, a list of names in C order, or None."""
        name = self._notes.name
        return name if name is None or isinstance(name, str) else list(name)

    @property
    def distribution(self) -> Any:
        """The distribution over physical values, or None."""
        return unpack(self._distribution)

    @property
    def transform(self) -> Any:
        """The map from latent to physical values, or None."""
        return unpack(self._transform)

    @property
    def scale(self) -> float:
        """What physical values are multiplied by in computations."""
        return self._notes.scale

    @property
    def unit(self) -> str | None:
        """The unit of physical values, or None."""
        return self._notes.unit

    @property
    def info(self) -> dict[str, Any]:
        """The remarks, as a copy."""
        return dict(self._notes.info)

    def __getitem__(self, key: str) -> Any:
        return self._notes.info[key]

    def __contains__(self, key: object) -> bool:
        return key in self._notes.info

    def __repr__(self) -> str:
        return show_metadata(self)

    def __deepcopy__(self, memo: object) -> ParameterMetadata:
        return rebuild(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (type(self), state_of(self))


def metadata_from(given: Any, keywords: dict[str, Any]) -> ParameterMetadata | None:
    """Join metadata with the keywords of a constructor: keywords win, remarks are merged."""
    if given is not None and not isinstance(given, ParameterMetadata):
        raise ParameterTypeError(
            f"`metadata` must be a ParameterMetadata, and got {quoted(repr(given))}",
            hint="give its parts as keywords, for instance `name=`",
        )
    if not keywords:
        return given
    for word in keywords:
        refuse_slip(word)
    stated = {word: keywords.pop(word) for word in KEYWORDS if word in keywords}
    info = checked_info(keywords.pop("info", None))
    scale = stated.get("scale")
    if given is not None:
        held = {word: getattr(given, word) for word in KEYWORDS}
        if stated.get("unit") is not None:  # another unit brings its own scale
            del held["scale"]
        stated = held | stated
        info = given.info | info
    if scale is not None and (unit := checked_unit(stated.get("unit"))) is not None:
        check_scale(checked_scale(scale), unit)  # also one of 1.0, which the class takes for unset
    return ParameterMetadata(**stated, info=info | keywords)


def with_notes(metadata: ParameterMetadata | None, *, name: Any) -> ParameterMetadata:
    """Give the same metadata under another name, without touching distribution or transform."""
    if metadata is None:
        return ParameterMetadata(name=name)
    return changed(metadata, _notes=metadata._notes.renamed(checked_name(name)))
