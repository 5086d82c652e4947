"""The container: one safetensors file whose header carries a version and a checksum.

The checksum is SHA-256 over the whole file, with zeros in the place of its own digits. It is
verified before anything is decoded.
"""

# safetensors and JSON leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import hashlib
import json
import re
from importlib import metadata
from typing import Any, cast

import numpy as np
import safetensors
import safetensors.numpy

from parax._diagnostic import quoted
from parax.errors import CorruptFileError, SerializationError
from parax.serialization._arrays import NATIVE, named_dtype
from parax.serialization._encode import MOST_ARRAYS, MOST_ROWS, Tables
from parax.serialization._version import CHANGED, require_version

VERSION = 1
STRUCTURE = "__structure__"

_KEY = "parax"
_EMPTY = "0" * 64
_LENGTH = 8
_HEADER_LIMIT, _HEADER_PER_TENSOR = 1_000_000, 200
_LONGEST_HEADER = 100_000_000  # what safetensors itself reads
_TENSOR_MARK = b'"data_offsets"'
_HEAVIEST_ARRAY, _HEAVIEST_ROW = 60, 20
"""In the units of `_weight`: an entry of the header has about 25, a row with its head 15."""
_LIBRARIES = ("parax", "jax", "equinox", "distreqx")
_DTYPES = {code: name for name, code in NATIVE.items()}


def pack(tables: Tables) -> bytes:
    """Give the bytes of a file; the same for the same tables."""
    structure = _json({"heads": tables.heads, "rows": tables.rows}).encode()
    tensors = {str(i): array for i, array in enumerate(tables.arrays)}
    tensors[STRUCTURE] = np.frombuffer(structure, np.uint8)
    head = {"format": VERSION, "sha256": _EMPTY, "versions": _versions()}
    data = bytearray(safetensors.numpy.save(tensors, {_KEY: _json(head)}))
    data[_digest_at(data)] = hashlib.sha256(data).hexdigest().encode()
    return bytes(data)


def _versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in _LIBRARIES}


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _digest_at(data: bytearray | bytes) -> slice:
    """Find the digits of the checksum: metadata come first in a header."""
    mark = data.find(b'\\"sha256\\":\\"', _LENGTH)
    start = mark + len(b'\\"sha256\\":\\"')
    return slice(start, start + len(_EMPTY))


def unpack(data: bytes) -> Tables:
    """Check the bytes of a file, and give its tables.

    Raises:
        SerializationError: no file of parax, or one of a later version.
        CorruptFileError: it was changed since it was written.
    """
    header = _header(data)
    head = _head(header)
    _check_digest(data, head["sha256"])
    try:
        found = dict(safetensors.deserialize(data))
    except safetensors.SafetensorError as error:
        raise CorruptFileError(
            f"the arrays of the file do not fit it: {error}", hint=CHANGED
        ) from None
    structure = found.pop(STRUCTURE, None)
    if structure is None or structure["dtype"] != "U8":
        raise CorruptFileError(f"the file has no tensor {quoted(STRUCTURE)}", hint=CHANGED)
    names = [str(i) for i in range(len(found))]
    if found.keys() != set(names):
        raise CorruptFileError("the arrays of the file are not numbered", hint=CHANGED)
    heads, rows = _structure(structure["data"])
    return Tables(heads, rows, [_array(found[name]) for name in names])


def _header_length(data: bytes) -> int:
    return int.from_bytes(data[:_LENGTH], "little")


def _header(data: bytes) -> dict[str, Any]:
    """Give the header of a safetensors file, or say that it is none."""
    length = _header_length(data)
    text = data[_LENGTH : _LENGTH + length]
    if len(data) <= _LENGTH or not text.startswith(b"{"):
        raise _foreign("it does not begin as a safetensors file does")
    if length > min(len(data) - _LENGTH, _LONGEST_HEADER):
        if f'"{_KEY}"'.encode() in text[:200]:
            raise CorruptFileError("the file is shorter than its header says", hint=CHANGED)
        raise _foreign("it does not begin as a safetensors file does")
    tensors = text.count(_TENSOR_MARK)
    if tensors > MOST_ARRAYS + 1 or length > _HEADER_LIMIT + _HEADER_PER_TENSOR * tensors:
        raise CorruptFileError("the header of the file is too long for its arrays", hint=CHANGED)
    header = _parsed(text, "the header of the file", _HEAVIEST_ARRAY * (tensors + 1))
    if not isinstance(header, dict) or not isinstance(header.get("__metadata__"), dict):
        raise _foreign("it is a safetensors file without metadata of parax")
    return cast(dict[str, Any], header)


