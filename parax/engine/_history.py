"""Why something was compiled anew: what differs from the nearest thing that is known (E2)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax.tree_util as jtu

from parax._diagnostic import echo, quoted
from parax.engine._lower import SETTINGS, Signature
from parax.engine._modes import Mode
from parax.errors import CompileError, ParameterValueError
from parax.graph import Kind, Structure

_KEPT = 512


@dataclass(frozen=True)
class Variant:
    """Which function of a signature an executable computes.

    Args:
        mode: its value or a derivative.
        of: the output, of several.
        vector: whether the free arrays come as one flat vector.
        batch: how many of them come at once; None for one.
    """

    mode: Mode
    of: str | None
    vector: bool
    batch: int | None

    def __str__(self) -> str:
        words = [self.mode.replace("_", " ")]
        if self.of is not None:
            words.append(f"of {quoted(self.of, 30)}")
        if self.vector:
            words.append("of a flat vector" if self.batch is None else f"of {self.batch} vectors")
        elif self.batch is not None:
            words.append(f"of {self.batch} models")
        return ", ".join(words)


class History:
    """What was made, newest last; and who allows how much."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, tuple[Signature, list[Variant]]] = OrderedDict()
        self._guards: list[_Guard] = []
        self._lock = threading.Lock()

    def add(self, signature: Signature, variant: Variant) -> str:
        """Note that an executable is made, and give the reason.

        Raises:
            CompileError: a guard does not allow another one.
        """
        with self._lock:
            why = self._reason(signature, variant)
            for guard in self._guards:
                guard.count(f"{variant}: {why}")
            _, variants = self._known.setdefault(signature.key, (signature, []))
            variants.append(variant)
            self._known.move_to_end(signature.key)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return why

    def forget(self) -> None:
        """Forget what was made; guards stay."""
        with self._lock:
            self._known.clear()

    def _reason(self, signature: Signature, variant: Variant) -> str:
        same = self._known.get(signature.key)
        if same is not None:
            return _other_variant(variant, same[1])
        nearest, found = None, (-1, 0)
        for other, _ in self._known.values():
            if (closeness := _closeness(signature, other)) >= found:
                nearest, found = other, closeness
        if nearest is None or found == (0, 0):
            return "the first of its kind"
        return "; ".join(_differences(signature, nearest))

    @contextmanager
    def guarded(self, most: int) -> Iterator[None]:
        """Allow so many executables to be made inside a block."""
        guard = _Guard(most)
        with self._lock:
            self._guards.append(guard)
        try:
            yield
        finally:
            with self._lock:
                self._guards.remove(guard)


class _Guard:
    def __init__(self, most: int) -> None:
        self._most = most
        self._made: list[str] = []

    def count(self, what: str) -> None:
        self._made.append(what)
        if len(self._made) > self._most:
            raise CompileError(
                f"{len(self._made)} executables were asked for, and {self._most} allowed"
                if self._most
                else "an executable was asked for, and none was allowed",
                hint=f"the last one is {what}",
            )


history = History()


def max_compiles(n: int) -> Any:
    """Allow at most `n` executables to be compiled inside a `with` block; for tests.

    What is found in the cache does not count.

    Raises:
        ParameterValueError: `n` is no whole number of at least 0.
        CompileError: when one more is asked for; says why it could not use one that is known.

    Example:
        >>> import parax
        >>> from parax import op
        >>> compiled = parax.compile(op.Input("x") ** 2)
        >>> with parax.debug.max_compiles(1):
        ...     [float(compiled(x=x)) for x in (1.0, 2.0, 3.0)]
        [1.0, 4.0, 9.0]
    """
    if not isinstance(n, int) or isinstance(n, bool) or n < 0:
        raise ParameterValueError(
            f"`max_compiles` takes a whole number of at least 0, got {quoted(repr(n), 40)}"
        )
    return history.guarded(n)


def _other_variant(variant: Variant, known: Sequence[Variant]) -> str:
    if variant in known:
        return "it was known, and has been dropped from the cache"
    return f"these inputs were compiled for other results: {', '.join(map(str, known[-3:]))}"


def _closeness(one: Signature, other: Signature) -> tuple[int, int]:
    """Rank how much two signatures have in common."""
    if one.structure.key == other.structure.key:
        same = sum(a == b for a, b in zip(one.types, other.types, strict=False))
        return (2, same + 1000 * (one.skeleton == other.skeleton))
    shared = _prefix(one.structure, other.structure)
    return (1, shared) if 2 * shared >= len(one.structure) else (0, 0)


