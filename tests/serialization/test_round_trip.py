"""S3-S11: what is loaded is what was saved, with equal types."""

import functools
import math
import operator
import warnings
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
import pytest
from distreqx import bijectors as B  # noqa: N812  # as everyone writes it
from distreqx import distributions as D  # noqa: N812

import parax
from parax import op
from parax.parameters import Parameter, ParameterGroup
from tests.serialization.things import (
    Access,
    Colour,
    Line,
    Outer,
    Plain,
    Point,
    again,
    saved,
    square,
)

VALUES = {
    "None": None,
    "bools": [True, False],
    "ints": [0, -1, 2**63 - 1, 2**63, -(2**63), 10**5000],
    "floats": [0.0, -0.0, 1.5, 5e-324, 1.7976931348623157e308, math.inf, -math.inf],
    "complex": [1j, complex(math.inf, -0.0)],
    "texts": ["", "a", "é\n\0", "\ud800", '"\\', "nan"],
    "bytes": [b"", b"\0\xff"],
    "containers": [[], (), {}, [1, (2, [3])], {"a": {"b": ()}}],
    "keys": {"1": "s", 1: "i", 2.5: "f", None: "n", (1, ("a", 2)): "t", False: "b"},
    "order": {"b": 1, "a": 2, "c": 3},
    "sets": [set(), {1, "a", (2, 3)}, frozenset({frozenset({1}), 2.5})],
    "slices": [slice(None), slice(1, None, -2), ...],
    "ranges": [range(3), range(10, 0, -2), range(10**30)],
    "dtypes": [np.dtype("f4"), np.dtype("bool"), jnp.dtype("bfloat16"), np.dtype(">i4")],
    "types": [float, int, np.float64, jnp.float32, jnp.bfloat16],
    "enums": [Colour.RED, Colour.BLUE, Access.READ, Access.READ | Access.WRITE, Access(0)],
    "named tuple": Point(1, [Point(2)]),
    "classes": [Line, Colour],
    "functions": [
        jnp.sin,
        jnp.add,
        jax.nn.relu,
        jax.lax.exp,
        np.sin,
        np.sum,
        math.sin,
        operator.add,
    ],
}


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return math.copysign(1, a) == math.copysign(1, b) and (a == b or (a != a and b != b))
    return a is b or a == b


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_values_keep_type_and_content(value):
    """S7: and the types of keys and the order of dicts."""
    assert same(again(value), value)
    assert same(again({"x": [value]}), {"x": [value]})


def test_nan_stays_nan():
    """S7."""
    assert math.isnan(again(math.nan))


DTYPES = """bool int8 int16 int32 uint8 uint16 uint32 float16 float32 bfloat16 complex64 int4 uint4
    float8_e4m3fn float8_e5m2 float8_e4m3b11fnuz float8_e4m3fnuz float8_e5m2fnuz""".split()  # noqa: SIM905
WIDE = ["int64", "uint64", "float64", "complex128"]


@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 2)])
@pytest.mark.parametrize("dtype", [*DTYPES, *WIDE])
def test_arrays_keep_every_bit(dtype, shape):
    """S8: JAX stays JAX and NumPy stays NumPy."""
    numbers = (np.arange(math.prod(shape)) % 2).reshape(shape).astype(jnp.dtype(dtype))
    arrays = [numbers]
    if dtype not in WIDE or jnp.result_type(float) == jnp.float64:
        arrays.append(jnp.asarray(numbers))
    for array in arrays:
        found = again(array)
        assert type(found) is type(array)
        assert (found.dtype, found.shape) == (array.dtype, shape)
        assert np.asarray(found).tobytes() == numbers.tobytes()


@pytest.mark.parametrize(
    "array",
    [
        np.array([math.nan, -0.0, math.inf]),
        np.arange(6.0).reshape(2, 3).T,
        np.array(["ab", "ç"]),
        np.array([], "U5"),
        np.array([b"ab"]),
        np.array("2020-01-01", "M8[D]"),
        np.arange(3, dtype=">f8"),
        np.float32(0.1),
        np.bool_(True),
        np.datetime64("2020-01-01", "ns"),
    ],
    ids=lambda x: str(x.dtype),
)
def test_numpy_arrays_and_scalars(array):
    """S8."""
    found = again(array)
    assert type(found) is type(array)
    assert found.dtype == array.dtype
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("name", ["threefry2x32", "rbg", "unsafe_rbg"])
def test_random_keys_keep_their_implementation(name):
    """S8."""
    keys = jax.random.split(jax.random.key(7, impl=name), 3)
    for key in (keys, keys[0]):
        found = again(key)
        assert found.dtype == key.dtype
        assert jax.random.key_impl(found) == jax.random.key_impl(key)
        assert eqx.tree_equal(jax.random.key_data(found), jax.random.key_data(key))


