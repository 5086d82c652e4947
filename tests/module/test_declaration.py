"""How a Module is declared: M1-M5, X8."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalMemberAccess=false
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false

import copy
import dataclasses
import pickle
from typing import Annotated, Any, ClassVar, Optional, Union

import distreqx.bijectors as bij
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from parax.errors import ParameterTypeError
from parax.module import Module, field, fill_defaults, prepare_fields
from parax.parameters import Fixed, Parameter
from tests.module import postponed
from tests.module.models import Aff, Mod, mod


class Fields(Module):
    one: Parameter = 1
    vector: Parameter = [1.0, 2.0]  # noqa: RUF012  # built anew for each
    pair: Parameter = (1.0, 2.0)
    matrix: Parameter = np.eye(2)
    maybe: Parameter | None = None
    optional: Optional[Parameter] = 2.0  # noqa: UP045  # both spellings are tested
    union: Union[None, Parameter] = 3.0  # noqa: UP007, RUF036  # as above
    several: list[Parameter] = [1.0, [2.0, 3.0]]  # noqa: RUF012  # built anew for each
    some: tuple[Parameter, ...] = (1.0, 2.0)
    two: tuple[Parameter, Parameter] = (1.0, 2.0)
    named: dict[str, Parameter] = {"a": 1.0}  # noqa: RUF012  # as above
    quoted: "Parameter" = 4.0
    noted: Annotated[Parameter, "a remark"] = 5.0
    nested: list[Parameter] | None = [6.0]  # noqa: RUF012  # as above
    number: float = 7.0
    either: Parameter | Aff = 8.0
    shared: ClassVar[Parameter] = Parameter(9.0)


def test_annotations_turn_values_into_parameters():
    """M2, M3"""
    m = Fields()
    for word, shape in {
        "one": (), "vector": (2,), "pair": (2,), "matrix": (2, 2), "optional": (), "union": (),
        "quoted": (), "noted": (),
    }.items():  # fmt: skip
        assert isinstance(getattr(m, word), Parameter), word
        assert getattr(m, word).shape == shape, word
        assert not getattr(m, word).fixed
    assert m.maybe is None
    assert [p.shape for p in m.several] == [(), (2,)]
    assert (type(m.some), [p.shape for p in m.some]) == (tuple, [(), ()])
    assert [type(p) for p in m.two] == [Parameter, Parameter]
    assert m.named["a"].value == 1.0
    assert m.nested[0].value == 6.0
    assert (m.number, m.either) == (7.0, 8.0)


def test_arguments_are_converted_too():
    """M2: `[1., 2.]` became a list of two Parameters, and a tuple was refused."""
    p = Parameter(3.0, name="p")
    m = Fields(one=p, vector=(4.0, 5.0, 6.0), maybe=2, several=(1.0,), named={"x": p})
    assert m.one is p
    assert m.vector.shape == (3,)
    assert m.maybe.value == 2.0
    assert type(m.several) is list
    assert m.named["x"] is p
    assert Fields(several=None).several is None
    assert Fields(named=None).named is None


def test_postponed_annotations_are_understood():
    """M3: `from __future__ import annotations` left a raw float."""
    for m in (postponed.Direct(), postponed.Qualified(), postponed.local_class()()):
        assert isinstance(m.a, Parameter), type(m)
        assert isinstance(m.b, Parameter), type(m)
        assert all(isinstance(p, Parameter) for p in m.c), type(m)
        assert m.d == 1.0, type(m)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"one": "abc"}, "`Fields.one` needs a parameter, and got `'abc'`"),
        ({"one": None}, "`Fields.one` needs a parameter"),
        ({"vector": [1.0, "a"]}, "`Fields.vector` needs a parameter"),
        ({"one": 1j}, "`Fields.one` needs a parameter"),
        ({"several": [1.0, object()]}, "`Fields.several[1]` needs a parameter"),
        ({"named": {"x": "a"}}, "`Fields.named['x']` needs a parameter"),
    ],
)
def test_what_is_no_number_is_refused_naming_class_and_field(keywords, words):
    """M2"""
    with pytest.raises(ParameterTypeError) as caught:
        Fields(**keywords)
    assert words in str(caught.value)


def test_defaults_are_rebuilt_for_each_instance():
    """M4"""
    a, b = Fields(), Fields()
    assert a.several is not b.several
    assert a.named is not b.named

    class Holder(Module):
        items: Any = [1, [2]]  # noqa: RUF012  # built anew for each
        part: Any = Aff()
        array: Any = np.zeros(2)
        fn: Any = jnp.sin
        p: Parameter = Fixed(1.0, transform=bij.Shift(1.0), name="p")

    x, y = Holder(), Holder()
    assert x.items is not y.items
    assert x.items[1] is not y.items[1]
    assert x.part is not y.part
    assert x.p is not y.p
    assert (x.p.name, x.p.fixed, float(x.p.value)) == ("p", True, 1.0)
    x.array[0] = 5.0
    assert y.array[0] == 0.0
    assert x.fn is jnp.sin


def test_fields_of_subclasses_come_after_inherited_ones():
    """M4"""

    class More(Aff):
        extra: Parameter = 3.0

    assert More().param_names() == ["loc", "gain", "extra"]
    assert More(1.0, 2.0, 4.0, name="m").extra.value == 4.0


def test_an_explicit_converter_wins():
    """M4"""

    class Own(Module):
        a: Parameter = field(default=2.0, converter=lambda x: Parameter(x, fixed=True))
        b: Parameter = field(default=[1.0, 2.0])
        c: Parameter = field(static=True, default=3.0)
        d: Parameter = eqx.field(kw_only=True)

    m = Own(d=1)
    assert m.a.fixed
    assert m.b.shape == (2,)
    assert m.c == 3.0
    assert isinstance(m.d, Parameter)


def test_a_property_may_stand_in_for_an_abstract_field():
    class Abstract(Module):
        p: eqx.AbstractVar[Parameter]

    class Concrete(Abstract):
        q: Parameter = 2.0

        @property
        def p(self):
            return self.q

    assert Concrete().p.value == 2.0


def test_field_keeps_metadata_and_marks():
    """M5"""
    spec = field(save=False, transparent=True, metadata={"doc": "x"}, default=1)
    assert dict(spec.metadata) == {"doc": "x", "save": False, "transparent": True}
    assert dict(field().metadata) == {}
    assert field(static=True).metadata["static"] is True


class OwnInit(Module):
    a: Parameter
    b: Parameter = Fixed(2.0)
    c: Parameter = 3.0

    def __init__(self, a):
        self.a = a
        self._param_groups = []


def test_a_class_with_its_own_init_has_converters_and_defaults():
    """M1, M4"""
    m = OwnInit(1)
    assert [float(p) for p in m.params(include_fixed=True)] == [1.0, 2.0, 3.0]
    assert m.name is None
    assert m._param_groups == ()
    assert m.b is not OwnInit(1).b

    class Below(OwnInit):
        d: Parameter = [4.0, 5.0]  # noqa: RUF012  # built anew for each

    assert Below(1).flat_param_names() == ["a", "c", "d_0", "d_1"]


class Apart(eqx.Module):
    """Shares the preparation of fields without being a Module of parax, as an operator does."""

    def __init_subclass__(cls, **kwargs):
        prepare_fields(cls)
        super().__init_subclass__(**kwargs)

    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        fill_defaults(self)
        return self


class ApartWithInit(Apart):
    a: Parameter
    b: Parameter = [1.0, 2.0]  # noqa: RUF012  # built anew for each

    def __init__(self):
        self.a = Parameter(3.0)


def test_another_base_can_share_the_preparation():
    """M4: "Operator shares it", also together with a Module."""

    class Both(ApartWithInit, Module):
        c: Parameter = [3.0, 4.0, 5.0]  # noqa: RUF012  # as above

    class Swapped(Module, ApartWithInit):
        d: Parameter = 1.0

    assert ApartWithInit().b.shape == (2,)
    assert ApartWithInit().b is not ApartWithInit().b
    assert Both().flat_param_names() == ["a", "b_0", "b_1", "c_0", "c_1", "c_2"]
    assert Swapped(a=1.0).flat_param_names() == ["a", "b_0", "b_1", "d"]


def test_inherited_fields():
    """M1"""
    m = Aff(name="x")
    assert m.name == "x"
    assert m._param_groups == ()
    assert "_param_groups" not in repr(m)

    class Grouped(Module):
        a: Parameter = 1.0

        def __post_init__(self):
            self._param_groups = [eqx.nn.Identity()]

    assert Grouped()._param_groups == (eqx.nn.Identity(),)
    assert jax.jit(lambda m: m.a * 2)(Grouped()) == 2.0


def test_check_init_of_users_runs():
    class Checked(Module):
        a: Parameter = 1.0

        def __check_init__(self):
            if self.a > 2:
                raise ValueError("too large")

    with pytest.raises(ValueError, match="too large"):
        Checked(3.0)
    assert Checked(1.0).a == 1.0


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, copy.copy, lambda m: pickle.loads(pickle.dumps(m))]
)
@pytest.mark.parametrize("model", [mod(), OwnInit(1)], ids=["generated", "own init"])
def test_copies(copied, model):
    """X8"""
    m = copied(model)
    assert m is not model
    assert eqx.tree_equal(m, model)
    assert jax.tree.structure(m) == jax.tree.structure(model)
    with pytest.raises(dataclasses.FrozenInstanceError):
        m.name = "x"


def test_a_deep_copy_keeps_arrays():
    """X8"""
    model = mod()
    m = copy.deepcopy(model)
    assert m.aff is not model.aff
    assert m.vec.latent_value is model.vec.latent_value


def test_structures_are_stable_under_transformations():
    """Calling again with what came out of a transformation does not trace again."""
    for model in (mod(), OwnInit(1)):
        assert jax.tree.structure(jax.jit(lambda m: m)(model)) == jax.tree.structure(model)


def test_a_module_can_be_a_default():
    class Outer(Module):
        inner: Mod = Mod(Aff(loc=1.0), None)

    assert Outer().inner.aff.loc.value == 1.0
