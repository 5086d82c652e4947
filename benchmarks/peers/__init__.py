"""The ladder of Q1 in other libraries (Q11): each in an environment and a process of its own.

`python -m benchmarks peers` makes the environments, measures, and prints a table. In each process
the same goals written by hand under `jax.jit` are the floor, and a ratio is to that. Double
precision everywhere; both ways in which JAX can dispatch.

- `by_parax`, `by_jax_pairs`: in the environment of this checkout.
- `by_original`, `by_eqxpress`, `by_casadi`, `by_pytensor`: the other libraries, used as their
  documentation says; the goals are written for each of them here.

Each of these files has `VERSION_OF`, the package whose version is shown, and `contestants()`.
"""
