"""Units of parameters, and quantities as text: P6, P14, P14a, P17, P58."""

# Wrong uses are tested too.
# pyright: reportArgumentType=false

import copy
import dataclasses
import pickle

import distreqx.bijectors as bij
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import ParameterBoundsWarning, ParameterTypeError, ParameterValueError
from parax.parameters import (
    CenteredUniform,
    Fixed,
    Normal,
    Parameter,
    ParameterMetadata,
    Uniform,
    split,
    with_elements,
    with_physical,
)
from parax.units import define_unit

L = Parameter("8 nH", name="L1", bounds=(1, 20))


@pytest.mark.parametrize(
    ("name", "scale"),
    [("nH", 1e-9), ("GHz", 1e9), ("Ohm", 1.0), ("mil", 2.54e-5), ("dB", 1.0), ("deg", 1.0)],
)
def test_a_unit_sets_the_scale_to_its_factor(name, scale):
    """P14a: labels leave the number as it is."""
    p = Parameter(8.0, unit=name)
    assert (p.unit, p.scale, type(p.scale)) == (name, scale, float)
    assert p.value == 8.0
    assert float(p) == pytest.approx(8.0 * scale)


def test_one_letter_has_one_name():
    """P14a: what the table takes for the same unit is stored alike."""
    assert Parameter(1.0, unit="µH").unit == Parameter(1.0, unit="μH").unit


@pytest.mark.parametrize(
    ("text", "value", "name"),
    [("8 nH", 8, "nH"), ("2.4GHz", 2.4, "GHz"), ("-20 dB", -20, "dB"), (" 1e3 mm ", 1000, "mm")],
)
def test_text_is_a_value_with_its_unit(text, value, name):
    """P14a"""
    p = Parameter(text)
    assert float(p.value) == pytest.approx(value)
    assert p.unit == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [("9 nH", 9.0), ("9000 pH", 9.0), ("0.009 uH", 9.0), ("9e-9H", 9.0), ("1_0 nH", 10.0)],
)
def test_text_is_converted_into_the_unit_and_rounded_once(text, expected):
    """P14a"""
    for p in (L.with_value(text), with_physical(L, text), Parameter(text, unit="nH")):
        assert float(p.value) == expected
        assert p.unit == "nH"
    assert Parameter(text, metadata=L.metadata).value == expected
    assert with_elements(L, {0: text}).value == expected
    assert Parameter([1.0, 2.0], unit="nH").with_value(text).value.tolist() == [expected] * 2


def test_units_that_are_no_powers_of_ten_are_converted():
    """P14a"""
    assert float(Parameter(1.0, unit="mm").with_value("1 inch").value) == pytest.approx(25.4)
    assert float(Parameter(1.0, unit="mil").with_value("1 inch").value) == pytest.approx(1000)


@pytest.mark.parametrize(
    ("unit", "text"),
    [("nH", "9 GHz"), ("nH", "9 dB"), ("dB", "9 nH"), ("dB", "9 dBm"), ("deg", "1 rad")],
)
def test_text_of_another_dimension_is_refused(unit, text):
    """P14a"""
    p = Parameter(1.0, unit=unit, name="L1")
    for attempt in (lambda: p.with_value(text), lambda: with_elements(p, {0: text})):
        with pytest.raises(ParameterValueError, match=f"`{text}` cannot be the value") as caught:
            attempt()
        assert "parameter `L1`" in str(caught.value)
        assert f"`{unit}`" in str(caught.value)
    with pytest.raises(ParameterValueError, match="cannot be the value"):
        Parameter(text, unit=unit)


def test_text_for_a_parameter_without_unit_is_refused():
    """P14a: 9 or 9e-9? Neither is guessed."""
    with pytest.raises(ParameterValueError, match="the parameter has none") as caught:
        Parameter(1.0).with_value("9 nH")
    assert "unit='nH'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abc", "`abc` is no quantity"),
        ("8 nX", "`nX` is no unit"),
        ("8", "has no unit"),
        ("", "no quantity"),
        ("8 nH 9", "no quantity"),
    ],
)
def test_text_that_is_no_quantity_is_refused(text, words):
    """P6"""
    for attempt in (lambda: Parameter(text), lambda: L.with_value(text)):
        with pytest.raises(ParameterTypeError, match="must be a real number") as caught:
            attempt()
        assert words in str(caught.value)
        assert "`str`" in str(caught.value)
    with pytest.raises(ParameterTypeError, match="must be a real number"):
        Parameter(latent_value="8 nH")


def test_a_quantity_too_large_is_refused():
    with pytest.raises(ParameterValueError, match="too large"):
        Parameter("1e999 nH")


