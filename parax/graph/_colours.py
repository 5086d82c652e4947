"""Colours for what must be told apart, so that no two that meet share one."""

# NetworkX leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence


def coloured(groups: Iterable[Sequence[int]]) -> dict[int, int]:
    """Give each number a colour, counted from 0, so that no group has one twice; greedily.

    Args:
        groups: numbers that meet.
    """
    import networkx as nx

    graph = nx.Graph()
    for group in groups:
        graph.add_nodes_from(group)
        graph.add_edges_from(itertools.combinations(group, 2))
    return dict(nx.greedy_color(graph, strategy="largest_first"))
