"""Operators without operands: Lambda, Constant, Method, Input, Attribute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import equinox as eqx

from parax._diagnostic import did_you_mean, echo, quoted
from parax.errors import (
    MissingInputError,
    OperatorError,
    OperatorTypeError,
    ParameterValueError,
)
from parax.graph import as_value, nobody_accepts
from parax.op._access import Missing, look_up, method_of, public_names, unknown_attribute
from parax.op._base import Operator
from parax.op._elementwise import plain_function
from parax.op._functions import keywords_of, stored_function
from parax.op._traits import traits_of
from parax.op._trees import as_array


class Lambda(Operator):
    """A leaf that calls a function with all inputs: `fn(*args, **kwargs)` (O16).

    A function defined at module level keeps its identity when the expression is built again; a
    lambda is a new function each time, and the executable is compiled anew (A4).

    Args:
        fn: any callable; a callable Module may hold Parameters.

    Raises:
        OperatorTypeError: `fn` is not callable.

    Example:
        >>> from parax import op
        >>> op.Lambda(lambda x: x + 1)(2.0)
        3.0
    """

    fn: Any

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = stored_function(fn, "Lambda")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        refuse_unknown(self, args, kwargs)
        return as_value(self.fn(*args, **kwargs))

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str] | None:
        """Give the keywords that the function accepts; None for all."""
        return keywords_of(plain_function(self.fn))

    def symbol(self) -> str:
        return f"Lambda({traits_of(plain_function(self.fn)).symbol})"


class Constant(Operator):
    """A value that does not depend on the inputs (O17).

    A number becomes an argument of the executable: expressions that differ in constants alone
    share one. The same `Constant` used twice is one constant.

    Args:
        value: a number, an array, a Parameter, or a tree of these.
        unit: the unit in which a text gave it, for displays.
    """

    graph_role: ClassVar[str] = "constant"

    value: Any
    unit: str | None = eqx.field(static=True)

    def __init__(self, value: Any, unit: str | None = None) -> None:
        self.value = value
        self.unit = unit

    def symbol(self) -> str:
        return echo(str(self.value), 24)


class Input(Operator):
    """A free input, given by keyword at each call: what a free name in a text becomes (O42).

    Without a keyword of that name it is looked up in the model, the first positional input: a
    parameter by flat or dotted name, a submodule, an array, a feature (X10). The prefix `model.`
    always means the model.

    Args:
        name: its name; with dots, an attribute path of the input or of the model.
        default: the value if nothing else gives one.
        unit: the unit in which it is given, for displays.

    Raises:
        MissingInputError: when evaluated: nothing gives it a value.

    Example:
        >>> from parax import op
        >>> (op.Input("x") - op.Input("target"))(x=3.0, target=1.0)
        2.0
    """

    name: str = eqx.field(static=True)
    default: Any
    unit: str | None = eqx.field(static=True)

    def __init__(self, name: str, default: Any = None, unit: str | None = None) -> None:
        if not isinstance(name, str) or not all(map(str.isidentifier, name.split("."))):
            raise OperatorTypeError(
                f"`Input` takes a name, got `{echo(repr(name))}`",
                hint="a name is letters, digits and `_`; join a path with dots",
            )
        self.name = name
        self.default = default
        self.unit = unit

    @property
    def keyword(self) -> str:
        """The keyword that gives it: the first part of its name."""
        return self.name.partition(".")[0]

    def claimed_keyword(self) -> str:
        """Give the keyword that this input consumes (X11)."""
        return self.keyword

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str]:
        """Give the keywords that it accepts: its own."""
        return frozenset((self.keyword,))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        keyword, _, rest = self.name.partition(".")
        unknown = [name for name in kwargs if name != keyword]
        if unknown:
            raise OperatorTypeError(
                f"nothing in the expression takes an input {quoted(unknown[0])}",
                hint=did_you_mean(unknown[0], [keyword]) or f"its input is {quoted(keyword)}",
            )
        if keyword == "model" and rest:  # the reserved prefix
            return Attribute(rest)(*args)
        found = look_up(args[0], self.name, args[1:]) if args else Missing
        if keyword in kwargs:
            if found is not Missing:
                raise ParameterValueError(
                    f"`{self.name}` is both an input given by keyword and a name of the model",
                    hint=f"write `model.{self.name}` for the model's, or rename the input",
                )
            return as_array(self._of_input(kwargs[keyword], rest, args[1:]))
        if found is not Missing:
            return as_array(found)
        if self.default is not None:
            return as_array(self.default)
        raise self._missing(args, kwargs)

    def _of_input(self, value: Any, path: str, context: tuple[Any, ...]) -> Any:
        if not path:
            return value
        found = look_up(value, path, context)
        if found is Missing:
            raise OperatorError(
                f"the input `{self.keyword}`, a `{type(value).__name__}`, has no `{echo(path)}`",
                hint=did_you_mean(path, public_names(value)),
            )
        return found

    def _missing(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> MissingInputError:
        known = [*kwargs, *(public_names(args[0]) if args else ())]
        near = did_you_mean(self.name, known)
        return MissingInputError(
            f"no value for the input `{echo(self.name)}`",
            hint=near or f"give it by keyword: `{self.keyword}=…`",
            name=self.name,
        )

    def symbol(self) -> str:
        return self.name


class Attribute(Operator):
    """An attribute path of the model, the first positional input (O43).

    It reaches parameters, submodules, arrays and features, and nothing else (L34).

    Args:
        path: the path, with dots.

    Raises:
        OperatorError: when evaluated: there is no model.
        OperatorAttributeError: when evaluated: the model has no such path.
    """

    path: str = eqx.field(static=True)

    def __init__(self, path: str) -> None:
        self.path = _checked_path(path, "Attribute")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        refuse_unknown(self, args, kwargs)
        model = first_input(args, self.path)
        found = look_up(model, self.path, args[1:])
        if found is Missing:
            raise unknown_attribute(model, self.path)
        return as_array(found)

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str]:
        """Give the keywords that it accepts: none."""
        return frozenset()

    def symbol(self) -> str:
        return f"model.{self.path}"


class Method(Operator):
    """A method of the model, called with the remaining inputs (O21).

    Args:
        path: the method's name; with dots, of a submodule.

    Raises:
        OperatorError: when evaluated: there is no model.
        OperatorAttributeError: when evaluated: there is no such method; suggests close ones.
        OperatorTypeError: when evaluated: it is not callable.
    """

    path: str = eqx.field(static=True)

    def __init__(self, path: str) -> None:
        self.path = _checked_path(path, "Method")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        refuse_unknown(self, args, kwargs)
        return as_value(method_of(first_input(args, self.path), self.path)(*args[1:], **kwargs))

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str] | None:
        """Give the keywords that the model's method accepts; None for all."""
        return keywords_of(method_of(first_input(args, self.path), self.path))

    def symbol(self) -> str:
        return f"model.{self.path}(…)"


def _checked_path(path: Any, owner: str) -> str:
    if isinstance(path, str) and all(path.split(".")):
        return path
    raise OperatorTypeError(f"`{owner}` takes a path, got `{echo(repr(path))}`")


def refuse_unknown(operator: Operator, args: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """Raise if a leaf that is called by itself does not take a keyword (X11)."""
    known = operator.accepted_keywords(args) if keywords else None
    unknown = [] if known is None else [name for name in keywords if name not in known]
    if known is not None and unknown:
        raise nobody_accepts(unknown[0], known)


def first_input(args: Sequence[Any], path: str) -> Any:
    """Give the model, or raise that there is none."""
    if not args:
        raise OperatorError(
            f"{quoted(path)} is read from the model, and no positional input was given",
            hint="call the expression with the model first: `op(model, …)`",
        )
    return args[0]
