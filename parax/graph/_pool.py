"""The numbers of an expression, one vector a kind, from which a node takes one and a roll many."""

# NumPy leaves types unknown.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from parax.graph._kinds import SlotKind

_FEW = 16
"""So many numbers are sliced out one by one; more are cut in one operation."""


class Pool:
    """Numbers by ordinal: the order of a table's slots.

    Args:
        kinds: the kind of each.
        vectors: for each kind that occurs, its numbers in order; weakly typed, as Python's are.
    """

    def __init__(self, kinds: Sequence[SlotKind], vectors: Mapping[SlotKind, Any]) -> None:
        self._kinds = kinds
        self._vectors = vectors
        counts = dict.fromkeys(SlotKind, 0)
        self._places: list[int] = []
        for kind in kinds:
            self._places.append(counts[kind])
            counts[kind] += 1

    def take(self, ordinals: Sequence[int]) -> list[Any]:
        """Give some numbers, each as a scalar."""
        if len(ordinals) <= _FEW:
            return [self._vectors[self._kinds[one]][self._places[one]] for one in ordinals]
        parts = {
            kind: jax.lax.split(vector, [1] * vector.shape[0])
            for kind, vector in self._vectors.items()
        }
        return [parts[self._kinds[one]][self._places[one]].reshape(()) for one in ordinals]

    def rows(self, ordinals: np.ndarray) -> dict[SlotKind, Any]:
        """Give a table of numbers, one vector a kind for each row.

        Args:
            ordinals: shape `(rows, numbers)`; each column is of one kind.

        Returns:
            For each kind its columns, shape `(rows, columns)`.
        """
        found: dict[SlotKind, Any] = {}
        for kind, columns in columns_by_kind([self._kinds[one] for one in ordinals[0]]).items():
            places = np.asarray(self._places)[ordinals[:, columns]]
            found[kind] = _gathered(self._vectors[kind], places)
        return found


def columns_by_kind(kinds: Sequence[SlotKind]) -> dict[SlotKind, list[int]]:
    """Give the columns of each kind that occurs."""
    return {
        kind: [column for column, one in enumerate(kinds) if one is kind]
        for kind in SlotKind
        if kind in kinds
    }


def _gathered(vector: Any, places: np.ndarray) -> Any:
    """Give `vector[places]`; a plain reshape where the places are in order, as they mostly are."""
    flat = places.ravel()
    if np.array_equal(flat, np.arange(flat[0], flat[0] + flat.size)):
        whole = jax.lax.slice(vector, (int(flat[0]),), (int(flat[-1]) + 1,))
        return whole.reshape(places.shape)
    return vector.at[places].get(mode="promise_in_bounds", wrap_negative_indices=False)
