"""Touchstone files, and the networks of scikit-rf, which reads and writes them.

The only file that knows scikit-rf. It is asked for the Touchstone reader alone: its general
reader would load a pickle, and run what is in it.
"""

from __future__ import annotations

import errno
import math
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from parax._diagnostic import echo, quoted
from parax.errors import MissingExtraError, OperatorTypeError, TouchstoneError

if TYPE_CHECKING:
    from parax.rf._network import Network

_SUFFIX = re.compile(r"\.s([1-9][0-9]{0,3})p", re.IGNORECASE)
_FORMATS = ("RI", "MA", "DB")
_SMALLEST = 1e-15  # -300 dB


@dataclass(frozen=True)
class Data:
    """What a network of scikit-rf holds, as NumPy arrays."""

    s: np.ndarray
    f: np.ndarray
    z0: np.ndarray
    name: str | None


def skrf() -> Any:
    """Give scikit-rf.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import skrf
    except ImportError:
        raise MissingExtraError(
            "Touchstone files are read and written by scikit-rf, which is not installed",
            hint="pip install 'parax[rf]'",
        ) from None
    return skrf


def read(path: Path) -> Data:
    """Read a file.

    Raises:
        TouchstoneError: it cannot be used; says why.
        FileNotFoundError: there is none.
    """
    library = skrf()
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    said = _ports_said(path)
    network, failure = library.Network(), None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is checked below
            network.read_touchstone(str(path))
    except OSError:
        raise
    except Exception as error:  # a foreign parser may fail in any way on foreign bytes
        failure = error
    _check_ports(path, said, _ports_of_first_matrix(path))
    if failure is not None:
        raise _unreadable(path, said, failure)
    _check_ports(path, said, network.nports)
    _check_values(path, network)
    return from_skrf(network)


def _ports_said(path: Path) -> int | None:
    """Give the number of ports in the file's name; None for `.ts`, which leaves it open."""
    match = _SUFFIX.fullmatch(path.suffix)
    if match is None and path.suffix.lower() != ".ts":
        raise TouchstoneError(
            f"{quoted(path.name)} has not the name of a Touchstone file",
            hint="such a name ends in `.s1p`, `.s2p` and so on, or in `.ts`",
            path=str(path),
        )
    return int(match[1]) if match else None


def _check_ports(path: Path, said: int | None, found: int | None) -> None:
    if said is not None and found is not None and said != found:
        raise TouchstoneError(
            f"the name {quoted(path.name)} says {_ports(said)}, and its data have {found}",
            hint=f"name it `{echo(path.stem)}.s{found}p`",
            path=str(path),
        )


def _ports(count: int) -> str:
    return f"{count} port" if count == 1 else f"{count} ports"


