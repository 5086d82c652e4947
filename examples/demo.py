"""What parax does: one objective on a measured network, and on a model with its gradient."""

import jax

import parax
from parax import rf

jax.config.update("jax_enable_x64", True)

OBJECTIVE = "max(abs(S21)) - target"


def on_a_measurement() -> float:
    """Compute the objective on a ring slot that was measured from 75 to 110 GHz."""
    network = rf.Network.read(rf.example("ring-slot"))
    problem = parax.problem(OBJECTIVE, network, target=0.9, vocabulary=rf.vocabulary)
    return float(problem(problem.x0))


def on_a_model() -> tuple[float, dict[str, float]]:
    """Compute the same objective on a ladder of inductors and capacitors, with its gradient."""
    ladder = rf.example_model("ladder")
    sweep = rf.Sweep("3.5 GHz..6 GHz", points=201)  # the stop band
    problem = parax.problem(OBJECTIVE, ladder, sweep, target=0.1)
    value, gradient = problem.value_and_gradient(problem.x0)
    return float(value), dict(zip(problem.names, gradient.tolist(), strict=True))


def main() -> None:
    """Print what both give."""
    print(f"{OBJECTIVE}\n")
    print("on the ring slot, measured at 201 frequencies, target = 0.9")
    print(f"  value     {on_a_measurement():+.6f}\n")
    value, gradient = on_a_model()
    print("on an LC ladder of eight parameters, 201 frequencies, target = 0.1")
    print(f"  value     {value:+.6f}")
    for name, slope in gradient.items():
        print(f"  d / d {name}  {slope:+.6f}")


if __name__ == "__main__":
    main()
