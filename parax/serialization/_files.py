"""`save` and `load`: paths and file objects, and whole files or none."""

from __future__ import annotations

import errno
import io
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, cast

from parax._diagnostic import quoted
from parax.errors import SerializationTypeError
from parax.serialization import _arrays, _forms, _objects, _values
from parax.serialization._decode import decode
from parax.serialization._encode import encode
from parax.serialization._format import pack, unpack
from parax.serialization._names import Finder, Only

KINDS = (_values, _arrays, _objects, _forms)
"""The files that bring the kinds of values: from here on all are known."""

Target = str | os.PathLike[str] | IO[bytes]


def save(target: Target, tree: Any) -> None:
    """Write a model, or any nesting of containers and Modules, to one file.

    Arrays are stored bit for bit, classes and functions by name. What occurs twice in the tree is
    one object again when it is loaded. A file that exists is replaced as a whole or not at all.

    Args:
        target: a path, for which the suffix `.prx` is recommended, or a file open for writing in
            binary mode, which is not closed.
        tree: what to save; it is not changed.

    Raises:
        SerializationTypeError: something in the tree cannot be saved, such as a lambda; says where.
            Also a target that is none. Nothing is written.
        SerializationError: something contains itself.
        OSError: the file cannot be written.

    Example:
        >>> import io, parax
        >>> file = io.BytesIO()
        >>> parax.save(file, {"width": parax.Parameter(2.0, name="w"), "layers": (1, None)})
        >>> tree = parax.load(io.BytesIO(file.getvalue()))
        >>> tree["width"].name, float(tree["width"]), tree["layers"]
        ('w', 2.0, (1, None))
    """
    path = _path_of(target, "save", "wb", "write")
    data = pack(encode(tree))
    if path is None:
        _write_all(cast(IO[bytes], target), data)
    else:
        replace_file(path, data)


def load(source: Target, *, trusted_modules: Iterable[str] = (), only: Only | None = None) -> Any:
    """Read what `save` has written.

    A file holds data and names, never code. Classes are looked up in modules that are imported
    already, functions in the public modules of JAX, NumPy and parax; nothing is called to make an
    object, except `__check_init__` of its class.

    Args:
        source: a path, or a file open for reading in binary mode, which is not closed.
        trusted_modules: names of modules that may be imported to find classes in, and whose
            functions may be loaded.
        only: classes and modules outside which no name is looked up at all.

    Returns:
        The tree.

    Raises:
        SerializationTypeError: a class or function is missing, of the wrong kind, or has changed.
        SerializationError: no file of parax, or one of a later version.
        CorruptFileError: the file was changed after it was written.
        OSError: the file cannot be read.

    Warns:
        PrecisionWarning: arrays of 64 bit were loaded as 32 bit, since JAX holds no others here.
    """
    finder = Finder(trusted_modules, only)
    path = _path_of(source, "load", "rb", "read")
    data = _read_all(cast(IO[bytes], source)) if path is None else path.read_bytes()
    return decode(unpack(data), finder)


def _path_of(target: Any, function: str, mode: str, method: str) -> Path | None:
    """Give the path that was given; None for a binary file."""
    if isinstance(target, str | os.PathLike):
        return Path(cast("str | os.PathLike[str]", target))
    if isinstance(target, io.TextIOBase):
        raise SerializationTypeError(
            f"`{function}` needs a binary file, and got {quoted(repr(target))}, open as text",
            hint=f'open it with `"{mode}"`',
        )
    if not callable(getattr(target, method, None)):
        raise SerializationTypeError(
            f"`{function}` takes a path or a binary file, and got {quoted(repr(target))}",
            hint=f'write `parax.{function}("model.prx"{", tree" if function == "save" else ""})`',
        )
    return None


def _text_file(found: Any, function: str, mode: str) -> SerializationTypeError:
    return SerializationTypeError(
        f"`{function}` needs a binary file, and got {quoted(repr(found))}",
        hint=f'open it with `"{mode}"`',
    )


def _read_all(file: IO[bytes]) -> bytes:
    data = cast(Any, file.read())
    if not isinstance(data, bytes | bytearray | memoryview):
        raise _text_file(file, "load", "rb")
    return bytes(cast(bytes, data))


def _write_all(file: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        written = cast("int | None", file.write(view))
        view = view[len(view) if written is None else written :]  # raw files may take less


def replace_file(path: Path, data: bytes) -> None:
    """Write a file beside the path, and put it in its place when it is whole."""
    path = Path(os.path.realpath(path))  # a link stays a link
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder")
    try:
        mode: int | None = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mode = None
    if mode is not None and not os.access(path, os.W_OK):
        raise PermissionError(f"{str(path)!r} may not be written")
    if mode is not None and not path.is_file():  # a device or a pipe takes bytes, no replacement
        path.write_bytes(data)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder to write into", str(path))
    descriptor, name = tempfile.mkstemp(
        prefix=f".{path.name[:50]}.", suffix=".tmp", dir=path.parent
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), _usual_mode() if mode is None else mode)
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105  # the name is a text
    except BaseException:  # an interrupt as well: it goes on, and leaves no half of a file behind
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _usual_mode() -> int:
    """Give the permissions of a new file, which `mkstemp` narrows to its owner."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Let the new name outlast a loss of power, where folders can be synchronised."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
