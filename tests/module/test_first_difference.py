"""Where two trees are not alike, in words: T5, T13, T17."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.module import Module, first_difference
from parax.parameters import Fixed, Parameter


class Layer(Module):
    weight: object
    size: int = eqx.field(static=True, default=1)


W = jnp.ones(2, jnp.float32)
ALIKE = [
    ({"a": [W, None, "text"]}, {"a": [2 * W, None, "text"]}),
    (Layer(Parameter(1.0)), Layer(Parameter(2.0))),
    (3, 4),
    (1, 2.0),
    (2.0, jnp.array(1.0, jnp.float32)),
    (jnp.array(0), jnp.array(1.0, jnp.float32)),
    (np.ones(2, np.float32), W),
    (np.sin, np.sin),
    (float("nan"), 0.0),
    ({}, {}),
]


@pytest.mark.parametrize("pair", ALIKE, ids=range(len(ALIKE)))
def test_alike(pair):
    assert first_difference(*pair) is None


DIFFERENT = [
    ({"a": W}, {"b": W}, "the model was a dict of 1 and became a dict of 1"),
    ({"a": [W, W]}, {"a": (W, W)}, "`['a']` was a list of 2 and became a tuple of 2"),
    ([W, W], [W, W[:1]], "`[1]` was `float32[2]` and became `float32[1]`"),
    ([W], [W.astype(jnp.float16)], "`[0]` was `float32[2]` and became `float16[2]`"),
    ([W], [None], "`[0]` was `float32[2]` and became None"),
    ([None], [W], "`[0]` was None and became `float32[2]`"),
    ([W], [[W]], "`[0]` was `float32[2]` and became a list of 1"),
    ([[W]], [W], "`[0]` was a list of 1 and became `float32[2]`"),
    ("a", "b", "the model was a str, `'a'` and became a str, `'b'`"),
    (1, "1", "the model was an int, `1` and became a str, `'1'`"),
    (2.0, 1, "the model was a float, `2.0` and became an int, `1`"),
    (Layer(W), Layer(W, 2), "`.size` was `1` and became `2`"),
    (Layer(Layer(W)), Layer(Layer(W, name="b")), "`.weight.name` was `None` and became `'b'`"),
    ([Parameter(1.0)], [Fixed(1.0)], "`[0].fixed` was `False` and became `True`"),
    (Layer(W), {"weight": W}, "the model was a Layer and became a dict of 1"),
    (np.sin, np.cos, "the model was an ufunc and became an ufunc"),
    (jnp.array(1.0, jnp.float32), jnp.array([1.0], jnp.float32), "the model was `float32[]`"),
]


@pytest.mark.parametrize(("old", "new", "words"), DIFFERENT, ids=range(len(DIFFERENT)))
def test_different(old, new, words):
    assert str(first_difference(old, new)).startswith(words)


def test_what_is_static_without_a_field():
    class Pair:
        def __init__(self, value, kind):
            self.value, self.kind = value, kind

    jax.tree_util.register_pytree_with_keys(
        Pair,
        lambda pair: (((jax.tree_util.GetAttrKey("value"), pair.value),), pair.kind),
        lambda kind, children: Pair(next(iter(children)), kind),
    )
    found = first_difference([Pair(1.0, "a")], [Pair(1.0, "b")])
    assert str(found) == "`[0]` was static in one way and became static in another"


def test_who_decides():
    def decide(old, new):
        return True if old is None else (False if new == "bad" else None)

    assert first_difference([None, 1.0], ["anything", 2.0], decide) is None
    assert first_difference(["bad"], ["bad"], decide) is not None
    assert str(first_difference(1.0, None, called="the root")).startswith("the root was")


def test_under_jit():
    found = []
    jax.jit(lambda x: found.append(first_difference([x], [x[:1]])) or x)(W)
    assert str(found[0]) == "`[0]` was `float32[2]` and became `float32[1]`"
