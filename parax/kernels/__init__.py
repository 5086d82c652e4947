"""Covariance functions of two points, their algebra and matrices, and the likelihood of data."""

from parax.kernels._kernel import ConstantKernel, Kernel, ProductKernel, SumKernel
from parax.kernels._likelihood import log_marginal_likelihood
from parax.kernels._matrices import cross_gram, gram
from parax.kernels._stationary import (
    Matern12Kernel,
    Matern32Kernel,
    Matern52Kernel,
    PeriodicKernel,
    RBFKernel,
)
from parax.kernels._white import WhiteKernel

__all__ = [
    "ConstantKernel",
    "Kernel",
    "Matern12Kernel",
    "Matern32Kernel",
    "Matern52Kernel",
    "PeriodicKernel",
    "ProductKernel",
    "RBFKernel",
    "SumKernel",
    "WhiteKernel",
    "cross_gram",
    "gram",
    "log_marginal_likelihood",
]
