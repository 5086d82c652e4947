"""S12, S19, S21, S23: changed files run nothing, end in the right error, and stay small."""

import hashlib
import json
import struct
import tracemalloc

import numpy as np
import pytest

from parax import CorruptFileError, SerializationError
from parax.serialization import _encode, _format
from tests.serialization.mutations import MOST_BYTES, run_apart
from tests.serialization.things import loaded, resealed, saved

ERRORS = {"CorruptFileError", "SerializationTypeError", "SerializationError"}


def require_refusals(found):
    """More than half must be refused: the rest changed a number, or nothing."""
    assert not found["foreign"]
    assert found["outcomes"].keys() <= {"loaded", *ERRORS}
    assert found["outcomes"].get("loaded", 0) < found["files"] // 2
    assert found["peak_bytes"] < MOST_BYTES


def test_mutated_files_end_in_the_right_error_and_run_nothing():
    """S12, S19, S21: in a process that the kernel holds to its memory."""
    require_refusals(run_apart(200, 1))


@pytest.mark.long
def test_many_mutated_files(capsys):
    """S12, S19, S21: none takes over a second of the processor, or 500 MB."""
    found = run_apart(2000, 2)
    with capsys.disabled():
        print(f"\n{json.dumps(found)}")  # noqa: T201  # what the run is for
    require_refusals(found)
    assert found["worst_seconds"] < 1


def sealed(header, rest=b""):
    """A file with this header, whose checksum fits."""
    length = struct.pack("<Q", len(header))
    data = bytearray(length + header + rest)
    data[_format._digest_at(data)] = hashlib.sha256(data).hexdigest().encode()
    return bytes(data)


def header_with(entries):
    head = {"format": 1, "sha256": _format._EMPTY, "versions": {}}
    kept = json.dumps({"__metadata__": {"parax": _format._json(head)}}, separators=(",", ":"))
    return (kept[:-1] + entries + "}").encode()


def structure(text):
    return resealed(saved(None), lambda *_: text)


MANY = 10_000_000
HOSTILE = {
    "a huge shape": lambda: sealed(
        header_with(
            ',"0":{"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8000000000000]},'
            '"__structure__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
        )
    ),
    "a shape that overflows": lambda: sealed(
        header_with(',"0":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}')
    ),
    "a text of a billion letters": lambda: resealed(
        saved(None), lambda *_: {"heads": [["scalar", "<U999999999", "AAAA"]], "rows": [[0]]}
    ),
    "a huge length": lambda: struct.pack("<Q", 2**62) + saved(None)[8:],
    "a length beyond the file": lambda: struct.pack("<Q", 50_000_000) + saved(None)[8:],
    "a long header": lambda: sealed(header_with("," + '"x":[],' * 3_000_000 + '"y":[]')),
    "a header of many marks": lambda: sealed(
        header_with(',"data_offsets":[],"x":[]' * (MANY // 10))
    ),
    "deep nesting": lambda: structure(b"[" * MANY),
    "many rows": lambda: structure(b'{"heads":[["none"]],"rows":[' + b"[0]," * MANY + b"[0]]}"),
    "many heads": lambda: structure(b'{"heads":[' + b"[]," * MANY + b'["none"]],"rows":[[0]]}'),
    "many objects": lambda: structure(b'{"heads":[' + b"{}," * MANY + b'["none"]],"rows":[[0]]}'),
    "many numbers": lambda: structure(b'{"heads":[["none"]],"rows":[[' + b"1," * MANY + b"0]]}"),
    "many numbers after a text": lambda: structure(
        b'{"heads":[["str","\\"rows\\":["]],"rows":[[' + b"1," * MANY + b"0]]}"
    ),
}


@pytest.mark.parametrize("build", HOSTILE.values(), ids=HOSTILE)
def test_what_claims_to_be_huge_is_refused_before_memory_is_taken(build):
    """S23: beyond the file itself, and one copy for safetensors, next to nothing."""
    data = build()
    tracemalloc.start()
    try:
        with pytest.raises(SerializationError):
            loaded(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(data) + 2_000_000


def test_what_doubles_with_each_row_is_one_object_each():
    """S23: two to the power of a thousand values, if each were made for itself."""
    rows = [[0], *([1, i, i] for i in range(1000))]
    found = loaded(
        resealed(saved(None), lambda *_: {"heads": [["int", 1], ["list"]], "rows": rows})
    )
    assert found[0] is found[1]


def test_a_long_text_is_no_hostile_one():
    """S23: signs inside of texts are not counted."""
    text = '[{,"\\' * (2 * _encode.MOST_ROWS)
    assert loaded(saved(text)) == text


def test_a_tree_of_too_many_parts_is_not_saved(monkeypatch):
    """S23: what would not be loaded is not written."""
    monkeypatch.setattr(_encode, "MOST_ROWS", 100)
    monkeypatch.setattr(_encode, "MOST_ARRAYS", 10)
    saved([float(i) for i in range(99)])
    with pytest.raises(SerializationError, match="more than 100 parts") as caught:
        saved([float(i) for i in range(100)])
    assert "join numbers to larger arrays" in str(caught.value)
    with pytest.raises(SerializationError, match="more than 10 arrays"):
        saved([np.zeros(1) for _ in range(11)])
    assert not isinstance(caught.value, CorruptFileError)


def test_a_big_array_is_one_part():
    """S23."""
    assert loaded(saved(np.zeros(2_000_000, np.uint8))).size == 2_000_000
