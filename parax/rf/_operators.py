"""The operators of the RF vocabulary: leaves that find model and sweep, nodes that ask the model.

Written as a third party would write them, on the public face of `parax.op`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import MissingInputError, OperatorError, OperatorIndexError, OperatorTypeError
from parax.op import Input, Operator
from parax.rf._network import Network, check_band
from parax.rf._protocol import scattering_matrices
from parax.rf._sweep import as_sweep

_GIVE_SWEEP = 'give one after the model, such as `rf.Sweep("1 GHz..3 GHz")` or the text alone'


class ModelInput(Operator):
    """The model: the first positional input.

    Raises:
        MissingInputError: when evaluated: there is no positional input.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args:
            raise MissingInputError(
                "scattering parameters are asked of a model, and no positional input was given",
                hint="call the expression with the model first: `op(model, sweep)`",
                name="model",
            )
        return args[0]

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str]:
        """Give the keywords that it consumes: none."""
        return frozenset()

    def symbol(self) -> str:
        return "model"


class SweepInput(Operator):
    """The sweep: the positional input after the model, or that of a Network that is given.

    Without one, a model that is a Network brings its own; else the only keyword input that is a
    Network does (R7). A text becomes a Sweep.

    Raises:
        MissingInputError: when evaluated: there is no sweep, or several Networks could bring one.
        OperatorTypeError: when evaluated: what is given is no sweep.
    """

    sees_all_inputs: ClassVar[bool] = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        found = sweep_of(args, kwargs)
        return found.sweep if isinstance(found, Network) else found

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str]:
        """Give the keywords that it consumes: none, it only looks at them."""
        return frozenset()

    def symbol(self) -> str:
        return "sweep"


def sweep_of(args: tuple[Any, ...], inputs: dict[str, Any]) -> Any:
    """Give what brings the frequencies `f`: a sweep, or the Network whose own they are.

    Raises:
        MissingInputError: nothing does, or several Networks could.
        OperatorTypeError: what stands in the place of the sweep is none.
    """
    if len(args) > 1:
        return as_sweep(args[1])
    if args and isinstance(args[0], Network):
        return args[0]
    known = [name for name, value in inputs.items() if isinstance(value, Network)]
    if len(known) == 1:
        return inputs[known[0]]
    raise _no_sweep(args, known)


def _no_sweep(args: tuple[Any, ...], networks: list[str]) -> MissingInputError:
    if networks:
        listed = " and ".join(f"`{name}`" for name in networks)
        return MissingInputError(
            f"the inputs {listed} are networks, and only one can bring the sweep",
            hint=_GIVE_SWEEP,
            name="sweep",
        )
    why = f"and the model, a `{type(args[0]).__name__}`, has no frequencies" if args else "no model"
    return MissingInputError(
        f"there is no sweep, {why}{' of its own' if args else ' and no input that brings one'}",
        hint=_GIVE_SWEEP,
        name="sweep",
    )


