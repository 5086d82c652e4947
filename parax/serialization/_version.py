"""The version that each kind of file names, and what is said of one that was changed."""

from __future__ import annotations

from typing import Any

from parax.errors import CorruptFileError, SerializationError

CHANGED = "the file was changed after it was written, or not written to its end"


def require_version(version: Any, newest: int, who: str) -> None:
    """Check that a file says which version of the format it is of, and that it can be read.

    Args:
        version: what the file says.
        newest: the newest version that can be read.
        who: what should have said it, for messages.

    Raises:
        CorruptFileError: it is none.
        SerializationError: it is a newer one.
    """
    if type(version) is not int or version < 1:
        raise CorruptFileError(f"{who} no version", hint=CHANGED)
    if version > newest:
        raise SerializationError(
            f"the file is of version {version}, and this parax reads up to version {newest}",
            hint="install a newer parax",
            found=version,
            supported=newest,
        )
