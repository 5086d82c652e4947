"""What one gets wrong, and the whole message (U3, U12, G2)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false

import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.parameters import Fixed
from tests.problems.models import Bowl, Line, Plain, all_fixed


def compiled(text="a*a + b"):
    return parax.compile(text)


CASES = {
    "a class": (
        lambda: parax.problem("a", Bowl),
        parax.OperatorTypeError,
        "the model is the class `Bowl`, not an instance of it\n  help: write `Bowl(…)`",
    ),
    "a class, for a Compiled": (
        lambda: compiled()(Bowl),
        parax.OperatorTypeError,
        "the model is the class `Bowl`, not an instance of it\n  help: write `Bowl(…)`",
    ),
    "a text as the model": (
        lambda: parax.problem("a", "ladder"),
        parax.OperatorTypeError,
        "the model is the text `ladder`\n"
        "  help: the model is the first positional argument; give inputs by name",
    ),
    "the sweep forgotten": (
        lambda: parax.problem("mean(y)", Line()),
        parax.MissingInputError,
        "the feature `y` of a `Line` needs sweep, and 0 inputs follow the model",
    ),
    "an input that is a text": (
        lambda: parax.problem("a - target", Bowl(), target="0.1"),
        parax.OperatorTypeError,
        "the input `target` is the text `0.1`\n"
        "  help: give a number or an array: texts are for the expression alone",
    ),
    "an input that is None": (
        lambda: parax.problem("a - target", Bowl(), target=None),
        parax.OperatorTypeError,
        "the input `target` is None\n  help: leave it out to have its default",
    ),
    "a list of texts": (
        lambda: compiled("sum(x)")(x=["1", "2"]),
        parax.OperatorTypeError,
        "the input `x` holds the text `1`\n"
        "  help: give a number or an array: texts are for the expression alone",
    ),
    "an array of texts": (
        lambda: compiled("sum(x)")(x=np.array(["1", "2"])),
        parax.OperatorTypeError,
        "an input is a NumPy array of dtype <U1, and no array of numbers\n"
        "  help: give numbers, booleans or complex numbers, all rows of one length",
    ),
    "an array of rows of several lengths": (
        lambda: compiled("sum(x)")(x=np.array([[1.0], [1.0, 2.0]], dtype=object)),
        parax.OperatorTypeError,
        "an input is a NumPy array of dtype object, and no array of numbers\n"
        "  help: give numbers, booleans or complex numbers, all rows of one length",
    ),
    "a misspelt input": (
        lambda: parax.problem("a - target", Bowl(), taget=1.0),
        parax.OperatorTypeError,
        "nothing in the expression takes an input `taget`\n  help: did you mean `target`?",
    ),
    "no value for an input": (
        lambda: parax.problem("a - target", Bowl()),
        parax.MissingInputError,
        "no value for the input `target`\n"
        "  <expression>:1:5\n"
        "  1 | a - target\n"
        "    |     ^^^^^^\n"
        "  help: give it by keyword: `target=…`",
    ),
    "an input both ways": (
        lambda: compiled("a + x")(Bowl(), inputs={"x": 1.0}, x=2.0),
        parax.OperatorTypeError,
        "the input `x` is given twice: in `inputs=` and by keyword",
    ),
    "inputs that are no mapping": (
        lambda: parax.problem("a + x", Bowl(), inputs=2.0),
        parax.OperatorTypeError,
        "`inputs` is a mapping from names to values, got a float\n"
        "  help: write `inputs={'target': 0.1}`, or `target=0.1`",
    ),
    "the name of an input that is no text": (
        lambda: parax.problem("a + x", Bowl(), inputs={1: 2.0}),
        parax.OperatorTypeError,
        "the name of an input is a text, got `1`",
    ),
    "a number for an expression": (
        lambda: parax.problem(3.0, Bowl()),
        parax.OperatorTypeError,
        "an expression is a text or an operator, got `3.0`, a float\n"
        "  help: a value alone is no expression: `op.Constant(value)` makes one of it",
    ),
    "a function for an expression": (
        lambda: parax.problem(len, Bowl()),
        parax.OperatorTypeError,
        "an expression is a text or an operator, got `<built-in function len>`, a "
        "builtin_function_or_method\n"
        "  help: `op.Lambda(fn)` makes an operator of a function of the model",
    ),
    "a list of outputs": (
        lambda: parax.compile(["a", "2*a"]),
        parax.OperatorTypeError,
        "an expression is a text or an operator, got `['a', '2*a']`, a list\n"
        "  help: several outputs are a dict by name: `parax.compile({'a': x, 'b': y})`",
    ),
    "a path": (
        lambda: parax.problem(pathlib.PurePosixPath("a.parax"), Bowl()),
        parax.OperatorTypeError,
        "an expression is a text or an operator, got `PurePosixPath('a.parax')`, a PurePosixPath",
    ),
    "a problem for an expression": (
        lambda: parax.problem(parax.problem("a", Bowl()), Bowl()),
        parax.OperatorTypeError,
        "it is compiled already: call it, or bind it",
    ),
    "a dict for an objective": (
        lambda: parax.problem({"u": "a"}, Bowl()),
        parax.OperatorTypeError,
        "a problem has one objective, got a dict\n"
        "  help: terms of a list are added up; several outputs are for `parax.compile`",
    ),
    "an empty list": (
        lambda: parax.problem([], Bowl()),
        parax.OperatorTypeError,
        "the list of objectives is empty",
    ),
    "an empty dict": (
        lambda: parax.compile({}),
        parax.OperatorTypeError,
        "the dict of outputs is empty\n  help: name at least one output",
    ),
    "a function of JAX on a problem": (
        lambda: jnp.abs(parax.problem("a", Bowl())),
        TypeError,
        "Problem",
    ),
    # --- gradients ---
    "all fixed": (
        lambda: parax.problem("a + b", all_fixed()).gradient([]),
        parax.NoTrainableParametersError,
        "nothing to optimise: 2 parameters, all fixed\n"
        "  help: free some of them, for instance with `parameter.as_free()`",
    ),
    "the one parameter fixed": (
        lambda: parax.problem("a", {"a": Fixed(1.0)}).gradient([]),
        parax.NoTrainableParametersError,
        "nothing to optimise: 1 parameter, which is fixed\n"
        "  help: free some of them, for instance with `parameter.as_free()`",
    ),
    "all fixed, for a Compiled": (
        lambda: compiled().gradient(all_fixed()),
        parax.NoTrainableParametersError,
        "nothing to optimise: 2 parameters, all fixed",
    ),
    "all fixed, for a batch": (
        lambda: compiled().batch(all_fixed()),
        parax.NoTrainableParametersError,
        "nothing to optimise: 2 parameters, all fixed",
    ),
    "no model": (
        lambda: parax.problem("x*2", x=1.0).gradient([]),
        parax.NoTrainableParametersError,
        "nothing to optimise: there is no model\n"
        "  help: give a model first, or name an input with `argument=`",
    ),
    "plain numbers for parameters": (
        lambda: parax.problem("a*2", {"a": 1.0}).gradient([]),
        parax.NoTrainableParametersError,
        "nothing to optimise: a `dict` without Parameters or floating-point arrays\n"
        "  help: numbers of Python are no parameters: give arrays, or `parax.Parameter(…)`",
    ),
    "a model of whole numbers": (
        lambda: parax.problem("sum(n)*1.0", Plain(None, jnp.arange(3))).gradient([]),
        parax.NoTrainableParametersError,
        "nothing to optimise: a `Plain` without Parameters or floating-point arrays",
    ),
    "an input of whole numbers": (
        lambda: compiled("a*x").gradient(Bowl(), x=2, argument="x"),
        parax.NoTrainableParametersError,
        "nothing to optimise: the input `x` has no floating-point or complex array\n"
        "  help: give it as a float: integers have no gradient",
    ),
    "not scalar": (
        lambda: parax.problem("2 + a*x", Bowl(), x=np.ones(3)).gradient([1.0, 2.0]),
        parax.OperatorError,
        "the objective has shape (3,), and a gradient is of one number\n"
        "  <expression>:1:1\n"
        "  1 | 2 + a*x\n"
        "    | ^^^^^^^\n"
        "  help: reduce it, for instance with `max(…)`, `mean(…)` or `sum(…)`",
    ),
    "complex": (
        lambda: parax.problem("a*x", Bowl(), x=1j).value_and_gradient([1.0, 2.0]),
        parax.OperatorTypeError,
        "the objective is complex, and has no gradient\n"
        "  <expression>:1:1\n"
        "  1 | a*x\n"
        "    | ^^^\n"
        "  help: take `abs(…)`, `real(…)` or `dB(…)` of it",
    ),
    "complex array": (
        lambda: parax.problem("a*x", Bowl(), x=np.array([1j])).batch([[1.0, 2.0]], gradient=True),
        parax.OperatorTypeError,
        "the objective is complex, of shape (1,), and has no gradient",
    ),
    "a comparison": (
        lambda: parax.problem("a < 3", Bowl()).gradient([1.0, 2.0]),
        parax.OperatorTypeError,
        "the objective is a truth value, and has no gradient\n"
        "  <expression>:1:1\n"
        "  1 | a < 3\n"
        "    | ^^^^^\n"
        "  help: a comparison says whether, not by how much: subtract the two sides instead",
    ),
    "a whole number": (
        lambda: compiled("n*2").gradient(Bowl(), n=2),
        parax.OperatorTypeError,
        "the objective is an integer, and has no gradient",
    ),
    "several outputs": (
        lambda: parax.compile({"u": "a", "v": "b"}).gradient(Bowl()),
        parax.OperatorError,
        "a gradient is of one output, and there are `u`, `v`\n  help: choose one with `of=`",
    ),
    "a misspelt output": (
        lambda: parax.compile({"loss": "a", "gain": "b"}).gradient(Bowl(), of="los"),
        parax.OperatorError,
        "there is no output `los`\n  help: did you mean `loss`?",
    ),
    "a misspelt output of a batch": (
        lambda: parax.compile({"loss": "a"}).batch({"a": jnp.ones(3)}, of="los"),
        parax.OperatorError,
        "there is no output `los`\n  help: did you mean `loss`?",
    ),
    "an output that is no scalar, by name": (
        lambda: parax.compile({"u": "a", "v": "b*x"}).gradient(Bowl(), of="v", x=np.ones(2)),
        parax.OperatorError,
        "the objective has shape (2,), and a gradient is of one number\n"
        "  <expression>:1:1\n"
        "  1 | b*x\n",
    ),
    "the name of an only output": (
        lambda: compiled().gradient(Bowl(), of="u"),
        parax.OperatorError,
        "there is no output `u`\n  help: there is one, without a name",
    ),
    "a misspelt argument": (
        lambda: compiled("a*target").gradient(Bowl(), target=1.0, argument="taget"),
        parax.OperatorTypeError,
        "there is no input `taget` to differentiate\n  help: did you mean `target`?",
    ),
    "an argument beyond the last": (
        lambda: compiled().gradient(Bowl(), argument=1),
        parax.OperatorTypeError,
        "there is no positional input 1 to differentiate, 1 is given\n"
        "  help: positions count from 0, the model; name an input by its name",
    ),
    "shapes that do not fit": (
        lambda: parax.problem("a*x + y", Bowl(), x=np.ones(3), y=np.ones(2)),
        parax.OperatorError,
        "cannot broadcast shapes (3,) and (2,)",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_named(name):
    call, error, words = CASES[name]
    for _ in range(2):  # what is remembered must not hide it
        with pytest.raises(error) as caught:
            call()
        assert words in str(caught.value)


def test_an_options_name_is_an_input_through_the_mapping():
    f = parax.compile("cache + of*limits", inputs={"cache": 1.0, "of": 1.0, "limits": 2.0})
    given = {"cache": 1.0, "of": 2.0, "limits": 3.0}
    assert float(f(inputs=given)) == 7.0
    assert float(f.gradient(inputs=given, argument="of")) == 3.0
    assert float(f.bind(inputs=given)([])) == 7.0
    assert float(parax.problem("cache + of*limits", inputs=given)([])) == 7.0


def test_an_input_cannot_set_an_option():
    strangers = {"vocabulary": 2.0, "argument": 3.0}
    assert float(parax.problem("vocabulary*argument", inputs=strangers)([])) == 6.0


def test_a_mapping_that_is_no_dict_is_taken():
    from types import MappingProxyType

    assert float(compiled("a*x")(Bowl(), inputs=MappingProxyType({"x": 2.0}))) == 6.0


def test_what_the_compiler_refuses_is_an_error_of_ours(monkeypatch):
    def refuse(self):
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: out of memory\nmore")

    monkeypatch.setattr(jax.stages.Lowered, "compile", refuse)
    with pytest.raises(parax.CompileError) as caught:
        parax.problem("a*a*0.125 + b", Bowl(), cache=False)([1.0, 2.0])
    assert str(caught.value) == ("XLA refused the expression: RESOURCE_EXHAUSTED: out of memory")


def test_an_operator_for_the_model_of_a_problem():
    with pytest.raises(parax.ParaxError):
        parax.problem("a", op.Input("a"))
