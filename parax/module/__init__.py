"""Modules with named parameters, and the functions on any PyTree that they are made of."""

from parax.module._diff import Change, Difference, describe_difference, diff
from parax.module._feature import FeatureInfo, feature, features, is_feature
from parax.module._fields import field, fill_defaults, prepare_fields
from parax.module._module import Module
from parax.module._names import validate_params
from parax.module._partition import partition
from parax.module._summary import Summary, SummaryRow, summary
from parax.module._trainable import trainable_bounds, trainable_names, trainable_part
from parax.module._update import with_params
from parax.module._walk import NamedParam, named_params
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
    "is_feature",
    "named_params",
    "partition",
    "prepare_fields",
    "rebuild",
    "summary",
    "trainable_bounds",
    "trainable_names",
    "trainable_part",
    "validate_params",
    "with_params",
]
