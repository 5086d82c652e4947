"""New Parameters in place of old ones: mapped, fixed, freed, transformed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.module._names import distinct
from parax.module._selection import ParamFilter, Submodules, matching, places_below
from parax.module._update import with_replaced
from parax.module._walk import NamedParam, Walk, walk
from parax.parameters import Parameter, changed

Mapper = Callable[[Parameter], Parameter]


def with_mapped_params(
    tree: Any,
    mapper: Mapper,
    param_filter: ParamFilter = None,
    *,
    map_others: Mapper | None = None,
    prefixes: bool = False,
    include_fixed: bool = False,
    ignore_unknown: bool = False,
) -> Any:
    """Give a PyTree in which a function of each parameter stands in its place.

    Args:
        tree: any PyTree.
        mapper: gives a Parameter for each parameter that the filter stands for.
        param_filter: as for `Module.iter_params`.
        map_others: the same for the parameters that the filter leaves out; None keeps them.
        prefixes: whether strings of the filter are beginnings of full names.
        include_fixed: whether fixed parameters are mapped too, by either function.
        ignore_unknown: whether names that fit nothing are passed over.

    Raises:
        UnknownParameterError: a name or prefix that fits no parameter.
        ParameterTypeError: a mapper that gives something else than a Parameter.

    Example:
        >>> tree = {"L1": Parameter(1.0), "L2": Parameter(2.0), "C": Parameter(3.0)}
        >>> new = with_mapped_params(tree, lambda p: p.with_value(10 * p.value), "L*")
        >>> [float(p.value) for p in new.values()]
        [3.0, 10.0, 20.0]
    """
    found = walk(tree)
    if param_filter is not None:
        distinct(found.entries)
    chosen = set(
        matching(found.entries, param_filter, prefixes=prefixes, ignore_unknown=ignore_unknown)
    )
    return _mapped(tree, found, chosen, mapper, map_others, include_fixed)


def _mapped(
    tree: Any,
    found: Walk,
    chosen: Collection[int],
    mapper: Mapper | None,
    map_others: Mapper | None,
    include_fixed: bool,
) -> Any:
    replaced: dict[int, Parameter] = {}
    for place, entry in enumerate(found.entries):
        param = entry.param
        if param.latent_value is None or (param.fixed and not include_fixed):
            continue
        function = mapper if place in chosen else map_others
        if function is not None:
            replaced[place] = _result(function, entry)
    return with_replaced(tree, replaced)


def _result(function: Mapper, entry: NamedParam) -> Parameter:
    new = function(entry.param)
    if not isinstance(new, Parameter):
        raise ParameterTypeError(
            f"the mapper gives {quoted(repr(new))} of type {quoted(type(new).__name__)} for the"
            f" parameter {quoted(entry.name)}",
            hint="return a Parameter, for instance `p.with_value(new)`",
        )
    return new


def fixed(param: Parameter) -> Parameter:
    """Give the parameter fixed."""
    return param if param.fixed else changed(param, fixed=True)


def freed(param: Parameter) -> Parameter:
    """Give the parameter free."""
    return changed(param, fixed=False) if param.fixed else param


def with_fixed_params(
    tree: Any, param_filter: ParamFilter, free_others: bool = False, **kwargs: Any
) -> Any:
    """Give a PyTree in which some parameters are fixed.

    Args:
        tree: any PyTree.
        param_filter: which ones; as for `Module.iter_params`.
        free_others: whether all others become free.
        **kwargs: as for `with_mapped_params`; `include_fixed` is True by default.

    Example:
        >>> new = with_fixed_params({"a": Parameter(1.0), "b": Parameter(2.0)}, "a")
        >>> new["a"].fixed, new["b"].fixed
        (True, False)
    """
    others = freed if free_others else None
    return _with_states(tree, fixed, param_filter, others, kwargs)


def with_free_params(
    tree: Any, param_filter: ParamFilter, *, fix_others: bool = False, **kwargs: Any
) -> Any:
    """Give a PyTree in which some parameters are free.

    Args:
        tree: any PyTree.
        param_filter: which ones; as for `Module.iter_params`.
        fix_others: whether all others become fixed.
        **kwargs: as for `with_mapped_params`; `include_fixed` is True by default.
    """
    others = fixed if fix_others else None
    return _with_states(tree, freed, param_filter, others, kwargs)


def with_free_params_only(tree: Any, param_filter: ParamFilter, **kwargs: Any) -> Any:
    """Give a PyTree in which these parameters are free, and all others fixed.

    Raises:
        ParameterValueError: `fix_others=False`.
    """
    _require_fix_others(kwargs, "with_free_params")
    return with_free_params(tree, param_filter, fix_others=True, **kwargs)


def with_all_params_fixed(tree: Any, **kwargs: Any) -> Any:
    """Give a PyTree in which all parameters are fixed; keywords as for `with_fixed_params`."""
    return with_fixed_params(tree, None, **kwargs)


def with_all_params_free(tree: Any, **kwargs: Any) -> Any:
    """Give a PyTree in which all parameters are free; keywords as for `with_free_params`."""
    return with_free_params(tree, None, **kwargs)


def with_transformed_params(
    tree: Any, bijector: Any, param_filter: ParamFilter = None, **kwargs: Any
) -> Any:
    """Give a PyTree in which parameters are transformed, as by `Parameter.transformed`.

    Args:
        tree: any PyTree.
        bijector: applied to the physical values; latent values stay.
        param_filter: which ones; as for `Module.iter_params`.
        **kwargs: as for `with_mapped_params`.
    """

    def transformed(param: Parameter) -> Parameter:
        return param.transformed(bijector)

    return with_mapped_params(tree, transformed, param_filter, **kwargs)


def _with_states(
    tree: Any,
    mapper: Mapper,
    param_filter: ParamFilter,
    map_others: Mapper | None,
    options: dict[str, Any],
) -> Any:
    options = {"include_fixed": True, "map_others": map_others, **options}
    return with_mapped_params(tree, mapper, param_filter, **options)


def with_fixed_submodules(tree: Any, submodules: Submodules) -> Any:
    """Give a PyTree in which all parameters of some submodules are fixed.

    Args:
        tree: any PyTree.
        submodules: a Module of the tree, its dotted or name path, or a list of these.

    Raises:
        UnknownSubmoduleError: a submodule that the tree does not have.
    """
    found = walk(tree)
    return _mapped(tree, found, set(places_below(found, submodules)), fixed, None, True)


def with_free_submodules(
    tree: Any, submodules: Submodules, fix_others: bool = False, include_fixed: bool = True
) -> Any:
    """Give a PyTree in which all parameters of some submodules are free.

    Args:
        tree: any PyTree.
        submodules: a Module of the tree, its dotted or name path, or a list of these.
        fix_others: whether all parameters outside become fixed.
        include_fixed: whether the fixed parameters of the submodules become free; else they stay.

    Raises:
        UnknownSubmoduleError: a submodule that the tree does not have.
    """
    found = walk(tree)
    chosen = set(places_below(found, submodules))
    return _mapped(tree, found, chosen, freed, fixed if fix_others else None, include_fixed)


def with_free_submodules_only(
    tree: Any, *args: Any, include_fixed: bool = False, **kwargs: Any
) -> Any:
    """Isolate submodules: everything outside becomes fixed, their own fixed parameters stay so.

    Args:
        tree: any PyTree.
        *args: `submodules` as for `with_free_submodules`.
        include_fixed: whether the fixed parameters of the submodules become free.
        **kwargs: `submodules`, if by keyword; `fix_others` can only be True.

    Raises:
        ParameterValueError: `fix_others=False`.
        UnknownSubmoduleError: a submodule that the tree does not have.
    """
    options = dict(zip(("submodules", "fix_others"), args, strict=False)) | kwargs
    _require_fix_others(options, "with_free_submodules")
    return with_free_submodules(tree, fix_others=True, include_fixed=include_fixed, **options)


def _require_fix_others(options: dict[str, Any], other: str) -> None:
    if not options.pop("fix_others", True):
        raise ParameterValueError(
            f"`{other}_only` fixes all others, and got `fix_others=False`",
            hint=f"use `{other}`",
        )
