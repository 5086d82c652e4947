"""A file of named parts of bytes under a checked header: what exported functions are kept in.

It is a mark, the SHA-256 of all that follows, the length of the header, the header as JSON, and
the parts one after the other. The checksum is verified before anything is looked at.
"""

# JSON leaves types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parax._diagnostic import quoted
from parax.errors import CorruptFileError, SerializationError, SerializationTypeError
from parax.serialization._files import replace_file
from parax.serialization._version import CHANGED, require_version

VERSION = 1
_MARK = b"PARAXEXP"
_DIGEST, _LENGTH = 32, 8
_START = len(_MARK) + _DIGEST + _LENGTH
_LONGEST_HEADER = 50_000_000


def write_parts(path: Any, header: Mapping[str, Any], parts: Mapping[str, bytes]) -> None:
    """Write a file of parts, as a whole or not at all.

    Args:
        path: where.
        header: facts about the parts, as plain data.
        parts: bytes by name.

    Raises:
        SerializationTypeError: the path is none.
        OSError: the file cannot be written.
    """
    target = _as_path(path)
    facts = {"format": VERSION, **header, "parts": [[name, len(parts[name])] for name in parts]}
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    rest = b"".join([len(text).to_bytes(_LENGTH, "little"), text, *parts.values()])
    replace_file(target, _MARK + hashlib.sha256(rest).digest() + rest)


def read_parts(path: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read what `write_parts` has written: the header and the parts.

    Raises:
        SerializationError: another kind of file, or one of a later version.
        CorruptFileError: it was changed since it was written.
        SerializationTypeError: the path is none.
        OSError: the file cannot be read.
    """
    data = _as_path(path).read_bytes()
    if not data.startswith(_MARK):
        raise SerializationError(
            "this is no exported function: it does not begin as one does",
            hint="give a file that `parax.export` has written",
        )
    digest, rest = data[len(_MARK) : _START - _LENGTH], data[_START - _LENGTH :]
    if hashlib.sha256(rest).digest() != digest:
        raise CorruptFileError("the checksum of the file does not fit its content", hint=CHANGED)
    length = int.from_bytes(rest[:_LENGTH], "little")
    if length > min(len(rest) - _LENGTH, _LONGEST_HEADER):
        raise CorruptFileError("the file is shorter than its header says", hint=CHANGED)
    header = _header(rest[_LENGTH : _LENGTH + length])
    return header, _cut(header.pop("parts", None), rest[_LENGTH + length :])


def _as_path(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise SerializationTypeError(
            f"an exported function is kept under a path, got {quoted(repr(path))}",
            hint='write `parax.export(compiled, "filter.prxfn", …)`',
        )
    return Path(path)


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(
            f"the header of the file is no JSON that parax writes: {error}", hint=CHANGED
        ) from None
    version = header.pop("format", None) if isinstance(header, dict) else None
    require_version(version, VERSION, "the header of the file gives")
    return header


def _cut(table: Any, data: bytes) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    start = 0
    for entry in table if isinstance(table, list) else [None]:
        match entry:
            case [str(name), int(size)] if 0 <= size <= len(data) - start and name not in parts:
                parts[name] = data[start : start + size]
                start += size
            case _:
                raise CorruptFileError("the parts of the file do not fit it", hint=CHANGED)
    if start != len(data):
        raise CorruptFileError("the file goes on after its parts", hint=CHANGED)
    return parts
