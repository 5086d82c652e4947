"""Units: dimensions, prefixes, and the table that texts and parameters share (L12, L13, P14a)."""

import pytest

from parax.errors import UnitError
from parax.units import NUMBER, define_unit, find_unit, is_prefix, quantity, unit, unit_names


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.4 GHz", 2.4e9),
        ("2.4GHz", 2.4e9),
        (" 10pF ", 1e-11),
        ("-20 dB", -20.0),
        ("+3 dBm", 3.0),
        ("45 deg", 45.0),
        ("50 Ω", 50.0),
        ("50 \u2126", 50.0),
        ("0.3 µH", 3e-7),
        ("0.3 \u03bcH", 3e-7),
        ("1_000 um", 1e-3),
        ("1e3 mm", 1.0),
        (".5 ns", 5e-10),
        ("1. K", 1.0),
        ("7", 7.0),
        ("1 inch", 0.0254),
        ("3 fF", 3e-15),
        ("2 THz", 2e12),
        ("1e-9F", 1e-9),
    ],
)
def test_a_quantity_is_read_into_si(text: str, value: float):  # L12, P14a
    assert quantity(text) == value


@pytest.mark.parametrize("prefix", ["f", "p", "n", "u", "µ", "μ", "m", "k", "M", "G", "T"])
def test_every_prefix_is_exact(prefix: str):  # L12
    assert unit(prefix + "Hz").read("3.3") == float(f"3.3e{unit(prefix + 'Hz').exponent}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2 GHZ", "did you mean `GHz`"),
        ("2 G", "a prefix alone is no unit"),
        ("2 foo", "some units are"),
        ("GHz", "is no quantity"),
        ("", "is no quantity"),
        ("1 2", "is no quantity"),
        ("1e", "`e` is no unit"),
        ("1e999", "too large"),
        ("1e305 THz", "too large"),
        ("1 kdB", "is no unit"),
        ("1 mmm", "is no unit"),
        ("nan", "is no quantity"),
        ("9" * 5000, "too large"),
        ("1" + " " * 5000 + "?", "is no quantity"),
    ],
)
def test_what_is_no_quantity_is_refused(text: str, words: str):  # P14a
    with pytest.raises(UnitError, match=words):
        quantity(text)


def test_units_of_the_same_kind_have_the_same_dimension():  # L13
    assert unit("GHz").dimension == unit("Hz").dimension != unit("s").dimension
    assert unit("mm").dimension == unit("mil").dimension == unit("inch").dimension
    assert unit("rad").dimension == NUMBER
    assert unit("Ω").dimension == unit("Ohm").dimension


def test_labels_leave_the_number_and_have_no_dimension():  # L12
    for name in ("dB", "dBm", "deg"):
        assert unit(name).is_label
        assert unit(name).dimension is None
        assert unit(name).to_si(-20) == -20


def test_conversion_goes_both_ways():  # P14a
    assert unit("nH").to_si(8) == 8e-9
    assert unit("nH").from_si(8e-9) == 8
    assert unit("mil").from_si(unit("mil").to_si(3.0)) == pytest.approx(3.0)


def test_a_unit_can_be_added_from_python():  # L13
    new = define_unit("ft_test", 0.3048, unit("m").dimension, prefixes=True)
    assert quantity("2 ft_test") == 0.6096
    assert quantity("2 kft_test") == pytest.approx(609.6)
    assert define_unit("ft_test", 0.3048, unit("m").dimension) == new
    with pytest.raises(UnitError, match="is a unit already"):
        define_unit("ft_test", 0.3)
    with pytest.raises(UnitError, match="is a unit already"):
        define_unit("GHz", 1.0)
    with pytest.raises(UnitError, match="cannot name a unit"):
        define_unit("m/s")
    with pytest.raises(UnitError, match="cannot have the factor"):
        define_unit("nothing_test", 0.0)


def test_a_prefix_is_told_from_a_unit():  # L54
    assert is_prefix("G")
    assert not is_prefix("m")
    assert not is_prefix("GHz")
    assert find_unit("G") is None


def test_every_listed_name_is_a_unit():
    assert all(find_unit(name) is not None for name in unit_names())
