"""Operator: a callable Equinox Module that is also a node of an expression."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar

import equinox as eqx
import jax
import numpy as np

from parax._diagnostic import Span, echo, kind_of
from parax.errors import OperatorTypeError
from parax.graph import Graph, elementwise_masked, holds_mask, is_masked
from parax.module import fill_defaults, prepare_fields
from parax.op import _arithmetic as arithmetic
from parax.op._functions import keywords_of
from parax.op._host import is_plain_number
from parax.op._masked import Axis, takes_whole
from parax.op._overloads import Overloads

OpInputs = ParamSpec("OpInputs")
OpOutputs = TypeVar("OpOutputs")
Op = TypeVar("Op", bound="Operator")


class Origin:
    """Where in a text an operator was written; never part of what the operator is.

    All origins are equal, so that the same expression written in two places has one structure.

    Args:
        span: the place.
        name: the bare vocabulary name that was written there, such as `f`; with a model that
            has the same name the expression would be ambiguous (L30).
    """

    __slots__ = ("name", "span")

    def __init__(self, span: Span | None = None, name: str | None = None) -> None:
        self.span = span
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "Origin()"


NOWHERE = Origin()


class Operator(Overloads, eqx.Module, Generic[OpInputs, OpOutputs]):
    """An expression that is called like a function: `op(*args, **inputs)`.

    All operators of one expression get the same positional inputs: the model first, then what
    else it needs, such as a sweep. Keywords go to the inputs of those names.

    A class of one's own defines either `__call__(self, *args, **kwargs)`, and is a leaf of the
    expression, called as it is; or, as the built-in operators do, `operands`, `static_key` and
    `compute`, and is an inner node that the graph evaluates.

    Example:
        >>> from parax import op
        >>> double = op.Lambda(lambda x: 2 * x)
        >>> (double + 1)(10.0)
        21.0
    """

    _origin: Origin = eqx.field(default=NOWHERE, static=True, kw_only=True, repr=False)

    graph_role: ClassVar[str] = "abstract"
    """What the graph takes it for: "node", "leaf", "select", "constant" or "abstract"."""

    keeps_own: ClassVar[bool] = False
    """Whether a table keeps each of them, without operands, and not one for all that are alike."""

    checks_inputs: ClassVar[bool] = False
    """Whether `check_inputs` is called with concrete inputs when they are bound."""

    is_swept: ClassVar[bool] = False
    """Whether the first axis of its value is the sweep's, whatever its operands are."""

    sees_all_inputs: ClassVar[bool] = False
    """Whether a leaf is called with every keyword, those of other operators included."""

    shares_inputs: ClassVar[bool] = False
    """Whether a leaf is called with keywords that it accepts even if an input consumes them."""

    # Equinox makes each bound method a PyTree, for which it walks all leaves of the operator:
    # deep expressions could not afford it. Leaves keep Equinox's way, see below.
    __getattribute__ = object.__getattribute__

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        prepare_fields(cls)
        if "graph_role" not in cls.__dict__:
            if cls.compute is not Operator.compute:
                cls.graph_role = "node"
            elif cls.__call__ is not Operator.__call__:
                cls.graph_role = "leaf"
        if cls.graph_role == "leaf":
            cls.__getattribute__ = eqx.Module.__getattribute__

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self = super().__new__(cls, *args, **kwargs)
        fill_defaults(self)
        # Held by the instance itself, however it is made: Equinox counts an instance's fields.
        vars(self)["_origin"] = NOWHERE
        return self

    # --- What a built-in operator says of itself ----------------------------------------------

    def operands(self) -> tuple[Any, ...]:
        """Give the child operators and values, in order."""
        return ()

    def static_key(self) -> Hashable:
        """Give the configuration that is part of the structure: two equal keys compute alike."""
        return ()

    def stripped(self) -> Operator:
        """Give the same operator without its operands, as a table keeps it to compute with."""
        held = set(map(id, self.operands()))
        fields: dict[str, Any] = dict(vars(self))
        for one in dataclasses.fields(self):
            value = fields.get(one.name)
            if one.metadata.get("static", False) or is_plain_number(value):
                continue
            if id(value) in held:
                fields[one.name] = None
            elif isinstance(value, tuple | list) and held.issuperset(map(id, value)):
                fields[one.name] = (None,) * len(value)
        fields.pop("_origin", None)
        return filled(type(self), NOWHERE, **fields)

    def compute(self, *values: Any) -> Any:
        """Compute the value from the operands' values; a pure function."""
        raise NotImplementedError(f"{type(self).__name__} defines neither `__call__` nor `compute`")

    def check(self, *operands: Any) -> None:
        """Raise, from the operands' shapes and dtypes, what JAX would say badly."""

    def fold(self, *numbers: Any) -> Any:
        """Compute on plain numbers, without JAX; None if that is not possible."""
        return None

    def is_elementwise(self) -> bool:
        """Tell whether each element of the value depends on that element of the operands alone."""
        return False

    def is_regular(self) -> bool:
        """Tell whether value and slope are finite wherever the operands are: no guard is needed."""
        return False

    def below(self, position: int) -> Callable[[jax.Array, tuple[int, ...]], jax.Array] | None:
        """Give the rule by which an operand takes over which elements are wanted, if there is one.

        It goes from the wanted elements of the value, as booleans of its shape, and the operand's
        shape to the elements of the operand that those are made of. None if each may be made of
        any. Elementwise operators need none.
        """
        return None

    def reduced(self) -> tuple[int, Axis] | None:
        """Give which operand is collapsed along which axes, None for all; None if none is."""
        return None

    def has_answer_for_nothing(self) -> bool:
        """Tell whether a reduction has a value of no points at all, as `count` has (X24)."""
        return False

    def compute_masked(self, *values: Any) -> Any:
        """Compute the value from the operands' values, some of them masked (X22-X25).

        Elementwise operators compute on the whole values, and the masks are joined.

        Raises:
            OperatorTypeError: the operator cannot work on chosen points alone.
        """
        if not self.is_elementwise() or any(
            holds_mask(value) and not is_masked(value) for value in values
        ):
            raise takes_whole(self.symbol())
        return elementwise_masked(self.compute, values)

    def swept_over(self) -> Operator | None:
        """Give the operator whose values a range such as `1 GHz..2 GHz` means along axis 0.

        None if the value has no such axis, or if it is not known of this operator by itself.
        """
        return None

    def is_structure(self, position: int, number: Any) -> bool:
        """Tell whether a number at this operand's position decides the structure (X2)."""
        return isinstance(number, bool | np.bool_)

    def sum_signs(self) -> tuple[int, ...] | None:
        """Give the sign of each operand if this is their signed sum; None if it is not (X15)."""
        return None

    def stacked_axis(self) -> int | None:
        """Give the axis on which this stacks its operands; None if it does something else."""
        return None

    def accumulate(self, values: Sequence[Any], signs: Sequence[int], counts: Sequence[int]) -> Any:
        """Add up operands that were merged from a chain of sums."""
        return arithmetic.signed_sum(values, signs, counts)

    def accumulate_rows(self, rows: Any, factors: Sequence[int]) -> Any:
        """Add up operands that come stacked on a first axis, each as often as its factor says."""
        return arithmetic.signed_row_sum(rows, factors)

    def indices_apart(self) -> tuple[Hashable, tuple[int, ...]] | None:
        """Give the configuration without the indices into an array, and these; None without any.

        Operators that differ in them alone are computed together (E5), by `compute_at`.
        """
        return None

    def compute_at(self, indices: Sequence[Any], *values: Any) -> Any:
        """Compute the value for other indices than its own, which may be traced."""
        raise NotImplementedError(f"{type(self).__name__} has no indices apart")

    def check_terms(self, values: Sequence[Any], signs: Sequence[int]) -> None:
        """Raise if the terms of a merged sum do not fit; `position` says which."""
        arithmetic.check_terms(values, signs)

    def symbol(self) -> str:
        """Give the short name under which displays and messages show this operator."""
        return type(self).__name__

    # --- What a leaf says of itself ------------------------------------------------------------

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str] | None:
        """Give the names of the keywords that a leaf takes; None for all (X11)."""
        return keywords_of(type(self).__call__)

    def claimed_keyword(self) -> str | None:
        """Give the keyword that a leaf alone consumes, if there is one."""
        return None

    def free_inputs(self) -> tuple[str, ...]:
        """Give the names of the inputs that a leaf stands for, in order (L31)."""
        keyword = self.claimed_keyword()
        return () if keyword is None else (keyword,)

    def check_name(self, name: str, args: tuple[Any, ...]) -> None:
        """Raise if the model has the bare vocabulary name that a text used (L30)."""
        from parax.op._access import refuse_shadowed

        refuse_shadowed(name, args)

    def check_inputs(self, args: tuple[Any, ...], inputs: dict[str, Any]) -> None:
        """Raise what can be told from the inputs' values, before the run; see `checks_inputs`."""

    # --- What everyone uses --------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate the expression at once, without compiling.

        Args:
            args: positional inputs, the same for every operator of the expression.
            kwargs: inputs by name.

        Returns:
            The value: a JAX array, a number, or a tree of them.

        Raises:
            MissingInputError: an input has no value.
            OperatorError: shapes, kinds or structures do not fit; says where.
        """
        if self.graph_role == "abstract":
            raise NotImplementedError(
                f"{type(self).__name__} defines neither `__call__` nor `compute`"
            )
        return self.graph()(*args, **kwargs)

    def graph(self) -> Graph:
        """Give the graph of this expression."""
        return Graph.of(self)

    def inputs(self) -> tuple[str, ...]:
        """Give the names of the free inputs, in order of first appearance."""
        return self.graph().inputs()

    def summary(self, *args: Any, **kwargs: Any) -> str:
        """Give a table of the graph's nodes; with example inputs, their shapes and dtypes too."""
        return self.graph().summary(*args, **kwargs)

    def __repr__(self) -> str:
        from parax.op._show import show

        text, name = show(self), type(self).__name__
        return f"<{text}>" if text.startswith(name) else f"<{name} {text}>"

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self.summary())}</pre>"

    def __copy__(self) -> Operator:
        return self  # nothing in it can change

    def __deepcopy__(self, memo: dict[int, Any]) -> Operator:
        return self  # X8: a copy would keep its arrays, functions and static values anyway

    def __reduce__(self) -> tuple[Any, ...]:
        from parax.op._pickle import packed, unpacked

        return (unpacked, packed(self))

    __hash__ = object.__hash__  # pyright: ignore[reportAssignmentType]


