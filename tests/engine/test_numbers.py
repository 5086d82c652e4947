"""Numbers of an expression are weakly typed arguments: they promote as Python's do (X3, X7)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportOperatorIssue=false

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op

X = op.Input("x")
KINDS = [jnp.float16, jnp.bfloat16, jnp.float32]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [2, 0.5, True], ids=["int", "float", "bool"])
def test_a_constant_takes_the_precision_of_the_array(kind, number):
    x = jnp.ones(3, kind)
    result = parax.compile(X * number + number)(x=x)
    assert result.dtype == kind
    assert result.tolist() == [2 * number] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_that_is_a_plain_number_takes_the_precision_of_the_array(kind):
    assert parax.compile("x*t")(x=jnp.ones(3, kind), t=0.5).dtype == kind


@pytest.mark.parametrize("kind", KINDS)
def test_the_result_is_the_same_under_a_transformation(kind):
    compiled = parax.compile(X * 0.1 + 3)
    x = jnp.linspace(0, 1, 4).astype(kind)
    plain, traced = compiled(x=x), jax.jit(lambda x: compiled(x=x))(x)
    assert plain.dtype == traced.dtype == kind
    np.testing.assert_array_equal(np.asarray(plain, float), np.asarray(traced, float))
    stacked = jax.vmap(lambda one: compiled(x=one))(x)
    assert stacked.dtype == kind


def test_a_complex_constant_makes_a_real_array_complex_of_its_precision():
    assert parax.compile(X * 2j)(x=jnp.ones(2, jnp.float32)).dtype == jnp.complex64


def test_a_float_constant_makes_whole_numbers_floating():
    result = parax.compile(X * 0.5)(x=jnp.arange(3))
    assert result.tolist() == [0.0, 0.5, 1.0]
    assert jnp.issubdtype(result.dtype, jnp.floating)


def test_a_thousand_constants_of_all_kinds_keep_their_places():
    terms = [op.Input("x") * n * (0.5 if n % 3 else 1j) for n in range(1, 400)]
    want = sum(n * (0.5 if n % 3 else 1j) for n in range(1, 400))
    assert complex(parax.compile(op.Sum(terms))(x=1.0)) == pytest.approx(want, rel=1e-5)


def test_a_constant_beyond_32_bit_floats_is_infinite_there():
    result = parax.compile(X * 1e300)(x=jnp.ones((), jnp.float32))
    assert result.dtype == jnp.float32
    assert float(result) == float("inf")


def test_numbers_on_tracers_are_allowed_inside_jit():
    def scaled(t):
        return parax.compile(op.Input("x") * 2.0 + op.Constant(t))(x=1.0)

    assert float(jax.jit(scaled)(3.0)) == 5.0


@pytest.mark.parametrize(
    ("text", "inputs", "wanted"),
    [
        ("2**x", {"x": -1}, 0.5),
        ("x**n", {"x": 2, "n": -1}, 0.5),
        ("x**n", {"x": 2, "n": 3}, 8.0),
        ("x**-70", {"x": 2}, 2.0**-70),
        ("10**n", {"n": -3}, 1e-3),
        ("x**n", {"x": jnp.array([1, 2]), "n": -2}, [1.0, 0.25]),
        ("x**n", {"x": jnp.array([1, 2]), "n": jnp.array(-2)}, [1.0, 0.25]),
    ],
)
def test_a_whole_number_to_a_negative_power_is_no_whole_number(text, inputs, wanted):  # O11
    np.testing.assert_allclose(parax.parse(text)(**inputs), wanted, rtol=1e-6)
    np.testing.assert_allclose(parax.compile(text)(**inputs), wanted, rtol=1e-6)


def test_a_whole_number_to_a_written_power_stays_one():  # O11
    assert parax.compile("x**3")(x=jnp.array([1, 2])).tolist() == [1, 8]
    assert parax.compile("x**3")(x=jnp.array([1, 2])).dtype == jnp.result_type(int)
