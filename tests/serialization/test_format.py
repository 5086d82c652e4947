"""S19-S23: the container, and files that were changed."""

import copy
import json
import struct

import jax.numpy as jnp
import numpy as np
import pytest
import safetensors.numpy

from parax import CorruptFileError, SerializationError, op
from tests.serialization.things import (
    Colour,
    Line,
    Outer,
    Point,
    again,
    file_of,
    loaded,
    resealed,
    saved,
)


def tree():
    return Outer(
        Line(name="x"),
        [jnp.ones(3), {"a": (1, 2.5), "b": Point(Colour.RED)}, {1, 2}, op.Input("x") * 2 + 1],
        fn=jnp.tanh,
    )


def header(data):
    return json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])


def test_a_file_is_a_safetensors_file_with_one_metadata_key():
    """S19."""
    data = saved({"a": np.arange(3.0)})
    tensors = safetensors.numpy.load(data)
    assert tensors["0"].tolist() == [0, 1, 2]
    assert json.loads(tensors["__structure__"].tobytes()).keys() == {"heads", "rows"}
    held = header(data)["__metadata__"]
    assert held.keys() == {"parax"}
    head = json.loads(held["parax"])
    assert list(head) == sorted(head) == ["format", "sha256", "versions"]
    assert head["versions"].keys() == {"parax", "jax", "equinox", "distreqx"}


def test_equal_trees_give_identical_bytes():
    """S20: sets too, and tuples that are equal and not one object."""
    assert saved(tree()) == saved(tree()) == saved(copy.deepcopy(tree()))
    assert saved([(1, 2), (1, 2)]) == saved([tuple(range(1, 3)), tuple(range(1, 3))])
    names = [f"name {i}" for i in range(50)]
    assert saved(set(names)) == saved({*names[25:], *names[:25]})
    assert saved(again(tree())) == saved(tree())


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"x" * 1000, b"\x80\x04.", b"{}", safetensors.numpy.save({"a": np.ones(3)}),
     safetensors.numpy.save({"a": np.ones(3)}, {"other": "1"})],
)  # fmt: skip
def test_other_files(data):
    """S21."""
    with pytest.raises(SerializationError, match="not a parax file") as caught:
        loaded(data)
    assert not isinstance(caught.value, CorruptFileError)


def set_head(**entries):
    return lambda structure, tensors, head: head.update(entries)


def test_later_versions_are_named():
    """S22."""
    with pytest.raises(SerializationError, match=r"version 99, .* up to version 1"):
        loaded(resealed(saved(1), set_head(format=99)))


def test_what_was_changed_is_named():
    """S21."""
    data = saved(tree())
    changed = bytearray(data)
    changed[-1] ^= 1
    for wrong, words in [
        (data + b"\0", "checksum"),
        (data[:-1], "checksum"),
        (bytes(changed), "checksum"),
        (data[:100], "shorter than its header"),
        (resealed(data, set_head(more=1)), "other keys"),
        (resealed(data, set_head(format="1")), "no version"),
        (resealed(data, lambda *_: b"{"), "structure of the file is no JSON"),
        (resealed(data, lambda *_: b'{"heads":[],"heads":[],"rows":[]}'), "a key occurs twice"),
        (resealed(data, lambda *_: b'{"heads":[NaN],"rows":[]}'), "NaN is no number"),
        (resealed(data, lambda *_: b"[" * 100_000), "structure of the file is no JSON"),
        (resealed(data, lambda *_: [1]), "no table"),
        (resealed(data, lambda s, t, h: t.update(x=np.ones(1))), "not numbered"),
        (resealed(data, lambda s, t, h: t.update({"9": np.ones(1)})), "not numbered"),
        (resealed(data, lambda s, t, h: t.pop("0") is None or None), "not numbered|does not have"),
    ]:
        with pytest.raises(CorruptFileError, match=words):
            loaded(wrong)


