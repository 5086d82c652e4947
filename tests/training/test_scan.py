"""Loops: T12, T13."""

# pyright: reportAssignmentType=false, reportArgumentType=false, reportCallIssue=false

import functools
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax.errors import ParaxError, ScanError
from parax.parameters import Parameter
from parax.training import scan
from tests.training.models import Plain, Quadratic

ROWS = jnp.arange(6.0).reshape(2, 3)


def running(carry, x):
    """Add up."""
    return carry + x, carry + x


def test_as_in_jax():
    """T12"""
    for xs in (ROWS, np.asarray(ROWS)):
        carry, ys = scan(running, jnp.zeros(3), xs)
        wanted, all_wanted = jax.lax.scan(running, jnp.zeros(3), xs)
        np.testing.assert_array_equal(carry, wanted)
        np.testing.assert_array_equal(ys, all_wanted)
    assert parax.scan is parax.utils.scan is scan


@pytest.mark.parametrize("init", [0.0, 0, False, jnp.array(0), np.float32(0.0)], ids=repr)
@pytest.mark.parametrize("dtype", [float, int, "float32"])
def test_numbers_of_python_become_what_jax_makes_of_them(init, dtype):
    """T12: types are promoted as there, and what it refuses is refused"""
    xs = jnp.arange(3).astype(dtype)
    try:
        wanted = jax.lax.scan(running, init, xs)
    except TypeError:
        with pytest.raises(ScanError, match="the carry must stay as it is built: the carry was"):
            scan(running, init, xs)
        return
    assert jax.tree.map(jax.typeof, scan(running, init, xs)) == jax.tree.map(jax.typeof, wanted)


def test_batches_before_time():
    """T12"""
    carry, ys = scan(running, jnp.zeros(2), ROWS, time_major=False)
    assert carry.tolist() == [3.0, 12.0]
    assert ys.tolist() == [[0.0, 1.0, 3.0], [3.0, 7.0, 12.0]]
    xs = {"a": ROWS, "b": jnp.ones((2, 3, 4))}
    _, ys = scan(lambda c, x: (c, (x["a"].sum(), x["b"], None)), None, xs, time_major=False)
    assert ys[0].tolist() == [3.0, 5.0, 7.0]  # one axis stays
    assert ys[1].shape == (2, 3, 4)
    assert ys[2] is None


def test_length_and_unrolling():
    """T12, T13"""
    count = scan(lambda c, x: (c + 1, x), 0, None, 5)
    assert (int(count[0]), count[1]) == (5, None)
    assert int(scan(lambda c, _: (c + 1, None), 0, length=0)[0]) == 0
    assert int(scan(lambda c, _: (c + 1, None), 0, {}, length=3)[0]) == 3
    assert scan(running, jnp.zeros(3), ROWS, 2, unroll=2)[0].tolist() == [3.0, 5.0, 7.0]
    assert scan(running, jnp.zeros(3), ROWS, unroll=True)[0].tolist() == [3.0, 5.0, 7.0]
    text = str(jax.make_jaxpr(lambda: scan(running, jnp.zeros(3), ROWS, unroll=2))())
    assert "unroll=2" in text


def test_what_is_no_array_in_a_model_stays():
    """T13: functions, texts, and numbers that the model is built by"""
    traces = []

    def step(model, x):
        traces.append(type(model.order))
        moved = model.weight + model.activation(x) * len(model.label) + len(range(model.order))
        return eqx.tree_at(lambda m: m.weight, model, moved), model(x)

    model = Plain(jnp.zeros(2), {"deep": (1.5, "text", None)}, jnp.arange(2))
    last, ys = scan(step, model, jnp.zeros(4))
    assert last.weight.tolist() == [8.0, 8.0]
    assert (last.order, last.label, last.activation) == (2, "plain", jnp.tanh)
    assert last.frozen == {"deep": (1.5, "text", None)}
    assert ys.shape == (4,)
    assert set(traces) == {int}
    assert len(traces) == 2  # once to see which numbers stay


class Counter(eqx.Module):
    step: int
    total: float
    size: Any = 3


def test_a_number_in_a_model_that_changes_is_carried():
    """T13: also one that changes only because another does, and one that is no number"""

    def step(model, x):
        later = model.total if isinstance(model.step, int) else model.total + model.step
        return Counter(model.step + 1, later, model.size), len(range(model.size))

    last, ys = scan(step, Counter(0, 0.0), None, 4)
    assert (int(last.step), float(last.total), last.size) == (4, 6.0, 3)
    assert isinstance(last.size, int)
    assert ys.tolist() == [3, 3, 3, 3]
    same, _ = scan(lambda c, _: (c, None), Counter(1, float("nan"), True), None, 2)
    assert (type(same.step), type(same.total), same.size) == (int, float, True)
    other, _ = scan(
        lambda c, _: (Counter(c.step, c.total, 1 * c.size), None), Counter(1, 2.0), None, 2
    )
    assert type(other.size) is int
    swapped, _ = scan(
        lambda c, _: (Counter(c.step * 1.0, 0.0, 1), None), Counter(1.0, 2.0), None, 2
    )
    assert float(swapped.total) == 0.0


def test_what_is_no_array_in_what_is_collected_is_given_once():
    """T12"""
    _, ys = scan(lambda c, x: (c, {"x": x, "text": "a", "one": 1, "f": np.sin}), 0.0, jnp.ones(3))
    assert ys["x"].tolist() == [1.0] * 3
    assert ys["one"].tolist() == [1] * 3
    assert (ys["text"], ys["f"]) == ("a", np.sin)


