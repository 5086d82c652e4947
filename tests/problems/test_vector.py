"""The flat vector: flatten, unflatten, rebind, and everything that it is not (U4, U5)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.parameters import Parameter
from tests.problems.models import Bowl, Line, Mixed, traces

MIXED = "r*2 + length*1000 + sum(v**2) + k"


@pytest.fixture(scope="module")
def problem():
    return parax.problem(MIXED, Mixed())


def test_flatten_is_the_inverse_of_unflatten(problem):
    x = problem.x0 + 0.25
    np.testing.assert_array_equal(problem.flatten(problem.unflatten(x)), x)


def test_unflatten_is_the_inverse_of_flatten(problem):
    model = Mixed(v=[4.0, 5.0, 6.0])
    back = problem.unflatten(problem.flatten(model))
    assert back.v.value.tolist() == [4.0, 5.0, 6.0]
    assert float(back.k.value) == 4.0


def test_the_value_at_a_vector_is_that_of_its_model(problem):
    x = problem.x0 * 1.5
    rebound = problem.rebind(problem.unflatten(x))
    np.testing.assert_allclose(rebound(rebound.x0), problem(x), rtol=1e-6)
    np.testing.assert_allclose(rebound.x0, x, rtol=1e-6)


def test_unflatten_keeps_metadata_and_what_is_fixed(problem):
    model = problem.unflatten(problem.x0 + 1)
    assert model.length.bounds.tolist() == [0.0, 5.0]
    assert model.k.fixed


def test_the_vector_is_flattened_with_the_expressions_own_parameters():
    problem = parax.problem(op.Input("a") * Parameter(7.0, name="p"), Bowl())
    assert problem.flatten(Bowl(a=2.0)).tolist() == [2.0, 1.0, 7.0]
    assert problem.unflatten([5.0, 6.0, 8.0]).a.value.tolist() == 5.0


def test_flatten_refuses_a_model_of_other_shapes(problem):
    with pytest.raises(parax.ParameterValueError) as caught:
        problem.flatten(Mixed(v=[1.0, 2.0]))
    assert str(caught.value) == (
        "array size mismatch: the model has 4 free values, this problem's has 5"
    )


def test_rebinding_keeps_what_is_not_given():
    problem = parax.problem("sum(y) + t", Line(), jnp.ones(3), t=1.0)
    assert float(problem.rebind(inputs={"t": 5.0})(problem.x0)) == 12.5
    again = problem.rebind(Line(slope=1.0))
    assert float(again(again.x0)) == 5.5
    again = problem.rebind(Line(slope=1.0), jnp.zeros(3), inputs={"t": 0.0})
    assert float(again(again.x0)) == 1.5
    assert float(problem(problem.x0)) == 8.5


def test_rebinding_another_shape_specialises_again():
    problem = parax.problem("sum(y)", Line(), jnp.ones(3))
    problem(problem.x0)
    before = traces()
    again = problem.rebind(Line(), jnp.ones(4))
    assert float(again(again.x0)) == 10.0
    assert traces() == before + 1


@pytest.mark.parametrize(
    "x",
    [
        [3, 1],
        (3.0, 1.0),
        np.array([3.0, 1.0]),
        np.array([3, 1]),
        np.array([3.0, 1.0], np.float32),
        np.array([3.0, 1.0], np.float16),
        jnp.array([3, 1]),
        jnp.array([3.0, 1.0], jnp.float32),
        jnp.array([True, True]) * 3.0 - jnp.array([0.0, 2.0]),
        [jnp.array(3.0), 1.0],
    ],
    ids=lambda x: f"{type(x).__name__} {getattr(x, 'dtype', '')}",
)
def test_any_array_of_numbers_is_a_vector(x):
    problem = parax.problem("a*a + b", Bowl())
    for _ in range(2):
        value, gradient = problem.value_and_gradient(x)
        assert (float(value), gradient.tolist()) == (10.0, [6.0, 1.0])
        assert gradient.dtype == problem.x0.dtype
        assert isinstance(value, jax.Array)


def test_arrays_of_another_dtype_cause_no_trace_and_no_second_executable():
    problem = parax.problem("a*a + b*0.25", Bowl())
    problem(problem.x0)
    before = traces()
    other = jnp.float32 if problem.x0.dtype == jnp.float64 else jnp.float16
    for x in (problem.x0.astype(other), np.array([3, 1]), problem.x0, np.array([3.0, 1.0])):
        assert float(problem(x)) == 9.25
    assert traces() == before
    assert problem._value.__closure__ is not None


def test_a_strided_or_read_only_array_is_a_vector():
    problem = parax.problem("a*a + b", Bowl())
    wide = np.array([3.0, 9.0, 1.0, 9.0])[::2]
    wide.flags.writeable = False
    assert float(problem(wide)) == 10.0
    assert float(problem(wide)) == 10.0


def test_the_result_does_not_change_when_the_callers_array_does():
    problem = parax.problem("a*a + b", Bowl())
    x = np.array([3.0, 1.0])
    values = []
    for _ in range(50):
        values.append(problem(x))
        x[0] += 1.0
    assert [float(value) for value in values] == [(3.0 + n) ** 2 + 1 for n in range(50)]


WRONG = "array size mismatch: the flat vector has shape (2,), got {}"
REFUSED = "the flat vector is an array of 2 numbers, got `{}`"


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        ([1.0], parax.ParameterValueError, WRONG.format("(1,)")),
        ([1.0, 2.0, 3.0], parax.ParameterValueError, WRONG.format("(3,)")),
        (jnp.zeros(3), parax.ParameterValueError, WRONG.format("(3,)")),
        (np.zeros((2, 2)), parax.ParameterValueError, WRONG.format("(2, 2)")),
        (jnp.zeros((1, 2)), parax.ParameterValueError, WRONG.format("(1, 2)")),
        (3.0, parax.ParameterValueError, WRONG.format("()")),
        (["1", "2"], parax.OperatorTypeError, REFUSED.format("['1', '2']")),
        ("12", parax.OperatorTypeError, REFUSED.format("'12'")),
        (None, parax.OperatorTypeError, REFUSED.format("None")),
        ([[1.0, 2.0], [3.0]], parax.OperatorTypeError, REFUSED.format("[[1.0, 2.0], [3.0]]")),
        ({"a": 1.0}, parax.OperatorTypeError, REFUSED.format("{'a': 1.0}")),
        (Bowl, parax.OperatorTypeError, REFUSED.format(repr(Bowl))),
        ([True, False], parax.OperatorTypeError, REFUSED.format("[True, False]")),
        ([1j, 2.0], parax.OperatorTypeError, "the flat vector is complex"),
        (jnp.array([1j, 2.0]), parax.OperatorTypeError, "the flat vector is complex"),
    ],
    ids=str,
)
def test_what_is_no_vector_is_refused(x, error, words):
    problem = parax.problem("a*a + b", Bowl())
    problem(problem.x0)
    for _ in range(2):  # the first may take the quick way, the second looks first
        with pytest.raises(error) as caught:
            problem(x)
        assert words in str(caught.value)
    assert float(problem(problem.x0)) == 10.0


def test_a_vector_of_nan_gives_nan():
    assert np.isnan(parax.problem("a*a + b", Bowl())([np.nan, 1.0]))


# --- Batches ---------------------------------------------------------------------------------


def test_a_batch_is_each_vector_alone(problem):
    X = np.asarray(problem.x0) + np.linspace(-1, 1, 7)[:, None]
    values, gradients = problem.batch(X, gradient=True)
    assert (values.shape, gradients.shape) == ((7,), (7, 5))
    for row, value, gradient in zip(X, values, gradients, strict=True):
        want, want_gradient = problem.value_and_gradient(row)
        np.testing.assert_allclose(value, want, rtol=1e-5)
        np.testing.assert_allclose(gradient, want_gradient, rtol=1e-5)
    np.testing.assert_allclose(problem.batch(X), values, rtol=1e-6)


def test_a_batch_of_none_and_of_one(problem):
    assert problem.batch(np.zeros((0, 5))).shape == (0,)
    assert problem.batch([problem.x0]).shape == (1,)


def test_a_batch_of_the_same_size_is_not_traced_again(problem):
    problem.batch(np.zeros((3, 5)))
    before = traces()
    problem.batch(np.ones((3, 5)))
    assert traces() == before


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 5), (5, 3)])
def test_a_batch_of_another_shape_is_refused(problem, shape):
    with pytest.raises(parax.ParameterValueError) as caught:
        problem.batch(np.zeros(shape))
    assert f"a batch of flat vectors has shape (batch, 5), got {shape}" in str(caught.value)


def test_a_compiled_takes_a_stack_of_models():
    compiled = parax.compile("(a - t)**2 + b")
    stack = jax.vmap(lambda a: Bowl(a=a, b=0.5))(jnp.arange(3.0))
    assert compiled.batch(stack, t=1.0).tolist() == [1.5, 0.5, 1.5]
    values, gradients = compiled.batch(stack, t=1.0, gradient=True)
    assert values.tolist() == [1.5, 0.5, 1.5]
    assert gradients.a.latent_value.tolist() == [-2.0, 0.0, 2.0]


def test_a_compiled_takes_a_stack_of_an_input():
    compiled = parax.compile("(a - t)**2 + b")
    values = compiled.batch(Bowl(), t=jnp.array([3.0, 4.0]), argument="t")
    assert values.tolist() == [1.0, 2.0]


def test_a_stack_that_is_none_is_refused():
    with pytest.raises(parax.ParameterValueError) as caught:
        parax.compile("a*b").batch(Bowl())
    assert "the free arrays of a batch have one first axis of the same length, got ()" in str(
        caught.value
    )


@pytest.mark.parametrize("points", [3, 5000], ids=["packed", "whole"])
def test_what_is_bound_does_not_change_when_the_callers_array_does(points):
    sweep = np.ones(points)
    problem = parax.problem("mean(y)", Line(), sweep)
    sweep[:] = 7.0
    first = float(problem(problem.x0))
    sweep[:] = 9.0
    assert float(problem(problem.x0)) == first
