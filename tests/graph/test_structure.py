"""What is structure, what is a slot, and what is one node (G1, X1-X6, X8, X18)."""

import gc
import math
import tracemalloc
import weakref

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.errors import OperatorError, OperatorTypeError
from parax.graph import Graph, Kind, SlotKind, Structure, same, validate_structure

x, y = op.Input("x"), op.Input("y")


def key(expression):
    return Graph(expression).structure.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (x + 1.0, x + 2.0),
        (x * np.float64(1.5), x * 2.5),
        (x * np.array(1.5), x * 2.5),
        (x**2.5, x**3.5),
        (x**65, x**70),
        (x * 1j, x * 2j),
        (op.Where(x > 1.0, x, 0.0), op.Where(x > 2.0, x, 5.0)),
        (x + np.arange(3.0), x + np.arange(3.0) * 2),
        (x + parax.Parameter(1.0), x + parax.Parameter(2.0)),
        (op.Constant(1.0) * x, op.Constant(2.0) * x),
        (op.Constant(1.0) * x, 3.0 * x),
        (x + 2**31, x + 2.5),
    ],
)
def test_values_of_slots_and_arrays_are_not_structure(one, other):
    assert key(one) == key(other)
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (x + 1, x + 1.0),
        (x + 1.0, x + 1j),
        (x + 1, x + True),
        (x**2, x**3),
        (x**0.5, x**-0.5),
        (x**2, x**2.0),
        (x[0], x[1]),
        (x[0], x[0:1]),
        (op.Reduce(x, jnp.max, axis=0), op.Reduce(x, jnp.max, axis=1)),
        (op.Reduce(x, jnp.max), op.Reduce(x, jnp.min)),
        (op.Stack([x, y]), op.Stack([x, y], axis=0)),
        (x + y, y + x),
        (x - y, x + y),
        (op.Sum([x, y]), x + y + y),
        (op.Apply(jnp.sum, x, axis=0), op.Apply(jnp.sum, x, axis=1)),
        (op.Map(lambda v: v, x), op.Map(lambda v: v, x)),
        ({"a": x}, {"b": x}),
    ],
)
def test_kinds_exponents_indices_axes_and_functions_are_structure(one, other):
    assert key(one) != key(other)
    assert not same(one, other)


def test_slots_have_kinds_and_wide_integers_are_floats():
    graph = Graph(x * 2 + x * 2.0 + x * 2j + x * 2**40 + x * -(2**31))
    kinds = [graph.structure.statics[node] for node in graph.structure.slots]
    F, C, N = SlotKind.FLOAT, SlotKind.COMPLEX, SlotKind.INT
    assert kinds == [N, F, C, F, F]
    assert graph.numbers == (2, 2.0, 2j, 2.0**40, -(2.0**31))


def test_equal_values_do_not_merge_but_one_constant_is_one_slot():
    assert len(Graph(x * 2.0 + y * 2.0).numbers) == 2
    assert len(Graph(x * 1 + y * 1).numbers) == 2
    two = op.Constant(2.0)
    assert len(Graph(x * two + y * two).numbers) == 1
    assert len(Graph(x * op.Constant(2.0) + y * op.Constant(2.0)).numbers) == 2


def test_arrays_are_one_by_object_never_by_content():
    array = np.arange(3.0)
    assert len(Graph(x * array + y * array).arrays) == 3
    assert len(Graph(x * array + y * array.copy()).arrays) == 4


def test_operations_on_slots_alone_are_folded_on_the_host():
    two = op.Constant(2)
    graph = Graph(x + two * 3.0 + 1)
    assert graph.numbers == (6.0, 1)
    assert Graph(-op.Constant(3) * x).numbers == (-3,)
    assert Graph(x * (op.Constant(7) / 2)).numbers == (3.5,)


def test_towers_of_powers_are_folded_at_once_and_do_not_run_for_ever():
    tower = op.Constant(9)
    for _ in range(5):
        tower = op.Constant(2) ** tower
    assert Graph(tower).numbers == (math.inf,)
    assert tower() == math.inf
    assert Graph(op.Constant(1) / 0).numbers == (math.inf,)


def test_a_comparison_of_slots_stays_a_node():
    assert Kind.NODE in Graph(op.Where(op.Constant(1.0) < 2.0, x, y)).structure.kinds


def test_complex_folding_that_has_no_meaning_says_so():
    with pytest.raises(OperatorTypeError, match="complex values have none"):
        Graph(op.Constant(1j) % 2)


