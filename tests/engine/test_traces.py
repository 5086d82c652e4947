"""What causes a trace and what does not (E2, X9, X13): values never, structure always."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false, reportOperatorIssue=false

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.parameters import Fixed
from tests.problems.models import Bowl, Line, Mixed, traces


@pytest.fixture(autouse=True)
def _fresh_cache():
    parax.clear_cache()


def test_the_same_text_twice_traces_once():
    for _ in range(3):
        problem = parax.problem("(a - 1)**2 + b*sin(a)", Bowl())
        problem(problem.x0)
    assert traces() == 1
    assert parax.cache_info().hits == 2


def test_the_same_expression_composed_twice_traces_once():
    for _ in range(2):
        problem = parax.problem((op.Input("a") - 1.0) ** 2 + op.Input("b"), Bowl())
        problem(problem.x0)
    assert traces() == 1


def test_text_and_composition_share_an_executable():
    a = op.Input("a")
    for objective in ("a*a + 2.0*a", a * a + 2.0 * a):
        problem = parax.problem(objective, Bowl())
        problem(problem.x0)
    assert traces() == 1


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ("a - 20.5", "a - 15.25", 5.25),
        ("a - 20", "a - 15", 5),
        ("a - 15.0 - 15.0", "a - 10.0 - 15.0", 5),
        ("a*0.0 + 2.0*3.0", "a*0.0 + 4.0*5.0", 14),
    ],
)
def test_constants_change_without_a_trace(first, second, difference):
    one = parax.problem(first, Bowl())
    values = [float(one(one.x0))]
    before = traces()
    other = parax.problem(second, Bowl())
    values.append(float(other(other.x0)))
    assert traces() == before
    assert values[1] - values[0] == pytest.approx(difference)


def test_inputs_change_without_a_trace():
    problem = parax.problem("(a - target)**2", Bowl(), target=1.0)
    assert float(problem(problem.x0)) == 4.0
    before = traces()
    for target, value in [(2.0, 1.0), (3.0, 0.0), (-1.0, 16.0)]:
        again = problem.rebind(inputs={"target": target})
        assert float(again(again.x0)) == value
        assert float(parax.problem("(a - target)**2", Bowl(), target=target)(again.x0)) == value
    assert traces() == before


@pytest.mark.parametrize("value", [1.0, 2, True, 1 + 2j], ids=["float", "int", "bool", "complex"])
def test_a_plain_number_of_any_kind_is_an_argument(value):
    compiled = parax.compile("x*2")
    assert complex(compiled(x=value)) == 2 * value
    before = traces()
    assert complex(compiled(x=type(value)(0))) == 0
    assert traces() == before


def test_numbers_in_lists_and_dicts_are_arguments():
    compiled = parax.compile(op.Input("p")["u"] + op.Input("q")[1])
    assert float(compiled(p={"u": 1.0, "v": 2}, q=[5.0, 7.0])) == 8.0
    before = traces()
    assert float(compiled(p={"u": 2.0, "v": 3}, q=[5.0, 9.0])) == 11.0
    assert traces() == before


def test_a_number_an_array_of_no_axes_and_one_of_numpy_give_the_same():
    compiled = parax.compile("x + 1")
    given = [2.0, np.float64(2.0), np.array(2.0), jnp.array(2.0), jnp.asarray(2.0)]
    assert [float(compiled(x=one)) for one in given] == [3.0] * 5


def test_a_whole_number_beyond_32_bit_is_a_float():
    compiled = parax.compile("x + 1")
    assert float(compiled(x=2**40)) == pytest.approx(2.0**40 + 1)
    assert float(compiled(x=10**400)) == float("inf")


def test_model_values_change_without_a_trace():
    compiled = parax.compile("a*a + b")
    assert float(compiled(Bowl())) == 10.0
    assert float(compiled(Bowl(a=2.0))) == 5.0
    assert float(compiled.bind(Bowl(a=1.0))(jnp.array([1.0, 1.0]))) == 2.0
    before = traces()
    bound = compiled.bind(Bowl(a=-1.0, b=7.0))
    assert float(bound(bound.x0)) == 8.0
    assert float(compiled(Bowl(a=5.0, b=1.0))) == 26.0
    assert traces() == before


def test_values_of_fixed_parameters_and_bounds_change_without_a_trace():
    compiled = parax.compile("a*b")
    values = []
    for a, upper in [(Fixed(3.0), 5.0), (Fixed(4.0), 6.0)]:
        bound = compiled.bind(Bowl(a=a, b=parax.Parameter(1.0, bounds=(0.0, upper))))
        values.append((float(bound(bound.x0)), bound.gradient(bound.x0).tolist()))
    assert values == [(3.0, [3.0]), (4.0, [4.0])]
    assert traces() == 2  # value and gradient


def test_context_values_change_without_a_trace():
    problem = parax.problem("sum(y)", Line(), jnp.arange(4.0))
    assert float(problem(problem.x0)) == 14.0
    before = traces()
    again = problem.rebind(Line(slope=1.0), jnp.ones(4))
    assert float(again(again.x0)) == 6.0
    assert traces() == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"x": 1}, {"x": 1.0}),
        ({"x": 1.0}, {"x": 1j}),
        ({"x": np.ones(2)}, {"x": np.ones(3)}),
        ({"x": np.ones(2, np.float32)}, {"x": np.ones(2, np.float16)}),
        ({"x": jnp.ones(())}, {"x": jnp.asarray(1.0)}),  # the second is weakly typed
        ({"x": np.ones(2)}, {"x": np.ones((2, 1))}),
    ],
)
def test_another_kind_of_input_is_traced(first, second):
    compiled = parax.compile("x + 1")
    compiled(inputs=first)
    before = traces()
    compiled(inputs=second)
    assert traces() == before + 1
    compiled(inputs=first)
    compiled(inputs=second)
    assert traces() == before + 1


@pytest.mark.parametrize(
    ("first", "second"),
    [("a + 1", "a + 1.0"), ("a + 1.0", "a + 1j"), ("a**2", "a**3"), ("a + b", "a - b")],
)
def test_another_structure_is_traced(first, second):
    parax.compile(first)(Bowl())
    before = traces()
    parax.compile(second)(Bowl())
    assert traces() == before + 1


def test_another_static_field_of_the_model_is_traced():
    compiled = parax.compile("sum(v)")
    compiled(Mixed())
    before = traces()
    compiled(Mixed(order=3))
    assert traces() == before + 1


def test_a_parameter_that_is_fixed_is_traced_as_fixed():
    compiled = parax.compile("a + b")
    compiled.gradient(Bowl())
    before = traces()
    gradient = compiled.gradient(Bowl(b=Fixed(1.0)))
    assert traces() == before + 1
    assert gradient.b.latent_value is None


def test_arrays_in_the_expression_change_without_a_trace():
    for factor in (2.0, 3.0):
        objective = op.Reduce(op.Input("x") * jnp.full(3, factor), jnp.sum)
        assert float(parax.compile(objective)(x=np.ones(3))) == 3 * factor
    assert traces() == 1


def test_a_lambda_of_ones_own_is_keyed_by_itself():
    def doubled(model):
        return 2 * model.a

    for _ in range(2):
        parax.compile(op.Lambda(doubled) + 1)(Bowl())
    assert traces() == 1
    parax.compile(op.Lambda(lambda model: 2 * model.a) + 1)(Bowl())
    assert traces() == 2


def test_examples_compile_at_once_and_the_call_does_not():
    compiled = parax.compile("(a - target)**2", Bowl(), target=0.5)
    assert traces() == 1
    assert float(compiled(Bowl(), target=1.0)) == 4.0
    assert traces() == 1


def test_types_alone_are_examples():
    kind = jax.ShapeDtypeStruct((4,), jnp.result_type(float))
    compiled = parax.compile("sum(y) + x", Line(), kind, x=jax.ShapeDtypeStruct((), kind.dtype))
    assert traces() == 1
    assert float(compiled(Line(), jnp.ones(4), x=jnp.ones(()))) == 11.0
    assert traces() == 1


def test_a_model_of_types_is_an_example():
    kinds = jax.eval_shape(lambda: Mixed())
    compiled = parax.compile("sum(v) + length", kinds)
    assert traces() == 1
    assert float(compiled(Mixed())) == pytest.approx(6.002)
    assert traces() == 1


def test_another_precision_of_products_is_another_executable():
    compiled = parax.compile(op.Input("x") @ op.Input("x"))
    x = jnp.eye(2)
    compiled(x=x)
    with jax.default_matmul_precision("float32"):
        compiled(x=x)
    assert traces() == 2
