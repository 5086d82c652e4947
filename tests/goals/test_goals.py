"""Goals from Python: U13, U14, L42, L42a, and the semantics that engineers expect of them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parax
from parax import Goal, op, rf
from parax import functions as F  # noqa: N812
from parax.errors import OperatorError, OperatorTypeError, UnitError
from parax.goals import Loss, gaussian, huber

x, y = op.Input("x"), op.Input("y")
LEVELS = jnp.array([-12.0, -18.0, -25.0, -30.0])
SWEEP = rf.Sweep("0.5 GHz..3 GHz:11")


def close(found, wanted, rtol=1e-5):
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=1e-6)


@pytest.mark.parametrize(
    ("loss", "cost"),
    [("mean_abs", 2.5), ("mean_square", 17.0), ("rms", 4.1231056), ("max", 8.0)],
)
def test_the_worked_check(loss, cost):
    """Violations 8, 2, 0, 0 of -12, -18, -25, -30 dB against -20 dB."""
    close(Goal(x <= -20, loss=loss)(x=LEVELS), cost)


ORACLES = {
    "mean_square": lambda e, w, limit: np.mean(w * e**2),
    "mean_abs": lambda e, w, limit: np.mean(w * e),
    "sum_square": lambda e, w, limit: np.sum(w * e**2),
    "rms": lambda e, w, limit: np.sqrt(np.mean((w * e) ** 2)),
    "max": lambda e, w, limit: np.max(w * e),
    "huber(1.5)": lambda e, w, limit: np.mean(w * np.where(e <= 1.5, e**2 / 2, 1.5 * (e - 0.75))),
    "log": lambda e, w, limit: np.mean(w * np.log1p(e**2)),
    "relative": lambda e, w, limit: np.mean(w * (e / abs(limit)) ** 2),
    "gaussian(2)": lambda e, w, limit: np.sum(
        w * ((e / 2) ** 2 / 2 + np.log(2) + np.log(2 * np.pi) / 2)
    ),
}
VIOLATIONS = {
    "<": (lambda a, b: a < b, lambda a, b: np.maximum(a - b, 0)),
    "<=": (lambda a, b: a <= b, lambda a, b: np.maximum(a - b, 0)),
    ">": (lambda a, b: a > b, lambda a, b: np.maximum(b - a, 0)),
    ">=": (lambda a, b: a >= b, lambda a, b: np.maximum(b - a, 0)),
    "==": (lambda a, b: a == b, lambda a, b: np.abs(a - b)),
}
arrays = st.lists(
    st.floats(-4, 4, width=32).map(lambda one: round(one, 2)), min_size=5, max_size=5
).map(np.array)


@pytest.mark.parametrize("loss", ORACLES)
@pytest.mark.parametrize("sign", VIOLATIONS)
@settings(max_examples=4)
@given(values=arrays, weights=arrays.map(np.abs), limit=st.sampled_from([-2.5, 0.75, 3.0]))
def test_each_loss_of_each_relation_is_its_formula(loss, sign, values, weights, limit):
    """U14, also limited to a range, whatever stands outside it."""
    compare, violation = VIOLATIONS[sign]
    keep = np.array([True, False, True, True, False])
    e, oracle = violation(values, limit), ORACLES[loss]
    goal = Goal(compare(x, limit), weight=y, loss=loss)
    close(goal(x=jnp.asarray(values), y=jnp.asarray(weights)), oracle(e, weights, limit))
    some = Goal(compare(x, limit), weight=y, loss=loss, over=op.Input("keep"))
    env = {"x": jnp.asarray(np.where(keep, values, np.nan)), "y": weights, "keep": keep}
    close(some(**env), oracle(e[keep], weights[keep], limit))
    fixed = Goal(compare(x, limit), weight=weights, loss=loss)
    close(parax.compile(fixed)(x=jnp.asarray(values)), oracle(e, weights, limit))


@pytest.mark.parametrize("loss", [one for one in ORACLES if one != "gaussian(2)"])
def test_costs_are_exactly_zero_with_slope_zero_where_the_goal_is_met(loss):
    """U13, U14: on the limit too; the root of `rms` has slope 0 at 0. Likelihoods are no costs."""
    for relation in (x < -20, x == x * 1, -30 < x):  # noqa: SIM300
        goal = Goal(relation, loss=loss)
        values = jnp.array([-20.0, -25.0])
        assert goal(x=values) == 0
        slope = jax.grad(lambda a, goal=goal: goal(x=a))(values)
        assert slope.tolist() == [0, 0]


@pytest.mark.parametrize("loss", ORACLES)
def test_gradients_are_those_of_the_formula_and_nothing_leaks(loss):
    goal = Goal(F.sqrt(x) < 0.5, loss=loss, over=y > 0)
    alone = Goal(F.sqrt(x) < 0.5, loss=loss)
    wanted = jax.grad(lambda a: alone(x=a))(jnp.array([4.0, 9.0]))
    for bad in (0.0, -1.0, jnp.nan):  # a root of 0 has an infinite slope
        at = jnp.array([4.0, bad, 9.0])
        found = jax.grad(lambda a: goal(x=a, y=jnp.array([1.0, -1.0, 1.0])))(at)
        close(found, [wanted[0], 0.0, wanted[1]])
        assert found[1] == 0


def test_equality_takes_the_complex_difference():
    """U13: comparing to measured data."""
    measured = jnp.array([1 + 1j, 2.0])
    goal = Goal(x == measured)
    close(goal(x=jnp.array([1 + 1j, 2 + 2j])), 2.0)
    slope = jax.grad(lambda a: goal(x=a * measured))(1.0)
    assert slope == 0
    close(Goal(x == measured, loss="rms")(x=measured + 3j), 3.0)
    close(
        Goal(x == measured, loss="gaussian(2)")(x=measured + 2j),
        2 * (0.5 + 2 * np.log(2) + np.log(2 * np.pi)),
    )


def test_both_directions_and_a_number_on_either_side():
    for goal in (Goal(x < -20), Goal(-20 > x), Goal("x < -20"), Goal("-20 > x")):  # noqa: SIM300
        close(parax.compile(goal)(x=LEVELS), 17.0)
    assert Goal(-20 > x).sides.value is x  # noqa: SIM300
    assert Goal(x > y).sides.low is y


def test_two_limits():
    """L42a: the sum of the two one-sided violations."""
    values = jnp.array([-45.0, -30.0, -18.0])
    two = op.Input("x")  # written alike, and not one object
    for relation in (
        (x > -40) & (x < -20),
        (x > -40) & (two < -20),
        (two < -20) & (x > -40),  # either order
        "-40 < x < -20",
        "-20 > x > -40",
    ):
        close(parax.compile(Goal(relation))(x=values), (25 + 4) / 3)
    goal = Goal((x > -40) & (x < -20))
    assert (goal.sides.value, goal.sides.low, goal.sides.high) == (x, -40, -20)


def test_a_limit_in_the_sweep_and_a_mask_of_breakpoints():
    """L42a: linear between breakpoints, and not applying outside."""
    f = op.Input("f")
    env = {"x": jnp.array([-50.0, -25.0, -25.0, 0.0]), "f": jnp.array([1.0, 1.5, 2.0, 3.0])}
    close(Goal(x < -10 * f)(**env), (0 + 0 + 0 + 900) / 4)
    limit = F.mask(f, {1.0: -40.0, 2.0: -20.0})
    close(Goal(x < limit)(**env), 25 / 3)  # -30 at 1.5, and 3.0 lies outside
    rolled = [Goal(x < F.mask(f, {1.0: -40.0 - i, 2.0: -20.0})) for i in range(6)]
    text = op.Sum(rolled).summary(**env)
    assert "6 × goal into 1 body" in text


def test_goals_add_scale_and_compile():
    cost = 3 * Goal(x < -20) + Goal(x > -28, weight=2)
    wanted = 3 * 17 + 2 * (4 / 4)
    close(cost(x=LEVELS), wanted)
    close(parax.compile(cost)(x=LEVELS), wanted)
    close(parax.problem([Goal(x < -20), Goal("x > -28", weight=2)], x=LEVELS)([]), 17 + 2)


def test_sigma_and_weights_may_be_expressions():
    sigma = parax.Parameter(2.0, name="sigma")
    goal = Goal(x == 0.0, loss=gaussian(op.Constant(sigma) * 1))
    problem = parax.problem(goal, x=jnp.array([1.0, 3.0]))
    assert problem.names == ("sigma",)
    close(problem([2.0]), 2 * np.log(2 * np.pi) / 2 + 2 * np.log(2.0) + 10 / 8)
    close(problem.gradient([2.0]), [2 / 2 - 10 / 8])
    close(Goal(x < 0, weight=y)(x=jnp.array([1.0, 2.0]), y=jnp.array([1.0, 0.5])), 1.5)
    close(Goal(x < 0, loss=huber(y))(x=jnp.array([3.0]), y=1.0), 2.5)
    assert Goal(x < 0, loss=Loss("rms")).loss.name == "rms"


@pytest.mark.parametrize(
    "band",
    [
        "1 GHz..2 GHz",
        (1e9, 2e9),
        ["1 GHz..1.4 GHz", (1.45e9, 2e9)],
        (rf.freq >= 1e9) & (rf.freq <= 2e9),
        "(freq >= 1 GHz) and (freq <= 2 GHz)",
        "1 GHz .. 2 GHz",
    ],
    ids=["text", "pair", "list", "condition", "text of a condition", "blanks"],
)
def test_ranges_in_every_form(band):
    """U13: both ends inclusive."""
    model = rf.example_model("ladder")
    level = rf.dB(rf.S21)
    inside = np.asarray((SWEEP.f >= 1e9) & (SWEEP.f <= 2e9))
    wanted = np.mean(np.maximum(np.asarray(level(model, SWEEP))[inside] + 2, 0) ** 2)
    problem = parax.problem(Goal(level < -2, over=band), model, SWEEP, vocabulary=rf.vocabulary)
    close(problem(problem.x0), wanted)


def test_a_goal_on_a_reduction_limits_what_is_reduced():
    """L29: `max(dB(S11)) < -10 over B` and `max(dB(S11) over B) < -10` agree."""
    model = rf.example_model("ladder")
    level, band = rf.dB(rf.S21), "2.4 GHz.."
    one = Goal(F.max(level) < -10, over=band)(model, SWEEP)
    other = Goal(F.max(F.over(level, band)) < -10)(model, SWEEP)
    third = F.over(F.max(level), band)(model, SWEEP)
    assert one == other
    close(one, (float(third) + 10) ** 2)
    assert third < F.max(level)(model, SWEEP)


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: Goal(x, -20), OperatorTypeError, "Goal takes a comparison; write Goal(dB(S21)"),
        (lambda: Goal(x + 1), OperatorTypeError, "Goal takes a comparison; write Goal(dB(S21)"),
        (lambda: Goal(x != 1), OperatorTypeError, "Goal takes a comparison; write Goal(dB(S21)"),
        (lambda: Goal(-20.0), OperatorTypeError, "Goal takes a comparison; write Goal(dB(S21)"),
        (lambda: Goal((x < 1) & (y < 2)), OperatorTypeError, "are `Goal((x > 1) & (x < 2))`"),
        (lambda: Goal((x > 1) & (x > 2)), OperatorTypeError, "are `Goal((x > 1) & (x < 2))`"),
        (lambda: Goal(x < 1, weight=-1), OperatorError, "a weight is not negative, got `-1`"),
        (lambda: Goal(x < 1, weight=[1, -1]), OperatorError, "a weight is not negative"),
        (lambda: Goal(x < 1, weight="2"), OperatorTypeError, "a weight is a number, one a point"),
        (lambda: Goal(x < 1, loss="rsm"), OperatorError, "did you mean `rms`?"),
        (lambda: Goal(x < 1, loss="rms(1)"), OperatorError, "`rms` takes no argument"),
        (lambda: Goal(x < 1, loss="huber"), OperatorError, "the loss `huber` needs its `d`"),
        (lambda: Goal(x < 1, loss="huber(0)"), OperatorError, "a number above 0, got 0"),
        (lambda: Goal(x < 1, loss=2), OperatorTypeError, "`loss` is a name or a loss"),
        (lambda: Goal(x < 1, hard="yes"), OperatorTypeError, "`hard` is True or False"),  # pyright: ignore[reportArgumentType]
        (lambda: Goal(x < 1, name=3), OperatorTypeError, "the name of a goal is a text"),  # pyright: ignore[reportArgumentType]
        (lambda: Goal(x < 1, over=3), OperatorTypeError, "`over` takes a range or a condition"),
        (lambda: Goal(x < 1, over=[]), OperatorTypeError, "the list of ranges is empty"),
        (lambda: Goal(x < 1, over="2 GHz..1 GHz"), OperatorError, "runs backwards"),
        (lambda: Goal(x < 1, over="1..2 GHz"), UnitError, "`1` has no unit, and `2 GHz` has"),
        (lambda: Goal("x < 1")(x=LEVELS), OperatorError, "`x < 1` is a text that is not read yet"),
        (lambda: Goal("x < 1").sides, OperatorError, "is a text that is not read yet"),
        (lambda: Goal(x < 1, over="x > 0")(x=LEVELS), OperatorError, "text that is not read yet"),
        (lambda: Goal(x < 1, over="1..2")(x=LEVELS), OperatorError, "the value tells of none"),
        (lambda: Goal(x < 1, over=x > 9)(x=LEVELS), OperatorError, "has no point in its range"),
        (lambda: Goal(x < 1)(x=LEVELS + 1j), OperatorTypeError, "complex values have no order"),
        (lambda: parax.compile(Goal("x + 1"))(x=LEVELS), OperatorTypeError, "takes a comparison"),
        (
            lambda: parax.compile(Goal(x < 1, weight=y))(x=LEVELS, y=jnp.ones(3)),
            OperatorError,
            "the weight of the goal `x < 1` has shape (3,), and its points have shape (4,)",
        ),
        (
            lambda: Goal((x < 1) == (y < 2)),
            OperatorTypeError,
            "of `(x < 1) == (y < 2)` are true or",
        ),
        (lambda: Goal((x < 1) == True), OperatorTypeError, "are true or false"),  # noqa: E712
        (
            lambda: Goal(x < y)(x=True, y=LEVELS > 0),
            OperatorTypeError,
            "both sides of `<` are true",
        ),
        (lambda: Goal(x < 1)(x={"a": LEVELS}), OperatorTypeError, "`x < 1` is on a dict, a tree"),
        (lambda: Goal(x < 1)(x=LEVELS[:0]), OperatorError, "its values have shape (0,)"),
        (lambda: Goal(x < 1, weight=y)(x=LEVELS, y=-1.0), OperatorError, "not negative, got -1"),
        (lambda: Goal(x < 1, weight=y)(x=LEVELS, y=np.nan), OperatorError, "not negative, got nan"),
        (
            lambda: Goal(x < 1, weight=y)(x=LEVELS, y=1j),
            OperatorTypeError,
            "the weight of the goal `x < 1` is complex",
        ),
        (
            lambda: Goal(x < 1, weight=y)(x=LEVELS, y=[1.0, 2.0]),
            OperatorTypeError,
            "the weight of the goal `x < 1` is a list, a tree of values",
        ),
    ],
    ids=range(37),
)
def test_what_cannot_be_a_goal_says_so(build, error, words):
    with pytest.raises(error) as caught:
        build()
    assert words in str(caught.value)


def test_an_empty_range_is_an_error_when_it_is_bound():
    """X24, L44: it names the goal and what the sweep covers; several are told together."""
    model = rf.example_model("ladder")
    level = rf.dB(rf.S21)
    stop = Goal(level < -20, over="4 GHz..5 GHz", name="stop")
    with pytest.raises(OperatorError) as caught:
        parax.problem([Goal(level > -1), stop], model, SWEEP)
    assert str(caught.value) == (
        "the goal `stop` has no point in its range `4 GHz..5 GHz`\n"
        "  help: `freq` goes from 5e+08 to 3e+09 in 11 points"
    )
    inside = Goal(F.max(F.over(level, "9 GHz..")) < -20)
    apart = Goal(F.over(level, "..1 GHz") - F.over(level, "2 GHz..") < -20)
    for goal in (inside, apart, Goal(F.max(level) < -1, over="9 GHz..")):
        with pytest.raises(OperatorError, match="has no point in its range"):
            parax.problem(goal, model, SWEEP)
    with pytest.raises(OperatorError) as caught:
        parax.problem([stop, Goal(level < 0, over="7 GHz..", name="far")], model, SWEEP)
    assert len(caught.value.problems) == 2  # pyright: ignore[reportAttributeAccessIssue]
    compiled = parax.compile(stop)
    assert np.isnan(compiled(model, SWEEP))  # a call of what is compiled looks at no value
    later = compiled.bind(model, rf.Sweep("4 GHz..5 GHz:3"))
    with pytest.raises(OperatorError):
        later.rebind(model, SWEEP)


def test_a_reduction_with_an_answer_for_nothing_may_have_an_empty_range():
    """X24: how many points are bad is 0 if none is."""
    model, level = rf.example_model("ladder"), rf.dB(rf.S21)
    bad = Goal(F.count(F.over(level, level > 3)) + 0 * op.Attribute("L1") < 2)
    problem = parax.problem(bad, model, SWEEP)
    assert problem(problem.x0) == 0
    either = Goal(op.Where(F.any(F.over(level > 0, level > 3)), op.Attribute("L1"), 0) < 2)
    assert parax.problem(either, model, SWEEP)
    worst = Goal(F.count(F.over(level, level < F.max(F.over(level, level > 3)))) < 2)
    with pytest.raises(OperatorError, match="has no point in its range"):
        parax.problem(worst, model, SWEEP)


def test_a_weight_from_the_data_is_looked_at_when_it_is_bound():
    """U13: at the points that count, and only if the model takes no part in it."""
    model, level, w = rf.example_model("ladder"), rf.dB(rf.S21), op.Input("w")
    some = -jnp.ones(11).at[5:].set(0)  # negative below the middle of the sweep
    stop = Goal(level < -20, weight=w, name="stop")
    with pytest.raises(OperatorError) as caught:
        parax.problem([Goal(level > -1), stop], model, SWEEP, w=some)
    assert str(caught.value) == (
        "a weight is not negative, got -1 in the goal `stop`\n"
        "  help: turn the comparison round instead"
    )
    with pytest.raises(OperatorError, match="got nan in the goal"):
        parax.problem(stop, model, SWEEP, w=jnp.nan)
    upper = Goal(level < -20, weight=w, over="2 GHz..")
    bound = parax.problem(upper, model, SWEEP, w=some, vocabulary=rf.vocabulary)
    with pytest.raises(OperatorError, match="got -1 in the goal"):
        bound.rebind(inputs={"w": -jnp.ones(11)})
    falling = Goal(level < -20, weight=rf.freq - 1e9)  # negative at the lower end of the sweep
    with pytest.raises(OperatorError, match=r"got -5e\+08 in the goal"):
        parax.problem(falling, model, SWEEP)
    of_model = Goal(level < -20, weight=rf.dB(rf.S11))  # negative; may change at each point
    assert parax.problem(of_model, model, SWEEP)


def test_a_goal_is_called_as_it_is_written():
    """U14: without the parentheses around the whole, and with all others."""
    assert Goal((x + 1) * 2 < (y - 3) * (y + 3)).title == "((x + 1) * 2) < ((y - 3) * (y + 3))"


def test_values_of_goals_never_compile_anew():
    """E2, U13: limits, ends of ranges and weights are numbers like any other."""
    parax.clear_cache()
    model = rf.example_model("ladder")
    level = rf.dB(rf.S21)
    found = [
        parax.problem(Goal(level < limit, over=(low, None), weight=w, loss=huber(d)), model, SWEEP)
        for limit, low, w, d in [(-20.0, 1e9, 1.0, 0.5), (-5.0, 2e9, 0.5, 2.0)]
    ]
    assert found[0](found[0].x0) != found[1](found[1].x0)
    assert parax.cache_info().traces == 1


def test_goals_are_shown_named_copied_and_kept(tmp_path):
    goal = Goal(x < -20, over=y > 0, name="stop", hard=True)
    assert repr(goal) == "<Goal(stop)>"
    assert (goal.title, goal.hard, Goal(x < -20).title) == ("stop", True, "x < -20")
    assert goal.inputs() == ("x", "y")
    parax.save(tmp_path / "goal.prx", goal)
    again = parax.load(tmp_path / "goal.prx")
    env = {"x": LEVELS, "y": jnp.array([1.0, 1.0, -1.0, 1.0])}
    assert again(**env) == goal(**env)
    assert (again.name, again.hard, again.loss.name) == ("stop", True, "mean_square")