def test_a_model_with_parameters_is_carried():
    """T13"""
    model = Quadratic(a=Parameter(1.0, bounds=(0.0, 9.0), name="alpha"))
    last, _ = scan(lambda m, x: (m.with_params(alpha=m.a * 2), None), model, None, 3)
    assert float(last.a) == 8.0
    assert last.param_names(include_fixed=True) == ["alpha", "b"]


NARROW = {"a": jnp.ones((3, 2)), "b": [jnp.ones(3), jnp.ones((2, 3))]}
XS = [
    (jnp.ones(3), {"time_major": False}, "`xs` has the shape `(3,)`", "`jax.numpy.expand_dims`"),
    (NARROW, {"time_major": False}, "`xs['b'][0]` has the shape `(3,)`", "the two axes of batch"),
    ({"a": jnp.ones(())}, {}, "`xs['a']` has the shape `()`, and no axis", "close over"),
    (
        [jnp.ones(2), "text"],
        {},
        "`xs[1]` must be an array to scan over, and is a str",
        "close over",
    ),
    ([1.0, 2.0], {}, "`xs[0]` must be an array to scan over, and is a float", "jax.numpy.array"),
    (NARROW, {}, "`xs['a']` says 3 steps, and `xs['b'][1]` has 2 along axis 0", "one length"),
    (
        {"a": ROWS, "b": jnp.ones((2, 4))},
        {"time_major": False},
        "`xs['a']` says 3 steps, and `xs['b']` has 4 along axis 1",
        "one length",
    ),
    (ROWS, {"length": 3}, "`length` says 3 steps, and `xs` has 2", "no `length`"),
    (None, {}, "there is no array to scan over, and no `length`", "`length=100`"),
]


@pytest.mark.parametrize(("xs", "options", "words", "more"), XS, ids=range(len(XS)))
def test_what_cannot_be_scanned_over(xs, options, words, more):
    """T13"""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its words are compared below
        scan(lambda c, x: (c, x), 0.0, xs, **options)
    assert isinstance(caught.value, ScanError)
    assert issubclass(ScanError, ParaxError)
    assert words in caught.value.headline
    assert more in str(caught.value)


def fixed_function(carry, x, *, result):
    return result


MODEL = Plain(jnp.ones(2), None, jnp.arange(2))
CARRIES = [
    ({"w": jnp.ones(2)}, {"w": jnp.ones(3)}, "`['w']` was `float32[2]` and became `float32[3]`"),
    ({"w": jnp.ones(2)}, {"w": jnp.arange(2)}, "`['w']` was `float32[2]` and became `int32[2]`"),
    ({"w": jnp.ones(2)}, {"w": 1.0}, "`['w']` was `float32[2]` and became a float, `1.0`"),
    ({"w": 1.0}, {"w": jnp.ones(3)}, "`['w']` was `float32[]` and became `float32[3]`"),
    ((1.0, 2.0), (1.0,), "the carry was a tuple of 2 and became a tuple of 1"),
    ((1.0, 2.0), [1.0, 2.0], "the carry was a tuple of 2 and became a list of 2"),
    (jnp.ones(2), None, "the carry was `float32[2]` and became None"),
    (None, jnp.ones(2), "the carry was None and became `float32[2]`"),
    (
        MODEL,
        eqx.tree_at(lambda m: m.label, MODEL, "new"),
        "`.label` was a str, `'plain'` and",
    ),
    (MODEL, eqx.tree_at(lambda m: m.activation, MODEL, np.sin), "`.activation` was a"),
    (MODEL, eqx.tree_at(lambda m: m.order, MODEL, "2"), "`.order` was `int32[]` and became a str"),
    (MODEL, eqx.tree_at(lambda m: m.weight, MODEL, jnp.ones(3)), "`.weight` was"),
    (Quadratic(), Quadratic(b=2.0), "`.b.fixed` was `True` and became `False`"),
    (Quadratic(), Quadratic(name="q"), "`.name` was `None` and became `'q'`"),
]


@pytest.mark.parametrize(("init", "new", "words"), CARRIES, ids=range(len(CARRIES)))
def test_a_carry_that_changes_its_kind(init, new, words):
    """T13"""
    with pytest.raises(ScanError) as caught:
        scan(functools.partial(fixed_function, result=(new, None)), init, None, 2)
    if jnp.ones(()).dtype == "float64":
        words = words.replace("float32", "float64").replace("int32", "int64")
    assert f"the carry must stay as it is built: {words}" in caught.value.headline
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("result", [1.0, (1.0,), (1.0, 2.0, 3.0), None])
@pytest.mark.parametrize("init", [1.0, Counter(0, 0.0)])
def test_a_function_that_gives_no_pair(init, result):
    """T13"""
    with pytest.raises(ScanError, match=r"must give a pair `\(carry, y\)`, and gave"):
        scan(functools.partial(fixed_function, result=result), init, None, 2)


def test_under_jit_grad_and_vmap():
    """T12"""

    def last(model):
        return scan(lambda m, x: (m.with_params(a=m.a * x), None), model, jnp.full(3, 2.0))[0].a * 1

    assert float(jax.jit(last)(Quadratic())) == 24.0
    assert float(parax.grad(last)(Quadratic()).a.latent_value) == 8.0
    batch = jax.vmap(lambda a: last(Quadratic(a=a)))(jnp.array([1.0, 2.0]))
    assert batch.tolist() == [8.0, 16.0]
    with jax.disable_jit():
        assert float(last(Quadratic())) == 24.0
