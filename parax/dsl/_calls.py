"""Calls: what the callee means, and its arguments as operators or, where they must be, literals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parax import op
from parax._diagnostic import quoted
from parax.dsl._names import MODEL, AnyOperator, Names, no_value, placed
from parax.dsl._parameters import check_arguments, how_called, parameter_at
from parax.errors import ParaxError, ParaxSyntaxError, ParaxTypeError, UnitError

if TYPE_CHECKING:
    from parax.dsl._nodes import Argument, Nodes
    from parax.dsl._vocabulary import CallRule
    from parax.functions import Function, Parameter

_WORDS = {"True": True, "False": False, "None": None}
_TAKE_RADIANS = ("sin", "cos", "tan")


_SPREADING = ("stack", "concat")  # look into the list that they are given
_OPERAND = op.Input("x")


@dataclass(frozen=True)
class _Form:
    """An operator of one operand, as its class, its fields, and which of them is the operand."""

    cls: type[AnyOperator]
    fields: dict[str, Any]
    operand: str
    as_tuple: bool

    @classmethod
    def found(cls, example: AnyOperator) -> _Form | None:
        """Find the form of an operator of `_OPERAND`, if that is held in one field."""
        fields: dict[str, Any] = {k: v for k, v in example.__dict__.items() if k != "_origin"}
        for name, value in fields.items():
            if value is _OPERAND:
                return cls(type(example), fields, name, as_tuple=False)
            if isinstance(value, tuple) and len(value) == 1 and value[0] is _OPERAND:  # pyright: ignore[reportUnknownArgumentType]
                return cls(type(example), fields, name, as_tuple=True)
        return None

    def of(self, operand: Any, origin: op.Origin) -> AnyOperator:
        """Build it of another operand."""
        value = (operand,) if self.as_tuple else operand
        return op.filled(self.cls, origin, **{**self.fields, self.operand: value})


class Calls:
    """Builds the operators of calls; `operators` holds those of the nodes before."""

    def __init__(self, nodes: Nodes, names: Names, operators: list[Any]) -> None:
        self._nodes = nodes
        self._names = names
        self._operators = operators
        self._forms: dict[Function, _Form | None] = {}

    def call(self, node: int, data: Any, origin: op.Origin) -> AnyOperator:
        """Give the operator of one call."""
        path, last_of_callee, arguments = data
        self._refuse_doubled(arguments)
        root, _, rest = path.partition(".")
        symbol = self._names.symbol_function(path)
        if symbol is not None:
            return self._of_symbol(symbol, path, arguments, origin)
        owner, _, last = path.rpartition(".")
        entry = None if root == MODEL and "." in rest else self._names.entry(last)
        if entry is not None and not owner and entry.function is not None:
            return self._of_function(entry.function, arguments, origin)
        if entry is not None and entry.call is not None and (not owner or entry.call.on_input):
            source = self._names.source(owner, origin) if owner else None
            return self._of_rule(entry.call, arguments, source, origin)
        span = self._nodes.tokens.span(self._nodes.firsts[node], last_of_callee)
        raise self._names.not_callable(path, span, is_method=not arguments)

    def _refuse_doubled(self, arguments: list[Argument]) -> None:
        seen: set[str] = set()
        named = False
        for one in arguments:
            if one.keyword is None:
                if named:
                    raise ParaxSyntaxError(
                        f"the argument {quoted(self._nodes.text(one.node), 40)} without a name "
                        "stands behind one with a name",
                        span=self._nodes.span(one.node),
                        hint="put it first, or name it too",
                    )
                continue
            named = True
            meant = one.keyword.rstrip("_")  # Python's `from_` may be written `from`
            if meant in seen:
                raise ParaxSyntaxError(
                    f"the argument {quoted(one.keyword)} is given twice",
                    span=self._nodes.tokens.span(one.token),
                )
            seen.add(meant)

    # --- Three kinds of callee --------------------------------------------------------------

    def _of_symbol(
        self, fn: Any, name: str, arguments: list[Argument], origin: op.Origin
    ) -> AnyOperator:
        for one in arguments:
            if one.keyword is not None:
                raise ParaxTypeError(
                    f"`{name}`, a function given in `symbols=`, takes no arguments by name",
                    span=self._nodes.tokens.span(one.token),
                    hint="give it by position, or add the function to a `Vocabulary`",
                )
        if not arguments:
            raise ParaxTypeError(
                f"`{name}`, a function given in `symbols=`, was called without arguments",
                hint="give what it gives as a symbol, or `op.Lambda(…)`",
            )
        operands = [self._operand(one.node) for one in arguments]
        return op.located(op.Apply(fn, *operands), origin)

    def _of_function(
        self, function: Function, arguments: list[Argument], origin: op.Origin
    ) -> AnyOperator:
        if function.name in _TAKE_RADIANS:
            self._refuse_degrees(function.name, arguments)
        if len(arguments) == 1 and arguments[0].keyword is None:
            form = self._form(function)
            if form is not None:
                return form.of(self._operand(arguments[0].node), origin)
        args, keywords = self._arguments(function.signature_text, function.parameters, arguments)
        self._give_sweep(function, args, keywords, origin)
        try:
            return placed(function.compose(*args, **keywords), origin)
        except ParaxTypeError as error:
            raise self._at_keyword(error, function.parameters, arguments) from None

    def _give_sweep(
        self, function: Function, args: list[Any], keywords: dict[str, Any], origin: op.Origin
    ) -> None:
        """Give the sweep of the vocabulary where a function works along it and is given none."""
        names = [one.name for one in function.parameters]
        if function.sweep is None or function.sweep in keywords:
            return
        sweep = self._names.sweep() if len(args) <= names.index(function.sweep) else None
        if sweep is not None:
            keywords[function.sweep] = placed(sweep, origin)

    def _form(self, function: Function) -> _Form | None:
        """Give how a function of one operand builds, found once; None if that is not fixed."""
        if function not in self._forms:
            first = function.parameters[0] if function.parameters else None
            fixed = first is not None and not first.static and function.kind not in _SPREADING
            form = None
            if fixed and sum(one.is_required for one in function.parameters) <= 1:
                form = _Form.found(function.compose(_OPERAND))
            self._forms[function] = form
        return self._forms[function]

    def _at_keyword(
        self, error: ParaxError, parameters: tuple[Parameter, ...], arguments: list[Argument]
    ) -> ParaxError:
        """Point at the keyword that a function does not have, if there is one."""
        for one in arguments:
            if one.keyword is not None and parameter_at(parameters, one.keyword) is None:
                return error.located(self._nodes.tokens.span(one.token))
        return error

    def _of_rule(
        self,
        rule: CallRule,
        arguments: list[Argument],
        source: AnyOperator | None,
        origin: op.Origin,
    ) -> AnyOperator:
        named = [one.keyword for one in arguments if one.keyword is not None]
        try:
            check_arguments(rule.signature, rule.parameters, len(arguments) - len(named), named)
        except ParaxTypeError as error:
            raise self._at_keyword(error, rule.parameters, arguments) from None
        args, keywords = self._arguments(rule.signature, rule.parameters, arguments)
        if rule.on_input:
            keywords["source"] = source
        return placed(rule.build(*args, **keywords), origin)

    def _refuse_degrees(self, name: str, arguments: list[Argument]) -> None:
        for one in arguments:
            if self._nodes.kinds[one.node] == "literal" and self._nodes.data[one.node][1] == "deg":
                text = self._nodes.text(one.node)
                raise UnitError(
                    f"`{name}` takes radians, and {quoted(text, 40)} is in degrees",
                    span=self._nodes.span(one.node),
                    hint=f"write `{name}(rad({text}))`",
                )

    # --- Arguments --------------------------------------------------------------------------

    def _arguments(
        self, shown: str, parameters: tuple[Parameter, ...], arguments: list[Argument]
    ) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        keywords: dict[str, Any] = {}
        for position, one in enumerate(arguments):
            place = position if one.keyword is None else one.keyword
            parameter = parameter_at(parameters, place)
            if parameter is not None and parameter.static:
                value = self._static(shown, parameters, parameter, one.node)
            elif parameter is None and one.keyword is not None:
                value = None  # there is no such argument, which is said when all are known
            else:
                value = self._operand(one.node)
            if one.keyword is None:
                args.append(value)
            else:
                keywords[one.keyword if parameter is None else parameter.name] = value
        return args, keywords

    def _operand(self, node: int) -> AnyOperator:
        if not self._nodes.kinds[node]:
            raise no_value(self._nodes.data[node], self._nodes.span(node))
        return self._operators[node]

    def _static(
        self, shown: str, parameters: tuple[Parameter, ...], parameter: Parameter, node: int
    ) -> Any:
        """Give the Python number, or tuple of them, that a static argument is."""
        nodes, whole = self._nodes, parameter.takes == "whole"
        if not nodes.kinds[node]:
            word = _WORDS[nodes.data[node]]
            if not whole or (word is None and parameter.default is None):
                return word
        if nodes.kinds[node] == "list":
            items: list[int] = nodes.data[node]
            return tuple(self._static(shown, parameters, parameter, item) for item in items)
        if nodes.kinds[node] == "literal":
            value = nodes.data[node][0]
            if not whole or isinstance(value, int):
                return value
        if nodes.kinds[node] == "name" and not whole:
            entry = self._names.entry(nodes.data[node])
            if entry is not None and entry.constant is not None:
                return entry.constant[0]
        name, own = shown.partition("(")[0], parameter.name.rstrip("_")
        kind = "an integer" if whole else "a number"
        raise ParaxTypeError(
            f"`{own}` of `{name}` is {kind} written out, got {quoted(nodes.text(node), 40)}",
            span=nodes.span(node),
            hint=f"{how_called(shown, parameters)}; `{own}` is part of the structure and cannot "
            "depend on a value",
        )
