"""How likely data are: against SciPy and scikit-learn, in batches, with gradients (K27-K29)."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize

import parax
from parax import Parameter
from parax.errors import ParameterTypeError, ParameterValueError
from parax.kernels import (
    ConstantKernel,
    Kernel,
    Matern12Kernel,
    Matern32Kernel,
    Matern52Kernel,
    PeriodicKernel,
    RBFKernel,
    WhiteKernel,
    log_marginal_likelihood,
)
from tests.kernels.oracles import evidence_of_scikit_learn, log_density

RANDOM = np.random.default_rng(5)
LINE = np.sort(RANDOM.uniform(0, 10, 12))
PLANE = RANDOM.uniform(0, 5, (12, 2))
DATA = np.sin(LINE) + 0.1 * RANDOM.normal(size=12)

# Built by the tests, in their precision.
CASES: dict[str, tuple[Callable[[], Kernel], np.ndarray]] = {
    "RBF": (lambda: RBFKernel(1.3), LINE),
    "a length scale each": (lambda: ConstantKernel(2.0) * RBFKernel([1.3, 0.6]), PLANE),
    "Matérn 1/2": (lambda: Matern12Kernel(2.0), PLANE),
    "Matérn 3/2": (lambda: Matern32Kernel([2.0, 3.0]) * ConstantKernel(0.5), PLANE),
    "Matérn 5/2": (lambda: Matern52Kernel(0.7) + ConstantKernel(0.3), LINE),
    "periodic": (lambda: PeriodicKernel(1.1, 6.0) + WhiteKernel(0.2), LINE),
    "all": (
        lambda: (
            ConstantKernel(3.0) * RBFKernel(4.0) * PeriodicKernel(1.5, 5.0)
            + Matern12Kernel(0.9)
            + WhiteKernel(0.05)
        ),
        LINE,
    ),
}


@pytest.mark.parametrize(("build", "x"), CASES.values(), ids=CASES.keys())
def test_value_and_gradient_agree_with_both_oracles(build: Callable[[], Kernel], x: np.ndarray):
    """K27."""
    noise = 0.1 if x is PLANE else np.linspace(0.05, 0.3, 12)
    with jax.enable_x64(True):
        kernel = build()
        start = kernel.flat_param_values()

        def ours(values: Any) -> Any:
            return log_marginal_likelihood(kernel.with_params(values), x, DATA, noise=noise)

        value, slope = jax.jit(jax.value_and_grad(ours))(start)
        matrix = np.asarray(jax.jit(kernel.gram)(x)) + noise * np.eye(12)
        np.testing.assert_allclose(value, log_density(matrix, DATA), 1e-11)

        wanted, by_logarithm = evidence_of_scikit_learn(kernel, x, DATA, noise)
        np.testing.assert_allclose(value, wanted, 1e-11)
        # scikit-learn differentiates by logarithms, in the alphabetical order of the same names
        assert len(by_logarithm) == kernel.num_flat_params
        np.testing.assert_allclose(slope * start, by_logarithm, rtol=1e-8, atol=1e-9)

        dense = dense_gradient(kernel, x, matrix)
        np.testing.assert_allclose(slope, dense, rtol=1e-8, atol=1e-9)


def dense_gradient(kernel: Kernel, x: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """½ tr((ααᵀ − K⁻¹) ∂K/∂θ), with α = K⁻¹ y: Rasmussen and Williams, equation 5.9."""
    inverse = np.linalg.inv(matrix)
    alpha = inverse @ DATA
    by_each = jax.jacfwd(lambda values: kernel.with_params(values).gram(x))
    slopes = np.asarray(jax.jit(by_each)(kernel.flat_param_values()))
    return np.einsum("ij,jik->k", np.outer(alpha, alpha) - inverse, slopes) / 2


def test_batches_of_data_of_noise_and_of_parameters():
    """K27."""
    kernel = ConstantKernel(2.0) * RBFKernel(1.5)
    several = np.stack([DATA, 2 * DATA, DATA[::-1], -DATA, DATA**2, DATA - 1]).reshape(2, 3, 12)

    def one(data: Any, length: Any = 1.5, noise: Any = 0.1) -> Any:
        changed = kernel.with_params(k2_length_scale=length)
        return log_marginal_likelihood(changed, LINE, data, noise=noise)

    close: dict[str, Any] = {"rtol": 1e-4, "atol": 1e-4}
    together = log_marginal_likelihood(kernel, LINE, several, noise=0.1)
    assert together.shape == (2, 3)
    np.testing.assert_allclose(together, [[one(y) for y in row] for row in several], **close)
    np.testing.assert_allclose(jax.vmap(one)(several[0]), together[0], **close)
    lengths = np.array([0.5, 1.5, 2.5])
    each = np.array([one(DATA, length) for length in lengths])
    np.testing.assert_allclose(jax.vmap(lambda s: one(DATA, s))(lengths), each, **close)
    np.testing.assert_allclose(jax.jit(jax.vmap(one))(several[0], lengths)[1], one(several[0, 1]))
    noises = np.array([0.1, 0.2])
    np.testing.assert_allclose(
        jax.vmap(lambda s: one(DATA, noise=s))(noises),
        [one(DATA, noise=s) for s in noises],
        **close,
    )
    batch = ConstantKernel([1.0, 2.0, 3.0]) * RBFKernel(1.5)
    both = log_marginal_likelihood(batch, LINE, several, noise=0.1)
    assert both.shape == (2, 3)
    np.testing.assert_allclose(both[:, 1], together[:, 1], **close)
    assert log_marginal_likelihood(batch, LINE, DATA, noise=0.1).shape == (3,)


def test_noise_jitter_and_white_noise_are_the_same_number():
    """K25, K27."""
    k = RBFKernel(1.5)
    wanted = log_marginal_likelihood(k, LINE, DATA, noise=0.25)
    for other in (
        log_marginal_likelihood(k, LINE, DATA, jitter=0.25),
        log_marginal_likelihood(k, LINE, DATA, noise=0.125, jitter=0.125),
        log_marginal_likelihood(k + WhiteKernel(0.25), LINE, DATA),
        log_marginal_likelihood(k, LINE, DATA, noise=np.full(12, 0.25)),
        log_marginal_likelihood(k, LINE, DATA, noise=Parameter(0.5, scale=0.5)),
        log_marginal_likelihood(lambda a, b: k(a, b), LINE, DATA, noise=0.25),
    ):
        np.testing.assert_allclose(other, wanted, rtol=1e-4)
    np.testing.assert_allclose(
        log_marginal_likelihood(k, [1.0], [2.0]), -2 - np.log(2 * np.pi) / 2, rtol=1e-6
    )
    assert log_marginal_likelihood(k, [], []).tolist() == 0.0


def test_what_does_not_fit_is_refused():
    """K27."""
    k = RBFKernel()
    for wrong in (1.0, np.ones(3), np.ones((2, 1))):
        with pytest.raises(ParameterValueError, match=r"`y` have shape .* 2 points\n.*`\(2,\)`"):
            log_marginal_likelihood(k, [0.0, 1.0], wrong)
    for wrong in (-0.1, [0.1, -0.1], np.nan):
        with pytest.raises(ParameterValueError, match="`noise` must not be negative, and got"):
            log_marginal_likelihood(k, [0.0, 1.0], [0.0, 1.0], noise=wrong)
    for wrong in (np.ones(3), np.ones((2, 2))):
        with pytest.raises(
            ParameterValueError, match=r"`noise` has shape .*\n.*`\(\)` or `\(2,\)`"
        ):
            log_marginal_likelihood(k, [0.0, 1.0], [0.0, 1.0], noise=wrong)
    with pytest.raises(ParameterValueError, match="`jitter` must not be negative"):
        log_marginal_likelihood(k, [0.0, 1.0], [0.0, 1.0], jitter=-1.0)
    with pytest.raises(ParameterTypeError, match="the data `y` must be a real number"):
        log_marginal_likelihood(k, [0.0], [1j])
    with pytest.raises(ParameterTypeError, match="a kernel is a function of two points"):
        log_marginal_likelihood(RBFKernel, [0.0], [1.0])


def test_a_matrix_without_a_factor():
    """K28."""
    k = RBFKernel()
    x, y = [1.0, 1.0], [0.0, 0.0]
    words = r"shape `\(2, 2\)` is not positive definite: its lowest eigenvalue is .*\n.*`jitter=`"
    with pytest.raises(ParameterValueError, match=words):
        log_marginal_likelihood(k, x, y)
    with pytest.raises(ParameterValueError, match="lowest eigenvalue is -1\n"):
        log_marginal_likelihood(lambda a, b: jnp.where(a == b, 1.0, 2.0), [0.0, 1.0], y)
    with pytest.raises(ParameterValueError, match=r"elements that are NaN or infinite\n.*points"):
        log_marginal_likelihood(k, [1.0, np.nan], y)
    assert np.isfinite(log_marginal_likelihood(k, x, y, jitter=1e-3))
    compiled = jax.jit(lambda jitter: log_marginal_likelihood(k, jnp.array(x), y, jitter=jitter))
    assert np.isnan(compiled(0.0))
    assert np.isfinite(compiled(1e-3))
    slope = jax.grad(lambda s: log_marginal_likelihood(RBFKernel(s), jnp.array(x), y))(1.0)
    assert np.isnan(slope)


def evidence(kernel: Kernel, x: Any, y: Any) -> Any:
    return log_marginal_likelihood(kernel, x, y, noise=0.01)


class Process(parax.Module):
    kernel: Kernel
    noise: Parameter = Parameter(0.1, bounds=(1e-4, 10.0))

    @parax.feature
    def evidence(self, x: Any, y: Any) -> Any:
        return log_marginal_likelihood(self.kernel, x, y, noise=self.noise)


def fitted(problem: Any) -> Any:
    return minimize(
        lambda v: tuple(map(np.asarray, problem.value_and_gradient(v))),
        problem.x0, jac=True, method="L-BFGS-B", bounds=problem.bounds, options={"ftol": 1e-14},
    )  # fmt: skip


def test_a_kernel_is_fitted_as_any_model():
    """K29."""
    with jax.enable_x64(True):
        amplitude = Parameter(1.0, bounds=(1e-2, 1e2), name="amplitude")
        kernel = amplitude * RBFKernel(Parameter(1.0, bounds=(0.1, 10.0)))
        problem = parax.problem("-evidence", Process(kernel), LINE, DATA)
        assert problem.names == ("kernel_k1_amplitude", "kernel_k2_length_scale", "noise")
        found = fitted(problem)
        best = problem.unflatten(found.x)
        assert problem(found.x) < problem(problem.x0)

        same = best.kernel + WhiteKernel(best.noise)
        value, slope = evidence_of_scikit_learn(same, LINE, DATA, 0.0)
        np.testing.assert_allclose(-found.fun, value, rtol=1e-9)
        np.testing.assert_allclose(slope, 0, atol=1e-3)  # stationary for scikit-learn, too

        alone = parax.problem(parax.op.Lambda(evidence), kernel, LINE, DATA)
        wanted = jax.grad(lambda v: evidence(kernel.with_params(v), LINE, DATA))(alone.x0)
        np.testing.assert_allclose(alone.gradient(alone.x0), wanted, rtol=1e-9)
        rows = np.stack([alone.x0, 2 * alone.x0])
        np.testing.assert_allclose(alone.batch(rows), [alone(row) for row in rows], rtol=1e-9)


@pytest.mark.parametrize("transform", [jax.jit, lambda fn: fn], ids=["compiled", "eager"])
def test_second_derivatives_of_the_likelihood(transform: Callable[[Any], Any]):
    """K27."""
    with jax.enable_x64(True):

        def value(length: Any) -> Any:
            return log_marginal_likelihood(Matern32Kernel(length), LINE, DATA, noise=0.1)

        step = 1e-4
        slope = jax.grad(value)
        wanted = (slope(1.5 + step) - slope(1.5 - step)) / (2 * step)
        np.testing.assert_allclose(transform(jax.grad(slope))(1.5), wanted, rtol=1e-6)
