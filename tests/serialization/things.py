"""Classes and functions that the tests save, and how they do it."""

import enum
import io
import json
from typing import Any, ClassVar, NamedTuple

import equinox as eqx
import numpy as np
import safetensors
import safetensors.numpy

import parax
from parax.serialization._format import _EMPTY, STRUCTURE, _digest_at, _json


class Colour(enum.Enum):
    RED = 1
    BLUE = "b"


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Point(NamedTuple):
    x: Any
    y: Any = 0


class Line(parax.Module):
    slope: parax.Parameter = 2.0  # pyright: ignore[reportAssignmentType]
    offset: parax.Parameter = parax.field(default_factory=lambda: [0.0, 1.0])
    label: str = parax.field(default="line", static=True)


class Outer(parax.Module):
    inner: Line
    layers: list
    fn: Any = None


class Plain(eqx.Module):
    child: Any
    count: int = eqx.field(static=True, default=3)


class Unsaved(parax.Module):
    cache: object = parax.field(default=None, save=False)
    made: object = parax.field(default_factory=list, save=False)
    bare: object = parax.field(save=False, kw_only=True)
    p: parax.Parameter = 1.0  # pyright: ignore[reportAssignmentType]


class Careful(eqx.Module):
    """Its constructor may not run on loading, and its check must."""

    value: float = eqx.field(converter=lambda x: x + 1)
    built: ClassVar[list[float]] = []
    limit: ClassVar[list[float]] = [100.0]

    def __init__(self, value):
        self.built.append(value)
        self.value = value

    def __check_init__(self):
        if self.value > self.limit[0]:
            raise ValueError("too large")

    def __setstate__(self, state):
        raise AssertionError

    def __reduce__(self):
        raise AssertionError


def square(x):
    return x * x


def saved(tree: Any) -> bytes:
    file = io.BytesIO()
    parax.save(file, tree)
    return file.getvalue()


def loaded(data: bytes, **options: Any) -> Any:
    return parax.load(io.BytesIO(data), **options)


def again(tree: Any, **options: Any) -> Any:
    return loaded(saved(tree), **options)


def resealed(data: bytes, change: Any) -> bytes:
    """Change the structure of a file as a clever adversary would: with a fitting checksum."""
    import hashlib

    tensors = safetensors.numpy.load(data)
    structure = json.loads(tensors[STRUCTURE].tobytes())
    head = json.loads(
        json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["parax"]
    )
    structure = change(structure, tensors, head) or structure
    text = structure if isinstance(structure, bytes) else json.dumps(structure).encode()
    tensors[STRUCTURE] = np.frombuffer(text, np.uint8)
    head["sha256"] = _EMPTY
    new = bytearray(safetensors.numpy.save(tensors, {"parax": _json(head)}))
    new[_digest_at(new)] = hashlib.sha256(new).hexdigest().encode()
    return bytes(new)


def file_of(heads: list[Any], rows: list[Any]) -> bytes:
    """A file with this structure and a fitting checksum."""
    return resealed(saved(None), lambda *_: {"heads": heads, "rows": rows})
