"""Matrices of kernels agree with those of scikit-learn to twelve digits, in 64 bit (K5-K9, K18)."""

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest
import sklearn.gaussian_process.kernels as theirs
from hypothesis import given, settings
from hypothesis import strategies as st

from parax.kernels import Kernel, PeriodicKernel, ProductKernel, RBFKernel, WhiteKernel
from tests.kernels import oracles
from tests.kernels.oracles import as_rows, in_scikit_learn

CLOSE: dict[str, Any] = {"rtol": 1e-12, "atol": 1e-12}


@pytest.fixture(autouse=True, scope="module")
def _double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def check(kernel: Kernel, x: np.ndarray, y: np.ndarray) -> None:
    reference = in_scikit_learn(kernel)
    np.testing.assert_allclose(kernel.gram(x), reference(as_rows(x)), **CLOSE)
    np.testing.assert_allclose(kernel.diagonal(x), reference.diag(as_rows(x)), **CLOSE)
    np.testing.assert_allclose(kernel.cross_gram(x, y), reference(as_rows(x), as_rows(y)), **CLOSE)


@settings(max_examples=10)
@given(oracles.kernels(), oracles.points(), oracles.points(count=3))
def test_points_that_are_numbers(kernel: Kernel, x: np.ndarray, y: np.ndarray):
    check(kernel, x, y)


@settings(max_examples=10)
@given(st.sampled_from([1, 3]), st.data())
def test_points_with_features_and_a_length_scale_for_each(features: int, data: st.DataObject):
    kernel = data.draw(oracles.kernels(features))
    check(kernel, data.draw(oracles.points(features)), data.draw(oracles.points(features)))


def test_a_periodic_kernel_of_features_is_the_product_of_one_for_each():
    x = np.random.default_rng(0).uniform(-5, 5, (7, 2))
    kernel = PeriodicKernel([0.7, 1.5], [2.0, 3.5])
    first: Any = theirs.ExpSineSquared(0.7, 2.0)
    second: Any = theirs.ExpSineSquared(1.5, 3.5)
    np.testing.assert_allclose(kernel.gram(x), first(x[:, :1]) * second(x[:, 1:]), **CLOSE)


def test_the_noise_of_composites_is_in_the_matrix_of_the_points_with_themselves_alone():
    kernel = ProductKernel(RBFKernel(2.0) + WhiteKernel(0.3), 4.0 * RBFKernel() + WhiteKernel(0.1))
    x = np.array([0.0, 1.0, 1.0, 5.0])
    check(kernel, x, x)
    assert kernel.cross_gram(x, x)[1, 2] == kernel.gram(x)[1, 2] == kernel(1.0, 1.0)
