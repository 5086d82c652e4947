"""`parse`: from a text to an operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parax._collector import no_collection
from parax._diagnostic import Source, Span, echo, with_article
from parax.dsl._build import Build
from parax.dsl._driver import Tokens, run
from parax.dsl._grammar import tables
from parax.dsl._names import AnyOperator, Names
from parax.dsl._nodes import Nodes
from parax.dsl._vocabulary import Vocabulary
from parax.errors import ParaxTypeError
from parax.limits import Limits

_BYTE_ORDER_MARK = "\ufeff"


def parse(
    text: str,
    *,
    vocabulary: Any = None,
    symbols: Any = None,
    inputs: Any = None,
    limits: Limits | None = None,
    source_name: str | None = None,
) -> AnyOperator:
    """Read one expression, and give the operator that it describes.

    Nothing is evaluated and nothing is imported. A name is looked up among the symbols, then in
    the vocabularies, then among the core functions and constants; any other one is a free input,
    given by keyword when the operator is called, or a name of the model.

    Args:
        text: the expression; newlines are blanks, comments begin with `#`.
        vocabulary: a `Vocabulary` or a list of them, on top of the core.
        symbols: values by name: operators, arrays, numbers, Parameters, and functions.
        inputs: the names of all inputs; any other unknown name is then an error at once.
        limits: how large the text may be.
        source_name: what the text is called in messages, such as a file's name.

    Returns:
        The operator; each part knows its place in the text.

    Raises:
        ParaxSyntaxError: the text is no expression.
        ParaxNameError: a name is unknown.
        ParaxTypeError: a function has the wrong arguments.
        UnitError: a unit is unknown, or does not fit.
        LimitError: the text is too large.

    Example:
        >>> parse("max(abs(S21)) - target").inputs()
        ('S21', 'target')
        >>> parse("2 * x + 1")(x=3.0)
        7.0
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ParaxTypeError(
            f"`parse` reads a text, got {with_article(type(text).__name__)}",
            hint="decode it first" if isinstance(text, bytes) else "operators need no parsing",
        )
    limits = Limits() if limits is None else limits
    names = Names(_symbols(symbols), _vocabularies(vocabulary), _inputs(inputs))
    source = Source(text.removeprefix(_BYTE_ORDER_MARK), source_name or "<expression>")
    if len(text) > limits.text:
        span = Span(source, limits.text, limits.text + 1)
        raise limits.refuse("text", len(text), f"the text has {len(text)} characters", span)

    automaton = tables()
    tokens = Tokens(source, automaton.terminals, names.sort)
    nodes = Nodes(tokens, limits)
    callbacks = [
        None if rule.callback is None else getattr(nodes, rule.callback)
        for rule in automaton.reductions
    ]
    with no_collection():
        root: int = run(automaton, tokens, callbacks, limits)
        return Build(nodes, names).build(root)


def _vocabularies(given: Any) -> tuple[Vocabulary, ...]:
    if given is None:
        return ()
    several: list[Any] = list(given) if isinstance(given, list | tuple) else [given]  # pyright: ignore[reportUnknownArgumentType]
    for one in several:
        if not isinstance(one, Vocabulary):
            raise ParaxTypeError(
                "`vocabulary=` is a `Vocabulary` or a list of them, got "
                f"{with_article(type(one).__name__)}",
                hint=f"`parax.dsl.find_vocabulary({echo(repr(one), 40)})` finds one by name"
                if isinstance(one, str)
                else None,
            )
    return tuple(several)


def _symbols(given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ParaxTypeError(
            f"`symbols=` is a dict of values by name, got {with_article(type(given).__name__)}"
        )
    values: Mapping[Any, Any] = given  # pyright: ignore[reportUnknownVariableType]
    for name in values:
        if not isinstance(name, str):
            raise ParaxTypeError(
                f"`symbols=` is a dict of values by name, and has the key `{echo(repr(name), 40)}`"
            )
    return values


def _inputs(given: Any) -> tuple[str, ...] | None:
    if given is None:
        return None
    names: tuple[Any, ...] | None = None
    if not isinstance(given, str):
        try:
            names = tuple(given)
        except TypeError:
            names = None
    if names is None or not all(isinstance(name, str) for name in names):
        raise ParaxTypeError(
            f"`inputs=` is a list of names, got `{echo(repr(given), 40)}`",
            hint='write `inputs=["target"]`',
        )
    return names
