"""Random expressions of chosen points against NumPy's masked arrays (X22, X23)."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import parax
from parax import functions as F  # noqa: N812
from parax import op

x, y = op.Input("x"), op.Input("y")
X = np.array([0.5, -1.25, 2.0, 0.75, -0.25])
Y = np.array([1.5, 0.25, -0.5, 1.0, 2.25])

recipes = st.recursive(
    st.sampled_from(["x", "y"]),
    lambda inner: (
        st.tuples(st.sampled_from("+*-"), inner, inner)
        | st.tuples(st.just("over"), inner, st.sampled_from([0.0, 0.5, 1.2]))
        | st.tuples(st.just("sin"), inner)
    ),
    max_leaves=6,
)


def built(recipe):
    """Give the operator of a recipe, and the masked array of NumPy that it should be."""
    if isinstance(recipe, str):
        return {"x": (x, np.ma.array(X)), "y": (y, np.ma.array(Y))}[recipe]
    sign, first, *rest = recipe
    one, a = built(first)
    if sign == "over":
        return one[y > rest[0]], np.ma.masked_where(~(rest[0] < Y), a)
    if sign == "sin":
        return F.sin(one), np.ma.sin(a)
    other, b = built(rest[0])
    return {"+": (one + other, a + b), "*": (one * other, a * b), "-": (one - other, a - b)}[sign]


REDUCTIONS = {
    "sum": (F.sum, np.ma.sum),
    "mean": (F.mean, np.ma.mean),
    "max": (F.max, np.ma.max),
    "std": (F.std, np.ma.std),
    "count": (lambda value: F.count(value * 0 + 1), np.ma.count),
}


def near(found, wanted):
    eps = float(np.finfo(jnp.result_type(float)).eps)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=512 * eps * (1 + np.max(np.abs(wanted))))


@settings(max_examples=25)
@given(recipe=recipes, name=st.sampled_from(list(REDUCTIONS)))
def test_what_numpy_says_of_masked_arrays(recipe, name):
    """At 1.2 two points are left, so that nothing is ever empty."""
    operator, array = built(recipe)
    ours, theirs = REDUCTIONS[name]
    expression = ours(operator)
    env = {"x": jnp.asarray(X), "y": jnp.asarray(Y)}
    env = {key: env[key] for key in expression.inputs()}
    wanted = theirs(array)
    near(expression(**env), wanted)
    near(parax.compile(expression)(**env), wanted)  # pyright: ignore[reportArgumentType]
    inputs = {key: env[key] for key in operator.inputs()}
    whole = np.asarray(operator(**inputs))
    np.testing.assert_array_equal(np.isnan(whole), np.ma.getmaskarray(array))
    if "x" in env and name != "count":
        slope = jax.grad(lambda a: expression(**{**env, "x": a}))(env["x"])
        assert np.all(np.isfinite(slope))
        assert np.all(np.asarray(slope)[np.ma.getmaskarray(array)] == 0)
