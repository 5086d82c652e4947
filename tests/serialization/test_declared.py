"""S15, S17: an object whose fields hold what they cannot, in a file whose checksum fits."""

import dataclasses
import inspect
import math
from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest
from distreqx import bijectors as B  # noqa: N812  # as everyone writes it
from distreqx import distributions as D  # noqa: N812

from parax import Parameter, ParameterGroup, SerializationError, SerializationTypeError, op, rf
from parax.serialization._declared import annotations_of, questions_of
from tests.serialization.classes import modules_of
from tests.serialization.things import Line, again, loaded, resealed, saved

TEXT, INT, LIST, NONE = ["str", "wrong"], ["int", 3], ["list"], ["none"]
FUNCTION, BOOL, ZERO = ["function", "jax.numpy:sin"], ["bool", True], ["float", 0.0]

one = jnp.ones(())
named = Parameter(1.0, name="u", bounds=(0, 3), unit="nH", info={"a": 1})
random = Parameter(1.0, distribution=D.Normal(one, one), transform=B.Shift(one))
x = op.Input("x")
network = rf.Network([[[0j]]], [1e9])


def edited(tree, owner, field, head):
    """Put a value without parts into a field; what stood there stays beside the tree."""

    def change(structure, tensors, _):
        heads, rows = structure["heads"], structure["rows"]
        at, position = next(
            (i, names.index(field) - skip)
            for i, row in enumerate(rows)
            for tag, *names in [heads[row[0]]]
            for skip in [0 if tag == "module" else -1]
            if field in names and (tag == owner or str(names[0]).endswith(f":{owner}"))
        )
        old = rows[at][position]
        heads += [head, ["list"]]
        for row in rows:
            row[1:] = [part + 1 for part in row[1:]]
        rows.insert(0, [len(heads) - 2])
        rows[at + 1][position] = 0
        rows.append([len(heads) - 1, len(rows) - 1, old + 1])

    return resealed(saved(tree), change)


WRONG = [
    (named, "Parameter", "fixed", INT), (named, "Parameter", "latent_value", TEXT),
    (named, "Parameter", "latent_value", LIST), (named, "Parameter", "latent_value", FUNCTION),
    (named, "Parameter", "metadata", TEXT), (named, "Parameter", "metadata", LIST),
    (named, "ParameterMetadata", "bounds", TEXT), (named, "ParameterMetadata", "_notes", TEXT),
    (named, "ParameterMetadata", "_notes", NONE), (named, "notes", "name", INT),
    (named, "notes", "unit", TEXT), (named, "notes", "unit", INT), (named, "notes", "info", LIST),
    (named, "notes", "scale", TEXT), (named, "notes", "scale", ZERO),
    (random, "ParameterMetadata", "_distribution", INT),
    (random, "ParameterMetadata", "_distribution", TEXT), (random, "Normal", "loc", TEXT),
    (random, "Normal", "scale", LIST), (random, "Shift", "shift", TEXT),
    (random, "Shift", "_is_constant_jacobian", TEXT),
    (D.Normal(one, one), "Normal", "loc", TEXT), (D.Independent(D.Normal(one, one)),
    "Independent", "distribution", INT), (B.Chain([B.Shift(one)]), "Chain", "bijectors", TEXT),
    (B.Block(B.Tanh(), 1), "Block", "bijector", FUNCTION),
    (ParameterGroup(["a"]), "ParameterGroup", "_names", TEXT),
    (ParameterGroup(["a"]), "ParameterGroup", "_names", ["tuple"]),
    (Line(), "Line", "slope", TEXT), (Line(), "Line", "slope", FUNCTION),
    (Line(), "Line", "name", INT), (Line(), "Line", "_param_groups", LIST),
    (Line(), "Line", "_transparent", INT), (x, "Input", "name", INT),
    (x, "Input", "name", ["str", "no name"]), (op.Method("s"), "Method", "path", ["str", ""]),
    (x + 1, "Binary", "left", TEXT), (x + 1, "Binary", "fn", INT), (x + 1, "Binary", "fn", TEXT),
    (op.Stack([x, x]), "Stack", "axis", BOOL), (op.Stack([x, x]), "Stack", "axis", TEXT),
    (op.Stack([x, x]), "Stack", "operators", INT), (x[0], "Index", "indices", INT),
    (op.Where(x > 1, x, -x), "Where", "condition", TEXT),
    (op.Reduce(x, jnp.max), "Reduce", "axis", TEXT), (network, "Network", "data", TEXT),
    (rf.Sweep([1e9]), "Sweep", "f", TEXT),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tree", "owner", "field", "head"),
    WRONG,
    ids=[f"{owner}.{field}-{head[0]}{i}" for i, (_, owner, field, head) in enumerate(WRONG)],
)
def test_a_field_of_the_wrong_kind_is_named(tree, owner, field, head):
    with pytest.raises(SerializationError) as caught:
        loaded(edited([tree], owner, field, head))
    assert caught.value.headline.startswith("`root[0]")


