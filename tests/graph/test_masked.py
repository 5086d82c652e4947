"""Masked values (X22-X25, L44, O45): a reduction of chosen points is that of these elements."""

import warnings
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parax
from parax import functions as F  # noqa: N812
from parax import op
from parax.errors import EmptyRangeWarning, OperatorError, OperatorTypeError

x, y, chosen = op.Input("x"), op.Input("y"), op.Input("chosen")

SMOOTH = {
    "max": F.max,
    "min": F.min,
    "ptp": F.ptp,
    "flatness": F.flatness,
    "sum": F.sum,
    "prod": F.prod,
    "mean": F.mean,
    "var": F.var,
    "var of a sample": partial(F.var, ddof=1),
    "std": F.std,
    "norm": F.norm,
    "rms": F.rms,
    "median": F.median,
    "percentile": lambda value, **rest: F.percentile(value, 30.0, **rest),
    "logsumexp": F.logsumexp,
    "smoothmax": lambda value, **rest: F.smoothmax(value, 2.0, **rest),
    "smoothmin": lambda value, **rest: F.smoothmin(value, 2.0, **rest),
}
WHOLE = {"any": F.any, "all": F.all, "count": F.count}
OF_JAX = {
    "jnp.max": (jnp.max, F.max),
    "jnp.std": (jnp.std, F.std),
    "jnp.mean": (jnp.mean, F.mean),
    "jnp.sum": (jnp.sum, F.sum),
}

values = st.lists(
    st.floats(-3, 3, width=32).map(lambda one: round(one, 3)), min_size=5, max_size=5, unique=True
)


@st.composite
def choices(draw):
    """Give values, all different, and which are chosen: at least two."""
    array = np.array(draw(values))
    keep = np.array(draw(st.lists(st.booleans(), min_size=len(array), max_size=len(array))))
    keep[draw(st.permutations(range(len(array))))[:2]] = True
    return array, keep


def near(found, wanted, scale=1.0):
    eps = np.finfo(jnp.result_type(float)).eps
    bound = 256 * eps * scale * max(1.0, float(np.max(np.abs(wanted), initial=0)))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=bound)


def spoilt(array, keep, wrong=np.nan):
    """Give the array with what must not matter where it is not chosen."""
    return np.where(keep, array, wrong)


@pytest.mark.parametrize("name", [*SMOOTH, *WHOLE])
@settings(max_examples=4)
@given(data=choices())
def test_a_masked_reduction_is_that_of_the_chosen_elements(name, data):
    """X23: eager, compiled, and whatever stands elsewhere."""
    array, keep = data
    reduction = {**SMOOTH, **WHOLE}[name]
    expression = reduction(x[chosen])
    wanted = reduction(jnp.asarray(array[keep]))
    near(expression(x=jnp.asarray(array), chosen=keep), wanted)
    for wrong in (np.nan, np.inf, -np.inf):
        near(expression(x=jnp.asarray(spoilt(array, keep, wrong)), chosen=keep), wanted)
    near(jax.jit(lambda a, c: expression(x=a, chosen=c))(spoilt(array, keep), keep), wanted)


@pytest.mark.parametrize("name", SMOOTH)
@settings(max_examples=3)
@given(data=choices())
def test_so_is_its_gradient_and_nothing_leaks(name, data):
    """X22, X23: exactly 0 where nothing is chosen, also if NaN or infinite slopes stand there."""
    array, keep = data
    reduction = SMOOTH[name]
    array = array + 4.0  # a root is taken
    wanted = np.zeros(len(array))
    wanted[keep] = jax.grad(lambda a: reduction(jnp.sqrt(a)))(jnp.asarray(array[keep]))

    def objective(a, c):
        return reduction(F.sqrt(x)[chosen])(x=a, chosen=c)

    gradient = jax.jit(jax.grad(objective))
    for wrong in (np.nan, 0.0, -1.0):  # a root of 0 has an infinite slope
        found = gradient(jnp.asarray(spoilt(array, keep, wrong)), keep)
        near(found, wanted, 64)
        assert np.all(np.asarray(found)[~keep] == 0)
    both = jax.vmap(jax.grad(objective))(
        jnp.stack([jnp.asarray(spoilt(array, keep)), jnp.asarray(array)]), jnp.stack([keep, keep])
    )
    near(both[0], wanted, 64)
    _, tangent = jax.jvp(
        lambda a: objective(a, keep), (jnp.asarray(array),), (jnp.ones(len(array)),)
    )
    near(tangent, np.sum(wanted), 64)


