"""Vocabulary: the names that a text may use, as an object (L32). No JAX here."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import entry_points
from typing import Any, overload

from parax._diagnostic import did_you_mean, echo, quoted, with_article
from parax.dsl._parameters import example_of, plain, read_parameters
from parax.errors import ParaxNameError, ParaxTypeError
from parax.functions import Function, Parameter, constants, table

LONGEST_MATCHED = 64
"""Longest name that patterns are tried on: a stranger's may be as long as the text (L61)."""

ENTRY_POINTS = "parax.vocabularies"
"""The group under which other packages register their vocabularies."""


@dataclass(frozen=True)
class CallRule:
    """What `name(…)` means: how its operator is built, and from what."""

    build: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    signature: str
    on_input: bool = False


@dataclass(frozen=True)
class ValueRule:
    """What a bare name means: how its operator is built."""

    build: Callable[..., Any]
    on_input: bool = False


@dataclass(frozen=True)
class Entry:
    """What a vocabulary knows of one name.

    Args:
        name: the canonical name.
        help: one line for each of its meanings.
        vocabulary: the name of the vocabulary that defines it.
        call: what it means when called.
        value: what it means bare.
        function: the function that it is.
        constant: the number that it is, and the unit for displays.
    """

    name: str
    help: str
    vocabulary: str
    call: CallRule | None = None
    value: ValueRule | None = None
    function: Function | None = None
    constant: tuple[Any, str | None] | None = None

    @property
    def is_callable(self) -> bool:
        """Whether it may be called."""
        return self.call is not None or self.function is not None

    @property
    def is_value(self) -> bool:
        """Whether it may stand alone."""
        return self.value is not None or self.constant is not None

    @property
    def works_on_inputs(self) -> bool:
        """Whether it may be read from an input, as `meas.S21` is."""
        rules = (self.call, self.value)
        return any(rule is not None and rule.on_input for rule in rules)

    @property
    def signature(self) -> str:
        """How it is written."""
        if self.function is not None:
            return self.function.signature_text
        return self.name if self.call is None else self.call.signature

    @property
    def example(self) -> str:
        """A call with what must be given."""
        rule = self.function or self.call
        return self.name if rule is None else example_of(self.name, rule.parameters)


@dataclass(frozen=True)
class _Pattern:
    regex: re.Pattern[str]
    build: Callable[..., Any]
    example: str
    help: str
    on_input: bool


