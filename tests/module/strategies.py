"""Random modules, for the laws that hold of every one.

What is drawn is a plan: type checks at run time draw random numbers of their own, which hypothesis
does not allow while it draws. `plan.build()` gives the module.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import distreqx.bijectors as bij
import hypothesis.strategies as st

from parax.module import Module, field
from parax.parameters import Parameter

WORDS = ("a", "b", "a_b", "x")
NUMBERS = st.floats(-8.0, 8.0, allow_nan=False, width=32)
TRANSFORMS: dict[str, Callable[[], Any] | None] = {
    "none": None,
    "affine": lambda: bij.ScalarAffine(1.0, 2.0),
    "tanh": bij.Tanh,
}


class Leaf(Module):
    """Parameters alone, some of them in containers."""

    p: Parameter
    q: Parameter | None
    items: list
    table: dict


class Branch(Module):
    """Modules below."""

    first: Module
    rest: list
    a: Module | None
    inner: Module | None = field(transparent=True, default=None)


class Clear(Branch, transparent=True):
    """Adds nothing to the names below."""


class Plan(NamedTuple):
    """A call that is yet to be made, with plans among its arguments."""

    make: Callable[..., Any]
    arguments: dict[str, Any]

    def build(self) -> Any:
        return self.make(**{name: _built(value) for name, value in self.arguments.items()})


def _built(value: Any) -> Any:
    if isinstance(value, Plan):
        return value.build()
    if isinstance(value, list):
        return [_built(item) for item in value]
    if isinstance(value, dict):
        return {key: _built(item) for key, item in value.items()}
    return value


def parameter(latent_value: Any, transform: str, **kwargs: Any) -> Parameter:
    """Make a parameter whose latent value its transform can give back."""
    make = TRANSFORMS[transform]
    number = 0.25 if transform == "tanh" else latent_value
    return Parameter(latent_value=number, transform=None if make is None else make(), **kwargs)


def plan(make: Callable[..., Any], **arguments: st.SearchStrategy[Any]) -> Any:
    """Draw the arguments of a call."""
    return st.fixed_dictionaries(arguments).map(lambda drawn: Plan(make, drawn))


def names() -> Any:
    """None mostly, else one of a few words, so that names often meet."""
    return st.one_of(st.none(), st.none(), st.none(), st.sampled_from(WORDS))


def parameters() -> Any:
    """Plans of free and fixed, scalars and vectors, named and not, transformed, scaled."""
    return plan(
        parameter,
        latent_value=st.one_of(NUMBERS, st.lists(NUMBERS, min_size=1, max_size=3)),
        transform=st.sampled_from(list(TRANSFORMS)),
        fixed=st.booleans(),
        name=names(),
        scale=st.sampled_from([1.0, 1e-3]),
    )


def leaves() -> Any:
    """Plans of modules without modules below."""
    return plan(
        Leaf,
        p=parameters(),
        q=st.one_of(st.none(), parameters()),
        items=st.lists(parameters(), max_size=2),
        table=st.dictionaries(st.sampled_from(WORDS), parameters(), max_size=2),
        name=names(),
    )


def modules(*, max_leaves: int = 4) -> Any:
    """Plans of trees of modules, whose names may meet."""

    def above(below: Any) -> Any:
        optional = st.one_of(st.none(), below)
        rest = st.lists(below, max_size=2)
        kinds = [
            plan(kind, first=below, rest=rest, a=optional, inner=optional, name=names())
            for kind in (Branch, Branch, Clear)
        ]
        return st.one_of(*kinds)

    return st.recursive(leaves(), above, max_leaves=max_leaves)
