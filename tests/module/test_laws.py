"""Laws of every module: M12, M14, M27-M29, M34, M59, M64, M67."""

import equinox as eqx
import hypothesis
import jax
import jax.tree_util as jtu
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from parax.errors import DuplicateNameError
from parax.module import Module, diff, partition
from parax.parameters import is_param
from tests.module.strategies import modules

few = hypothesis.settings(max_examples=12, deadline=None)


def has_one_name_each(m: Module) -> bool:
    try:
        m.validate_params()
    except DuplicateNameError:
        return False
    return True


def assert_close(a: Module, b: Module) -> None:
    assert jax.tree.structure(a) == jax.tree.structure(b)
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-5)


@few
@hypothesis.given(modules())
def test_names_are_distinct_or_refused(plan):
    """M12"""
    m = plan.build()
    paths, _ = jtu.tree_flatten_with_path(m, is_leaf=is_param)
    names = [m.path_to_param_name(path) for path, leaf in paths if is_param(leaf)]
    if len(set(names)) < len(names):
        with pytest.raises(DuplicateNameError):
            m.validate_params()
    elif has_one_name_each(m):
        assert m.param_names(include_fixed=True) == names
        flat = m.flat_param_names(include_fixed=True)
        assert len(set(flat)) == len(flat) == m.flat_param_values(include_fixed=True).size


@few
@hypothesis.given(modules())
def test_giving_back_what_was_given_changes_nothing(plan):
    """M27"""
    m = plan.build()
    hypothesis.assume(has_one_name_each(m))
    assert_close(m.with_params(m.flat_param_values()), m)
    assert_close(m.with_params(m.named_param_values()), m)
    assert_close(m.with_params(m.named_flat_param_values()), m)
    assert not diff(m.with_params(m.named_params()), m)


@few
@hypothesis.given(modules())
def test_halves_know_the_names_of_what_they_hold(plan):
    """M29, M65, M67"""
    m = plan.build()
    hypothesis.assume(has_one_name_each(m))
    dynamic, static = partition(m)
    assert dynamic.param_names() == m.param_names()
    assert static.param_names() == []
    np.testing.assert_array_equal(ravel_pytree(dynamic)[0], m.flat_param_values())
    assert not diff(eqx.combine(dynamic, static), m)


@few
@hypothesis.given(modules())
def test_states_come_back(plan):
    """M34-M38, M41"""
    m = plan.build()
    hypothesis.assume(has_one_name_each(m))
    fixed = m.param_names(lambda name: name not in m.named_params(), include_fixed=True)
    assert not diff(m.with_all_params_free().with_fixed_params(fixed), m)
    assert not diff(m.with_mapped_params(lambda p: p, include_fixed=True), m)
    assert m.with_free_params_only(m.param_names()).param_names() == m.param_names()


@few
@hypothesis.given(modules())
def test_copies_and_parts_put_back_are_equal(plan):
    """M28, M59, M64"""
    m = plan.build()
    assert not diff(m.copy(), m)
    assert not diff(m.saveable(), m)
    assert len(m.children()) <= len(m.submodules())
    attrs = {"name": m.name}
    assert not diff(m.with_attrs(attrs).with_fields(**attrs), m)
    for below in m.children()[:1]:
        assert any(below is one for one in m.submodules())
