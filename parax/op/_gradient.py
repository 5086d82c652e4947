"""Gradient: the exact derivative of an expression in one of its inputs or parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu

from parax._diagnostic import did_you_mean, echo, kind_of
from parax.errors import MissingInputError, OperatorTypeError
from parax.op._access import Missing, look_up, public_names
from parax.op._base import Operator, as_operand
from parax.op._elementwise import Map
from parax.op._leaf import Attribute, Input
from parax.op._show import show
from parax.op._trees import as_array, is_leaf, map_leaves
from parax.parameters import changed, is_param

_HINT = "`grad(x, L1)` takes the name of an input, of a parameter, or of an array of the model"


class Gradient(Operator):
    """Differentiate an expression in an input or a parameter, by automatic differentiation.

    Of a parameter it is the derivative in its scaled value, also where the parameter is fixed.

    Shape: that of the expression, then that of what it is differentiated in. Unit: the
    expression's over that. Gradient: the second derivative.

    Args:
        operator: the expression.
        wrt: the name: of an input, of a parameter by its flat or dotted name, or of an array of
            the model; `model.` in front always means the model's. An `Input` or `Attribute`
            stands for its name.

    Raises:
        OperatorTypeError: `wrt` is no name; when evaluated: what has it is no real array.
        MissingInputError: when evaluated: nothing has that name.

    Example:
        >>> from parax import op
        >>> x = op.Input("x")
        >>> float(op.Gradient(x**3, "x")(x=2.0))
        12.0
    """

    # Other operators may consume what the expression needs too.
    shares_inputs: ClassVar[bool] = True

    operator: Any
    wrt: str = eqx.field(static=True)

    def __init__(self, operator: Any, wrt: Any) -> None:
        if isinstance(wrt, Attribute):
            wrt = f"model.{wrt.path}"
        name = wrt.name if isinstance(wrt, Input) else wrt
        if not isinstance(name, str) or not all(map(str.isidentifier, name.split("."))):
            raise OperatorTypeError(
                f"`grad` differentiates in an input or a parameter, got `{echo(repr(name))}`",
                hint=_HINT,
            )
        operator = as_operand(operator, "grad")
        self.operator = operator if isinstance(operator, Operator) else Map(_whole, operator)
        self.wrt = name

    def free_inputs(self) -> tuple[str, ...]:
        """Give the inputs of the expression, in order of first appearance."""
        return self.operator.inputs()

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str] | None:
        """Give the keywords that operators of the expression accept; None for all."""
        return self.operator.graph().accepted_keywords(args)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        start, place = self._found(args, kwargs)
        value = jnp.asarray(as_array(start))
        if jnp.iscomplexobj(value):
            raise OperatorTypeError(
                f"`grad` differentiates in real values, and `{self.wrt}` is {value.dtype}",
                hint="make it of a real and an imaginary part, and differentiate in each",
            )
        if not jnp.issubdtype(value.dtype, jnp.floating):
            value = value.astype(jnp.result_type(float))
        graph = self.operator.graph()

        def along(value: jax.Array) -> Any:
            own_args, own_inputs = place(value)
            return map_leaves(_as_inexact, graph(*own_args, **own_inputs))

        if value.ndim == 0:  # one column: what a forward derivative gives at once
            return jax.jvp(along, (value,), (jnp.ones_like(value),))[1]
        return jax.jacfwd(along)(value)

    def _found(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Callable[[Any], tuple[tuple[Any, ...], dict[str, Any]]]]:
        """Give what is differentiated in, and the inputs with another value in its place."""
        keyword, _, rest = self.wrt.partition(".")
        of_model = keyword == "model" and bool(rest)
        if keyword in kwargs and not of_model:
            owner = kwargs[keyword]
            if not rest:
                self._require_array(owner)
                return owner, lambda value: (args, {**kwargs, keyword: value})
            found, put = self._inside(owner, rest, args[1:])
            return found, lambda value: (args, {**kwargs, keyword: put(value)})
        if not args:
            raise self._missing([*kwargs])
        found, put = self._inside(args[0], rest if of_model else self.wrt, args[1:])
        return found, lambda value: ((put(value), *args[1:]), kwargs)

    def _inside(
        self, owner: Any, path: str, context: tuple[Any, ...]
    ) -> tuple[Any, Callable[[Any], Any]]:
        found = look_up(owner, path, context)
        if found is Missing:
            raise self._missing(public_names(owner))
        self._require_array(found)
        leaves, structure = jtu.tree_flatten(owner, is_leaf=lambda one: one is found)
        if not any(leaf is found for leaf in leaves) or isinstance(found, int | float):
            raise OperatorTypeError(
                f"`grad` cannot change `{self.wrt}`, which is no parameter or array of its own",
                hint="differentiate in the parameter that it is made of, and index the result",
            )

        def put(value: Any) -> Any:
            new = _with_value(found, value) if is_param(found) else value
            return structure.unflatten([new if leaf is found else leaf for leaf in leaves])

        return found, put

    def _require_array(self, value: Any) -> None:
        if not is_leaf(value):
            raise OperatorTypeError(
                f"`grad` differentiates in one array, and `{self.wrt}` is {kind_of(value)}",
                hint=_HINT,
            )

    def _missing(self, known: Sequence[str]) -> MissingInputError:
        return MissingInputError(
            f"there is no `{echo(self.wrt)}` to differentiate in",
            hint=did_you_mean(self.wrt, known) or _HINT,
            name=self.wrt,
        )

    def symbol(self) -> str:
        return f"grad({show(self.operator)}, {self.wrt})"


def _whole(value: Any) -> Any:
    """Give a tree of operands as one expression."""
    return value


def _with_value(param: Any, value: Any) -> Any:
    """Give a parameter whose scaled value is any array, traced or out of bounds."""
    metadata = param.metadata
    scale = 1.0 if metadata is None else metadata.scale
    if metadata is not None:
        metadata = changed(metadata, _transform=None)
    return changed(param, latent_value=value / scale, fixed=False, metadata=metadata)


def _as_inexact(leaf: Any) -> jax.Array:
    leaf = jnp.asarray(leaf)
    return leaf if jnp.issubdtype(leaf.dtype, jnp.inexact) else leaf.astype(float)