def test_weak_types_stay_weak():
    assert again(jnp.asarray(2.0)).weak_type
    assert not again(jnp.ones(())).weak_type


def test_wide_arrays_are_loaded_as_narrow_ones_with_a_warning():
    """S9."""
    with jax.enable_x64(True):
        data = {"a": [jnp.float64(1 / 3) * jnp.ones(2)], "b": np.ones(2)}
    with jax.enable_x64(True):
        file = saved(data)
    from tests.serialization.things import loaded

    with jax.enable_x64(False), pytest.warns(parax.PrecisionWarning, match=r"root\['a'\]\[0\]"):
        found = loaded(file)
    assert found["a"][0].dtype == jnp.float32
    assert found["b"].dtype == np.float64
    with jax.enable_x64(True):
        assert loaded(file)["a"][0].dtype == jnp.float64


one, two = jnp.ones(()), jnp.ones(2)
normal = D.Normal(one, one)
DISTREQX = [
    D.Bernoulli(probs=two / 2),
    D.Bernoulli(logits=two),
    D.Beta(one, one),
    D.Categorical(probs=two / 2),
    D.Gamma(one, one),
    D.Independent(D.Normal(two, two)),
    D.Logistic(one, one),
    D.MixtureSameFamily(D.Categorical(probs=two / 2), D.Normal(two, two)),
    D.MultivariateNormalDiag(two, two),
    D.MultivariateNormalFromBijector(two, B.DiagLinear(two)),
    D.MultivariateNormalFullCovariance(two, jnp.eye(2)),
    D.MultivariateNormalTri(two, jnp.eye(2)),
    D.Normal(0.0, 1.0),
    D.OneHotCategorical(probs=two / 2),
    D.Transformed(normal, B.Chain([B.Shift(one), B.Tanh()])),
    D.Uniform(0 * one, one),
    B.Block(B.Sigmoid(), 1),
    B.Chain([B.Shift(one), B.ScalarAffine(one, one)]),
    B.DiagLinear(two),
    B.ScalarAffine(one, log_scale=one),
    B.Shift(one),
    B.Sigmoid(),
    B.Tanh(),
    B.TriangularLinear(jnp.eye(2)),
    B.UnconstrainedAffine(jnp.eye(2), two),
]


def test_every_class_of_distreqx_is_in_the_table():
    """S10: of the pinned version."""
    found = {
        cls
        for room in (D, B)
        for cls in vars(room).values()
        if isinstance(cls, type) and not cls.__name__.startswith("Abstract")
    }
    assert found == {type(each) for each in DISTREQX}


@pytest.mark.parametrize("x", DISTREQX, ids=lambda x: type(x).__name__)
def test_distributions_and_bijectors(x):
    """S10: alone, nested, and inside a parameter."""
    assert eqx.tree_equal(again({"x": [x]}), {"x": [x]})
    key = "distribution" if isinstance(x, D.AbstractDistribution) else "transform"
    given: dict[str, Any] = {key: x}
    p = Parameter(latent_value=jnp.full(2, 0.5), **given)
    assert eqx.tree_equal(again(p), p)


def test_parameters():
    """S6: everything of P55."""
    p = Parameter(
        [1.0, 2.0],
        fixed=True,
        name=["a", "b"],
        bounds=[(0, 3), (1, 4)],
        unit="nH",
        info={"notes": [1, np.ones(2)], "f": {1: None}},
    )
    q = again(p)
    assert eqx.tree_equal(q, p)
    assert (q.name, q.unit, q.scale, q.fixed) == (p.name, "nH", p.scale, True)
    assert q.info["notes"][1].tolist() == [1, 1]


def test_halves_of_a_partition():
    """S6: with None where the other half has an array."""
    p = Parameter(1.0, distribution=normal, transform=B.Shift(one), bounds=(0, 3))
    for half in eqx.partition(p, lambda _: False):
        assert eqx.tree_equal(again(half), half)


def test_modules_anywhere():
    """S3, S6: in containers, and below plain Modules of Equinox."""
    model = Outer(Line(), [Line(slope=Parameter(3.0), name="x"), {"a": Plain(Line())}], fn=jnp.tanh)
    for tree in (model, [model], {"m": (model, 1)}, Plain({"m": model}), Plain(eqx.nn.Identity())):
        found = again(tree)
        assert type(found) is type(tree)
        assert eqx.tree_equal(found, tree)
    assert again(model).layers[0].name == "x"
    assert again(model).param_names() == model.param_names()


