"""Hundreds of goals are computed by a few bodies, and agree with each computed alone (E5, Q2)."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import parax
from parax import Goal, op, rf
from parax import functions as F  # noqa: N812
from parax.goals import Penalty
from parax.graph import rolled

SWEEP = rf.Sweep("0.5 GHz..3 GHz:21")
MODEL = rf.example_model("ladder")


def many(count, seed, loss="mean_square"):
    """Give goals of different ports, limits, ranges and weights."""
    draw = np.random.default_rng(seed)
    return [
        Goal(
            rf.dB(rf.S(1 + i % 2, 1 + i // 2 % 2)) < draw.uniform(-40, 0),
            over=(draw.uniform(0.5e9, 1.5e9), draw.uniform(2e9, 3e9)),
            weight=draw.uniform(0, 2),
            loss=loss,
        )
        for i in range(count)
    ]


def close(found, wanted):
    eps = float(np.finfo(jnp.result_type(float)).eps)
    scale = float(np.max(np.abs(np.asarray(wanted))))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=4096 * eps * max(scale, 1))


def test_three_hundred_goals_are_one_body():
    """U13: limits, ranges, weights and ports differ, and are no structure."""
    goals = many(300, 0)
    last = op.Sum(goals).summary(MODEL, SWEEP).splitlines()[-1]
    assert last == "rolled: 300 × goal into 1 body, 4 × dB into 1 body; 3013 nodes became 24"
    problem = parax.problem(goals, MODEL, SWEEP)
    value, slope = problem.value_and_gradient(problem.x0)
    graph = op.Sum(goals).graph()
    eager = jax.value_and_grad(lambda x: graph(problem.unflatten(x), SWEEP))
    wanted, gradient = eager(problem.x0)  # node by node: nothing is rolled
    close(value, wanted)
    close(slope, gradient)
    batch = problem.batch(jnp.stack([problem.x0, problem.x0 * 1.01]))
    close(batch[0], value)


def test_the_program_of_many_goals_does_not_grow():
    sizes = []
    for count in (40, 400):
        graph = op.Sum(many(count, 1)).graph()
        shapes = graph.infer((MODEL, SWEEP), {})
        sizes.append(len(rolled(graph.structure, shapes.values).structure))
    assert sizes[0] == sizes[1]


@settings(max_examples=4)
@given(
    seed=st.integers(0, 99),
    loss=st.sampled_from(["mean_abs", "rms", "max", "huber(2)", "log", "relative", "gaussian(3)"]),
)
def test_rolled_goals_agree_with_each_alone(seed, loss):
    goals = many(6, seed, loss)
    problem = parax.problem(goals, MODEL, SWEEP)
    wanted = sum(goal(MODEL, SWEEP) for goal in goals)
    close(problem(problem.x0), wanted)


def test_goals_of_two_kinds_are_two_bodies():
    level = rf.dB(rf.S21)
    goals = [Goal(level < -float(i), over=(1e9, 2e9)) for i in range(5)]
    goals += [Goal(F.max(level) < -float(i), over=(1e9, None)) for i in range(5)]
    text = op.Sum(goals).summary(MODEL, SWEEP).splitlines()[-1]
    assert text == "rolled: 10 × goal into 2 bodies; 112 nodes became 36"
    problem = parax.problem(goals, MODEL, SWEEP)
    close(problem(problem.x0), sum(goal(MODEL, SWEEP) for goal in goals))


def test_a_table_keeps_names_of_goals_and_nothing_of_what_they_hold():
    """A cached table would keep measured data alive."""
    x, data = op.Input("x"), jnp.ones(21)
    goals = [Goal(x == data, weight=data + i, name=f"goal {i}") for i in range(2)]
    payloads = op.Sum(goals).graph().structure.payloads
    kept = [one for one in payloads if isinstance(one, Penalty)]
    assert [one.name for one in kept] == ["goal 0", "goal 1"]
    assert jax.tree.leaves(kept) == []


def test_a_masked_value_that_goals_share_is_computed_once():
    """A value limited once may be handed to all of them."""
    band = F.over(rf.dB(rf.S21), "1 GHz..2 GHz")
    goals = [Goal(band < -float(i)) for i in range(6)]
    problem = parax.problem(goals, MODEL, SWEEP)
    graph = op.Sum(goals).graph()
    wanted = jax.value_and_grad(lambda x: graph(problem.unflatten(x), SWEEP))(problem.x0)
    found = problem.value_and_gradient(problem.x0)
    close(found[0], wanted[0])
    close(found[1], wanted[1])
