"""Other attributes and submodules, at any depth, by path."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import equinox as eqx
import jax.tree_util as jtu

from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParameterTypeError, ParameterValueError, UnknownSubmoduleError
from parax.module._annotations import FieldConverter
from parax.module._fields import converted
from parax.module._selection import modules_of
from parax.module._walk import key_text, walk
from parax.parameters import Parameter, restore


def with_attrs(tree: Any, *args: Any, **kwargs: Any) -> Any:
    """Give a PyTree with other attributes, at any depth.

    Converters of fields apply, and `__check_init__` of each module that is built anew. Static
    fields can be replaced, `name` included, and what is None. `_transparent=True` makes a module
    add nothing to the names below it.

    Args:
        tree: any PyTree.
        *args: a path and its value, or a dict of these. A path is made of attributes, indices and
            keys: `"filter.stages.0.L"`.
        **kwargs: the same, for attributes of the tree itself.

    Raises:
        UnknownSubmoduleError: a path that leads nowhere.
        ParameterTypeError: arguments of another form; a value that a field does not take.
        ParameterValueError: a path and one below it, or one path twice.

    Example:
        >>> new = with_attrs({"lst": [1, 2], "n": 3}, {"lst.1": 5}, n=4)
        >>> new["lst"], new["n"]
        ([1, 5], 4)
    """
    return _rebuilt(tree, _given(args, kwargs, "with_attrs"), "")


def with_submodules(tree: Any, *args: Any, **kwargs: Any) -> Any:
    """Give a PyTree with other modules in place of some.

    Args:
        tree: any PyTree.
        *args: a path and its new module, or a dict of these. A path is made of names
            (`"filter_second"`), or of attributes, indices and keys (`"filter.stages.1"`).
        **kwargs: the same.

    Raises:
        UnknownSubmoduleError: a path of no module.
        DuplicateNameError: a name of two modules.
        ParameterTypeError: arguments of another form; a value that is no module.
        ParameterValueError: a module and one inside it.

    Example:
        >>> import equinox as eqx
        >>> tree = {"act": eqx.nn.Identity()}
        >>> type(with_submodules(tree, act=eqx.nn.PReLU())["act"]).__name__
        'PReLU'
    """
    known = walk(tree).modules
    new: dict[str, Any] = {}
    for path, module in _given(args, kwargs, "with_submodules").items():
        if not isinstance(module, eqx.Module):
            raise ParameterTypeError(
                f"the submodule {quoted(path)} must be a Module, and got {quoted(repr(module))}",
                hint="use `with_attrs` for other values, `with_params` for parameters",
            )
        place = modules_of(known, path)[0].path
        if place in new:
            raise ParameterValueError(
                f"the submodule {quoted(place)} is given twice", hint="give it once"
            )
        new[place] = module
    return _rebuilt(tree, new, "")


def _given(args: tuple[Any, ...], kwargs: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Read the three forms of arguments: path and value, dict, keywords."""
    if len(args) == 2 and isinstance(args[0], str):
        given: Mapping[Any, Any] = {args[0]: args[1]}
    elif len(args) == 1 and isinstance(args[0], Mapping):
        given = args[0]
    elif not args:
        given = {}
    else:
        shown = ", ".join(repr(arg) for arg in args)
        raise ParameterTypeError(
            f"`{method}` takes a path and a value, a dict or keywords, and got {quoted(shown)}",
            hint=f'write `{method}("path", value)` or `{method}({{"path": value}})`',
        )
    for path in given:
        if not isinstance(path, str):
            raise ParameterTypeError(
                f"a path is a string, and got {quoted(repr(path))}",
                hint="join attributes, indices and keys by dots: `lst.0.loc`",
            )
    for path in given.keys() & kwargs.keys():
        raise ParameterValueError(
            f"{quoted(path)} is given in the dict and as a keyword", hint="give it once"
        )
    return {**given, **kwargs}


def _rebuilt(node: Any, new: Mapping[str, Any], path: str) -> Any:
    """Give `node` with new values at paths below it; `path` leads to it."""
    if not new:
        return node
    if isinstance(node, eqx.Module):
        return _rebuilt_module(node, new, path)
    pairs, structure = jtu.tree_flatten_with_path(node, is_leaf=lambda x: x is not node)
    places = {key_text(keys[-1]): place for place, (keys, _) in enumerate(pairs) if keys}
    children = [child for _, child in pairs]
    for word, below in _by_child(node, new, list(places), path).items():
        place = places[word]
        children[place] = _value(children[place], below, _joined(path, word))
    return jtu.tree_unflatten(structure, children)


def _rebuilt_module(module: eqx.Module, new: Mapping[str, Any], path: str) -> Any:
    held = dict(vars(module))
    specs = {spec.name: spec for spec in dataclasses.fields(module)}
    fields: dict[str, Any] = {}
    for word, below in _by_child(module, new, list(specs), path).items():
        value = _value(held.get(word), below, _joined(path, word))
        # Inside a container the field's converter still has a say, if it is ours.
        ours = isinstance(specs[word].metadata.get("converter"), FieldConverter)
        fields[word] = converted(specs[word], value) if "" in below or ours else value
    return checked(restore(type(module), held | fields))


def checked(module: Any) -> Any:
    """Run `__check_init__` of all classes of a module, as its construction would."""
    for cls in type(module).__mro__:
        check = vars(cls).get("__check_init__")
        if check is not None:
            check(module)
    return module


def _value(old: Any, below: Mapping[str, Any], path: str) -> Any:
    if "" not in below:
        return _rebuilt(old, below, path)
    if len(below) > 1:
        inner = next(rest for rest in below if rest)
        raise ParameterValueError(
            f"{quoted(_joined(path, inner))} lies inside {quoted(path)}, and both are given",
            hint="change the inner one in the new value before giving it",
        )
    return below[""]


def _by_child(
    node: Any, new: Mapping[str, Any], words: list[str], path: str
) -> dict[str, dict[str, Any]]:
    """Sort paths by the child that they begin with; a key of a dict may itself hold a dot."""
    known = set(words)
    sorted_: dict[str, dict[str, Any]] = {}
    for whole, value in new.items():
        parts = whole.split(".")
        heads = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
        word = next((head for head in heads if head in known), None)
        if word is None:
            raise _unknown(node, parts[0], words, path)
        sorted_.setdefault(word, {})[whole[len(word) + 1 :]] = value
    return sorted_


def _unknown(node: Any, word: str, words: list[str], path: str) -> UnknownSubmoduleError:
    what = quoted(path) if path else "the module"
    shown = [known for known in words if not known.startswith("_")]
    hint = did_you_mean(word, words)
    if isinstance(node, Parameter):
        hint = "to change a parameter use `with_params`, or replace the whole of it"
    elif hint is None and shown:
        hint = f"there are {', '.join(map(quoted, shown[:8]))}{', …' if len(shown) > 8 else ''}"
    return UnknownSubmoduleError(
        f"{what} of type {quoted(type(node).__name__)} has no attribute, index or key"
        f" {quoted(word)}",
        hint=hint or "nothing lies below it",
    )


def _joined(path: str, word: str) -> str:
    return f"{path}.{word}" if path else word