class Scattering(Operator):
    """The scattering matrices of a model on a sweep: complex, shape `(F, N, N)`.

    Args:
        source: what gives the model.
        sweep: what gives the sweep.

    Raises:
        OperatorTypeError: when evaluated: the model has no `s(sweep)`, or it gives something else
            than a complex array.
        OperatorError: when evaluated: its shape is another; a Network is asked outside its band.
    """

    checks_inputs: ClassVar[bool] = True
    is_swept: ClassVar[bool] = True

    source: Any
    sweep: Any
    reads: str | None = eqx.field(static=True)  # the input that is asked: "" for the model

    def __init__(self, source: Any, sweep: Any) -> None:
        self.source = source
        self.sweep = sweep
        name = source.name if isinstance(source, Input) else None
        self.reads = "" if isinstance(source, ModelInput) else name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Give one parameter, `rf.S(2, 1)`; or evaluate on a model and a sweep, as any operator."""
        if args and not kwargs and all(map(_is_port, args)):
            if len(args) == 2:
                return SParameter(self, *args)
            raise OperatorTypeError(
                f"`S` takes two ports, got {len(args)}",
                hint="write `S(2, 1)`: to port 2 from port 1",
            )
        return super().__call__(*args, **kwargs)

    def is_regular(self) -> bool:
        return True  # a model is taken as it is, like a leaf operator

    def operands(self) -> tuple[Any, ...]:
        return (self.source, self.sweep)

    def static_key(self) -> Hashable:
        return self.reads

    def compute(self, model: Any, sweep: Any) -> jax.Array:
        return scattering_matrices(model, sweep)

    def swept_over(self) -> Operator:
        """Give the frequencies at which the matrices are."""
        return Frequency(self.sweep)

    def check_inputs(self, args: tuple[Any, ...], inputs: dict[str, Any]) -> None:
        """Check that the sweep lies in the band of the Network that is asked, before the run."""
        if self.reads is None:  # computed: known in the run only, where points outside are NaN
            return
        asked = Input(self.reads) if self.reads else ModelInput()
        accepted = asked.accepted_keywords(args)
        model = asked(*args, **{name: inputs[name] for name in inputs if name in accepted})
        if isinstance(model, Network):
            check_band(model, sweep_of(args, inputs).f)

    def symbol(self) -> str:
        return f"{self.reads}.S" if self.reads else "S"


class SParameter(Operator):
    """One scattering parameter: complex, shape `(F,)`.

    Args:
        scattering: the matrices.
        to: the port where the wave comes out, from 1.
        from_: the port that is excited, from 1.

    Raises:
        OperatorIndexError: a port that is not positive; when evaluated: one that the network has
            not.
    """

    scattering: Any
    to: int = eqx.field(static=True)
    from_: int = eqx.field(static=True)

    def __init__(self, scattering: Any, to: Any, from_: Any) -> None:
        self.scattering = scattering
        self.to, self.from_ = checked_port(to), checked_port(from_)

    def operands(self) -> tuple[Any, ...]:
        return (self.scattering,)

    def static_key(self) -> Hashable:
        return (self.to, self.from_)

    def check(self, matrices: Any) -> None:
        ports = jnp.shape(matrices)[-1]
        if max(self.to, self.from_) > ports:
            raise OperatorIndexError(
                f"{quoted(self.symbol())}: the network has {ports} port{'s' if ports != 1 else ''}",
                hint="ports are counted from 1, and the first is where the wave comes out",
            )

    def compute(self, matrices: Any) -> jax.Array:
        return matrices[..., self.to - 1, self.from_ - 1]

    def indices_apart(self) -> tuple[Hashable, tuple[int, ...]]:
        """Give its ports apart: different parameters of one network are read together (E5)."""
        return ((), (self.to, self.from_))

    def compute_at(self, indices: Sequence[Any], *values: Any) -> jax.Array:
        """Read the parameter between other ports."""
        to, from_ = indices
        return values[0][..., to - 1, from_ - 1]

    def symbol(self) -> str:
        name = parameter_name(self.to, self.from_)
        reads = getattr(self.scattering, "reads", None)
        return f"{reads}.{name}" if reads else name


class Frequency(Operator):
    """The frequencies [Hz] of the sweep: real, shape `(F,)`.

    Args:
        sweep: what gives the sweep.
        source: what was asked for them, if not the model: an input, which is asked at those same
            frequencies.
    """

    is_swept: ClassVar[bool] = True

    sweep: Any
    source: Any = None

    def swept_over(self) -> Operator:
        """Give the frequencies themselves."""
        return self

    def operands(self) -> tuple[Any, ...]:
        return (self.sweep,) if self.source is None else (self.sweep, self.source)

    def compute(self, sweep: Any, source: Any = None) -> jax.Array:
        f = getattr(sweep, "f", None)
        if f is None:
            raise OperatorTypeError(
                f"a sweep has frequencies `f`, and a `{type(sweep).__name__}` has none",
                hint=_GIVE_SWEEP,
            )
        f = jnp.asarray(f)
        if f.ndim != 1:
            raise OperatorError(
                f"the frequencies of a `{type(sweep).__name__}` have one axis, got shape {f.shape}"
            )
        return f

    def symbol(self) -> str:
        return "freq"


def _is_port(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def checked_port(port: Any) -> int:
    """Give a port number, which counts from 1.

    Raises:
        OperatorTypeError: it is no whole number.
        OperatorIndexError: it is not positive.
    """
    if not _is_port(port):
        raise OperatorTypeError(
            f"a port is a whole number, got {quoted(repr(port))}", hint="write `S(2, 1)`"
        )
    number = int(port)
    if number < 1:
        raise OperatorIndexError(
            f"there is no port {number}", hint="ports are counted from 1: write `S(2, 1)`"
        )
    return number


def parameter_name(to: int, from_: int) -> str:
    """Give the canonical name of a scattering parameter: `S21`, or `S(11, 1)` from ten ports on."""
    return f"S{to}{from_}" if max(to, from_) < 10 else f"S({to}, {from_})"


def scattering(source: Operator | None = None) -> Scattering:
    """Give the scattering matrices of the model, or of another source, on the sweep."""
    return Scattering(ModelInput() if source is None else source, SweepInput())


def frequency(source: Operator | None = None) -> Frequency:
    """Give the frequencies of the sweep."""
    return Frequency(SweepInput(), source)
