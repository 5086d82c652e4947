"""Tools to look at what is compiled, and to hold tests to it."""

from parax.engine import max_compiles

__all__ = ["max_compiles"]
