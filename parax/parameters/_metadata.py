"""`ParameterMetadata`: what is known of a parameter beside its value."""

from __future__ import annotations

from typing import Any

import equinox as eqx

from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParameterTypeError
from parax.parameters._checks import (
    checked_bounds,
    checked_distribution,
    checked_info,
    checked_name,
    checked_scale,
    checked_transform,
)
from parax.parameters._rebuild import rebuild, restore, state_of
from parax.parameters._static import Notes, Packed, unpack


class ParameterMetadata(eqx.Module):
    """Name, distribution, transform, bounds, scale and remarks of a parameter; immutable.

    The leaves are the floating-point arrays of `distribution`, `transform` and `bounds`. All the
    rest is part of the structure, where comparing and hashing never raise.

    Args:
        name: a name, or one name for each element of the value in C order.
        distribution: a distribution of distreqx, over physical values.
        transform: a bijector of distreqx, or a function, from latent to physical values.
        bounds: `(lower, upper)`, shape `(2,)` or `value.shape + (2,)`, in physical space.
        scale: one finite number other than zero; computations see `value * scale`.
        info: remarks, read with `metadata["key"]`.

    Raises:
        ParameterTypeError: a distribution, transform or name of the wrong kind.
        ParameterValueError: bounds or a scale that cannot be used.

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
    ) -> None:
        distribution = checked_distribution(distribution)
        transform = checked_transform(transform, distribution, bounds)
        self._distribution = None if distribution is None else Packed(distribution)
        self._transform = None if transform is None else Packed(transform)
        self.bounds = checked_bounds(bounds)
        self._notes = Notes(checked_name(name), checked_scale(scale), checked_info(info))

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
    def info(self) -> dict[str, Any]:
        """The remarks, as a copy."""
        return dict(self._notes.info)

    def __getitem__(self, key: str) -> Any:
        return self._notes.info[key]

    def __contains__(self, key: object) -> bool:
        return key in self._notes.info

    def __deepcopy__(self, memo: object) -> ParameterMetadata:
        return rebuild(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (type(self), state_of(self))


KEYWORDS = ("name", "distribution", "transform", "bounds", "scale")
"""The keywords of `Parameter` that describe it; `info` is merged, not replaced."""

_REFUSED = {
    **dict.fromkeys(("lower", "upper", "min", "max"), "write `bounds=(lower, upper)`"),
    **dict.fromkeys(("prior", "dist"), "write `distribution=`"),
    "std": "write `distribution=Normal(mean, std)`",
    "unit": "write `scale=` with the factor to SI units, for instance `scale=1e-9`",
    **dict.fromkeys(("n", "shape"), "give a value of that shape, for instance `[1.0] * 3`"),
}
_SPELT = ("value", "fixed", "metadata", "latent_value", "info", "unit", "shape", *KEYWORDS)


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
        _refuse_slip(word)
    stated = {word: keywords.pop(word) for word in KEYWORDS if word in keywords}
    info = checked_info(keywords.pop("info", None))
    if given is not None:
        stated = {word: getattr(given, word) for word in KEYWORDS} | stated
        info = given.info | info
    return ParameterMetadata(**stated, info=info | keywords)


def with_notes(metadata: ParameterMetadata | None, *, name: Any) -> ParameterMetadata:
    """Give the same metadata under another name, without touching distribution or transform."""
    if metadata is None:
        return ParameterMetadata(name=name)
    notes = metadata._notes
    fields = dict(vars(metadata))
    fields["_notes"] = Notes(checked_name(name), notes.scale, notes.info)
    return restore(ParameterMetadata, fields)


def _refuse_slip(word: str) -> None:
    """Refuse a keyword that was surely meant to be another one."""
    if word in KEYWORDS or word == "info":
        return
    hint = _REFUSED.get(word)
    if hint is None:
        meant = next((known for known in _SPELT if _is_one_slip(word, known)), None)
        if meant is None:
            return
        hint = _REFUSED.get(meant) or did_you_mean(word, [meant]) or f"did you mean `{meant}`?"
        if meant == "bounds":
            hint = "write `bounds=(lower, upper)`"
    raise ParameterTypeError(
        f"`Parameter` has no keyword {quoted(word)}",
        hint=f"{hint}; to keep it as a remark, write `info={{{word!r}: …}}`",
    )


def _is_one_slip(word: str, known: str) -> bool:
    """Tell whether one letter missing, added or changed, or two swapped, makes `known`."""
    if abs(len(word) - len(known)) > 1:
        return False
    if len(word) == len(known):
        wrong = [i for i, (a, b) in enumerate(zip(word, known, strict=True)) if a != b]
        if len(wrong) == 2:
            i, j = wrong
            return j == i + 1 and word[i] == known[j] and word[j] == known[i]
        return len(wrong) <= 1
    shorter, longer = sorted((word, known), key=len)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
