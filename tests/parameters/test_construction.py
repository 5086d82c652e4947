"""How a Parameter is made, and what is refused: P2, P4-P8, P12-P15, P58, X8, X32."""

# Wrong uses are tested too, and what is optional is known to be there.
# pyright: reportArgumentType=false, reportOptionalMemberAccess=false
# pyright: reportUnusedExpression=false, reportAttributeAccessIssue=false

import copy
import dataclasses
import math
import pickle

import distreqx.bijectors as bij
import distreqx.distributions as dist
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import ParameterBoundsWarning, ParameterTypeError, ParameterValueError
from parax.parameters import Parameter, ParameterMetadata, Uniform

FLOAT = jnp.result_type(float)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (True, 1.0),
        (2.5, 2.5),
        (10**30, 1e30),
        (np.float16(0.5), 0.5),
        (np.array([1, 2]), [1.0, 2.0]),
        (np.float64(1.5), 1.5),
        ((1.0, 2), [1.0, 2.0]),
        ([[1, 2], [3, 4]], [[1.0, 2.0], [3.0, 4.0]]),
        ([jnp.array(1.0), 2.0], [1.0, 2.0]),
        (jnp.arange(3), [0.0, 1.0, 2.0]),
        (jnp.asarray(2.0), 2.0),
        (jnp.ones(2, dtype=jnp.bfloat16), [1.0, 1.0]),
        ([], []),
    ],
)
def test_values_become_strong_arrays_of_the_default_float_type(value, expected):
    """P6"""
    stored = Parameter(value).latent_value
    assert isinstance(stored, jax.Array)
    assert stored.dtype == FLOAT
    assert not stored.weak_type
    np.testing.assert_allclose(stored, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1j, "complex"),
        (jnp.array(1j), "complex"),
        (np.array([1 + 0j]), "complex128"),
        ("abc", "str"),
        (np.array(["a"]), "<U1"),
        (np.array([None]), "object"),
        (["a", 1.0], "<U"),
        (object(), "object"),
        ({"a": 1.0}, "dict"),
    ],
)
def test_values_that_are_no_real_numbers_are_refused_by_type(value, words):
    """P6"""
    with pytest.raises(ParameterTypeError, match="must be a real number") as caught:
        Parameter(value)
    assert words in str(caught.value)


def test_a_parameter_as_the_value_of_another_is_refused():
    with pytest.raises(ParameterTypeError, match="parameter `a` itself"):
        Parameter(Parameter(1.0, name="a"))


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(ParameterValueError, match="rows of different lengths"):
        Parameter([[1.0], [1.0, 2.0]])


def test_an_integer_too_large_for_a_float_is_refused():
    with pytest.raises(ParameterValueError, match="too large"):
        Parameter(10**400)


def test_neither_value_nor_latent_value_is_refused():
    """P5"""
    with pytest.raises(ParameterValueError, match=r"`value` nor `latent_value`"):
        Parameter()


def test_both_values_are_refused_and_with_value_is_named():
    """P5: what `dataclasses.replace(p, value=…)` should have been."""
    with pytest.raises(ParameterValueError, match="both `value` and `latent_value`") as caught:
        dataclasses.replace(Parameter(1.0), value=2.0)
    assert "with_value" in str(caught.value)


def test_metadata_is_none_for_a_bare_value():
    """P4"""
    assert Parameter(1.0).metadata is None
    assert Parameter(1.0, fixed=True).metadata is None
    assert isinstance(Parameter(1.0, name="a").metadata, ParameterMetadata)


def test_a_parameter_is_immutable():
    """P4"""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Parameter(1.0).fixed = True


def test_a_physical_value_is_inverted_and_a_latent_one_is_stored():
    """P7"""
    assert Parameter(0.25, transform=bij.Sigmoid()).latent_value == pytest.approx(-math.log(3))
    given = Parameter(latent_value=0.5, transform=bij.Sigmoid())
    assert given.latent_value == 0.5
    assert given.value == pytest.approx(1 / (1 + math.exp(-0.5)))


