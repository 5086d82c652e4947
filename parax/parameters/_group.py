"""`ParameterGroup`: flat parameters that share one joint distribution."""

from __future__ import annotations

from collections import Counter
from typing import Any

import equinox as eqx
from distreqx.bijectors import Chain

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters._checks import (
    checked_distribution,
    checked_info,
    checked_transform,
    is_bijector,
)
from parax.parameters._rebuild import rebuild, restore, state_of
from parax.parameters._static import Notes, Packed, unpack


class ParameterGroup(eqx.Module):
    """Names of flat parameters with a joint distribution over their physical values; immutable.

    The names, `name` and `info` are part of the structure; the arrays of the distribution are
    leaves, so that a module with groups passes through `jax.jit`.

    Args:
        param_names: flat names (`"loc"`, `"vec_0"`), relative to the module that holds the group.
        name: a name of the group itself, or None.
        distribution: a distribution of distreqx, of as many numbers as there are names, or None.
        transform: reserved; a bijector that is kept and not used.
        info: remarks.

    Raises:
        ParameterTypeError: one string or something else than names; a distribution, transform,
            name or remarks of the wrong type.
        ParameterValueError: no names, or one name twice.

    Example:
        >>> group = ParameterGroup(["a", "b"], name="ab")
        >>> group.num_params, group.param_names, group.distribution
        (2, ['a', 'b'], None)
    """

    __getattribute__ = object.__getattribute__  # as in Parameter: thousands are read at once

    _names: tuple[str, ...] = eqx.field(static=True)
    _distribution: Packed | None
    _transform: Packed | None
    _notes: Notes = eqx.field(static=True)

    def __init__(
        self,
        param_names: Any,
        name: Any = None,
        distribution: Any = None,
        transform: Any = None,
        info: Any = None,
    ) -> None:
        distribution = checked_distribution(distribution)
        transform = checked_transform(transform, None, None)
        self._names = _checked_names(param_names)
        self._distribution = None if distribution is None else Packed(distribution)
        self._transform = None if transform is None else Packed(transform)
        self._notes = Notes(_checked_name(name), 1.0, checked_info(info))

    @property
    def param_names(self) -> list[str]:
        """The flat names, in the order of the distribution's numbers."""
        return list(self._names)

    @property
    def num_params(self) -> int:
        """Number of names."""
        return len(self._names)

    @property
    def name(self) -> str | None:
        """The name of the group, or None."""
        name = self._notes.name
        return name if isinstance(name, str) else None

    @property
    def distribution(self) -> Any:
        """The joint distribution over physical values, or None."""
        return unpack(self._distribution)

    @property
    def transform(self) -> Any:
        """The reserved transform, or None."""
        return unpack(self._transform)

    @property
    def info(self) -> dict[str, Any]:
        """The remarks, as a copy."""
        return dict(self._notes.info)

    def with_distribution(self, distribution: Any) -> ParameterGroup:
        """Give the same group with another distribution, or with none.

        Raises:
            ParameterTypeError: no distribution of distreqx.
        """
        distribution = checked_distribution(distribution)
        packed = None if distribution is None else Packed(distribution)
        return group_with(self, _distribution=packed)

    def transformed(self, transform: Any) -> ParameterGroup:
        """Give the same group with a bijector applied after the present transform.

        Raises:
            ParameterTypeError: no bijector of distreqx.

        Example:
            >>> from distreqx.bijectors import Shift, Tanh
            >>> group = ParameterGroup(["a"]).transformed(Tanh()).transformed(Shift(1.0))
            >>> float(group.transform.forward(0.0))
            1.0
        """
        if not is_bijector(transform):
            raise ParameterTypeError(
                f"a group is transformed by a bijector of distreqx, and got"
                f" {quoted(repr(transform))} of type {quoted(type(transform).__name__)}",
                hint="see `distreqx.bijectors`, for instance `Shift(1.0)`",
            )
        present = self.transform
        if present is None:
            return group_with(self, _transform=Packed(transform))
        if not is_bijector(present):
            raise ParameterTypeError(
                f"the transform {quoted(repr(present))} of the group is a function, which a"
                " bijector cannot be chained to",
                hint="give the group a bijector of distreqx",
            )
        return group_with(self, _transform=Packed(Chain([transform, present])))

    def __repr__(self) -> str:
        parts = [repr(self.param_names)]
        for word in ("name", "distribution", "transform", "info"):
            value = getattr(self, word)
            if value is not None and value != {}:
                parts.append(f"{word}={value!r}")
        return f"ParameterGroup({', '.join(parts)})"

    def __deepcopy__(self, memo: object) -> ParameterGroup:
        return rebuild(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (type(self), state_of(self))


def group_with(group: ParameterGroup, **fields: Any) -> ParameterGroup:
    """Give a copy with some stored fields replaced, unchecked."""
    return restore(type(group), dict(vars(group)) | fields)


def _checked_names(names: Any) -> tuple[str, ...]:
    if isinstance(names, str):
        raise ParameterTypeError(
            f"`param_names` must be a list of names, and got the single string {quoted(names)}",
            hint=f"write `[{names!r}]`",
        )
    try:
        found = tuple(names)
    except TypeError:
        found = (names,)
    for one in found:
        if not isinstance(one, str):
            raise ParameterTypeError(
                f"`param_names` must be a list of names, and got {quoted(repr(one))} of type"
                f" {quoted(type(one).__name__)}",
                hint="give flat names, such as those of `flat_param_names()`",
            )
    if not found:
        raise ParameterValueError(
            "a group needs at least one parameter, and `param_names` is empty",
            hint="give flat names, such as those of `flat_param_names()`",
        )
    twice = next((one for one, count in Counter(found).items() if count > 1), None)
    if twice is not None:
        raise ParameterValueError(
            f"{quoted(twice)} is twice in `param_names`", hint="give each name once"
        )
    return found


def _checked_name(name: Any) -> str | None:
    if name is None or isinstance(name, str):
        return name
    raise ParameterTypeError(
        f"`name` of a group must be a string, and got {quoted(repr(name))}",
        hint="the names of its parameters are `param_names`",
    )