@pytest.mark.parametrize("name", ["mean", "std", "rms", "logsumexp"])
def test_second_derivatives_are_those_of_the_chosen_elements(name):
    array, keep = jnp.array([1.5, 0.0, 2.5, 4.0]), np.array([True, False, True, True])
    wanted = np.zeros((4, 4))
    wanted[np.ix_(keep, keep)] = jax.hessian(lambda a: SMOOTH[name](jnp.sqrt(a)))(array[keep])
    found = jax.hessian(lambda a: SMOOTH[name](F.sqrt(x)[chosen])(x=a, chosen=keep))(array)
    near(found, wanted, 1024)


@pytest.mark.parametrize("name", SMOOTH)
@settings(max_examples=2)
@given(data=choices())
def test_axes_are_reduced_one_by_one(name, data):
    """A mask chooses along the first axes; what is left of it stays a mask."""
    array, keep = data
    matrix = np.stack([array, array[::-1] * 2 + 1, -array], axis=1)
    reduction = SMOOTH[name]
    env = {"x": jnp.asarray(spoilt(matrix, keep[:, None])), "chosen": keep}
    near(reduction(x[chosen], axis=0)(**env), reduction(jnp.asarray(matrix[keep]), axis=0))
    near(reduction(x[chosen])(**env), reduction(jnp.asarray(matrix[keep])))
    rows = np.asarray(reduction(x[chosen], axis=-1)(**env))
    near(rows[keep], reduction(jnp.asarray(matrix[keep]), axis=1))
    assert np.all(np.isnan(rows[~keep]))
    twice = F.max(reduction(x[chosen], axis=1), axis=0)
    near(twice(**env), np.max(np.asarray(rows)[keep]))


@pytest.mark.parametrize("name", OF_JAX)
def test_reductions_of_jax_are_known(name):
    fn, ours = OF_JAX[name]
    env = {"x": jnp.array([3.0, 1.0, 9.0]), "chosen": np.array([True, True, False])}
    near(op.Reduce(x[chosen], fn)(**env), ours(jnp.array([3.0, 1.0])))
    near(op.Map(fn, x[chosen])(**env), ours(jnp.array([3.0, 1.0])))


def test_complex_values_whole_numbers_and_positions():
    z = jnp.array([3.0 + 4.0j, 1.0j, jnp.nan])
    keep = np.array([True, True, False])
    near(F.norm(x[chosen])(x=z, chosen=keep), np.sqrt(26.0))
    near(F.mean(x[chosen])(x=z, chosen=keep), (3 + 5j) / 2)
    near(F.var(x[chosen])(x=z, chosen=keep), np.var([3 + 4j, 1j]))
    whole = jnp.array([4, 9, -7])
    assert F.max(x[chosen])(x=whole, chosen=np.array([True, False, True])) == 4
    assert F.argmax(x[chosen])(x=whole, chosen=np.array([True, False, True])) == 0
    assert F.argmin(x[chosen])(x=whole, chosen=np.array([True, True, False])) == 0
    lowest = jnp.array([-jnp.inf, -jnp.inf, 1.0])  # no better than the fill
    assert F.argmax(x[chosen])(x=lowest, chosen=np.array([False, True, False])) == 1
    assert F.sum((x > 0)[chosen])(x=whole, chosen=np.array([True, False, True])) == 1


