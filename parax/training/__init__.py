"""Gradients, steps of an optimiser and loops for models that never change in place."""

from parax.module import update_parameters
from parax.training._declare import parameters_method
from parax.training._gradient import grad, value_and_grad
from parax.training._optimizer import Optimizer
from parax.training._scan import scan
from parax.training._step import build_update_fn

__all__ = [
    "Optimizer",
    "build_update_fn",
    "grad",
    "parameters_method",
    "scan",
    "update_parameters",
    "value_and_grad",
]
