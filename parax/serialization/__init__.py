"""Saving and loading: trees of Modules and containers as one file of data, never of code."""

from parax.serialization._files import load, save
from parax.serialization._names import register_callable

__all__ = ["load", "register_callable", "save"]