def test_equal_subexpressions_are_one_node():
    def model_term():
        return op.Map(jnp.abs, op.Method("s"))

    terms = [op.Reduce(model_term(), jnp.max, axis=axis) for axis in (0, 1, 0)]
    assert len(Graph(terms)) == 4


def test_functions_are_known_by_public_name_or_by_identity():
    def own(value):
        return value

    assert key(op.Map(jnp.sin, x)) == key(op.Map(jnp.sin, op.Input("x")))
    assert key(op.Map(own, x)) == key(op.Map(own, x))
    assert key(op.Map(jnp.sin, x)) != key(op.Map(jax.lax.sin, x))


def test_a_callable_module_is_an_operand_with_leaves():
    class Gain(parax.Module):
        by: parax.Parameter = eqx.field(default=2.0)

        def __call__(self, value):
            return self.by * value

    one, other = op.Map(Gain(), x), op.Map(Gain(by=parax.Parameter(3.0)), x)
    assert key(one) == key(other)
    assert float(one(x=2.0)) == 4.0
    assert float(other(x=2.0)) == 6.0
    assert "Gain" in repr(one)
    assert "Gain" in one.summary()


def test_text_and_python_give_one_structure_and_one_order_of_slots():
    # Literals of texts are `Constant`s, which were numbered before what stands left of them.
    parsed = parax.parse("2 * x + y * 3 - 1.5")
    assert same(parsed, 2 * x + y * 3 - 1.5)
    assert Graph(parsed).numbers == (2, 3, 1.5)


def test_where_it_was_written_plays_no_part():
    from parax._diagnostic import Source, Span

    text = Source("x + 1")
    placed = op.located(x + 1.0, op.Origin(Span(text, 0, 5)))
    assert same(placed, x + 1.0)
    assert key(placed) == key(x + 1.0)


def test_nothing_of_an_expression_is_kept_alive_by_its_structure():
    # The table held the first expression of its kind, with all its arrays.
    class Gain(parax.Module):
        by: jax.Array

        def __call__(self, value):
            return self.by * value

    arrays = [jnp.arange(3.0) + n for n in range(3)]
    expression = op.Map(Gain(arrays[0]), x * arrays[1]) + op.Lambda(Gain(arrays[2]))
    graph = Graph(op.Where(expression > 0, expression, 0.0))
    seen = [weakref.ref(array) for array in arrays] + [weakref.ref(expression)]
    structure = graph.structure
    structure.guards  # noqa: B018 - what is found once for each structure holds nothing either
    del expression, graph, arrays
    gc.collect()
    assert [ref() for ref in seen] == [None] * 4
    assert len(structure) > 0


def test_a_table_made_by_hand_with_a_cycle_or_a_lost_node_is_refused():
    good = Graph(x + y).structure
    names = ("kinds", "statics", "payloads", "spans", "out_tree")
    fields = {name: getattr(good, name) for name in names}
    validate_structure(good)
    cyclic = Structure(operands=((2,), (), (0, 1)), outputs=(2,), **fields)
    with pytest.raises(OperatorError, match="cycle through the nodes"):
        validate_structure(cyclic)
    lost = Structure(operands=((), (), (0,)), outputs=(2,), **fields)
    with pytest.raises(OperatorError, match=r"no output depends on the nodes \[1\]"):
        validate_structure(lost)
    backwards = Structure(operands=((1,), (), (0,)), outputs=(2,), **fields)
    validate_structure(backwards)  # out of order, and no cycle
    unused = Structure(operands=((1,), (), ()), outputs=(2,), **fields)
    with pytest.raises(OperatorError, match=r"no output depends on the nodes \[0, 1\]"):
        validate_structure(unused)


def test_a_graph_of_several_outputs_gives_them_as_they_were_arranged():
    graph = Graph({"sum": x + y, "all": [x, 3.0, x * y]})
    assert graph(x=2.0, y=3.0) == {"sum": 5.0, "all": [2.0, 3.0, 6.0]}


def test_a_table_takes_little_memory():
    import tracemalloc

    expression = x
    for number in range(5_000):
        expression = op.Map(jnp.sin, expression * float(number))
    tracemalloc.start()
    graph = Graph(expression)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / len(graph) < 500  # bytes a node (G5)


def test_a_node_takes_less_than_half_a_kilobyte():
    """G5"""
    expression = x
    for number in range(5_000):
        expression = op.Map(jnp.sin, expression) * float(number) + y
    gc.collect()
    tracemalloc.start()
    graph = Graph(expression)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(graph) > 15_000
    assert size < 500 * len(graph)
