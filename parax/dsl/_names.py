"""What a name means, in the order of L30: symbols, vocabularies, the core, else a free input."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from parax import op
from parax._diagnostic import Span, did_you_mean, echo, quoted
from parax.dsl._elsewhere import FUNCTIONS, MODULES, OWN_FUNCTIONS, VALUES
from parax.dsl._vocabulary import LONGEST_MATCHED, Entry, Vocabulary, core_vocabulary
from parax.errors import ParaxError, ParaxNameError, ParaxTypeError

MODEL = "model"
"""The prefix that always means the bound model."""

RESERVED = ("if", "else", "and", "or", "not", "for", "in", "over")

AnyOperator = op.Operator[..., Any]
Maker = Callable[[op.Origin], AnyOperator]


class Names:
    """The names of one parse.

    Args:
        symbols: values by name, as the caller gave them.
        vocabularies: in the order in which they are asked; the core comes last.
        inputs: the names of all inputs, or None if any name may be one.
    """

    def __init__(
        self,
        symbols: Mapping[str, Any],
        vocabularies: Sequence[Vocabulary],
        inputs: Collection[str] | None,
    ) -> None:
        self._symbols = symbols
        self._vocabularies = (*vocabularies, core_vocabulary())
        self._inputs = inputs
        self._constants: dict[str, AnyOperator] = {}
        self._entries: dict[str, Entry | None] = {}

    def entry(self, name: str) -> Entry | None:
        """Give what the vocabularies know of a name, unless a symbol hides it."""
        if name in self._symbols:
            return None
        if name not in self._entries:
            found = (one.look_up(name) for one in self._vocabularies)
            self._entries[name] = next((one for one in found if one is not None), None)
        return self._entries[name]

    def known(self, sort: str) -> list[str]:
        """Give all names there are of functions or of values, for suggestions."""
        names = [*self._symbols, *(self._inputs or ())]
        for vocabulary in self._vocabularies:
            names += vocabulary.names()
        if sort == "function":
            return [name for name in names if self._is_callable(name)]
        return [name for name in names if self.sort(name) == sort]

    def sort(self, name: str) -> str:
        """Tell whether a name alone is a "function", a "value", or "" if nothing defines it."""
        if name in self._symbols:
            return "function" if is_function(self._symbols[name]) else "value"
        entry = self.entry(name)
        if name in (self._inputs or ()) or (entry is not None and entry.is_value):
            return "value"
        return "" if entry is None or self._may_be_input(name) else "function"

    def sweep(self) -> AnyOperator | None:
        """Give the values of the sweep, if a vocabulary has one (L32)."""
        name = next((one.sweep for one in self._vocabularies if one.sweep is not None), None)
        entry = None if name is None else self.entry(name)
        return None if entry is None or entry.value is None else entry.value.build()

    # --- Bare names -------------------------------------------------------------------------

    def maker(self, path: str, place: op.Origin) -> Maker:
        """Give what builds the operator of a name or dotted path.

        Raises:
            ParaxNameError: nothing defines it, or it cannot stand alone.
        """
        root, _, rest = path.partition(".")
        if root == MODEL:
            return self._of_model(rest, place)
        owner, _, last = path.rpartition(".")
        if root in self._symbols:
            if not rest:
                return self._of_symbol(root, place)
            return self._on_symbol(root, rest, place)
        entry = self.entry(last)
        if owner:
            if entry is not None and entry.value is not None and entry.value.on_input:
                source = self.source(owner, place)
                value = entry.value
                return lambda origin: placed(value.build(source=source), origin)
            if self.sort(last) == "function":
                self._refuse_method(owner, last, place)
            return self._free(path, place)
        if entry is not None and (entry.is_value or not self._may_be_input(path)):
            return self._of_entry(entry, path, place)
        return self._free(path, place)

    def _refuse_method(self, owner: str, name: str, place: op.Origin) -> None:
        """Refuse `S21.real` where the owner is a value of a vocabulary: Python's is `real(S21)`."""
        if self.sort(owner) == "value" and owner not in (self._inputs or ()):
            raise ParaxNameError(
                f"`{name}` cannot be read from `{owner}`",
                span=place.span,
                hint=f"write `{name}({owner})`",
            )

    def _may_be_input(self, name: str) -> bool:
        # one letter that only calls know, such as `K`, is a parameter's name when it stands alone
        return len(name) == 1 or name in (self._inputs or ())

    def _of_model(self, rest: str, place: op.Origin) -> Maker:
        if not rest:
            raise ParaxNameError(
                "`model` alone has no value",
                span=place.span,
                hint="it is the prefix of what is read of the model: `model.L1`",
            )
        return lambda origin: op.filled(op.Attribute, origin, path=rest)

    def _of_symbol(self, name: str, place: op.Origin) -> Maker:
        value = self._symbols[name]
        if isinstance(value, op.Operator):
            return lambda origin: placed(value, origin)
        if is_function(value):
            raise ParaxTypeError(
                f"`{name}` is a function", span=place.span, hint=f"call it: `{name}(x)`"
            )
        if isinstance(value, str | bytes):
            raise ParaxTypeError(
                f"the symbol `{name}` is a text", span=place.span, hint="give a number or an array"
            )
        return lambda origin: self._constant(name, value, origin)

    def _constant(self, name: str, value: Any, origin: op.Origin) -> AnyOperator:
        if name not in self._constants:  # one constant however often it is named (X5)
            self._constants[name] = op.filled(op.Constant, origin, value=value, unit=None)
        return self._constants[name]

    def _on_symbol(self, root: str, rest: str, place: op.Origin) -> Maker:
        entry = self.entry(rest)
        value = None if entry is None else entry.value
        if value is not None and value.on_input:
            source = self._of_symbol(root, place)(place)
            return lambda origin: placed(value.build(source=source), origin)
        raise ParaxNameError(
            f"{quoted(rest)} cannot be read from `{root}`, a value given in `symbols=`",
            span=place.span,
            hint=f"give what is wanted as a symbol of its own, or leave `{root}` out of "
            "`symbols=`: it is then an input with attributes",
        )

    def _of_entry(self, entry: Entry, name: str, place: op.Origin) -> Maker:
        if self._inputs is not None and name in self._inputs:
            raise ParaxNameError(
                f"`{name}` is both an input and a name of the vocabulary `{entry.vocabulary}`",
                span=place.span,
                hint="give the input another name",
            )
        if entry.value is not None:
            value = entry.value
            return lambda origin: placed(value.build(), origin, name)
        if entry.constant is not None:
            number, unit = entry.constant
            return lambda origin: op.filled(
                op.Constant, op.Origin(origin.span, name), value=number, unit=unit
            )
        raise ParaxTypeError(
            f"`{name}` is a function", span=place.span, hint=f"call it: `{entry.example}`"
        )

    def _free(self, path: str, place: op.Origin) -> Maker:
        if path in VALUES and path not in (self._inputs or ()):
            raise no_value(path, place.span)
        if self._inputs is not None and path.partition(".")[0] not in self._inputs:
            raise self._unknown(path, place)
        return lambda origin: op.filled(op.Input, origin, name=path, default=None, unit=None)

    def _unknown(self, path: str, place: op.Origin) -> ParaxNameError:
        """Make the error for a name of a closed world that nothing defines."""
        listed = ", ".join(f"`{echo(one, 30)}`" for one in list(self._inputs or ())[:8])
        return ParaxNameError(
            f"nothing defines {quoted(path)}",
            span=place.span,
            hint=self._in_two(path)
            or did_you_mean(path, [*self.known("value"), *self._matched(path)])
            or (f"the inputs are {listed}" if listed else "there are no inputs"),
        )

    def _matched(self, name: str) -> list[str]:
        """Give names of patterns that a name such as `s21` or `S_21` may be meant to be."""
        meant = name.replace("_", "")
        return [one for one in (meant, meant.upper()) if self.sort(one) == "value"]

    def _in_two(self, name: str) -> str | None:
        """Give what a name such as `S21dB` was meant to be, if both parts of it are known."""
        for at in range(2, len(name) - 1) if len(name) <= LONGEST_MATCHED else ():
            left, right = name[:at].rstrip("_"), name[at:].lstrip("_")
            for callee, given in ((left, right), (right, left)):
                if self.sort(callee) == "function" and self.sort(given) == "value":
                    return f"write `{callee}({given})`"
        return None

    # --- Calls ------------------------------------------------------------------------------

    def source(self, path: str, place: op.Origin) -> AnyOperator | None:
        """Give the operator of what stands before a vocabulary's name: the input `meas`."""
        if path == MODEL:
            return None
        return self.maker(path, place)(place)

    def symbol_function(self, name: str) -> Any:
        """Give the callable that a symbol is, or None."""
        value = self._symbols.get(name)
        return value if is_function(value) else None

    def not_callable(self, path: str, span: Span, *, is_method: bool) -> ParaxError:
        """Make the error for the call of a name that is no function (L33).

        Args:
            path: the name.
            span: where.
            is_method: whether it was called with nothing, as `x.mean()` is.
        """
        owner, _, last = path.rpartition(".")
        of_module = path.partition(".")[0] in MODULES
        if path in self._symbols:
            return ParaxTypeError(
                f"`{path}` is a value given in `symbols=` and cannot be called",
                span=span,
                hint=f"to multiply, write `{path}*(…)`",
            )
        entry = self.entry(last)
        if owner and entry is not None and entry.is_callable:
            hint = f"write `{last}(…)`, without {quoted(owner + '.', 40)}"
            if is_method and not of_module:
                hint = f"write {quoted(f'{last}({owner})')}"
            return ParaxNameError(f"there is no function {quoted(path)}", span=span, hint=hint)
        if owner and not of_module:
            return ParaxNameError(
                f"there is no function {quoted(path)}",
                span=span,
                hint=f"what is read of a model or an input is not called: write {quoted(path)}",
            )
        if entry is not None:
            return ParaxTypeError(
                f"`{path}` is a value and cannot be called",
                span=span,
                hint=f"to multiply, write `{path}*(…)`",
            )
        return ParaxNameError(
            f"there is no function {quoted(path)}",
            span=span,
            hint=FUNCTIONS.get(last)
            or did_you_mean(last, self.known("function"))
            or f"{OWN_FUNCTIONS}; to multiply, write {quoted(path + '*(…)')}",
        )

    def _is_callable(self, name: str) -> bool:
        if name in self._symbols:
            return is_function(self._symbols[name])
        entry = self.entry(name)
        return entry is not None and entry.is_callable


def no_value(word: str, span: Span | None) -> ParaxNameError:
    """Make the error for a word of Python's that is no value here."""
    return ParaxNameError(f"`{word}` is no value of the language", span=span, hint=VALUES[word])


def is_function(value: Any) -> bool:
    """Tell whether a symbol is something to be called, rather than a value."""
    if isinstance(value, op.Operator) or op.is_plain_number(value):
        return False
    return callable(value) and not hasattr(value, "__jax_array__") and not hasattr(value, "shape")


def placed(operator: Any, origin: op.Origin, name: str | None = None) -> AnyOperator:
    """Give an operator that was built for a place in the text, with that place."""
    if not isinstance(operator, op.Operator):
        return op.filled(op.Constant, origin, value=operator, unit=None)
    built: AnyOperator = operator  # pyright: ignore[reportUnknownVariableType]
    if op.span_of(built) is not None:
        return built
    return op.located(built, op.Origin(origin.span, name) if name else origin)
