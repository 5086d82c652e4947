"""Long and deep expressions compile and evaluate (A3, X15, X17)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false, reportOperatorIssue=false

import jax.numpy as jnp

import parax
from parax import op
from parax.engine import own_arrays
from parax.graph import Graph
from tests.problems.models import Bowl


def test_doubling_sixty_times():
    e = op.Input("a")
    for _ in range(60):
        e = e + e
    problem = parax.problem(e, Bowl(a=1.0))
    assert float(problem(problem.x0)) == 2.0**60
    assert problem.gradient(problem.x0).tolist() == [2.0**60, 0.0]


def test_a_sum_of_a_hundred_thousand_equal_terms():
    x, y = op.Input("a"), op.Input("b")
    for _ in range(100_000):
        x = x + y
    problem = parax.problem(x, Bowl(a=1.0, b=2.0))
    assert float(problem(problem.x0)) == 200_001.0
    assert problem.gradient(problem.x0).tolist() == [1.0, 100_000.0]


def test_a_long_chain_is_no_recursion():
    x = op.Input("a")
    for _ in range(1500):
        x = jnp.sin(1.0).item() * x + 0.0
    assert float(parax.compile(x)(Bowl(a=0.0))) == 0.0


def test_numbers_travel_packed():
    terms = [op.Input("a") * float(n) for n in range(1000)]
    graph = Graph.of(op.Sum([*terms, op.Input("b") * 3]))
    assert [array.shape for array in own_arrays(graph)] == [(1,), (1000,)]


def test_what_a_problem_holds_fixed_crosses_as_one_vector():
    problem = parax.problem(
        "(a - 1.5)**2 + sum(x*b) + u + v - 3*a", Bowl(), x=jnp.ones(20), u=1, v=jnp.array([2.0])[0]
    )
    problem(problem.x0)
    executable, rest = problem._bound._packed("value", None)
    assert rest.shape == (24,)
    assert len(executable.taken) == 5


def test_what_plays_no_part_does_not_cross():
    model = {
        "w": jnp.ones(3),
        "unused": jnp.ones(10_000, int),
        "p": parax.Parameter(1.0, bounds=(0, 2)),
    }
    problem = parax.problem("p*2.0", model)
    problem(problem.x0)
    _, rest = problem._bound._packed("value", None)
    assert rest.size == 1
