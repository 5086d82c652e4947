"""Examples by name: files that scikit-rf ships, and models."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from parax._diagnostic import did_you_mean, quoted
from parax.errors import MissingExtraError, OperatorError
from parax.module import field
from parax.parameters import Parameter
from parax.rf._convert import abcdtos
from parax.rf._model import Model
from parax.rf._twoport import cascade, series, shunt

_FILES = {"ring-slot": "ring slot.s2p", "line": "line.s2p", "tee": "tee.s3p"}


class Ladder(Model):
    """A low-pass ladder of series inductors and shunt capacitors, in turn, from port 1 on.

    Args:
        L: inductors [H], first, third, … element.
        C: capacitors [F], second, fourth, … element; as many, or one less.

    Raises:
        OperatorError: the numbers of inductors and capacitors do not go together.

    Example:
        >>> from parax.rf import Sweep
        >>> low_pass = Ladder([5e-9, 5e-9], [2e-12])
        >>> abs(low_pass.s(Sweep([1.0, 10e9]))[:, 1, 0]).round(4).tolist()
        [1.0, 0.0083]
    """

    L: list[Parameter] = field(transparent=True)
    C: list[Parameter] = field(transparent=True)

    def __check_init__(self) -> None:
        if len(self.L) - len(self.C) not in (0, 1) or not self.L:
            raise OperatorError(
                f"a ladder takes inductors and capacitors in turn, got {len(self.L)} and "
                f"{len(self.C)}",
                hint="begin with an inductor: as many capacitors, or one less",
            )

    def s(self, sweep: Any) -> jax.Array:
        """Give the scattering matrices on a sweep."""
        jw = 2j * jnp.pi * sweep.f
        pieces: list[jax.Array] = []
        for at, inductor in enumerate(self.L):
            pieces.append(series(jw * inductor))
            pieces += [shunt(jw * capacitor) for capacitor in self.C[at : at + 1]]
        return abcdtos(cascade(*pieces), self.z0)


def _ladder() -> Ladder:
    """Make a constant-k low-pass of eight elements with a cut-off near 3.2 GHz."""
    return Ladder(
        [
            Parameter(5.0, scale=1e-9, bounds=(0.5, 20.0), name=f"L{place}")
            for place in (1, 3, 5, 7)
        ],
        [
            Parameter(2.0, scale=1e-12, bounds=(0.2, 8.0), name=f"C{place}")
            for place in (2, 4, 6, 8)
        ],
    )


_MODELS: dict[str, Callable[[], Model]] = {"ladder": _ladder}


def example(name: str) -> Path:
    """Give the path of a Touchstone file that scikit-rf ships.

    Args:
        name: `"ring-slot"` and `"line"` have two ports, `"tee"` has three.

    Raises:
        OperatorError: there is no such example; suggests close ones.
        MissingExtraError: scikit-rf is not installed.

    Example:
        >>> example("tee").name
        'tee.s3p'
    """
    file = _look_up(_FILES, name, "file")
    found = importlib.util.find_spec("skrf")
    if found is None or found.origin is None:
        raise MissingExtraError(
            "the example files come with scikit-rf, which is not installed",
            hint="pip install 'parax[rf]'",
        )
    return Path(found.origin).parent / "data" / file


def example_model(name: str) -> Model:
    """Give a model to try things on.

    Args:
        name: `"ladder"`, a low-pass filter with the parameters `L1`, `C2` … `C8`.

    Raises:
        OperatorError: there is no such example; suggests close ones.

    Example:
        >>> sorted(example_model("ladder").param_names())
        ['C2', 'C4', 'C6', 'C8', 'L1', 'L3', 'L5', 'L7']
    """
    return _look_up(_MODELS, name, "model")()


def _look_up(table: Mapping[str, Any], name: str, kind: str) -> Any:
    if name not in table:
        raise OperatorError(
            f"there is no example {kind} {quoted(name)}",
            hint=did_you_mean(name, table) or f"there are {', '.join(f'`{one}`' for one in table)}",
        )
    return table[name]
