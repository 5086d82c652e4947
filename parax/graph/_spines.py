"""The long paths of a table: nodes that all that comes before them goes through, one by one (X16).

A node's *gate* is the first node that every way from it to an output goes through. Gates make a
tree whose root is beyond the outputs; its long branches are the spines along which a table is a
chain of steps, whatever the steps look like inside.
"""

from __future__ import annotations

from collections.abc import Iterator

from parax.graph._ancestry import Ancestry
from parax.graph._structure import Structure


def spines(structure: Structure, least: int) -> Iterator[list[int]]:
    """Give the spines of at least so many nodes, each from its first node to its last.

    Each node is in at most one. Takes linear time, but for a logarithm where nodes have several
    consumers.
    """
    root = len(structure)
    gate = _gates(structure)
    height, longest = [1] * (root + 1), [-1] * (root + 1)
    for node in range(root):  # what a node is the gate of stands before it
        if height[node] >= height[gate[node]]:
            height[gate[node]] = height[node] + 1
            longest[gate[node]] = node
    for top in range(root - 1, -1, -1):
        if height[top] >= least and (gate[top] == root or longest[gate[top]] != top):
            spine = [top]
            while longest[spine[-1]] >= 0:
                spine.append(longest[spine[-1]])
            yield spine[::-1]


def depth(structure: Structure) -> int:
    """Give how many nodes the longest path has."""
    depths: list[int] = []
    for operands in structure.operands:
        depths.append(1 + max([depths[one] for one in operands]) if operands else 1)
    return max(depths, default=0)


def _gates(structure: Structure) -> list[int]:
    """Give each node's gate; the number of nodes where there is none."""
    root = len(structure)
    tree = Ancestry()  # the last node is 1, the one before it 2, and so on
    gate = [-1] * root
    for output in structure.outputs:
        gate[output] = 0
    for node in range(root - 1, -1, -1):
        own = tree.add(max(gate[node], 0))
        for operand in structure.operands[node]:
            known = gate[operand]
            gate[operand] = own if known < 0 else tree.common(known, own)
    return [root - own if own > 0 else root for own in gate]
