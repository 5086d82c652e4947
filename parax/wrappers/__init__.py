"""Wrappers: nodes that stand for a value computed of what they hold, such as a positive one."""

from parax._abstract import AbstractUnwrappable
from parax.wrappers._non_trainable import NonTrainable, non_trainable
from parax.wrappers._parameterize import Parameterize
from parax.wrappers._unwrap import contains_unwrappables, is_unwrappable, unwrap

__all__ = [
    "AbstractUnwrappable",
    "NonTrainable",
    "Parameterize",
    "contains_unwrappables",
    "is_unwrappable",
    "non_trainable",
    "unwrap",
]
