"""What the rows of a graph's table are."""

from __future__ import annotations

import enum


class Kind(enum.IntEnum):
    """What a row of the table is."""

    SLOT = 0  # a number that the executable takes as an argument
    LITERAL = 1  # a number, a bool or None that is part of the structure
    DATA = 2  # an array, a Parameter, or a tree of them
    CALL = 3  # a leaf operator, called with the inputs
    TREE = 4  # a dict, list or tuple of operands
    NODE = 5  # an operator with operands
    SELECT = 6  # a choice between two branches
    SUM = 7  # a chain of additions and subtractions
    OVER = 11  # a value limited to the points where a condition holds
    # In rolled tables only:
    PORT = 8  # what a roll hands to its body
    PACK = 9  # values of several nodes, stacked, or taken from a stack
    ROLL = 10  # one body for many alike nodes
    SCAN = 12  # one body for the steps of a chain


class SlotKind(enum.IntEnum):
    """The kind of a slot's number; part of the structure, as its value is not (X3)."""

    INT = 0
    FLOAT = 1
    COMPLEX = 2