def _foreign(why: str) -> SerializationError:
    return SerializationError(
        f"this is not a parax file: {why}", hint="give a file that `parax.save` has written"
    )


def _head(header: dict[str, Any]) -> dict[str, Any]:
    """Give what the metadata say, with a version that can be read."""
    held = header["__metadata__"]
    if not isinstance(held.get(_KEY), str):
        raise _foreign("it is a safetensors file without metadata of parax")
    if len(held) != 1:
        raise CorruptFileError("the file has metadata beside those of parax", hint=CHANGED)
    head = _parsed(
        held[_KEY].encode(errors="replace"), "the metadata of the file", 10 * _HEAVIEST_ARRAY
    )
    version = head.get("format") if isinstance(head, dict) else None
    require_version(version, VERSION, "the metadata of the file give")
    if head.keys() != {"format", "sha256", "versions"} or not isinstance(head["sha256"], str):
        raise CorruptFileError("the metadata of the file have other keys than parax writes")
    return head


def _check_digest(data: bytes, digest: str) -> None:
    at = _digest_at(data)
    if data[at] != digest.encode(errors="replace"):
        raise CorruptFileError("the checksum of the file is not where it belongs", hint=CHANGED)
    blank = hashlib.sha256(data[: at.start])
    blank.update(_EMPTY.encode())
    blank.update(memoryview(data)[at.stop :])
    if blank.hexdigest() != digest:
        raise CorruptFileError("the checksum of the file does not fit its content", hint=CHANGED)


def _structure(data: bytes) -> tuple[list[Any], list[Any]]:
    held = _parsed(bytes(data), "the structure of the file", _HEAVIEST_ROW * MOST_ROWS)
    if not isinstance(held, dict) or held.keys() != {"heads", "rows"}:
        raise CorruptFileError("the structure of the file is no table of heads and rows")
    heads, rows = held["heads"], held["rows"]
    if not isinstance(heads, list) or not isinstance(rows, list):
        raise CorruptFileError("the structure of the file is no table of heads and rows")
    return cast(list[Any], heads), cast(list[Any], rows)


def _parsed(text: bytes, what: str, most: int) -> Any:
    """Read strict JSON: no key twice, no numbers that JSON does not have, and not endlessly many.

    A list takes two bytes of a text and sixty of memory: they are counted before they are made.
    """
    if _is_heavier(text, most):
        raise CorruptFileError(f"{what} has more parts than parax writes", hint=CHANGED)
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(
            f"{what} is no JSON that parax writes: {error}", hint=CHANGED
        ) from None


_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_WEIGHTS = {b"{": 5, b"[": 2, b'"': 2, b",": 1}


def _weight(text: bytes) -> int:
    """Say what JSON would take in memory, in units of about fifty bytes, without making it."""
    return sum(weight * text.count(sign) for sign, weight in _WEIGHTS.items())


def _is_heavier(text: bytes, most: int) -> bool:
    return _weight(text) > most and _weight(_TEXT.sub(b'"', text)) > most


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _array(held: dict[str, Any]) -> np.ndarray[Any, Any]:
    name = _DTYPES.get(held["dtype"])
    if name is None:
        raise CorruptFileError(f"the file has an array of the dtype {quoted(held['dtype'])}")
    try:
        return np.frombuffer(held["data"], named_dtype(name)).reshape(held["shape"])
    except (ValueError, OverflowError) as error:
        raise CorruptFileError(
            f"an array of the file has a shape that cannot be: {error}"
        ) from None
