"""`out=`: memory is reused when the caller gives it up, and never otherwise (X28)."""

# Numbers become Parameters in ways that no type checker can know.
# pyright: reportArgumentType=false

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax.errors import OperatorTypeError, ParameterValueError
from tests.problems.models import Bowl, traces

X = jnp.linspace(0.0, 1.0, 5)


def pointer(array):
    return array.unsafe_buffer_pointer()


def test_the_result_takes_the_memory_of_what_is_given_up():
    compiled = parax.compile("2*x + y")
    first = compiled(x=X, y=1.0)
    place, before = pointer(first), traces()
    second = compiled(x=X + 1, y=1.0, out=first)
    assert pointer(second) == place
    assert first.is_deleted()
    assert np.allclose(second, 2 * (np.asarray(X) + 1) + 1)
    third = compiled(x=X, y=2.0, out=second)
    assert np.allclose(third, 2 * np.asarray(X) + 2)
    assert traces() == before


def test_nothing_is_given_up_unasked():
    compiled = parax.compile("2*x")
    x = jnp.ones(4)
    first, second = compiled(x=x), compiled(x=x)
    assert not any(one.is_deleted() for one in (x, first, second))
    assert pointer(first) != pointer(second)


def test_several_outputs_have_an_array_each():
    compiled = parax.compile({"u": "x + a", "v": {"p": "x * a", "q": "x * a", "r": "a"}, "n": "2"})
    model = Bowl(a=3.0)
    wanted = compiled(model, x=X)
    first = compiled(model, x=jnp.zeros_like(X))
    found = compiled(model, x=X, out=first)
    assert all(one.is_deleted() for one in jax.tree.leaves(first))
    same = jax.tree.map(lambda left, right: bool(jnp.all(left == right)), found, wanted)
    assert all(jax.tree.leaves(same))


def test_an_array_that_numpy_looks_at_keeps_its_values():
    compiled = parax.compile("x + 1")
    first = compiled(x=jnp.zeros(3))
    view = np.asarray(first)
    assert compiled(x=jnp.ones(3), out=first).tolist() == [2.0, 2.0, 2.0]
    assert view.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("out", "error", "words"),
    [
        (
            jnp.zeros(3, jnp.float32),
            ParameterValueError,
            r"`out` is float32\[3\], and the output is float32\[5\]",
        ),
        (jnp.zeros(5, jnp.int8), ParameterValueError, r"`out` is int8\[5\], and the output is"),
        ([jnp.zeros(5, jnp.float32)], ParameterValueError, "arranged otherwise than the outputs"),
        (np.zeros(5, np.float32), OperatorTypeError, "`out` is a JAX array, got a NumPy array"),
        (1.0, OperatorTypeError, "`out` is a JAX array, got a float"),
    ],
)
def test_what_does_not_fit_is_refused(out, error, words):
    with pytest.raises(error, match=words):
        parax.compile("2*x")(x=X.astype(jnp.float32), out=out)


def test_what_was_given_up_before_is_refused():
    compiled = parax.compile("2*x")
    first = compiled(x=X)
    compiled(x=X, out=first)
    with pytest.raises(ParameterValueError, match="`out` was given up before") as caught:
        compiled(x=X, out=first)
    assert "give what the last call gave" in str(caught.value)


def test_what_is_read_cannot_be_given_up():
    x, y = jnp.ones(5), jnp.ones(5)
    with pytest.raises(ParameterValueError, match="stands in another place of the same call"):
        parax.compile("2*x")(x=x, out=x)
    compiled = parax.compile({"u": "x + 1", "v": "x + 2"})
    with pytest.raises(ParameterValueError, match="stands in another place of the same call"):
        compiled(x=x, out={"u": y, "v": y})
    assert not x.is_deleted()
    assert not y.is_deleted()


def test_inside_a_trace_nothing_is_given_up():
    compiled = parax.compile("2*x")

    @jax.jit
    def twice(x, out):
        return compiled(x=compiled(x=x), out=out)

    first = compiled(x=X)
    assert np.allclose(twice(X, first), 4 * np.asarray(X))
    assert not first.is_deleted()
    assert np.allclose(jax.vmap(lambda x: compiled(x=x, out=first[0]))(X), 2 * np.asarray(X))
    with pytest.raises(ParameterValueError, match="the output is"):
        twice(X, jnp.zeros(2))


def test_an_input_named_out_stands_among_the_inputs():
    assert float(parax.compile("2*out")(inputs={"out": 3.0})) == 6.0
