"""`load_exported`: what `export` has written, as functions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import did_you_mean, quoted
from parax.engine import Portable
from parax.errors import (
    CorruptFileError,
    MissingInputError,
    OperatorError,
    OperatorTypeError,
    ParameterValueError,
    SerializationError,
)
from parax.problems import merged_inputs
from parax.serialization import read_parts

_CHANGED = "write it again with `parax.export`"
_BACK_ENDS = {"gpu": ("cuda", "rocm")}


class ExportedFunction:
    """A compiled expression read from a file: a function of its inputs by name.

    Attributes:
        names: of the inputs: `model.a` for what was in the model, `argument 1` for its context.
        types: their shapes and dtypes.
        versions: of parax and JAX, which wrote the file.
    """

    def __init__(self, header: Mapping[str, Any], value: Portable, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.types = tuple(value.types)
        self.versions: dict[str, str] = dict(header["versions"])
        self._value, self._outputs = value, header["outputs"]

    def __repr__(self) -> str:
        return f"<ExportedFunction of {', '.join(self.names) or 'nothing'}>"

    def __call__(self, inputs: Mapping[str, Any] | None = None, **keywords: Any) -> Any:
        """Compute all outputs.

        Args:
            inputs: arrays by name; those with a dot or a space can only stand here.
            keywords: arrays by name.

        Raises:
            MissingInputError: one is missing.
            OperatorTypeError: one is not known.
            ParameterValueError: one has another shape.
        """
        known = merged_inputs(inputs, keywords)
        for name in known:
            if name not in self.names:
                raise OperatorTypeError(
                    f"the function takes no input {quoted(name)}",
                    hint=did_you_mean(name, self.names)
                    or f"its inputs are {', '.join(map(quoted, self.names)) or 'none'}",
                )
        missing = [name for name in self.names if name not in known]
        if missing:
            by_name = missing[0].isidentifier()
            raise MissingInputError(
                f"the input {quoted(missing[0])} is missing",
                hint="give it by name" if by_name else f'write `function({{"{missing[0]}": …}})`',
            )
        arrays = [
            _fitting(name, known[name], one)
            for name, one in zip(self.names, self.types, strict=True)
        ]
        return _arranged(self._outputs, self._value.run(*arrays))


class ExportedProblem:
    """A problem read from a file: a function of one flat latent vector.

    Attributes:
        names: of the vector's elements.
        x0: the vector of the model that was exported, shape `(n,)`.
        bounds: latent bounds, shape `(n, 2)`.
        versions: of parax and JAX, which wrote the file.
    """

    def __init__(
        self,
        header: Mapping[str, Any],
        value: Portable,
        slope: Portable | None,
        names: Sequence[str],
        start: tuple[Any, Any],
    ) -> None:
        self.names = tuple(names)
        self.x0, self.bounds = start
        self.versions: dict[str, str] = dict(header["versions"])
        self._type = value.types[0]
        self._value, self._slope, self._outputs = value, slope, header["outputs"]

    def __repr__(self) -> str:
        return f"<ExportedProblem of {len(self.names)} free parameters>"

    def __call__(self, x: Any) -> Any:
        """Compute the objective at a latent vector, shape `(n,)`."""
        return _arranged(self._outputs, self._value.run(_fitting("x", x, self._type)))

    def value_and_gradient(self, x: Any) -> tuple[jax.Array, jax.Array]:
        """Compute the objective and its gradient, shape `(n,)`, in latent space.

        Raises:
            OperatorError: what was exported has no gradient.
        """
        if self._slope is None:
            raise OperatorError(
                "the exported problem has no gradient",
                hint="export one whose objective is one real number, with something free",
            )
        value, gradient = self._slope.run(_fitting("x", x, self._type))
        return value, gradient

    def gradient(self, x: Any) -> jax.Array:
        """Compute the gradient of the objective, shape `(n,)`, in latent space."""
        return self.value_and_gradient(x)[1]


def load_exported(path: str | os.PathLike[str]) -> ExportedFunction | ExportedProblem:
    """Read a function that `parax.export` has written.

    The file holds data and StableHLO, the language of XLA: nothing in it is Python, and nothing is
    imported or run to load it.

    Args:
        path: where it is.

    Returns:
        A function of inputs by name, or of a flat vector, as was exported.

    Raises:
        SerializationError: another kind of file, one of a later version, one for another platform
            or precision than JAX has here.
        CorruptFileError: the file was changed after it was written.
        MissingExtraError: flatbuffers is not installed.
        OSError: the file cannot be read.
    """
    header, parts = read_parts(path)
    kind = _checked(header, parts)
    functions = {
        name: Portable(parts[name]) for name in ("value", "value_and_gradient") if name in parts
    }
    value, slope = functions["value"], functions.get("value_and_gradient")
    inputs = header["inputs"]
    found = [
        {"name": one["name"], "shape": list(own.shape), "dtype": str(own.dtype)}
        for one, own in zip(inputs, value.types, strict=False)
    ]
    if found != inputs or len(value.types) != len(inputs):
        raise CorruptFileError("the header of the file does not fit its function", hint=_CHANGED)
    for one in functions.values():
        _require_place(one)
    if kind == "function":
        return ExportedFunction(header, value, [one["name"] for one in inputs])
    if len(inputs) != 1 or (slope is not None and slope.results != 2):
        raise CorruptFileError("the functions of the file are none of a problem", hint=_CHANGED)
    return ExportedProblem(header, value, slope, header["names"], _start(value, header, parts))


def _checked(header: Mapping[str, Any], parts: Mapping[str, bytes]) -> str:
    """Check the facts of a file, and give its kind."""
    problem = {"x0", "bounds", "value"}
    match header:
        case {"kind": "function", "versions": dict(), "inputs": list(inputs), "outputs": _}:
            fits = parts.keys() == {"value"}
        case {
            "kind": "problem",
            "versions": dict(),
            "inputs": list(inputs),
            "outputs": _,
            "names": list(names),
        }:
            fits = problem <= parts.keys() <= problem | {"value_and_gradient"}
            fits = fits and all(isinstance(name, str) for name in names)
        case _:
            fits, inputs = False, []
    named = all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in inputs)
    if not fits or not named:
        raise CorruptFileError("the header of the file is not as parax writes it", hint=_CHANGED)
    return header["kind"]


def _start(
    value: Portable, header: Mapping[str, Any], parts: Mapping[str, bytes]
) -> tuple[jax.Array, np.ndarray]:
    (vector,) = value.types
    try:
        x0 = np.frombuffer(parts["x0"], np.dtype(vector.dtype).newbyteorder("<"))
        bounds = np.frombuffer(parts["bounds"], "<f8").reshape(-1, 2)
    except ValueError as error:
        raise CorruptFileError(f"the start of the file cannot be: {error}", hint=_CHANGED) from None
    if x0.shape != vector.shape or not len(x0) == len(bounds) == len(header["names"]):
        raise CorruptFileError("the start of the file has another length", hint=_CHANGED)
    return jnp.asarray(x0.astype(vector.dtype)), bounds.astype(float)


def _require_place(function: Portable) -> None:
    """Check that JAX can run a function here: its precision and its platform."""
    for one in function.types:
        if jax.dtypes.canonicalize_dtype(one.dtype) != one.dtype:
            raise SerializationError(
                f"the function takes {one.dtype}, and JAX holds no more than 32 bit here",
                hint='set `jax.config.update("jax_enable_x64", True)` before anything else',
            )
    here = jax.default_backend()
    if not {here, *_BACK_ENDS.get(here, ())} & set(function.platforms):
        raise SerializationError(
            f"the function was exported for {', '.join(function.platforms)}, and JAX runs on "
            f"{here} here",
            hint=f"export it with `platforms=({here!r}, …)`",
        )


def _fitting(name: str, value: Any, wanted: jax.ShapeDtypeStruct) -> jax.Array:
    """Give an input as an array of the type that the function takes."""
    try:
        array = jnp.asarray(value)
    except (TypeError, ValueError):
        raise OperatorTypeError(f"the input {quoted(name)} is no array of numbers") from None
    if array.shape != wanted.shape:
        raise ParameterValueError(
            f"the input {quoted(name)} has shape {array.shape}, and was exported for {wanted.shape}"
        )
    if jnp.iscomplexobj(array) and not jnp.issubdtype(wanted.dtype, jnp.complexfloating):
        raise OperatorTypeError(
            f"the input {quoted(name)} is complex, and was exported for {wanted.dtype}"
        )
    return array.astype(wanted.dtype)


def _arranged(template: Any, results: Sequence[Any]) -> Any:
    """Give results as they are arranged."""
    match template:
        case None:
            return None
        case int(place) if 0 <= place < len(results):
            return results[place]
        case {"dict": list(entries)}:
            return {name: _arranged(one, results) for name, one in entries}
        case {"list": list(entries)}:
            return [_arranged(one, results) for one in entries]
        case {"tuple": list(entries)}:
            return tuple(_arranged(one, results) for one in entries)
    raise CorruptFileError("the outputs of the file are not as parax arranges them", hint=_CHANGED)
