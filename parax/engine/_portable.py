"""An executable as bytes that JAX runs without the program that made them (E8)."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax import export

from parax._diagnostic import echo
from parax.errors import CompileError, CorruptFileError, MissingExtraError

Types = Sequence[jax.ShapeDtypeStruct]
_CALLBACK = re.compile(r"custom_call\s*@\w*callback")


def require_portable() -> None:
    """Check that JAX can read and write such bytes.

    Raises:
        MissingExtraError: flatbuffers is not installed.
    """
    if importlib.util.find_spec("flatbuffers") is None:
        raise MissingExtraError(
            "exported functions need flatbuffers, which is not installed",
            hint="pip install 'parax[export]'",
        )


def to_bytes(
    function: Callable[..., Any], types: Types, platforms: Sequence[str] | None = None
) -> bytes:
    """Lower a function of arrays, and give it as bytes: StableHLO, and its types.

    Args:
        function: gives a list of arrays; what it closes over becomes part of the bytes.
        types: of its arguments.
        platforms: for which it is lowered, such as `"cpu"` and `"cuda"`; this one by default.

    Raises:
        CompileError: it does something that JAX does not export, such as calling back to Python.
        MissingExtraError: flatbuffers is not installed.
    """
    require_portable()
    plain = [jax.ShapeDtypeStruct(one.shape, one.dtype) for one in types]
    try:
        made = export.export(jax.jit(function), platforms=platforms)(*plain)
        return bytes(made.serialize())
    except (ValueError, NotImplementedError) as error:
        first = str(error).strip().splitlines()[0]
        raise CompileError(
            f"JAX cannot export the expression: {echo(first, 200)}",
            hint="leave out functions that call back to Python",
        ) from error


class Portable:
    """A function of arrays read from bytes; nothing of it is Python.

    Args:
        data: what `to_bytes` gave.

    Raises:
        CorruptFileError: JAX cannot read them, or they call back to Python.
        MissingExtraError: flatbuffers is not installed.
    """

    def __init__(self, data: bytes) -> None:
        require_portable()
        try:
            self._exported = export.deserialize(bytearray(data))
            text = self._exported.mlir_module()
        except Exception as error:
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CorruptFileError(
                f"JAX cannot read the function: {echo(first, 200)}",
                hint="write it again with `parax.export`, or use the JAX that wrote it",
            ) from error
        if _CALLBACK.search(text):
            raise CorruptFileError(
                "the function calls back to Python, which no function that parax writes does",
                hint="do not use files from sources that you do not trust",
            )
        self.types = [jax.ShapeDtypeStruct(one.shape, one.dtype) for one in self._exported.in_avals]
        self.platforms: tuple[str, ...] = tuple(self._exported.platforms)
        self.results = len(self._exported.out_avals)
        self.run: Callable[..., Any] = jax.jit(self._exported.call)
