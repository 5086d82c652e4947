"""Exported functions: files that run without the source of the model (E8)."""

from parax.artefacts._export import export
from parax.artefacts._load import ExportedFunction, ExportedProblem, load_exported

__all__ = ["ExportedFunction", "ExportedProblem", "export", "load_exported"]
