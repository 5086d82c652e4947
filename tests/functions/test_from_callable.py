"""A user's plain function of arrays as a function of the language."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax.functions as pf
from parax import op
from parax.errors import ParaxTypeError
from parax.graph import same

A = op.Input("a")


def gain(x: Any, load: Any = 50.0, *, order: int = 2, label: str | None = None) -> Any:
    """Give the gain.

    More that is not shown.
    """
    return jnp.sum(x**order) / load


def total(*values: Any) -> Any:
    return sum(values)


def test_its_signature_tells_everything():
    function = pf.Function.from_callable(gain, unit="dB", aliases=("g",))
    assert function.name == "gain"
    assert function.aliases == ("g",)
    assert function.unit == "dB"
    assert function.help == "Give the gain."
    assert function.signature_text == "gain(x, load=50.0, *, order=2, label=None)"
    assert [one.static for one in function.parameters] == [False, False, True, True]
    assert repr(function) == "<function gain(x, load=50.0, *, order=2, label=None)>"


def test_it_computes_and_composes():
    function = pf.Function.from_callable(gain)
    x = np.array([1.0, 2.0])
    assert float(function(x)) == pytest.approx(0.1)
    expression = function(A, 2.0, order=3)
    assert same(expression, op.Apply(gain, A, 2.0, order=3))
    assert float(expression(a=x)) == pytest.approx(4.5)
    assert float(jax.grad(lambda x: function(x))(jnp.ones(1))[0]) == pytest.approx(0.04)


def test_it_is_given_arrays():
    class Holder:
        def __jax_array__(self) -> Any:
            return jnp.ones(3)

    function = pf.Function.from_callable(lambda x: x.sum(), name="add_up")
    assert float(function(Holder())) == 3
    assert float(function(np.ones(2))) == 2


def test_a_known_elementwise_function_stays_one():
    function = pf.Function.from_callable(jnp.sin, name="sine")
    assert same(function(A), op.Map(jnp.sin, A))


def test_any_number_of_operands():
    function = pf.Function.from_callable(total)
    assert function.signature_text == "total(*values)"
    assert function(1.0, 2.0, 4.0) == 7.0
    assert function(A, 1.0)(a=2.0) == 3.0


def behind(x: Any, n: int = 2, y: Any = 1.0) -> Any:
    return x * n * y


def loose(x: Any, **rest: Any) -> Any:
    return x


def by_position(x: Any, n: int = 2, /) -> Any:
    return x * n


@pytest.mark.parametrize(
    ("fn", "message"),
    [
        (
            behind,
            "`behind` has the operand `y` behind `n`, which is part of the structure\n"
            "  help: put `y` in front, or make `n` keyword-only",
        ),
        (
            loose,
            "`loose` takes any keyword, `**rest`\n"
            "  help: name the keywords in the signature: they are checked when it is called",
        ),
        (
            by_position,
            "`by_position` takes `n` by position only, and it is part of the structure\n"
            "  help: let it be given by keyword: remove the `/`",
        ),
        (
            functools.partial(max),
            "`partial` does not tell its parameters\n  help: wrap it: `def name(x): return …`",
        ),
    ],
)
def test_a_signature_that_cannot_serve_says_why(fn: Any, message: str):
    with pytest.raises(ParaxTypeError) as caught:
        pf.Function.from_callable(fn)
    assert str(caught.value) == message


def test_a_wrong_call_names_it():
    function = pf.Function.from_callable(gain, name="G")
    with pytest.raises(ParaxTypeError) as caught:
        function(A, 1.0, 2.0)
    assert caught.value.headline == "`G` takes 1 to 4 arguments, got 3"
    with pytest.raises(ParaxTypeError) as caught:
        function(A, order=A)
    assert caught.value.headline == (
        "`order` of `G` is part of the structure and must be a number, got an expression"
    )
