"""Problem and Compiled under JAX's transformations, as static arguments, in closures (U8)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportOperatorIssue=false

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from tests.problems.models import Bowl, Line, traces


@pytest.fixture
def problem():
    return parax.problem("(a - 1)**3 * b + sin(a)*2.5", Bowl())


def by_hand(x):
    return (x[0] - 1) ** 3 * x[1] + jnp.sin(x[0]) * 2.5


X = np.array([2.0, 3.0])


def test_under_jit(problem):
    np.testing.assert_allclose(jax.jit(problem)(X), by_hand(X), rtol=1e-6)
    np.testing.assert_allclose(jax.jit(lambda x: problem(x) * 2)(X), 2 * by_hand(X), rtol=1e-6)


def test_inlining_does_not_trace_the_expression_again(problem):
    problem(problem.x0)
    before = traces()
    for scale in range(3):
        jax.jit(lambda x, scale=scale: problem(x) * scale)(X)
    jax.grad(problem)(problem.x0)
    jax.vmap(problem)(jnp.ones((4, 2)))
    assert traces() == before


def test_gradients_of_any_order(problem):
    x = problem.x0
    np.testing.assert_allclose(jax.grad(problem)(x), problem.gradient(x), rtol=1e-6)
    want = jax.hessian(by_hand)(x)
    np.testing.assert_allclose(jax.hessian(problem)(x), want, rtol=1e-5)
    np.testing.assert_allclose(jax.jacfwd(problem.gradient)(x), want, rtol=1e-5)
    np.testing.assert_allclose(jax.jacrev(problem.gradient)(x), want, rtol=1e-5)
    third = jax.grad(lambda x: jax.grad(lambda x: jax.grad(problem)(x)[0])(x)[0])(x)
    want = jax.grad(lambda x: jax.grad(lambda x: jax.grad(by_hand)(x)[0])(x)[0])(x)
    np.testing.assert_allclose(third, want, rtol=1e-4)


def test_under_vmap(problem):
    rows = jnp.stack([problem.x0 * n for n in range(1, 5)])
    want = jax.vmap(by_hand)(rows)
    np.testing.assert_allclose(jax.vmap(problem)(rows), want, rtol=1e-6)
    np.testing.assert_allclose(problem.batch(rows), want, rtol=1e-6)
    values, gradients = jax.vmap(problem.value_and_gradient)(rows)
    np.testing.assert_allclose(values, want, rtol=1e-6)
    np.testing.assert_allclose(gradients, problem.batch(rows, gradient=True)[1], rtol=1e-6)
    nested = jax.vmap(jax.vmap(problem))(rows[None])
    np.testing.assert_allclose(nested, want[None], rtol=1e-6)
    under = jax.vmap(problem.batch)(rows[None])
    np.testing.assert_allclose(under, want[None], rtol=1e-6)


def test_in_a_scan(problem):
    def step(x, _):
        value, gradient = problem.value_and_gradient(x)
        return x - 0.01 * gradient, value

    end, values = jax.jit(lambda x: jax.lax.scan(step, x, length=5))(problem.x0)
    x = problem.x0
    for value in values:
        np.testing.assert_allclose(problem(x), value, rtol=1e-5)
        x = x - 0.01 * problem.gradient(x)
    np.testing.assert_allclose(end, x, rtol=1e-5)


def test_in_a_while_loop(problem):
    end = jax.lax.while_loop(lambda x: problem(x) > 5.0, lambda x: x - 0.1, problem.x0)
    assert float(problem(end)) <= 5.0


def test_as_a_static_argument(problem):
    run = jax.jit(lambda f, x: f(x) + 1, static_argnums=0)
    np.testing.assert_allclose(run(problem, X), by_hand(X) + 1, rtol=1e-6)

    @partial(jax.jit, static_argnames="f")
    def named(x, f):
        return f(x=x)

    assert float(named(2.0, f=parax.compile("x*3"))) == 6.0


def test_they_are_equal_to_themselves_alone():
    one, other = parax.problem("a*b", Bowl()), parax.problem("a*b", Bowl())
    assert one == one
    assert one != other
    assert len({one, other, one}) == 2
    compiled = parax.compile("a*b")
    assert compiled != parax.compile("a*b")
    assert {compiled: 1}[compiled] == 1


def test_a_problem_made_before_is_called_first_inside_jit(problem):
    inside = jax.jit(lambda x: problem(x) + problem.gradient(x)[0])(X)
    want = by_hand(X) + jax.grad(by_hand)(jnp.asarray(X))[0]
    np.testing.assert_allclose(inside, want, rtol=1e-5)
    np.testing.assert_allclose(problem(X), by_hand(X), rtol=1e-6)
    np.testing.assert_allclose(problem(problem.x0), by_hand(problem.x0), rtol=1e-6)


def test_its_start_read_first_inside_jit_does_not_leak():
    problem = parax.problem("a*b + 2.5 + sum(y)", {"a": 1.0, "b": jnp.array(2.0)}, y=np.ones(3))
    jax.jit(lambda x: problem(x) + problem(problem.x0))(problem.x0 * 0)
    assert float(problem(problem.x0)) == 7.5

    other = parax.problem("a*b + 2.5", Bowl())
    jax.jit(lambda x: other(other.x0) * x)(1.0)
    assert other.x0.tolist() == [3.0, 1.0]
    assert float(other(other.x0)) == 5.5


def test_a_concrete_vector_inside_jit(problem):
    problem(problem.x0)
    assert float(jax.jit(lambda t: problem(problem.x0) * t)(2.0)) == pytest.approx(
        2 * float(problem(problem.x0)), rel=1e-6
    )


def test_a_traced_vector_of_another_length_is_refused(problem):
    with pytest.raises(parax.ParameterValueError, match="has shape \\(2,\\), got \\(3,\\)"):
        jax.jit(problem)(np.ones(3))


def test_a_traced_vector_of_whole_numbers(problem):
    assert float(jax.jit(problem)(np.array([1, 2]))) == pytest.approx(float(problem([1.0, 2.0])))


def test_bind_and_rebind_inside_jit_with_tracers():
    compiled = parax.compile("(a - t)**2 + b*sum(y)")

    @jax.jit
    def of_target(t, y):
        bound = compiled.bind(Bowl(), t=t, y=y)
        return bound(bound.x0), bound.gradient(bound.x0)

    value, gradient = of_target(1.0, jnp.ones(3))
    assert (float(value), gradient.tolist()) == (7.0, [4.0, 3.0])

    outer = compiled.bind(Bowl(), t=1.0, y=jnp.ones(3))

    @jax.jit
    def rebound(a):
        again = outer.rebind(Bowl(a=a), inputs={"t": a - 1})
        return again(again.x0) + again(jnp.zeros(2))

    assert float(rebound(5.0)) == (1 + 3) + 16
    assert float(outer(outer.x0)) == 7.0


def test_a_bound_value_can_be_differentiated():
    compiled = parax.compile("(a - t)**2 + b")

    def of_target(t):
        bound = compiled.bind(Bowl(), t=t)
        return bound(bound.x0)

    assert float(jax.grad(of_target)(1.0)) == -4.0
    assert jax.vmap(of_target)(jnp.arange(3.0)).tolist() == [10.0, 5.0, 2.0]


def test_a_model_made_of_tracers():
    compiled = parax.compile("a*a + b")
    assert float(jax.jit(lambda a: compiled(Bowl(a=a)))(2.0)) == 5.0
    assert float(jax.grad(lambda a: compiled(Bowl(a=a)))(2.0)) == 4.0
    model = parax.problem("a + b", Bowl()).unflatten
    assert float(jax.jit(lambda x: compiled(model(x)))(np.array([2.0, 3.0]))) == 7.0


def test_a_model_as_an_argument_of_jit():
    compiled = parax.compile("sum(y)")
    assert float(jax.jit(compiled)(Line(), jnp.ones(3))) == 7.5
    gradient = jax.jit(compiled.gradient)(Line(), jnp.ones(3))
    assert float(gradient.slope.latent_value) == 3.0


def test_an_expression_built_inside_jit():
    @jax.jit
    def run(t):
        problem = parax.problem((op.Input("a") - t) ** 2 + op.Input("b"), Bowl())
        return problem(problem.x0)

    assert [float(run(t)) for t in (1.0, 2.0)] == [5.0, 2.0]


def test_a_compiled_expression_inside_another():
    inner = parax.compile("x**2 + 1")
    outer = parax.problem(op.Map(lambda value: inner(x=value), op.Input("a")) * 2, Bowl())
    assert float(outer(outer.x0)) == 20.0
    assert outer.gradient(outer.x0).tolist() == [12.0, 0.0]


def test_without_jit(problem):
    with jax.disable_jit():
        np.testing.assert_allclose(problem(X), by_hand(X), rtol=1e-6)
        np.testing.assert_allclose(problem(X), by_hand(X), rtol=1e-6)


def test_no_tracer_leaks():
    with jax.checking_leaks():
        problem = parax.problem("(a - t)**2 + b", Bowl(), t=0.5)
        jax.jit(problem)(np.ones(2))
        jax.grad(problem)(problem.x0)
    assert float(problem(problem.x0)) == 7.25


def test_random_keys_are_inputs():
    compiled = parax.compile(op.Lambda(lambda key: jax.random.uniform(key)) + 1.0)
    key = jax.random.key(0)
    assert float(compiled(key=key)) == pytest.approx(1 + float(jax.random.uniform(key)))
    before = traces()
    compiled(key=jax.random.key(1))
    assert traces() == before
