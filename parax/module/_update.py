"""New values for parameters, from one vector or by name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import quoted
from parax.errors import DuplicateNameError, MissingParameterError, ParameterValueError
from parax.module._names import distinct, element_names
from parax.module._selection import unknown_parameter
from parax.module._walk import NamedParam, usable, walk
from parax.parameters import (
    Parameter,
    as_float_array,
    changed,
    is_concrete,
    is_param,
    with_elements,
    with_physical,
)

_MANY = 1000
"""From here on, iterating over a vector is faster than making each scalar by itself."""


def with_params(
    tree: Any,
    params: Any = None,
    check_missing: bool = False,
    check_unknown: bool = True,
    fix_others: bool = False,
    include_fixed: bool = False,
    **param_kwargs: Any,
) -> Any:
    """Give a PyTree with new values for its parameters.

    Args:
        tree: any PyTree.
        params: either the latent values of all free parameters as one vector, in the order of
            `flat_param_names`; or a dict by full or flat name, of physical values or of Parameters
            which replace the old ones.
        check_missing: whether every free parameter must be given.
        check_unknown: whether an unknown name is an error.
        fix_others: whether parameters that are not given become fixed.
        include_fixed: whether the vector, or the check for missing ones, includes fixed ones.
        **param_kwargs: as in a dict.

    Returns:
        A new tree; nothing outside Parameters is touched.

    Raises:
        ParameterValueError: a vector of the wrong size, a vector together with keywords, a value
            that does not fit, or an element that is given twice.
        UnknownParameterError: a name that no parameter has.
        MissingParameterError: `check_missing` is set, and some are not given.
        DuplicateNameError: two parameters have the same name.

    Example:
        >>> new = with_params({"a": Parameter(1.0), "b": Parameter([2.0, 3.0])}, a=5.0, b_1=7.0)
        >>> new["a"].value.tolist(), new["b"].value.tolist()
        (5.0, [2.0, 7.0])
    """
    entries = walk(tree).entries
    if params is None or isinstance(params, Mapping):
        given = _joined(params or {}, param_kwargs)
        new = _by_name(entries, given, check_unknown=check_unknown)
        if check_missing:
            _require_all(entries, new, include_fixed=include_fixed)
    else:
        if param_kwargs:
            raise ParameterValueError(
                "a vector of values and the keywords"
                f" {', '.join(map(quoted, param_kwargs))} were given together",
                hint="give either one vector, or values by name",
            )
        new = _by_position(entries, params, include_fixed=include_fixed)
    replaced = {place: change[0] for place, change in new.items()}
    if fix_others:
        for place, entry in enumerate(entries):
            if place not in replaced:
                replaced[place] = changed(entry.param, fixed=True)
    return with_replaced(tree, replaced)


def with_replaced(tree: Any, replaced: Mapping[int, Parameter]) -> Any:
    """Replace Parameters of a tree by their place in the walk."""
    leaves, structure = jtu.tree_flatten(tree, is_leaf=is_param)
    places = [place for place, leaf in enumerate(leaves) if isinstance(leaf, Parameter)]
    for count, param in replaced.items():
        leaves[places[count]] = param
    return jtu.tree_unflatten(structure, leaves)


_Change = tuple[Parameter, frozenset[int] | None]
"""A new Parameter, and which of its elements were given; None means all."""


def _joined(params: Mapping[str, Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    twice = params.keys() & keywords.keys()
    if twice:
        raise ParameterValueError(
            f"{', '.join(map(quoted, sorted(twice)))} is given in the dict and as a keyword",
            hint="give each parameter once",
        )
    return {**params, **keywords}


def _by_position(
    entries: Sequence[NamedParam], vector: Any, *, include_fixed: bool
) -> dict[int, _Change]:
    array = as_float_array(vector, "the vector of parameter values")
    params = [
        (place, entry.param)
        for place, entry in enumerate(entries)
        if entry.param.latent_value is not None and (include_fixed or not entry.param.fixed)
    ]
    shapes = [param.shape for _, param in params]
    total = sum(map(math.prod, shapes))
    if array.shape != (total,):
        raise ParameterValueError(
            f"array size mismatch: the module has {total} flat parameters, and the array has the"
            f" shape {quoted(array.shape)}",
            hint=f"give a vector of shape {quoted((total,))}, in the order of `flat_param_names`",
        )
    pieces = _cut(array, shapes)
    return {
        place: (changed(param, latent_value=piece), None)
        for (place, param), piece in zip(params, pieces, strict=True)
    }


def _cut(vector: jax.Array, shapes: Sequence[tuple[int, ...]]) -> list[jax.Array]:
    """Cut a vector into arrays of the given shapes.

    Making one JAX array costs far more than looking at a number, so scalars of a long vector come
    from one iteration over it.
    """
    scalars = shapes.count(())
    if not is_concrete(vector) or scalars < _MANY:
        source = np.asarray(vector) if is_concrete(vector) else vector
        numbers = None
    else:
        source = np.asarray(vector)
        numbers = list(vector)
    pieces: list[jax.Array] = []
    start = 0
    for shape in shapes:
        if shape == () and numbers is not None:
            pieces.append(numbers[start])
            start += 1
            continue
        stop = start + math.prod(shape)
        pieces.append(jnp.asarray(source[start:stop].reshape(shape)))
        start = stop
    return pieces


def _by_name(
    entries: Sequence[NamedParam], given: Mapping[str, Any], *, check_unknown: bool
) -> dict[int, _Change]:
    distinct(list(usable(entries, include_fixed=True)))
    lookup = _Lookup(entries)
    whole: dict[int, tuple[str, Any]] = {}
    single: dict[int, dict[int, tuple[str, Any]]] = {}
    for name, value in given.items():
        found = lookup(name)
        if found is None:
            if check_unknown:
                raise unknown_parameter(str(name), entries)
            continue
        place, element = found
        if element is None:
            whole[place] = (name, value)
        else:
            single.setdefault(place, {})[element] = (name, value)
    for place in whole.keys() & single.keys():
        first, second = whole[place][0], next(iter(single[place].values()))[0]
        raise ParameterValueError(
            f"{quoted(second)} is an element of {quoted(first)}, and both are given",
            hint="give the whole parameter, or its elements",
        )
    changes: dict[int, _Change] = {}
    for place, (name, value) in whole.items():
        changes[place] = (_whole(entries[place].param, name, value), None)
    for place, values in single.items():
        param = entries[place].param
        numbers = {i: value for i, (_, value) in values.items()}
        new = with_elements(param, numbers, entries[place].name)
        changes[place] = (new, frozenset(values))
    return changes


class _Lookup:
    """Names of parameters and of their elements, found without listing all elements."""

    def __init__(self, entries: Sequence[NamedParam]) -> None:
        self.entries = entries
        self.full: dict[str, int] = {}
        self.listed: dict[str, tuple[int, int]] = {}
        for place, (name, _, param) in enumerate(entries):
            if param.latent_value is None:
                continue
            self.full[name] = place
            if isinstance(param.name, list):
                for i, word in enumerate(element_names(name, param)):
                    if word != name:
                        self.listed.setdefault(word, (place, i))

    def __call__(self, name: str) -> tuple[int, int | None] | None:
        """Give the place of a parameter, and the element if the name is a flat one."""
        whole = self.full.get(name)
        part = self._element(name)
        if whole is not None and part is not None:
            raise DuplicateNameError(
                f"{quoted(name)} is the name of {quoted(self.entries[whole].path)} and of an"
                f" element of {quoted(self.entries[part[0]].path)}",
                hint="give one of them another `name`",
            )
        return part if whole is None else (whole, None)

    def _element(self, name: str) -> tuple[int, int] | None:
        if name in self.listed:
            return self.listed[name]
        stem, _, digits = str(name).rpartition("_")
        place = self.full.get(stem)
        if place is None or not digits.isdecimal() or str(int(digits)) != digits:
            return None
        param = self.entries[place].param
        named = isinstance(param.name, list)
        return (
            None if named or param.size == 1 or int(digits) >= param.size else (place, int(digits))
        )


def _whole(param: Parameter, name: str, value: Any) -> Parameter:
    if not isinstance(value, Parameter):
        return with_physical(param, value, name)
    if value.name is None and param.name is not None:
        return value.with_name(param.name)
    return value


def _require_all(
    entries: Sequence[NamedParam], changes: Mapping[int, _Change], *, include_fixed: bool
) -> None:
    missing: list[str] = []
    for place, (name, _, param) in enumerate(entries):
        if param.latent_value is None or (param.fixed and not include_fixed):
            continue
        if place not in changes:
            missing.append(name)
        elif (given := changes[place][1]) is not None:
            flat = element_names(name, param)
            missing.extend(word for i, word in enumerate(flat) if i not in given)
    if missing:
        raise MissingParameterError(
            f"{len(missing)} parameters are not given: {', '.join(map(quoted, missing))}",
            hint="give them all, or leave `check_missing` off",
        )
