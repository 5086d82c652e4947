"""Kernels are Modules: names, values, files, tables (K1, K16)."""

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

import parax
from parax import Parameter
from parax.kernels import (
    ConstantKernel,
    Kernel,
    Matern12Kernel,
    Matern32Kernel,
    Matern52Kernel,
    PeriodicKernel,
    RBFKernel,
    WhiteKernel,
)
from tests.kernels import oracles

EVERY = (
    Parameter(2.0, name="amp", bounds=(0.0, 5.0)) * RBFKernel([1.0, 2.0], name="slow")
    + Matern12Kernel(0.5) * Matern32Kernel(0.7)
    + Matern52Kernel(0.9)
    + PeriodicKernel(1.1, Parameter(3.0, scale=0.5)).with_fixed_params("period")
    + WhiteKernel(0.1)
)
X = np.array([[0.0, 1.0], [2.0, 0.5], [0.3, 0.3]])


def test_names_and_values():
    """K16."""
    assert EVERY.flat_param_names() == [
        "k1_k1_k1_k1_k1_amp",
        "k1_k1_k1_k1_slow_length_scale_0",
        "k1_k1_k1_k1_slow_length_scale_1",
        "k1_k1_k1_k2_k1_length_scale",
        "k1_k1_k1_k2_k2_length_scale",
        "k1_k1_k2_length_scale",
        "k1_k2_length_scale",
        "k2_variance",
    ]
    assert "k1_k2_period" in EVERY.param_names(include_fixed=True)
    changed = EVERY.with_params(k2_variance=0.4)
    assert changed["k2_variance"].tolist() == pytest.approx(0.4)
    np.testing.assert_array_equal(
        EVERY.with_params(EVERY.flat_param_values()).gram(X), EVERY.gram(X)
    )
    assert RBFKernel(3.0, name="a").name == ConstantKernel(3.0, name="a").name == "a"
    assert RBFKernel().length_scale.tolist() == ConstantKernel().variance.tolist() == 1.0
    assert PeriodicKernel().period.tolist() == WhiteKernel().variance.tolist() == 1.0


def test_saved_loaded_copied_and_pickled(tmp_path: Path):
    """K1."""
    path = tmp_path / "kernel.parax"
    parax.save(path, EVERY)
    for other in (
        parax.load(path),
        pickle.loads(pickle.dumps(EVERY)),
        copy.deepcopy(EVERY),
        EVERY.copy(),
    ):
        assert repr(other) == repr(EVERY)
        np.testing.assert_array_equal(other.gram(X), EVERY.gram(X))


def test_a_file_is_read_where_kernels_were_never_imported(tmp_path: Path):
    """K1."""
    path = tmp_path / "kernel.parax"
    parax.save(path, EVERY)
    program = f"import parax; print(parax.load({str(path)!r}).num_flat_params)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("8\n", "")


@settings(max_examples=10)
@given(oracles.kernels())
def test_any_kernel_survives_a_file(tmp_path_factory: pytest.TempPathFactory, kernel: Kernel):
    """K1."""
    path = tmp_path_factory.mktemp("kernels") / "kernel.parax"
    parax.save(path, kernel)
    assert repr(parax.load(path)) == repr(kernel)


def test_tables_and_changes():
    """K1."""
    kernel = 3.0 * RBFKernel(2.0)
    table = str(kernel.summary())
    assert table.splitlines()[0] == "ProductKernel: 2 free, 0 fixed"
    assert "k1_variance" in table
    assert "k2_length_scale" in table
    changes = str(parax.diff(kernel, kernel.with_params(k1_variance=4.0)))
    assert "k1_variance" in changes


def test_tools_of_functions():
    """K1."""

    def at(kernel: Kernel, x: Any) -> Any:
        return kernel(0.0, x)

    kernel = ConstantKernel(2.0) * RBFKernel(1.5)
    slopes = kernel.func_sensitivity(at, jnp.array(1.0))
    assert list(slopes) == ["k1_variance", "k2_length_scale"]
    np.testing.assert_allclose(slopes["k1_variance"], 1.0, rtol=1e-5)
    np.testing.assert_allclose(slopes["k2_length_scale"], 1 / 1.5**2, rtol=1e-5)


def test_a_partition_leaves_halves_that_are_not_checked():
    """K10."""
    dynamic, static = parax.partition(EVERY)
    assert repr(dynamic.with_params()) == repr(dynamic)
    assert static.k2.variance.latent_value is None
    assert static.k2.with_fields(name="half").name == "half"


def test_a_kernel_of_ones_own():
    """K1, K13, K18."""

    class Brownian(Kernel):
        variance: Any = parax.field(default=1.0, converter=Parameter)

        def __call__(self, x1: Any, x2: Any, key: Any = None) -> Any:
            return self.variance * jnp.minimum(x1, x2)

    kernel = Brownian(2.0) + 1
    np.testing.assert_array_equal(kernel.gram([1.0, 3.0]), [[3.0, 3.0], [3.0, 7.0]])
    assert kernel.param_names() == ["k1_variance", "k2_variance"]
    assert kernel.own_variance(3.0).tolist() == 7.0
    assert kernel.with_params(k1_variance=-1.0)(1.0, 1.0).tolist() == 0.0
