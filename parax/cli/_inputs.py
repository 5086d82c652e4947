"""From the words of a command to an expression with its model, sweep and inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from parax._diagnostic import echo, quoted
from parax.cli._errors import UsageError
from parax.errors import OperatorTypeError, ParaxError

INPUT = "meas"
"""The input that `--data FILE` gives when there is a model besides."""


@dataclass(frozen=True)
class Given:
    """An expression and everything that it is evaluated with."""

    operator: Any
    args: tuple[Any, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def problem(self) -> Any:
        """Bind the expression to its model and inputs.

        Raises:
            ParaxError: all that is wrong with it, together.
        """
        import parax

        return parax.problem(self.operator, *self.args, inputs=self.inputs)


def require_numbers(value: Any) -> None:
    """Check that an expression gives numbers, alone or in dicts, lists and tuples.

    Raises:
        OperatorTypeError: it gives something else, such as a submodule or a network.
    """
    if isinstance(value, dict | list | tuple):
        several = cast(Any, value)
        for one in several.values() if isinstance(value, dict) else several:
            require_numbers(one)
    elif not hasattr(value, "dtype") and not isinstance(value, bool | int | float | complex):
        raise OperatorTypeError(
            f"the expression gives a `{type(value).__name__}`, and that is no number",
            hint="read something of it, with a dot: `filter.L1` of a model, `meas.S21` of a file",
        )


@dataclass(frozen=True)
class Checked:
    """What is known of an expression without evaluating it; `value` is None if only read."""

    inputs: tuple[str, ...]
    value: Any = None


@dataclass(frozen=True)
class Request:
    """The words of a command, read as far as that needs no JAX.

    Args:
        text: the expression.
        data: Touchstone files, each with the name of its input, or None for the nameless one.
        model: what `--model` says.
        freq: what `--freq` says.
        settings: values by name.
        bits: the precision.
    """

    text: str
    data: Mapping[str | None, str]
    model: str | None
    freq: str | None
    settings: Mapping[str, str]
    bits: str

    @classmethod
    def of(
        cls,
        text: str,
        data: Sequence[str] | None,
        model: Sequence[str] | None,
        freq: Sequence[str] | None,
        settings: Sequence[str] | None,
        precision: str,
    ) -> Request:
        """Read the words.

        Raises:
            UsageError: they contradict one another.
        """
        if text.endswith(".parax"):
            raise UsageError(
                f"{quoted(text)} is the name of a program, and programs cannot be run yet",
                hint="give the expression itself, such as 'max(abs(S21)) - target'",
            )
        named = read_data(data or (), has_model=bool(model))
        values = read_settings(settings or ())
        both = [name for name in values if name in named]
        if both:
            raise UsageError(f"the input {quoted(both[0])} is given twice: --data and --set")
        if precision not in ("32", "64"):
            raise UsageError(f"there is no `--precision {echo(precision)}`", hint="give 32 or 64")
        place, sweep = _once("--model", model), _once("--freq", freq)
        return cls(text, named, place, sweep, values, precision)

    def read(self) -> Given:
        """Read files, model and text.

        Raises:
            ParaxError: the first thing that is wrong.
        """
        self._prepare()
        args, inputs = self._arguments()
        return self._settled(self._operator(args), args, inputs)

    def check(self) -> tuple[Checked | None, list[ParaxError]]:
        """Find all that is wrong, and what is known if nothing is."""
        from parax.cli._wording import as_parax_error

        self._prepare()
        problems: list[ParaxError] = []
        operator: Any = None
        args: tuple[Any, ...] = ()
        inputs: dict[str, Any] = {}
        try:
            args, inputs = self._arguments()
        except Exception as error:  # a user's model may raise anything
            problems.append(as_parax_error(error))
        try:
            operator = self._operator(args)
        except ParaxError as error:
            problems.append(as_parax_error(error))
        if operator is None or problems:
            return None, problems
        names = tuple(operator.inputs())
        if not (args or inputs or self.settings):
            return Checked(names), []
        try:
            given = self._settled(operator, args, inputs)
            shapes = given.operator.graph().infer(given.args, dict(given.inputs))
            require_numbers(shapes.outputs)
        except Exception as error:  # as above
            return None, [as_parax_error(error)]
        return Checked(names, shapes.outputs), []

    def _prepare(self) -> None:
        from parax.cli._settings import prepare

        prepare(self.bits)

    def _arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        from parax import rf
        from parax.cli._models import find_model, read_network

        model = None if self.model is None else find_model(self.model)
        inputs: dict[str, Any] = {}
        for name, place in self.data.items():
            network = read_network(place)
            if name is not None:
                inputs[name] = network
            else:
                model = network
        sweep = None
        if self.freq is not None:
            sweep = rf.parse_sweep(self.freq, source="--freq")
        elif model is not None and not isinstance(model, rf.Network) and len(inputs) == 1:
            sweep = next(iter(inputs.values())).sweep
        if sweep is not None:
            return (model, sweep), inputs
        return (() if model is None else (model,)), inputs

    def _operator(self, args: tuple[Any, ...]) -> Any:
        from parax import parse, rf

        model: object = args[0] if args else None
        own = getattr(type(model), "vocabulary", None)
        vocabularies = [rf.vocabulary] if own in (None, rf.vocabulary) else [own, rf.vocabulary]
        return parse(self.text, vocabulary=vocabularies)

    def _settled(self, operator: Any, args: tuple[Any, ...], inputs: dict[str, Any]) -> Given:
        from parax.cli._values import settle

        model = args[0] if args else None
        model, values = settle(self.settings, operator.inputs(), model)
        return Given(operator, (model, *args[1:]) if args else (), {**inputs, **values})


def read_data(words: Sequence[str], *, has_model: bool) -> dict[str | None, str]:
    """Read what `--data` says: files by the name of their input; None is the model.

    Raises:
        UsageError: two files for one input, or a file name that is missing.
    """
    found: dict[str | None, str] = {}
    for word in words:
        name, equals, place = word.partition("=")
        if not equals or not name.isidentifier():
            name, place = (INPUT if has_model else None), word
        if not place:
            raise UsageError(
                f"`--data {echo(word)}` names no file", hint="write --data FILE or NAME=FILE"
            )
        if name in found:
            raise UsageError(
                f"{quoted(found[name])} and {quoted(place)} are both "
                + ("the model" if name is None else f"the input `{name}`"),
                hint=f"name the input of one of them: --data NAME={echo(place)}",
            )
        found[name] = place
    return found


def read_settings(words: Sequence[str]) -> dict[str, str]:
    """Read what `--set` says: values, as text, by name.

    Raises:
        UsageError: a word that is no `NAME=VALUE`, or a name that is given twice.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name = name.strip()
        if not equals or not name or not value.strip():
            raise UsageError(
                f"`--set {echo(word)}` is no NAME=VALUE", hint="write for instance --set target=0.9"
            )
        if name in found:
            raise UsageError(f"{quoted(name)} is set twice: to {found[name]} and to {value}")
        found[name] = value
    return found


def _once(option: str, words: Sequence[str] | None) -> str | None:
    if not words:
        return None
    if len(words) > 1:
        raise UsageError(
            f"`{option}` is given twice: {' and '.join(map(quoted, words))}", hint="give it once"
        )
    return words[0]