def test_a_sum_of_one_operand_and_of_several():
    env = {"x": jnp.arange(3.0), "chosen": np.array([False, True, True])}
    assert op.Sum(x[chosen])(**env) == 3
    env["y"] = jnp.ones(3)
    assert op.Sum([x[chosen], y], axis=0)(**env) == 5
    assert np.isnan(op.Sum([x[chosen], y, x])(**env)).tolist() == [True, False, False]


def test_elementwise_operators_join_masks():
    """X22: *and*; a choice joins those of its parts."""
    env = {"x": jnp.arange(4.0), "y": jnp.ones(4)}
    joined = (x[x > 0] + y[x < 3])(**env)
    assert np.isnan(joined).tolist() == [True, False, False, True]
    picked = op.Where(x > 1, x[x > 0], -y)(**env)
    assert np.isnan(picked).tolist() == [True, False, False, False]
    one = (x[x > 0] + y + x * 2)(**env)  # a merged sum
    assert np.isnan(one).tolist() == [True, False, False, False]
    matrix = F.abs(x)[y > 0](x=jnp.ones((2, 3)), y=jnp.array([1.0, -1.0]))
    assert np.isnan(matrix).tolist() == [[False] * 3, [True] * 3]


def test_an_intersection_leaks_nothing_of_either_side():
    """The mask of each side is wider than that of the sum; what is between them is cut too."""

    def objective(a):
        return F.sum(F.sqrt(x)[x > -1] + F.sqrt(x)[x > 0.5])(x=a)

    slope = jax.grad(objective)(jnp.array([0.0, 4.0]))
    np.testing.assert_allclose(slope, [0.0, 0.5])


def test_index_and_stack_take_masks_along():
    env = {"x": jnp.arange(6.0).reshape(3, 2), "chosen": np.array([True, False, True])}
    assert F.max(x[chosen][:, 0])(**env) == 4
    assert np.isnan(x[chosen][1](**env)).all()
    both = op.Stack([x[chosen], x[x[:, 0] > 1]], axis=0)(**env)
    assert np.isnan(both).any(axis=-1).tolist() == [[False, True, False], [True, False, False]]
    assert F.sum(op.Stack([x[chosen], x[chosen]]))(**env) == 20


def test_trees_keep_masked_entries():
    env = {"x": jnp.arange(3.0)}
    tree = op.Map(dict, {"a": x[x > 0]})
    with pytest.raises(OperatorTypeError, match="`dict` takes whole values"):
        tree(**env)
    found = parax.compile({"a": x[x > 0], "b": x})(**env)  # pyright: ignore[reportArgumentType]
    assert np.isnan(found["a"]).tolist() == [True, False, False]


REFUSED = {
    "sort": lambda v: F.sort(v),
    "flip": lambda v: F.flip(v),
    "roll": lambda v: F.roll(v, 1),
    "diff": lambda v: F.diff(v),
    "cumsum": lambda v: F.cumsum(v),
    "cumprod": lambda v: F.cumprod(v),
    "unwrap": lambda v: F.unwrap(v),
    "derivative": lambda v: F.derivative(v, y),
    "interp": lambda v: F.interp(v, y, y),
    "@": lambda v: v @ y,
    "fn": lambda v: op.Map(jax.jit(jnp.tanh), v),
}


@pytest.mark.parametrize("symbol", REFUSED)
def test_what_needs_the_whole_value_says_so(symbol):
    """X25"""
    expression = REFUSED[symbol](x[x > 0])
    env = {name: jnp.arange(3.0) for name in expression.inputs()}
    for run in (lambda: expression(**env), lambda: parax.compile(expression, **env)):  # pyright: ignore[reportArgumentType]
        with pytest.raises(OperatorTypeError) as caught:
            run()
        name = expression.symbol()
        assert str(caught.value) == (
            f"`{name}` takes whole values, and its operand is limited to some points\n"
            f"  help: take `over` last: `over({name}(…), band)`"
        )


