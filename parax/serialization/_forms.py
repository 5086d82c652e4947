"""The few classes of parax and Equinox that are no Modules, and have a form of their own."""

# They belong to `parameters`, which keeps their types to itself.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax.numpy as jnp
from equinox._module._flatten import MISSING  # what it sets on an instance in place of a name

from parax._diagnostic import quoted
from parax.errors import ParaxError
from parax.op import Origin
from parax.op._select import Indices
from parax.parameters._static import Notes, Packed, repack, unpack
from parax.serialization._codec import Data, Items, Kind, Loading, Part, Sink, Taken, add_kind
from parax.serialization._codec import corrupt as _corrupt
from parax.serialization._facts import check_notes
from parax.serialization._objects import leave_out

_PACKED_SIZE, _PACKED_DEPTH = 100_000, 100
_INDICES_SIZE, _INDICES_DEPTH = 1_000, 20


def _take_packed(x: Packed, sink: Sink) -> Taken:
    """A distribution or transform as it is; what stands in the place of arrays comes after it.

    A partition leaves None there, and a map over the tree anything.
    """
    others = [i for i, one in enumerate(x.arrays) if not eqx.is_inexact_array(one)]
    whole = [jnp.zeros(()) if i in others else one for i, one in enumerate(x.arrays)]
    parts = [Part(f".arrays[{i}]", x.arrays[i]) for i in others]
    return Taken(others, [Part("", unpack(repack(x.skeleton, whole) if others else x)), *parts])


def _make_packed(data: Data, items: Items, loading: Loading) -> Packed:
    items.require_small(_PACKED_SIZE, _PACKED_DEPTH)  # it is walked through as a tree
    tree, *others = items.values
    packed = Packed(tree)
    if not data and not others:
        return packed
    if not all(type(i) is int and 0 <= i < len(packed.arrays) for i in data):
        raise _corrupt("leaves out arrays that it does not have")
    put = dict(zip(data, others, strict=True))
    return repack(packed.skeleton, [put.get(i, one) for i, one in enumerate(packed.arrays)])


_NOTES = [slot for slot in Notes.__slots__ if not slot.startswith("_")]


def _take_notes(x: Notes, sink: Sink) -> Taken:
    kept = {slot: getattr(x, slot) for slot in sorted(_NOTES)}
    kept = {slot: value for slot, value in kept.items() if value is not None}
    return Taken([*kept], [Part(f".{slot}", value) for slot, value in kept.items()])


def _make_notes(data: Data, items: Items, loading: Loading) -> Notes:
    unknown = [slot for slot in data if slot not in _NOTES]
    if unknown:
        raise _corrupt(f"has the remark {quoted(unknown[0])}, which parax does not know")
    fields: dict[str, Any] = dict(zip(data, items.values, strict=True))
    if not all(_is_note(slot, value) for slot, value in fields.items()):
        raise _corrupt("has a remark of the wrong type")
    notes = Notes(**fields)
    try:
        check_notes(notes)
    except ParaxError as error:
        raise _corrupt(f"is no description of a parameter: {error.headline}") from error
    return notes


def _is_note(slot: str, value: Any) -> bool:
    if slot == "info":
        return type(value) is dict
    if slot == "scale":
        return type(value) is float
    if slot == "name" and type(value) is list:
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def _take_indices(x: Indices, sink: Sink) -> Taken:
    return Taken([], [Part("", x.value)])


def _make_indices(data: Data, items: Items, loading: Loading) -> Indices:
    items.require_small(_INDICES_SIZE, _INDICES_DEPTH)
    (value,) = items.values
    return Indices(value)


def _make_missing(data: Data, items: Items, loading: Loading) -> Any:
    if data or items.values:
        raise _corrupt("has parts, and is of a kind without")
    return MISSING


def _register() -> None:
    add_kind(Kind("packed", _take_packed, _make_packed, same=True), Packed)
    add_kind(Kind("notes", _take_notes, _make_notes, same=True), Notes)
    add_kind(Kind("indices", _take_indices, _make_indices), Indices)
    add_kind(Kind("missing", lambda x, sink: Taken([]), _make_missing), type(MISSING))
    leave_out(Origin)  # where an operator was written is no part of what it is


_register()
