"""Wrappers: nodes that stand for a value computed of what they hold, such as a positive one."""

from parax._abstract import AbstractUnwrappable
from parax.parameters import inv_softplus, softplus
from parax.wrappers._increasing import RealToIncreasingOnInterval
from parax.wrappers._non_trainable import NonTrainable, non_trainable
from parax.wrappers._parameterize import Parameterize
from parax.wrappers._unwrap import contains_unwrappables, is_unwrappable, unwrap
from parax.wrappers._weight_normalization import WeightNormalization

__all__ = [
    "AbstractUnwrappable",
    "NonTrainable",
    "Parameterize",
    "RealToIncreasingOnInterval",
    "WeightNormalization",
    "contains_unwrappables",
    "inv_softplus",
    "is_unwrappable",
    "non_trainable",
    "softplus",
    "unwrap",
]