def test_a_stack_of_masked_and_whole_values_is_refused():
    with pytest.raises(OperatorTypeError, match="`Stack` of whole values beside some"):
        op.Stack([x[x > 0], x])(x=jnp.arange(3.0))


def test_integrals_take_intervals_with_both_ends():
    """X23"""
    points, samples = jnp.array([0.0, 1.0, 3.0, 4.0]), jnp.array([1.0, 3.0, 5.0, 9.0])
    keep = np.array([True, True, False, True])
    expression = F.integrate(x[chosen], y)
    assert expression(x=samples, y=points, chosen=keep) == 2.0
    slope = jax.grad(lambda a: expression(x=a, y=points, chosen=keep))(samples)
    assert slope.tolist() == [0.5, 0.5, 0.0, 0.0]
    spoilt_ = samples.at[2].set(jnp.nan)
    assert expression(x=spoilt_, y=points, chosen=keep) == 2.0


@pytest.mark.parametrize("name", SMOOTH)
def test_nothing_chosen_is_nan_with_a_warning(name):
    """X24"""
    env = {"x": jnp.arange(3.0), "chosen": np.zeros(3, bool)}
    expression = SMOOTH[name](x[chosen])
    with pytest.warns(EmptyRangeWarning, match=r"of a range without points is nan"):
        assert np.isnan(expression(**env))
    assert np.isnan(parax.compile(expression)(**env))
    slope = jax.grad(lambda a: expression(x=a, chosen=env["chosen"]))(env["x"])
    assert slope.tolist() == [0, 0, 0]


def test_what_has_an_answer_for_nothing_gives_it():
    env = {"x": jnp.ones(3), "chosen": np.zeros(3, bool)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert F.count(x[chosen])(**env) == 0
        assert not F.any(x[chosen])(**env)
        assert F.all(x[chosen])(**env)
        assert F.argmax(x[chosen])(**env) == -1


def test_a_nan_that_counts_is_not_passed_over():
    env = {"x": jnp.array([1.0, jnp.nan, 3.0]), "chosen": np.array([True, True, False])}
    for name in SMOOTH:
        assert np.isnan(SMOOTH[name](x[chosen])(**env)), name


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (x[x * 2], "a condition is made of booleans, got"),
        (x[y > 0], "a condition of shape (2,) cannot choose points of a value of shape (3,)"),
        (F.max(x)[x > 0], "chooses among elements, and the value is one number"),
    ],
    ids=["numbers", "length", "one number"],
)
def test_conditions_that_do_not_fit(expression, message):
    """O45, L25"""
    env = {"x": jnp.arange(3.0), "y": jnp.arange(2.0)}
    names = expression.inputs()
    with pytest.raises((OperatorError, OperatorTypeError)) as caught:
        expression(**{name: env[name] for name in names})
    assert message in str(caught.value)


def test_a_slope_that_is_infinite_outside_the_range_reaches_no_parameter():
    """X22"""

    class Bare(parax.Module):
        a: parax.Parameter = 2.0  # pyright: ignore[reportAssignmentType]

    root = op.Lambda(lambda model, f: model.a * f)
    objective = F.mean(F.sqrt(F.sqrt(root))[op.Lambda(lambda model, f: f) > 0.5])
    problem = parax.problem(objective, Bare(), jnp.arange(3.0))
    wanted = jax.grad(lambda a: jnp.mean((a * jnp.array([1.0, 2.0])) ** 0.25))(2.0)
    np.testing.assert_allclose(problem.gradient([2.0]), [wanted], rtol=1e-5)


def test_values_of_slots_choose_without_a_new_trace():
    """E2: a limit of a range is a number like any other."""
    parax.clear_cache()
    f = jnp.arange(5.0)
    found = [parax.compile(F.sum(x[x > limit]))(x=f) for limit in (0.5, 2.5, 3.5)]
    assert [float(one) for one in found] == [10.0, 7.0, 4.0]
    assert parax.cache_info().traces == 1
