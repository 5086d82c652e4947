"""Constants: what optimisers leave alone, and how it is set free again."""

from parax._abstract import AbstractConstant
from parax.constants._constants import as_free, is_constant

__all__ = ["AbstractConstant", "as_free", "is_constant"]
