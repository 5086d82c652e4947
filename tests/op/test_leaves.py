"""Leaves: inputs, the model's names, functions, methods (X10, X11, O16, O17, O21, O42, L34)."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import Operator, op
from parax.errors import (
    MissingInputError,
    OperatorAttributeError,
    OperatorError,
    OperatorTypeError,
    ParameterValueError,
)
from parax.graph import same
from tests.op.models import Filter, Stage

MODEL = Filter()
WRONG: Any = 3


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("C", 4.0),
        ("stage.L", 1.5),
        ("stage_L", 1.5),
        ("stage.vec", [1.0, 2.0, 3.0]),
        ("stage_vec", [1.0, 2.0, 3.0]),
        ("stage_vec_1", 2.0),
        ("stage.arr", [0.0, 1.0, 2.0]),
        ("items_1_L", 2.5),
        ("named.a.L", 3.5),
        ("named_a_L", 3.5),
        ("stage.gain", 3.0),
        ("stage.loss", 3.0),
        ("model.C", 4.0),
        ("model.stage.L", 1.5),
    ],
)
def test_a_name_of_the_model_is_read_as_an_array(path, value):
    for expression in (op.Input(path), op.Input(path) + 0.0):
        found = expression(MODEL, 2.0)
        assert isinstance(found, jax.Array)
        np.testing.assert_allclose(found, value)
    if not path.startswith("model."):
        np.testing.assert_allclose(op.Attribute(path)(MODEL, 2.0), value)


def test_items_of_lists_are_reached_by_position():
    assert float(op.Attribute("items.1.L")(MODEL)) == 2.5


@pytest.mark.parametrize(
    "path",
    [
        "stage._hidden",
        "stage.tag",
        "stage.scaled",
        "stage.named_params",
        "stage.with_params",
        "stage.L.value",
        "stage.arr.shape",
        "stage.__class__",
        "items.append",
        "items.7.L",
        "named.b",
        "stage_vec_3",
    ],
)
def test_nothing_else_of_the_model_is_reached(path):
    """L26, L34, O43"""
    with pytest.raises(OperatorAttributeError, match="the model, a `Filter`, has no"):
        op.Attribute(path)(MODEL, 2.0)
    if path != "items.7.L":
        with pytest.raises(MissingInputError, match="no value for the input"):
            op.Input(path)(MODEL, 2.0)


def test_names_of_the_object_that_no_module_is_are_not_reached():
    with pytest.raises(OperatorAttributeError, match="the model, a `float`, has no `real`"):
        op.Attribute("real")(3.0)


MESSAGES = [
    (
        lambda: op.Input("stge.L")(MODEL),
        MissingInputError,
        "no value for the input `stge.L`\n  help: did you mean `stage.L`?",
    ),
    (
        lambda: (op.Input("x") + 1)(),
        MissingInputError,
        "no value for the input `x`\n  help: give it by keyword: `x=…`",
    ),
    (
        lambda: op.Input("C")(MODEL, C=3.0),
        ParameterValueError,
        "`C` is both an input given by keyword and a name of the model\n"
        "  help: write `model.C` for the model's, or rename the input",
    ),
    (
        lambda: op.Input("meas.lss")(meas=Stage()),
        OperatorError,
        "the input `meas`, a `Stage`, has no `lss`\n  help: did you mean `loss`?",
    ),
    (
        lambda: op.Input("stage.gain")(MODEL),
        MissingInputError,
        "the feature `gain` of a `Stage` needs sweep, and 0 inputs follow the model\n"
        "  help: give them after the model, for instance the sweep",
    ),
    (
        lambda: (op.Input("target") + 1)(taget=1.0),
        OperatorTypeError,
        "nothing in the expression takes an input `taget`\n  help: did you mean `target`?",
    ),
    (
        lambda: op.Input("target")(target=1.0, taget=1.0),
        OperatorTypeError,
        "nothing in the expression takes an input `taget`\n  help: did you mean `target`?",
    ),
    (
        lambda: op.Constant(1.0)(a=1),
        OperatorTypeError,
        "nothing in the expression takes an input `a`\n  help: it has no inputs",
    ),
    (
        lambda: op.Attribute("stage.L")(),
        OperatorError,
        "`stage.L` is read from the model, and no positional input was given\n"
        "  help: call the expression with the model first: `op(model, …)`",
    ),
    (
        lambda: op.Method("a.b")(),
        OperatorError,
        "`a.b` is read from the model, and no positional input was given\n"
        "  help: call the expression with the model first: `op(model, …)`",
    ),
    (
        lambda: op.Method("stage.scald")(MODEL),
        OperatorAttributeError,
        "a `Stage` has no method `scald`\n  help: did you mean `scaled`?",
    ),
    (
        lambda: op.Method("stage.tag")(MODEL),
        OperatorTypeError,
        "`stage.tag` of a `Filter` is not callable\n"
        "  help: read a value with `op.Attribute(…)` or `op.Lambda(…)`",
    ),
    (
        lambda: op.Lambda(WRONG),
        OperatorTypeError,
        "`Lambda` takes a function, got `3`, an int\n"
        "  help: a plain value stands for itself: use it as an operand",
    ),
    (
        lambda: op.Input("a b"),
        OperatorTypeError,
        "`Input` takes a name, got `'a b'`\n"
        "  help: a name is letters, digits and `_`; join a path with dots",
    ),
]


@pytest.mark.parametrize(
    ("use", "error", "message"), MESSAGES, ids=[row[-1][:40] for row in MESSAGES]
)
def test_messages_are_whole(use, error, message):
    with pytest.raises(error) as caught:
        use()
    assert str(caught.value) == message


def test_an_unknown_method_is_an_attribute_error_too():
    with pytest.raises(AttributeError):
        op.Method("stage.scald")(MODEL)


def test_an_input_by_keyword_a_default_and_an_attribute_of_an_input():
    assert op.Input("q", 3.0)() == 3.0
    assert op.Input("q", 3.0)(q=4.0) == 4.0
    assert float(op.Input("meas.L")(meas=Stage())) == 1.5
    assert (
        float((op.Input("meas.L") - op.Input("stage.L"))(MODEL, meas=Stage(L=parax.Parameter(2.0))))
        == 0.5
    )


def test_inputs_are_listed_in_order_of_first_appearance():
    expression = op.Input("b") + op.Input("a.x") * op.Input("b")
    assert expression.inputs() == ("b", "a")


def test_methods_are_called_with_the_rest_of_the_inputs():
    """O32"""
    assert float(op.Method("stage.scaled")(MODEL, 2.0)) == 3.0
    assert float(op.Method("stage.scaled")(MODEL, 2.0, extra=2.0)) == 6.0
    assert float((op.Method("stage.scaled") + 1)(MODEL, 2.0, extra=2.0)) == 7.0
    assert same(op.Method("a.b"), op.Method("a.b"))
    assert not same(op.Method("a.b"), op.Method("a.c"))


def test_keywords_go_to_whoever_accepts_them_and_claimed_ones_to_inputs_alone():
    seen = {}

    def named(v, *, a):
        seen["named"] = a
        return v

    def greedy(v, **rest):
        seen["greedy"] = sorted(rest)
        return v

    total = op.Lambda(named) + op.Lambda(greedy) + op.Input("t")
    assert total(2.0, a=3.0, z=1, t=1.0) == 5.0
    assert seen == {"named": 3.0, "greedy": ["a", "z"]}


def test_a_class_of_one_s_own_is_a_leaf_called_as_it_is():
    """A2"""

    class Own(Operator):
        def __call__(self, x, *, shift=0.0):
            return x + shift

    assert (Own() * 2)(1.0, shift=2.0) == 6.0
    with pytest.raises(OperatorTypeError, match="takes an input `skift`"):
        (Own() * 2)(1.0, skift=2.0)


def test_an_error_inside_a_function_of_one_s_own_is_kept_and_noted():
    with pytest.raises(AttributeError, match="foo") as caught:
        (op.Lambda(lambda v: v.foo) + 1)(1.0)
    assert caught.value.__notes__ == ["while evaluating `Lambda(<lambda>)`"]


def test_a_leaf_that_jax_cannot_trace_is_told_as_a_map_is():
    """G2"""

    def branch(v):
        return 1.0 if v > 0 else 2.0

    assert (op.Lambda(branch) + 1)(1.0) == 2.0
    for expression in (op.Lambda(branch) + 1, op.Map(branch, op.Input("v")) + 1):
        given: Any = {"args": (1.0,)} if not expression.inputs() else {"v": 1.0}
        with pytest.raises(OperatorError, match="help: its function says: Attempted boolean"):
            parax.compile(expression)(*given.pop("args", ()), **given)
    with pytest.raises(OperatorError, match=r"`Lambda\(branch\)` cannot be traced by JAX"):
        parax.compile(op.Lambda(branch))(1.0)


@pytest.mark.parametrize(
    ("outputs", "named"),
    [
        (op.Lambda(lambda v: "a"), "the output, made by `Lambda(<lambda>)`, is `'a'`, a str"),
        ({"gain": op.Lambda(lambda v: "a"), "v": op.Lambda(lambda v: v)}, "the output `gain`, "),
        (op.Lambda(lambda v: {"r": [v, "a"]}), "the output `r.1`, made by"),
    ],
)
def test_an_output_that_is_a_text_is_named(outputs, named):
    with pytest.raises(OperatorTypeError) as caught:
        parax.compile(outputs)(1.0)
    assert named in str(caught.value)


def test_numbers_in_a_tree_are_outputs():
    assert parax.compile(op.Lambda(lambda v: {"r": [1.0, v]}))(2.0) == {"r": [1.0, 2.0]}


@pytest.mark.parametrize("prepare", [lambda one: one, parax.compile], ids=["eager", "compiled"])
@pytest.mark.parametrize(
    "leaf",
    [
        op.Lambda(lambda m: m.C),
        op.Lambda(lambda m: {"a": m.C, "b": [m.stage.L, 1.0]}),
        op.Map(lambda m: (m.C, m.C), op.Lambda(lambda m: m)),
    ],
)
def test_results_are_arrays_and_never_parameters(leaf, prepare):
    """O6"""
    values = jax.tree.leaves(prepare(leaf)(MODEL), is_leaf=parax.is_param)
    assert values[0] == 4.0
    assert not any(map(parax.is_param, values))


def test_a_leaf_that_is_called_by_itself_refuses_unknown_keywords():
    """X11"""
    scaled = op.Lambda(lambda v, gain=1: v * gain)
    assert scaled(2.0, gain=3) == 6.0
    for leaf in (scaled, scaled + 1, parax.compile(scaled)):
        with pytest.raises(OperatorTypeError, match="an input `gian`\n  help: did you mean `gain`"):
            leaf(1.0, gian=2)
    with pytest.raises(OperatorTypeError, match="takes an input `zz`"):
        op.Attribute("C")(MODEL, zz=1)


def test_a_method_that_is_called_by_itself_refuses_unknown_keywords():
    """X11"""

    class Coil(parax.Module):
        L: float = 2.0

        def energy(self, i, half=0.5):
            return half * self.L * i**2

    energy = op.Method("energy")
    assert energy(Coil(), 3.0, half=1.0) == 18.0
    with pytest.raises(OperatorTypeError, match="did you mean `half`"):
        energy(Coil(), 3.0, hlf=1.0)


@pytest.mark.parametrize("kind", [op.Method, op.Attribute])
@pytest.mark.parametrize("path", ["a..b", ".a", "a.", ""])
def test_a_path_has_no_gaps(kind, path):
    with pytest.raises(OperatorTypeError, match="takes a path"):
        kind(path)


@pytest.mark.parametrize("axis", [np.int64(0), (np.int32(0),), 0])
def test_an_axis_of_numpy_is_an_axis(axis):
    value = op.Reduce(op.Input("x"), jnp.max, axis=axis)(x=jnp.array([[1.0, 2.0], [3.0, 0.0]]))
    assert value.tolist() == [3.0, 2.0]


def test_constants_stand_for_themselves():
    assert op.Constant(3.0)() == 3.0
    assert op.Constant({"a": 1})() == {"a": 1}
    assert float(op.Constant(parax.Parameter(2.0))()) == 2.0
    assert op.Constant(jnp.arange(2.0))().tolist() == [0.0, 1.0]


def test_a_shared_leaf_is_called_once():
    calls = []
    shared = op.Lambda(lambda x: calls.append(x) or x)
    assert (shared * shared + op.Map(jnp.sin, shared) * 0)(2.0) == 4.0
    assert calls == [2.0]
