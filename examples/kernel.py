"""Fit the kernel of a Gaussian process to noisy data, and predict between and beyond them."""

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize

import parax
from parax import Parameter
from parax.kernels import Kernel, PeriodicKernel, RBFKernel, log_marginal_likelihood

jax.config.update("jax_enable_x64", True)


class Process(parax.Module):
    """A Gaussian process with mean zero, seen through noise."""

    kernel: Kernel
    noise: Parameter = Parameter(0.1, bounds=(1e-4, 1.0))

    @parax.feature
    def evidence(self, x: jax.Array, y: jax.Array) -> jax.Array:
        """Give the log marginal likelihood of data."""
        return log_marginal_likelihood(self.kernel, x, y, noise=self.noise)


def truth(x: np.ndarray) -> np.ndarray:
    """Give the function that is measured: a wave of period 2.5 that slowly changes."""
    return np.sin(2 * np.pi * x / 2.5) * (1 + 0.1 * x)


def fitted(model: Process, x: np.ndarray, y: np.ndarray) -> tuple[float, Process]:
    """Give the log marginal likelihood at its maximum, and the model there."""
    problem = parax.problem("-evidence", model, x, y)
    found = minimize(
        lambda v: tuple(map(np.asarray, problem.value_and_gradient(v))),
        problem.x0,
        jac=True,
        method="L-BFGS-B",
        bounds=problem.bounds,
    )
    return -float(found.fun), problem.unflatten(found.x)


def predicted(model: Process, x: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Give the mean of the process at new points, after the data."""
    K = model.kernel.gram(x) + model.noise * jnp.eye(len(x))
    return np.asarray(model.kernel.cross_gram(new, x) @ jnp.linalg.solve(K, y))


def main() -> None:
    """Print what is fitted, and how far predictions are off."""
    random = np.random.default_rng(7)
    x = np.sort(random.uniform(0.0, 10.0, 60))
    y = truth(x) + 0.1 * random.normal(size=60)

    amplitude = Parameter(1.0, bounds=(0.01, 100.0), name="amplitude")
    slow = RBFKernel(Parameter(5.0, bounds=(0.5, 50.0)), name="slow")
    shape = Parameter(1.0, bounds=(0.1, 10.0))
    wave = PeriodicKernel(shape, Parameter(2.4, bounds=(2.0, 3.0)), name="wave")
    evidence, model = fitted(Process(amplitude * slow * wave), x, y)

    print("a wave that slowly changes, 60 points with a noise of 0.1\n")
    print(f"  log marginal likelihood  {evidence:.3f}")
    for name, value in model.named_flat_param_values(return_floats=True).items():
        print(f"  {name}  {value:.4f}")
    for label, new in (("between", np.linspace(0, 10, 101)), ("beyond", np.linspace(10, 11, 11))):
        error = np.abs(predicted(model, x, y, new) - truth(new)).max()
        print(f"  largest error {label} the data  {error:.4f}")


if __name__ == "__main__":
    main()
