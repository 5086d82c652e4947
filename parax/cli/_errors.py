"""The two errors that only the command line makes. Exit codes: 2 for usage, 1 for the rest."""

from __future__ import annotations

from parax.errors import ParaxError


class UsageError(ParaxError):
    """The command line contradicts itself, or leaves out what a command needs."""


class ModelError(ParaxError):
    """What `--model` names cannot be had, is no model, or fails while it is asked."""


def exit_code(error: BaseException) -> int:
    """Give the exit code for an error."""
    return 2 if isinstance(error, UsageError) else 1
