"""The five functions of `parax.training` that make and run a step, by themselves."""

from parax.training import build_update_fn, grad, parameters_method, scan, value_and_grad

__all__ = ["build_update_fn", "grad", "parameters_method", "scan", "value_and_grad"]