def as_operand(value: Any, symbol: str) -> Any:
    """Give a value that may stand in an operand's position, or raise (O4).

    Raises:
        OperatorTypeError: it is no operator, number, array, Parameter, nor a tree of these.
    """
    if isinstance(value, Operator) or is_plain_number(value) or _is_array(value):
        return value
    if isinstance(value, dict):
        for item in value.values():
            as_operand(item, symbol)
        return value
    if isinstance(value, list | tuple):
        for item in value:
            as_operand(item, symbol)
        return value
    if isinstance(value, eqx.Module):
        return value
    hint = "an operand is an operator, a number, an array, a Parameter, or a dict, list or tuple "
    hint += "of these"
    if isinstance(value, str):
        hint = "`parax.parse(text)` makes an operator of a text, `op.Input(name)` of a name"
    elif callable(value):
        hint = "a function of the inputs is `op.Lambda(fn)`, one of a value `op.Map(fn, value)`"
    raise OperatorTypeError(
        f"`{symbol}` cannot take `{echo(repr(value))}`, {kind_of(value)}",
        hint=hint,
    )


def _is_array(value: Any) -> bool:
    if isinstance(value, jax.Array):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufc"
    return hasattr(value, "__jax_array__")


def filled(cls: type[Op], origin: Origin, **fields: Any) -> Op:
    """Make an operator directly from its fields, in their stored form, without any check.

    Ten times faster than the constructor, and linear on nested operators, where Equinox's is
    quadratic: for overloads and the parser, whose operands are known to be right.
    """
    operator = object.__new__(cls)
    vars(operator).update(fields)
    vars(operator)["_origin"] = origin
    return operator


def located(operator: Op, origin: Origin) -> Op:
    """Give the same operator with another origin."""
    return filled(type(operator), origin, **{**operator.__dict__, "_origin": origin})


def span_of(value: Any) -> Span | None:
    """Where in a text an operator was written, if it was parsed."""
    return value._origin.span if isinstance(value, Operator) else None
