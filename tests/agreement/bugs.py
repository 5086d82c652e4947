"""Bugs that are planted one at a time, to see that random graphs find them.

A bug is a change of one text in one file of parax. The functions whose code it changes get the
changed code in place, wherever they are held, so that nothing is imported anew.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import parax

ROOT = Path(parax.__file__).parent


@dataclass(frozen=True)
class Bug:
    """What is wrong, in which file or folder, and the text before and after."""

    what: str
    file: str
    old: str
    new: str

    def __str__(self) -> str:
        return self.what.replace(" ", "-")


BUGS = [
    Bug("guard that cuts nothing", "graph/_guard.py", "jax.lax.stop_gradient(", "("),
    Bug("term subtracted for added", "op/_arithmetic.py",
        "total = add(total, term) if sign > 0 else", "total = add(total, term) if sign < 0 else"),
    Bug("parameters cut in another order", "engine/_lower.py",
        "zip(parts, types, strict=True)", "zip(parts[::-1], types[::-1], strict=True)"),
    Bug("angle turned round", "functions/_elementwise.py",
        "return atan2_safe(imaginary,", "return atan2_safe(-imaginary,"),
    Bug("imaginary square subtracted", "functions/_elementwise.py",
        "return jnp.real(x) ** 2 + jnp.imag(x)", "return jnp.real(x) ** 2 - jnp.imag(x)"),
    Bug("lower end of clip negative", "functions/_rounding.py",
        "smaller(larger(x, low), high)", "smaller(larger(x, -low), high)"),
    Bug("end of a derivative", "functions/_calculus.py",
        "first = slope[:1] - h[:1]", "first = slope[:1] + h[:1]"),
    Bug("share between two points", "functions/_calculus.py",
        "value = there(x[:-1]) + share", "value = there(x[:-1]) - share"),
    Bug("interval with one end chosen", "functions/_calculus.py",
        "jnp.where(mask[1:] & mask[:-1], areas, 0)", "jnp.where(mask[1:] | mask[:-1], areas, 0)"),
    Bug("root with half its slope", "op/_arithmetic.py",
        "jnp.where(zero, jnp.zeros_like(x), jnp.sqrt(jnp.where(zero, jnp.ones_like(x), x)))",
        "jnp.sqrt(x * jax.lax.stop_gradient(x)) ** 0.5 + 0 * zero"),
    Bug("masked minimum filled from below", "op/_masked_forms.py",
        "return smallest(fill(x, mask, highest(x))", "return smallest(fill(x, mask, lowest(x))"),
    Bug("masked mean over all", "op/_masked_forms.py",
        "return of_sum(x, mask, axis) / many(x, mask, axis)",
        "return of_sum(x, mask, axis) / many(x, mask | True, axis)"),
    Bug("masks joined by or", "graph/_masked.py",
        "own if mask is None else jnp.logical_and(mask, own)",
        "own if mask is None else jnp.logical_or(mask, own)"),
    Bug("points chosen by or", "graph/_masked.py",
        "jnp.logical_and(mask, other), axes | more", "jnp.logical_or(mask, other), axes | more"),
    Bug("guard of the other branch", "graph/_masks.py",
        "taken = holds if branch else", "taken = holds if not branch else"),
    Bug("term counted once", "graph/_sums.py",
        "counts.get((operand, sign), 0) + 1", "1"),
    Bug("rolled signs lost", "graph/_roll.py",
        "factors = tuple(sign * count for", "factors = tuple(count for"),
    Bug("rolled indices one off", "graph/_rolled.py",
        "places = np.asarray(self.positions)", "places = np.asarray(self.positions) - 1"),
    Bug("folded number with its sign", "op/_arithmetic.py",
        "return host_number(np.negative, value)", "return host_number(np.positive, value)"),
    Bug("huber goes on too high", "goals/_penalty.py",
        "_squared(miss) / 2, d * (size - d / 2))", "_squared(miss) / 2, d * (size + d / 2))"),
    Bug("written-out matrix not transposed", "engine",
        "outer = [value.axes.index(order[place]) for place in axes]",
        "outer = sorted(value.axes.index(order[place]) for place in axes)"),
]  # fmt: skip


@contextlib.contextmanager
def planted(bug: Bug) -> Iterator[None]:
    """Run with a bug.

    Raises:
        LookupError: its text is not there, or in no function.
    """
    path = _file(bug)
    source, name = path.read_text(), str(path)
    module = path.relative_to(ROOT.parent).with_suffix("")
    importlib.import_module(".".join(module.parts))
    before = _codes(compile(source, name, "exec"))
    after = _codes(compile(source.replace(bug.old, bug.new), name, "exec"))
    changed = {
        key: after[key]
        for key, code in before.items()
        if key in after and _differ(code, after[key])
    }
    functions = [
        (one, changed[_key(one.__code__)])
        for one in gc.get_objects()
        if isinstance(one, FunctionType)
        and Path(one.__code__.co_filename) == path
        and _key(one.__code__) in changed
    ]
    if not functions:
        raise LookupError(f"no function holds {bug.old!r}")
    kept = [one.__code__ for one, _ in functions]
    _forget()
    try:
        for one, code in functions:
            one.__code__ = code
        yield
    finally:
        for (one, _), code in zip(functions, kept, strict=True):
            one.__code__ = code
        _forget()


def _file(bug: Bug) -> Path:
    place = ROOT / bug.file
    for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        if bug.old in path.read_text():
            return path
    raise LookupError(f"{place} has no longer {bug.old!r}")


def _forget() -> None:
    parax.clear_cache()


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """Give the code of every function in a module, outer ones too."""
    found: dict[tuple[str, int], CodeType] = {}
    for one in code.co_consts:
        if isinstance(one, CodeType):
            found[_key(one)] = one
            found |= _codes(one)
    return found


def _differ(one: CodeType, other: CodeType) -> bool:
    def facts(code: CodeType) -> Any:
        inner = [facts(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
        return code.co_code, code.co_names, code.co_freevars, inner

    return facts(one) != facts(other)
