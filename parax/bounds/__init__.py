"""Bounds of any tree, and the predicates that cut a model into what may change and what may not."""

from parax._abstract import AbstractBounded
from parax.bounds._bounds import is_bounded, tree_bounds, tree_lower, tree_upper
from parax.bounds._predicates import is_dynamic, is_leaf

__all__ = [
    "AbstractBounded",
    "is_bounded",
    "is_dynamic",
    "is_leaf",
    "tree_bounds",
    "tree_lower",
    "tree_upper",
]
