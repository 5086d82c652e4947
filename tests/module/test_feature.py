"""Methods that expressions may read: L34."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import equinox as eqx
import jax
import pytest

from parax.errors import ParameterTypeError
from parax.module import FeatureInfo, Module, feature, features, is_feature
from parax.parameters import Parameter


class Filter(Module):
    r: Parameter = 2.0

    @feature
    def order(self):
        return 3

    @feature(unit="dB")
    def gain(self, sweep):
        """Give the gain.

        More.
        """
        return self.r * sweep

    def hidden(self):
        return 1


class Below(Filter):
    @feature(unit="Hz")
    @eqx.filter_jit
    def compiled(self, sweep):
        return sweep

    def order(self):
        return 4


def test_marked_methods_are_found_with_unit_and_context():
    assert features(Filter) == {
        "order": FeatureInfo("order", None, (), None),
        "gain": FeatureInfo("gain", "dB", ("sweep",), "Give the gain."),
    }
    assert features(int) == {}


def test_what_overrides_a_feature_decides_for_itself():
    assert list(features(Below)) == ["gain", "compiled"]
    assert features(Below)["compiled"].unit == "Hz"


def test_a_mark_changes_nothing():
    assert Filter().order() == 3
    assert Filter().gain(2.0) == 4.0
    assert jax.jit(lambda m: m.gain(3.0))(Filter()) == 6.0


def test_functions_and_bound_methods_are_told_apart():
    assert is_feature(Filter.gain)
    assert is_feature(Filter().gain)
    assert is_feature(jax.jit(Filter.gain))
    assert not is_feature(Filter.hidden)
    assert not is_feature(Filter().hidden)
    assert not is_feature(3)


@pytest.mark.parametrize("what", [property(lambda self: 1), staticmethod(len), 3, "gain"])
def test_only_methods_can_be_marked(what):
    with pytest.raises(ParameterTypeError, match="a feature must be a method"):
        feature(what)


def test_private_names_are_refused():
    def _gain(self):
        return 1

    with pytest.raises(ParameterTypeError, match="`_gain` has a private name"):
        feature(_gain)


def test_a_unit_is_a_string():
    with pytest.raises(ParameterTypeError, match="`unit` of a feature"):
        feature(unit=3)
