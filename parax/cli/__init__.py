"""The command line: `parax eval` and `parax check`. Starts without JAX."""

from parax.cli._app import main

__all__ = ["main"]