@pytest.mark.parametrize(
    ("unit", "error", "words"),
    [
        ("nX", ParameterValueError, "got `nX`"),
        ("nh", ParameterValueError, "`nH`"),
        ("", ParameterValueError, "name of a unit"),
        (3, ParameterTypeError, "name of a unit"),
    ],
)
def test_a_unit_is_one_of_the_table(unit, error, words):
    """P14a, P58"""
    for make in (lambda: Parameter(1.0, unit=unit), lambda: ParameterMetadata(unit=unit)):
        with pytest.raises(error) as caught:
            make()
        assert words in str(caught.value)


@pytest.mark.parametrize("scale", [1.0, 2.0, 1e-8])
def test_a_scale_that_contradicts_the_unit_is_refused(scale):
    """P14a"""
    with pytest.raises(ParameterValueError, match="contradicts the unit `nH`"):
        Parameter(1.0, unit="nH", scale=scale)
    with pytest.raises(ParameterValueError, match="contradicts"):
        dataclasses.replace(L, scale=scale)
    with pytest.raises(ParameterValueError, match="contradicts"):
        Parameter(1.0, unit="dB", scale=3.0)


def test_a_scale_that_agrees_with_the_unit_may_stand_beside_it():
    """P14a"""
    assert Parameter(1.0, unit="nH", scale=1e-9).scale == 1e-9
    assert Parameter(1.0, unit="dB", scale=1.0).unit == "dB"
    assert ParameterMetadata(unit="nH", scale=1e-9).scale == 1e-9


def test_another_unit_brings_its_scale_and_none_leaves_it():
    """P14a, P17"""
    other = dataclasses.replace(L, unit="pH")
    assert (other.unit, other.scale, float(other.value)) == ("pH", 1e-12, 8.0)
    bare = dataclasses.replace(L, unit=None)
    assert (bare.unit, bare.scale) == (None, 1e-9)
    assert dataclasses.replace(L, unit=None, scale=2.0).scale == 2.0
    assert dataclasses.replace(Parameter(1.0, scale=2.0), unit="nH").scale == 1e-9
    assert dataclasses.replace(L, name="b").unit == "nH"


def test_bounds_distribution_and_transform_speak_of_the_value_in_the_unit():
    """P14a"""
    assert L.bounds.tolist() == [1.0, 20.0]
    with pytest.warns(ParameterBoundsWarning, match="value 30.0, outside"):
        L.with_value("30 nH")
    p = Parameter("250 mV", transform=bij.ScalarAffine(0.0, 1000.0))
    assert float(p.latent_value) == pytest.approx(0.25)
    assert float(p) == pytest.approx(0.25)
    with pytest.raises(ParameterValueError, match="cannot be reached"):
        Parameter(0.5, unit="V", transform=bij.Sigmoid()).with_value("2 V")


def test_factories_take_units_and_quantities():
    """P14a, P60"""
    assert Fixed("8 nH").unit == "nH"
    assert Uniform(1, 9, "5 nH").scale == 1e-9
    assert Uniform(1, 9, "5000 pH", unit="nH").value == 5.0
    assert Normal(8, 1, "9 nH").value == 9.0
    assert CenteredUniform(8, 1, unit="nH").bounds.tolist() == [7.0, 9.0]


def test_a_unit_stays_through_copies_splitting_and_tracing():
    """P14a, P46, P48"""
    for q in (copy.deepcopy(L), pickle.loads(pickle.dumps(L)), L.with_name("b"), L.as_fixed()):
        assert (q.unit, q.scale) == ("nH", 1e-9)
    assert [q.unit for q in split(Parameter([1.0, 2.0], unit="nH"))] == ["nH", "nH"]
    assert jax.jit(lambda p: p)(L).unit == "nH"
    assert jax.jit(lambda p: p.with_value("9 nH"))(L).value == 9.0
    assert float(jax.grad(lambda p: p * 1.0)(L).latent_value) == pytest.approx(1e-9)


def test_units_are_part_of_the_structure():
    """P46"""
    structures = {jax.tree.structure(Parameter(1.0, unit=unit)) for unit in ("dB", "deg", None)}
    assert len(structures) == 3
    assert jax.tree.structure(Parameter("1 dB")) == jax.tree.structure(Parameter(2.0, unit="dB"))


def test_units_of_ones_own_work():
    """P14a: one table for all."""
    define_unit("cubit", 0.4572, (1, 0, 0, 0, 0))
    assert float(Parameter("2 cubit")) == pytest.approx(0.9144)
    assert float(Parameter(1.0, unit="m").with_value("1 cubit").value) == pytest.approx(0.4572)


def test_computations_are_in_si():
    """P14a"""
    c = Parameter(np.array([1.0, 2.0]), unit="pF")
    resonance = 1 / (2 * jnp.pi * jnp.sqrt(L * c))
    np.testing.assert_allclose(resonance, [1.7794e9, 1.2582e9], rtol=1e-3)