def _prefix(one: Structure, other: Structure) -> int:
    """Count the nodes that two tables have in common, up to the first that differs."""
    for node in range(min(len(one), len(other))):
        if _row(one, node) != _row(other, node):
            return node
    return min(len(one), len(other))


def _row(structure: Structure, node: int) -> tuple[Any, ...]:
    return (structure.kinds[node], structure.operands[node], structure.statics[node])


def _differences(one: Signature, other: Signature) -> Iterator[str]:
    """Say in which parts of the key two signatures differ (X9)."""
    if one.structure.key != other.structure.key:
        yield _structure_text(one.structure, other.structure)
        return
    if one.skeleton != other.skeleton:
        yield f"the inputs are other trees: {_skeleton_text(one, other)}"
    else:
        yield from _type_texts(one, other)
        if one.free != other.free:
            yield _free_text(one, other)
    for name, now, before in zip(SETTINGS, one.settings, other.settings, strict=True):
        if now != before:
            yield f"JAX's `{name}` is {now!r}, and was {before!r}"
    if one.rewrites != other.rewrites:
        yield "other rewrites are asked for"


def _structure_text(one: Structure, other: Structure) -> str:
    node = _prefix(one, other)
    now, before = (_node_text(structure, node) for structure in (one, other))
    if now == before:
        return "the expression is another one, with other operands"
    return f"the expression is another one: {now} where {before} was"


def _node_text(structure: Structure, node: int) -> str:
    if node >= len(structure):
        return "nothing"
    kind, span = structure.kinds[node], structure.spans[node]
    if span is not None:
        return quoted(" ".join(span.text.split()), 40)
    if kind is Kind.SLOT:
        return "a number"
    if kind is Kind.SUM:
        return f"a sum of {len(structure.operands[node])} terms"
    payload = structure.payloads[node]
    return quoted(payload.symbol(), 40) if hasattr(payload, "symbol") else quoted(repr(payload), 40)


def paths(signature: Signature) -> list[str]:
    """Name each array of the inputs, then each of the expression's own."""
    count = signature.skeleton.arrays
    args, inputs = signature.skeleton.join(range(count))
    names = [""] * count
    for place, value in [*enumerate(args), *inputs.items()]:
        stem = (
            ("model" if place == 0 else f"argument {place}")
            if place in (0, *range(1, 99))
            else str(place)
        )
        for path, leaf in jtu.tree_flatten_with_path(value)[0]:
            if type(leaf) is int and leaf < count:
                names[leaf] = stem + _without_ends(jtu.keystr(path))
    own = len(signature.types) - count
    return names + [f"array {place} of the expression" for place in range(own)]


def _without_ends(path: str) -> str:
    return path.removesuffix(".latent_value")


def _type_texts(one: Signature, other: Signature) -> Iterator[str]:
    names = paths(one)
    wrong = [
        (names[place], now, before)
        for place, (now, before) in enumerate(zip(one.types, other.types, strict=True))
        if (now.shape, now.dtype, now.weak_type) != (before.shape, before.dtype, before.weak_type)
    ]
    for name, now, before in wrong[:3]:
        yield f"`{echo(name, 40)}` is {_type_text(now)}, and was {_type_text(before)}"
    if len(wrong) > 3:
        yield f"{len(wrong) - 3} more arrays are of other types"


def _type_text(one: Any) -> str:
    shape = ", ".join(map(str, one.shape))
    return f"{one.dtype}[{shape}]" + (" from a plain number" if one.weak_type else "")


def _free_text(one: Signature, other: Signature) -> str:
    names = paths(one)
    now, before = set(one.free), set(other.free)
    parts = []
    if now - before:
        parts.append(f"{_listed(names, now - before)} became free")
    if before - now:
        parts.append(f"{_listed(names, before - now)} became fixed")
    return " and ".join(parts)


def _listed(names: Sequence[str], places: set[int]) -> str:
    shown = [f"`{echo(names[place], 40)}`" for place in sorted(places)[:3]]
    more = len(places) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _skeleton_text(one: Signature, other: Signature) -> str:
    if one.skeleton.arrays != other.skeleton.arrays:
        return f"{one.skeleton.arrays} arrays, and there were {other.skeleton.arrays}"
    if one.skeleton.treedef != other.skeleton.treedef:
        return "containers, classes or static fields differ"
    return "a value that is no array differs"
