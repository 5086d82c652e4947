"""Random modules: plans that are drawn, and what NumPy makes of their latent values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import distreqx.bijectors as bij
import hypothesis.strategies as st
import jax.numpy as jnp
import numpy as np

from parax import Fixed, Module, Parameter

POINTS = 9
"""Points of every sweep: enough for products of small matrices to be written out."""

NUMBERS = ("left.a", "right.a", "taps.0", "taps.1", "bias")
VECTORS = ("left.v", "right.v")
OWN = "own"
"""A free Parameter of the expression itself."""


class Cell(Module):
    a: Parameter
    v: Parameter

    def gain(self, times: Any) -> Any:
        return 2 * self.a * times


class Board(Module):
    left: Cell
    right: Cell
    taps: list
    bias: Parameter
    data: Any
    grid: Any


KINDS = ("plain", "plain", "fixed", "affine", "tanh", "scaled", "bounded")


def value_of(kind: str, latent: np.ndarray) -> np.ndarray:
    """Give the value that an expression sees of a latent one."""
    if kind == "affine":
        return 0.25 + 1.5 * latent
    if kind == "tanh":
        return np.tanh(latent)
    return 0.5 * latent if kind == "scaled" else latent


@dataclass(frozen=True)
class Plan:
    """Which parameter is what, and its latent value."""

    kinds: dict[str, str]
    latent: dict[str, np.ndarray]

    def values(self, latent: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Give what an expression sees, by path."""
        return {path: value_of(self.kinds[path], own) for path, own in latent.items()}

    def moved(self, along: dict[str, np.ndarray], step: float) -> dict[str, np.ndarray]:
        """Give the latent values a step along a direction; what is fixed stays."""
        return {
            path: own if self.kinds[path] == "fixed" else own + step * along[path]
            for path, own in self.latent.items()
        }

    def flat(self, names: tuple[str, ...], latent: dict[str, np.ndarray]) -> np.ndarray:
        """Give latent values in the order of the names of a flat vector."""
        found = {}
        for path, own in latent.items():
            name = path.replace(".", "_")
            found |= {f"{name}_{i}": one for i, one in enumerate(own)} if own.ndim else {name: own}
        return np.array([found[name] for name in names])

    def build(self) -> tuple[Board, Any]:
        """Make the module, and the expression's own parameter."""
        made = {path: self._parameter(path) for path in self.kinds}
        module = Board(
            left=Cell(a=made["left.a"], v=made["left.v"]),
            right=Cell(a=made["right.a"], v=made["right.v"]),
            taps=[made["taps.0"], made["taps.1"]],
            bias=made["bias"],
            data=jnp.asarray(DATA),
            grid=jnp.asarray(GRID),
        )
        return module, made[OWN]

    def _parameter(self, path: str) -> Any:
        latent = self.latent[path]
        value = float(latent) if not latent.ndim else latent
        kind = self.kinds[path]
        rest: dict[str, Any] = {"name": OWN} if path == OWN else {}
        if kind == "fixed":
            return Fixed(value, **rest)
        if kind == "bounded":
            return Parameter(value, bounds=(-8.0, 8.0), **rest)
        if kind == "affine":
            rest["transform"] = bij.ScalarAffine(0.25, 1.5)
        elif kind == "tanh":
            rest["transform"] = bij.Tanh()
        elif kind == "scaled":
            rest["scale"] = 0.5
        return Parameter(latent_value=value, **rest)


DATA = np.linspace(-1.0, 1.2, POINTS) ** 3
GRID = np.cumsum(np.linspace(0.4, 1.1, POINTS))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw a plan: vectors are never fixed, so that something is always free."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = {path: draw(st.sampled_from(KINDS)) for path in (*NUMBERS, OWN)}
    kinds |= {path: draw(st.sampled_from(("plain", "affine", "scaled"))) for path in VECTORS}
    latent = {path: np.asarray(rng.uniform(-1.5, 1.5)) for path in (*NUMBERS, OWN)}
    latent |= {path: rng.uniform(-1.5, 1.5, POINTS) for path in VECTORS}
    return Plan(kinds, {path: rounded(own) for path, own in latent.items()})


def rounded(x: np.ndarray) -> np.ndarray:
    """Give what is left of 64 bit in the precision of the run, in 64 bit."""
    if x.dtype.kind == "i":
        return x
    kind, wide = (complex, np.complex128) if np.iscomplexobj(x) else (float, np.float64)
    return np.asarray(x).astype(jnp.result_type(kind)).astype(wide)