UNREACHED = [0.0, 1.0, 2.0, -1.0, [0.5, 1.0]]


@pytest.mark.parametrize("value", UNREACHED)
def test_a_value_outside_the_range_of_the_transform_is_refused(value):
    """P8: NaN and infinity, in the constructor."""
    with pytest.raises(ParameterValueError, match="cannot be reached") as caught:
        Parameter(value, transform=bij.Sigmoid())
    assert "Sigmoid" in str(caught.value)
    assert str(float(np.ravel(value)[-1])) in str(caught.value)


@pytest.mark.parametrize("value", [0.0, 1.0, 2.0])
def test_with_value_refuses_what_the_transform_does_not_reach(value):
    """P8: with_value gave silent NaN."""
    with pytest.raises(ParameterValueError, match="cannot be reached"):
        Parameter(0.5, transform=bij.Sigmoid()).with_value(value)


def test_an_infinite_value_may_stay_infinite():
    """P8 speaks of finite physical values."""
    assert Parameter(math.inf, transform=bij.Shift(jnp.array(1.0))).latent_value == math.inf


def test_a_list_of_names_has_one_for_each_element():
    """P12"""
    assert Parameter([1.0, 2.0], name=("a", "b")).name == ["a", "b"]
    with pytest.raises(ParameterValueError, match="`name` has 1 entries"):
        Parameter([1.0, 2.0], name=["a"])
    with pytest.raises(ParameterValueError, match="2 entries"):
        Parameter(1.0, name=["a", "b"])


@pytest.mark.parametrize("name", [3, ["a", 1], {"a"}])
def test_a_name_is_a_string_or_a_list_of_strings(name):
    """P12"""
    with pytest.raises(ParameterTypeError, match="`name` must be a string"):
        Parameter(1.0, name=name)


@pytest.mark.parametrize(
    ("value", "bounds"),
    [
        (1.0, [0, 2]),
        (1.0, (-math.inf, math.inf)),
        ([1.0, 2.0], (0, 3)),
        ([1.0, 2.0], [[0, 1], [2, 2]]),
        ([[1.0], [2.0]], np.array([[[0, 1]], [[0, 2]]])),
    ],
)
def test_bounds_are_a_pair_or_a_pair_for_each_element(value, bounds):
    """P13"""
    stored = Parameter(value, bounds=bounds).bounds
    assert stored.dtype == FLOAT
    np.testing.assert_allclose(stored, np.asarray(bounds, dtype=float))


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ([2, 0], "lower of `bounds` `[2.0, 0.0]` is above the upper"),
        ([0, math.nan], "NaN"),
        ([0, 1, 2], "axis of length 2"),
        (1.0, "axis of length 2"),
        ([[0, 1]], "do not fit"),
        ([[0, 1], [1, 0], [0, 1]], "above"),
    ],
)
def test_bad_bounds_are_refused(bounds, words):
    """P13"""
    with pytest.raises(ParameterValueError) as caught:
        Parameter([1.0, 0.5, 0.0], bounds=bounds)
    assert words in str(caught.value)


@pytest.mark.parametrize("bounds", ["abc", [None, 1.0], (0, 1j)])
def test_bounds_that_are_no_numbers_are_refused(bounds):
    """P13"""
    with pytest.raises(ParameterTypeError, match="`bounds` must be a real number"):
        Parameter(1.0, bounds=bounds)


def test_a_value_outside_its_bounds_is_kept_with_a_warning():
    """P13"""
    with pytest.warns(ParameterBoundsWarning, match=r"parameter `a` has the value 3.0"):
        p = Parameter(3.0, bounds=(0, 2), name="a")
    assert p.value == 3.0
    with pytest.warns(ParameterBoundsWarning, match=r"value 4.0, outside its bounds"):
        p.with_value(4.0)


