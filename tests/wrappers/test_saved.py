"""Wrappers in files and in pickles, and in compiled objectives: S6, W2."""

import pickle
from typing import Any

import jax
import jax.numpy as jnp
import pytest

import parax
from parax.module import Module
from parax.parameters import Between, Parameter, Positive
from parax.wrappers import (
    NonTrainable,
    Parameterize,
    RealToIncreasingOnInterval,
    WeightNormalization,
    non_trainable,
    unwrap,
)
from tests.wrappers.trees import equal


class Amplifier(Module):
    gain: object
    offset: Any = Parameter(1.0)

    def __call__(self, x):
        return unwrap(self.gain) * x + self.offset


THINGS = {
    "parameterize": lambda: Parameterize(jnp.exp, Parameter(0.5, name="g")),
    "keywords": lambda: Parameterize(jnp.clip, jnp.ones(2), min=jnp.zeros(2)),
    "nested": lambda: Parameterize(jnp.square, NonTrainable(Parameterize(jnp.exp, jnp.ones(2)))),
    "non_trainable": lambda: NonTrainable({"x": jnp.ones(2), "n": 3, "s": "text"}),
    "frozen": lambda: non_trainable([jnp.ones(2), Parameter(1.0)]),
    "weights": lambda: WeightNormalization(jnp.array([[3.0, 4.0]])),
    "increasing": lambda: RealToIncreasingOnInterval(3, (0, 2), include_endpoints="both"),
    "positive": lambda: Parameter(2.0, transform=Positive()),
    "between": lambda: Parameter([1.0, 2.0], transform=Between([0.0, 1.0], 5.0)),
    "model": lambda: Amplifier(Parameterize(jnp.exp, Parameter(0.5))),
}


@pytest.mark.parametrize("thing", THINGS)
def test_saved_and_loaded(thing, tmp_path):  # S6
    value = THINGS[thing]()
    parax.save(tmp_path / "x.prx", {"value": value})
    found = parax.load(tmp_path / "x.prx")["value"]
    assert equal(found, value)
    assert equal(unwrap(found), unwrap(value))


# compiled functions of JAX do not pickle, alone or wrapped
@pytest.mark.parametrize("thing", ["non_trainable", "frozen", "weights", "increasing", "between"])
def test_pickled(thing):
    value = THINGS[thing]()
    found = pickle.loads(pickle.dumps(value))
    assert equal(found, value)


@pytest.mark.parametrize("thing", ["positive", "between"])
def test_transforms_in_json(thing):  # P55
    p = THINGS[thing]()
    assert equal(Parameter.from_json(p.to_json()), p)


def test_a_file_of_a_lambda_is_refused(tmp_path):  # S6
    with pytest.raises(parax.SerializationTypeError, match="lambda"):
        parax.save(tmp_path / "x.prx", Parameterize(lambda x: x, 1.0))


@pytest.mark.parametrize("thing", THINGS)
def test_texts_of_wrappers_are_short(thing):
    text = repr(THINGS[thing]())
    assert len(text) < 300
    assert "0x" not in text


def test_a_text_reads_as_it_is_written():
    assert repr(Parameterize(jnp.exp, Parameter(0.5))) == "Parameterize(exp, Parameter(value=0.5))"
    assert repr(Parameterize(max, 1, key=2)) == "Parameterize(max, 1, key=2)"


def test_a_model_with_wrappers_unwraps_itself():
    model = Amplifier(Parameterize(jnp.exp, Parameter(0.5)))
    assert float(jax.jit(lambda m: m(2.0))(model)) == pytest.approx(2 * float(jnp.exp(0.5)) + 1)
