"""Full names, flat names, and the check that they are different."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from parax._diagnostic import quoted
from parax.errors import DuplicateNameError
from parax.module._walk import NamedParam, named_params
from parax.parameters import Parameter


def element_names(full: str, param: Parameter) -> list[str]:
    """Give the flat name of each element: the full name alone if there is only one."""
    size = param.size
    if size == 1:
        return [full]
    name = param.name
    if isinstance(name, list):
        return [f"{full}_{word}" for word in name]
    return [f"{full}_{i}" for i in range(size)]


def flat_names(entries: Sequence[NamedParam]) -> list[str]:
    """Give the flat names of parameters, and refuse duplicates."""
    pairs = [(name, entry) for entry in entries for name in element_names(entry.name, entry.param)]
    require_distinct((name, entry.path) for name, entry in pairs)
    return [name for name, _ in pairs]


def distinct(entries: Sequence[NamedParam]) -> Sequence[NamedParam]:
    """Give the entries back if their full names differ."""
    require_distinct((entry.name, entry.path) for entry in entries)
    return entries


def require_distinct(names_and_paths: Iterable[tuple[str, str]]) -> None:
    """Refuse two parameters of one name.

    Raises:
        DuplicateNameError: naming both attribute paths.
    """
    seen: dict[str, str] = {}
    for name, path in names_and_paths:
        other = seen.setdefault(name, path)
        if other is not path:
            raise DuplicateNameError(
                f"two parameters have the name {quoted(name)}: {quoted(other)} and {quoted(path)}",
                hint="give one of them, or a module above it, another `name`",
            )


def validate_params(tree: object) -> None:
    """Check that all parameters of a PyTree have different names, fixed ones included.

    Raises:
        DuplicateNameError: two parameters or elements of one name; both paths are given.

    Example:
        >>> from parax.parameters import Parameter
        >>> validate_params({"a": Parameter(1.0), "b": Parameter(2.0)})
    """
    entries = named_params(tree, include_fixed=True)
    distinct(entries)
    flat_names(entries)
