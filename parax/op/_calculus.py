"""Operators of samples over a sweep: Derivative, Flatness, and the step that they read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import did_you_mean, echo, kind_of
from parax.errors import (
    OperatorAttributeError,
    OperatorError,
    OperatorIndexError,
    OperatorTypeError,
)
from parax.op._base import Operator, as_operand
from parax.op._trees import is_leaf, map_leaves


class Step(Operator):
    """A leaf that reads an attribute of one of the inputs: the step of a `Derivative`.

    Args:
        path: the attribute; with dots, of an attribute.
        arg_index: which positional input, counted from 0 or, if negative, from the last; or the
            name of a keyword input.

    Raises:
        OperatorTypeError: `path` is no path, or `arg_index` neither an int nor a name.
        OperatorIndexError: when evaluated: there is no such input; says which there are.
        OperatorAttributeError: when evaluated: it has no such attribute; suggests close ones.
    """

    shares_inputs: ClassVar[bool] = True  # what another operator consumes has a step as well

    path: str = eqx.field(static=True)
    arg_index: int | str = eqx.field(static=True)

    def __init__(self, path: str, arg_index: int | str = 1) -> None:
        if not isinstance(path, str) or not all(map(str.isidentifier, path.split("."))):
            raise OperatorTypeError(
                f"a step is an attribute of an input, given by its name, got `{echo(repr(path))}`",
                hint="a name is letters, digits and `_`; join a path with dots",
            )
        if not _is_whole(arg_index) and not (
            isinstance(arg_index, str) and arg_index.isidentifier()
        ):
            raise OperatorTypeError(
                f"`arg_index` is the position or the name of an input, got "
                f"`{echo(repr(arg_index))}`"
            )
        self.path = path
        self.arg_index = arg_index if isinstance(arg_index, str) else int(arg_index)

    def accepted_keywords(self, args: Sequence[Any]) -> frozenset[str]:
        """Give the keyword that it reads, if it reads one."""
        return frozenset((self.arg_index,)) if isinstance(self.arg_index, str) else frozenset()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        value = self._owner(args, kwargs)
        for name in self.path.split("."):
            try:
                value = getattr(value, name)
            except AttributeError:
                public = [one for one in dir(value) if not one.startswith("_")]
                raise OperatorAttributeError(
                    f"a `{type(value).__name__}`, {self._place()}, has no attribute "
                    f"`{echo(name)}` to be the step",
                    hint=did_you_mean(name, public),
                ) from None
        return value

    def _owner(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        key = self.arg_index
        if isinstance(key, str):
            if key in kwargs:
                return kwargs[key]
            raise OperatorIndexError(
                f"the step `{self.path}` is read from {self._place()}, which was not given",
                hint=f"give it by keyword: `{key}=…`",
            )
        if -len(args) <= key < len(args):
            return args[key]
        given = f"{len(args) or 'no'} positional input{'' if len(args) == 1 else 's'}"
        raise OperatorIndexError(
            f"the step `{self.path}` is read from {self._place()}, and {given} "
            f"{'was' if len(args) == 1 else 'were'} given",
            hint="`arg_index` counts from 0: 1 is the input after the model",
        )

    def _place(self) -> str:
        if isinstance(self.arg_index, str):
            return f"the input `{self.arg_index}`"
        return f"the positional input {self.arg_index}"

    def symbol(self) -> str:
        if isinstance(self.arg_index, str):
            return f"{self.arg_index}.{self.path}"
        return f"inputs[{self.arg_index}].{self.path}"


class Derivative(Operator):
    """Differentiate samples along an axis by finite differences, leaf by leaf (O40).

    Central differences inside, one-sided ones at the ends, as `jnp.gradient` and `np.gradient`
    have them; `parax.functions.derivative` takes parabolas at the ends as well.

    Shape: the operand's. Unit: the operand's over that of the step, `order` times.

    Args:
        operator: the samples.
        step_attr: the attribute of an input that says where they were taken, with dots allowed: a
            number is the spacing, an array of one axis the coordinates along `axis`.
        axis: the axis of the samples.
        order: how often; 0 gives the samples.
        arg_index: which positional input has the attribute, by default the one after the model,
            negative counts from the last; or the name of a keyword input.

    Raises:
        OperatorTypeError: an argument is of the wrong kind; when evaluated: the step is.
        OperatorError: the order is negative or no whole number; when evaluated: the axis is not
            there or shorter than 2, or the coordinates are not as many as the samples.
        OperatorIndexError: when evaluated: there is no such input; says how many there are.
        OperatorAttributeError: when evaluated: the input has no such attribute.

    Example:
        >>> from parax import op
        >>> import equinox as eqx
        >>> import jax.numpy as jnp
        >>> class Grid(eqx.Module):
        ...     dx: float
        >>> slope = op.Derivative(op.Lambda(lambda x, grid: x), "dx")
        >>> slope(jnp.arange(5.0) ** 2, Grid(1.0)).tolist()
        [1.0, 2.0, 4.0, 6.0, 7.0]
    """

    operator: Any
    step_attr: str = eqx.field(static=True)
    axis: int = eqx.field(static=True)
    order: int = eqx.field(static=True)
    arg_index: int | str = eqx.field(static=True)

    def __init__(
        self,
        operator: Any,
        step_attr: str,
        axis: int = 0,
        order: int = 1,
        arg_index: int | str = 1,
    ) -> None:
        name = type(self).__name__
        if not _is_whole(axis):
            raise OperatorTypeError(f"`{name}` takes an integer axis, got `{echo(repr(axis))}`")
        if not _is_whole(order) or order < 0:
            raise OperatorError(
                f"`{name}` of order `{echo(repr(order))}`",
                hint="an order is a whole number, 0 or more",
            )
        step = Step(step_attr, arg_index)
        self.operator = as_operand(operator, name)
        self.step_attr, self.arg_index = step.path, step.arg_index
        self.axis, self.order = int(axis), int(order)

    def operands(self) -> tuple[Any, ...]:
        if self.order == 0:
            return (self.operator,)
        return (self.operator, Step(self.step_attr, self.arg_index))

    def static_key(self) -> Hashable:
        return (self.axis, self.order, self.step_attr)

    def below(self, position: int) -> Callable[[jax.Array, tuple[int, ...]], jax.Array] | None:
        return None if position else self._reached

    def _reached(self, keep: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """Spread a mask to the neighbours that a difference is made of."""
        keep = jnp.moveaxis(jnp.broadcast_to(keep, shape), self.axis, 0)
        for _ in range(self.order):
            edge = jnp.zeros_like(keep[:1])
            before, after = jnp.concatenate([keep[1:], edge]), jnp.concatenate([edge, keep[:-1]])
            keep = keep | before | after
        return jnp.moveaxis(keep, 0, self.axis)

    def check(self, *operands: Any) -> None:
        if len(operands) == 1:
            return
        samples, step = operands
        if not is_leaf(step):
            raise OperatorTypeError(
                f"the step `{self.step_attr}` is {kind_of(step)}",
                hint="a step is a number, the spacing, or an array, the coordinates",
            )
        dtype = jnp.result_type(step)
        if not jnp.issubdtype(dtype, jnp.number) or jnp.issubdtype(dtype, jnp.complexfloating):
            raise OperatorTypeError(f"the step `{self.step_attr}` is real, got {dtype}")
        map_leaves(lambda leaf: self._check_leaf(jnp.shape(leaf), jnp.shape(step)), samples)

    def _check_leaf(self, shape: tuple[int, ...], step: tuple[int, ...]) -> None:
        name = self.symbol()
        if not -len(shape) <= self.axis < len(shape):
            raise OperatorError(
                f"`{name}` over axis {self.axis} of shape {shape}, which has {len(shape)} "
                f"{'axis' if len(shape) == 1 else 'axes'}"
            )
        if shape[self.axis] < 2:
            raise OperatorError(
                f"`{name}` takes two samples or more, and axis {self.axis} of shape {shape} has "
                f"{shape[self.axis]}"
            )
        if step not in ((), (shape[self.axis],)):
            raise OperatorError(
                f"the step `{self.step_attr}` of shape {step} does not fit axis {self.axis} of "
                f"shape {shape}",
                hint=f"give {shape[self.axis]} coordinates on one axis, or the spacing as a number",
            )

    def compute(self, *values: Any) -> Any:
        if len(values) == 1:
            return values[0]
        samples, step = values[0], _as_float(values[1])
        return map_leaves(lambda leaf: self._differences(_as_float(leaf), step), samples)

    def _differences(self, samples: jax.Array, step: jax.Array) -> jax.Array:
        x = jnp.moveaxis(samples, self.axis, 0)
        steps = jnp.diff(step) if step.ndim else jnp.broadcast_to(step, (len(x) - 1,))
        steps = steps.reshape(-1, *(1,) * (x.ndim - 1))
        for _ in range(self.order):
            x = _slopes(x, steps)
        return jnp.moveaxis(x, 0, self.axis)


class Flatness(Derivative):
    """Measure how far samples are from flat, by their derivative along an axis (O31).

    The same as `Derivative`, of first order by default, under the name that says what it is for.
    `parax.functions.flatness` is the ripple, max − min.
    """

    # Said again, since type checkers take a subclass's fields for its arguments.
    def __init__(
        self,
        operator: Any,
        step_attr: str,
        axis: int = 0,
        order: int = 1,
        arg_index: int | str = 1,
    ) -> None:
        super().__init__(operator, step_attr, axis, order, arg_index)


def _slopes(x: jax.Array, h: jax.Array) -> jax.Array:
    slope = jnp.diff(x, axis=0) / h
    left, right = h[:-1], h[1:]
    inside = (right * slope[:-1] + left * slope[1:]) / (left + right)
    return jnp.concatenate([slope[:1], inside, slope[-1:]])


def _as_float(x: Any) -> jax.Array:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.result_type(float))


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
