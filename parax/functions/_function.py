"""Function: what the language, Python, the help and the documentation know of one function.

No JAX here: the array code is loaded when a function is first called.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

from parax.functions._signature import (
    REQUIRED,
    Call,
    Parameter,
    Takes,
    read_signature,
    signature_of,
    signature_text,
)

__all__ = ["REQUIRED", "Function", "Kind", "Parameter"]

Kind = Literal["elementwise", "reduction", "where", "stack", "concat", "grad", "other", "callable"]
"""Which operator a function composes; "callable" for a user's, whose traits tell."""


class Function:
    """A function of the language that is a Python function too (O41).

    Called with arrays and numbers it computes; called with an operator among its operands it
    composes the operator that the language builds. Make one of a plain function of arrays with
    `Function.from_callable`.

    Attributes:
        name: the canonical name.
        aliases: further names, accepted but not printed.
        help: one line.
        parameters: operands and static arguments, in order.
        unit: the unit of the value: `"same"` as the first operand's, `"squared"` of it, `""` for
            a plain number, a unit's name, or None if nothing is known.
        family: the heading under which it is listed.
        sweep: the operand that a text may leave out where its vocabulary has a sweep; None without.
        signature_text: the signature as in a manual.

    Example:
        >>> import parax.functions as pf
        >>> pf.max(3, 5)
        5
        >>> pf.max.signature_text
        'max(*values, axis=None)'
    """

    def __init__(
        self,
        signature: str,
        help: str,
        *,
        code: str,
        several: str | None = None,
        static: str = "",
        takes: Takes = "whole",
        kind: Kind = "other",
        aliases: str = "",
        unit: str | None = None,
        family: str = "",
        sweep: str | None = None,
    ) -> None:
        self.name = signature[: signature.index("(")]
        self.aliases = tuple(aliases.split())
        self.help = help
        self.parameters = read_signature(signature, static=static.split(), takes=takes)
        self.signature_text = signature
        self.unit = unit
        self.family = family
        self.sweep = sweep
        self._kind: Kind = kind
        self.__module__ = "parax.functions"
        self._places = (code,) if several is None else (code, several)
        self._finish()

    def _finish(self) -> None:
        self.__name__ = self.__qualname__ = self.name
        self.__doc__ = self.help
        self._call = Call(self.name, self.parameters, self.signature_text)

    @classmethod
    def from_callable(
        cls,
        fn: Callable[..., Any],
        *,
        name: str | None = None,
        unit: str | None = None,
        aliases: tuple[str, ...] = (),
    ) -> Function:
        """Make a Function of a plain function of arrays.

        Its signature gives the arity and the keywords: a parameter that is keyword-only, or whose
        default is an int, bool, str, None or tuple, is static; the others are operands. The first
        line of its docstring is the help.

        Args:
            fn: the function; called with arrays, under `jit` too.
            name: the name in the language; that of `fn` by default.
            unit: the unit of its value.
            aliases: further names.

        Raises:
            ParaxTypeError: the signature cannot serve; says why.

        Example:
            >>> def gain(x, *, order=2):
            ...     \"\"\"Give x to a power.\"\"\"
            ...     return x**order
            >>> Function.from_callable(gain)(3.0, order=3)
            27.0
        """
        own = str(name if name is not None else getattr(fn, "__name__", type(fn).__name__))
        function = cls.__new__(cls)
        function.name = own
        function.aliases = tuple(aliases)
        function.help = next(iter((inspect.getdoc(fn) or "").splitlines()), "")
        function.parameters = signature_of(fn, own)
        function.signature_text = signature_text(own, function.parameters)
        function.unit = unit
        function.family = "user"
        function.sweep = None
        function._kind = "callable"
        function.__dict__["codes"] = (fn,)
        function._finish()
        return function

    @cached_property
    def codes(self) -> tuple[Callable[..., Any], ...]:
        """The array code; behind it that of several operands, if there is another (L50)."""
        return tuple(map(_loaded, self._places))

    @property
    def __signature__(self) -> inspect.Signature:
        kinds = inspect.Parameter
        return inspect.Signature(
            [
                inspect.Parameter(
                    one.name,
                    kinds.VAR_POSITIONAL
                    if one.variadic
                    else kinds.KEYWORD_ONLY
                    if one.keyword_only
                    else kinds.POSITIONAL_OR_KEYWORD,
                    default=kinds.empty if one.default is REQUIRED else one.default,
                )
                for one in self.parameters
            ]
        )

    def bind(self, *args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give the operands in order, and the static arguments that differ from their defaults.

        Raises:
            ParaxTypeError: the arguments do not fit the signature; says how.
        """
        return self._call.bind(args, kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute on arrays and numbers, or compose if an operand is an operator.

        Raises:
            ParaxTypeError: the arguments do not fit the signature.
            OperatorError: their shapes or values do not fit.
            OperatorTypeError: they are of the wrong kind, complex for instance.
        """
        from parax.functions import _compose

        operands, static = self.bind(*args, **kwargs)
        if any(map(_compose.holds_operator, operands)):
            return _compose.compose(self, operands, static)
        return _compose.compute(self, operands, static)

    def compose(self, *args: Any, **kwargs: Any) -> Any:
        """Compose the operator whatever the operands are, none included: as the parser does."""
        from parax.functions import _compose

        operands, static = self.bind(*args, **kwargs)
        return _compose.compose(self, operands, static)

    @property
    def kind(self) -> Kind:
        """Which operator it composes."""
        return self._kind

    def __repr__(self) -> str:
        return f"<function {self.signature_text}>"


def _loaded(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
