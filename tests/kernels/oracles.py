"""Kernels of ours beside those of scikit-learn, and a random supply of both."""

from typing import Any

import numpy as np
import sklearn.gaussian_process.kernels as theirs
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from sklearn.gaussian_process import GaussianProcessRegressor

from parax.kernels import (
    ConstantKernel,
    Kernel,
    Matern12Kernel,
    Matern32Kernel,
    Matern52Kernel,
    PeriodicKernel,
    ProductKernel,
    RBFKernel,
    SumKernel,
    WhiteKernel,
)
from parax.parameters import value_in

SMOOTHNESS = {Matern12Kernel: 0.5, Matern32Kernel: 1.5, Matern52Kernel: 2.5}
RADIAL = [RBFKernel, *SMOOTHNESS]
STATIONARY = [*RADIAL, PeriodicKernel]


def in_scikit_learn(kernel: Kernel) -> Any:
    """Give the same kernel of scikit-learn; a periodic one agrees for one feature only."""

    def of(field: str) -> Any:
        value = np.asarray(value_in(getattr(kernel, field), "scaled"))
        return value if value.ndim else float(value)

    match kernel:
        case SumKernel():
            return theirs.Sum(in_scikit_learn(kernel.k1), in_scikit_learn(kernel.k2))
        case ProductKernel():
            return theirs.Product(in_scikit_learn(kernel.k1), in_scikit_learn(kernel.k2))
        case ConstantKernel():
            return theirs.ConstantKernel(of("variance"))
        case WhiteKernel():
            return theirs.WhiteKernel(of("variance"))
        case RBFKernel():
            return theirs.RBF(of("length_scale"))
        case PeriodicKernel():
            return theirs.ExpSineSquared(of("length_scale"), of("period"))
    return theirs.Matern(of("length_scale"), nu=SMOOTHNESS[type(kernel)])


def evidence_of_scikit_learn(kernel: Kernel, x: Any, y: Any, noise: Any) -> tuple[float, Any]:
    """Give the log marginal likelihood, and its gradient by the logarithms of the parameters."""
    options: dict[str, Any] = {"alpha": noise, "optimizer": None}
    regression: Any = GaussianProcessRegressor(in_scikit_learn(kernel), **options)
    regression.fit(as_rows(x), y)
    return regression.log_marginal_likelihood(regression.kernel_.theta, True)


def log_density(covariance: np.ndarray, y: Any) -> float:
    """Give the log density of data by SciPy."""
    normal: Any = multivariate_normal
    return normal(None, covariance).logpdf(y)


def as_rows(x: Any) -> np.ndarray:
    """Give points as scikit-learn takes them, `(N, d)`."""
    array = np.asarray(x)
    return array[:, None] if array.ndim == 1 else array


positive = st.floats(0.2, 5.0).map(lambda x: round(x, 3))


def leaves(features: int | None) -> st.SearchStrategy[Kernel]:
    """Give single kernels for points of so many features; None for points that are numbers."""
    scale = positive
    if features is not None:
        scale |= st.lists(positive, min_size=features, max_size=features)
    kinds = [st.builds(kind, scale) for kind in RADIAL]
    kinds += [st.builds(ConstantKernel, positive), st.builds(WhiteKernel, positive)]
    if features is None:
        kinds.append(st.builds(PeriodicKernel, positive, positive))
    return st.one_of(kinds)


def kernels(features: int | None = None) -> st.SearchStrategy[Kernel]:
    """Give kernels, and sums and products of them."""
    return st.recursive(
        leaves(features),
        lambda inner: st.builds(SumKernel, inner, inner) | st.builds(ProductKernel, inner, inner),
        max_leaves=4,
    )


def points(features: int | None = None, count: int = 5) -> st.SearchStrategy[np.ndarray]:
    """Give points `(N,)` or `(N, features)`, some of them equal; of few shapes, for speed."""
    number = st.floats(-8.0, 8.0).map(lambda x: round(x, 2))
    one: Any = number
    if features is not None:
        one = st.lists(number, min_size=features, max_size=features)
    return st.lists(one, min_size=count, max_size=count).map(np.array)
