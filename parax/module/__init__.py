"""Modules with named parameters, and the functions on any PyTree that they are made of."""

from parax.module._diff import Change, Difference, describe_difference, diff
from parax.module._feature import FeatureInfo, feature, features, is_feature
from parax.module._fields import field, fill_defaults, prepare_fields
from parax.module._module import Module
from parax.module._names import validate_params
from parax.module._partition import partition
from parax.module._structure import first_difference
from parax.module._summary import Summary, SummaryRow, summary
from parax.module._trainable import (
    part_names,
    trainable_bounds,
    trainable_names,
    trainable_part,
)
from parax.module._update import with_params
from parax.module._update_parameters import update_parameters
from parax.module._walk import NamedParam, is_groups_key, named_params
from parax.parameters import rebuild

__all__ = [
    "Change",
    "Difference",
    "FeatureInfo",
    "Module",
    "NamedParam",
    "Summary",
    "SummaryRow",
    "describe_difference",
    "diff",
    "feature",
    "features",
    "field",
    "fill_defaults",
    "first_difference",
    "is_feature",
    "is_groups_key",
    "named_params",
    "part_names",
    "partition",
    "prepare_fields",
    "rebuild",
    "summary",
    "trainable_bounds",
    "trainable_names",
    "trainable_part",
    "update_parameters",
    "validate_params",
    "with_params",
]
