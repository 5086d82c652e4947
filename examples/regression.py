"""Fit a curve with Optax: one compiled step, then ten thousand of them as one compiled loop.

The data are the problem Misra1a of the Statistical Reference Datasets of NIST, nonlinear
regression: D. Misra, "Dental Research Monomolecular Adsorption Study", NIST (1978). Volume against
pressure at 14 points, modelled by `b1 * (1 - exp(-b2 * x))`, with certified parameters.

Run it: `python examples/regression.py`
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import optax

import parax
from parax import Parameter

jax.config.update("jax_enable_x64", True)

PRESSURE = (
    77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0,
)  # fmt: skip
VOLUME = (
    10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47,
    81.78,
)  # fmt: skip
CERTIFIED = {"b1": 2.3894212918e2, "b2": 5.5015643181e-4}
CERTIFIED_SUM = 1.2455138894e-1
STEPS = 10_000


def positive(start: float) -> Parameter:
    """Make a parameter that stays positive: the optimiser sees its logarithm."""
    return Parameter(latent_value=jnp.log(start), transform=jnp.exp)


class Adsorption(parax.Module):
    """Volume adsorbed at a pressure, started where NIST says that it is hard."""

    b1: Parameter = positive(500.0)
    b2: Parameter = positive(1e-4)

    def __call__(self, x: jax.Array) -> jax.Array:
        """Give the volume at each pressure."""
        return self.b1 * (1 - jnp.exp(-self.b2 * x))


def loss(model: Adsorption, data: tuple[jax.Array, jax.Array]):
    """Give the sum of squares, what to hand on (the same), and the model as it is."""
    x, y = data
    value = jnp.sum((model(x) - y) ** 2)
    return value, (value, model)


def fitted() -> tuple[Adsorption, jax.Array]:
    """Take one compiled step, then ten thousand; give the model and all sums of squares."""
    data = jnp.array(PRESSURE), jnp.array(VOLUME)
    model = Adsorption()
    optimizer = parax.Optimizer(optax.adam(optax.cosine_decay_schedule(0.03, STEPS)), model)

    step = eqx.filter_jit(parax.build_update_fn(loss))
    model, optimizer, first = step(model, optimizer, data)

    one = parax.build_update_fn(loss, scan_mode=True)

    @eqx.filter_jit
    def train(model: Adsorption, optimizer: parax.Optimizer):
        return parax.scan(lambda carry, _: one(carry, data), (model, optimizer), length=STEPS)

    (model, _), rest = train(model, optimizer)
    return model, jnp.concatenate([first[None], rest])


def main() -> None:
    """Print how far the fit came, beside what is certified."""
    model, sums = fitted()
    print("sum of squares")
    for count in (0, 100, 1000, STEPS):
        print(f"  after {count:5d} steps  {sums[count]:.10e}")
    print(f"  certified          {CERTIFIED_SUM:.10e}\n")
    for name, value in model.named_param_values().items():
        print(f"{name}\n  fitted     {value:.10e}\n  certified  {CERTIFIED[name]:.10e}")


if __name__ == "__main__":
    main()
