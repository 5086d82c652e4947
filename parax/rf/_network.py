"""`Network`: data measured or computed at given frequencies, which serves as a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import OperatorError, OperatorTypeError
from parax.rf import _touchstone
from parax.rf._convert import as_complex
from parax.rf._model import Model
from parax.rf._protocol import scattering_matrices
from parax.rf._sweep import Sweep, as_sweep, checked_frequencies, is_concrete

_ROUNDING = 8  # units in the last place by which a sweep may miss the edge of a band


class Network(Model):
    """Scattering parameters at given frequencies: a measurement, or what a model gave.

    It can stand wherever a model can. Asked at other frequencies it interpolates the real and the
    imaginary parts linearly inside its band, and never answers outside.

    Args:
        s: scattering matrices, shape `(F, N, N)`, indices frequency, to, from.
        f: frequencies [Hz], shape `(F,)`, strictly increasing; or a sweep, or its text.
        z0: reference impedance [ohm]: one number, shape `(N,)`, or `(F, N)`.
        name: what messages and files call it.

    Raises:
        OperatorError: shapes that do not go together, or frequencies that do not increase.
        OperatorTypeError: something that is no number.

    Example:
        >>> short = Network([[[-1.0]], [[-1.0]]], [1e9, 2e9])
        >>> short
        Network(1 port, 1e+09 Hz..2e+09 Hz, 2 points)
        >>> short.s(Sweep([1.5e9])).real.tolist()
        [[[-1.0]]]
    """

    data: jax.Array
    _f: jax.Array  # `f` is a name of the vocabulary, and would mean two things in a text
    z0: jax.Array

    def __init__(self, s: Any, f: Any, z0: Any = 50.0, name: str | None = None) -> None:
        self.name = name
        owner = "a network" if name is None else quoted(name)
        self.data = _checked_data(s, owner)
        f = as_sweep(f).f if isinstance(f, str) or hasattr(f, "f") else f
        self._f = checked_frequencies(f, owner)
        points, ports = self.data.shape[0], self.data.shape[-1]
        if self.f.shape[0] != points:
            raise OperatorError(
                f"{owner} has {points} matrices and {self.f.shape[0]} frequencies",
                hint="give one matrix for each frequency",
            )
        self.z0 = _checked_impedance(z0, points, ports, owner)

    @property
    def f(self) -> Any:
        """The frequencies of the data [Hz], shape `(F,)`."""
        return self._f

    @property
    def ports(self) -> int:
        """How many ports it has."""
        return self.data.shape[-1]

    @property
    def sweep(self) -> Sweep:
        """The frequencies of the data."""
        return Sweep(self.f)

    def s(self, sweep: Any) -> jax.Array:
        """Give the scattering matrices at the frequencies of a sweep.

        On its own frequencies the data as they are; on others a linear interpolation of the real
        and imaginary parts. Under a transformation such as `jit`, where values are not known, a
        point outside the band is NaN.

        Args:
            sweep: any object with `f` [Hz], or a text such as `"1 GHz..3 GHz:201"`.

        Returns:
            Complex array, shape `(F, N, N)`.

        Raises:
            OperatorError: the sweep leaves the band of the data.
        """
        f = as_sweep(sweep).f
        if f is self.f:
            return self.data
        check_band(self, f)
        if is_concrete(f) and is_concrete(self.f) and np.array_equal(f, self.f):
            return self.data
        return _interpolate(f, self.f, self.data)

    @classmethod
    def read(cls, path: str | Path) -> Network:
        """Read a Touchstone file, through scikit-rf.

        Raises:
            TouchstoneError: it is no Touchstone file, or its data cannot be used.
            FileNotFoundError: there is no such file.
            MissingExtraError: scikit-rf is not installed.
        """
        return _of_skrf(cls, _touchstone.read(Path(path)))

    @classmethod
    def of(cls, model: Any, sweep: Any) -> Network:
        """Give what a model answers on a sweep as data, for instance to write it to a file.

        Args:
            model: any object with `s(sweep)`; its `z0` and `name` are kept, if it has them.
            sweep: any object with `f` [Hz], or a text.

        Raises:
            OperatorTypeError: the object has no method `s`.
            OperatorError: what it gives has not the shape `(F, N, N)`.
        """
        sweep = as_sweep(sweep)
        s = scattering_matrices(model, sweep)
        z0 = getattr(model, "z0", 50.0)
        if isinstance(model, Network) and model.z0.ndim == 2:
            z0 = _interpolate(sweep.f, model.f, model.z0)
        return cls(s, sweep.f, z0=z0, name=getattr(model, "name", None))

    def write(self, path: str | Path, format: str = "RI") -> Path:
        """Write a Touchstone file, through scikit-rf.

        Args:
            path: where; without a suffix it gets `.s1p`, `.s2p` and so on. An existing file is
                replaced.
            format: `"RI"` real and imaginary part, `"MA"` magnitude and degrees, or `"DB"` dB and
                degrees.

        Returns:
            The path of the file.

        Raises:
            TouchstoneError: the suffix says another number of ports, or the reference impedance
                cannot be written.
            OperatorTypeError: another format.
            MissingExtraError: scikit-rf is not installed.
        """
        return _touchstone.write(self, Path(path), format)

    def to_skrf(self) -> Any:
        """Give it as a `skrf.Network`.

        Raises:
            MissingExtraError: scikit-rf is not installed.
        """
        return _touchstone.to_skrf(self)

    @classmethod
    def from_skrf(cls, network: Any) -> Network:
        """Take over a `skrf.Network`.

        Raises:
            OperatorTypeError: it is none.
            OperatorError: its frequencies do not increase.
            MissingExtraError: scikit-rf is not installed.
        """
        return _of_skrf(cls, _touchstone.from_skrf(network))

    def __repr__(self) -> str:
        ports = f"{self.ports} port" + ("" if self.ports == 1 else "s")
        name = "" if self.name is None else f"{quoted(self.name)}, "
        if not is_concrete(self.f):
            return f"Network({name}{ports})"
        edges = f"{float(self.f[0]):g} Hz..{float(self.f[-1]):g} Hz"
        return f"Network({name}{ports}, {edges}, {len(self.f)} points)"


def check_band(network: Network, f: Any) -> None:
    """Check that frequencies lie in the band of a network, as far as values are known.

    Raises:
        OperatorError: one lies outside.
    """
    if not is_concrete(f) or not is_concrete(network.f):
        return
    asked, own = np.asarray(f), np.asarray(network.f)
    slack = _slack(own)
    outside = asked[(asked < own[0] - slack) | (asked > own[-1] + slack)]
    if outside.size:
        owner = "the network" if network.name is None else f"the network {quoted(network.name)}"
        raise OperatorError(
            f"{_hertz(outside[0])} lies outside the band of {owner}, "
            f"{_hertz(own[0])}..{_hertz(own[-1])}",
            hint="take a sweep inside that band: nothing is extrapolated",
        )


def _slack(f: Any) -> Any:
    return _ROUNDING * jnp.finfo(f.dtype).eps * abs(f[-1])


def _hertz(f: Any) -> str:
    for factor, unit in ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz")):
        if abs(f) >= factor:
            return f"{f / factor:.9g} {unit}"
    return f"{f:.9g} Hz"


def _interpolate(f: jax.Array, own: jax.Array, data: jax.Array) -> jax.Array:
    """Interpolate linearly along the first axis; exact at `own`, NaN outside of it."""
    last = own.shape[0] - 1
    left = jnp.clip(jnp.searchsorted(own, f, side="right") - 1, 0, max(last - 1, 0))
    right = jnp.minimum(left + 1, last)
    span = own[right] - own[left]
    share = jnp.clip((f - own[left]) / jnp.where(span > 0, span, 1), 0, 1)
    slack = _slack(own)
    inside = (f >= own[0] - slack) & (f <= own[-1] + slack)
    shape = (-1,) + (1,) * (data.ndim - 1)
    share = share.astype(jnp.finfo(data.dtype).dtype).reshape(shape)
    values = (1 - share) * data[left] + share * data[right]
    return jnp.where(inside.reshape(shape), values, jnp.nan)


def _checked_data(s: Any, owner: str) -> jax.Array:
    try:
        data = as_complex(s)
    except (TypeError, ValueError):
        raise OperatorTypeError(
            f"the matrices of {owner} are numbers, got {quoted(repr(s))}"
        ) from None
    if data.ndim != 3 or data.shape[1] != data.shape[2] or not data.shape[1]:
        raise OperatorError(
            f"the matrices of {owner} have shape (frequencies, ports, ports), got {data.shape}"
        )
    return data


def _checked_impedance(z0: Any, points: int, ports: int, owner: str) -> jax.Array:
    try:
        z = jnp.asarray(z0)
    except (TypeError, ValueError):
        raise OperatorTypeError(
            f"the reference impedance of {owner} is a number, got {quoted(repr(z0))}"
        ) from None
    if z.shape not in ((), (ports,), (points, ports)):
        raise OperatorError(
            f"the reference impedance of {owner} has shape {z.shape}",
            hint=f"give one number, shape ({ports},) for the ports, or ({points}, {ports})",
        )
    return z if jnp.issubdtype(z.dtype, jnp.inexact) else z.astype(jnp.result_type(float))


def _of_skrf(cls: type[Network], found: _touchstone.Data) -> Network:
    return cls(found.s, found.f, z0=found.z0, name=found.name)
