"""Goal: a comparison with its range, weight and loss; its value is its cost (U13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import numpy as np

from parax._diagnostic import kind_of, quoted
from parax.errors import OperatorError, OperatorTypeError
from parax.goals._losses import Loss, as_loss
from parax.goals._penalty import Penalty
from parax.goals._relation import WRITE, Sides, sides_of, written
from parax.op import Band, Operator, as_band, is_plain_number, limited, located
from parax.parameters import is_concrete

if TYPE_CHECKING:
    from parax.graph import Reader


class Goal(Operator):
    """What an expression should meet: an operator whose value is its cost.

    The cost is 0 or more, and exactly 0 where the goal is met (`gaussian` excepted); so goals add
    up, scale and compile like any other operator.

    Args:
        relation: a comparison, `rf.dB(rf.S21) < -20`, in either direction or `==`, which takes
            the complex difference; two joined with `&` for a lower and an upper limit of one
            value; or a text of one, which may chain: `"-40 < dB(S21) < -20"`.
        over: the points that count: a text `"1 GHz..2 GHz"`, a pair of ends, a list of ranges, a
            condition; all by default.
        weight: a number that is not negative, one a point, or an operator.
        loss: how violations become one cost: `"mean_square"`, `"mean_abs"`, `"sum_square"`,
            `"rms"`, `"max"`, `"log"`, `"relative"`, `"huber(d)"`, `"gaussian(sigma)"`; or a loss
            of `parax.goals`.
        hard: whether it is a constraint, for optimisers that know constraints.
        name: what messages and reports call it; by default how it is written.

    Raises:
        OperatorTypeError: the relation is no comparison.
        OperatorError: a weight that is negative, a loss that is not known; when evaluated: a
            text that nobody has read, a range without points.

    Example:
        >>> import jax.numpy as jnp
        >>> from parax import Goal, op
        >>> level = op.Input("level")
        >>> float(Goal(level < -20)(level=jnp.array([-12.0, -18.0, -25.0, -30.0])))
        17.0
    """

    graph_role: ClassVar[str] = "shorthand"

    relation: Any
    over: Band | None
    weight: Any
    loss: Loss
    text: str | None = eqx.field(static=True)
    hard: bool = eqx.field(static=True)
    name: str | None = eqx.field(static=True)

    def __init__(
        self,
        relation: Any,
        *more: Any,
        over: Any = None,
        weight: Any = 1.0,
        loss: Any = "mean_square",
        hard: bool = False,
        name: str | None = None,
    ) -> None:
        if more or not isinstance(relation, str | Operator):
            raise OperatorTypeError(WRITE)
        if isinstance(relation, Operator):
            sides_of(relation)
        self.text = relation if isinstance(relation, str) else None
        self.relation = None if isinstance(relation, str) else relation
        self.over = None if over is None else as_band(over)
        self.weight = _checked_weight(weight)
        self.loss = as_loss(loss)
        if not isinstance(hard, bool | np.bool_):
            raise OperatorTypeError(f"`hard` is True or False, got {quoted(repr(hard))}")
        self.hard = bool(hard)
        if name is not None and not isinstance(name, str):
            raise OperatorTypeError(f"the name of a goal is a text, got {quoted(repr(name))}")
        self.name = name

    @property
    def sides(self) -> Sides:
        """What is compared: value and limits.

        Raises:
            OperatorError: the relation is a text that is not read yet.
        """
        if self.relation is None:
            raise self._unread()
        return sides_of(self.relation)

    @property
    def title(self) -> str:
        """The name, or how the relation is written."""
        if self.name is not None:
            return self.name
        return self.text if self.text is not None else written(self.relation)

    def operands(self) -> tuple[Any, ...]:
        given = (self.relation, self.weight, self.loss.argument)
        return tuple(one for one in given if one is not None)

    def read(self, read: Reader) -> Goal:
        """Give the same goal with its text read.

        Args:
            read: what reads texts.

        Raises:
            ParaxError: what is wrong with the text.
        """
        if self.text is None:
            return self
        made = Goal(
            read.parse(self.text),
            over=self.over,
            weight=self.weight,
            loss=self.loss,
            hard=self.hard,
            name=self.title,
        )
        return located(made, self._origin)

    def written_out(self, read: Reader | None) -> Operator:
        """Give the operator that computes the cost.

        Raises:
            OperatorError: there is a text, and nothing to read it with.
        """
        goal = self if read is None else self.read(read)
        sides = goal.sides
        miss = sides.residual(relative=goal.loss.name == "relative")
        if goal.over is not None:
            miss = limited(miss, goal.over)
        penalty = Penalty(
            miss,
            goal.weight,
            goal.loss.argument,
            loss=goal.loss.name,
            name=goal.title,
            band=None if goal.over is None else goal.over.written,
        )
        return located(penalty, self._origin)

    def _unread(self) -> OperatorError:
        return OperatorError(
            f"the goal {quoted(str(self.text))} is a text that is not read yet",
            hint="`parax.compile` and `parax.problem` read it, with their vocabulary",
        )

    def symbol(self) -> str:
        return f"Goal({self.title})"


def _checked_weight(weight: Any) -> Any:
    if isinstance(weight, Operator) or hasattr(weight, "__jax_array__"):
        return weight
    if isinstance(weight, list | tuple):
        weight = np.asarray(weight, float)
    number = is_plain_number(weight) and not isinstance(weight, bool | complex)
    if not number and not hasattr(weight, "shape"):
        raise OperatorTypeError(
            f"a weight is a number, one a point, or an operator, got {quoted(repr(weight))}, "
            f"{kind_of(weight)}"
        )
    if is_concrete(weight) and not np.all(np.asarray(weight) >= 0):
        raise OperatorError(
            f"a weight is not negative, got {quoted(repr(weight), 40)}",
            hint="turn the comparison round instead",
        )
    return weight