class Vocabulary:
    """A set of names with meanings, given to `parse` and extended from Python.

    Args:
        name: its own name, for messages.
        uses: vocabularies whose names it has too; its own come first.
        sweep: the name of the function whose values a range such as `2 GHz..3 GHz` means, and along
            which `at` and `crossing` look where a text does not say; by default that of the first
            of `uses` that has one.

    Example:
        >>> lab = Vocabulary("lab")
        >>> @lab.function
        ... def half(x):
        ...     \"\"\"Give half of a value.\"\"\"
        ...     return x / 2
        >>> lab.constant("answer", 42, help="What it all means")
        >>> lab.names()
        ['half', 'answer']
        >>> lab.help("half")
        'half(x): Give half of a value.'
        >>> from parax.dsl import parse
        >>> parse("half(answer)", vocabulary=lab)
        <Apply half(42)>
    """

    def __init__(
        self, name: str, uses: Sequence[Vocabulary] = (), sweep: str | None = None
    ) -> None:
        if isinstance(uses, Vocabulary):
            raise ParaxTypeError("`uses` is a list of vocabularies", hint=f"write `[{uses.name}]`")
        self.name = name
        self.uses = tuple(uses)
        inherited = (used.sweep for used in self.uses if used.sweep is not None)
        self.sweep = sweep if sweep is not None else next(inherited, None)
        self._entries: dict[str, Entry] = {}
        self._patterns: list[_Pattern] = []

    def __repr__(self) -> str:
        return f"<Vocabulary {self.name}: {len(self.names())} names>"

    # --- Filling it -------------------------------------------------------------------------

    @overload
    def function(self, fn: Callable[..., Any]) -> Function: ...
    @overload
    def function(
        self,
        fn: None = None,
        *,
        unit: str | None = None,
        name: str | None = None,
        aliases: Sequence[str] = (),
    ) -> Callable[[Callable[..., Any]], Function]: ...
    def function(
        self,
        fn: Callable[..., Any] | None = None,
        *,
        unit: str | None = None,
        name: str | None = None,
        aliases: Sequence[str] = (),
    ) -> Any:
        """Add a plain function of arrays; a decorator, with or without arguments.

        Args:
            fn: the function. Its signature gives the arity and the keywords, its docstring the
                help. A `Function` is added as it is.
            unit: the unit of its value.
            name: its name in texts; by default that of `fn`.
            aliases: further names.

        Returns:
            The `Function` made of it, which also works on operators in Python.

        Raises:
            ParaxTypeError: the signature cannot serve, or a name is taken.
        """

        def add(fn: Callable[..., Any]) -> Function:
            return self._add_function(fn, unit, name, aliases)

        return add if fn is None else add(fn)

    def _add_function(
        self, fn: Callable[..., Any], unit: str | None, name: str | None, aliases: Sequence[str]
    ) -> Function:
        made = fn
        if not isinstance(made, Function):
            made = Function.from_callable(fn, name=name, unit=unit, aliases=tuple(aliases))
        entry = Entry(name or made.name, made.help, self.name, function=made)
        self._add(entry, (*made.aliases, *aliases))
        return made

    def call(
        self,
        name: str,
        build: Callable[..., Any],
        *,
        signature: str,
        help: str,
        aliases: Sequence[str] = (),
        on_input: bool = False,
    ) -> None:
        """Add a name that builds an operator when called.

        Args:
            name: the name.
            build: called with an operator for each argument, or a Python int for one marked
                `: int` in the signature; gives an operator.
            signature: the parameters, such as `"to: int, from_: int"` or `"x, order: int = 1"`.
            help: one line.
            aliases: further names.
            on_input: whether `meas.name(…)` reads from the input `meas`: `build` is then called
                with `source=`, an operator or None.

        Raises:
            ParaxTypeError: the signature cannot be read, or a name is taken.
        """
        parameters = read_parameters(signature, f"{name}({signature})")
        rule = CallRule(build, parameters, f"{name}({plain(signature)})", on_input)
        self._add(Entry(name, help, self.name, call=rule), aliases)

    def value(
        self,
        name: str,
        build: Callable[..., Any],
        *,
        help: str,
        aliases: Sequence[str] = (),
        on_input: bool = False,
    ) -> None:
        """Add a name that builds an operator where it stands alone.

        Args:
            name: the name.
            build: called with nothing; gives an operator.
            help: one line.
            aliases: further names.
            on_input: whether `meas.name` reads from the input `meas`: `build` is then called with
                `source=`, an operator or None.

        Raises:
            ParaxTypeError: a name is taken.
        """
        self._add(Entry(name, help, self.name, value=ValueRule(build, on_input)), aliases)

    def constant(
        self,
        name: str,
        value: float | int | complex,
        *,
        help: str,
        unit: str | None = None,
        aliases: Sequence[str] = (),
    ) -> None:
        """Add a name for a number, given in base SI.

        Raises:
            ParaxTypeError: a name is taken.
        """
        self._add(Entry(name, help, self.name, constant=(value, unit)), aliases)

    def pattern(
        self,
        regex: str,
        build: Callable[..., Any],
        *,
        example: str,
        help: str,
        on_input: bool = False,
    ) -> None:
        """Add all names, of up to 64 characters, that a regular expression matches whole.

        Args:
            regex: the expression.
            build: called with the match; gives an operator, or raises what is wrong with a name
                that the expression matches.
            example: one such name, for help.
            help: one line.
            on_input: as in `value`.
        """
        self._patterns.append(_Pattern(re.compile(regex), build, example, help, on_input))

    def _add(self, entry: Entry, aliases: Sequence[str]) -> None:
        if isinstance(aliases, str):
            raise ParaxTypeError(f"`aliases` is a list of names, got the text {quoted(aliases)}")
        for name in dict.fromkeys((entry.name, *aliases)):
            if not name.isidentifier() or name.startswith("_"):
                raise ParaxTypeError(
                    f"{quoted(name)} cannot be a name of a vocabulary",
                    hint="a name is letters, digits and `_`, and begins with a letter",
                )
            old = self._entries.get(name)
            self._entries[name] = entry if old is None else _joined(name, old, entry)

    # --- Reading it -------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Give all names, aliases included, its own first."""
        names = dict.fromkeys(self._entries)
        for vocabulary in self.uses:
            names.update(dict.fromkeys(vocabulary.names()))
        return list(names)

    def examples(self) -> dict[str, str]:
        """Give one name for each pattern, with the help."""
        own = {pattern.example: pattern.help for pattern in self._patterns}
        for vocabulary in self.uses:
            own = vocabulary.examples() | own
        return own

    def look_up(self, name: str) -> Entry | None:
        """Give what is known of a name, or None."""
        found = self._entries.get(name)
        if found is not None:
            return found
        for pattern in self._patterns if len(name) <= LONGEST_MATCHED else ():
            match = pattern.regex.fullmatch(name)
            if match is not None:
                rule = ValueRule(_Matched(pattern.build, match), pattern.on_input)
                return Entry(name, pattern.help, self.name, value=rule)
        for vocabulary in self.uses:
            found = vocabulary.look_up(name)
            if found is not None:
                return found
        return None

    def help(self, name: str) -> str:
        """Give one line on a name: how it is written, and what it means.

        Raises:
            ParaxNameError: there is no such name.
        """
        found = self.look_up(name)
        if found is None:
            raise ParaxNameError(
                f"the vocabulary `{self.name}` has no `{echo(name)}`",
                hint=did_you_mean(name, self.names()),
            )
        return f"{found.signature}: {found.help}"