INT, TUPLE = ["int", 1], ["tuple"]
TABLES = {
    "empty": ([], []),
    "no head": ([], [[0]]),
    "a head that is no list": ([1], [[0]]),
    "unknown kind": ([["code", "x"]], [[0]]),
    "a later row": ([TUPLE], [[0, 1], [0]]),
    "itself": ([TUPLE], [[0, 0]]),
    "negative": ([TUPLE, INT], [[1], [0, -1]]),
    "a bool for a row": ([TUPLE, INT], [[1], [1], [0, True]]),
    "an unused row": ([INT], [[0], [0]]),
    "parts of an int": ([INT], [[0], [0, 0]]),
    "a text for an int": ([["int", "zz"]], [[0]]),
    "an int for a float": ([["float", 1]], [[0]]),
    "a bool that is none": ([["bool", 1]], [[0]]),
    "unhashable key": ([["list"], ["dict"]], [[0], [1, 0, 0]]),
    "half a pair": ([INT, ["dict"]], [[0], [1, 0]]),
    "key twice": ([INT, ["dict"]], [[0], [1, 0, 0, 0, 0]]),
    "element twice": ([INT, ["set"]], [[0], [1, 0, 0]]),
    "no such array": ([["array", "float32", 0]], [[0]]),
    "negative array": ([["ndarray", "float32", -1]], [[0]]),
    "wrong dtype": ([["dtype", "object"]], [[0]]),
    "object dtype": ([["scalar", "|O8", "AAAAAAAAAAA="]], [[0]]),
    "structured dtype": ([["dtype", "f8,f8"]], [[0]]),
    "scalar of the wrong size": ([["scalar", "float64", "AAAA"]], [[0]]),
    "slice of one": ([INT, ["slice"]], [[0], [1, 0]]),
    "range of a text": ([["range", "a", "b", "zz"]], [[0]]),
    "partial of an int": ([INT, ["partial", 0]], [[0], [1, 0]]),
    "partial without": ([["partial", 0]], [[0]]),
    "module without a name": ([["module"]], [[0]]),
    "module with a number": ([["module", 5]], [[0]]),
    "enum of two": ([["enum", "tests.serialization.things:Colour", "RED", "BLUE"]], [[0]]),
    "notes of a number": ([INT, ["notes", "name"]], [[0], [1, 0]]),
    "unknown notes": ([INT, ["notes", "_hash"]], [[0], [1, 0]]),
    "bytes": ([["bytes", "%%"]], [[0]]),
    "type": ([["type", "builtins.eval"]], [[0]]),
}


@pytest.mark.parametrize(("heads", "rows"), TABLES.values(), ids=TABLES)
def test_tables_that_save_never_writes(heads, rows):
    """S21: with a fitting checksum."""
    with pytest.raises(SerializationError):
        loaded(file_of(heads, rows))


def test_a_short_file_cannot_be_endless():
    """S23: a key whose hash would take 2**200 steps, and a tree as large."""
    doubling = [[0]] + [[1, i, i] for i in range(200)]
    last = len(doubling) - 1
    with pytest.raises(CorruptFileError, match="small one"):
        loaded(file_of([INT, TUPLE, ["set"]], [*doubling, [2, last]]))
    with pytest.raises(CorruptFileError, match="small one"):
        loaded(file_of([INT, TUPLE, ["dict"]], [*doubling, [2, last, 0]]))
    with pytest.raises(CorruptFileError, match="small one"):
        loaded(file_of([INT, TUPLE, ["packed"]], [*doubling, [2, last]]))
    deep = [[0]] + [[1, i] for i in range(100_000)]
    with pytest.raises(CorruptFileError, match=r"small one|deeper"):
        loaded(file_of([INT, TUPLE, ["set"]], [*deep, [2, len(deep) - 1]]))


def test_sizes_are_checked_before_memory_is_taken():
    """S23: an array that says it is huge."""
    data = bytearray(saved(np.ones(3)))
    text = data.replace(b'"shape":[3]', b'"shape":[9]')
    assert text != data
    with pytest.raises(CorruptFileError):
        loaded(bytes(text))
    huge = struct.pack("<Q", 2**62) + bytes(data[8:])
    with pytest.raises(SerializationError):
        loaded(huge)
