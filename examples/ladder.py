"""A low-pass filter: write the model, say what is wanted, read value and gradient.

Run it: `python examples/ladder.py`
"""

import jax

import parax
from parax import Parameter, rf

# Reflections near 0 dB lose digits in 32 bit; this stands before the first array is made.
jax.config.update("jax_enable_x64", True)


def nanohenry(value: float) -> Parameter:
    """Make an inductor: the optimiser sees nanohenry, the model henry."""
    return Parameter(value, scale=1e-9, bounds=(0.5, 20.0))


def picofarad(value: float) -> Parameter:
    """Make a capacitor, likewise."""
    return Parameter(value, scale=1e-12, bounds=(0.2, 8.0))


class LowPass(rf.Model):
    """Four inductors in series and four capacitors to ground, in turn."""

    L1: Parameter = nanohenry(3.0)
    C2: Parameter = picofarad(2.0)
    L3: Parameter = nanohenry(6.0)
    C4: Parameter = picofarad(2.5)
    L5: Parameter = nanohenry(6.0)
    C6: Parameter = picofarad(2.5)
    L7: Parameter = nanohenry(5.0)
    C8: Parameter = picofarad(1.0)

    def s(self, sweep):
        """Give the scattering matrices, shape `(F, 2, 2)`."""
        jw = 1j * sweep.w
        chain = rf.cascade(
            rf.series(jw * self.L1),
            rf.shunt(jw * self.C2),
            rf.series(jw * self.L3),
            rf.shunt(jw * self.C4),
            rf.series(jw * self.L5),
            rf.shunt(jw * self.C6),
            rf.series(jw * self.L7),
            rf.shunt(jw * self.C8),
        )
        return rf.abcdtos(chain, self.z0)


def main() -> None:
    """Print an objective of the filter, and what each element does to it."""
    problem = parax.problem("max(dB(S11))", LowPass(), rf.Sweep("100 MHz..2 GHz", points=201))
    value, gradient = problem.value_and_gradient(problem.x0)
    print(f"largest reflection in the band: {value:.3f} dB")
    for name, slope in zip(problem.names, gradient, strict=True):
        unit = "nH" if name.startswith("L") else "pF"
        print(f"  {name}  {slope:+.4f} dB per {unit}")


if __name__ == "__main__":
    main()
