"""`Sweep`: the frequencies at which a model is asked, and what may stand for one."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import OperatorError, OperatorTypeError
from parax.rf._range import frequency_range


class Sweep(eqx.Module):
    """Frequencies in hertz, strictly increasing.

    Args:
        f: the frequencies [Hz], shape `(F,)`; or a text: `"1 GHz..3 GHz"`, with the number of
            points or a step behind it, `"1 GHz..3 GHz:401"`, `"1 GHz..3 GHz:10 MHz"`,
            `"1 GHz..3 GHz:401 log"`.
        points: with a text that gives neither points nor a step, how many there are; 201 if not
            given.
        spacing: with a text, whether neighbours differ by a number or by a factor; `"linear"` if
            not given.

    Raises:
        OperatorError: no frequency, one that is not finite, or not strictly increasing; a text
            that says something impossible.
        OperatorTypeError: neither a text nor real numbers with one axis.
        ParaxSyntaxError: a text that is no range.
        UnitError: a text with a unit that is no frequency.

    Example:
        >>> sweep = Sweep("1 GHz..3 GHz", points=5)
        >>> len(sweep), sweep.f.tolist()
        (5, [1000000000.0, 1500000000.0, 2000000000.0, 2500000000.0, 3000000000.0])
    """

    f: jax.Array

    def __init__(self, f: Any, *, points: Any = None, spacing: str | None = None) -> None:
        if isinstance(f, str):
            f = frequency_range(f, points=points, spacing=spacing)
        elif points is not None or spacing is not None:
            raise OperatorTypeError(
                "`points` and `spacing` go with a text, and frequencies were given",
                hint='write a range, such as `Sweep("1 GHz..3 GHz", points=201)`',
            )
        self.f = checked_frequencies(f, "a sweep")

    @property
    def w(self) -> jax.Array:
        """Angular frequencies [rad/s]."""
        return 2 * jnp.pi * self.f

    def __len__(self) -> int:
        return self.f.shape[0]

    def __repr__(self) -> str:
        if not is_concrete(self.f):
            return f"Sweep(<{len(self)} frequencies>)"
        first, last = float(self.f[0]), float(self.f[-1])
        return f"Sweep({first:g} Hz..{last:g} Hz, {len(self)} points)"


def parse_sweep(text: str, *, source: str = "<sweep>") -> Sweep:
    """Give the sweep that a text means; the command line reads `--freq` with it.

    Args:
        text: as for `Sweep`.
        source: what messages call the text.

    Raises:
        OperatorError: the text says something impossible, such as a range that runs backwards.
        ParaxSyntaxError: it is no range.
        UnitError: it has a unit that is no frequency.

    Example:
        >>> len(parse_sweep("1 GHz..3 GHz:10 MHz"))
        201
    """
    return Sweep(frequency_range(text, source=source))


def as_sweep(value: Any) -> Any:
    """Give what may stand where a sweep is expected as a sweep.

    Args:
        value: a text, frequencies [Hz] with one axis, or an object with `f`, which stays what it
            is.

    Raises:
        OperatorTypeError: none of these.
    """
    if isinstance(value, str):
        return Sweep(value)
    if hasattr(value, "f"):
        return value
    if isinstance(value, jax.Array | np.ndarray):
        return Sweep(value)
    raise OperatorTypeError(
        f"a sweep has frequencies `f`, and {quoted(repr(value))} has none",
        hint='give `rf.Sweep("1 GHz..3 GHz")`, or the text alone',
    )


def is_concrete(value: Any) -> bool:
    """Tell whether an array's values are known now, which those of a trace are not."""
    return isinstance(value, jax.Array | np.ndarray) and not isinstance(value, jax.core.Tracer)


def checked_frequencies(f: Any, owner: str) -> jax.Array:
    """Give frequencies as an array; `owner` is what messages say has them.

    Raises:
        OperatorError: they are none, not finite, or not strictly increasing.
        OperatorTypeError: they are no real numbers with one axis.
    """
    given = f if isinstance(f, jax.Array) else _as_numpy(f, owner)
    if jnp.issubdtype(given.dtype, jnp.complexfloating) or given.ndim != 1:
        kind = "complex numbers" if given.ndim == 1 else f"shape {given.shape}"
        raise OperatorTypeError(
            f"the frequencies of {owner} are real and have one axis, got {kind}"
        )
    if not given.shape[0]:
        raise OperatorError(f"{owner} needs at least one frequency, got none")
    own = jax.dtypes.canonicalize_dtype(given.dtype)
    dtype = jnp.promote_types(own, jnp.result_type(float))
    if is_concrete(given):
        _check_increasing(np.asarray(given), owner)
        given = np.asarray(given).astype(dtype)
        if not _increases(given):
            raise OperatorError(
                f"neighbouring frequencies of {owner} are the same number in 32 bit",
                hint='take them wider apart, or use 64 bit: `jax.config.update("jax_enable_x64", '
                "True)`",
            )
    return jnp.asarray(given, dtype=dtype)


def _as_numpy(f: Any, owner: str) -> Any:
    convert = getattr(f, "__jax_array__", None)
    if convert is not None:
        return convert()
    try:
        array = np.asarray(f)
    except ValueError:  # rows of different length
        array = np.asarray(None)
    if array.size == 0:
        array = array.astype(float)
    if array.dtype.kind not in "iufc":
        raise OperatorTypeError(
            f"the frequencies of {owner} are numbers in hertz, got {quoted(repr(f))}"
        )
    return array if array.dtype.kind in "fc" else array.astype(float)


def _increases(f: np.ndarray) -> bool:
    return bool(np.all(f[1:] > f[:-1]))


def _check_increasing(f: np.ndarray, owner: str) -> None:
    wrong = np.flatnonzero(~np.isfinite(f))
    if wrong.size:
        raise OperatorError(
            f"frequency {wrong[0] + 1} of {owner} is {f[wrong[0]]}", hint="give finite numbers"
        )
    wrong = np.flatnonzero(f[1:] <= f[:-1])
    if wrong.size:
        at = int(wrong[0])
        raise OperatorError(
            f"the frequencies of {owner} increase, but {f[at + 1]:.10g} Hz comes after "
            f"{f[at]:.10g} Hz, at position {at + 2}",
            hint="sort them, and keep each once",
        )