def test_bounds_speak_of_the_physical_value():
    """P13: no warning, though the latent value lies outside."""
    Parameter(0.25, transform=bij.Sigmoid(), bounds=(0, 1), scale=10.0)


def test_the_scale_is_a_static_python_float():
    """P14: the original's was a leaf that got a gradient."""
    p = Parameter(1.0, scale=np.float32(2))
    assert type(p.scale) is float
    assert [leaf.shape for leaf in jax.tree.leaves(p)] == [()]


@pytest.mark.parametrize(
    "scale", [0, math.nan, math.inf, 1j, "2", None, [1.0], np.ones(2), jnp.ones(1), True]
)
def test_a_bad_scale_is_refused(scale):
    """P14"""
    with pytest.raises(ParameterValueError, match="`scale` must be one finite number"):
        Parameter(1.0, scale=scale)


@pytest.mark.parametrize("given", [1.0, "Normal", dist.Normal, bij.Sigmoid()])
def test_a_distribution_is_one_of_distreqx(given):
    """P15"""
    with pytest.raises(ParameterTypeError, match="`distribution` must be"):
        Parameter(1.0, distribution=given)


@pytest.mark.parametrize("given", [1.0, "exp", bij.Sigmoid])
def test_a_transform_is_a_bijector_or_a_function(given):
    """P15"""
    with pytest.raises(ParameterTypeError, match="`transform` must be"):
        Parameter(1.0, transform=given)


def test_a_function_as_transform_needs_a_latent_value():
    """P15, P16"""
    p = Parameter(latent_value=0.0, transform=jnp.exp, scale=3.0)
    assert p.value == 1.0
    assert jnp.asarray(p) == 3.0
    for attempt in (lambda: Parameter(1.0, transform=jnp.exp), lambda: p.with_value(2.0)):
        with pytest.raises(ParameterTypeError, match="cannot be inverted"):
            attempt()


@pytest.mark.parametrize(
    "keywords", [{"bounds": (0, 1)}, {"distribution": dist.Normal(jnp.array(0.0), jnp.array(1.0))}]
)
def test_a_function_as_transform_goes_with_neither_bounds_nor_distribution(keywords):
    """P16"""
    with pytest.raises(ParameterValueError, match="without an inverse"):
        Parameter(latent_value=0.0, transform=jnp.exp, **keywords)


SLIPS = {
    "bound": "bounds=(lower, upper)",
    "bonuds": "bounds=(lower, upper)",
    "lower": "bounds=(lower, upper)",
    "max": "bounds=(lower, upper)",
    "prior": "distribution=",
    "std": "Normal(mean, std)",
    "tranzform": "`transform`",
    "scal": "`scale`",
    "naem": "`name`",
    "fixd": "`fixed`",
    "latent_valeu": "`latent_value`",
    "units": "`unit`",
    "shap": "`shape`",
}


@pytest.mark.parametrize("word", SLIPS)
def test_a_keyword_that_is_surely_a_slip_is_refused_with_a_cure(word):
    """P: what to write, and `info={…}` to mean it."""
    with pytest.raises(ParameterTypeError, match=f"no keyword `{word}`") as caught:
        Parameter(1.0, **{word: 1})
    assert SLIPS[word] in str(caught.value)
    assert "info=" in str(caught.value)


def test_other_keywords_are_remarks():
    p = Parameter(1.0, part="0402", info={"bound": 3})
    assert p.info == {"bound": 3, "part": "0402"}


@pytest.mark.parametrize("info", [3, "a", ["a"]])
def test_info_is_a_dict(info):
    with pytest.raises(ParameterTypeError, match="`info` must be a dict"):
        Parameter(1.0, info=info)


