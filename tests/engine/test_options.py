"""What XLA is asked to compile with never changes what is computed."""

import jax
import jax.numpy as jnp
import pytest

import parax

X = jnp.linspace(-1.0, 1.0, 5)


@pytest.mark.parametrize("rewrites", [(), None])
def test_many_numbers_one_by_one_over_few_elements(rewrites):
    """With wider registers LLVM needs memory without end, and the process dies."""
    terms = " + ".join(f"{number}.5*x" for number in range(600))
    options = {} if rewrites is None else {"rewrites": rewrites}
    found = parax.compile(f"where(x > 0, {terms}, 0.0)", **options)(x=X)
    assert jnp.allclose(found, jnp.where(X > 0, 180_000.0 * X, 0.0))


def test_a_compiled_function_is_inlined_where_options_are_refused():
    problem = parax.problem("sum((x*a)**2)", {"a": jnp.array(2.0)}, x=X)
    there = problem.x0
    wanted = float(problem(there))
    for transformed in (
        jax.jit(problem),
        lambda x: jax.jit(lambda one: problem(there) * one)(1.0),
        lambda x: jax.vmap(problem)(x[None])[0],
        lambda x: jax.lax.cond(True, problem, lambda x: x[0], x),
        lambda x: jax.jvp(problem, (x,), (x,))[0],
        jax.checkpoint(problem),
    ):
        assert float(transformed(there)) == pytest.approx(wanted, rel=1e-6)
    assert jnp.allclose(jax.grad(problem)(there), problem.gradient(there))
