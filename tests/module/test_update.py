"""New values: M30-M33, M41, and the laws of M27."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import distreqx.bijectors as bij
import equinox as eqx
import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import (
    MissingParameterError,
    ParameterBoundsWarning,
    ParameterTypeError,
    ParameterValueError,
    UnknownParameterError,
)
from parax.module import Module, with_params
from parax.parameters import Parameter
from tests.module.models import Aff, Mod, Quad, mod

M = mod()


def test_values_by_name():
    """M31"""
    new = M.with_params(aff_loc=3.0, vec_1=7.0)
    np.testing.assert_allclose(new.flat_param_values(), [3, 0, 1.2, 0.8, 10, 7, -10])
    np.testing.assert_allclose(M.flat_param_values(), [50, 0, 1.2, 0.8, 10, 0, -10])
    assert M.with_params({"aff_loc": 3}, vec=[1, 2, 3]).vec.value.tolist() == [1.0, 2.0, 3.0]
    assert M.with_params(vec=1.0).vec.value.tolist() == [1.0, 1.0, 1.0]


def test_values_by_position():
    """M30"""
    for vector in (jnp.arange(7.0), np.arange(7), list(range(7)), tuple(range(7))):
        assert M.with_params(vector).vec.value.tolist() == [4.0, 5.0, 6.0]
    with_fixed = M.with_params(jnp.arange(8.0), include_fixed=True)
    assert (float(with_fixed.quad.c), with_fixed.quad.c.fixed) == (4.0, True)


@pytest.mark.parametrize("shape", [(6,), (8,), (7, 1), ()])
def test_a_vector_of_the_wrong_size_is_refused_naming_both(shape):
    """M30"""
    with pytest.raises(ParameterValueError, match="array size mismatch") as caught:
        M.with_params(jnp.zeros(shape))
    assert "7 flat parameters" in str(caught.value)
    assert f"`{shape}`" in str(caught.value)


def test_a_vector_together_with_names_is_refused():
    """M30"""
    with pytest.raises(ParameterValueError, match="`vec`, `aff_loc` were given together"):
        M.with_params(jnp.zeros(7), vec=1.0, aff_loc=2.0)


def test_what_is_neither_vector_nor_dict_is_refused():
    with pytest.raises(ParameterTypeError, match="the vector of parameter values"):
        M.with_params("abc")


class Extra(Module):
    p: Parameter = Parameter(1.0, scale=3.0, info={"x": np.ones(2)})
    raw: jax.Array = jnp.ones(3)
    count: jax.Array = jnp.arange(2)
    fn: object = eqx.field(static=True, default=jnp.sin)
    part: Aff = Aff(name="own")


def test_everything_else_is_left_alone():
    """M30, M41"""
    m = Extra(name="root")
    for new in (m.with_params(jnp.zeros(3)), m.with_params(p=2.0)):
        assert type(new) is Extra
        assert new.raw is m.raw
        assert new.count is m.count
        assert (new.name, new.part.name, new.fn) == ("root", "own", jnp.sin)
        assert new.p.metadata is m.p.metadata
    assert m.p.value == 1.0


def test_a_parameter_replaces_the_old_one():
    """M31"""

    class Named(Module):
        a: Parameter = Parameter(1.0, name="alpha", scale=2.0)

    new = Named().with_params(alpha=Parameter([1.0, 2.0], fixed=True))
    assert (new.a.name, new.a.fixed, new.a.shape, new.a.scale) == ("alpha", True, (2,), 1.0)
    assert Named().with_params(alpha=Parameter(1.0, name="beta")).param_names() == ["beta"]


def test_fixed_parameters_may_be_addressed():
    """M31"""
    new = M.with_params(quad_c=5.0)
    assert (float(new.quad.c), new.quad.c.fixed) == (5.0, True)


@pytest.mark.parametrize("value", [[1.0, 2.0], np.ones((3, 1)), "abc", 1j, None])
def test_values_that_do_not_fit_are_refused_by_name(value):
    """M31, P29"""
    with pytest.raises((ParameterValueError, ParameterTypeError), match="parameter `vec`"):
        M.with_params({"vec": value})


class Tr(Module):
    v: Parameter = Parameter(latent_value=[0.3, 200.0, -0.7], transform=bij.Sigmoid())
    w: Parameter = Parameter([1.0, 2.0], name=["x", "y"], bounds=(0, 3))


def test_single_elements():
    """M32: one element of a sigmoid vector gave NaN in the rest."""
    m = Tr()
    new = m.with_params(v_2=0.25, w_y=Parameter(0.5, scale=9.0))
    assert new.v.latent_value[:2].tolist() == m.v.latent_value[:2].tolist()
    assert new.v.value[2] == pytest.approx(0.25)
    assert new.w.value.tolist() == [1.0, 0.5]
    assert new.w.metadata is m.w.metadata
    for value in ([1.0, 2.0], Parameter([1.0, 2.0])):
        with pytest.raises(ParameterValueError, match="parameter `w` takes one number"):
            m.with_params(w_x=value)
    with pytest.warns(ParameterBoundsWarning, match="parameter `w`"):
        m.with_params(w_x=5.0)


@pytest.mark.parametrize(
    "name", ["v_3", "v_03", "v_", "v_-1", "w_0", "w_z", "v_x", "u", "_0", "v_²"]
)
def test_flat_names_that_do_not_exist(name):
    """M33"""
    with pytest.raises(UnknownParameterError):
        Tr().with_params({name: 1.0})
    assert eqx.tree_equal(Tr().with_params({name: 1.0}, check_unknown=False), Tr())


def test_unknown_names_are_refused_unless_allowed():
    """M33"""
    with pytest.raises(UnknownParameterError, match="did you mean `aff_loc`"):
        M.with_params(aff_lok=3.0)
    assert M.with_params(aff_lok=3.0, vec=1.0, check_unknown=False).vec.value[0] == 1.0


def test_missing_parameters_are_listed_in_order():
    """M33"""
    with pytest.raises(MissingParameterError) as caught:
        M.with_params(vec_1=1.0, quad_a=2.0, check_missing=True)
    wanted = "5 parameters are not given: `aff_loc`, `aff_gain`, `quad_b`, `vec_0`, `vec_2`"
    assert wanted in str(caught.value)
    complete = dict.fromkeys(M.flat_param_names(), 0.5)
    M.with_params(complete, check_missing=True)
    M.with_params(M.named_param_values(), check_missing=True)
    M.with_params(jnp.zeros(7), check_missing=True)
    with pytest.raises(MissingParameterError, match="`quad_c`"):
        M.with_params(complete, check_missing=True, include_fixed=True)


def test_others_can_be_fixed():
    """M33"""
    assert M.with_params(vec_1=1.0, aff_loc=2.0, fix_others=True).param_names() == [
        "aff_loc",
        "vec",
    ]
    assert M.with_params(fix_others=True).param_names() == []
    assert M.with_params(jnp.zeros(7), fix_others=True).param_names() == M.param_names()


def test_an_element_given_twice_is_refused():
    """M33"""
    with pytest.raises(ParameterValueError, match="`vec_1` is an element of `vec`"):
        M.with_params(vec=1.0, vec_1=2.0)
    with pytest.raises(ParameterValueError, match="as a keyword"):
        M.with_params({"vec": 1.0}, vec=2.0)


def test_any_tree_can_be_updated():
    tree = {"a": Parameter(1.0), "b": [Parameter(2.0), "text", None, 3]}
    new = with_params(tree, b_0=5.0)
    assert (float(new["b"][0]), new["b"][1:]) == (5.0, ["text", None, 3])
    assert float(with_params(tree, [7.0, 8.0])["a"]) == 7.0


def test_one_parameter_in_two_places_is_updated_in_one():
    """M13"""
    p = Parameter(1.0)
    new = with_params({"a": p, "b": p}, b=2.0)
    assert [float(new["a"]), float(new["b"])] == [1.0, 2.0]


def test_updates_work_under_transformations():
    vector = M.flat_param_values()
    out = jax.jit(lambda x: M.with_params(x).vec.value)(vector)
    assert out.tolist() == [10.0, 0.0, -10.0]
    slope = jax.grad(lambda x: jnp.sum(M.with_params(x).vec * jnp.arange(3.0)))(vector)
    assert slope.tolist() == [0.0] * 4 + [0.0, 1.0, 2.0]
    values = jax.vmap(lambda x: M.with_params(vec_1=x).vec.value)(jnp.arange(2.0))
    assert values[:, 1].tolist() == [0.0, 1.0]


def test_values_of_a_partition_half_are_skipped():
    from parax.module import partition

    _, static = partition(M)
    assert eqx.tree_equal(static.with_params([]), static)


TRANSFORMS = [
    None, bij.Sigmoid(), bij.Tanh(), bij.Shift(1.0), bij.ScalarAffine(1.0, -2.0),
]  # fmt: skip
SHAPES = [(), (1,), (3,), (2, 2)]
# Plain data is drawn and Parameters are made in the test: the type checker of the suite draws
# random numbers itself, which a strategy may not.
parts = st.tuples(
    st.sampled_from(SHAPES),
    st.lists(st.floats(-3, 3, width=32), min_size=4, max_size=4),
    st.sampled_from(TRANSFORMS),
    st.booleans(),
    st.sampled_from([1.0, 2.5, -3.0]),
)


def made(shape, latent, transform, fixed, scale):
    return Parameter(
        latent_value=np.reshape(latent[: int(np.prod(shape))], shape),
        fixed=fixed,
        transform=transform,
        scale=scale,
    )


@hypothesis.given(st.lists(parts, min_size=6, max_size=6))
def test_giving_back_what_was_read_changes_nothing(drawn):
    """M27: by name latent came out and physical went in."""
    p = [made(*part) for part in drawn]
    m = Mod(Aff(*p[:2]), Quad(*p[2:5]), p[5])
    same = {"rtol": 1e-4, "atol": 1e-5}
    assert eqx.tree_equal(m.with_params(m.flat_param_values()), m)
    assert eqx.tree_equal(m.with_params(m.named_params()), m)
    assert eqx.tree_equal(m.with_params(m.named_param_values()), m, **same)
    assert eqx.tree_equal(m.with_params(m.named_flat_param_values()), m, **same)
    floats = m.named_flat_param_values(return_floats=True, include_fixed=True)
    assert eqx.tree_equal(m.with_params(floats, check_missing=True), m, **same)
    vector = m.flat_param_values(include_fixed=True)
    assert eqx.tree_equal(m.with_params(vector, include_fixed=True), m)
