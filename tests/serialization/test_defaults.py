"""S13, S14: a function without a name is saved where it is the default of its holder's class."""

import inspect
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax import SerializationError, SerializationTypeError
from tests.serialization.things import again, file_of, loaded, saved


class Shaped(eqx.Module):
    shape: Callable = lambda x: x + 1
    size: Any = 3


@pytest.mark.parametrize("sizes", [(2, 3), (2, "scalar"), ("scalar", 2)], ids=["", "in", "out"])
def test_a_perceptron_with_its_defaults_computes_the_same(sizes):
    network = eqx.nn.MLP(*sizes, width_size=4, depth=2, key=jax.random.key(0))
    x = jnp.ones(()) if sizes[0] == "scalar" else jnp.arange(2.0)
    found = again({"net": [network]})["net"][0]
    assert eqx.tree_equal(found, network)
    assert found.final_activation is network.final_activation
    assert np.array_equal(found(x), network(x))


def test_the_default_of_a_field_comes_back():
    assert again(Shaped()).shape is Shaped().shape


def test_another_lambda_is_still_refused():
    network = eqx.nn.MLP(2, 2, 4, 2, final_activation=lambda x: 2 * x, key=jax.random.key(0))
    with pytest.raises(SerializationTypeError, match=r"`root\.final_activation` is a lambda"):
        saved(network)


def test_a_default_outside_of_its_class_is_refused():
    with pytest.raises(SerializationTypeError, match=r"`root\[0\]` is a lambda"):
        saved([Shaped().shape])


def test_a_default_that_is_gone_is_named(monkeypatch):
    from parax.serialization._defaults import defaults_of

    data = saved([Shaped()])
    old = inspect.signature(Shaped.__init__)
    new = old.replace(parameters=[old.parameters["self"]])
    monkeypatch.setattr(Shaped.__init__, "__signature__", new, raising=False)
    monkeypatch.setattr(Shaped.__dataclass_fields__["shape"], "default", jnp.sin)
    defaults_of.cache_clear()
    try:
        with pytest.raises(SerializationTypeError, match=r"`root\[0\]\.shape` is the default of"):
            loaded(data)
    finally:
        defaults_of.cache_clear()


SHAPED = "tests.serialization.test_defaults:Shaped"


@pytest.mark.parametrize(
    "data",
    [[SHAPED, "size"], [SHAPED, "none"], ["os:system", "shape"], [SHAPED], [SHAPED, 3],
     ["equinox.nn._mlp:MLP", "activation"]],
    ids=["no function", "missing", "no Module", "short", "number", "named function"],
)  # fmt: skip
def test_a_file_finds_nothing_else_by_it(data):
    with pytest.raises(SerializationError):
        loaded(file_of([["default", *data]], [[0]]))
