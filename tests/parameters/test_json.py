"""P54-P57: a Parameter as JSON, and back."""

import json
import math
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from distreqx import bijectors as B  # noqa: N812  # as everyone writes it
from distreqx import distributions as D  # noqa: N812

import parax
from parax import Parameter, SerializationError, SerializationTypeError
from tests.serialization.test_round_trip import DISTREQX


def again(p):
    return Parameter.from_json(p.to_json())


def test_keys():
    """P54: what is unset, empty or default is left out, except `fixed` and `scale`."""
    plain = json.loads(Parameter(1.5).to_json())
    assert plain.pop("dtype") == jnp.result_type(float).name
    assert plain == {"format": 1, "value": 1.5, "fixed": False, "scale": 1.0}
    full = Parameter(
        [1.0, 2.0], name="u", unit="nH", bounds=(0, 4), distribution=D.Uniform(0.0, 4.0), foo=1
    )
    held = json.loads(full.to_json())
    assert held.keys() == plain.keys() | {
        *("dtype", "unit", "bounds", "distribution", "name", "info"),
    }
    assert (held["value"], held["bounds"], held["info"]) == ([1, 2], [0, 4], {"foo": 1})
    moved = json.loads(Parameter(1.0, transform=B.Shift(2.0)).to_json())
    assert moved["latent_value"] == -1.0
    assert "value" not in moved


def test_the_example_of_the_contract():
    p = parax.Uniform(0.0, 2.0, name="u", foo=1).transformed(B.Shift(2.0))
    q = again(p)
    assert (float(q.value), q.bounds.tolist(), q.info) == (3.0, [2.0, 4.0], {"foo": 1})
    assert eqx.tree_equal(p, q)


PARAMETERS = {
    "scalar": lambda: Parameter(0.1),
    "fixed": lambda: Parameter(0.1, fixed=True, scale=1e-9),
    "vector": lambda: Parameter([0.1, 1e-300], name=["a", "b"]),
    "matrix": lambda: Parameter([[1.0, 2.0], [3.0, 4.0]], name="m"),
    "empty": lambda: Parameter(jnp.zeros((0,))),
    "empty matrix": lambda: Parameter(jnp.zeros((2, 0))),
    "unit": lambda: Parameter(3.0, unit="nH"),
    "bounds": lambda: Parameter([1.0, 2.0], bounds=[(0, math.inf), (-math.inf, 3)]),
    "function": lambda: Parameter(latent_value=0.5, transform=jnp.exp),
    "info": lambda: Parameter(
        1.0,
        info={"a": [1, None, "nan", math.inf], "b": {"$": 1}, "c": {2: (1j, b"x")}, "d": {"e": []}},
    ),
    "arrays in info": lambda: Parameter(
        1.0, info={"x": jnp.arange(3), "y": np.float32(1.5), "z": jnp.ones(2, jnp.bfloat16)}
    ),
    "shift": lambda: Parameter(1.0, transform=B.Shift(0.3)),
    "chain": lambda: Parameter(
        latent_value=0.1,
        transform=B.Chain([B.Shift(0.3), B.Tanh()]),
        distribution=D.Transformed(D.Normal(0.1, 0.7), B.Shift(1.0)),
    ),
    "mixture": lambda: Parameter(
        [1.0, 2.0],
        distribution=D.MixtureSameFamily(
            D.Categorical(probs=jnp.array([0.3, 0.7])), D.Normal(jnp.ones(2), jnp.ones(2))
        ),
    ),
}


@pytest.mark.parametrize("make", PARAMETERS.values(), ids=PARAMETERS)
def test_the_round_trip_is_exact(make):
    """P55."""
    p = make()
    q = again(p)
    assert eqx.tree_equal(q, p)
    assert q.dtype == p.dtype
    assert q.to_json() == p.to_json()


@pytest.mark.parametrize("x", DISTREQX, ids=lambda x: type(x).__name__)
def test_every_distribution_and_bijector(x):
    """P55."""
    key = "distribution" if isinstance(x, D.AbstractDistribution) else "transform"
    given: dict[str, Any] = {key: x}
    p = Parameter(latent_value=jnp.full(2, 0.5), **given)
    assert eqx.tree_equal(again(p), p)


def test_what_json_has_no_numbers_for():
    """P56."""
    p = Parameter(jnp.array([math.nan, math.inf, -math.inf]), info={"x": math.nan})
    text = p.to_json()
    assert json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert json.loads(text)["value"] == ["nan", "inf", "-inf"]
    q = again(p)
    assert np.array_equal(q.value, p.value, equal_nan=True)
    assert math.isnan(q.info["x"])


def test_lambdas_are_refused():
    """P57: at the key."""
    with pytest.raises(SerializationTypeError, match="`transform` is a lambda"):
        Parameter(latent_value=1.0, transform=lambda x: x).to_json()
    with pytest.raises(SerializationTypeError, match=r"`info\['f'\]\[0\]` is a lambda"):
        Parameter(1.0, info={"f": [lambda x: x]}).to_json()


def changed(**entries):
    return json.dumps(json.loads(Parameter(1.0).to_json()) | entries)


WRONG = {
    "no JSON": ("{", "no JSON"),
    "no object": ("[1]", "key `format`"),
    "bare NaN": ('{"format": 1, "value": NaN}', "NaN"),
    "a key twice": ('{"format": 1, "value": 1.0, "value": 2.0}', "twice"),
    "later format": (changed(format=2), "`format` is `2`"),
    "format of text": (changed(format="1"), "`format`"),
    "unknown key": (changed(label="a"), "`label`"),
    "no value": ('{"format": 1}', "`value`"),
    "value of text": (changed(value="a"), "`value`"),
    "ragged": (changed(value=[[1], [2, 3]]), "`value`"),
    "dtype": (changed(dtype="os"), "`value`"),
    "fixed": (changed(fixed=1), "`fixed`"),
    "scale": (changed(scale=0), "`scale`"),
    "scale of text": (changed(scale="x"), "`scale`"),
    "name": (changed(name=3), "`name`"),
    "bounds": (changed(bounds=[1, 2, 3]), "`bounds`"),
    "distribution": (changed(distribution=[1]), "`distribution`"),
    "unknown class": (changed(distribution={"$": ["module", "a.b:C"]}), "`distribution`"),
    "evil": (changed(transform={"$": ["function", "os:system"]}), "`transform`"),
    "code": (changed(info={"x": {"$": ["code", "1"]}}), r"`info\['x'\]`"),
    "array": (changed(info={"x": {"$": ["ndarray", "float32", {}]}}), r"`info\['x'\]`"),
    "deep": ('{"format": 1, "value": ' + "[" * 100_000, "no JSON"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_malformed_texts_name_the_key(text, words):
    """P57."""
    with pytest.raises(SerializationError, match=words):
        Parameter.from_json(text)


def test_64_bit_read_where_jax_holds_32():
    """P55, S9."""
    with jax.enable_x64(True):
        text = Parameter(0.1, name="a").to_json()
    with jax.enable_x64(False), pytest.warns(parax.PrecisionWarning, match="`a`"):
        assert Parameter.from_json(text).dtype == jnp.float32
