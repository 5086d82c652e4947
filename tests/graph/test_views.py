"""A graph to look at (G4, A7): whole views of a small one, and any size in few lines."""

from xml.etree import ElementTree

import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.errors import OperatorTypeError
from parax.graph import Graph

x = op.Input("x")
EXPRESSION = op.Where(x > 0.5, op.Map(jnp.sqrt, x) * np.arange(3.0), -x)


def test_summary_is_a_table():
    assert (
        Graph(EXPRESSION).summary()
        == """\
node  operator  value  operands  text
0     x
1     0.5
2     >                0 1
3     sqrt             0
4     array
5     *                3 4
6     -                0
7     Where            2 5 6
8 nodes; output 7"""
    )


def test_summary_on_examples_has_shapes_and_dtypes():
    lines = Graph(EXPRESSION).summary(x=jnp.ones(3, jnp.float32)).splitlines()
    assert lines[3].split() == ["2", ">", "(3,)", "bool", "0", "1"]
    assert lines[4].split() == ["3", "sqrt", "(3,)", "float32", "0"]


def test_long_tables_are_cut_in_the_middle():
    expression = x
    for _ in range(1000):
        expression = op.Map(jnp.sin, expression)
    lines = Graph(expression).summary().splitlines()
    assert len(lines) == 63
    assert any(line.startswith("…") and "941 more" in line for line in lines)


def test_dot_is_read_by_graphviz():
    text = Graph(x * 2.0 + 1).to_dot()
    assert text.splitlines()[0] == "digraph parax {"
    assert '  n0 [label="x", style="rounded"];' in text
    assert "  n0 -> n2;" in text
    assert "peripheries=2" in text


def test_quotes_in_labels_are_escaped():
    text = Graph(op.Index(x, 'a"b')).to_dot()
    assert 'a\\"b' in text
    assert "a#quot;b" in Graph(op.Index(x, 'a"b')).to_mermaid()


def test_mermaid_draws_each_node_and_edge():
    assert (
        Graph(x * 2.0 > 1).to_mermaid()
        == """\
flowchart BT
  n0(["x"])
  n1["2"]
  n2["*"]
  n3["1"]
  n4[["#gt;"]]
  n0 --> n2
  n1 --> n2
  n2 --> n4
  n3 --> n4"""
    )


def test_a_drawing_has_a_box_for_each_node_below_its_operands():
    drawing = Graph(EXPRESSION).show()
    assert repr(drawing) == Graph(EXPRESSION).summary()
    picture = ElementTree.fromstring(drawing.svg() or "")
    boxes = picture.findall("{*}rect")
    texts = [one.text for one in picture.findall("{*}text")]
    assert texts == ["x", "0.5", ">", "sqrt", "array", "*", "-", "Where"]
    assert [float(box.attrib["y"]) for box in boxes] == [20, 20, 80, 80, 20, 140, 80, 200]
    assert len(picture.findall("{*}path")) == 9
    assert drawing._repr_html_() == drawing.svg()


def test_a_large_drawing_is_a_table():
    wide = Graph(op.Stack([x + float(n) for n in range(200)])).show(x=np.ones(2))
    assert wide.svg() is None
    assert wide._repr_html_().startswith("<pre>node")
    assert "rolled: 200" in repr(wide)


def test_networkx_keeps_positions_of_operands():
    graph = Graph(op.Binary(jnp.subtract, x, x)).to_networkx()
    assert [facts["position"] for *_, facts in graph.edges(data=True)] == [0, 1]


def test_reprs_are_short_at_any_width_and_depth():
    wide = op.Stack([x + float(n) for n in range(10_000)])
    assert repr(wide) == "<Stack [(x + 0.0), (x + 1.0), (x + 2.0), (x + 3.0), …]>"
    assert repr(op.Lambda(jnp.sin)) == "<Lambda(sin)>"
    assert repr(op.Reduce(x, jnp.max)) == "<Reduce max(x)>"
    assert repr(EXPRESSION) == "<Where where((x > 0.5), (sqrt(x) * ndarray[3]), -x)>"
    assert repr(Graph(EXPRESSION)) == "<Graph of 8 nodes>"
    assert len(repr(op.Constant(np.arange(1e6)))) < 80


def test_a_minus_binds_less_than_what_follows_it():
    x = op.Input("x")
    shown = [(-x) ** 2, -(x**2), (-x)[0], -(x[0]), (-x)[x > 0], 2**-x]
    assert [op.show(one) for one in shown] == [
        "((-x) ** 2)",
        "-(x ** 2)",
        "(-x)[0]",
        "-x[0]",
        "(-x)[(x > 0)]",
        "(2 ** -x)",
    ]


def test_round_numbers_are_shown_as_they_are_written():
    x = op.Input("x")
    numbers = [2e9, -2.45e9, 1e6, 10000.0, 20, 1e20, -0.0, 0.001, float("inf")]
    assert [op.show(x + one).removeprefix("(x + ").removesuffix(")") for one in numbers] == [
        *("2e9", "-2.45e9", "1e6", "10000.0", "20", "1e+20", "-0.0", "0.001", "inf")
    ]
    rows = parax.compile(x > 2e9).explain(at=(), x=1.0)
    assert "x > 2e9" in rows
    assert "2000000000" not in rows


def test_a_notebook_shows_the_table():
    html = EXPRESSION._repr_html_()
    assert html.startswith("<pre>")
    assert "&gt;" in html
    assert Graph(EXPRESSION)._repr_html_() == html


def test_data_has_the_names_of_its_classes():
    table = Graph(x * parax.Parameter(2.0) + op.Constant(np.arange(2.0))).summary()
    assert "Parameter" in table
    assert "array" in table


def test_a_graph_of_a_graph_is_refused():
    with pytest.raises(OperatorTypeError, match="got a graph"):
        Graph({"a": Graph(x + 1)})


def test_one_node_is_one_node():
    assert Graph(op.Input("a")).summary().splitlines()[-1] == "1 node; output 0"