@dataclass(frozen=True)
class _Matched:
    build: Callable[..., Any]
    match: re.Match[str]

    def __call__(self, **source: Any) -> Any:
        return self.build(self.match, **source)


def _joined(name: str, old: Entry, new: Entry) -> Entry:
    """Let a name have one meaning when called and one when bare, and no third."""
    if (old.is_callable and new.is_callable) or (old.is_value and new.is_value):
        raise ParaxTypeError(
            f"the vocabulary `{old.vocabulary}` has a meaning for `{echo(name)}` already",
            hint="take another name; a vocabulary that `uses` another may give its names anew",
        )
    return replace(
        old,
        help=f"{old.help}; {new.help}",
        call=old.call or new.call,
        value=old.value or new.value,
        function=old.function or new.function,
        constant=old.constant or new.constant,
    )


@cache
def core_vocabulary() -> Vocabulary:
    """Give the vocabulary that is always on: the core functions and constants."""
    core = Vocabulary("core")
    for name, function in table().items():
        core._entries[name] = Entry(function.name, function.help, "core", function=function)  # pyright: ignore[reportPrivateUsage]
    for constant in constants().values():
        core.constant(constant.name, constant.value, help=constant.help, unit=constant.unit)
    return core


def find_vocabulary(name: str) -> Vocabulary:
    """Give a vocabulary that an installed package registered, by its name.

    Packages register in the entry-point group `parax.vocabularies`.

    Raises:
        ParaxNameError: none is registered under this name.
        ParaxTypeError: what is registered is no Vocabulary.
    """
    registered = entry_points(group=ENTRY_POINTS)
    if name not in registered.names:
        raise ParaxNameError(
            f"no vocabulary `{echo(name)}` is installed",
            hint=did_you_mean(name, registered.names)
            or f"packages register theirs in the entry-point group `{ENTRY_POINTS}`",
        )
    found: object = registered[name].load()
    if not isinstance(found, Vocabulary):
        raise ParaxTypeError(
            f"what is registered as the vocabulary `{echo(name)}` is "
            f"{with_article(type(found).__name__)}",
            hint="register a `parax.Vocabulary`",
        )
    return found
