"""Saving and loading: trees of Modules and containers as one file of data, never of code."""

from parax.serialization._files import load, save
from parax.serialization._names import register_callable
from parax.serialization._parts import read_parts, write_parts

__all__ = ["load", "read_parts", "register_callable", "save", "write_parts"]