def test_replacing_with_keywords_joins_the_metadata():
    """P17"""
    p = Parameter(0.25, transform=bij.Sigmoid(), name="a", flag=1, other=2)
    q = dataclasses.replace(p, name="b", flag=3)
    assert (q.name, q.info) == ("b", {"flag": 3, "other": 2})
    assert q.latent_value == p.latent_value
    assert type(q.transform) is bij.Sigmoid
    with pytest.raises(ParameterTypeError, match="`metadata` must be a ParameterMetadata"):
        Parameter(1.0, metadata={"name": "a"})


def test_checks_of_numbers_are_skipped_under_tracing():
    """P2: construction works inside transformations, also of what would be refused outside."""

    def build(x):
        p = Parameter(x, bounds=jnp.stack([x, x - 1]), transform=bij.Sigmoid())
        return p.with_value(x * 2).latent_value, Uniform(x, x - 1).value

    latent, middle = jax.jit(build)(1.0)
    assert jnp.isnan(latent)
    assert middle == 0.5
    batch = jax.vmap(lambda x: Parameter(x, transform=bij.Sigmoid()).latent_value)(
        jnp.array([0.0, 0.5])
    )
    assert batch.tolist() == [-math.inf, 0.0]
    assert jax.grad(lambda x: Parameter(x, transform=bij.Sigmoid()).latent_value)(0.5) == 4.0


def test_a_list_of_traced_numbers_makes_one_vector():
    """P2"""
    assert jax.jit(lambda x: Parameter([x, 2.0]).value)(1.0).tolist() == [1.0, 2.0]


FULL = Parameter(
    [0.25, 0.5],
    transform=bij.Chain([bij.Sigmoid(), bij.Shift(1.0)]),
    distribution=dist.Uniform(0.0, 1.0),
    bounds=(0, 1),
    scale=2.0,
    name=["a", "b"],
    note={"x": np.arange(3), "y": [1]},
)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p)), copy.copy]
)
def test_copies_are_equal_and_distinct(copied):
    """X8"""
    p = copied(FULL)
    assert p is not FULL
    assert p.value.tolist() == pytest.approx([0.25, 0.5])
    assert (p.name, p.scale, p.bounds.tolist()) == (["a", "b"], 2.0, [0.0, 1.0])
    assert jax.tree.structure(p) == jax.tree.structure(FULL)
    assert hash(jax.tree.structure(p)) == hash(jax.tree.structure(FULL))
    with pytest.raises(dataclasses.FrozenInstanceError):
        p.fixed = True


def test_a_deep_copy_keeps_arrays_and_functions():
    """X8"""
    p = Parameter(latent_value=jnp.ones(2), transform=jnp.exp)
    q = copy.deepcopy(p)
    assert q.latent_value is p.latent_value
    assert q.transform is jnp.exp


def test_metadata_reads_info_by_key():
    """P58"""
    meta = ParameterMetadata(name="a", info={"key": 3})
    assert meta["key"] == 3
    assert "key" in meta
    assert "other" not in meta
    with pytest.raises(KeyError, match="other"):
        meta["other"]
    assert ParameterMetadata().info == {}
    assert (meta.distribution, meta.transform, meta.bounds, meta.scale) == (None, None, None, 1.0)


@pytest.mark.parametrize(
    ("keywords", "error"),
    [
        ({"name": 3}, ParameterTypeError),
        ({"distribution": 3}, ParameterTypeError),
        ({"transform": 3}, ParameterTypeError),
        ({"bounds": (1, 0)}, ParameterValueError),
        ({"scale": 0}, ParameterValueError),
        ({"info": 3}, ParameterTypeError),
    ],
)
def test_metadata_is_checked_as_a_parameter_is(keywords, error):
    """P58"""
    with pytest.raises(error):
        ParameterMetadata(**keywords)


def test_metadata_copies():
    """X8"""
    meta = FULL.metadata
    assert jax.tree.structure(copy.deepcopy(meta)) == jax.tree.structure(meta)
    assert jax.tree.structure(pickle.loads(pickle.dumps(meta))) == jax.tree.structure(meta)
    assert "ParameterMetadata" in repr(meta)
