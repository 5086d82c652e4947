"""Parameters: values with a name, bounds, a transform and a distribution.

The names after the first group serve the rooms above: functions on one Parameter that are quick
enough to be called on thousands.
"""

from parax.parameters._checks import as_float_array, warn_outside
from parax.parameters._elements import elements, with_elements
from parax.parameters._factories import Fixed, Free
from parax.parameters._group import ParameterGroup
from parax.parameters._joint import (
    event_size,
    own_groups,
    renamed,
    restricted,
    with_distribution,
)
from parax.parameters._metadata import ParameterMetadata
from parax.parameters._normal import Normal, RelativeNormal
from parax.parameters._parameter import Parameter
from parax.parameters._predicates import (
    as_param,
    is_fixed_param,
    is_free_param,
    is_param,
    is_valid_param,
)
from parax.parameters._ranges import Between, Positive
from parax.parameters._rebuild import changed, rebuild, restore, state_of
from parax.parameters._softplus import inv_softplus, softplus
from parax.parameters._spaces import (
    SPACES,
    Space,
    latent_bounds,
    splits,
    value_in,
)
from parax.parameters._split import split
from parax.parameters._static import Packed, Skeleton, is_concrete, repack, unpack
from parax.parameters._uniform import CenteredUniform, RelativeUniform, Uniform
from parax.parameters._values import with_physical

__all__ = [
    "SPACES",
    "Between",
    "CenteredUniform",
    "Fixed",
    "Free",
    "Normal",
    "Packed",
    "Parameter",
    "ParameterGroup",
    "ParameterMetadata",
    "Positive",
    "RelativeNormal",
    "RelativeUniform",
    "Skeleton",
    "Space",
    "Uniform",
    "as_float_array",
    "as_param",
    "changed",
    "elements",
    "event_size",
    "inv_softplus",
    "is_concrete",
    "is_fixed_param",
    "is_free_param",
    "is_param",
    "is_valid_param",
    "latent_bounds",
    "own_groups",
    "rebuild",
    "renamed",
    "repack",
    "restore",
    "restricted",
    "softplus",
    "split",
    "splits",
    "state_of",
    "unpack",
    "value_in",
    "warn_outside",
    "with_distribution",
    "with_elements",
    "with_physical",
]