def test_networks_of_equinox():
    """S6."""
    linear = eqx.nn.Linear(2, 3, key=jax.random.key(0))
    network = eqx.nn.Sequential([linear, eqx.nn.Lambda(jax.nn.relu), eqx.nn.LayerNorm(3)])
    assert eqx.tree_equal(again(network), network)


def expressions():
    x = op.Input("x")
    line = Line()
    yield "arithmetic", abs(x * 2 - 1) ** 2 / (x + Parameter(3.0))
    yield "reduction", op.Reduce(x + jnp.ones(3), jnp.max)
    yield "where", op.Where(x > 1, x, -x)
    yield "index", op.Index(op.Constant(jnp.arange(4.0)), slice(1, None, 2))
    yield "stack", op.Stack([x, x + 1])
    yield "method", op.Method("params") + 1
    yield "attribute", op.Attribute("slope") + line.slope
    yield "lambda", op.Lambda(jnp.sin)
    yield "text", parax.parse("clip(x, 0, 1) + mean([a, b]) if a > 2 else sqrt(a**2 + 1)")


@pytest.mark.parametrize("e", [pytest.param(e, id=name) for name, e in expressions()])
def test_operators(e):
    """S6."""
    found = again(e)
    assert eqx.tree_equal(found, e)
    assert repr(found) == repr(e)
    assert found.graph().structure == e.graph().structure


def test_partial_functions():
    """S10."""
    plain = again(functools.partial(jnp.power, 2.0))
    assert (plain.func, plain.args, plain.keywords) == (jnp.power, (2.0,), {})
    tree = jtu.Partial(jnp.sum, axis=0, where=jnp.ones(2, bool))
    assert eqx.tree_equal(again(tree), tree)
    nested = jtu.Partial(functools.partial(jnp.clip, min=0), 3.0)
    assert eqx.tree_equal(again(nested)(), nested())


def test_what_is_shared_stays_shared():
    """S11: one object, stored once; and what is equal only stays two."""
    array, line, items = jnp.ones(1000), Line(), [1]
    found = again([array, {"a": array}, line, Plain(line), items, items, Line()])
    assert found[0] is found[1]["a"]
    assert found[2] is found[3].child
    assert found[4] is found[5]
    assert found[6] is not found[2]
    assert len(saved([array, array])) < 2 * array.nbytes


def test_a_chain_of_operators_may_be_very_deep():
    """S11: nothing recurses."""
    x = chain = op.Input("x")
    for _ in range(100_000):
        chain = chain + 1.0
    found = again(chain)
    for _ in range(100_000):
        found = found.left
    assert eqx.tree_equal(found, x)
    nested = []
    for _ in range(100_000):
        nested = [nested]
    assert len(again(nested)) == 1


def test_sums_that_share_their_parts_stay_small():
    """S11: two to the power of 300 walks, 300 nodes."""
    x = op.Input("x")
    for _ in range(300):
        x = x * x
    assert len(saved(x)) < 100_000
    assert repr(type(again(x))) == repr(type(x))


def test_saving_changes_nothing():
    """S4."""
    model = Outer(Line(), [Line()], fn=jnp.tanh)
    before, leaves = repr(model), jtu.tree_leaves(model)
    saved(model)
    assert repr(model) == before
    assert all(a is b for a, b in zip(leaves, jtu.tree_leaves(model), strict=True))


def test_functions_of_this_module_load_when_trusted():
    """S13."""
    with pytest.raises(parax.SerializationTypeError, match="not trusted"):
        again(square)
    assert again(square, trusted_modules=["tests.serialization.things"]) is square


def test_no_warning_is_given():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again(Outer(Line(), [jnp.ones(3)]))


def test_every_text_of_the_corpus():
    """S6: whatever the language makes of a text."""
    corpus = Path(__file__).parents[2] / "grammar" / "corpus" / "valid.txt"
    texts = [each.split("\n----")[0].strip() for each in corpus.read_text().split("====\n")]
    found = 0
    for text in texts:
        try:
            made = parax.parse(text)
        except parax.ParaxError:  # the corpus is of grammar: names need not have a meaning
            continue
        found += 1
        assert eqx.tree_equal(again(made), made), text
    assert found > 50


def test_groups():
    """S6."""
    joint = D.MultivariateNormalDiag(jnp.zeros(2), two)
    group = ParameterGroup(["a", "b"], distribution=joint)
    assert eqx.tree_equal(again([group]), [group])
