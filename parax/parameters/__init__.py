"""Parameters: values with a name, bounds, a transform and a distribution."""

from parax.parameters._factories import Fixed, Free, Uniform
from parax.parameters._metadata import ParameterMetadata
from parax.parameters._parameter import Parameter
from parax.parameters._predicates import (
    as_param,
    is_fixed_param,
    is_free_param,
    is_param,
    is_valid_param,
)

__all__ = [
    "Fixed",
    "Free",
    "Parameter",
    "ParameterMetadata",
    "Uniform",
    "as_param",
    "is_fixed_param",
    "is_free_param",
    "is_param",
    "is_valid_param",
]
