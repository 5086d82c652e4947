"""What parax costs, as ratios against the same work written by hand in JAX, in one process.

`python -m benchmarks` (or `make bench`) prints a table; `python -m benchmarks Q1` one benchmark.
Each file `q….py` is one benchmark of section 8 of the design; `registry.py` lists them.

Calls block on their results, so that the dispatch mode of JAX is part of what is measured. It is
stated above the table; `--synchronous` sets the other one.
"""
