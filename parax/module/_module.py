"""`Module`: an Equinox Module whose parameters have names."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, dataclass_transform

import equinox as eqx
import jax

from parax.distributions import ModuleDistribution
from parax.module._attrs import with_attrs, with_submodules
from parax.module._children import children, path_to_param_name, submodules
from parax.module._copies import copied, saveable
from parax.module._defaults import with_defaults
from parax.module._fields import field, fill_defaults, prepare_fields
from parax.module._groups import param_groups
from parax.module._hidden import warn_hidden
from parax.module._lookup import is_names, values_at
from parax.module._mapping import (
    with_all_params_fixed,
    with_all_params_free,
    with_fixed_params,
    with_fixed_submodules,
    with_free_params,
    with_free_params_only,
    with_free_submodules,
    with_free_submodules_only,
    with_mapped_params,
    with_transformed_params,
)
from parax.module._merge import merged
from parax.module._names import distinct, flat_names, validate_params
from parax.module._randomise import (
    distribution,
    sampled,
    with_mapped_distributions,
    with_uniform_distributions,
)
from parax.module._regroup import (
    with_demoted_groups,
    with_mapped_groups,
    with_param_groups,
    without_groups,
)
from parax.module._replace import with_fields, with_name, with_submodule_fields
from parax.module._repr import module_repr
from parax.module._selection import ParamFilter, Submodules, find, select
from parax.module._sensitivity import func_jacobian, func_samples, func_sensitivity
from parax.module._summary import summary
from parax.module._trainable import own_parameters
from parax.module._update import with_params
from parax.module._update_parameters import update_parameters
from parax.module._values import (
    chosen_space,
    flat_floats,
    flat_items,
    flat_params,
    flat_vector,
)
from parax.parameters import Parameter, ParameterGroup, rebuild, restore, state_of, value_in


@dataclass_transform(field_specifiers=(dataclasses.field, eqx.field, field))
class Module(eqx.Module):
    """Base of models: an immutable PyTree whose parameters are found, read and set by name.

    A field annotated `Parameter` turns a number, an array or a list of numbers into a Parameter;
    so do `Parameter | None`, `list[Parameter]`, `tuple[Parameter, ...]` and `dict[str, Parameter]`
    for each element. Defaults that could be shared between instances are built anew for each.

    The full name of a parameter joins the names on the way to it with `_`. Values by name are
    physical; the flat vector is latent.

    Args:
        name: replaces the attribute's name in the names of the parameters below this module.

    Example:
        >>> class Line(Module):
        ...     slope: Parameter = 2.0
        ...     offset: Parameter = [0.0, 1.0]
        >>> Line().flat_param_names()
        ['slope', 'offset_0', 'offset_1']
        >>> Line().with_params(slope=3.0).param_value("slope").tolist()
        3.0
    """

    # `eqx.field` here: a type checker applies the line above to subclasses only.
    name: str | None = eqx.field(default=None, static=True, kw_only=True)
    _param_groups: Any = eqx.field(default=(), kw_only=True, repr=False, converter=tuple)

    # Replaced by `with_attrs(_transparent=True)`; None leaves it to the class.
    _transparent: bool | None = eqx.field(default=None, static=True, kw_only=True, repr=False)

    _is_transparent: ClassVar[bool] = False

    def __init_subclass__(cls, transparent: bool = False, **kwargs: Any) -> None:
        warn_hidden(cls, Module)
        prepare_fields(cls)
        super().__init_subclass__(**kwargs)
        cls._is_transparent = transparent

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self = super().__new__(cls, *args, **kwargs)
        fill_defaults(self)
        return self

    def iter_params(
        self,
        param_filter: ParamFilter = None,
        *,
        include_fixed: bool = False,
        flatten: bool = False,
        submodules: Submodules = None,
    ) -> Iterator[tuple[str, Parameter]]:
        """Iterate over `(name, Parameter)` in order.

        Args:
            param_filter: None for all; a full name, a glob pattern, a dotted path, any of these
                after `!` to leave it out; a Parameter; a list of these; or a function of names.
            include_fixed: whether fixed parameters are included.
            flatten: whether vectors are taken apart into one scalar Parameter for each element.
            submodules: a Module below this one, its path, or a list of these, to look in.

        Raises:
            UnknownParameterError: a name or pattern that fits no parameter.
            UnknownSubmoduleError: a submodule that is not part of this module.
            DuplicateNameError: two parameters of one name.
        """
        entries = select(self, param_filter, include_fixed=include_fixed, submodules=submodules)
        if flatten:
            return iter(flat_params(entries).items())
        return iter([(entry.name, entry.param) for entry in distinct(entries)])

    def named_params(
        self,
        param_filter: ParamFilter = None,
        *,
        include_fixed: bool = False,
        submodules: Submodules = None,
    ) -> dict[str, Parameter]:
        """Give the parameters by full name; arguments as for `iter_params`."""
        entries = select(self, param_filter, include_fixed=include_fixed, submodules=submodules)
        return {entry.name: entry.param for entry in distinct(entries)}

    def param_names(self, *args: Any, **kwargs: Any) -> list[str]:
        """Give the full names; arguments as for `named_params`."""
        return [entry.name for entry in distinct(select(self, *args, **kwargs))]

    def params(self, *args: Any, **kwargs: Any) -> list[Parameter]:
        """Give the parameters; arguments as for `named_params`."""
        return [entry.param for entry in distinct(select(self, *args, **kwargs))]

    def param(self, name: Any, *args: Any, **kwargs: Any) -> Parameter:
        """Give one parameter by its full name or dotted path.

        Raises:
            UnknownParameterError: there is none, or it is fixed and `include_fixed` is not set.
        """
        return find(self, name, *args, **kwargs).param

    def named_param_values(
        self,
        param_filter: ParamFilter = None,
        *,
        scaled: bool = False,
        space: Any = None,
        **kwargs: Any,
    ) -> dict[str, jax.Array]:
        """Give physical values by full name.

        Args:
            param_filter: as for `iter_params`.
            scaled: give the scaled values, which computations see.
            space: `latent`, `physical` or `scaled`; wins over `scaled`.
            **kwargs: `include_fixed` and `submodules` as for `named_params`.
        """
        where = chosen_space("physical", scaled, space)
        entries = distinct(select(self, param_filter, **kwargs))
        return {entry.name: value_in(entry.param, where) for entry in entries}

    def param_values(self, *args: Any, **kwargs: Any) -> list[jax.Array]:
        """Give physical values; arguments as for `named_param_values`."""
        return list(self.named_param_values(*args, **kwargs).values())

    def param_value(
        self, name: Any, *, scaled: bool = False, space: Any = None, **kwargs: Any
    ) -> jax.Array:
        """Give the physical value of one parameter; keywords as for `named_param_values`."""
        where = chosen_space("physical", scaled, space)
        return value_in(find(self, name, **kwargs).param, where)

    def named_flat_params(
        self, *, include_fixed: bool = False, submodules: Submodules = None
    ) -> dict[str, Parameter]:
        """Give one scalar Parameter for each element by flat name.

        Raises:
            DistributionError: a vector with a joint distribution, which cannot be taken apart.
            ParameterTypeError: a vector with a transform that mixes its elements.
        """
        return flat_params(select(self, include_fixed=include_fixed, submodules=submodules))

    def flat_param_names(
        self, *, include_fixed: bool = False, submodules: Submodules = None
    ) -> list[str]:
        """Give one name for each element: `vec_0`, `vec_1`; scalars keep their full name."""
        return flat_names(select(self, include_fixed=include_fixed, submodules=submodules))

    def flat_params(self, **kwargs: Any) -> list[Parameter]:
        """Give one scalar Parameter for each element; keywords as for `named_flat_params`."""
        return list(self.named_flat_params(**kwargs).values())

    def named_flat_param_values(
        self,
        *,
        scaled: bool = False,
        return_floats: bool = False,
        space: Any = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Give the physical value of each element by flat name.

        Args:
            scaled: give the scaled values, which computations see.
            return_floats: give Python floats instead of arrays of shape `()`.
            space: `latent`, `physical` or `scaled`; wins over `scaled`.
            **kwargs: `include_fixed` and `submodules`.
        """
        where = chosen_space("physical", scaled, space)
        entries = select(self, **kwargs)
        return flat_floats(entries, where) if return_floats else flat_items(entries, where)

    def flat_param_values(
        self,
        *,
        scaled: bool = False,
        space: Any = None,
        include_fixed: bool = False,
        submodules: Submodules = None,
    ) -> jax.Array:
        """Give the latent values of all elements as one vector, `(num_flat_params,)`.

        Args:
            scaled: give the scaled values instead.
            space: `latent`, `physical` or `scaled`; wins over `scaled`.
            include_fixed: whether fixed parameters are included.
            submodules: look in these only.
        """
        where = chosen_space("latent", scaled, space)
        entries = select(self, include_fixed=include_fixed, submodules=submodules)
        return flat_vector([entry.param for entry in entries], where)

    @property
    def num_params(self) -> int:
        """Number of free parameters."""
        return len(select(self))

    @property
    def num_flat_params(self) -> int:
        """Number of elements of all free parameters."""
        return sum(entry.param.size for entry in select(self))

    def with_params(
        self,
        params: Any = None,
        check_missing: bool = False,
        check_unknown: bool = True,
        fix_others: bool = False,
        include_fixed: bool = False,
        **param_kwargs: Any,
    ) -> Any:
        """Give a module with new values, from one latent vector or by name.

        See `parax.module.with_params`, which does the same for any PyTree.
        """
        return with_params(
            self,
            params,
            check_missing,
            check_unknown,
            fix_others,
            include_fixed,
            **param_kwargs,
        )

    def param_groups(
        self, include_fixed: bool = False, explicit_only: bool = False
    ) -> list[ParameterGroup]:
        """Give groups such that every flat parameter is in exactly one.

        Own explicit groups come first, then those of the modules below, then one group for each
        parameter that is left over. A group from below that lost members to one from above, or
        whose members are fixed, is cut; if its distribution is joint, it is taken apart.

        Args:
            include_fixed: whether fixed parameters are listed too.
            explicit_only: give only the groups that this very module was given.

        Raises:
            UnknownParameterError: an explicit group names what is no flat parameter.
        """
        if explicit_only:
            return list(self._param_groups)
        return param_groups(self, include_fixed=include_fixed)

    def with_param_groups(self, groups: Any) -> Any:
        """Give a module with one group or a list of groups more.

        They replace every own group that shares a member with them.

        Raises:
            UnknownParameterError: a name that is no flat name of this module.
            DistributionError: two new groups that share a member, or a distribution of another
                size than its group.
            ParameterTypeError: no group.
        """
        return with_param_groups(self, groups)

    def with_demoted_param_groups(self) -> Any:
        """Move each explicit group to the lowest module that has all its members."""
        return with_demoted_groups(self)

    def with_no_param_groups(self) -> Any:
        """Take out the explicit groups of this module and of all below."""
        return without_groups(self)

    def with_mapped_param_groups(
        self,
        mapper: Callable[[ParameterGroup], ParameterGroup],
        group_filter: Any = None,
        *,
        map_others: Callable[[ParameterGroup], ParameterGroup] | None = None,
    ) -> Any:
        """Put `mapper(group)` in place of each explicit group, at every level.

        Args:
            mapper: gives a group for each one that the filter stands for.
            group_filter: None for all, the name of a group, a list of names, or a function of
                the group.
            map_others: the same for the other groups; None keeps them.

        Raises:
            UnknownParameterError: a name that no group has.
            ParameterTypeError: a mapper that gives something else than a group.
        """
        return with_mapped_groups(self, mapper, group_filter, map_others=map_others)

    def merged(self, modules: Any) -> Any:
        """Take over free parameters and explicit groups of other modules, the last one wins.

        Parameters that are fixed there are not taken.

        Args:
            modules: one module of the same structure, or a list of these.

        Raises:
            UnknownParameterError: another structure; what differs is named.
        """
        return merged(self, modules)

    with_modules = merged

    def with_mapped_distributions(
        self,
        mapper: Callable[[Any], Any],
        dist_filter: Callable[[Any], Any] | None = None,
        *,
        map_others: Callable[[Any], Any] | None = None,
        param_groups: bool = False,
    ) -> Any:
        """Put `mapper(distribution)` in place of the distribution of each parameter.

        Args:
            mapper: gives a distribution for each that `dist_filter` is true of; it is called once
                for each parameter, fixed ones too, and never without a distribution.
            dist_filter: None for all.
            map_others: the same for the others; None keeps them.
            param_groups: whether explicit groups are mapped too, at every level.

        Raises:
            ParameterTypeError: a mapper that gives no distribution.
        """
        return with_mapped_distributions(
            self, mapper, dist_filter, map_others=map_others, param_groups=param_groups
        )

    def with_uniform_distributions(
        self,
        percentage: Any,
        param_filter: ParamFilter = None,
        *,
        respect_bounds: bool = False,
        remove_param_groups: bool = True,
        zero_values: Any = "keep",
        **kwargs: Any,
    ) -> Any:
        """Give free parameters a uniform distribution around their physical values.

        See `parax.module.with_uniform_distributions`, which does the same for any PyTree.
        """
        return with_uniform_distributions(
            self,
            percentage,
            param_filter,
            respect_bounds=respect_bounds,
            remove_param_groups=remove_param_groups,
            zero_values=zero_values,
            **kwargs,
        )

    def distribution(self, param_groups: bool = True) -> ModuleDistribution:
        """Give the joint distribution of the free flat parameters, by name, in physical space.

        Args:
            param_groups: whether explicit groups count; else the parameters' own distributions.

        Raises:
            DistributionError: parameters without a distribution, all of them named.
        """
        return distribution(self, param_groups)

    def sampled(self, key: Any = None, **kwargs: Any) -> Any:
        """Give a module whose free parameters are drawn from `distribution()`.

        Args:
            key: a JAX key or an int.
            **kwargs: `missing="keep"` leaves parameters without a distribution as they are;
                `param_groups` as for `distribution`.

        Raises:
            ParameterValueError: no key.
            DistributionError: parameters without a distribution.
        """
        return sampled(self, key, **kwargs)

    def func_jacobian(
        self, func: Any, args: Any, *, space: Any = "physical"
    ) -> dict[str, jax.Array]:
        """Differentiate `func(self, args)` by each free flat parameter, in forward mode.

        Args:
            func: gives an array of floating-point or complex numbers. The same function object
                and shapes compile once.
            args: passed on; any PyTree, arrays are traced.
            space: `physical`, `latent` or `scaled`: what the derivative is taken by.

        Returns:
            Arrays of the output's shape and dtype by flat name.

        Raises:
            ParameterTypeError: another output.
        """
        return func_jacobian(func, self, args, space)

    def func_sensitivity(
        self,
        func: Any,
        args: Any,
        kind: Any = "relative",
        norm: Any = None,
        *,
        space: Any = "physical",
    ) -> Any:
        """Tell how much `func(self, args)` = y depends on each free flat parameter θ.

        Args:
            func: as for `func_jacobian`.
            args: passed on.
            kind: `absolute` for dy/dθ, `semi-relative` for θ·dy/dθ, `relative` for (θ/y)·dy/dθ,
                which is infinite where only y is zero, and 0 where both are.
            norm: 1, 2, `jnp.inf` or `"fro"`: of all sensitivities together, as one vector.
            space: as for `func_jacobian`.

        Returns:
            Arrays by flat name; with `norm` one number of shape `()`.

        Raises:
            ParameterValueError: another kind or norm.
        """
        return func_sensitivity(func, self, args, kind, norm, space)

    def func_samples(self, func: Any, args: Any, *, key: Any, num_samples: Any = 1000) -> jax.Array:
        """Evaluate `func` at modules drawn as by `sampled`: `(num_samples, *out)`.

        Raises:
            ParameterValueError: `num_samples` below 1.
            DistributionError: parameters without a distribution.
        """
        return func_samples(func, self, args, key=key, num_samples=num_samples)

    # Functions on any PyTree; a method of each, whose first argument is this module.
    with_mapped_params = with_mapped_params
    with_fixed_params = with_fixed_params
    with_free_params = with_free_params
    with_free_params_only = with_free_params_only
    with_all_params_fixed = with_all_params_fixed
    with_all_params_free = with_all_params_free
    with_transformed_params = with_transformed_params
    with_fixed_submodules = with_fixed_submodules
    with_free_submodules = with_free_submodules
    with_free_submodules_only = with_free_submodules_only
    with_submodules = with_submodules
    with_attrs = with_attrs
    with_fields = with_fields
    with_submodule_fields = with_submodule_fields
    with_name = with_name
    with_defaults = classmethod(with_defaults)
    copy = copied
    saveable = saveable
    children = children
    submodules = submodules
    path_to_param_name = path_to_param_name
    summary = summary
    parameters = own_parameters
    update_parameters = update_parameters

    def __getitem__(self, name: Any) -> Any:
        """Give the physical value of a free parameter by its full name, or a list of values.

        Raises:
            UnknownParameterError: there is none, or it is fixed.
            ParameterTypeError: neither a name nor a list of names.
        """
        if not is_names(name) and hasattr(super(), "__getitem__"):  # an Operator, too
            return super().__getitem__(name)  # pyright: ignore[reportAttributeAccessIssue]
        return values_at(self, name)

    def _repr_html_(self) -> str:
        return summary(self)._repr_html_()

    def __repr__(self) -> str:
        return module_repr(self)

    def validate_params(self) -> None:
        """Check that all parameters have different names, fixed ones included.

        Raises:
            DuplicateNameError: two of one name; both attribute paths are given.
        """
        validate_params(self)

    def __deepcopy__(self, memo: object) -> Any:
        return rebuild(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (type(self), state_of(self))
