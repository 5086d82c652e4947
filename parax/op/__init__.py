"""Operators: the nodes of an expression."""

from parax.op import _masked_forms as masked_forms
from parax.op._arithmetic import counted, require_real, safe_sqrt
from parax.op._bands import Band, as_band
from parax.op._base import (
    NOWHERE,
    Operator,
    OpInputs,
    OpOutputs,
    Origin,
    filled,
    located,
    span_of,
)
from parax.op._calculus import Derivative, Flatness, Step
from parax.op._elementwise import Apply, Binary, Map, Negate
from parax.op._extremes import larger, largest, smaller, smallest
from parax.op._functions import stored_function
from parax.op._gradient import Gradient
from parax.op._host import host_number, is_plain_number
from parax.op._leaf import Attribute, Constant, Input, Lambda, Method
from parax.op._limited import Limited, limited
from parax.op._masked import MaskedForm, takes_whole
from parax.op._matrix import Diagonal, Mask, OffDiagonal
from parax.op._over import Over
from parax.op._reduce import Reduce, Sum
from parax.op._select import Index, Where
from parax.op._shape import Stack
from parax.op._show import show
from parax.op._traits import Traits, traits_of, with_traits
from parax.op._trees import is_leaf, map_leaves

__all__ = [
    "NOWHERE",
    "Apply",
    "Attribute",
    "Band",
    "Binary",
    "Constant",
    "Derivative",
    "Diagonal",
    "Flatness",
    "Gradient",
    "Index",
    "Input",
    "Lambda",
    "Limited",
    "Map",
    "Mask",
    "MaskedForm",
    "Method",
    "Negate",
    "OffDiagonal",
    "OpInputs",
    "OpOutputs",
    "Operator",
    "Origin",
    "Over",
    "Reduce",
    "Stack",
    "Step",
    "Sum",
    "Traits",
    "Where",
    "as_band",
    "counted",
    "filled",
    "host_number",
    "is_leaf",
    "is_plain_number",
    "larger",
    "largest",
    "limited",
    "located",
    "map_leaves",
    "masked_forms",
    "require_real",
    "safe_sqrt",
    "show",
    "smaller",
    "smallest",
    "span_of",
    "stored_function",
    "takes_whole",
    "traits_of",
    "with_traits",
]
