"""The guard X21: a choice leaks nothing of the branch that is not taken (O33, L51)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parax import op
from tests.graph.strategies import Pair, expressions, inputs


def close(left, right, scale=1.0):
    eps = np.finfo(jnp.result_type(float)).eps
    for one, other in zip(jax.tree.leaves(left), jax.tree.leaves(right), strict=True):
        assert np.all(np.isfinite(other)), "the reference itself is not finite"
        bound = 4096 * eps * max(1.0, float(np.max(np.abs(other)))) * scale
        np.testing.assert_allclose(one, other, rtol=0, atol=bound)


def called(pair: Pair):
    names = pair.operator.inputs()
    return lambda env: pair.operator(**{name: env[name] for name in names})


def value_and_gradient(pair: Pair, env):
    value, gradient = jax.value_and_grad(called(pair))(env)
    expected, slope = jax.value_and_grad(pair.reference)(env)
    close(value, expected)
    close(gradient, slope, 64)
    close(called(pair)(env), expected)


def jitted_and_batched(pair: Pair, env):
    slope = jax.grad(pair.reference)(env)
    close(jax.jit(jax.grad(called(pair)))(env), slope, 64)
    batch = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf + 0.5]), env)
    both = jax.vmap(jax.grad(called(pair)))(batch)
    close(jax.tree.map(lambda leaf: leaf[0], both), slope, 64)


def forward(pair: Pair, env):
    direction = jax.tree.map(lambda leaf: jnp.cos(leaf + 1.0), env)
    _, tangent = jax.jvp(called(pair), (env,), (direction,))
    _, expected = jax.jvp(pair.reference, (env,), (direction,))
    close(tangent, expected, 64)


def second_order(pair: Pair, env):
    def along(fn):
        direction = jax.tree.map(lambda leaf: jnp.sin(leaf + 0.25), env)
        return jax.jvp(jax.grad(fn), (env,), (direction,))[1]

    expected = along(pair.reference)
    if all(np.all(np.abs(leaf) < 1e3) for leaf in jax.tree.leaves(expected)):
        close(along(called(pair)), expected, 1024)


@settings(max_examples=5)
@given(expressions(), inputs())
def test_value_and_gradient_are_those_of_the_nan_free_reference(pair, env):
    value_and_gradient(pair, env)


@settings(max_examples=2)
@given(expressions(), inputs())
def test_gradient_is_the_same_under_jit_and_vmap(pair, env):
    jitted_and_batched(pair, env)


@settings(max_examples=4)
@given(expressions(), inputs())
def test_forward_mode_is_finite_and_agrees(pair, env):
    forward(pair, env)


@settings(max_examples=2)
@given(expressions(), inputs())
def test_second_derivatives_are_finite_and_agree(pair, env):
    second_order(pair, env)


@pytest.mark.long
@given(expressions(), inputs(), st.sampled_from([value_and_gradient, forward, second_order]))
def test_all_derivatives_agree_on_many_expressions(pair, env, law):
    law(pair, env)


x, y = op.Input("x"), op.Input("y")
ROOT, LOG = jnp.sqrt, jnp.log


def gradient(operator, *args, **inputs):
    def total(values):
        leaves = jax.tree.leaves(operator(*args, **values))
        return sum(jnp.sum(leaf) for leaf in leaves)

    return {name: value.tolist() for name, value in jax.grad(total)(inputs).items()}


def test_a_function_called_with_the_inputs_gets_no_cotangent_of_a_choice_not_taken():
    # The guard stood only after the leaf: 0 times the infinite slope of its root was NaN.
    at = op.Lambda(lambda x: x)
    choice = op.Where(at > 0, op.Lambda(lambda x: jnp.sqrt(x)), 0.0)
    assert float(jax.grad(choice)(0.0)) == 0.0
    assert float(jax.grad(choice)(4.0)) == 0.25


def test_a_reduction_along_an_axis_takes_over_which_rows_are_wanted():
    # One wanted row made all rows wanted, and the others' NaN came through.
    rows = op.Where(
        op.Reduce(x, jnp.sum, axis=1) > 0, op.Reduce(op.Map(ROOT, x), jnp.sum, axis=1), 0.0
    )
    slope = gradient(rows, x=jnp.array([[1.0, 4.0], [0.0, 0.0]]))
    assert slope == {"x": [[0.5, 0.25], [0.0, 0.0]]}


def test_an_index_takes_over_which_elements_are_wanted():
    choice = op.Where(x[:, 0] > 0, op.Map(ROOT, x)[:, 0], 1.0)
    slope = gradient(choice, x=jnp.array([[4.0, 1.0], [0.0, 1.0]]))
    assert slope == {"x": [[0.25, 0.0], [0.0, 0.0]]}


def test_a_stack_takes_over_which_elements_are_wanted():
    pair = op.Stack([op.Map(ROOT, x), op.Map(ROOT, y)], axis=0)
    choice = op.Where(np.array([[True], [False]]), pair, 0.0)
    slope = gradient(choice, x=jnp.array([1.0, 4.0]), y=jnp.array([0.0, 0.0]))
    assert slope == {"x": [0.5, 0.25], "y": [0.0, 0.0]}


def test_an_operator_between_two_elementwise_ones_is_guarded_on_both_sides():
    # NaN of the root above the sum flowed through the sum into all of its operand.
    product = op.Map(lambda one: jnp.cumsum(one), x)
    choice = op.Where(x > 0, op.Map(ROOT, product), 0.0)
    assert np.all(np.isfinite(gradient(choice, x=jnp.array([0.0, 4.0]))["x"]))


def test_a_condition_that_is_a_tree_guards_leaf_by_leaf():
    condition = {"a": x > 1, "b": x > 2}
    roots = {"a": op.Map(ROOT, x - 1), "b": op.Map(ROOT, x - 2)}
    slope = gradient(op.Where(condition, roots, 0.0), x=jnp.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(slope["x"], [0.0, 0.5, 0.5 / 2**0.5 + 0.5], rtol=1e-6)


def test_branches_may_be_trees_of_arrays_that_do_not_broadcast():
    # The shapes of all leaves were joined, which failed or changed the value's shape.
    first, second = {"a": x, "b": x[:2] * 1.5}, {"a": op.Map(ROOT, x), "b": x[:2] * 2}
    choice = op.Where(x[0] > 0, first, second)
    at = jnp.array([1.0, 0.0, 3.0])
    assert gradient(choice, x=at) == {"x": [2.5, 2.5, 1.0]}
    shapes = jax.tree.map(jnp.shape, jax.jit(lambda x: choice(x=x))(at))
    assert shapes == {"a": (3,), "b": (2,)}


def test_a_parameter_that_is_broadcast_is_cut_before_its_cotangents_are_summed():
    choice = op.Where(x > 0, op.Map(LOG, x) * y, y * y)
    slope = gradient(choice, x=jnp.array([0.0, 1.0]), y=jnp.array(3.0))
    assert slope == {"x": [0.0, 3.0], "y": 6.0}


def test_what_is_shared_by_branch_condition_and_outside_is_guarded_on_its_edges_alone():
    root = op.Map(ROOT, x)
    choice = op.Where(root > 1, op.Map(LOG, root - 1), root) + root
    slope = gradient(choice, x=jnp.array([1.0, 4.0]))
    np.testing.assert_allclose(slope["x"], [1.0, 0.25 / 1.0 + 0.25], rtol=1e-6)


def test_a_choice_inside_a_condition_decides_and_has_no_gradient():
    inner = op.Where(x > 0, op.Map(ROOT, x), -1.0)
    choice = op.Where(inner > 1, x * 2, x * 3)
    assert gradient(choice, x=jnp.array([0.0, 4.0])) == {"x": [3.0, 2.0]}


def test_both_branches_of_one_choice_leave_what_they_share_unguarded():
    choice = op.Where(y > 0, op.Map(jnp.sin, x) * 2, op.Map(jnp.sin, x) * 3)
    text = str(jax.make_jaxpr(lambda x, y: choice(x=x, y=y))(jnp.ones(3), jnp.ones(3)))
    assert text.count(" sin ") == 1


def test_three_thousand_nested_choices_are_planned_and_evaluated():
    choice = x
    for bound in range(3_000):
        choice = op.Where(x > float(bound), choice, 1.0)
    graph = choice.graph()
    assert len(graph.structure.guards.guarded) >= 3_000
    assert float(graph(x=jnp.asarray(2.0))) == 1.0


def test_without_a_gradient_in_sight_nothing_is_computed_twice():
    calls = []
    seen = op.Lambda(lambda x: calls.append(1) or x)
    op.Where(seen > 0, seen * 2, op.Reduce(seen, jnp.sum))(jnp.array([1.0, -1.0]))
    assert len(calls) == 1


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.float32])
def test_guards_keep_dtype_and_weakness(dtype):
    choice = op.Where(x > 0, op.Map(ROOT, x) * 2, 1.0)
    plain, traced = choice(x=dtype(4.0)), jax.jit(lambda x: choice(x=x))(dtype(4.0))
    assert plain.dtype == traced.dtype == dtype
    one = op.Where(x > 0, x, 1.0)
    assert jax.eval_shape(lambda x: one(x=x), 2.0).weak_type
