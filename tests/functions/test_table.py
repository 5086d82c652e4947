"""The table as data: readable without JAX, complete, and consistent with the array code."""

import inspect
import json
import math
import subprocess
import sys

import numpy as np
import pytest
import scipy.constants

import parax.functions as pf

PROMISED = """
abs abs2 xor real imag conj angle exp expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos
atan atan2 sinh cosh tanh asinh acosh atanh sign floor ceil round clip relu softplus sigmoid hypot
erf isfinite nan_to_num deg rad interp max min mean sum prod median std var norm rms any all argmax
argmin percentile logsumexp smoothmax smoothmin ptp count where stack concat reshape transpose diag
offdiag trace det inv solve cumsum cumprod diff sort flip roll unwrap linspace arange ones zeros eye
derivative grad integrate at crossing flatness ripple ln
"""

every_function = pytest.mark.parametrize(
    "function", [one for name, one in pf.table().items() if name == one.name], ids=str
)

WITHOUT_JAX = """
import json, sys
import parax.functions as pf
shown = {name: [one.signature_text, one.help] for name, one in pf.table().items()}
names = [name for name in dir(pf) if name in shown]
values = {name: repr(one.value) for name, one in pf.constants().items()}
print(json.dumps([shown, len(names), values, "jax" in sys.modules, "numpy" in sys.modules]))
"""


def test_names_signatures_and_help_need_no_jax():
    out = subprocess.run(
        [sys.executable, "-c", WITHOUT_JAX], check=True, capture_output=True, text=True
    ).stdout
    shown, names, values, jax_is_there, numpy_is_there = json.loads(out)
    assert not jax_is_there
    assert not numpy_is_there
    assert set(PROMISED.split()) <= set(shown)
    assert names == len(shown)
    assert set(values) == {"pi", "e", "inf", "nan", "eps", "c0", "mu0", "eps0", "k_B"}


@every_function
def test_every_function_has_its_help_and_its_code(function: pf.Function):
    assert function.help
    assert "\n" not in function.help
    assert function.signature_text.startswith(function.name + "(")
    assert function.family
    for code in function.codes:
        assert inspect.getdoc(code)
        assert code.__parax_traits__.symbol in (function.name, "^")
    for alias in function.aliases:
        assert pf.table()[alias] is function


@every_function
def test_the_signature_of_the_table_is_that_of_the_code(function: pf.Function):
    own = {one.name: one for one in function.parameters}
    for name, one in inspect.signature(function.codes[0]).parameters.items():
        if name in own and own[name].static and one.default is not inspect.Parameter.empty:
            variadic = own[name].variadic or own[name].default is pf.REQUIRED
            assert variadic or one.default == own[name].default


def test_functions_are_attributes_of_the_room():
    assert pf.max is pf.table()["max"]
    assert pf.ln is pf.log
    assert "smoothmax" in dir(pf)
    with pytest.raises(AttributeError, match="no attribute 'maxx'"):
        _ = pf.maxx


def test_a_function_shows_itself():
    assert repr(pf.round) == "<function round(x, digits=0)>"
    assert str(inspect.signature(pf.max)) == "(*values, axis=None)"
    assert inspect.getdoc(pf.log) == pf.log.help
    assert "atural" in pf.log.help
    digits = pf.round.parameters[1]
    assert (digits.name, digits.default, digits.static, digits.variadic) == (
        "digits",
        0,
        True,
        False,
    )
    assert pf.round.parameters[0].default is pf.REQUIRED
    assert repr(pf.REQUIRED) == "REQUIRED"


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        pf.table()["max"] = pf.min  # pyright: ignore[reportIndexIssue]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("pi", math.pi),
        ("e", math.e),
        ("inf", math.inf),
        ("eps", float(np.finfo(np.float64).eps)),
        ("c0", scipy.constants.c),
        ("mu0", scipy.constants.mu_0),
        ("eps0", scipy.constants.epsilon_0),
        ("k_B", scipy.constants.k),
    ],
)
def test_constants_are_those_of_scipy(name: str, wanted: float):
    constant = pf.constants()[name]
    assert constant.value == pytest.approx(wanted, rel=1e-9)
    assert constant.name == name
    assert constant.help


def test_nan_is_no_number():
    assert math.isnan(pf.constants()["nan"].value)
