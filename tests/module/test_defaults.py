"""Types with other defaults: M63."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

import pickle

import jax
import pytest

from parax.errors import ParameterTypeError
from parax.module import Module
from parax.parameters import Parameter
from tests.module.models import Aff

A3 = Aff.with_defaults(loc=3.0)


def values(m):
    return m.flat_param_values().tolist()


def test_defaults_give_way_to_keywords_and_positions():
    """M63"""
    assert values(A3()) == [3.0, 0.0]
    assert values(A3(loc=1.0)) == [1.0, 0.0]
    assert values(A3(1.0)) == [1.0, 0.0]
    assert values(A3(gain=2.0)) == [3.0, 2.0]


def test_defaults_accumulate():
    """M63"""
    both = A3.with_defaults(gain=5.0)
    assert values(both()) == [3.0, 5.0]
    assert values(both.with_defaults(loc=4.0)()) == [4.0, 5.0]
    assert values(A3()) == [3.0, 0.0]


def test_positions_are_put_before_those_of_the_call():
    """M63"""
    first = Aff.with_defaults(7.0)
    assert values(first()) == [7.0, 0.0]
    assert values(first(8.0)) == [7.0, 8.0]
    assert values(first.with_defaults(9.0)()) == [7.0, 9.0]


def test_the_result_is_a_type_of_the_same_class():
    """M63: the original gives an instance of a hidden wrapper."""
    assert isinstance(A3, type)
    assert issubclass(A3, Aff)
    assert type(A3()) is Aff
    assert isinstance(A3(), A3)
    assert A3.__name__ == "Aff"
    assert type(pickle.loads(pickle.dumps(A3()))) is Aff
    assert jax.tree.structure(A3()) == jax.tree.structure(Aff())


class Holder(Module):
    extra: object = None


def test_defaults_are_not_shared():
    """M63, X8"""
    given = {"x": [1]}
    kind = Holder.with_defaults(extra=given)
    assert kind().extra is not given
    assert kind().extra is not kind().extra
    kind().extra["x"].append(2)
    assert kind().extra == {"x": [1]}


class Derived(A3):
    z: Parameter = 9.0


def test_a_class_derived_from_it_has_its_defaults():
    """M63"""
    assert values(Derived()) == [3.0, 0.0, 9.0]
    assert values(Derived.with_defaults(z=1.0)()) == [3.0, 0.0, 1.0]
    assert type(Derived()) is Derived
    assert not isinstance(Aff(), Derived)


def test_unknown_defaults_are_refused_at_once():
    """M63"""
    with pytest.raises(ParameterTypeError, match="did you mean `loc`"):
        Aff.with_defaults(lok=1.0)


class Free(Module):
    p: Parameter

    def __init__(self, value=1.0, **kwargs):
        self.p = value * kwargs.get("factor", 1.0)


def test_a_constructor_of_ones_own_gets_them_too():
    """M63"""
    assert values(Free.with_defaults(factor=3.0)()) == [3.0]
    assert values(Free.with_defaults(factor=3.0)(2.0)) == [6.0]