def _ports_of_first_matrix(path: Path) -> int | None:
    """Give the number of ports that the layout of the first matrix shows; None if it shows none.

    A line of a frequency and pairs has an odd number of columns, and one that goes on with the
    same frequency an even number. scikit-rf joins lines until a matrix is full, and so reads three
    lines of a one-port as one of a two-port.
    """
    columns = 0
    with path.open(encoding="latin-1") as lines:
        for line in lines:
            words = line.removeprefix("\xef\xbb\xbf").partition("!")[0].split()
            if not words or words[0].startswith("#"):
                continue
            if words[0].startswith("["):  # version 2 says it by keyword
                return None
            if columns and len(words) % 2:
                break
            columns += len(words)
    ports = math.isqrt(max(columns - 1, 0) // 2)
    return ports if ports and columns == 1 + 2 * ports**2 else None


def _unreadable(path: Path, said: int | None, error: Exception) -> TouchstoneError:
    of = "" if said is None else f" of {_ports(said)}"
    return TouchstoneError(
        f"{quoted(path.name)} is no Touchstone file{of}",
        hint="after an option line such as `# GHz S MA R 50` it has a line of numbers for each "
        "frequency: the frequency, then two numbers for each parameter",
        path=str(path),
        reason=str(error),
    )


def _check_values(path: Path, network: Any) -> None:
    f = np.asarray(network.f)
    problem = hint = None
    if not f.size:
        problem, hint = "has no data", "after its option line it has a line for each frequency"
    elif not np.isfinite(f).all() or not np.isfinite(network.s).all():
        finite = np.isfinite(network.s).all(axis=(1, 2)) & np.isfinite(f)
        at = int(np.flatnonzero(~finite)[0])
        problem, hint = f"has a value at frequency {at + 1} that is no finite number", "correct it"
    elif (np.diff(f) <= 0).any():
        at = int(np.flatnonzero(np.diff(f) <= 0)[0])
        problem = f"has {f[at + 1]:.10g} Hz after {f[at]:.10g} Hz, and frequencies increase"
        hint = "sort its lines, and keep each frequency once"
    if problem is not None:
        raise TouchstoneError(f"{quoted(path.name)} {problem}", hint=hint, path=str(path))


def from_skrf(network: Any) -> Data:
    """Take the arrays out of a `skrf.Network`.

    Raises:
        OperatorTypeError: it is none.
    """
    if not isinstance(network, skrf().Network):
        raise OperatorTypeError(
            f"`from_skrf` takes a `skrf.Network`, and {quoted(repr(network))} is none"
        )
    return Data(
        np.asarray(network.s), np.asarray(network.f), _plain_impedance(network), network.name
    )


def _plain_impedance(network: Any) -> np.ndarray:
    """Give the reference impedance without needless axes and imaginary zeros."""
    z0: Any = np.asarray(network.z0)
    z0 = z0 if np.imag(z0).any() else np.real(z0)
    if not z0.size:
        return np.asarray(50.0)
    if (z0 == z0.flat[0]).all():
        return np.asarray(z0.flat[0])
    return z0[0] if (z0 == z0[0]).all() else z0


def to_skrf(network: Network) -> Any:
    """Make a `skrf.Network` of ours."""
    library = skrf()
    s = np.asarray(network.data).astype(complex)
    return library.Network(
        frequency=library.Frequency.from_f(np.asarray(network.f, dtype=float), unit="Hz"),
        s=s,
        z0=np.broadcast_to(np.asarray(network.z0).astype(complex), s.shape[:2]).copy(),
        name=network.name,
    )


def write(network: Network, path: Path, form: str) -> Path:
    """Write a file; as real and imaginary parts its numbers read back as they are.

    In dB a parameter that is 0 is written as -300 dB: other tools do not read `-inf`.

    Raises:
        TouchstoneError: the name, or the reference impedance, does not go with the data.
        OperatorTypeError: the format is none.
    """
    if form not in _FORMATS:
        raise OperatorTypeError(
            f"a Touchstone file is written in `RI`, `MA` or `DB`, got {quoted(repr(form))}"
        )
    path = path if path.suffix else path.with_suffix(f".s{network.ports}p")
    _check_ports(path, _ports_said(path), network.ports)
    z0 = np.asarray(network.z0)
    if z0.ndim == 2 or np.iscomplexobj(z0):
        raise TouchstoneError(
            f"the reference impedance of {quoted(path.name)} would be "
            + ("complex" if np.iscomplexobj(z0) else "different at each frequency")
            + ", which Touchstone cannot hold",
            hint="take a network with one real `z0` for each port",
            path=str(path),
        )
    made = to_skrf(network)
    if form == "DB":
        made.s = np.where(np.abs(made.s) < _SMALLEST, _SMALLEST, made.s)
    version = "1.0" if z0.ndim == 0 and path.suffix.lower() != ".ts" else "2.0"
    text = made.write_touchstone(
        "data", return_string=True, form=form.lower(), version=version, skrf_comment=False
    )
    path.write_text(text, encoding="utf-8")
    return path