def test_the_message_names_path_field_class_and_cure():
    with pytest.raises(SerializationTypeError) as caught:
        loaded(edited({"p": [named]}, "Parameter", "fixed", INT))
    assert str(caught.value) == (
        "`root[0]['p'][0]` has a `int` in the field `fixed`, where its class `Parameter` wants"
        " another kind of value\n  help: give `fixed` what the constructor of `Parameter` gives it"
    )


def test_a_distribution_cannot_stand_for_a_transform():
    data = resealed(saved([random]), swap_packed)
    with pytest.raises(SerializationTypeError, match="has a `Shift` for a distribution"):
        loaded(data)


def swap_packed(structure, tensors, head):
    heads, rows = structure["heads"], structure["rows"]
    at = next(i for i, h in enumerate(heads) if str(h[1:2]).count(":ParameterMetadata"))
    row = next(row for row in rows if row[0] == at)
    i, j = (heads[at].index(name) - 1 for name in ("_distribution", "_transform"))
    row[i], row[j] = row[j], row[i]


def test_names_must_fit_the_elements():
    data = resealed(
        saved([Parameter([1.0, 2.0, 3.0], name=["a", "b", "c"])]),
        lambda s, t, h: t.update({"0": t["0"][:2]}),
    )
    with pytest.raises(SerializationTypeError, match="3 names for 2 elements"):
        loaded(data)


def test_what_load_would_refuse_is_not_saved():
    """S14: a tree of labels, say."""
    labels = jax.tree.map(lambda _: "a label", Line())
    with pytest.raises(SerializationTypeError, match=r"`root\['a'\].*in the field `latent_value`"):
        saved({"a": labels})


def grown(tree):
    return jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), tree)


MAPPED = {
    "one number for each array": lambda tree: jax.tree.map(jnp.sum, tree),
    "a bool for each array": lambda tree: jax.tree.map(lambda _: True, tree),
    "None for each array": lambda tree: jax.tree.map(lambda _: None, tree),
    "NaN": lambda tree: jax.tree.map(lambda leaf: leaf * math.nan, tree),
    "a batch": grown,
    "a half": lambda tree: eqx.partition(tree, lambda leaf: leaf.ndim == 0)[0],
    "None for each Parameter": lambda tree: jax.tree.map(lambda _: None, tree, is_leaf=is_p),
    "plain values": lambda tree: jax.tree.map(
        lambda p: p.value if is_p(p) else p, tree, is_leaf=is_p
    ),
}


def is_p(each):
    return isinstance(each, Parameter)


@pytest.mark.parametrize("change", MAPPED.values(), ids=MAPPED)
def test_what_transformations_of_trees_make_is_saved_and_loaded(change):
    """S6: whatever JAX itself may put in the place of an array or of a Parameter."""
    vector = Parameter([1.0, 2.0], name="v", bounds=[(0, 3), (0, 4)])
    tree = [Line(slope=vector), random, named, network, D.Normal(one, one)]
    tree = change(tree)
    assert jax.tree.structure(again(tree)) == jax.tree.structure(tree)


def test_annotations_of_other_classes_are_their_own_affair():
    """S6: an array where Equinox has one may have become a Parameter, or anything."""
    linear = eqx.nn.Linear(2, 2, key=jax.random.key(0))
    for value in (Parameter(jnp.eye(2)), 3, "text"):
        changed = eqx.tree_at(lambda layer: layer.weight, linear, value)
        assert eqx.tree_equal(again(changed), changed)


def test_every_annotation_of_parax_is_understood():
    """No class of parax or distreqx may have a field of which nothing is asked by accident."""
    for cls in modules_of("parax") | modules_of("distreqx"):
        assert inspect.get_annotations(cls).keys() == annotations_of(cls).keys()
        asked = {name for name, _ in questions_of(cls)}
        said = {name: kind for one in reversed(cls.__mro__) for name, kind in known_of(one).items()}
        for field in dataclasses.fields(cls):
            anything = said[field.name] in (Any, object) or isinstance(said[field.name], TypeVar)
            assert field.name in asked or anything, (cls, field.name)


def known_of(cls):
    return annotations_of(cls) if cls.__module__.startswith(("parax.", "distreqx.")) else {}
