"""`export`: a compiled expression or a problem as one file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

import numpy as np

from parax._diagnostic import kind_of
from parax.engine import to_bytes
from parax.errors import SerializationTypeError
from parax.problems import Blueprint, Compiled, Problem, blueprint, merged_inputs
from parax.serialization import write_parts


def export(
    compiled: Compiled | Problem,
    path: str | os.PathLike[str],
    *example_args: Any,
    inputs: Mapping[str, Any] | None = None,
    platforms: Sequence[str] | None = None,
    **example_inputs: Any,
) -> None:
    """Write a function to a file that runs wherever JAX does, without the model's source.

    Of a compiled expression the value is kept, as a function of the arrays of the model and of its
    inputs, by name; of a problem value and gradient, as functions of the flat vector. Numbers and
    arrays in the expression, and all that a problem has bound, become part of the file. Shapes and
    dtypes are fixed. The file holds StableHLO, which JAX promises to read for six months.

    Args:
        compiled: what `parax.compile` or `parax.problem` gave.
        path: where; the suffix `.prxfn` is recommended. A file there is replaced, as a whole or
            not at all.
        example_args: for a compiled expression, the model and its context, as values or as
            `jax.ShapeDtypeStruct`.
        inputs: example inputs by name.
        platforms: what it shall run on, such as `("cpu", "cuda")`; the present one by default.
        example_inputs: example inputs by name.

    Raises:
        OperatorTypeError: there is nothing to export; examples were given for a problem.
        CompileError: JAX cannot export it, for instance as it calls back to Python.
        SerializationTypeError: the path is none; an output is no container of Python's.
        MissingExtraError: flatbuffers is not installed.
        ParaxError: what is wrong with the expression on such inputs.

    Example:
        >>> import pathlib, tempfile, numpy as np, parax
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "scaled.prxfn"
        >>> parax.export(parax.compile("sum(x**2) * scale"), path, x=np.ones(3), scale=2.0)
        >>> function = parax.load_exported(path)
        >>> function.names, float(function(x=np.array([1.0, 2.0, 3.0]), scale=0.5))
        (('scale', 'x'), 7.0)
    """
    if not isinstance(path, str | os.PathLike):
        raise SerializationTypeError(
            f"`export` writes to a path, and got {kind_of(path)}",
            hint='write `parax.export(compiled, "filter.prxfn", …)`',
        )
    plan = blueprint(compiled, example_args, merged_inputs(inputs, example_inputs))
    header: dict[str, Any] = {
        "kind": "function" if plan.problem is None else "problem",
        "versions": {name: metadata.version(name) for name in ("parax", "jax")},
        "inputs": [
            {"name": name, "shape": list(one.shape), "dtype": str(one.dtype)}
            for name, one in zip(plan.names, plan.types, strict=True)
        ],
        "outputs": _arranged(plan.outputs, [0]),
    }
    parts = {name: to_bytes(run, plan.types, platforms) for name, run in plan.functions.items()}
    if plan.problem is not None:
        header["names"] = list(plan.problem.names)
        parts |= _start(plan)
    write_parts(path, header, parts)


def _start(plan: Blueprint) -> dict[str, bytes]:
    """Give the problem's own vector and its bounds as bytes."""
    assert plan.problem is not None
    kind = np.dtype(plan.types[0].dtype).newbyteorder("<")
    return {
        "x0": np.asarray(plan.problem.x0).astype(kind).tobytes(),
        "bounds": np.asarray(plan.problem.bounds).astype("<f8").tobytes(),
    }


def _arranged(outputs: Any, count: list[int]) -> Any:
    """Give the arrangement of outputs as plain data, with the number of each in its place."""
    if outputs is None:
        return None
    if type(outputs) is dict and all(isinstance(name, str) for name in outputs):
        # JAX goes through a dict by the order of its names.
        return {"dict": [[name, _arranged(outputs[name], count)] for name in sorted(outputs)]}
    if type(outputs) in (list, tuple):
        kind = type(outputs).__name__
        return {kind: [_arranged(one, count) for one in outputs]}
    if hasattr(outputs, "shape") and hasattr(outputs, "dtype"):
        count[0] += 1
        return count[0] - 1
    raise SerializationTypeError(
        f"an output is {kind_of(outputs)}, which an exported function cannot give",
        hint="compile arrays, or dicts, lists and tuples of them",
    )
