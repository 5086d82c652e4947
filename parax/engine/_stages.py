"""What XLA makes of an executable, and what it says that this costs (E4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, get_args

from parax._diagnostic import did_you_mean, echo
from parax.engine._executable import Executable
from parax.engine._modes import Mode
from parax.errors import OperatorTypeError


@dataclass(frozen=True)
class Cost:
    """What XLA estimates that one run takes.

    Args:
        flops: operations on floating-point numbers; transcendental functions count apart.
        transcendentals: of these the elements computed.
        bytes: memory read and written.
    """

    flops: float
    transcendentals: float
    bytes: float

    def to_dict(self) -> dict[str, float]:
        """Give it as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Memory:
    """What one run needs of memory, in bytes.

    Args:
        arguments: what goes in.
        outputs: what comes out.
        temporary: what is needed on the way.
        code: the executable itself; 0 where XLA does not say.
    """

    arguments: int
    outputs: int
    temporary: int
    code: int

    def to_dict(self) -> dict[str, int]:
        """Give it as plain data."""
        return asdict(self)


def checked_mode(mode: Any) -> Mode:
    """Give a mode back, if it is one.

    Raises:
        OperatorTypeError: there is none of this name.
    """
    known = get_args(Mode)
    if mode not in known:
        raise OperatorTypeError(
            f"there is no mode `{echo(str(mode), 40)}`",
            hint=did_you_mean(str(mode), known) or f"there are {', '.join(known)}",
        )
    return mode


def hlo(executable: Executable) -> str:
    """Give the program that XLA runs, after its optimisations."""
    return executable.lowered().compile().as_text()


def cost(executable: Executable) -> Cost:
    """Give XLA's estimate of what a run takes."""
    found = executable.lowered().compile().cost_analysis() or {}
    names = ("flops", "transcendentals", "bytes accessed")
    return Cost(*(float(found.get(name, 0.0)) for name in names))


def memory(executable: Executable) -> Memory:
    """Give what memory a run needs."""
    found = executable.lowered().compile().memory_analysis()
    return Memory(
        found.argument_size_in_bytes,
        found.output_size_in_bytes,
        found.temp_size_in_bytes,
        found.generated_code_size_in_bytes,
    )
