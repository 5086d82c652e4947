"""A call compiles one program: its own, for just the arrays and numbers that it was given (E2)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax

X = jnp.linspace(0.0, 1.0, 7)


@pytest.fixture
def programs(caplog):
    """Give a function that tells how many programs XLA compiled while another one ran."""

    def count(run):
        caplog.clear()
        with jax.log_compiles():
            run()
        return sum("Finished XLA compilation" in one.getMessage() for one in caplog.records)

    return count


def test_python_numbers_among_the_inputs_are_compiled_for_once(programs):
    compiled = parax.compile("sum(x*y) + w - 2.25")
    assert programs(lambda: compiled(x=X, y=1.5, w=3)) == 1
    assert programs(lambda: compiled(x=X, y=2.5, w=4)) == 0


def test_a_problem_compiles_one_program_a_mode(programs):
    def made(limit):
        problem = parax.problem(f"sum((x*a - {limit})**2)", {"a": jnp.array(2.0)}, x=np.asarray(X))
        return problem, problem.x0

    problem, x = made(0.375)
    assert programs(lambda: problem(x)) == 1
    assert programs(lambda: problem.value_and_gradient(x)) == 1
    other, x = made(0.625)
    assert programs(lambda: (other(x), other.value_and_gradient(x))) == 0


def test_memory_that_is_reused_is_compiled_for_once_and_counted(programs):
    compiled = parax.compile("x*y - 0.375")
    first = compiled(x=X, y=1.5)
    spent = parax.cache_info().compile_seconds
    assert programs(lambda: compiled(x=X, y=2.5, out=first)) == 1
    assert parax.cache_info().compile_seconds > spent
